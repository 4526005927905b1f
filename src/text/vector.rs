//! Similarity of vectors, such as embeddings.

/// Cosine of the angle between two vectors of the same length, from −1 to 1.
///
/// `None` when a vector has length zero (an empty one too), when the lengths differ, or when a component is
/// not finite. Each vector is divided by its largest component first, so that no square overflows or
/// vanishes. Checked against numpy.
#[must_use]
pub fn cosine(first: &[f64], second: &[f64]) -> Option<f64> {
    if first.len() != second.len() {
        return None;
    }
    let scale = |vector: &[f64]| {
        let largest = vector.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
        let finite = vector.iter().all(|x| x.is_finite());
        (finite && largest > 0.0).then_some(largest)
    };
    let (a, b) = (scale(first)?, scale(second)?);
    let (mut dot, mut first_square, mut second_square) = (0.0, 0.0, 0.0);
    for (x, y) in first.iter().zip(second) {
        let (x, y) = (x / a, y / b);
        dot += x * y;
        first_square += x * x;
        second_square += y * y;
    }
    Some((dot / (first_square.sqrt() * second_square.sqrt())).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_do_not_matter() {
        for scale in [1e-320, 1e-200, 1.0, 1e200, 1e308] {
            let cosine = cosine(&[scale, 0.0], &[scale, scale]).unwrap();
            assert!((cosine - std::f64::consts::FRAC_1_SQRT_2).abs() < 1e-12, "{scale}");
        }
    }

    #[test]
    fn no_direction_has_no_cosine() {
        assert_eq!(cosine(&[0.0, 0.0], &[1.0, 0.0]), None);
        assert_eq!(cosine(&[], &[]), None);
        assert_eq!(cosine(&[1.0], &[1.0, 2.0]), None);
        assert_eq!(cosine(&[f64::INFINITY], &[1.0]), None);
        assert_eq!(cosine(&[f64::NAN], &[1.0]), None);
    }

    proptest! {
        #[test]
        fn always_in_range_and_symmetric(
            pairs in prop::collection::vec((any::<f64>(), any::<f64>()), 0..8)
        ) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let cosine = cosine(&a, &b);
            prop_assert_eq!(cosine, super::cosine(&b, &a));
            prop_assert!(cosine.is_none_or(|x| (-1.0..=1.0).contains(&x)));
        }
    }
}
