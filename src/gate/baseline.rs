//! Baseline files: what a target is known to do, case by case, in a form that a repository can hold.
//!
//! One file a column, `BASELINES/SUITE/TARGET.jsonl`: a head, one line a case in order of ids (bytes), and a sum over
//! everything before it. Nothing in it depends on when, where or by which run it was made, so that accepting the same
//! results again gives the same bytes. Pure: bytes in, bytes out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::compare::{Grid, Spot};
use crate::domain::RunInfo;

/// What one column is known to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// What the file says of itself.
    pub head: Head,
    /// One a case that was measured, in order of ids.
    pub lines: Vec<Line>,
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Form of the file: `baseline/1`.
    pub narani: String,
    /// Name of the suite.
    pub suite: String,
    /// Fingerprint of its cases and scorers.
    pub suite_fp: String,
    /// Fingerprint of the scorers of the whole suite.
    pub scorers_fp: String,
    /// Name of the target.
    pub target: String,
    /// Name of the prompt, where the suite compares several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// The model that answered, as the provider said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Answers of the simulator, which stand for no model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Repeats.
    pub trials: u32,
    /// Number of lines that follow.
    pub cases: u64,
    /// 95th percentile of the time to answer, to two digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95_ms: Option<u64>,
}

/// A case.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its id.
    pub case: String,
    /// Fingerprint of what was asked and what was right.
    pub print: String,
    /// Answers with a verdict.
    pub n: u16,
    /// Answers that passed.
    pub pass: u16,
    /// Mean score in millionths; files of older versions hold hundredths.
    pub score: Option<u32>,
    /// Mean points of every scorer in millionths, where there are several.
    pub by: Vec<(String, u32)>,
}

impl Line {
    /// The line as a square.
    #[must_use]
    pub fn spot(&self) -> Spot {
        Spot::told(self.n, self.pass, self.score.map(share))
    }

    /// Whether people see it as another does: scores in hundredths, as they are shown and as older files hold them.
    #[must_use]
    pub fn looks_like(&self, other: &Self) -> bool {
        let seen = |line: &Self| {
            let hundredths = |value: u32| (value + 5_000) / 10_000;
            Self {
                score: line.score.map(hundredths),
                by: line
                    .by
                    .iter()
                    .map(|(name, value)| (name.clone(), hundredths(*value)))
                    .collect(),
                ..line.clone()
            }
        };
        seen(self) == seen(other)
    }
}

/// A score of 1 as lines hold it. Six digits: fewer are not the score, more are noise of the arithmetic.
const WHOLE: u32 = 1_000_000;

/// Millionths as a share.
#[must_use]
pub fn share(millionths: u32) -> f64 {
    f64::from(millionths) / f64::from(WHOLE)
}

/// Whether a score of a run is the one that a file holds. A file holds six digits, and one that lies between two of them may have
/// gone either way.
#[must_use]
pub fn same_score(held: f64, exact: f64) -> bool {
    (held - exact).abs() < 1.0 / f64::from(WHOLE)
}

/// What is wrong with a baseline file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// Marks of an unfinished merge stand in it; the line of the first.
    Conflict(usize),
    /// The sum does not fit what stands before it: edited, or merged line by line.
    Sum,
    /// The file ends before its sum.
    Cut,
    /// Another form of file, or a newer one.
    Form(String),
    /// A line cannot be read, or does not belong where it stands.
    Line(usize, String),
}

const FORM: &str = "baseline/1";

/// What the head of a simulated baseline says.
pub const SIMULATED: &str = "SIMULATED: the answers come from the simulator, not from any model";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    case: String,
    fp: String,
    n: u16,
    pass: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<serde_json::Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<BTreeMap<String, serde_json::Number>>,
}

