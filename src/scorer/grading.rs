//! From a scorer's grade to the score that counts, and from scores to the verdict of an answer.

use super::{Answer, Got, Scorer};
use crate::domain::{Finish, Grade, Mark, Score, ScorerSpec};
use crate::said;

/// Thresholds are met within this much, so that 1 − 1/5 meets 0.8 however it was computed.
const SLACK: f64 = 1e-12;

/// Grades one answer with one scorer and applies the threshold and `not` of the suite.
///
/// An answer that the provider's filter withheld or cut is unscored, except for scorers that judge such
/// answers. Points outside 0 to 1 are brought to the nearer end; a not-a-number is unscored. `not` turns pass
/// and points round (p becomes 1 − p) and leaves labels and unscored answers as they are.
#[must_use]
pub fn grade_one(spec: &ScorerSpec, scorer: &dyn Scorer, answer: &Answer<'_>, got: Option<&Got>) -> Score {
    let filtered = answer.reply.blocked.is_some() || answer.reply.finish == Finish::Filter;
    let grade = if filtered && !scorer.judges_filtered() {
        Grade::unscored(said!(
            "the provider's filter withheld the answer or cut it",
            "제공자의 필터가 답변을 막거나 잘랐습니다"
        ))
    } else {
        scorer.grade(answer, got)
    };
    let mut score = Score {
        scorer: spec.name.clone(),
        pass: None,
        points: None,
        label: None,
        unscored: None,
        why: grade.why,
        weight: if spec.weight.is_finite() {
            spec.weight.max(0.0)
        } else {
            0.0
        },
    };
    match grade.mark {
        Mark::Pass(pass) => {
            let pass = pass != spec.not;
            score.pass = Some(pass);
            score.points = Some(if pass { 1.0 } else { 0.0 });
        }
        Mark::Points(points) if points.is_nan() => {
            score.unscored = Some(said!("the scorer gave no number", "채점기가 수를 내지 않았습니다"));
        }
        Mark::Points(points) => {
            let points = points.clamp(0.0, 1.0);
            let threshold = spec.threshold.unwrap_or_else(|| scorer.threshold());
            let pass = points + SLACK >= threshold;
            score.pass = Some(pass != spec.not);
            score.points = Some(if spec.not { 1.0 - points } else { points });
        }
        Mark::Label(label) => score.label = Some(label),
        Mark::Unscored(why) => score.unscored = Some(why),
    }
    score
}

