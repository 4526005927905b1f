//! Whole summaries.

use jiff::tz::TimeZone;

use super::*;
use crate::compare::fixture::{Make, stop_at, usual};
use crate::report::words::Lang;

fn style(width: usize) -> Style {
    Style {
        width,
        ascii: false,
        color: false,
        lang: Lang::En,
    }
}

fn seoul() -> TimeZone {
    TimeZone::posix("KST-9").unwrap()
}

fn usual_in(style: Style) -> String {
    let (info, records) = usual();
    summary_in(&info, &View::of(&info, records, &[]), &style, &seoul())
}

#[test]
fn at_140_columns() {
    insta::assert_snapshot!(usual_in(style(140)));
}

#[test]
fn at_100_columns() {
    insta::assert_snapshot!(usual_in(style(100)));
}

#[test]
fn at_80_columns() {
    insta::assert_snapshot!(usual_in(style(80)));
}

#[test]
fn at_60_columns() {
    insta::assert_snapshot!(usual_in(style(60)));
}

#[test]
fn at_48_columns() {
    insta::assert_snapshot!(usual_in(style(48)));
}

#[test]
fn in_ascii() {
    insta::assert_snapshot!(usual_in(Style {
        ascii: true,
        ..style(100)
    }));
}

#[test]
fn in_korean() {
    insta::assert_snapshot!(usual_in(Style {
        lang: Lang::Ko,
        ..style(100)
    }));
}

#[test]
fn with_two_prompts_and_three_trials_stopped() {
    let make = Make {
        targets: vec!["클로바 본선 🇰🇷", "gpt-main"],
        prompts: vec!["짧게", "polite"],
        trials: 3,
        simulated: true,
        ..Make::default()
    };
    let (info, mut records) = (make.info(), make.records());
    stop_at(&mut records, 35);
    insta::assert_snapshot!(summary_in(&info, &View::of(&info, records, &[]), &style(100), &seoul()));
}

#[test]
fn without_scorers() {
    let make = Make {
        scored: false,
        cases: 12,
        ..Make::default()
    };
    insta::assert_snapshot!(summary_in(
        &make.info(),
        &View::of(&make.info(), make.records(), &[]),
        &style(100),
        &seoul()
    ));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let coloured = usual_in(Style {
        color: true,
        ..style(100)
    });
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').expect("every sequence is a colour").1;
    }
    plain.push_str(rest);
    assert_eq!(plain, usual_in(style(100)));
}

/// Rates of three cases by prompt stood there like those of three hundred.
#[test]
fn few_cases_by_prompt_stand_in_brackets_as_by_tag() {
    let told = |cases| {
        let make = Make {
            targets: vec!["gpt-main", "llama-local"],
            prompts: vec!["plain", "polite"],
            cases,
            trouble: false,
            ..Make::default()
        };
        let info = make.info();
        let text = summary_in(&info, &View::of(&info, make.records(), &[]), &style(80), &seoul());
        let from = text.find("By prompt").unwrap();
        text[from..].lines().take(5).collect::<Vec<_>>().join("\n")
    };
    let few = told(9);
    assert!(
        few.contains("in brackets n < 10") && few.matches('(').count() == 7,
        "{few}"
    );
    let enough = told(10);
    assert!(
        !enough.contains("brackets") && enough.matches('(').count() == 1,
        "{enough}"
    );
}

/// The cheapest was named without a word on the targets that are priced in another currency.
#[test]
fn the_cheapest_names_its_currency_where_there_are_several() {
    let told = |targets: Vec<&'static str>, lang| {
        let make = Make {
            targets,
            cases: 200,
            ..Make::default()
        };
        let info = make.info();
        crate::report::words::said(&View::of(&info, make.records(), &[]), lang).join("\n")
    };
    let dollars = || vec!["gpt-main", "claude-main", "gemini-main"];
    let both = || vec!["gpt-main", "claude-main", "gemini-main", "clova-main"];
    let en = told(both(), Lang::En);
    assert!(
        en.contains("Cheapest of those priced in USD, not clearly worse than the best: gemini-main"),
        "{en}"
    );
    let ko = told(both(), Lang::Ko);
    assert!(
        ko.contains("USD 가격 대상 가운데 1위보다 뚜렷이 떨어지지 않으면서 가장 싼 대상: gemini-main"),
        "{ko}"
    );
    let en = told(dollars(), Lang::En);
    assert!(
        en.contains("Cheapest not clearly worse than the best: gemini-main"),
        "{en}"
    );
}

/// Where a scorer broke, "next" offered to ask again, which asks nothing, and not to score again.
#[test]
fn after_a_broken_scorer_scoring_again_is_next() {
    let make = Make {
        targets: vec!["a"],
        cases: 1,
        trouble: false,
        ..Make::default()
    };
    let (info, mut records) = (make.info(), make.records());
    records[0].status = crate::domain::Status::Error;
    records[0].scores[0].unscored = Some("could not run".into());
    let view = View::of(&info, records, &[]);
    let next = next(&info, &view, &style(100));
    assert!(next.contains("narani score") && !next.contains("--resume"), "{next}");
}