impl Baseline {
    /// What a column of a run says. Cases without a verdict are left out. A fingerprint of the scorers comes with it.
    #[must_use]
    pub fn of(grid: &Grid, lane: usize) -> Self {
        let info = &grid.info;
        let column = &grid.lanes[lane];
        let several = grid.scorers.len() > 1;
        let mut lines: Vec<Line> = (0..grid.cases.len())
            .filter_map(|case| {
                let spot = grid.spot(case, lane);
                (spot.judged > 0).then(|| Line {
                    case: grid.cases[case].id.clone(),
                    print: print(grid.cases[case].print),
                    n: spot.judged,
                    pass: spot.passed,
                    score: spot.score().map(millionths),
                    by: if several {
                        let mut by: Vec<(String, u32)> = (0..grid.scorers.len())
                            .filter_map(|scorer| {
                                let value = grid.value(scorer, case, lane)?;
                                Some((grid.scorers[scorer].clone(), millionths(value)))
                            })
                            .collect();
                        by.sort();
                        by
                    } else {
                        Vec::new()
                    },
                })
            })
            .collect();
        lines.sort_by(|a, b| a.case.as_bytes().cmp(b.case.as_bytes()));
        Self {
            head: Head {
                narani: FORM.to_owned(),
                suite: info.suite.clone(),
                suite_fp: info.suite_fp.clone(),
                scorers_fp: scorers_print(info),
                target: column.target.clone(),
                prompt: column.prompt.clone(),
                model: column.model.clone(),
                notice: info.simulated.then(|| SIMULATED.to_owned()),
                trials: info.trials,
                cases: lines.len() as u64,
                p95_ms: column.latency.p95.map(two_digits),
            },
            lines,
        }
    }

    /// The bytes of the file.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = String::new();
        let mut put = |line: String| {
            text.push_str(&line);
            text.push('\n');
        };
        put(json(&self.head));
        for line in &self.lines {
            put(json(&Written {
                case: line.case.clone(),
                fp: line.print.clone(),
                n: line.n,
                pass: line.pass,
                score: line.score.map(decimal),
                by: (!line.by.is_empty()).then(|| {
                    line.by
                        .iter()
                        .map(|(name, value)| (name.clone(), decimal(*value)))
                        .collect()
                }),
            }));
        }
        let sum = sum(&text);
        text.push_str(&format!("{{\"sum\":\"{sum}\"}}\n"));
        text
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, Damage> {
        // A checkout on Windows may have changed the line ends; that is no damage.
        let clean = text.replace("\r\n", "\n");
        if let Some(at) = clean.lines().position(conflict) {
            return Err(Damage::Conflict(at + 1));
        }
        let mut numbered = clean.lines().zip(1..);
        let (first, _) = numbered.next().ok_or(Damage::Cut)?;
        let form =
            serde_json::from_str::<serde_json::Value>(first).map_err(|error| Damage::Line(1, error.to_string()))?;
        match form.get("narani").and_then(serde_json::Value::as_str) {
            Some(FORM) => {}
            Some(other) => return Err(Damage::Form(other.to_owned())),
            None => return Err(Damage::Form(String::new())),
        }
        let last = clean.trim_end_matches('\n').rfind('\n').ok_or(Damage::Cut)?;
        let (body, end) = clean.split_at(last + 1);
        let told = serde_json::from_str::<serde_json::Value>(end.trim_end())
            .ok()
            .and_then(|value| value.get("sum")?.as_str().map(str::to_owned))
            .ok_or(Damage::Cut)?;
        if told != sum(body) {
            return Err(Damage::Sum);
        }
        let head: Head = serde_json::from_str(first).map_err(|error| Damage::Line(1, error.to_string()))?;
        let mut lines: Vec<Line> = Vec::new();
        for (text, number) in body.lines().zip(1..).skip(1) {
            let wrong = |why: &str| Damage::Line(number, why.to_owned());
            let written: Written = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
            if lines
                .last()
                .is_some_and(|before| before.case.as_bytes() >= written.case.as_bytes())
            {
                return Err(wrong("the cases are not in order, or one stands twice"));
            }
            if written.pass > written.n || written.n == 0 {
                return Err(wrong("more passes than answers"));
            }
            lines.push(Line {
                case: written.case,
                print: written.fp,
                n: written.n,
                pass: written.pass,
                score: written.score.as_ref().and_then(read_share),
                by: written
                    .by
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|(name, value)| Some((name.clone(), read_share(value)?)))
                    .collect(),
            });
        }
        if lines.len() as u64 != head.cases {
            return Err(Damage::Sum);
        }
        Ok(Self { head, lines })
    }

    /// Whether it comes from the simulator.
    #[must_use]
    pub fn simulated(&self) -> bool {
        self.head.notice.is_some()
    }

    /// The line of a case.
    #[must_use]
    pub fn line(&self, case: &str) -> Option<&Line> {
        self.lines
            .binary_search_by(|line| line.case.as_bytes().cmp(case.as_bytes()))
            .ok()
            .map(|place| &self.lines[place])
    }

    /// This baseline with the given lines taken from `newer`; lines of cases that `newer` lacks stay. The head is the
    /// newer one's.
    #[must_use]
    pub fn with(&self, newer: &Self, takes: &dyn Fn(&str) -> bool) -> Self {
        let mut lines: BTreeMap<&[u8], &Line> = self.lines.iter().map(|line| (line.case.as_bytes(), line)).collect();
        for line in newer.lines.iter().filter(|line| takes(&line.case)) {
            lines.insert(line.case.as_bytes(), line);
        }
        let lines: Vec<Line> = lines.into_values().cloned().collect();
        Self {
            head: Head {
                cases: lines.len() as u64,
                ..newer.head.clone()
            },
            lines,
        }
    }
}

