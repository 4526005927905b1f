//! How often each question came: the try number that failures and varied answers are drawn by.

use std::collections::HashMap;
use std::sync::Mutex;

/// Questions remembered by each generation of each shard; two generations of sixteen shards hold about two
/// million questions in some fifty megabytes, and only if that many come.
const MOST: usize = 1 << 16;
const SHARDS: usize = 16;

/// Counts of questions, bounded: when too many have come, those not asked for longest are forgotten.
#[derive(Debug)]
pub(super) struct Tries {
    shards: [Mutex<Generations>; SHARDS],
    /// Size of a generation of a shard.
    most: usize,
}

impl Default for Tries {
    fn default() -> Self {
        Self {
            shards: <[Mutex<Generations>; SHARDS]>::default(),
            most: MOST,
        }
    }
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<u64, u32>,
    old: HashMap<u64, u32>,
}

impl Tries {
    /// Counts a question once more and tells how often it came, from 1.
    pub(super) fn next(&self, question: u64) -> u32 {
        let shard = usize::try_from(question % SHARDS as u64).expect("below sixteen");
        let mut counts = self.shards[shard].lock().expect("no holder of this lock panics");
        let nth = match counts.young.get(&question) {
            Some(count) => *count,
            None => counts.old.remove(&question).unwrap_or(0),
        }
        .saturating_add(1);
        if counts.young.len() >= self.most {
            counts.old = std::mem::take(&mut counts.young);
        }
        counts.young.insert(question, nth);
        nth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_counted_apart() {
        let tries = Tries::default();
        assert_eq!(
            [tries.next(5), tries.next(5), tries.next(21), tries.next(5)],
            [1, 2, 1, 3]
        );
    }

    #[test]
    fn memory_is_bounded_and_the_recent_are_kept() {
        let tries = Tries {
            most: 100,
            ..Tries::default()
        };
        for question in 0..(30 * 100 * SHARDS) as u64 {
            tries.next(question);
            if question % 100 == 0 {
                tries.next(u64::MAX);
            }
        }
        let held: usize = tries
            .shards
            .iter()
            .map(|shard| {
                let counts = shard.lock().unwrap();
                counts.young.len() + counts.old.len()
            })
            .sum();
        assert!(held <= 2 * (100 + 1) * SHARDS);
        assert_eq!(usize::try_from(tries.next(u64::MAX)), Ok(30 * SHARDS + 1));
        assert_eq!(tries.next(0), 1);
    }
}
