//! Bytes of a text file as text: UTF-8, UTF-16, or what Korean programs save otherwise (CP949).
//!
//! Spreadsheet programs in Korea save "CSV" in CP949 and "Unicode text" in UTF-16. A byte-order mark decides; without one,
//! zero bytes tell UTF-16; what is valid UTF-8 is UTF-8, and the rest is CP949 when it is valid there.

use std::borrow::Cow;

use encoding_rs::{EUC_KR, UTF_16BE, UTF_16LE};

/// How a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte-order mark.
    Utf8Mark,
    /// UTF-16, either order.
    Utf16,
    /// CP949, which Windows calls "ANSI" or "949" in Korea; EUC-KR is a part of it.
    Cp949,
}

impl Encoding {
    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Mark => "UTF-8 with BOM",
            Self::Utf16 => "UTF-16",
            Self::Cp949 => "CP949",
        }
    }
}

/// The text without its byte-order mark and how it was written; none when it is in none of the encodings.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<(Cow<'_, str>, Encoding)> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return Some((Cow::Borrowed(std::str::from_utf8(rest).ok()?), Encoding::Utf8Mark));
    }
    let utf16 = |little: bool, bytes| {
        let encoding = if little { UTF_16LE } else { UTF_16BE };
        encoding.decode_without_bom_handling_and_without_replacement(bytes)
    };
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return Some((utf16(true, rest)?, Encoding::Utf16));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return Some((utf16(false, rest)?, Encoding::Utf16));
    }
    // ASCII among UTF-16 has zeros at every other place; no other text file has any.
    let head = &bytes[..bytes.len().min(512)];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    if head.len() >= 4 && zeros(0) + zeros(1) > 0 {
        let little = zeros(1) > zeros(0);
        return Some((utf16(little, bytes)?, Encoding::Utf16));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some((Cow::Borrowed(text), Encoding::Utf8));
    }
    let text = EUC_KR.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some((text, Encoding::Cp949))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_told() {
        let text = "번호,질문\n1,똠방각하 펲시?\n";
        let (cp949, _, lost) = EUC_KR.encode(text);
        assert!(!lost);
        let wide = |order: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(order).collect() };
        let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), Encoding::Utf8Mark),
            (cp949.to_vec(), Encoding::Cp949),
            ([b"\xff\xfe", little.as_slice()].concat(), Encoding::Utf16),
            ([b"\xfe\xff", big.as_slice()].concat(), Encoding::Utf16),
            (little, Encoding::Utf16),
            (big, Encoding::Utf16),
        ] {
            let (read, found) = decode(&bytes).unwrap();
            assert_eq!((read.as_ref(), found), (text, encoding));
        }
        assert!(decode(b"\xff\xff\x80\x80").is_none());
    }
}
