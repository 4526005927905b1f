//! What every reader of a stream does, whatever the protocol: cut frames, parse them, notice what is broken, and decide at
//! the end whether the answer is whole, cut, or something else altogether.
//!
//! A protocol says what an event means ([`Answer`]); it knows nothing of bytes. This file knows nothing of any protocol.
//! Five rules hold for all: a fault that an event tells wins; a stream without its end is cut; an event that is no JSON
//! lost a piece of the answer, unless it was noise or the whole answer followed; an object or a page where a stream was
//! announced is read as what it is; a stream under another name is read as a stream.

use serde_json::Value;

use crate::domain::{Fault, Reply, Said, WireHead};

use super::array::Objects;
use super::frames::{JsonLines, Sse};
use super::shared::{body_fault, cut_fault, is_body, json_body, json_of, odd_fault, odd_words, status_fault};
use super::{Piece, StreamReader};

/// The frames in which a protocol streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Server-sent events.
    Events,
    /// An object a line.
    Lines,
    /// Server-sent events, or a growing array of objects: the first byte tells.
    EventsOrArray,
}

/// Whether more of an answer is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Perhaps.
    More,
    /// The protocol's own end has come.
    Done,
}

/// An answer of one protocol, filling up.
pub(crate) trait Answer: Default + Send {
    /// The frames of its streams.
    const FORM: Form;
    /// Its end, as a message names it: "the stream was cut: it ended without …".
    fn end_mark() -> Said;
    /// `[DONE]` is an end of it; elsewhere that mark means nothing.
    const DONE_MARK: bool = false;

    /// Reads a whole body, also of an error status.
    ///
    /// # Errors
    /// The fault, when it holds none of an answer, a refusal or a reason for their absence.
    fn whole(head: &WireHead, body: &Value) -> Result<Reply, Fault>;

