//! Korean words for numbers: digits, 십 백 천 within a group, 만 억 조 경 over groups.

/// What a unit multiplies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Unit {
    /// 십, 백, 천: within a group of four digits.
    Small(f64),
    /// 만, 억, 조, 경: the group before it.
    Large(f64),
}

/// The unit a syllable stands for.
pub(super) fn unit(c: char) -> Option<Unit> {
    Some(match c {
        '십' => Unit::Small(10.0),
        '백' => Unit::Small(100.0),
        '천' => Unit::Small(1_000.0),
        '만' => Unit::Large(1e4),
        '억' => Unit::Large(1e8),
        '조' => Unit::Large(1e12),
        '경' => Unit::Large(1e16),
        _ => return None,
    })
}

/// The digit a syllable stands for.
pub(super) fn digit(c: char) -> Option<f64> {
    Some(match c {
        '영' | '공' => 0.0,
        '일' => 1.0,
        '이' => 2.0,
        '삼' => 3.0,
        '사' => 4.0,
        '오' => 5.0,
        '육' | '륙' => 6.0,
        '칠' => 7.0,
        '팔' => 8.0,
        '구' => 9.0,
        _ => return None,
    })
}

/// Words that begin with the syllable of a unit and may follow a number: `3조각` is three pieces.
const OTHER_WORDS: [&str; 21] = [
    "만큼", "만족", "만점", "만화", "만나", "만들", "만료", "조각", "조항", "조건", "조합", "조직", "조차", "조금",
    "경기", "경우", "경로", "백분", "백신", "십자", "억지",
];

/// Whether the syllable here begins another word rather than being a unit.
pub(super) fn is_other_word(characters: &[char]) -> bool {
    OTHER_WORDS.iter().any(|word| {
        let mut at = 0;
        word.chars().all(|c| {
            at += 1;
            characters.get(at - 1) == Some(&c)
        })
    })
}
