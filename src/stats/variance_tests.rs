use serde_json::Value;

use super::*;
use crate::stats::chance::Chance;

fn observations(rows: &Value) -> Vec<Observation> {
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| Observation {
            target: number(&row[0]),
            prompt: number(&row[1]),
            case: number(&row[2]),
            score: row[3].as_f64().unwrap(),
        })
        .collect()
}

#[test]
fn as_mean_squares_computed_elsewhere() {
    let file: Value = serde_json::from_str(include_str!("../../tests/reference/variance.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 5);
    for case in cases {
        let number = |name: &str| usize::try_from(case[name].as_u64().unwrap()).unwrap();
        let found = decompose(&observations(&case["rows"]), number("targets"), number("prompts"));
        let expected = case["components"].as_object().unwrap();
        let names: Vec<String> = found
            .components
            .iter()
            .map(|component| {
                serde_json::to_value(component.source)
                    .unwrap()
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let mut wanted: Vec<&String> = expected.keys().collect();
        wanted.sort_unstable();
        let mut got: Vec<&String> = names.iter().collect();
        got.sort_unstable();
        assert_eq!(got, wanted, "{}", case["id"]);
        for (component, name) in found.components.iter().zip(&names) {
            let wanted = expected[name].as_f64().unwrap();
            assert!(
                (component.estimate - wanted).abs() < 1e-10,
                "{} {name}: {} is not {wanted}",
                case["id"],
                component.estimate
            );
        }
    }
}

#[test]
fn what_cannot_be_split_says_why() {
    assert_eq!(decompose(&[], 2, 2).reason, Some(Reason::Empty));
    let one = Observation {
        target: 0,
        prompt: 0,
        case: 7,
        score: 1.0,
    };
    assert_eq!(decompose(&[one], 1, 1).reason, Some(Reason::OneCase));
    // A case without an answer of the second target is left out.
    let lacking = decompose(&[one, Observation { case: 8, ..one }], 2, 1);
    assert_eq!((lacking.cases, lacking.cases_left_out), (0, 2));
    let same: Vec<Observation> = (0..10)
        .map(|at| Observation {
            target: at % 2,
            case: at / 2,
            ..one
        })
        .collect();
    let same = decompose(&same, 2, 1);
    assert_eq!(same.reason, Some(Reason::NoVariance));
    assert!(same.components.iter().all(|component| component.share.is_none()));
}

/// Scores drawn with known spreads come back about right, and so does the ratio.
#[test]
fn drawn_spreads_come_back() {
    let mut chance = Chance::new(3, 0);
    let (targets, prompts, cases, trials) = (12, 10, 200, 2);
    let mut draws = |count: usize, sd: f64| (0..count).map(|_| sd * chance.normal()).collect::<Vec<f64>>();
    let (by_target, by_prompt, by_case) = (draws(targets, 0.4), draws(prompts, 0.1), draws(cases, 0.3));
    let both = draws(targets * cases, 0.2);
    let noise = draws(targets * prompts * cases * trials, 0.25);
    let mut rows = Vec::new();
    for target in 0..targets {
        for prompt in 0..prompts {
            for case in 0..cases {
                for trial in 0..trials {
                    let luck = noise[((target * prompts + prompt) * cases + case) * trials + trial];
                    rows.push(Observation {
                        target,
                        prompt,
                        case,
                        score: by_target[target]
                            + by_prompt[prompt]
                            + by_case[case]
                            + both[target * cases + case]
                            + luck,
                    });
                }
            }
        }
    }
    let found = decompose(&rows, targets, prompts);
    let sd = |source| found.of(source).unwrap().sd;
    assert!((sd(Source::Case) - 0.3).abs() < 0.04, "{}", sd(Source::Case));
    assert!((sd(Source::TargetCase) - 0.2).abs() < 0.01);
    assert!((sd(Source::Chance) - 0.25).abs() < 0.005);
    assert!(sd(Source::TargetPrompt) < 0.02 && sd(Source::PromptCase) < 0.02);
    let times = found.times(Source::Target, Source::Prompt).unwrap();
    assert!((2.0..8.0).contains(&times), "{times}");
    let few: Vec<Observation> = rows.into_iter().filter(|one| one.case < 30).collect();
    let options = Options {
        resamples: 100,
        ..Options::default()
    };
    let interval = times_interval(&few, targets, prompts, (Source::Target, Source::Prompt), options).unwrap();
    assert!(
        interval.low < times * 1.3 && interval.high > times * 0.7,
        "{interval:?} {times}"
    );
}
