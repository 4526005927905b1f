//! The cap on money, calls and time of a run.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{Currency, Money};

/// What a run may use up. Reached means: nothing more is started, what is open may end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Budget {
    /// Most money, one amount a currency; a currency without one is not capped.
    pub money: Vec<Money>,
    /// Most calls on the wire.
    pub calls: Option<u64>,
    /// Longest time.
    pub time: Option<Duration>,
}

/// The running account of a [`Budget`].
#[derive(Debug, Clone, Default)]
pub struct Till {
    budget: Budget,
    spent: BTreeMap<Currency, i64>,
    reserved: BTreeMap<Currency, i64>,
    calls: u64,
}

impl Till {
    /// A till with nothing spent, or with what earlier sessions of the run spent.
    #[must_use]
    pub fn new(budget: Budget, spent: &[Money]) -> Self {
        let mut till = Self {
            budget,
            ..Self::default()
        };
        for money in spent {
            *till.spent.entry(money.currency.clone()).or_default() += money.nano;
        }
        till
    }

    /// Whether a call that is expected to cost `expected` may start at `now`. Takes its share when it may.
    pub fn reserve(&mut self, expected: Option<&Money>, now: Duration) -> bool {
        if self.budget.calls.is_some_and(|most| self.calls >= most) || self.budget.time.is_some_and(|most| now >= most)
        {
            return false;
        }
        if let Some(money) = expected {
            let reserved = self.reserved.get(&money.currency).copied().unwrap_or(0);
            let spent = self.spent.get(&money.currency).copied().unwrap_or(0);
            let cap = self.budget.money.iter().find(|cap| cap.currency == money.currency);
            if cap.is_some_and(|cap| spent + reserved + money.nano > cap.nano) {
                return false;
            }
            *self.reserved.entry(money.currency.clone()).or_default() += money.nano;
        }
        self.calls += 1;
        true
    }

    /// A call ended: what was reserved for it comes back, what it cost is spent.
    pub fn settle(&mut self, expected: Option<&Money>, cost: Option<&Money>) {
        if let Some(money) = expected
            && let Some(reserved) = self.reserved.get_mut(&money.currency)
        {
            *reserved -= money.nano;
        }
        if let Some(money) = cost {
            *self.spent.entry(money.currency.clone()).or_default() += money.nano;
        }
    }

    /// What was spent, by currency.
    #[must_use]
    pub fn spent(&self) -> Vec<Money> {
        self.spent
            .iter()
            .filter(|(_, nano)| **nano != 0)
            .map(|(currency, nano)| Money {
                nano: *nano,
                currency: currency.clone(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(nano: i64) -> Money {
        Money {
            nano,
            currency: Currency::usd(),
        }
    }

    fn won(nano: i64) -> Money {
        Money {
            nano,
            currency: Currency("KRW".to_owned()),
        }
    }

    #[test]
    fn open_calls_count_against_the_cap() {
        let mut till = Till::new(
            Budget {
                money: vec![usd(100)],
                ..Budget::default()
            },
            &[],
        );
        assert!(till.reserve(Some(&usd(60)), Duration::ZERO));
        assert!(!till.reserve(Some(&usd(60)), Duration::ZERO), "60 are reserved already");
        till.settle(Some(&usd(60)), Some(&usd(10)));
        assert!(till.reserve(Some(&usd(60)), Duration::ZERO), "the first cost only 10");
        assert!(
            till.reserve(Some(&won(1_000_000)), Duration::ZERO),
            "another currency is not capped"
        );
        assert_eq!(till.spent(), [usd(10)]);
    }

    #[test]
    fn earlier_sessions_count() {
        let mut till = Till::new(
            Budget {
                money: vec![usd(100)],
                ..Budget::default()
            },
            &[usd(95)],
        );
        assert!(!till.reserve(Some(&usd(6)), Duration::ZERO));
        assert!(till.reserve(None, Duration::ZERO), "a local model costs nothing");
    }

    #[test]
    fn calls_and_time() {
        let mut till = Till::new(
            Budget {
                calls: Some(1),
                time: Some(Duration::from_secs(9)),
                ..Budget::default()
            },
            &[],
        );
        assert!(!till.reserve(None, Duration::from_secs(9)));
        assert!(till.reserve(None, Duration::from_secs(1)));
        assert!(!till.reserve(None, Duration::from_secs(1)));
    }
}
