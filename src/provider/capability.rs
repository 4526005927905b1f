//! What a model cannot take: tables looked up by name, and the wishes that come of them.
//!
//! A provider walks through the parameters once and notes, beside every field it sends, what it had to leave
//! out or change. `write` uses the fields and `wishes` the notes, so the two cannot drift apart. No provider's
//! own facts live here.

use crate::domain::Effort;

use super::Wish;

/// Collects what a request leaves out or changes.
#[derive(Debug, Default)]
pub(super) struct Wishes(Vec<Wish>);

impl Wishes {
    /// `field` is left out or changed, and why.
    pub(super) fn say(&mut self, field: &'static str, why: impl Into<String>) {
        self.0.push(Wish {
            field,
            why: why.into(),
        });
    }

    /// `field` is left out when it is given.
    pub(super) fn leave<T>(
        &mut self,
        field: &'static str,
        value: Option<&T>,
        why: impl Into<String>,
    ) {
        if value.is_some() {
            self.say(field, why);
        }
    }

    /// `value` moved into `low..=high`, told when it had to move; `who` begins the sentence.
    pub(super) fn clamp(
        &mut self,
        field: &'static str,
        value: f64,
        low: f64,
        high: f64,
        who: &str,
    ) -> f64 {
        let moved = if value < low {
            low
        } else if value > high {
            high
        } else {
            return value;
        };
        self.say(
            field,
            format!("{who} takes {low} to {high}; {moved} is sent"),
        );
        moved
    }

    /// The nearest of `levels` to `effort`, told when it is another; `who` begins the sentence.
    pub(super) fn level(&mut self, effort: Effort, levels: &[Effort], who: &str) -> Option<Effort> {
        let nearest = nearest(effort, levels)?;
        if nearest != effort {
            self.say(
                "reasoning_effort",
                format!(
                    "{who} has no level `{}`; `{}` is sent",
                    effort.word(),
                    nearest.word()
                ),
            );
        }
        Some(nearest)
    }

    /// What was collected.
    pub(super) fn into_vec(self) -> Vec<Wish> {
        self.0
    }
}

/// Every level, from least to most.
const LEVELS: [Effort; 7] = [
    Effort::None,
    Effort::Minimal,
    Effort::Low,
    Effort::Medium,
    Effort::High,
    Effort::Xhigh,
    Effort::Max,
];

fn rank(effort: Effort) -> usize {
    LEVELS
        .iter()
        .position(|level| *level == effort)
        .expect("every level is listed")
}

/// The strongest of `levels` that is not above `effort`, else the weakest of them.
///
/// Rounding down rather than up keeps a comparison from silently paying for more thinking than was asked.
fn nearest(effort: Effort, levels: &[Effort]) -> Option<Effort> {
    let below = levels
        .iter()
        .copied()
        .filter(|level| rank(*level) <= rank(effort))
        .max_by_key(|level| rank(*level));
    below.or_else(|| levels.iter().copied().min_by_key(|level| rank(*level)))
}

/// The row whose name is the longest beginning of `model`, ending where a word of it ends.
///
/// `claude-opus-4-5` is a beginning of `claude-opus-4-5-20251101` but not of `claude-opus-4-51`.
pub(super) fn row<'a, T>(rows: &'a [(&'static str, T)], model: &str) -> Option<&'a T> {
    rows.iter()
        .filter(|(name, _)| {
            model.strip_prefix(name).is_some_and(|rest| {
                !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '.')
            })
        })
        .max_by_key(|(name, _)| name.len())
        .map(|(_, row)| row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_wins_and_ends_at_a_word() {
        let rows = [("a-4", 1), ("a-4-5", 2), ("b", 3)];
        assert_eq!(row(&rows, "a-4-5-20251101"), Some(&2));
        assert_eq!(row(&rows, "a-4-20250514"), Some(&1));
        assert_eq!(row(&rows, "a-4-51"), Some(&1));
        assert_eq!(row(&rows, "a-45"), None);
        assert_eq!(row(&rows, "b.1"), None);
        assert_eq!(row(&rows, ""), None);
    }

    #[test]
    fn levels_are_rounded_down_and_told() {
        let levels = [Effort::Low, Effort::Medium, Effort::High];
        let mut wishes = Wishes::default();
        assert_eq!(wishes.level(Effort::Max, &levels, "it"), Some(Effort::High));
        assert_eq!(
            wishes.level(Effort::Minimal, &levels, "it"),
            Some(Effort::Low)
        );
        assert_eq!(
            wishes.level(Effort::Medium, &levels, "it"),
            Some(Effort::Medium)
        );
        let told = wishes.into_vec();
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].why, "it has no level `max`; `high` is sent");
        assert_eq!(Wishes::default().level(Effort::Low, &[], "it"), None);
    }

    #[test]
    fn clamping_is_told_only_when_it_happens() {
        let mut wishes = Wishes::default();
        assert!((wishes.clamp("temperature", 1.7, 0.0, 1.0, "it") - 1.0).abs() < f64::EPSILON);
        assert!((wishes.clamp("temperature", 0.3, 0.0, 1.0, "it") - 0.3).abs() < f64::EPSILON);
        let told = wishes.into_vec();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].why, "it takes 0 to 1; 1 is sent");
    }
}
