//! Counting n-grams of references and finding them again, in time linear in the texts.
//!
//! Only n-grams of the reference are kept. An n-gram is numbered through the number of its first n − 1
//! symbols, so that no n-gram is ever built, and one that is unknown at some order is unknown at all higher
//! ones.

use std::collections::HashMap;

/// The n-grams of one or more references, by order.
#[derive(Debug)]
pub(super) struct Ngrams {
    orders: Vec<Order>,
}

#[derive(Debug, Default)]
struct Order {
    /// (number of the first n − 1 symbols, last symbol) → number of the n-gram.
    numbers: HashMap<(u32, u32), u32>,
    /// The largest count in any one reference, by number.
    counts: Vec<u64>,
}

/// N-grams of one order: how many there are and how many of them match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Matches {
    /// N-grams of the hypothesis.
    pub hypothesis: u64,
    /// N-grams of the reference (with several references, of their union).
    pub reference: u64,
    /// N-grams of the hypothesis found in the reference, each at most as often as it stands there.
    pub matched: u64,
}

/// How many n-grams of this order a text of this length has.
fn total(length: usize, order: usize) -> u64 {
    (length + 1).saturating_sub(order) as u64
}

impl Ngrams {
    /// Counts the n-grams of orders 1 to `max_order`; with several references the largest count holds.
    pub(super) fn of<'a>(references: impl IntoIterator<Item = &'a [u32]>, max_order: usize) -> Self {
        let mut ngrams = Self {
            orders: (0..max_order).map(|_| Order::default()).collect(),
        };
        for reference in references {
            ngrams.add(reference);
        }
        ngrams
    }

    fn add(&mut self, symbols: &[u32]) {
        // Number of the n-gram that starts at each place, for the order at hand; of order 0 there is one.
        let mut starts: Vec<u32> = vec![0; symbols.len()];
        for (length, order) in self.orders.iter_mut().enumerate() {
            let mut here: HashMap<u32, u64> = HashMap::new();
            let places = symbols.len().saturating_sub(length);
            for at in 0..places {
                let next = u32::try_from(order.counts.len()).unwrap_or(u32::MAX);
                let key = (starts[at], symbols[at + length]);
                let number = *order.numbers.entry(key).or_insert(next);
                if number == next {
                    order.counts.push(0);
                }
                *here.entry(number).or_default() += 1;
                starts[at] = number;
            }
            for (number, count) in here {
                let largest = &mut order.counts[number as usize];
                *largest = count.max(*largest);
            }
        }
    }

    /// Compares a hypothesis, order by order.
    pub(super) fn compare(&self, symbols: &[u32]) -> Vec<Matches> {
        let mut starts: Vec<Option<u32>> = vec![Some(0); symbols.len()];
        self.orders
            .iter()
            .enumerate()
            .map(|(length, order)| {
                let mut left = order.counts.clone();
                let mut matched = 0;
                let places = symbols.len().saturating_sub(length);
                for at in 0..places {
                    starts[at] =
                        starts[at].and_then(|start| order.numbers.get(&(start, symbols[at + length])).copied());
                    let Some(number) = starts[at] else { continue };
                    let left = &mut left[number as usize];
                    if *left > 0 {
                        *left -= 1;
                        matched += 1;
                    }
                }
                Matches {
                    hypothesis: total(symbols.len(), length + 1),
                    reference: order.counts.iter().sum(),
                    matched,
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slow(reference: &[u32], hypothesis: &[u32], order: usize) -> Matches {
        let count = |text: &[u32]| {
            let mut counts: HashMap<Vec<u32>, u64> = HashMap::new();
            for gram in text.windows(order) {
                *counts.entry(gram.to_vec()).or_default() += 1;
            }
            counts
        };
        let (theirs, ours) = (count(reference), count(hypothesis));
        Matches {
            hypothesis: ours.values().sum(),
            reference: theirs.values().sum(),
            matched: ours
                .iter()
                .map(|(gram, n)| (*n).min(theirs.get(gram).copied().unwrap_or(0)))
                .sum(),
        }
    }

    #[test]
    fn several_references_lend_their_largest_counts() {
        let ngrams = Ngrams::of([[1, 1, 2].as_slice(), [1, 3, 3].as_slice()], 2);
        let matches = ngrams.compare(&[1, 1, 1, 3, 3]);
        assert_eq!(matches[0].matched, 4);
        assert_eq!(matches[0].reference, 5);
        assert_eq!(matches[1].matched, 3);
    }

    proptest! {
        #[test]
        fn counting_by_numbers_equals_counting_by_pieces(
            reference in prop::collection::vec(0u32..4, 0..30),
            hypothesis in prop::collection::vec(0u32..5, 0..30),
        ) {
            let found = Ngrams::of([reference.as_slice()], 4).compare(&hypothesis);
            for order in 1..=4 {
                prop_assert_eq!(found[order - 1], slow(&reference, &hypothesis, order));
            }
        }
    }
}
