//! Packs of every shape: pairs, few rows, split rows, locked texts, several scales, rows with one answer.

use std::io::Read as _;

use crate::lab::Lab;
use crate::setup::{at, table, written};
use crate::start::{TARGETS, answered, pack, rate, run};

fn export(lab: &Lab, more: &[&str]) -> String {
    let words = ["review", "export", "last", "--lang", "en", "--seed", "3"];
    let ended = lab.run(&[&words[..], more].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    ended.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `--sample 50` of 14 rows and `--overlap 99` were passed over in silence.
#[test]
fn what_cannot_be_had_is_said() {
    let lab = run(8);
    let told = export(
        &lab,
        &["--reviewers", "kim,lee", "--sample", "50", "--overlap", "99", "-o", "a"],
    );
    assert!(told.contains("--sample 50: there are only 8 rows"), "{told}");
    assert!(told.contains("--overlap 99: there are 8 rows"), "{told}");
    let told = export(&lab, &["--reviewers", "kim lee", "--overlap", "2", "-o", "b"]);
    assert!(told.contains("there is one reviewer"), "{told}");
    assert!(
        told.contains("narani review import 'review_kim lee.xlsx'"),
        "a command that can be copied: {told}"
    );
    let told = export(
        &lab,
        &["--reviewers", "kim", "--layout", "pairs", "--sample", "1", "-o", "c"],
    );
    assert!(told.contains("1 row of two answers cannot show:"), "{told}");
    let told = export(
        &lab,
        &["--reviewers", "kim", "--layout", "pairs", "--sample", "4", "-o", "d"],
    );
    assert!(told.contains("fewer than the 6 pairs"), "{told}");
}

#[test]
fn rows_that_are_split_come_back_from_everybody() {
    let lab = run(12);
    let pack = pack(
        &lab,
        &["--reviewers", "지민,서준", "--layout", "pairs", "--overlap", "4"],
    );
    for name in ["지민", "서준"] {
        let (heads, mut rows) = table(&lab.home.path().join(format!("out/심사_{name}.csv")));
        assert_eq!(rows.len(), 4 + 4);
        assert!(!heads.contains(&"s.C".to_owned()), "{heads:?}");
        let (a, b, best) = (at(&heads, "s.A"), at(&heads, "s.B"), at(&heads, "pref"));
        for row in &mut rows {
            (row[a], row[b], row[best]) = ("4".to_owned(), "2".to_owned(), "A".to_owned());
        }
        lab.write("back.csv", written(&heads, &rows, b','));
        let ended = lab.run(&["review", "import", "back.csv", "--strict"]);
        assert!(ended.out.contains("8 rows: 8 finished, 0 empty"), "{ended:?}");
    }
    let status = lab.run(&["review", "status", &pack]).out;
    assert!(TARGETS.iter().all(|(name, _, _)| status.contains(name)), "{status}");
    let agree = lab.run(&["review", "agree", &pack]).out;
    assert!(agree.contains("8 rows were rated by fewer than two people"), "{agree}");
    let list = lab.run(&["review", "status"]).out;
    assert!(list.contains(&pack) && list.contains("16/16"), "{list}");
}

#[test]
fn locked_texts_leave_the_cells_for_ratings_open() {
    let lab = run(4);
    let folder = lab.home.path().join("out");
    pack(&lab, &["--reviewers", "지민", "--protect"]);
    let file = std::fs::File::open(folder.join("심사_지민.xlsx")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let rows = part("xl/worksheets/sheet2.xml");
    assert!(
        rows.contains("<sheetProtection sheet=\"1\""),
        "locked, without a password"
    );
    assert!(!rows.contains("password"), "without a password");
    assert!(
        part("xl/styles.xml").contains("<protection locked=\"0\"/>"),
        "ratings are open"
    );
    let words = part("xl/sharedStrings.xml");
    assert!(
        words.contains("정렬도 할 수 없습니다"),
        "the guide says that sorting is off"
    );
    assert!(!words.contains("전체본"), "no sheet that is not there is named");
}

/// A second pack with another scale took the place of the first.
#[test]
fn a_pack_on_another_scale_hides_nothing() {
    let lab = run(6);
    for (scale, folder) in [("1-5", "five"), ("1-7", "seven")] {
        export(&lab, &["--reviewers", "kim", "--scale", scale, "--csv", "-o", folder]);
        let (heads, mut rows) = table(&lab.home.path().join(folder).join("review_kim.csv"));
        rate(&heads, &mut rows);
        lab.write("back.csv", written(&heads, &rows, b','));
        assert_eq!(lab.run(&["review", "import", "back.csv"]).code, 0);
    }
    let show = lab.run(&["show", "last"]).out;
    assert!(
        show.contains("People's ratings (1–5)") && show.contains("People's ratings (1–7)"),
        "{show}"
    );
    let scores = lab
        .run(&["export", "last", "csv", "--layout", "scores", "--for", "machine"])
        .out;
    for scale in ["1..5", "1..7"] {
        assert_eq!(
            scores
                .lines()
                .filter(|line| line.ends_with(&format!("{scale},SIMULATED")))
                .count(),
            24
        );
    }
    let detail = lab.run(&["export", "last", "csv", "--for", "machine"]).out;
    assert!(detail.contains("human_scale") && detail.contains(",1..7,"), "{detail}");
    let json = lab.run(&["show", "last", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json["columns"][0]["people_on_other_scales"].as_array().unwrap().len(),
        1
    );
}

/// Means near the end of the scale had intervals beyond it, and `status` and `show` rounded the same mean differently.
#[test]
fn intervals_stay_on_the_scale_and_means_read_the_same() {
    let lab = run(8);
    let pack = pack(&lab, &["--reviewers", "지민"]);
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    let first = at(&heads, "s.A");
    for (number, row) in rows.iter_mut().enumerate() {
        for letter in 0..4 {
            row[first + letter] = if number == 0 { "4" } else { "5" }.to_owned();
        }
        "similar".clone_into(&mut row[at(&heads, "pref")]);
    }
    lab.write("back.csv", written(&heads, &rows, b','));
    assert_eq!(lab.run(&["review", "import", "back.csv"]).code, 0);
    let status = lab.run(&["review", "status", &pack]).out;
    let show = lab.run(&["show", "last"]).out;
    // 39 / 8 = 4.875 lies between two roundings.
    assert!(
        status.contains("4.88  4.58 … 5.00") && show.contains("4.88  4.58–5.00"),
        "{status}\n{show}"
    );
}

/// A row with one answer counted as a row in which that answer was best.
#[test]
fn an_answer_without_a_rival_is_not_the_best() {
    let lab = run(6);
    answered(&lab, 6, |case, (_, _, model)| {
        let silent = case == 0 && model != "gpt-5.2";
        if silent { String::new() } else { "750원".to_owned() }
    });
    let pack = pack(&lab, &["--reviewers", "지민"]);
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    rate(&heads, &mut rows);
    for row in rows.iter_mut().filter(|row| row[at(&heads, "case_id")] == "q-000") {
        for letter in ["B", "C", "D"] {
            assert!(row[at(&heads, &format!("a.{letter}"))].is_empty());
            row[at(&heads, &format!("s.{letter}"))].clear();
        }
        "A".clone_into(&mut row[at(&heads, "pref")]);
    }
    lab.write("back.csv", written(&heads, &rows, b','));
    let ended = lab.run(&["review", "import", "back.csv", "--strict"]);
    assert!(ended.out.contains("6 rows: 6 finished, 0 empty"), "{ended:?}");
    let status = lab.run(&["review", "status", &pack]).out;
    assert!(status.contains("/5") && !status.contains("/6"), "{status}");
    let show = lab.run(&["show", "last"]).out;
    assert!(show.contains("/5") && !show.contains("1/6"), "{show}");
}

/// A CSV for people came without a word on what spreadsheet programs do to it.
#[test]
fn a_csv_for_people_recommends_the_workbook() {
    let lab = run(2);
    for more in [&["-o", "detail.csv"][..], &["--layout", "wide"]] {
        let ended = lab.run(&[&["export", "last", "csv"][..], more].concat());
        let told = ended.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            told.contains("for reading, `narani export r-") && told.contains(" xlsx` is better"),
            "{told}"
        );
    }
    let ended = lab.run(&["export", "last", "csv", "--for", "machine"]);
    assert!(ended.err.is_empty(), "{}", ended.err);
}
