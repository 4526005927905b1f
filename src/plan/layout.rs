//! The numbering of cells.

/// Sizes of the table: case × trial × prompt × target.
///
/// A cell's number is ((case × trials + trial) × prompts + prompt) × targets + target, all counted from 0, so that the
/// cells of one case stand together. The numbers are stored; changing this is a new run format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Number of cases.
    pub cases: u64,
    /// Repeats.
    pub trials: u32,
    /// Ways of asking.
    pub prompts: usize,
    /// Who answers.
    pub targets: usize,
}

/// A square of the table; everything from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Position of the case.
    pub case: u64,
    /// Repeat.
    pub trial: u32,
    /// Way of asking.
    pub prompt: usize,
    /// Who answers.
    pub target: usize,
}

impl Layout {
    /// The layout of a run.
    #[must_use]
    pub fn of(info: &crate::domain::RunInfo) -> Self {
        Self {
            cases: info.cases,
            trials: info.trials,
            prompts: info.prompts.len(),
            targets: info.targets.len(),
        }
    }

    /// Cells of one case.
    #[must_use]
    pub fn per_case(&self) -> u64 {
        u64::from(self.trials) * self.prompts as u64 * self.targets as u64
    }

    /// Cells of one target.
    #[must_use]
    pub fn per_target(&self) -> u64 {
        self.cases * u64::from(self.trials) * self.prompts as u64
    }

    /// Cells in all.
    #[must_use]
    pub fn planned(&self) -> u64 {
        self.cases * self.per_case()
    }

    /// The number of a cell.
    #[must_use]
    pub fn number(&self, cell: Cell) -> u64 {
        ((cell.case * u64::from(self.trials) + u64::from(cell.trial)) * self.prompts as u64 + cell.prompt as u64)
            * self.targets as u64
            + cell.target as u64
    }

    /// The cell of a number.
    #[must_use]
    pub fn cell(&self, number: u64) -> Cell {
        let (rest, target) = (number / self.targets as u64, number % self.targets as u64);
        let (rest, prompt) = (rest / self.prompts as u64, rest % self.prompts as u64);
        let (case, trial) = (rest / u64::from(self.trials), rest % u64::from(self.trials));
        let small = |n: u64| usize::try_from(n).expect("below a count that is a usize");
        Cell {
            case,
            trial: u32::try_from(trial).expect("below a count that is a u32"),
            prompt: small(prompt),
            target: small(target),
        }
    }

    /// The `nth` cell of a target in the order of asking: case by case, so that rows fill up together.
    #[must_use]
    pub fn of_target(&self, target: usize, nth: u64) -> Cell {
        self.cell(nth * self.targets as u64 + target as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_and_cells_agree(cases in 1u64..500, trials in 1u32..5, prompts in 1usize..4, targets in 1usize..7, at in 0.0f64..1.0) {
            let layout = Layout { cases, trials, prompts, targets };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a test's choice of a number")]
            let number = (at * layout.planned() as f64) as u64;
            let cell = layout.cell(number);
            prop_assert!(cell.case < cases && cell.trial < trials && cell.prompt < prompts && cell.target < targets);
            prop_assert_eq!(layout.number(cell), number);
        }
    }

    #[test]
    fn a_target_is_asked_case_by_case() {
        let layout = Layout {
            cases: 2,
            trials: 2,
            prompts: 1,
            targets: 3,
        };
        let asked: Vec<(u64, u32)> = (0..layout.per_target())
            .map(|nth| layout.of_target(1, nth))
            .map(|cell| (cell.case, cell.trial))
            .collect();
        assert_eq!(asked, [(0, 0), (0, 1), (1, 0), (1, 1)]);
        assert!((0..layout.per_target()).all(|nth| layout.of_target(1, nth).target == 1));
    }
}
