//! Sheets that were sorted without their hidden columns, so that the key of a row stands beside the texts of another.

use crate::lab::Lab;
use crate::setup::{at, table, written};
use crate::start::{answered, kept, pack, rate, run};

/// A pack of texts that differ: its id, heads, and rated rows.
fn rated(lab: &Lab) -> (String, Vec<String>, Vec<Vec<String>>) {
    answered(lab, 20, |case, (name, _, _)| {
        format!("{case}번 문항의 답: {name} 아닌 누군가가 계산함 🙂")
    });
    let pack = pack(lab, &["--reviewers", "지민", "--no-mask-names"]);
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    rate(&heads, &mut rows);
    (pack, heads, rows)
}

/// What the import of a file says, in one line.
fn told(lab: &Lab, name: &str, bytes: impl AsRef<[u8]>) -> String {
    lab.write(name, bytes);
    let ended = lab.run(&["review", "import", name]);
    assert_eq!(ended.code, 0, "{ended:?}");
    ended.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rows of the columns from `from` on in another order; what stands before stays.
fn sorted(rows: &[Vec<String>], from: usize) -> Vec<Vec<String>> {
    let turned = rows.iter().cycle().skip(7).zip(rows);
    turned
        .map(|(other, row)| [&row[..from], &other[from..]].concat())
        .collect()
}

/// Ratings went to the rows of other texts, and were saved with "the texts were edited by the reviewer".
#[test]
fn rows_sorted_without_their_keys_are_known_by_their_texts() {
    for (from, lossy) in [(1, false), (2, false), (1, true)] {
        let lab = run(20);
        let (pack, heads, rows) = rated(&lab);
        let text = written(&heads, &sorted(&rows, from), b',');
        let bytes = if lossy {
            encoding_rs::EUC_KR.encode(&text.replace('🙂', "?")).0.into_owned()
        } else {
            text.into_bytes()
        };
        let out = told(&lab, "sorted.csv", bytes);
        assert!(
            out.contains("20 rows stood beside the key of another") && !out.contains("edited"),
            "{out}"
        );
        let found = kept(&lab, &pack, "지민");
        assert_eq!(found.len(), 20, "{from} {lossy}: {out}");
        let out = told(&lab, "as-sent.csv", written(&heads, &rows, b','));
        assert!(out.contains("nothing new"), "{from} {lossy}: {out}");
    }
}

/// Rows whose texts are alike are told apart by case and number, and what nobody can tell is not saved.
#[test]
fn texts_of_several_rows_beside_one_key_are_refused() {
    let lab = run(20);
    let (pack, heads, mut rows) = rated(&lab);
    // The answers were sorted, questions and ratings were not.
    let (from, to) = (at(&heads, "a.A"), at(&heads, "a.D") + 1);
    let first: Vec<String> = rows[0][from..to].to_vec();
    for number in 0..5 {
        let next = if number == 4 {
            first.clone()
        } else {
            rows[number + 1][from..to].to_vec()
        };
        rows[number].splice(from..to, next);
    }
    let out = told(&lab, "mixed.csv", written(&heads, &rows, b','));
    assert!(
        out.contains("✗ 5 rows have texts of other rows beside their key") && out.contains("(rows 2, 3, 4, 5, 6)"),
        "{out}"
    );
    assert_eq!(kept(&lab, &pack, "지민").len(), 15);
}

/// Rows whose every text is the same are still told apart.
#[test]
fn rows_with_the_same_texts_keep_their_own_ratings() {
    let lab = run(20);
    answered(&lab, 20, |_, (name, _, _)| format!("모릅니다 ({name})"));
    let pack = pack(&lab, &["--reviewers", "지민", "--no-mask-names"]);
    let (mut heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    rate(&heads, &mut rows);
    // Without the questions only the answers are left, in 24 orders of letters.
    let question = at(&heads, "q");
    heads.remove(question);
    for row in &mut rows {
        row.remove(question);
    }
    told(&lab, "sorted.csv", written(&heads, &sorted(&rows, 1), b','));
    assert_eq!(kept(&lab, &pack, "지민").len(), 20);
    let out = told(&lab, "as-sent.csv", written(&heads, &rows, b','));
    assert!(out.contains("nothing new"), "{out}");
}