/// Whether an answer passed, and its weighted score from 0 to 1.
///
/// Scorers of weight 0 inform only. The answer passes when every counting scorer passed it, and fails when one
/// failed it. Where a counting scorer could not judge there is no verdict, even if another failed the answer: else
/// only failures would be left in the rate of a run whose scorer could judge few answers. Labels do not count. The
/// score is the weighted mean of the points there are, and is there when the verdict is.
#[must_use]
pub fn verdict(scores: &[Score]) -> (Option<bool>, Option<f64>) {
    let counting = || scores.iter().filter(|score| score.weight > 0.0);
    let failed = counting().any(|score| score.pass == Some(false));
    let passed = counting().any(|score| score.pass == Some(true));
    let unscored = counting().any(|score| score.unscored.is_some());
    let pass = (!unscored && (failed || passed)).then_some(!failed);
    // Weights are scaled by the largest so that no sum overflows.
    let largest = counting().fold(0.0f64, |largest, score| largest.max(score.weight));
    let (mut sum, mut weights) = (0.0, 0.0);
    for score in counting() {
        if let Some(points) = score.points {
            sum += points * (score.weight / largest);
            weights += score.weight / largest;
        }
    }
    let score = (pass.is_some() && weights > 0.0).then(|| (sum / weights).clamp(0.0, 1.0));
    (pass, score)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;
    use crate::scorer::testing::Scene;

    struct Fixed(Mark);

    impl Scorer for Fixed {
        fn grade(&self, _: &Answer<'_>, _: Option<&Got>) -> Grade {
            Grade {
                mark: self.0.clone(),
                why: "because".into(),
            }
        }
    }

    fn spec(threshold: Option<f64>, not: bool) -> ScorerSpec {
        ScorerSpec {
            name: "s".to_owned(),
            kind: "k".to_owned(),
            weight: 1.0,
            threshold,
            not,
            params: Map::new(),
        }
    }

    fn score(mark: Mark, threshold: Option<f64>, not: bool) -> Score {
        let scene = Scene::new("an answer");
        grade_one(&spec(threshold, not), &Fixed(mark), &scene.answer(), None)
    }

    #[test]
    fn thresholds_and_not_are_applied() {
        let points = |p, threshold, not| {
            let score = score(Mark::Points(p), threshold, not);
            (score.pass, score.points)
        };
        assert_eq!(points(0.5, None, false), (Some(true), Some(0.5)));
        assert_eq!(points(0.4, None, false), (Some(false), Some(0.4)));
        assert_eq!(points(0.4, Some(0.4), false), (Some(true), Some(0.4)));
        assert_eq!(points(0.25, None, true), (Some(true), Some(0.75)));
        assert_eq!(points(7.0, None, false), (Some(true), Some(1.0)));
        assert_eq!(points(f64::NEG_INFINITY, None, false), (Some(false), Some(0.0)));
        let pass = score(Mark::Pass(true), None, true);
        assert_eq!((pass.pass, pass.points), (Some(false), Some(0.0)));
    }

    #[test]
    fn labels_and_unscored_stay_as_they_are() {
        let label = score(Mark::Label("polite".to_owned()), None, true);
        assert_eq!(
            (label.pass, label.points, label.label.as_deref()),
            (None, None, Some("polite"))
        );
        let unscored = score(Mark::Unscored("no clock".into()), None, true);
        assert_eq!((unscored.pass, unscored.unscored.as_deref()), (None, Some("no clock")));
        let nan = score(Mark::Points(f64::NAN), None, false);
        assert!(nan.unscored.is_some() && nan.points.is_none());
    }

    #[test]
    fn withheld_answers_are_unscored() {
        let mut scene = Scene::new("cut off in the mid");
        scene.reply.finish = Finish::Filter;
        let score = grade_one(&spec(None, false), &Fixed(Mark::Pass(true)), &scene.answer(), None);
        assert_eq!(score.pass, None);
        assert!(score.unscored.unwrap().contains("filter"));
    }

    #[test]
    fn verdicts_follow_the_table() {
        let yes = || score(Mark::Pass(true), None, false);
        let no = || score(Mark::Pass(false), None, false);
        let open = || score(Mark::Unscored("x".into()), None, false);
        let label = || score(Mark::Label("x".to_owned()), None, false);
        let informing = |score: Score| Score { weight: 0.0, ..score };
        for (scores, wanted) in [
            (vec![], (None, None)),
            (vec![yes()], (Some(true), Some(1.0))),
            (vec![yes(), no()], (Some(false), Some(0.5))),
            (vec![yes(), open()], (None, None)),
            // A rate of 0 % once stood over the failures alone, where a clock was missing.
            (vec![no(), open()], (None, None)),
            (vec![open()], (None, None)),
            (vec![label()], (None, None)),
            (vec![yes(), label()], (Some(true), Some(1.0))),
            (vec![yes(), informing(no())], (Some(true), Some(1.0))),
            (vec![yes(), informing(open())], (Some(true), Some(1.0))),
            (vec![informing(yes())], (None, None)),
        ] {
            assert_eq!(verdict(&scores), wanted, "{scores:?}");
        }
    }

    #[test]
    fn weights_weigh() {
        let mut heavy = score(Mark::Points(1.0), None, false);
        heavy.weight = 3.0;
        let light = score(Mark::Points(0.6), None, false);
        let (pass, points) = verdict(&[heavy, light]);
        assert_eq!(pass, Some(true));
        assert!((points.unwrap() - 0.9).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn no_infinity_leaves(points: f64, weight: f64, threshold: f64, not: bool) {
            let mut one = score(Mark::Points(points), Some(threshold), not);
            one.weight = weight.abs();
            let (_, score) = verdict(&[one.clone(), one]);
            prop_assert!(score.is_none_or(|score| (0.0..=1.0).contains(&score)));
        }
    }
}
