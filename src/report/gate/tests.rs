//! The hostile corpus through every form of a verdict.

use std::sync::Arc;

use super::markdown::{Manner, markdown};
use super::{github, json, junit, terminal};
use crate::compare::fixture::Make;
use crate::compare::{Grid, Spot};
use crate::config::GateRules;
use crate::gate::{Against, Baseline, Options, Trial, Verdict, judge};
use crate::report::Style;
use crate::report::words::Lang;
use crate::text::sink::hostile;
use crate::text::width::display_width;

/// A failing verdict in which `text` stands in every place that others write.
fn poisoned(text: &str) -> (Verdict, Grid) {
    let make = Make {
        targets: vec!["gpt-main"],
        cases: 60,
        ..Make::default()
    };
    let mut info = make.info();
    info.suite = text.to_owned();
    info.targets[0].name = text.to_owned();
    let info = Arc::new(info);
    let spots = |wrong: usize| -> Vec<Spot> {
        (0..60)
            .map(|at| Spot::told(1, u16::from(at >= wrong), Some(if at >= wrong { 1.0 } else { 0.0 })))
            .collect()
    };
    let base = Grid::made(&info, &[spots(0)], None);
    let mut now = Grid::made(&info, &[spots(15)], None);
    for case in 0..15 {
        now.give_tag(case, text);
    }
    let against = Against::new(text.to_owned(), false, None, &now, vec![Ok(Baseline::of(&base, 0))]);
    let rules = GateRules::default();
    let mut verdict = judge(&Trial {
        now: &now,
        against: &against,
        rules: &rules,
        today: "2026-03-14".parse().unwrap(),
        repeats: None,
        options: &Options::default(),
    })
    .unwrap();
    assert_eq!(verdict.exit(), 1);
    for moved in super::markdown::listed(&mut verdict.checks[0]) {
        moved.case = format!("{text}{}", moved.place);
        moved.why = text.into();
        moved.answer = text.to_owned();
        moved.file = text.to_owned();
        moved.line = 7;
    }
    (verdict, now)
}

fn style(width: usize, lang: Lang) -> Style {
    Style {
        width,
        ascii: false,
        color: false,
        lang,
    }
}

#[test]
fn nothing_hostile_gets_through() {
    for (id, text, _) in hostile::corpus() {
        let (verdict, grid) = poisoned(&text);
        for lang in [Lang::En, Lang::Ko] {
            let drawn = terminal(&verdict, true, &style(80, lang));
            assert!(
                !drawn.chars().any(|letter| letter.is_control() && letter != '\n'),
                "{id}: a control reaches the terminal"
            );
            assert!(
                !drawn
                    .lines()
                    .any(|line| line.trim_start().starts_with("::") || line.contains("##[")),
                "{id}: a command in the log"
            );
        }
        let commands = github::annotations(&verdict, Lang::En);
        assert!(commands.lines().count() <= 10, "{id}");
        for line in commands.lines() {
            assert!(
                line.starts_with("::error ") || line.starts_with("::notice title=narani gate::and "),
                "{id}: {line}"
            );
            assert!(
                line.matches("::").count() == 2,
                "{id}: the text brings a command of its own: {line}"
            );
        }
        let outputs = github::outputs(&verdict, &text);
        assert_eq!(outputs.lines().count(), 3, "{id}");
        let summary = markdown(
            &verdict,
            Manner {
                marker: None,
                most: 60_000,
                answers: true,
            },
            Lang::En,
        );
        assert!(summary.chars().count() <= 60_000, "{id}: too long");
        let first = summary.lines().next().unwrap();
        assert!(
            first.starts_with("<!-- narani:gate:") && first.ends_with(" -->") && first.matches("--").count() == 2,
            "{id}: {first}"
        );
        let xml = junit(&verdict, &grid).unwrap();
        let wrong = |letter: char| {
            (letter.is_control() && !matches!(letter, '\n' | '\t')) || matches!(letter, '\u{fffe}' | '\u{ffff}')
        };
        assert!(!xml.chars().any(wrong), "{id}: XML 1.0 forbids it");
        let parsed: serde_json::Value = serde_json::from_str(&json(&verdict)).unwrap();
        assert_eq!(parsed["verdict"], "fail", "{id}");
    }
}

