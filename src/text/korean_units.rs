//! Korean words for numbers: digits, 십 백 천 within a group, 만 억 조 경 over groups.
//!
//! The part of `quantity` that reads them, after digits or alone.

use super::quantity::Reader;

/// What a unit multiplies.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Unit {
    /// 십, 백, 천: within a group of four digits.
    Small(f64),
    /// 만, 억, 조, 경: the group before it.
    Large(f64),
}

/// The unit a syllable stands for.
fn unit_of(c: char) -> Option<Unit> {
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
fn digit_of(c: char) -> Option<f64> {
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
fn is_other_word(characters: &[char]) -> bool {
    OTHER_WORDS.iter().any(|word| {
        let mut at = 0;
        word.chars().all(|c| {
            at += 1;
            characters.get(at - 1) == Some(&c)
        })
    })
}

impl Reader {
    /// A numeral of at least two Hangul syllables at the start of a word, a unit among them.
    pub(super) fn in_hangul(&self, start: usize) -> Option<(f64, usize)> {
        let c = self.get(start)?;
        if !self.hangul_numerals
            || !(digit_of(c).is_some() || unit_of(c).is_some())
            || self.before(start).is_some_and(char::is_alphanumeric)
        {
            return None;
        }
        let first = digit_of(c);
        let (value, end) = self.compound(first, start + usize::from(first.is_some()))?;
        (end - start >= 2).then_some((value, end))
    }

    /// Goes on from a number before a Korean unit: `만 5천` after 3 makes 35,000. `None` when no unit follows.
    ///
    /// Units must fall: within a group 천, 백, 십; over groups 경, 조, 억, 만. A number after a unit belongs to
    /// it when it is smaller than the unit, with at most one space between.
    pub(super) fn compound(&self, first: Option<f64>, at: usize) -> Option<(f64, usize)> {
        let mut done = 0.0;
        let mut group = 0.0;
        let mut pending = first;
        let (mut last_large, mut last_small) = (f64::INFINITY, f64::INFINITY);
        let mut best = None;
        let mut at = at;
        while let Some(unit) = self.get(at).and_then(unit_of)
            && (pending.is_some() || self.hangul_numerals || group > 0.0)
            && !is_other_word(&self.characters[at..])
            && !(unit == Unit::Large(1e12) && self.is_article_of_law(at))
        {
            let size = match unit {
                Unit::Small(size) if size < last_small => {
                    group += pending.unwrap_or(1.0) * size;
                    last_small = size;
                    size
                }
                Unit::Large(size) if size < last_large => {
                    let bare = pending.is_none() && group == 0.0;
                    let amount = if bare { 1.0 } else { group + pending.unwrap_or(0.0) };
                    done += amount * size;
                    group = 0.0;
                    last_large = size;
                    last_small = f64::INFINITY;
                    size
                }
                _ => break,
            };
            at += 1;
            best = Some((done + group, at));
            let next = self.skip_spaces(at, 1);
            let number = self.decimal(next).or_else(|| {
                let digit = self.get(next).and_then(digit_of);
                digit.filter(|_| self.hangul_numerals).map(|digit| (digit, next + 1))
            });
            pending = None;
            match number {
                Some((number, after)) if number < size => {
                    pending = Some(number);
                    at = after;
                    let takes_unit = self.get(at).and_then(unit_of).is_some() && !is_other_word(&self.characters[at..]);
                    if !takes_unit {
                        return Some((done + group + number, at));
                    }
                }
                Some(_) => break,
                // `만 천`: the unit may stand alone, after a space too.
                None if self.hangul_numerals => at = next,
                None => {}
            }
        }
        best
    }

    /// `제3조`: an article of a law, not three trillion.
    fn is_article_of_law(&self, unit: usize) -> bool {
        let mut at = unit;
        while at > 0 && self.is_digit(at - 1) {
            at -= 1;
        }
        self.before(at) == Some('제')
    }
}
