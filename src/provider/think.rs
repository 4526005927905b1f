//! Parts thinking from answers of models that write both into one text, the thinking first, between
//! `<think>` and `</think>`.
//!
//! Only a tag at the very beginning counts. A lone `</think>` further on is left in the text: what stands
//! before it may be thinking or an answer about tags, and nothing in the bytes tells which.

use super::Piece;

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Parts a text that arrives in pieces.
#[derive(Debug, Default)]
pub(super) struct Think {
    stage: Stage,
    /// What came but cannot be told apart yet.
    held: String,
    text: String,
    thinking: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stage {
    /// The tag may still come.
    #[default]
    Start,
    /// Inside the tags.
    Inside,
    /// After the closing tag, before the answer: blanks are dropped.
    Gap,
    /// Everything is the answer.
    Answer,
}

impl Think {
    /// Thinking came apart from the text after all: the rest is the answer, tags or not.
    pub(super) fn apart(&mut self, piece: &mut dyn FnMut(Piece<'_>)) {
        if self.stage == Stage::Start {
            self.stage = Stage::Answer;
            self.feed("", piece);
        }
    }

    /// Takes the next piece of the text and calls `piece` for what can be told.
    pub(super) fn feed(&mut self, more: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        self.held.push_str(more);
        loop {
            match self.stage {
                Stage::Start => {
                    let begin = self.held.trim_start();
                    if let Some(rest) = begin.strip_prefix(OPEN) {
                        self.held = rest.to_owned();
                        self.stage = Stage::Inside;
                    } else if OPEN.starts_with(begin) {
                        return;
                    } else {
                        self.stage = Stage::Answer;
                    }
                }
                Stage::Inside => {
                    let Some((inside, rest)) = self.held.split_once(CLOSE) else {
                        let sure = self.held.len() - held_back(&self.held);
                        let rest = self.held.split_off(sure);
                        let inside = std::mem::replace(&mut self.held, rest);
                        self.think(&inside, piece);
                        return;
                    };
                    let (inside, rest) = (inside.to_owned(), rest.to_owned());
                    self.think(&inside, piece);
                    self.held = rest;
                    self.stage = Stage::Gap;
                }
                Stage::Gap => {
                    let rest = self.held.trim_start();
                    if rest.is_empty() {
                        self.held.clear();
                        return;
                    }
                    self.held = rest.to_owned();
                    self.stage = Stage::Answer;
                }
                Stage::Answer => {
                    let answer = std::mem::take(&mut self.held);
                    if !answer.is_empty() {
                        self.text.push_str(&answer);
                        piece(Piece::Text(&answer));
                    }
                    return;
                }
            }
        }
    }

    fn think(&mut self, inside: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        if !inside.is_empty() {
            self.thinking.push_str(inside);
            piece(Piece::Thinking(inside));
        }
    }

    /// The visible text so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text has ended: the answer, and the thinking when there was any.
    pub(super) fn finish(mut self) -> (String, Option<String>) {
        match self.stage {
            Stage::Inside => self.thinking.push_str(&self.held),
            Stage::Start | Stage::Answer => self.text.push_str(&self.held),
            Stage::Gap => {}
        }
        let thinking = self.thinking.trim();
        let thinking = (!thinking.is_empty()).then(|| thinking.to_owned());
        (self.text, thinking)
    }
}

/// Bytes at the end of `text` that may be the beginning of a closing tag.
fn held_back(text: &str) -> usize {
    (1..CLOSE.len())
        .rev()
        .find(|length| text.ends_with(&CLOSE[..*length]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, size: usize) -> (String, Option<String>) {
        let mut think = Think::default();
        let mut shown = String::new();
        let mut thought = String::new();
        for piece in super::super::pretending::pieces(text, size) {
            think.feed(piece, &mut |piece| match piece {
                Piece::Text(text) => shown.push_str(text),
                Piece::Thinking(text) => thought.push_str(text),
            });
        }
        let (text, thinking) = think.finish();
        assert!(text.starts_with(&shown));
        (text, thinking)
    }

    #[test]
    fn tags_are_found_wherever_the_text_is_cut() {
        for (text, answer, thinking) in [
            ("<think>\n생각\n</think>\n\n답", "답", Some("생각")),
            ("\n<think>생각</think>답", "답", Some("생각")),
            ("<think>\n\n</think>\n\n답", "답", None),
            ("<think>a </thin b</think>답", "답", Some("a </thin b")),
            ("<think>끝없이 </thi", "", Some("끝없이 </thi")),
            ("<thin", "<thin", None),
            (" <b>굵게</b>", " <b>굵게</b>", None),
            ("생각</think>답", "생각</think>답", None),
            ("답 <think>인용</think>", "답 <think>인용</think>", None),
            ("", "", None),
            ("  ", "  ", None),
        ] {
            for size in 1..=text.chars().count().max(1) {
                let parted = part(text, size);
                assert_eq!(parted.0, answer, "{text:?} by {size}");
                assert_eq!(parted.1.as_deref(), thinking, "{text:?} by {size}");
            }
        }
    }

    #[test]
    fn thinking_told_apart_ends_the_search() {
        let mut think = Think::default();
        think.apart(&mut |_| {});
        think.feed("<think>글자 그대로</think>", &mut |_| {});
        assert_eq!(think.finish(), ("<think>글자 그대로</think>".to_owned(), None));
    }
}
