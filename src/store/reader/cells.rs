//! A set of cells, small enough for a run of millions.

/// Which cells of a run have an outcome; one bit a cell.
#[derive(Debug, Clone)]
pub struct Cells {
    bits: Vec<u64>,
    count: u64,
}

impl Cells {
    /// None of `planned` cells.
    #[must_use]
    pub fn none(planned: u64) -> Self {
        let words = usize::try_from(planned.div_ceil(64)).expect("cells fit in memory as bits");
        Self {
            bits: vec![0; words],
            count: 0,
        }
    }

    /// Marks a cell.
    pub fn insert(&mut self, cell: u64) {
        let (word, bit) = Self::place(cell);
        if let Some(word) = self.bits.get_mut(word) {
            self.count += u64::from(*word & bit == 0);
            *word |= bit;
        }
    }

    /// Whether a cell is marked.
    #[must_use]
    pub fn holds(&self, cell: u64) -> bool {
        let (word, bit) = Self::place(cell);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }

    /// How many are marked.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    fn place(cell: u64) -> (usize, u64) {
        (usize::try_from(cell / 64).unwrap_or(usize::MAX), 1 << (cell % 64))
    }
}