/// Fingerprint of the scorers of the whole suite.
#[must_use]
pub fn scorers_print(info: &RunInfo) -> String {
    let mut hash = blake3::Hasher::new();
    for scorer in &info.scorers {
        hash.update(crate::scorer::fingerprint(scorer).as_bytes());
    }
    format!("sc_{}", &hash.finalize().to_hex()[..8])
}

/// Fingerprint of a case as files have it.
#[must_use]
pub fn print(bits: u64) -> String {
    format!("c_{:08x}", bits >> 32)
}

/// Name of the file of a column: what a file system does not take becomes `_`, with a few digits of a hash so that two
/// columns never share a file.
#[must_use]
pub fn file_name(target: &str, prompt: Option<&str>) -> String {
    let whole = prompt.map_or_else(|| target.to_owned(), |prompt| format!("{target}.{prompt}"));
    format!("{}.jsonl", safe_name(&whole))
}

/// A name that every file system takes: NFC, at most 120 bytes.
#[must_use]
pub fn safe_name(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let composed: String = name.nfc().collect();
    let mut safe: String = composed
        .chars()
        .map(|letter| match letter {
            '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '_',
            letter if letter.is_control() => '_',
            letter => letter,
        })
        .collect();
    while safe.len() > 100 {
        safe.pop();
    }
    let trimmed = safe.trim().trim_end_matches('.').trim_start_matches('.').to_owned();
    if trimmed == composed && !trimmed.is_empty() && !reserved(&trimmed) {
        return trimmed;
    }
    format!("{trimmed}_{}", &blake3::hash(composed.as_bytes()).to_hex()[..6])
}

/// Names that Windows keeps for devices.
fn reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or("").to_ascii_lowercase();
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || (stem.len() == 4
            && (stem.starts_with("com") || stem.starts_with("lpt"))
            && stem.ends_with(|last: char| last.is_ascii_digit()))
}

fn conflict(line: &str) -> bool {
    line.starts_with("<<<<<<<") || line.starts_with("=======") || line.starts_with(">>>>>>>")
}