    /// Takes the usual event without building a tree of it; `false` leaves it to [`Answer::take`].
    fn quick(&mut self, _data: &str, _piece: &mut dyn FnMut(Piece<'_>)) -> bool {
        false
    }

    /// Takes an event; `name` is empty where none was given, `event` null where it holds no data.
    ///
    /// # Errors
    /// The fault that the event tells.
    fn take(
        &mut self,
        head: &WireHead,
        name: &str,
        event: &Value,
        piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Step, Fault>;

    /// The end mark came: gives what was held back.
    fn flush(&mut self, _piece: &mut dyn FnMut(Piece<'_>)) {}

    /// All that matters has come, though not the end itself.
    fn complete(&self) -> bool {
        false
    }

    /// The end repeated the whole answer, so that no event before it matters any more.
    fn repeated(&self) -> bool {
        false
    }

    /// The visible text so far.
    fn text(&self) -> String;

    /// The answer; `last` is the last event, to quote where there is none.
    ///
    /// # Errors
    /// The fault that neither an answer nor a reason for its absence came.
    fn reply(self, head: &WireHead, last: &Value) -> Result<Reply, Fault>;
}

/// Reads a whole body of any status; one that streams under another content type is read as a stream.
pub(crate) fn whole<A: Answer>(head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
    if (300..400).contains(&head.status) {
        return Err(status_fault(head, ""));
    }
    if head.status < 400 && looks_streamed(A::FORM, body) {
        let mut reader = Box::new(Streamed::<A>::new(head));
        reader.feed(body, &mut |_| ());
        return reader.end();
    }
    A::whole(head, &json_body(head, body)?)
}

/// Whether a body, or its beginning, is a stream rather than an object or a page.
pub(super) fn looks_streamed(form: Form, body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    if form == Form::Lines {
        // The first line alone is an object, and others follow.
        let Some(end) = body.iter().position(|byte| *byte == b'\n') else {
            return false;
        };
        let more = !body[end..].trim_ascii().is_empty();
        return more && body.starts_with(b"{") && serde_json::from_slice::<Value>(&body[..end]).is_ok();
    }
    let fields: [&[u8]; 4] = [b"data:", b"event:", b"id:", b": "];
    fields.iter().any(|field| body.starts_with(field)) || (form == Form::EventsOrArray && body.starts_with(b"["))
}

/// Reads a stream.
pub(crate) struct Streamed<A> {
    frames: Frames,
    told: Told<A>,
}

enum Frames {
    /// Not a byte has come yet that tells.
    Unknown,
    Events(Sse),
    Lines(JsonLines),
    Array(Objects),
}

/// What the events told so far.
struct Told<A> {
    head: WireHead,
    answer: A,
    fault: Option<Fault>,
    /// The last event, to quote where nothing of an answer came.
    last: Value,
    /// An event that could be read has come.
    seen: bool,
    /// The first event that is no JSON; one that might have been an object is kept rather than noise.
    odd: Option<String>,
    done: bool,
}

impl<A: Answer> Streamed<A> {
    pub(crate) fn new(head: &WireHead) -> Self {
        Self {
            frames: match A::FORM {
                Form::Events => Frames::Events(Sse::new()),
                Form::Lines => Frames::Lines(JsonLines::new()),
                Form::EventsOrArray => Frames::Unknown,
            },
            told: Told {
                head: head.clone(),
                answer: A::default(),
                fault: None,
                last: Value::Null,
                seen: false,
                odd: None,
                done: false,
            },
        }
    }
}

impl<A: Answer> StreamReader for Streamed<A> {
    fn feed(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) {
        let Self { frames, told } = self;
        let mut bytes = bytes;
        if matches!(frames, Frames::Unknown) {
            // Blanks before the first byte mean nothing, whether they come with it or alone.
            bytes = bytes.trim_ascii_start();
            match bytes.first() {
                None => return,
                Some(b'[' | b'{') => *frames = Frames::Array(Objects::default()),
                Some(_) => *frames = Frames::Events(Sse::new()),
            }
        }
        match frames {
            Frames::Unknown => {}
            Frames::Events(sse) => sse.feed(bytes, &mut |name, data| told.event(name, data, piece)),
            Frames::Lines(lines) => lines.feed(bytes, &mut |line| told.event("", line, piece)),
            Frames::Array(objects) => objects.feed(bytes, &mut |object| told.event("", object, piece)),
        }
    }

    fn done(&self) -> bool {
        self.told.done || self.told.fault.is_some()
    }

    fn end(self: Box<Self>) -> Result<Reply, Fault> {
        let Self { frames, mut told } = *self;
        let odd_before = told.odd.clone();
        let mut stray = String::new();
        match frames {
            Frames::Unknown | Frames::Array(_) => {}
            Frames::Events(mut sse) => {
                // An event whose data has not begun was cut.
                sse.finish(&mut |name, data| {
                    if !data.is_empty() {
                        told.event(name, data, &mut |_| ());
                    }
                });
                sse.stray().clone_into(&mut stray);
            }
            Frames::Lines(mut lines) => {
                lines.finish(&mut |line| told.event("", line, &mut |_| ()));
                // A page is no object a line.
                if let Some(page) = told.odd.as_deref().filter(|odd| odd.starts_with('<')) {
                    page.clone_into(&mut stray);
                }
            }
        }
        if let Some(fault) = told.fault {
            return Err(fault);
        }
        if !told.seen && !told.done && !stray.is_empty() {
            // A whole body, a page, or plain words where a stream was announced.
            return if is_body(&stray) {
                A::whole(&told.head, &json_body(&told.head, stray.as_bytes())?)
            } else {
                Err(body_fault(&told.head, stray.as_bytes()))
            };
        }
        // The last event is broken: the stream was cut there, unless the cut went through the end mark itself.
        let half = odd_before.is_none()
            && !told.answer.repeated()
            && told.odd.as_deref().is_some_and(|odd| !"[DONE]".starts_with(odd));
        if !told.done && (half || !told.answer.complete()) {
            return Err(cut_fault(&told.head, A::end_mark(), &told.answer.text()));
        }
        let repeated = told.answer.repeated();
        match odd_before {
            // A piece of the answer may be lost in it.
            Some(odd) if odd.starts_with('{') && !repeated => Err(odd_fault(&told.head, &odd)),
            Some(odd) if !repeated => {
                let mut reply = told.answer.reply(&told.head, &told.last)?;
                reply.notes.push(odd_words(&odd));
                Ok(reply)
            }
            _ => told.answer.reply(&told.head, &told.last),
        }
    }
}

impl<A: Answer> Told<A> {
    fn event(&mut self, name: &str, data: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        let data = data.trim();
        if self.done || self.fault.is_some() || (data.is_empty() && name.is_empty()) {
            return;
        }
        if data == "[DONE]" {
            if A::DONE_MARK {
                self.done = true;
                self.answer.flush(piece);
            }
            return;
        }
        if self.answer.quick(data, piece) {
            self.seen = true;
            return;
        }
        let value = if data.is_empty() {
            Some(Value::Null)
        } else {
            json_of(data)
        };
        let Some(value) = value else {
            let keeps = |odd: &String| odd.starts_with('{') || !data.starts_with('{');
            if !self.odd.as_ref().is_some_and(keeps) {
                self.odd = Some(data.to_owned());
            }
            return;
        };
        self.seen = true;
        match self.answer.take(&self.head, name, &value, piece) {
            Ok(Step::More) => {}
            Ok(Step::Done) => self.done = true,
            Err(fault) => self.fault = Some(fault),
        }
        self.last = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FaultKind, ProviderName, Scope, WireRequest};
    use crate::provider::{of, reader};

    fn head(content_type: &str) -> WireHead {
        WireHead {
            status: 200,
            headers: vec![("content-type".into(), content_type.into())],
            received_us: 0,
        }
    }

    fn request() -> WireRequest {
        WireRequest {
            url: String::new(),
            headers: Vec::new(),
            auth: crate::domain::Auth::None,
            body: Value::Null,
            stream: true,
        }
    }

    /// The fault of a body that was announced as the stream of a provider.
    fn fault(name: ProviderName, body: &str) -> Fault {
        let announced = head(match name {
            ProviderName::Ollama => "application/x-ndjson",
            _ => "text/event-stream",
        });
        let mut reader = reader(of(name), &request(), &announced);
        reader.feed(body.as_bytes(), &mut |_| panic!("no text in it"));
        reader.end().expect_err("no answer in it")
    }

    #[test]
    fn pages_and_words_where_a_stream_was_announced_are_told_as_such() {
        for name in ProviderName::ALL {
            let page = fault(name, "<html><title>Sign in</title></html>\n");
            assert!(page.message.contains("`Sign in`"), "{}: {}", name.word(), page.message);
            assert_eq!((page.kind, page.scope), (FaultKind::Network, Scope::Target));
            let words = fault(name, "upstream connect error\n");
            let told = words.message.contains("upstream connect error") || words.kind == FaultKind::Truncated;
            assert!(told, "{}: {}", name.word(), words.message);
        }
    }

    #[test]
    fn a_stream_under_another_name_is_timed_from_its_first_letter() {
        let body = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"가\"}}]}\n\n";
        for size in [1, 3, 7, body.len()] {
            let mut reader = reader(of(ProviderName::OpenAi), &request(), &head("text/plain"));
            let mut heard = String::new();
            for bytes in body.as_bytes().chunks(size) {
                reader.feed(bytes, &mut |piece| {
                    if let Piece::Text(text) = piece {
                        heard.push_str(text);
                    }
                });
            }
            assert_eq!(heard, "가", "{size} bytes at a time");
        }
    }

    #[test]
    fn bodies_are_told_from_streams() {
        for (form, body, streamed) in [
            (Form::Events, "data: {}", true),
            (Form::Events, "\u{feff}\n event: x", true),
            (Form::Events, ": OPENROUTER PROCESSING", true),
            (Form::Events, "{\"data\": 1}", false),
            (Form::Events, "[1]", false),
            (Form::EventsOrArray, " [{", true),
            (Form::Lines, "{\"a\":1}\n{\"b\":2}", true),
            (Form::Lines, "{\"a\":1}\n", false),
            (Form::Lines, "{\n\"a\":1}\n", false),
            (Form::Lines, "data: {}", false),
        ] {
            assert_eq!(looks_streamed(form, body.as_bytes()), streamed, "{form:?} {body:?}");
        }
    }
}
