//! Failures on purpose: which, how often, and only in the first tries of a question if so wished.

use crate::said;
use std::fmt;
use std::str::FromStr;

use super::chance::Chance;

/// A way in which a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The vendor's error of this HTTP status, 400 to 599.
    Status(u16),
    /// Money or a long quota is used up: the vendor's own form, which waiting does not cure.
    Quota,
    /// The vendor's filter withholds the answer.
    Filter,
    /// 200 with an answer that is empty.
    Empty,
    /// The body ends half-way: the connection closes, or a stream stops without its end mark.
    Cut,
    /// The same after a silence.
    SlowCut,
    /// Half of the body, then silence until the client goes.
    Stall,
    /// The request is taken and never answered.
    Hang,
    /// 200 with a body that is no answer: broken JSON, or bytes.
    Garbage,
    /// A page of some machine in between instead of the vendor's answer.
    Html,
    /// The connection is reset before an answer.
    Reset,
}

/// Names of the failures without a number, as `--fail` takes them.
const NAMES: [(&str, Failure); 10] = [
    ("quota", Failure::Quota),
    ("filter", Failure::Filter),
    ("empty", Failure::Empty),
    ("cut", Failure::Cut),
    ("slowcut", Failure::SlowCut),
    ("stall", Failure::Stall),
    ("hang", Failure::Hang),
    ("garbage", Failure::Garbage),
    ("html", Failure::Html),
    ("reset", Failure::Reset),
];

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Status(status) = self {
            return write!(f, "{status}");
        }
        let name = NAMES
            .iter()
            .find(|(_, failure)| failure == self)
            .map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

/// The failures of a simulation with their shares, for example `500:0.1,cut:2%,429:1x2`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Faults(Vec<Rule>);

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    failure: Failure,
    /// From 0 to 1.
    share: f64,
    /// Holds for the first so many tries of a question; for all when absent.
    tries: Option<u32>,
}

impl Faults {
    /// Whether nothing ever fails.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Draws once for the `nth` try (from 1) of a question.
    pub(super) fn draw(&self, chance: &mut Chance, nth: u32) -> Option<Failure> {
        let mut left = chance.unit();
        for rule in &self.0 {
            if rule.tries.is_some_and(|tries| nth > tries) {
                continue;
            }
            if left < rule.share {
                return Some(rule.failure);
            }
            left -= rule.share;
        }
        None
    }
}

impl FromStr for Faults {
    type Err = FaultsError;

    /// Reads `NAME:SHARE[xTRIES]`, separated by commas. A share is between 0 and 1 or a percentage; `xTRIES`
    /// restricts the failure to the first tries of a question, so `500:1x2` fails twice and then answers.
    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let mut rules: Vec<Rule> = Vec::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let rule = rule(item)?;
            if rules.iter().any(|known| known.failure == rule.failure) {
                return Err(FaultsError::Twice(rule.failure.to_string()));
            }
            rules.push(rule);
        }
        let total: f64 = rules.iter().map(|rule| rule.share).sum();
        // A little above one is rounding in the user's decimals, not a mistake.
        if total > 1.0 + 1e-9 {
            return Err(FaultsError::Total(total));
        }
        Ok(Self(rules))
    }
}

fn rule(item: &str) -> Result<Rule, FaultsError> {
    let (name, rest) = item
        .split_once(':')
        .ok_or_else(|| FaultsError::Shape(item.to_owned()))?;
    let failure = match name.parse::<u16>() {
        Ok(status @ 400..=599) => Failure::Status(status),
        _ => NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, failure)| *failure)
            .ok_or_else(|| FaultsError::Unknown(name.to_owned()))?,
    };
    let (share_text, tries) = match rest.split_once('x') {
        None => (rest, None),
        Some((share, tries)) => {
            let count = tries.parse().map_err(|_| FaultsError::Shape(item.to_owned()))?;
            (share, Some(count))
        }
    };
    Ok(Rule {
        failure,
        share: share(share_text).ok_or_else(|| FaultsError::Share(item.to_owned()))?,
        tries,
    })
}

/// A share of 0 to 1, also written as a percentage; none for anything else.
pub(super) fn share(text: &str) -> Option<f64> {
    let value = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok()? / 100.0,
        None => text.trim().parse::<f64>().ok()?,
    };
    (0.0..=1.0).contains(&value).then_some(value)
}

