//! Reads one exchange in every way: whole, byte by byte, cut in two, and broken off.

use narani::domain::{Auth, Fault, Reply, WireRequest};
use narani::provider::{self, Piece, StreamReader};
use serde_json::Value;

use crate::exchange::Exchange;
use crate::expect::{differences, honest};

/// Bytes fed at most for one exchange. Short bodies are cut everywhere; of long ones the first part is, and the rest at
/// even distances and inside every multi-byte character, since each cut reads the whole body again.
const BYTES_PER_EXCHANGE: usize = 4 * 1024 * 1024;

/// What reading gave.
struct Heard {
    result: Result<Reply, Fault>,
    text: String,
    done: bool,
}

/// Reads an exchange in every way; what went wrong, in words.
pub(crate) fn read_in_every_way(exchange: &Exchange) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut note = |way: String, what: &[String]| {
        wrong.extend(what.iter().map(|what| format!("{} ({way}): {what}", exchange.id)));
    };
    let whole = hear(exchange, &[&exchange.body]);
    note("whole".to_owned(), &differences(exchange, &whole.result));
    if by_its_head(exchange) != whole.result {
        note("by its head".to_owned(), &["reads differently".to_owned()]);
    }
    if !streams(exchange) {
        return wrong;
    }
    // An end mark whose line or event is not closed is seen only when the body ends.
    let closed = [&b"\n\n"[..], b"\r\n\r\n", b"\r\r", b"}\n"]
        .iter()
        .any(|end| exchange.body.ends_with(end));
    if exchange.expect["stream_done_marker"] == true && closed && !whole.done {
        note("whole".to_owned(), &["the end mark was not seen".to_owned()]);
    }
    if let Ok(reply) = &whole.result
        && reply.text != whole.text
        && reply.notes.is_empty()
    {
        let what = format!("the pieces join to {:?}", whole.text);
        note("whole".to_owned(), &[what]);
    }
    let bytes: Vec<&[u8]> = exchange.body.chunks(1).collect();
    let piecemeal = hear(exchange, &bytes);
    if piecemeal.result != whole.result || piecemeal.text != whole.text {
        note("byte by byte".to_owned(), &[format!("reads {:?}", piecemeal.result)]);
    }
    for at in positions(&exchange.body) {
        let (front, back) = exchange.body.split_at(at);
        let two = hear(exchange, &[front, back]);
        if two.result != whole.result || two.text != whole.text {
            note(format!("cut at {at}"), &[format!("reads {:?}", two.result)]);
            break;
        }
    }
    for at in positions(&exchange.body) {
        let broken = hear(exchange, &[&exchange.body[..at]]);
        if !honest(&broken.result, &whole.result) {
            note(format!("broken off at {at}"), &[format!("reads {:?}", broken.result)]);
            break;
        }
    }
    wrong
}

/// Whether the body is a stream. Services answer some wishes for one with an object, or a page, even under a stream's
/// content type; Gemini's arrays come under that of objects.
fn streams(exchange: &Exchange) -> bool {
    let start = exchange.body.trim_ascii_start().first();
    let framed = match exchange.head.content_type().as_str() {
        "text/event-stream" => !matches!(start, Some(b'{' | b'<')),
        "application/x-ndjson" => true,
        _ => start == Some(&b'['),
    };
    exchange.streaming && exchange.head.status < 400 && framed
}

fn hear(exchange: &Exchange, parts: &[&[u8]]) -> Heard {
    let provider = provider::of(exchange.provider);
    if !streams(exchange) {
        return Heard {
            result: provider.read(&exchange.head, &parts.concat()),
            text: String::new(),
            done: false,
        };
    }
    feed(provider.stream(&exchange.head), parts)
}

/// Reads as `net` does: the head decides how.
fn by_its_head(exchange: &Exchange) -> Result<Reply, Fault> {
    let request = WireRequest {
        url: String::new(),
        headers: Vec::new(),
        auth: Auth::None,
        body: Value::Null,
        stream: exchange.streaming,
    };
    let reader = provider::reader(provider::of(exchange.provider), &request, &exchange.head);
    feed(reader, &[&exchange.body]).result
}

fn feed(mut reader: Box<dyn StreamReader>, parts: &[&[u8]]) -> Heard {
    let mut text = String::new();
    for part in parts {
        reader.feed(part, &mut |piece| {
            if let Piece::Text(piece) = piece {
                assert!(!piece.is_empty(), "an empty piece would stop the clock too early");
                text.push_str(piece);
            }
        });
    }
    let done = reader.done();
    Heard {
        result: reader.end(),
        text,
        done,
    }
}

/// Where to cut.
fn positions(body: &[u8]) -> Vec<usize> {
    let passes = BYTES_PER_EXCHANGE / body.len().max(1);
    if passes >= body.len() {
        return (0..body.len()).collect();
    }
    let mut at: Vec<usize> = (0..passes / 2).collect();
    let stride = (body.len() - passes / 2) / (passes / 2).max(1) + 1;
    at.extend((passes / 2..body.len()).step_by(stride));
    let inside = (0..body.len()).filter(|&at| body[at] & 0b1100_0000 == 0b1000_0000);
    at.extend(inside.take(passes));
    at.sort_unstable();
    at.dedup();
    at
}
