//! What people differ on, decided: the workbook for it, its way back, and where decisions are told.

use std::path::Path;

use calamine::{Data, Reader as _, Xlsx};

use crate::lab::Lab;
use crate::setup::{at, table, written};
use crate::start::{kept, pack, rate, run};

/// Two reviewers who rated everything, the second the other way round, so that they differ on every row.
pub(crate) fn differing(cases: usize) -> (Lab, String) {
    let lab = run(cases);
    let pack = pack(&lab, &["--reviewers", "김 지민,서준"]);
    for (name, turned) in [("김 지민", false), ("서준", true)] {
        let (heads, mut rows) = table(&lab.home.path().join(format!("out/심사_{name}.csv")));
        rate(&heads, &mut rows);
        let (score, issue) = (at(&heads, "s.A"), at(&heads, "issue"));
        for row in &mut rows {
            // By the case, so that both speak of the same answers whatever their letters are.
            let case: usize = row[at(&heads, "case_id")][2..].parse().unwrap();
            for letter in 0..4 {
                let given = if turned { 5 - case % 2 } else { 1 + case % 2 };
                row[score + letter] = given.to_string();
            }
            "어투".clone_into(&mut row[issue]);
        }
        lab.write("back.csv", written(&heads, &rows, b','));
        let ended = lab.run(&["review", "import", "back.csv"]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    (lab, pack)
}

/// A file of decisions as a spreadsheet program would save it as CSV: keys, a score a letter, and a choice.
pub(crate) fn decided(lab: &Lab, pack: &str, rows: usize, score: u8) -> String {
    let key = lab.last_run().join("reviews").join(pack).join("key.json");
    let key: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(key).unwrap()).unwrap();
    let mut text = "row_key,s.A,s.B,s.C,s.D,pref,issue,note,done\n".to_owned();
    for row in key["adjudication"]["rows"].as_array().unwrap().iter().take(rows) {
        let key = row["key"].as_str().unwrap();
        text.push_str(&format!("{key},{score},{score},{score},{score},B,,같이 정함,○\n"));
    }
    text
}

fn sheet(path: &Path, name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = calamine::open_workbook(path).unwrap();
    let range = book.worksheet_range(name).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// Decided rows were asked about again, counted as open, and their decisions were told nowhere.
#[test]
fn decisions_are_told_everywhere_and_not_asked_for_again() {
    let (lab, pack) = differing(24);
    let agree = lab.run(&["review", "agree", &pack]);
    let file = format!("decisions_{pack}.xlsx");
    assert!(
        agree.out.contains("24 rows to decide: scores 2 or more"),
        "{}",
        agree.out
    );
    assert!(agree.out.contains(&format!("-o {file}")), "{}", agree.out);
    assert!(
        agree.out.contains("R1 ") && agree.out.contains("김 지민"),
        "{}",
        agree.out
    );
    let ended = lab.run(&["review", "adjudicate", &pack]);
    assert!(
        ended.code == 0 && ended.out.contains(&format!("{file}   24 rows to decide")),
        "{ended:?}"
    );

    lab.write("some.csv", decided(&lab, &pack, 10, 3));
    let ended = lab.run(&["review", "import", "some.csv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.out.contains("24 rows: 10 finished, 0 empty, 14 not in the file"),
        "{}",
        ended.out
    );
    assert_eq!(kept(&lab, &pack, "_decisions").len(), 10);

    let status = lab.run(&["review", "status", &pack]);
    assert!(
        status.out.contains("Of 24 rows that people differ on, 10 decided"),
        "{}",
        status.out
    );
    let agree = lab.run(&["review", "agree", &pack]);
    assert!(
        agree.out.contains("14 rows to decide") && agree.out.contains("10 rows were decided"),
        "{}",
        agree.out
    );

    let again = lab.run(&["review", "adjudicate", &pack, "-o", "again.xlsx"]);
    assert!(
        again.out.contains("14 rows to decide, 10 decided before (filled in)"),
        "{}",
        again.out
    );
    let rows = sheet(&lab.home.path().join("again.xlsx"), "심사");
    let place = rows[1]
        .iter()
        .position(|cell| *cell == Data::String("s.A".to_owned()))
        .unwrap();
    let heads: Vec<String> = rows[2].iter().map(ToString::to_string).collect();
    for head in ["R1", "R2", "최종 점수 A", "최종 선택"] {
        assert!(heads.contains(&head.to_owned()), "{heads:?}");
    }
    assert_eq!(rows.len(), 3 + 24);
    assert_eq!(rows[3][place], Data::Empty, "what is to be decided comes first");
    assert_eq!(rows[26][place], Data::Float(3.0), "what was decided stands below");
    // Coming back as it is, it changes nothing.
    let ended = lab.run(&["review", "import", "again.xlsx"]);
    assert!(ended.code == 0 && ended.out.contains("nothing new"), "{ended:?}");

    let scores = lab.run(&["export", "last", "csv", "--layout", "scores", "--for", "machine"]);
    assert_eq!(
        scores.out.matches(",decision,human,3,").count(),
        10 * 4,
        "{}",
        scores.out
    );
    // The tables in the run's folder were made anew.
    let detail = std::fs::read_to_string(lab.last_run().join("detail.csv")).unwrap();
    assert!(detail.contains("human_mean") && detail.contains("1..5"), "{detail}");
    let wide = std::fs::read_to_string(lab.last_run().join("side-by-side.csv")).unwrap();
    assert!(wide.lines().next().unwrap().contains("human_mean.gpt-main"), "{wide}");

    let key = lab.last_run().join("reviews").join(&pack).join("key.json");
    let key: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(key).unwrap()).unwrap();
    // Decided rows stand last in the key as well.
    let unit = key["adjudication"]["rows"][23]["unit"].as_u64().unwrap();
    let case = key["units"][usize::try_from(unit).unwrap()]["case"].as_str().unwrap();
    let page = lab.run(&["show", "last", "--case", case]).out;
    assert!(page.contains("decided 3 of 1–5 · "), "{page}");
    // A comment belongs to its row and is told once, with what is wrong.
    assert_eq!(page.matches("[어투] 좋아요").count(), 2, "{page}");
    assert_eq!(page.matches("decision: 같이 정함").count(), 1, "{page}");
    let markdown = lab.run(&["show", "last", "--format", "markdown"]).out;
    assert!(markdown.contains("### People's ratings (1–5)"), "{markdown}");
}

#[test]
fn decisions_need_ratings_and_a_name_that_fits() {
    let lab = run(6);
    let pack = pack(&lab, &["--reviewers", "지민,서준"]);
    let ended = lab.run(&["review", "adjudicate", &pack]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("nobody has rated anything"), "{}", ended.err);
    for words in [
        &["review", "adjudicate", &pack, "-o", "x.csv"][..],
        &["export", "last", "xlsx", "-o", "x.csv"],
        &["export", "last", "csv", "-o", "x.xlsx"],
    ] {
        let ended = lab.run(words);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(!lab.home.path().join(words[words.len() - 1]).exists());
    }
}
