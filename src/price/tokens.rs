//! A guess at tokens before anything is sent. Not a tokeniser: vendors' own differ by a third among themselves.

/// Thousandths of a token a letter of the Latin, Greek or Cyrillic script takes (about 3.3 letters a token).
const LETTER: u64 = 303;
/// Of a Hangul syllable (about 1.2 syllables a token), whether written as one character or as its letters.
const HANGUL: u64 = 833;
/// Of a Chinese character or a kana.
const IDEOGRAPH: u64 = 1000;
/// Of a digit; vendors group two or three.
const DIGIT: u64 = 400;
/// Of punctuation.
const MARK: u64 = 600;
/// Of a line break; a blank goes with the word after it.
const LINE_BREAK: u64 = 500;
/// Of everything else (emoji, other scripts), which falls apart into bytes.
const OTHER: u64 = 1500;

/// About how many tokens `text` has: an estimate for forecasts and for services that do not tell.
///
/// Expect it within a third or so of the truth for prose in English or Korean; worse for code. Empty text has none,
/// any other text at least one.
#[must_use]
pub fn estimate_tokens(text: &str) -> u64 {
    let thousandths: u64 = text.chars().map(weight).sum();
    if text.is_empty() {
        0
    } else {
        thousandths.div_ceil(1000).max(1)
    }
}

fn weight(letter: char) -> u64 {
    match letter {
        '\n' => LINE_BREAK,
        _ if letter.is_whitespace() => 0,
        '0'..='9' => DIGIT,
        _ if letter.is_ascii_punctuation() => MARK,
        '\0'..='\u{52f}' => LETTER,
        // Of a syllable in decomposed form only the leading consonant counts, so that both forms weigh alike.
        // Variation selectors travel with their emoji.
        '\u{1160}'..='\u{11ff}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}' => HANGUL,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' => IDEOGRAPH,
        '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' => MARK,
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::UnicodeNormalization as _;

    #[test]
    fn prose_comes_out_between_half_a_token_and_two_a_word() {
        let english =
            "The quick brown fox jumps over the lazy dog, and then it sleeps in the warm sun until evening comes.";
        let korean = "환불은 상품을 받으신 날부터 14일 이내에 신청하실 수 있습니다.";
        assert!(
            (19..=40).contains(&estimate_tokens(english)),
            "{}",
            estimate_tokens(english)
        );
        assert!(
            (16..=32).contains(&estimate_tokens(korean)),
            "{}",
            estimate_tokens(korean)
        );
    }

    #[test]
    fn both_normal_forms_of_hangul_weigh_alike() {
        let composed = "한글로 값을 적습니다";
        let decomposed: String = composed.nfd().collect();
        assert_ne!(composed, decomposed);
        assert_eq!(estimate_tokens(composed), estimate_tokens(&decomposed));
    }

    #[test]
    fn nothing_has_none_and_anything_has_one() {
        assert_eq!(estimate_tokens(""), 0);
        assert_eq!(estimate_tokens(" "), 1);
        assert_eq!(estimate_tokens("a"), 1);
        assert!(estimate_tokens("👨‍👩‍👧‍👦") >= 4);
    }
}
