//! Thinking that some servers leave inside the answer: one leading `<think>…</think>`.
//!
//! [`split`] judges the whole text and is what counts; [`Splitter`] sorts pieces as they arrive, for the
//! times to first text. Both agree except where only the closing tag is there, which nobody can know before
//! it comes.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// A content taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Split<'a> {
    /// What stood between the tags, blanks around it removed.
    pub(crate) thinking: Option<&'a str>,
    /// The visible rest; an end of the content.
    pub(crate) text: &'a str,
    /// Only the closing tag was there.
    pub(crate) unopened: bool,
}

/// Takes thinking off the front of a content.
///
/// Some templates put the opening tag into the prompt, so the answer holds the closing tag only. It is taken
/// for one when it stands at the start or the end of a line; in the middle of a sentence it is being talked
/// about.
pub(crate) fn split(content: &str) -> Split<'_> {
    if let Some(rest) = content.trim_start().strip_prefix(OPEN) {
        let (thinking, text) = rest.split_once(CLOSE).unwrap_or((rest, ""));
        return Split {
            thinking: Some(thinking.trim()),
            text: text.trim_start(),
            unopened: false,
        };
    }
    if let Some((thinking, text)) = content.split_once(CLOSE)
        && !thinking.contains(OPEN)
        && (thinking.is_empty() || thinking.ends_with('\n') || text.is_empty() || text.starts_with(['\n', '\r']))
    {
        return Split {
            thinking: Some(thinking.trim()),
            text: text.trim_start(),
            unopened: true,
        };
    }
    Split {
        thinking: None,
        text: content,
        unopened: false,
    }
}

/// Sorts pieces into thinking and text as they arrive.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    held: String,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but blanks and perhaps the start of the opening tag so far.
    #[default]
    Start,
    /// Between the tags.
    Thinking,
    /// Behind the closing tag, only blanks so far.
    Behind,
    /// In the visible text.
    Text,
}

impl Splitter {
    /// Takes a piece and calls `each` with what can be told: `true` for thinking.
    pub(crate) fn feed(&mut self, piece: &str, each: &mut dyn FnMut(bool, &str)) {
        if self.state == State::Text {
            if !piece.is_empty() {
                each(false, piece);
            }
            return;
        }
        self.held.push_str(piece);
        let mut give = |thinking: bool, text: &str| {
            if !text.is_empty() {
                each(thinking, text);
            }
        };
        if self.state == State::Start {
            let seen = self.held.trim_start();
            if let Some(rest) = seen.strip_prefix(OPEN) {
                self.held = rest.to_owned();
                self.state = State::Thinking;
            } else if !OPEN.starts_with(seen) {
                self.state = State::Text;
                give(false, &std::mem::take(&mut self.held));
            }
        }
        if self.state == State::Thinking {
            if let Some((thinking, rest)) = self.held.split_once(CLOSE) {
                give(true, thinking);
                self.held = rest.to_owned();
                self.state = State::Behind;
            } else {
                let keep = self.held.len() - open_end(&self.held);
                give(true, &self.held[..keep]);
                self.held.drain(..keep);
            }
        }
        if self.state == State::Behind {
            let text = self.held.trim_start();
            if !text.is_empty() {
                give(false, text);
                self.held.clear();
                self.state = State::Text;
            }
        }
    }

    /// Nothing more comes: gives what was held back.
    pub(crate) fn finish(&mut self, each: &mut dyn FnMut(bool, &str)) {
        let held = std::mem::take(&mut self.held);
        match self.state {
            State::Start if !held.is_empty() => each(false, &held),
            State::Thinking if !held.is_empty() => each(true, &held),
            _ => {}
        }
        self.state = State::Text;
    }
}

/// Length of the longest end of `text` that could become the closing tag.
fn open_end(text: &str) -> usize {
    (1..CLOSE.len())
        .rev()
        .find(|&length| text.ends_with(&CLOSE[..length]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(content: &str) -> (Option<&str>, &str) {
        let split = split(content);
        (split.thinking, split.text)
    }

    #[test]
    fn tags_in_every_position() {
        for (content, thinking, text) in [
            ("안녕", None, "안녕"),
            ("<think>\n음\n</think>\n\n안녕", Some("음"), "안녕"),
            ("\n<think></think>답", Some(""), "답"),
            ("<think>길고 긴", Some("길고 긴"), ""),
            ("먼저 생각\n</think>\n\n답", Some("먼저 생각"), "답"),
            ("생각</think>\n답", Some("생각"), "답"),
            ("write `</think>` to end it", None, "write `</think>` to end it"),
            ("a <think>b</think>\nc", None, "a <think>b</think>\nc"),
            ("<think>a</think>b</think>\nc", Some("a"), "b</think>\nc"),
        ] {
            assert_eq!(parts(content), (thinking, text), "{content}");
        }
    }

    proptest! {
        #[test]
        fn pieces_agree_with_the_whole(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("<think>".to_owned()), Just("</think>".to_owned()), Just("<th".to_owned()),
                    Just("ink>".to_owned()), Just("</".to_owned()), Just("\n".to_owned()), "\\PC{0,3}",
                ], 0..9),
        ) {
            let whole = pieces.concat();
            let split = split(&whole);
            prop_assume!(!split.unopened);
            let (mut thinking, mut text) = (String::new(), String::new());
            let mut each = |is_thinking: bool, piece: &str| {
                if is_thinking { thinking.push_str(piece) } else { text.push_str(piece) }
            };
            let mut splitter = Splitter::default();
            for piece in &pieces {
                splitter.feed(piece, &mut each);
            }
            splitter.finish(&mut each);
            prop_assert_eq!(&text, split.text);
            prop_assert_eq!(thinking.trim(), split.thinking.unwrap_or(""));
        }
    }
}