#[test]
fn lines_fit_eighty_columns() {
    let (verdict, _) = poisoned("고객 지원");
    for width in [60, 80, 100, 140] {
        for lang in [Lang::En, Lang::Ko] {
            let drawn = terminal(&verdict, false, &style(width, lang));
            for line in drawn.lines().filter(|line| !line.contains("narani ")) {
                assert!(display_width(line) <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn long_summaries_are_cut_at_a_section_and_say_so() {
    let (verdict, _) = poisoned("a case with a rather long name");
    let manner = Manner {
        marker: Some("mine"),
        most: 1_500,
        answers: true,
    };
    let cut = markdown(&verdict, manner, Lang::En);
    assert!(cut.starts_with("<!-- narani:gate:mine -->\n> [!CAUTION]"));
    assert!(cut.contains("was left out") && cut.chars().count() <= 1_500, "{cut}");
    assert_eq!(cut.matches("<details>").count(), cut.matches("</details>").count());
}

/// The first target took all of the ten annotations that GitHub shows, and none said why.
#[test]
fn annotations_go_round_and_say_why() {
    let make = Make {
        targets: vec!["one", "two"],
        cases: 60,
        ..Make::default()
    };
    let info = Arc::new(make.info());
    let spots = |wrong: usize| -> Vec<Spot> {
        (0..60)
            .map(|at| Spot::told(1, u16::from(at >= wrong), Some(if at >= wrong { 1.0 } else { 0.0 })))
            .collect()
    };
    let base = Grid::made(&info, &[spots(0), spots(0)], None);
    let now = Grid::made(&info, &[spots(20), spots(15)], None);
    let sides = vec![Ok(Baseline::of(&base, 0)), Ok(Baseline::of(&base, 1))];
    let against = Against::new("b".to_owned(), false, None, &now, sides);
    let mut verdict = judge(&Trial {
        now: &now,
        against: &against,
        rules: &GateRules::default(),
        today: "2026-03-14".parse().unwrap(),
        repeats: None,
        options: &Options::default(),
    })
    .unwrap();
    for check in &mut verdict.checks {
        for moved in &mut check.newly_failing {
            moved.why = "says 7 days, 100% sure\n::error::x".into();
        }
    }
    let lines = github::annotations(&verdict, Lang::En);
    let lines: Vec<&str> = lines.lines().collect();
    let of = |label: &str| lines.iter().filter(|line| line.contains(&format!("({label})"))).count();
    assert_eq!((lines.len(), of("one"), of("two")), (10, 5, 4), "{lines:#?}");
    assert!(
        lines[0].ends_with("::score 1.00 → 0.00: says 7 days, 100%25 sure : :error: :x"),
        "{}",
        lines[0]
    );
    assert_eq!(lines[9], "::notice title=narani gate::and 26 more in the job summary");
}

/// The name of a scorer had a particle joined to it that does not fit how it ends: `점수 tone가`.
#[test]
fn a_noun_stands_between_the_name_of_a_scorer_and_its_particle() {
    let (mut verdict, _) = poisoned("gpt");
    let crate::config::CheckKind::Regression { metric, .. } = &mut verdict.checks[0].rule else {
        panic!("{:?}", verdict.checks[0].rule)
    };
    *metric = crate::config::Metric::Scorer("tone".to_owned());
    let manner = Manner {
        marker: None,
        most: usize::MAX,
        answers: false,
    };
    let told = markdown(&verdict, manner, Lang::Ko);
    assert!(told.contains("gpt: 점수 tone 지표가 기준보다"), "{told}");
}

/// What an annotation said of an undecided check ended in mid-sentence, and nothing showed that more was said.
#[test]
fn a_message_that_is_cut_ends_at_a_word_and_shows_it() {
    let (mut verdict, _) = poisoned("gpt");
    let ended = |verdict: &Verdict| {
        let lines = github::annotations(verdict, Lang::En);
        let (_, message) = lines.lines().next().unwrap().rsplit_once("::").unwrap();
        message.to_owned()
    };
    let mut with = |why: String| {
        for moved in &mut verdict.checks[0].newly_failing {
            moved.why = why.clone().into();
        }
        ended(&verdict)
    };
    let told = with("word ".repeat(40));
    assert!(told.ends_with("word…") && told.chars().count() <= 120, "{told}");
    let told = with("가".repeat(200));
    assert!(told.ends_with("가가…") && told.chars().count() == 120, "{told}");
    assert!(!with("short".to_owned()).contains('…'));
}
