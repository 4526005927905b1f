//! Cutters of streamed bodies: server-sent events and JSON lines, from bytes as they arrive to whole frames.
//!
//! Both are synchronous and give the same frames however the bytes are cut. They know nothing of what the
//! frames mean; a half frame at the end of a cut body is delivered too, and the reader above finds that it
//! is no JSON.

use std::borrow::Cow;

/// The fields of an event.
const FIELDS: [&str; 4] = ["data", "event", "id", "retry"];

/// How much text outside any event is kept for error messages and for bodies that are no stream at all.
const STRAY_LIMIT: usize = 64 * 1024;

/// Cuts `text/event-stream` into events, as the HTML standard reads them.
///
/// Two things differ from the standard, because services differ from it: an event whose blank line is
/// missing at the end of the body is delivered by [`Sse::finish`], and an event with a name but without
/// data is delivered with empty data.
#[derive(Debug, Default)]
pub struct Sse {
    lines: Lines,
    open: Event,
    stray: String,
}

/// The event being collected.
#[derive(Debug, Default)]
struct Event {
    name: String,
    data: String,
    has_data: bool,
}

impl Sse {
    /// A cutter at the start of a body.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and calls `each` with name (empty when none was given) and data of every event
    /// that became complete.
    pub fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(&str, &str)) {
        let Self { lines, open, stray } = self;
        lines.feed(bytes, &mut |line| {
            open.take(&text_of(line), stray, each);
        });
    }

    /// The body has ended: delivers an event that lacks its line end or its blank line. An event that has
    /// no data by now was cut and is dropped.
    pub fn finish(&mut self, each: &mut dyn FnMut(&str, &str)) {
        let Self { lines, open, stray } = self;
        lines.finish(&mut |line| {
            let line = String::from_utf8_lossy(line);
            // The first letters of a field are a cut one, not a line of another format.
            if !FIELDS.iter().any(|field| field.starts_with(&*line)) {
                open.take(&line, stray, each);
            }
        });
        if open.has_data {
            open.deliver(each);
        }
        *open = Event::default();
    }

    /// Lines that belong to no event, joined by LF, clipped to the first 64 KiB: what a server wrote that
    /// answers a wish for a stream with a JSON object or a web page.
    #[must_use]
    pub fn stray(&self) -> &str {
        &self.stray
    }
}

impl Event {
    fn take(&mut self, line: &str, stray: &mut String, each: &mut dyn FnMut(&str, &str)) {
        if line.is_empty() {
            if self.has_data || !self.name.is_empty() {
                self.deliver(each);
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if self.has_data {
                    self.data.push('\n');
                }
                self.has_data = true;
                self.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.name),
            // A comment, the place in the stream, the wish for a pause before connecting again.
            "" | "id" | "retry" => {}
            _ => keep_stray(stray, line),
        }
    }

    fn deliver(&mut self, each: &mut dyn FnMut(&str, &str)) {
        each(&self.name, &self.data);
        self.name.clear();
        self.data.clear();
        self.has_data = false;
    }
}

fn keep_stray(stray: &mut String, line: &str) {
    let room = STRAY_LIMIT.saturating_sub(stray.len());
    if room == 0 {
        return;
    }
    if !stray.is_empty() {
        stray.push('\n');
    }
    stray.push_str(&line[..line.floor_char_boundary(room)]);
}

/// Cuts JSON lines (`application/x-ndjson`) into lines; blank ones are left out.
#[derive(Debug, Default)]
pub struct JsonLines {
    lines: Lines,
}

impl JsonLines {
    /// A cutter at the start of a body.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and calls `each` with every line that became complete, blanks around it removed.
    pub fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(&str)) {
        self.lines.feed(bytes, &mut |line| whole_line(line, each));
    }

    /// The body has ended: delivers a last line without its line end.
    pub fn finish(&mut self, each: &mut dyn FnMut(&str)) {
        self.lines.finish(&mut |line| whole_line(line, each));
    }
}

fn whole_line(line: &[u8], each: &mut dyn FnMut(&str)) {
    let text = text_of(line);
    let text = text.trim();
    if !text.is_empty() {
        each(text);
    }
}

/// A line as text. Checking whole lines first is many times faster than looking for what is no UTF-8.
fn text_of(line: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(line),
    }
}

/// Cuts bytes into lines at LF, CRLF and lone CR, without the byte order mark at the start.
///
/// Every byte is looked at once, so a line of many megabytes in small reads costs linear time. Decoding is
/// left to whole lines: neither CR nor LF occurs inside a multi-byte character.
#[derive(Debug, Default)]
struct Lines {
    /// The line so far, when it began in an earlier read.
    partial: Vec<u8>,
    /// The last byte was CR; an LF right after it belongs to the same line end.
    after_cr: bool,
    /// A line end was seen, so a byte order mark cannot come any more.
    started: bool,
}