/// Why a text is not a list of failures.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FaultsError {
    /// Not `NAME:SHARE`.
    #[error("`{0}` is not `NAME:SHARE`: write for example `500:0.1` or `429:1x2` (only the first two tries)")]
    Shape(String),
    /// No failure of this name.
    #[error(
        "`{0}` is not a failure: use a status from 400 to 599, quota, filter, empty, cut, slowcut, stall, hang, garbage, html or reset"
    )]
    Unknown(String),
    /// The share is not one.
    #[error("`{0}` has no share between 0 and 1: write for example `0.05` or `5%`")]
    Share(String),
    /// The same failure stands there twice.
    #[error("`{0}` is given twice: add the shares up")]
    Twice(String),
    /// More than everything fails.
    #[error("the shares add up to {0}, which is more than 1")]
    Total(f64),
}

impl FaultsError {
    /// The same for people, in every language.
    #[must_use]
    pub fn said(&self) -> crate::domain::Said {
        match self {
            Self::Shape(text) => said!(
                "{self}",
                "`{text}`은(는) `이름:비율` 꼴이 아닙니다. `500:0.1`이나 `429:1x2`(처음 두 번만)처럼 쓰세요"
            ),
            Self::Unknown(name) => said!(
                "{self}",
                "`{name}`이라는 장애는 없습니다. 400에서 599까지의 상태 번호나 quota, filter, empty, cut, slowcut, stall, hang, garbage, html, reset을 쓰세요"
            ),
            Self::Share(text) => said!(
                "{self}",
                "`{text}`에 0과 1 사이의 비율이 없습니다. `0.05`나 `5%`처럼 쓰세요"
            ),
            Self::Twice(name) => said!("{self}", "`{name}`이(가) 두 번 있습니다. 비율을 더해 하나로 쓰세요"),
            Self::Total(sum) => said!("{self}", "비율의 합이 {sum}이라 1보다 큽니다"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn faults(text: &str) -> Faults {
        text.parse().unwrap()
    }

    fn drawn(faults: &Faults, key: u64, nth: u32) -> Option<Failure> {
        faults.draw(&mut Chance::of(1, "fail", &[key, u64::from(nth)]), nth)
    }

    #[test]
    fn lists_are_read() {
        let read = faults("500:0.1, 429:5% ,cut:0.02,hang:0.01,529:1e-3,");
        assert_eq!(read.0.len(), 5);
        assert_eq!(read.0[1].failure, Failure::Status(429));
        assert!((read.0[1].share - 0.05).abs() < 1e-12);
        assert!(faults("").is_empty());
        for (name, failure) in NAMES {
            assert_eq!(faults(&format!("{name}:1")).0[0].failure, failure);
            assert_eq!(failure.to_string(), name);
        }
    }

    #[test]
    fn mistakes_are_told_with_the_remedy() {
        for (text, part) in [
            ("500", "`500` is not `NAME:SHARE`"),
            ("200:0.1", "`200` is not a failure"),
            ("cutt:0.1", "slowcut, stall"),
            ("500:1.5", "between 0 and 1"),
            ("500:", "between 0 and 1"),
            ("500:NaN", "between 0 and 1"),
            ("500:0.1xtwo", "first two tries"),
            ("500:0.1,500:0.1", "given twice"),
            ("500:0.7,cut:0.4", "more than 1"),
        ] {
            let error = text.parse::<Faults>().expect_err(text).to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_failure_of_first_tries_ends_with_them() {
        let twice = faults("500:1x2");
        for key in 0..50 {
            assert_eq!(drawn(&twice, key, 1), Some(Failure::Status(500)));
            assert_eq!(drawn(&twice, key, 2), Some(Failure::Status(500)));
            assert_eq!(drawn(&twice, key, 3), None);
        }
    }

    proptest! {
        #[test]
        fn shares_come_out_right(first in 0.0f64..0.5, second in 0.0f64..0.5, seed in any::<u64>()) {
            let both = faults(&format!("500:{first},cut:{second}"));
            let count = 4000u32;
            let mut failed = 0u32;
            let mut cut = 0u32;
            for key in 0..u64::from(count) {
                match both.draw(&mut Chance::of(seed, "fail", &[key]), 1) {
                    Some(Failure::Status(500)) => failed += 1,
                    Some(Failure::Cut) => cut += 1,
                    other => prop_assert_eq!(other, None),
                }
            }
            // Six standard deviations of a binomial share.
            for (seen, share) in [(failed, first), (cut, second)] {
                let spread = 6.0 * (share * (1.0 - share) / f64::from(count)).sqrt() + 1e-9;
                prop_assert!((f64::from(seen) / f64::from(count) - share).abs() <= spread);
            }
        }
    }
}
