//! The cap on money, calls and time of a run.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{Currency, Money};

/// What a run may use up. Calls or time used up mean: nothing more is started, what is open may end. Money used up means
/// the same for what costs money; what is free goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Budget {
    /// Most money, one amount a currency; a currency without one is not capped.
    pub money: Vec<Money>,
    /// Most calls on the wire.
    pub calls: Option<u64>,
    /// Longest time.
    pub time: Option<Duration>,
}

/// Whether a call may start, as far as the budget goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// It may.
    Yes,
    /// Not now: what is reserved for open calls may come back.
    Later,
    /// It costs more than is left, and nothing is reserved that could come back.
    Spent,
    /// Nothing may start any more: the calls or the time are used up.
    End,
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

    /// Whether a call that is expected to cost `expected` may start at `now`.
    #[must_use]
    pub fn room(&self, expected: Option<&Money>, now: Duration) -> Room {
        let calls = self.budget.calls.is_some_and(|most| self.calls >= most);
        let time = self.budget.time.is_some_and(|most| now >= most);
        if calls || time {
            return Room::End;
        }
        let Some(money) = expected else { return Room::Yes };
        let Some(cap) = self.budget.money.iter().find(|cap| cap.currency == money.currency) else {
            return Room::Yes;
        };
        let of = |sums: &BTreeMap<Currency, i64>| sums.get(&money.currency).copied().unwrap_or(0);
        let (spent, reserved) = (of(&self.spent), of(&self.reserved));
        if spent + reserved + money.nano <= cap.nano {
            Room::Yes
        } else if reserved > 0 {
            Room::Later
        } else {
            Room::Spent
        }
    }

    /// A call starts: takes its share.
    pub fn take(&mut self, expected: Option<&Money>) {
        self.calls += 1;
        if let Some(money) = expected {
            *self.reserved.entry(money.currency.clone()).or_default() += money.nano;
        }
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
        assert_eq!(till.room(Some(&usd(60)), Duration::ZERO), Room::Yes);
        till.take(Some(&usd(60)));
        assert_eq!(
            till.room(Some(&usd(60)), Duration::ZERO),
            Room::Later,
            "60 are reserved, but may come back"
        );
        till.settle(Some(&usd(60)), Some(&usd(10)));
        assert_eq!(
            till.room(Some(&usd(60)), Duration::ZERO),
            Room::Yes,
            "the first cost only 10"
        );
        assert_eq!(till.room(Some(&usd(91)), Duration::ZERO), Room::Spent);
        assert_eq!(
            till.room(Some(&won(1_000_000)), Duration::ZERO),
            Room::Yes,
            "another currency is not capped"
        );
        assert_eq!(till.spent(), [usd(10)]);
    }

    #[test]
    fn earlier_sessions_count() {
        let till = Till::new(
            Budget {
                money: vec![usd(100)],
                ..Budget::default()
            },
            &[usd(95)],
        );
        assert_eq!(till.room(Some(&usd(6)), Duration::ZERO), Room::Spent);
        assert_eq!(
            till.room(None, Duration::ZERO),
            Room::Yes,
            "a local model costs nothing"
        );
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
        assert_eq!(till.room(None, Duration::from_secs(9)), Room::End);
        assert_eq!(till.room(None, Duration::from_secs(1)), Room::Yes);
        till.take(None);
        assert_eq!(till.room(None, Duration::from_secs(1)), Room::End);
    }
}
