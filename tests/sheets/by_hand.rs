//! Packs that come back as CSV, in every encoding, with everything that people do to them. Needs no other program.

use crate::setup::{at, table, written};
use crate::start::{TARGETS, answered, kept, pack, rate, run, sent};

#[test]
fn a_csv_comes_back_in_every_encoding() {
    let lab = run(24);
    let pack = pack(&lab, &["--reviewers", "지민", "--sample", "12"]);
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    rate(&heads, &mut rows);
    let comma = written(&heads, &rows, b',');
    let tabs = written(&heads, &rows, b'\t');
    let (cp949, _, lost) = encoding_rs::EUC_KR.encode(&comma);
    assert!(!lost);
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(tabs.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut known: Option<Vec<serde_json::Value>> = None;
    for (name, bytes, form) in [
        ("a.csv", comma.clone().into_bytes(), "csv, UTF-8"),
        ("b.csv", format!("\u{feff}{comma}").into_bytes(), "csv, UTF-8 with BOM"),
        ("c.csv", cp949.into_owned(), "csv, CP949"),
        ("d.txt", wide, "tsv, UTF-16"),
    ] {
        lab.write(name, bytes);
        let ended = lab.run(&["review", "import", name, "--strict"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(
            ended.out.contains(form) && ended.out.contains("12 finished, 0 empty"),
            "{}",
            ended.out
        );
        let found = kept(&lab, &pack, "지민");
        assert_eq!(found.len(), 12);
        assert_eq!(*known.get_or_insert_with(|| found.clone()), found, "{name}");
    }
    let again = lab.run(&["review", "import", "a.csv"]);
    assert!(
        again.out.contains("nothing new: this very file was imported before"),
        "{}",
        again.out
    );
    let status = lab.run(&["review", "status", &pack]);
    assert!(
        status.out.contains("gpt-main"),
        "everybody has finished: {}",
        status.out
    );
}

#[test]
fn what_is_unclear_is_told_with_its_address_and_nothing_else_is_lost() {
    let lab = run(24);
    let pack = pack(&lab, &["--reviewers", "지민,서준", "--sample", "8"]);
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    rate(&heads, &mut rows);
    let s = at(&heads, "s.A");
    rows[0][s] = "상".to_owned();
    rows[1][s] = "4점".to_owned();
    rows[1][s + 1] = "４".to_owned();
    rows[2][at(&heads, "pref")] = "좋은 것".to_owned();
    rows[3][at(&heads, "a.B")].push_str(" 고침");
    let mut twin = rows[4].clone();
    twin[s] = if twin[s] == "5" { "1" } else { "5" }.to_owned();
    rows.push(twin);
    rows.push(rows[5].clone());
    let gone = rows.remove(6);
    let mut foreign = rows[7].clone();
    foreign[0] = "p234-0001-X".to_owned();
    rows.push(foreign);
    lab.write("back.csv", written(&heads, &rows, b','));
    let strict = lab.run(&["review", "import", "back.csv", "--strict"]);
    assert_eq!(strict.code, 1, "{strict:?}");
    assert!(kept(&lab, &pack, "지민").is_empty(), "nothing is saved");
    let ended = lab.run(&["review", "import", "back.csv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let shown = ended.out.replace(&pack, "pack");
    insta::assert_snapshot!(shown);
    let found = kept(&lab, &pack, "지민");
    assert_eq!(
        found.len(),
        4,
        "eight rows less three unclear ones and a missing one: {found:?}"
    );
    assert!(!found.iter().any(|rating| rating["row"] == gone[0].as_str()));
    // A corrected file brings the rest; the ones that were there stay.
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    rate(&heads, &mut rows);
    lab.write("better.csv", written(&heads, &rows, b';'));
    let ended = lab.run(&["review", "import", "better.csv"]);
    assert!(ended.out.contains("2 changed, 4 new, 0 removed"), "{}", ended.out);
    let status = lab.run(&["review", "status", &pack]);
    let hidden = TARGETS.iter().all(|(name, _, _)| !status.out.contains(name));
    assert!(
        hidden && status.out.contains("system 1"),
        "names stay hidden: {}",
        status.out
    );
    let unmasked = lab.run(&["review", "unmask", &pack]);
    assert!(unmasked.out.contains("gpt-main"), "{}", unmasked.out);
}

#[test]
fn words_come_in_the_language_of_the_user() {
    let lab = run(8);
    pack(&lab, &["--reviewers", "kim"]);
    let ended = lab.run_with(&["review", "import", "out/심사_kim.csv"], &[("NARANI_LANG", "ko")]);
    assert!(
        ended.out.contains("8행: 끝남 0, 빈 행 8") && ended.out.contains("새로운 것 없음"),
        "{}",
        ended.out
    );
}

#[test]
fn files_of_others_are_refused() {
    let lab = run(12);
    pack(&lab, &["--reviewers", "지민,서준"]);
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    let (_, others) = table(&lab.home.path().join("out/심사_서준.csv"));
    lab.write("plain.csv", "a,b\n1,2\n");
    let ended = lab.run(&["review", "import", "plain.csv"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("row_key"), "{}", ended.err);
    let ended = lab.run(&["review", "import", "out/심사_지민.csv", "--reviewer", "서준"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("지민"), "{}", ended.err);
    rows.extend(others);
    lab.write("mixed.csv", written(&heads, &rows, b','));
    let ended = lab.run(&["review", "import", "mixed.csv"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("several reviewers"), "{}", ended.err);
    let ended = lab.run(&["review", "status", "p222"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("there is no review pack"), "{}", ended.err);
}

#[test]
fn ratings_stand_beside_the_scores_everywhere() {
    let lab = run(40);
    let pack = pack(&lab, &["--reviewers", "지민,서준", "--sample", "30"]);
    for name in ["지민", "서준"] {
        sent(&lab, name);
    }
    let show = lab.run(&["show", "last"]);
    assert!(show.out.contains("People's ratings (1–5)"), "{}", show.out);
    let detail = lab.run(&["export", "last", "csv", "--for", "machine"]);
    let mut reader = csv::Reader::from_reader(detail.out.as_bytes());
    let heads: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let n = at(&heads, "human_n");
    let rated = reader.records().filter(|row| &row.as_ref().unwrap()[n] == "2").count();
    assert_eq!(rated, 30 * 4);
    let scores = lab.run(&["export", "last", "csv", "--layout", "scores", "--for", "machine"]);
    assert_eq!(scores.out.matches(",human,").count(), 2 * 30 * 4);
    let lines = lab.run(&["export", "last", "jsonl"]);
    assert_eq!(lines.out.matches("\"human\":{\"n\":2").count(), 30 * 4);
    let json = lab.run(&["show", "last", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["columns"][0]["people"]["answers"], 30);
    let agree = lab.run(&["review", "agree", &pack]);
    assert_eq!(agree.code, 0, "{agree:?}");
    for part in ["R1 – R2", "all (α)", "people – scores", "narani review adjudicate"] {
        assert!(agree.out.contains(part), "{part}: {}", agree.out);
    }
    let ended = lab.run(&["review", "adjudicate", &pack, "-o", "조정.xlsx"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let status = lab.run(&["review", "status", &pack]);
    assert!(
        status.out.contains("Corrected:"),
        "drawn at random and all rated: {}",
        status.out
    );
    assert!(
        status.out.contains("difference over the whole run") && status.out.contains("told apart"),
        "{}",
        status.out
    );
    assert!(
        status.out.lines().all(|line| line.chars().count() <= 100),
        "{}",
        status.out
    );
}

#[test]
fn a_choice_by_disagreement_is_never_corrected() {
    let lab = run(40);
    let pack = pack(&lab, &["--reviewers", "지민", "--sample", "25", "--by", "disagreement"]);
    sent(&lab, "지민");
    let status = lab.run(&["review", "status", &pack]);
    assert!(
        status.out.contains("not drawn at random") && !status.out.contains("Corrected:"),
        "{}",
        status.out
    );
}

/// A missing column, a missing row of keys or the file as it was sent out cleared what had come in, without a word.
#[test]
fn a_file_that_says_nothing_clears_nothing() {
    let lab = run(24);
    let pack = pack(&lab, &["--reviewers", "지민", "--sample", "8"]);
    let sent = lab.home.path().join("out/심사_지민.csv");
    let (heads, mut rows) = table(&sent);
    let blank = std::fs::read(&sent).unwrap();
    rate(&heads, &mut rows);
    lab.write("filled.csv", written(&heads, &rows, b','));
    assert_eq!(lab.run(&["review", "import", "filled.csv"]).code, 0);
    let before = kept(&lab, &pack, "지민");
    assert_eq!(before.len(), 8);

    let without = |gone: &str| {
        let place = at(&heads, gone);
        let cut = |row: &[String]| {
            let mut row = row.to_vec();
            row.remove(place);
            row
        };
        written(&cut(&heads), &rows.iter().map(|row| cut(row)).collect::<Vec<_>>(), b',')
    };
    lab.write("no-score.csv", without("s.C"));
    lab.write("no-choice.csv", without("pref"));
    // Only the heads that people see: all keys but that of the rows are gone.
    let titles: Vec<String> = (0..heads.len())
        .map(|place| {
            if place == 0 {
                "row_key".to_owned()
            } else {
                format!("제목 {place}")
            }
        })
        .collect();
    lab.write("titles.csv", written(&titles, &rows, b','));
    lab.write("blank.csv", blank);
    for (name, wanted) in [
        ("no-score.csv", "columns for ratings are missing: s.C"),
        ("no-choice.csv", "columns for ratings are missing: pref"),
        (
            "titles.csv",
            "columns for ratings are missing: s.A, s.B, s.C, s.D, pref",
        ),
        ("blank.csv", "the file holds no ratings; taking it would clear 8 rows"),
    ] {
        for strict in [&["--strict"][..], &[]] {
            let ended = lab.run(&[&["review", "import", name][..], strict].concat());
            assert_eq!(ended.code, 2, "{name}: {ended:?}");
            let told = ended
                .err
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .replace("│ ", "");
            assert!(told.contains(wanted), "{name}: {}", ended.err);
            assert_eq!(kept(&lab, &pack, "지민"), before, "{name}");
        }
    }
}

/// A second pack went over the files of the first, filled in or not.
#[test]
fn files_that_are_there_are_never_written_over() {
    let lab = run(6);
    pack(&lab, &["--reviewers", "지민"]);
    let file = lab.home.path().join("out/심사_지민.csv");
    let before = std::fs::read(&file).unwrap();
    let ended = lab.run(&[
        "review",
        "export",
        "last",
        "--lang",
        "ko",
        "--reviewers",
        "지민",
        "--csv",
        "-o",
        "out",
    ]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("-o 로 다른 폴더를 고르세요"), "{}", ended.err);
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

/// Of a run of more than 2,500 answers the wide table is left as it was, and the command that is told makes it.
#[test]
fn of_a_large_run_the_detail_is_made_anew_and_the_rest_is_told() {
    let lab = run(630);
    let pack = pack(&lab, &["--reviewers", "지민", "--sample", "3"]);
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    rate(&heads, &mut rows);
    lab.write("back.csv", written(&heads, &rows, b','));
    let ended = lab.run(&["review", "import", "back.csv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(kept(&lab, &pack, "지민").len(), 3);
    let folder = lab.last_run();
    let (heads, rows) = table(&folder.join("detail.csv"));
    let mean = at(&heads, "human_mean");
    assert_eq!(rows.iter().filter(|row| !row[mean].is_empty()).count(), 3 * 4);
    let wide = folder.join("side-by-side.csv");
    assert!(!table(&wide).0.contains(&"human_mean.gpt-main".to_owned()));
    let line = ended.out.lines().find(|line| line.contains("export r-")).unwrap();
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    assert_eq!(lab.run(&words).code, 0, "{line}");
    let (heads, rows) = table(&wide);
    let mean = at(&heads, "human_mean.gpt-main");
    assert_eq!(
        (rows.len(), rows.iter().filter(|row| !row[mean].is_empty()).count()),
        (630, 3)
    );
}

/// A file without the column of comments took back every comment that had come in.
#[test]
fn a_column_of_words_that_is_missing_clears_nothing() {
    let lab = run(6);
    let pack = pack(&lab, &["--reviewers", "지민"]);
    let (heads, rows) = sent(&lab, "지민");
    let before = kept(&lab, &pack, "지민");
    let note = at(&heads, "note");
    let without = |row: &[String]| [&row[..note], &row[note + 1..]].concat();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| without(row)).collect();
    lab.write("back.csv", written(&without(&heads), &rows, b','));
    let ended = lab.run(&["review", "import", "back.csv"]);
    assert!(
        ended.out.contains("1 column is not in the file (note)") && ended.out.contains("nothing new"),
        "{ended:?}"
    );
    assert_eq!(kept(&lab, &pack, "지민"), before);
}

/// The CSV of a pack of simulated answers did not say what they are, and neither did the import.
#[test]
fn a_row_that_was_cleared_is_taken_back_and_a_rehearsal_says_so() {
    let lab = run(6);
    let pack = pack(&lab, &["--reviewers", "지민"]);
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    assert_eq!(heads.last().map(String::as_str), Some("simulated"));
    assert!(rows.iter().all(|row| row[at(&heads, "simulated")] == "SIMULATED"));
    rate(&heads, &mut rows);
    lab.write("back.csv", written(&heads, &rows, b','));
    let ended = lab.run(&["review", "import", "back.csv"]);
    assert!(ended.out.contains("reviewer 지민, SIMULATED"), "{}", ended.out);
    for key in ["s.A", "s.B", "s.C", "s.D", "pref", "note"] {
        rows[2][at(&heads, key)].clear();
    }
    lab.write("back.csv", written(&heads, &rows, b','));
    let ended = lab.run(&["review", "import", "back.csv"]);
    assert!(ended.out.contains("0 changed, 0 new, 1 removed"), "{}", ended.out);
    let status = lab.run(&["review", "status", &pack]);
    assert!(status.out.contains("Names stay hidden"), "{}", status.out);
}

/// Ratings whose pack could not be read were missing from `show` and exports without a word.
#[test]
fn ratings_that_cannot_be_read_are_told() {
    let lab = run(6);
    let pack = pack(&lab, &["--reviewers", "지민"]);
    sent(&lab, "지민");
    let whole = lab.run(&["show", "last"]);
    assert!(
        whole.out.contains("People's ratings") && whole.err.is_empty(),
        "{whole:?}"
    );
    let key = lab.last_run().join("reviews").join(&pack).join("key.json");
    std::fs::write(&key, "{").unwrap();
    for words in [&["show", "last"][..], &["export", "last", "csv", "-o", "detail.csv"]] {
        let ended = lab.run(words);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(
            ended.err.contains("! people's ratings are left out: ") && ended.err.contains("key.json"),
            "{ended:?}"
        );
    }
    let ended = lab.run(&["review", "status", &pack]);
    assert!(ended.code != 0 && ended.err.contains("without its key"), "{ended:?}");
}

/// An automatic score half-way between two hundredths was one in `show` and another in `review status`.
#[test]
fn an_automatic_score_reads_the_same_everywhere() {
    let lab = run(8);
    answered(&lab, 8, |case, _| if case == 0 { "0원" } else { "모름" }.to_owned());
    let pack = pack(&lab, &["--reviewers", "지민"]);
    sent(&lab, "지민");
    let last = |words: &[&str]| {
        let told = lab.run(words).out;
        let ratings = told.find("auto score").unwrap_or_else(|| panic!("{told}"));
        let line = told[ratings..].lines().find(|line| line.contains("gpt-main")).unwrap();
        line.split_whitespace().last().unwrap().to_owned()
    };
    assert_eq!(last(&["review", "status", &pack]), last(&["show", "last"]));
}

/// `review status` told the first pack whose key is damaged and none of the others.
#[test]
fn a_damaged_pack_hides_no_other() {
    let lab = run(6);
    let (damaged, whole) = (
        pack(&lab, &["--reviewers", "서준"]),
        pack(&lab, &["--reviewers", "지민"]),
    );
    let key = lab.last_run().join("reviews").join(&damaged).join("key.json");
    std::fs::write(&key, "{").unwrap();
    let ended = lab.run(&["review", "status"]);
    assert!(
        ended.out.contains(&format!("Next   narani review status {whole}")),
        "{ended:?}"
    );
    assert!(ended.out.contains("지민") && !ended.out.contains("서준"), "{ended:?}");
    assert!(
        ended.code == 2 && ended.err.contains(&damaged) && ended.err.contains("without its key"),
        "{ended:?}"
    );
}
