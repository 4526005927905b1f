//! Names that travel: of runs and of rows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Letters and digits without look-alikes, for the random end of a run id.
pub const RUN_ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// Crockford's base 32 in capitals, without I, L, O and U.
const KEY_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Id of a run: `r-YYYYMMDD-HHMMSS-xxxx`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.0
    }
}

impl TryFrom<String> for RunId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no run id"))
    }
}

impl RunId {
    /// The id in `text`, when it has the form `r-` + 8 digits + `-` + 6 digits + `-` + 4 of `0-9a-z`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
        let fits = bytes.len() == 22
            && bytes.starts_with(b"r-")
            && digits(2..10)
            && bytes[10] == b'-'
            && digits(11..17)
            && bytes[17] == b'-'
            && bytes[18..]
                .iter()
                .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
        fits.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Key of one answer of a run: `k` + 10 characters of base 32 + `-` + a check character.
///
/// Starts with a letter and holds a hyphen, so that no spreadsheet takes it for a number or a date.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowKey(String);

impl RowKey {
    /// The key of a cell: the first 50 bits of a hash of what identifies it.
    #[must_use]
    pub fn of(run: &str, case: &str, prompt: &str, target: &str, trial: u32) -> Self {
        let mut hash = blake3::Hasher::new();
        for part in [run, case, prompt, target] {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.update(&trial.to_le_bytes());
        let digest = hash.finalize();
        let mut bits = 0u64;
        for byte in &digest.as_bytes()[..7] {
            bits = bits << 8 | u64::from(*byte);
        }
        bits >>= 6;
        let mut text = String::with_capacity(13);
        text.push('k');
        for place in (0..10).rev() {
            let index = usize::try_from(bits >> (place * 5) & 31).expect("five bits fit");
            text.push(char::from(KEY_ALPHABET[index]));
        }
        let check = check_character(&text);
        text.push('-');
        text.push(check);
        Self(text)
    }

    /// The key in `text`, when its form and its check character are right; surrounding blanks are dropped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (body, check) = text.rsplit_once('-')?;
        let mut checks = check.chars();
        let given = checks.next()?;
        let fits = body.len() == 11
            && body.starts_with('k')
            && checks.next().is_none()
            && body.bytes().skip(1).all(|byte| KEY_ALPHABET.contains(&byte))
            && check_character(body) == given;
        fits.then(|| Self(text.to_owned()))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A check character over all bytes, weighted by place so that swapped neighbours are caught.
///
/// The weights lie between 1 and 30 and the modulus is the prime 31, so one wrong character is always
/// caught, and so are two swapped neighbours.
#[must_use]
pub fn check_character(text: &str) -> char {
    let sum = text.bytes().zip(1u64..).fold(0u64, |sum, (byte, place)| {
        (sum + u64::from(byte) * (place % 30 + 1)) % 31
    });
    char::from(KEY_ALPHABET[usize::try_from(sum).expect("below 31")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_of_another_form_are_refused() {
        assert!(RunId::parse("r-20260314-091207-k7qd").is_some());
        for bad in [
            "",
            "r-20260314-091207-K7QD",
            "r-2026031-0091207-k7qd",
            "../../etc/passwd______",
            "r-20260314-091207-k7qd/",
        ] {
            assert!(RunId::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn row_keys_read_back_and_catch_slips() {
        let key = RowKey::of("r-20260314-091207-k7qd", "refund-004", "default", "clova-main", 1);
        assert_eq!(RowKey::parse(key.as_str()), Some(key.clone()));
        assert_eq!(RowKey::parse(&format!(" {key} ")), Some(key.clone()));
        let mut swapped: Vec<char> = key.as_str().chars().collect();
        for at in 1..10 {
            if swapped[at] != swapped[at + 1] {
                swapped.swap(at, at + 1);
                break;
            }
        }
        assert_eq!(RowKey::parse(&swapped.into_iter().collect::<String>()), None);
    }

    #[test]
    fn row_keys_differ_by_every_part() {
        let base = RowKey::of("r", "c", "p", "t", 1);
        for other in [
            RowKey::of("s", "c", "p", "t", 1),
            RowKey::of("r", "cp", "", "t", 1),
            RowKey::of("r", "c", "p", "u", 1),
            RowKey::of("r", "c", "p", "t", 2),
        ] {
            assert_ne!(base, other);
        }
    }
}
