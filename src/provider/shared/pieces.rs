//! Cutting pretended answers into pieces of about a token.

use unicode_segmentation::UnicodeSegmentation;

/// Pieces in the size in which services stream: a word with the blank before it, or up to two syllables of a
/// script that is written without blanks. Together they are the text again; a character is never cut.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut wide, mut inside) = (0, 0, false);
    for (at, character) in text.grapheme_indices(true) {
        let blank = character.trim().is_empty();
        let is_wide = !blank && !character.is_ascii();
        let full = wide == 2 || (is_wide && inside && wide == 0) || (!is_wide && wide > 0);
        if at > start && ((blank && inside) || full || at - start >= 24) {
            pieces.push(&text[start..at]);
            (start, wide, inside) = (at, 0, false);
        }
        inside |= !blank;
        wide += usize::from(is_wide);
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_keep_their_blank_and_syllables_go_in_pairs() {
        assert_eq!(
            pieces("The answer, 나란히 놓다 🙂."),
            ["The", " answer,", " 나란", "히", " 놓다", " 🙂", "."]
        );
        assert!(pieces("").is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "\\PC{0,60}|[ 가-힣\u{1100}-\u{11ff}a-z\n]{0,80}") {
            prop_assert_eq!(pieces(&text).concat(), text);
        }
    }
}