impl Lines {
    fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[u8])) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.after_cr {
                self.after_cr = false;
                if rest[0] == b'\n' {
                    rest = &rest[1..];
                    continue;
                }
            }
            let Some(end) = memchr::memchr2(b'\n', b'\r', rest) else {
                self.partial.extend_from_slice(rest);
                return;
            };
            self.after_cr = rest[end] == b'\r';
            if self.partial.is_empty() {
                self.deliver(&rest[..end], each);
            } else {
                let mut line = std::mem::take(&mut self.partial);
                line.extend_from_slice(&rest[..end]);
                self.deliver(&line, each);
                line.clear();
                self.partial = line;
            }
            rest = &rest[end + 1..];
        }
    }

    fn finish(&mut self, each: &mut dyn FnMut(&[u8])) {
        if !self.partial.is_empty() {
            let line = std::mem::take(&mut self.partial);
            self.deliver(&line, each);
        }
    }

    fn deliver(&mut self, line: &[u8], each: &mut dyn FnMut(&[u8])) {
        let line = if self.started {
            line
        } else {
            self.started = true;
            line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
        };
        each(line);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(parts: &[&[u8]]) -> Vec<(String, String)> {
        let mut sse = Sse::new();
        let mut seen = Vec::new();
        let mut each = |event: &str, data: &str| seen.push((event.to_owned(), data.to_owned()));
        for part in parts {
            sse.feed(part, &mut each);
        }
        sse.finish(&mut each);
        seen
    }

    fn lines(parts: &[&[u8]]) -> Vec<String> {
        let mut cutter = JsonLines::new();
        let mut seen = Vec::new();
        for part in parts {
            cutter.feed(part, &mut |line| seen.push(line.to_owned()));
        }
        cutter.finish(&mut |line| seen.push(line.to_owned()));
        seen
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected
            .iter()
            .map(|(event, data)| ((*event).to_owned(), (*data).to_owned()))
            .collect()
    }

    #[test]
    fn every_line_end_ends_a_line() {
        for end in ["\n", "\r\n", "\r"] {
            let body = format!("\u{feff}: hello{end}event: a{end}data: 1{end}data:2{end}{end}data:{end}{end}");
            assert_eq!(events(&[body.as_bytes()]), pairs(&[("a", "1\n2"), ("", "")]), "{end:?}");
        }
    }

    #[test]
    fn carriage_return_at_the_end_of_a_read_is_not_two_line_ends() {
        assert_eq!(
            events(&[b"data: 1\r", b"\ndata: 2\r", b"\n\r", b"\ndata: 3"]),
            pairs(&[("", "1\n2"), ("", "3")])
        );
    }

    #[test]
    fn only_one_blank_after_the_colon_is_dropped() {
        assert_eq!(events(&[b"data:  x\n\n"]), pairs(&[("", " x")]));
    }

    #[test]
    fn fields_without_colon_and_unknown_fields_do_no_harm() {
        let mut sse = Sse::new();
        let mut seen = Vec::new();
        sse.feed(b"data\nid: 7\nretry: 10\n{\"error\": 1}\n\n", &mut |event, data| {
            seen.push((event.to_owned(), data.to_owned()));
        });
        assert_eq!(seen, pairs(&[("", "")]));
        assert_eq!(sse.stray(), "{\"error\": 1}");
        sse.feed(b"even", &mut |_, _| ());
        sse.finish(&mut |_, _| panic!("no event"));
        assert_eq!(sse.stray(), "{\"error\": 1}");
    }

    #[test]
    fn named_event_without_data_is_delivered_but_not_when_cut() {
        assert_eq!(events(&[b"event: signal\n\n"]), pairs(&[("signal", "")]));
        assert_eq!(events(&[b"event: signal\n"]), pairs(&[]));
        assert_eq!(events(&[b"event: sig"]), pairs(&[]));
    }

    #[test]
    fn last_event_may_lack_its_blank_line() {
        assert_eq!(
            events(&[b"event: e\ndata: {\"a\":", b"1}"]),
            pairs(&[("e", "{\"a\":1}")])
        );
    }

    #[test]
    fn bad_bytes_become_replacement_characters() {
        assert_eq!(events(&[b"data: a\xffb\n\n"]), pairs(&[("", "a\u{fffd}b")]));
    }

    #[test]
    fn stray_text_is_clipped() {
        let mut sse = Sse::new();
        let body = format!("<p>{}\n\n", "한".repeat(STRAY_LIMIT));
        sse.feed(body.as_bytes(), &mut |_, _| panic!("no event"));
        assert!(sse.stray().len() <= STRAY_LIMIT);
        assert!(sse.stray().starts_with("<p>한"));
    }

    #[test]
    fn long_lines_in_small_reads_take_linear_time() {
        let mut sse = Sse::new();
        let mut length = 0;
        sse.feed(b"data: ", &mut |_, _| ());
        for _ in 0..400_000 {
            sse.feed(b"0123456789", &mut |_, _| ());
        }
        sse.feed(b"\n\n", &mut |_, data| length = data.len());
        assert_eq!(length, 4_000_000);
    }

    #[test]
    fn json_lines_skip_blanks_and_deliver_the_last() {
        assert_eq!(
            lines(&[b"\xef\xbb\xbf{\"a\":1}\r\n\r\n \n{\"b\"", b":2}\n{\"c\":3}"]),
            ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]
        );
    }

    /// Bytes rich in what could go wrong.
    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just("data:".as_bytes().to_vec()),
            Just("data: {\"나\":\"🙂 한\u{1112}\u{1161}\u{11ab}\"}".as_bytes().to_vec()),
            Just(b"event: x".to_vec()),
            Just(b"\n".to_vec()),
            Just(b"\r".to_vec()),
            Just(b"\r\n".to_vec()),
            Just(b"\n\n".to_vec()),
            Just(b": ping".to_vec()),
            Just(b"\xef\xbb\xbf".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..6),
        ];
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_cutting_gives_the_same_frames(
            body in hostile(),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
            at.extend([0, body.len()]);
            at.sort_unstable();
            let parts: Vec<&[u8]> = at.windows(2).map(|pair| &body[pair[0]..pair[1]]).collect();
            let bytes: Vec<&[u8]> = body.chunks(1).collect();
            prop_assert_eq!(events(&parts), events(&[&body]));
            prop_assert_eq!(events(&bytes), events(&[&body]));
            prop_assert_eq!(lines(&parts), lines(&[&body]));
            prop_assert_eq!(lines(&bytes), lines(&[&body]));
        }
    }
}
