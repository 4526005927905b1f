//! Rows that are marked as finished and are not, and rows that were refused.

use crate::decisions::{decided, differing};
use crate::setup::{at, table, written};
use crate::start::{TARGETS, pack, rate, run};

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Rows with the mark and without scores counted as finished, and the names were told.
#[test]
fn a_mark_does_not_finish_a_row_with_gaps() {
    let lab = run(6);
    let pack = pack(&lab, &["--reviewers", "지민"]);
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    rate(&heads, &mut rows);
    for row in &mut rows {
        "○".clone_into(&mut row[at(&heads, "done")]);
    }
    rows[0][at(&heads, "s.B")].clear();
    rows[1][at(&heads, "pref")].clear();
    // Who cannot tell has said so.
    rows[2][at(&heads, "s.A")].clear();
    "판단 불가".clone_into(&mut rows[2][at(&heads, "pref")]);
    lab.write("back.csv", written(&heads, &rows, b','));
    let told = flat(&lab.run(&["review", "import", "back.csv"]).out);
    assert!(
        told.contains("6 rows: 4 finished, 2 begun, 0 empty")
            && told
                .contains("2 rows are marked as finished, but cells are empty (K2, N3): they do not count as finished"),
        "{told}"
    );
    let status = lab.run(&["review", "status", &pack]).out;
    assert!(TARGETS.iter().all(|(name, _, _)| !status.contains(name)), "{status}");
}

/// A decision without a score counted as one.
#[test]
fn a_mark_decides_nothing() {
    let (lab, pack) = differing(4);
    assert_eq!(lab.run(&["review", "adjudicate", &pack]).code, 0);
    let full = decided(&lab, &pack, 4, 3);
    let lines: Vec<String> = full
        .lines()
        .enumerate()
        .map(|(number, line)| match number {
            1 => line.replace(",3,3,3,3,B,", ",,,,,,"),
            2 => line.replace(",3,3,3,3,B,", ",3,3,,3,B,"),
            _ => line.to_owned(),
        })
        .collect();
    lab.write("decided.csv", lines.join("\n") + "\n");
    let ended = lab.run(&["review", "import", "decided.csv"]);
    assert!(
        flat(&ended.out).contains("2 rows are marked as finished, but cells are empty (B2, C2, D2, E2, F2, D3)"),
        "{ended:?}"
    );
    let status = lab.run(&["review", "status", &pack]).out;
    assert!(
        status.contains("Of 4 rows that people differ on, 2 decided"),
        "{status}"
    );
    let again = lab.run(&["review", "adjudicate", &pack, "-o", "again.xlsx"]).out;
    assert!(again.contains("2 rows to decide, 2 decided before"), "{again}");
}

/// `status` called refused rows empty, and import hid the ninth address.
#[test]
fn refused_rows_are_named_and_counted_as_such() {
    let lab = run(14);
    let pack = pack(&lab, &["--reviewers", "지민"]);
    let (heads, mut rows) = table(&lab.home.path().join("out/심사_지민.csv"));
    rate(&heads, &mut rows);
    for row in &mut rows[..12] {
        "상".clone_into(&mut row[at(&heads, "s.A")]);
    }
    lab.write("back.csv", written(&heads, &rows, b','));
    let told = flat(&lab.run(&["review", "import", "back.csv"]).out);
    assert!(
        told.contains("12 not understood") && told.contains("J13 “상” (allowed"),
        "{told}"
    );
    let status = lab.run(&["review", "status", &pack]).out;
    let line = status.lines().find(|line| line.contains("지민")).unwrap();
    assert!(
        status.contains("refused") && flat(line).starts_with("지민 14 2 0 12 0"),
        "{status}"
    );
    // Mended, nothing is refused any more.
    rate(&heads, &mut rows);
    lab.write("better.csv", written(&heads, &rows, b','));
    assert_eq!(lab.run(&["review", "import", "better.csv"]).code, 0);
    let status = lab.run(&["review", "status", &pack]).out;
    assert!(!status.contains("refused"), "{status}");
}
