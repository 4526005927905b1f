//! Small systems of linear equations: symmetric positive definite matrices as lists of rows.

/// Cholesky factor of a symmetric matrix; none when it is not positive definite beyond rounding.
fn factor(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = matrix.len();
    let largest = (0..n).fold(0.0f64, |most, at| most.max(matrix[at][at].abs()));
    let mut lower = vec![vec![0.0; n]; n];
    for row in 0..n {
        for column in 0..=row {
            let inner: f64 = (0..column).map(|at| lower[row][at] * lower[column][at]).sum();
            let rest = matrix[row][column] - inner;
            if row == column {
                if rest <= largest * 1e-14 || !rest.is_finite() {
                    return None;
                }
                lower[row][row] = rest.sqrt();
            } else {
                lower[row][column] = rest / lower[column][column];
            }
        }
    }
    Some(lower)
}

/// The x with `matrix`·x = `right`; none when the matrix is not positive definite.
pub(super) fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Option<Vec<f64>> {
    let lower = factor(matrix)?;
    Some(back(&lower, right))
}

fn back(lower: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let n = lower.len();
    let mut x = right.to_vec();
    for row in 0..n {
        for at in 0..row {
            x[row] -= lower[row][at] * x[at];
        }
        x[row] /= lower[row][row];
    }
    for row in (0..n).rev() {
        for at in row + 1..n {
            x[row] -= lower[at][row] * x[at];
        }
        x[row] /= lower[row][row];
    }
    x
}

/// Diagonal of the inverse; none when the matrix is not positive definite.
pub(super) fn inverse_diagonal(matrix: &[Vec<f64>]) -> Option<Vec<f64>> {
    let lower = factor(matrix)?;
    let n = matrix.len();
    let column = |at: usize| {
        let mut unit = vec![0.0; n];
        unit[at] = 1.0;
        back(&lower, &unit)[at]
    };
    Some((0..n).map(column).collect())
}
