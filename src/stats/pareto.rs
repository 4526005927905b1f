//! Which choices no other choice beats.

/// Whether more or less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    Max,
    /// Less is better.
    Min,
}

/// The front and what could not be placed, each by number of point in the order given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Front {
    /// Points no other point dominates; equal points are both on it.
    pub front: Vec<usize>,
    /// Points with a missing value.
    pub excluded: Vec<usize>,
}

/// The points that are not dominated: none other is at least as good everywhere and better somewhere.
#[must_use]
pub fn front<L: AsRef<[Option<f64>]>>(points: &[L], directions: &[Direction]) -> Front {
    // Turned so that more is better everywhere.
    let turned: Vec<Option<Vec<f64>>> = points
        .iter()
        .map(|point| {
            let values = point.as_ref();
            if values.len() != directions.len() {
                return None;
            }
            values
                .iter()
                .zip(directions)
                .map(|(value, direction)| match direction {
                    Direction::Max => *value,
                    Direction::Min => value.map(|value| -value),
                })
                .collect()
        })
        .collect();
    let dominates = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a >= b) && a.iter().zip(b).any(|(a, b)| a > b);
    let mut found = Front::default();
    for (at, point) in turned.iter().enumerate() {
        match point {
            None => found.excluded.push(at),
            Some(point) if turned.iter().flatten().any(|other| dominates(other, point)) => {}
            Some(_) => found.front.push(at),
        }
    }
    found
}