/// Sixteen hexadecimal digits over all lines before.
fn sum(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=WHOLE"
)]
fn millionths(value: f64) -> u32 {
    (value.clamp(0.0, 1.0) * f64::from(WHOLE)).round() as u32
}

/// `1`, `0.9`, `0.5149`: the shortest form, so that equal scores are equal bytes.
fn decimal(millionths: u32) -> serde_json::Number {
    match millionths {
        0 | WHOLE => serde_json::Number::from(millionths / WHOLE),
        other => serde_json::Number::from_f64(share(other)).unwrap_or_else(|| serde_json::Number::from(0)),
    }
}

fn read_share(number: &serde_json::Number) -> Option<u32> {
    let value = number.as_f64()?;
    (0.0..=1.0).contains(&value).then(|| millionths(value))
}

/// Microseconds as milliseconds with two digits that count.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times of calls, rounded to two digits"
)]
fn two_digits(micros: f64) -> u64 {
    let millis = (micros / 1e3).round().max(0.0) as u64;
    let mut step = 1;
    while millis / step >= 100 {
        step *= 10;
    }
    (millis + step / 2) / step * step
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(case: &str, pass: u16, hundredths: u32) -> Line {
        Line {
            case: case.to_owned(),
            print: "c_71d00000".to_owned(),
            n: 1,
            pass,
            score: Some(hundredths * 10_000),
            by: Vec::new(),
        }
    }

    fn small() -> Baseline {
        Baseline {
            head: Head {
                narani: FORM.to_owned(),
                suite: "ko-support".to_owned(),
                suite_fp: "sf_9c41a7".to_owned(),
                scorers_fp: "sc_0b77".to_owned(),
                target: "clova-main".to_owned(),
                prompt: None,
                model: None,
                notice: None,
                trials: 1,
                cases: 3,
                p95_ms: Some(4600),
            },
            lines: vec![
                line("calc-001", 1, 100),
                line("calc-002", 1, 88),
                line("환불-003", 0, 90),
            ],
        }
    }

    #[test]
    fn written_as_designed() {
        insta::assert_snapshot!(small().write(), @r#"
        {"narani":"baseline/1","suite":"ko-support","suite_fp":"sf_9c41a7","scorers_fp":"sc_0b77","target":"clova-main","trials":1,"cases":3,"p95_ms":4600}
        {"case":"calc-001","fp":"c_71d00000","n":1,"pass":1,"score":1}
        {"case":"calc-002","fp":"c_71d00000","n":1,"pass":1,"score":0.88}
        {"case":"환불-003","fp":"c_71d00000","n":1,"pass":0,"score":0.9}
        {"sum":"8abe4bc6c4f99d36"}
        "#);
    }

    #[test]
    fn what_is_written_is_read_and_written_again_the_same() {
        let text = small().write();
        let read = Baseline::read(&text).unwrap();
        assert_eq!(read, small());
        assert_eq!(read.write(), text);
        assert_eq!(
            Baseline::read(&text.replace('\n', "\r\n")),
            Ok(small()),
            "a checkout on Windows"
        );
    }

    #[test]
    fn damage_is_found() {
        let text = small().write();
        let lines: Vec<&str> = text.lines().collect();
        let joined = |lines: &[&str]| format!("{}\n", lines.join("\n"));
        assert_eq!(Baseline::read(""), Err(Damage::Cut));
        assert_eq!(Baseline::read(&joined(&lines[..4])), Err(Damage::Cut));
        assert_eq!(Baseline::read(&text.replace("0.88", "0.89")), Err(Damage::Sum));
        assert_eq!(
            Baseline::read(&joined(&[lines[0], lines[1], lines[3], lines[4]])),
            Err(Damage::Sum),
            "a merge that dropped a line"
        );
        assert_eq!(
            Baseline::read(&text.replace("baseline/1", "baseline/9")),
            Err(Damage::Form("baseline/9".to_owned()))
        );
        let merged = joined(&[
            lines[0],
            "<<<<<<< HEAD",
            lines[1],
            "=======",
            lines[2],
            ">>>>>>> other",
            lines[4],
        ]);
        assert_eq!(Baseline::read(&merged), Err(Damage::Conflict(2)));
        assert!(matches!(Baseline::read("[]\n"), Err(Damage::Form(_))));
        assert!(matches!(Baseline::read("\u{0}PNG"), Err(Damage::Line(1, _))));
        let mut twice = small();
        twice.lines[1].case = "calc-001".to_owned();
        assert!(matches!(Baseline::read(&twice.write()), Err(Damage::Line(3, _))));
    }

    #[test]
    fn taking_some_cases_leaves_the_others() {
        let mut newer = small();
        for line in &mut newer.lines {
            line.pass = 1 - line.pass;
        }
        newer.lines.pop();
        newer.lines.push(line("새 문항", 1, 100));
        let both = small().with(&newer, &|case| case == "calc-002" || case == "새 문항");
        let seen: Vec<(&str, u16)> = both.lines.iter().map(|line| (line.case.as_str(), line.pass)).collect();
        assert_eq!(
            seen,
            [("calc-001", 1), ("calc-002", 0), ("새 문항", 1), ("환불-003", 0)]
        );
        assert_eq!(both.head.cases, 4);
    }

    #[test]
    fn names_become_file_names() {
        assert_eq!(file_name("clova-main", None), "clova-main.jsonl");
        assert_eq!(file_name("클로바", Some("formal")), "클로바.formal.jsonl");
        for odd in ["a/b", "..", "con", "a:b", "trailing.", "x\u{0}y", &"긴".repeat(100)] {
            let name = file_name(odd, None);
            assert!(
                name.len() <= 120 && !name.contains(['/', ':', '\0']) && !name.starts_with('.'),
                "{name}"
            );
        }
        assert_ne!(file_name("a/b", None), file_name("a:b", None));
    }

    /// 0.5149 and 0.4851 were 0.51 and 0.49.
    #[test]
    fn a_score_is_held_to_six_digits() {
        let held = |score: f64| {
            let mut baseline = small();
            baseline.lines[1].score = Some(millionths(score));
            let text = baseline.write();
            assert_eq!(Baseline::read(&text), Ok(baseline));
            let line = text.lines().nth(2).unwrap();
            line.rsplit_once(':').unwrap().1.trim_end_matches('}').to_owned()
        };
        for (score, written) in [
            (0.5149, "0.5149"),
            (2.0 / 3.0, "0.666667"),
            (0.88, "0.88"),
            (0.1 + 0.2, "0.3"),
            (1.0 - 1e-9, "1"),
            (1e-9, "0"),
        ] {
            assert_eq!(held(score), written);
            assert!(same_score(written.parse().unwrap(), score), "{score}");
        }
        let of = |score: u32| Line {
            score: Some(score),
            ..line("calc-001", 1, 0)
        };
        assert!(of(510_000).looks_like(&of(514_900)) && !of(510_000).looks_like(&of(515_000)));
        assert!(same_score(0.333_333, 0.333_333_51) && !same_score(0.333_333, 0.333_335));
    }

    proptest::proptest! {
        #[test]
        fn any_baseline_survives(cases in proptest::collection::btree_map("[a-z가-힣\"\\\\ \u{1}-]{1,8}", (1u16..5, 0u32..=WHOLE), 0..20)) {
            let mut baseline = small();
            baseline.lines = cases
                .into_iter()
                .map(|(case, (n, score))| Line { n, pass: n / 2, score: Some(score), ..line(&case, 0, 0) })
                .collect();
            baseline.lines.sort_by(|a, b| a.case.as_bytes().cmp(b.case.as_bytes()));
            baseline.head.cases = baseline.lines.len() as u64;
            let text = baseline.write();
            proptest::prop_assert_eq!(Baseline::read(&text), Ok(baseline));
        }
    }
}
