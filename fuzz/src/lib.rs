//! What each fuzz target holds true of any bytes at all.
//!
//! The targets in `fuzz_targets/` are one line each. The same functions run over the kept corpus in `tests/robust`, so
//! that whatever was found once is tried by every `cargo test`, on any toolchain.

use std::io::{BufRead, Cursor};

use narani::domain::{
    Auth, Case, Fault, Params, Problem, Prompt, PromptMessage, ProviderName, Reply, Role, WireHead, WireRequest,
};
use narani::provider::frames::{JsonLines, Sse};
use narani::provider::{self, Incoming, Piece, Provider, StreamReader};
use narani::suite::{self, Templates};

/// Frames are the same however the bytes are cut.
pub fn frames(data: &[u8]) {
    let (cut, body) = first(data);
    let events = |parts: &[&[u8]]| {
        let mut seen = Vec::new();
        let mut sse = Sse::new();
        let mut keep = |name: &str, data: &str| seen.push((name.to_owned(), data.to_owned()));
        for part in parts {
            sse.feed(part, &mut keep);
        }
        sse.finish(&mut keep);
        (seen, sse.stray().to_owned())
    };
    let lines = |parts: &[&[u8]]| {
        let mut seen = Vec::new();
        let mut lines = JsonLines::new();
        let mut keep = |line: &str| seen.push(line.to_owned());
        for part in parts {
            lines.feed(part, &mut keep);
        }
        lines.finish(&mut keep);
        seen
    };
    let whole = events(&[body]);
    let whole_lines = lines(&[body]);
    let two = in_two(cut, body);
    assert_eq!(events(&two), whole, "events depend on the cut");
    assert_eq!(lines(&two), whole_lines, "lines depend on the cut");
    let bytes: Vec<&[u8]> = body.chunks(1).collect();
    assert_eq!(events(&bytes), whole, "events depend on arriving byte by byte");
    assert_eq!(lines(&bytes), whole_lines, "lines depend on arriving byte by byte");
}

/// A response of any bytes, whole or streamed, is an answer or a fault, the same however it is cut; what was read can be
/// stored; and a request of any bytes can be read by the simulator.
pub fn provider(name: ProviderName, data: &[u8]) {
    let provider = provider::of(name);
    let (choice, rest) = first(data);
    let (cut, body) = first(rest);
    let head = head(choice, body);
    // What headers tell must never panic either.
    let _ = provider.limits(&head);
    let whole = provider.read(&head, body);
    storable(&whole);
    let request = WireRequest {
        url: String::new(),
        headers: Vec::new(),
        auth: Auth::None,
        body: serde_json::Value::Null,
        stream: choice & 1 == 0,
    };
    let once = read(provider::reader(provider, &request, &head), &[body]);
    storable(&once.0);
    let two = read(provider::reader(provider, &request, &head), &in_two(cut, body));
    assert_eq!(two, once, "the answer depends on the cut");
    if body.len() < 4096 {
        let bytes: Vec<&[u8]> = body.chunks(1).collect();
        let piecemeal = read(provider::reader(provider, &request, &head), &bytes);
        assert_eq!(piecemeal, once, "the answer depends on arriving byte by byte");
    }
    asked(provider, choice, body);
}

fn asked(provider: &dyn Provider, choice: u8, body: &[u8]) {
    const PATHS: [&str; 6] = [
        "/v1/chat/completions",
        "/v1/responses",
        "/v1/messages",
        "/v1beta/models/m:streamGenerateContent?alt=sse",
        "/v3/chat-completions/HCX-007",
        "/api/chat",
    ];
    for path in PATHS {
        let incoming = Incoming {
            path,
            headers: &[("accept".to_owned(), "text/event-stream".to_owned())],
            body,
        };
        if let Some(Ok(asked)) = provider.asked(&incoming) {
            let reply = Reply {
                text: format!("{choice}"),
                ..Reply::default()
            };
            let pretence = provider.pretend(&reply, &asked);
            assert!(!pretence.chunks.is_empty(), "a pretended answer has a body");
        }
    }
}

/// A suite file of any bytes is a suite or problems with places inside the file; a suite that passes can be rendered,
/// frozen and thawed.
pub fn suite(path: &str, data: &[u8]) {
    let mut open = |asked: &str| -> Result<Box<dyn BufRead>, Problem> {
        if asked == path.split('#').next().unwrap_or(path) {
            Ok(Box::new(Cursor::new(data.to_vec())))
        } else {
            Err(Problem::error("missing_file", format!("there is no file `{asked}`")))
        }
    };
    let mut cases: Vec<Case> = Vec::new();
    let checked = suite::read(path, &mut open, suite::Against::default(), &mut |case| cases.push(case));
    let lines = data.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
    for problem in &checked.problems {
        assert!(!problem.message.is_empty(), "a problem says what is wrong");
        let workbook = path.ends_with("xlsx");
        if let Some(place) = &problem.place
            && place.file == path
            && !workbook
        {
            assert!(place.line <= lines, "a place beyond the file: {problem:?}");
        }
    }
    let Some(suite) = checked.suite else {
        assert!(!checked.problems.is_empty(), "refused without a word");
        return;
    };
    assert_eq!(suite.cases, cases.len() as u64, "cases are counted as they go by");
    let templates = Templates::new(&suite.prompts, &suite.params).expect("a checked suite compiles");
    for case in cases.iter().take(8) {
        let stored = serde_json::to_string(case).expect("a case is plain JSON");
        let back: Case = serde_json::from_str(&stored).expect("a stored case is read again");
        assert_eq!(&back, case, "a case is frozen as it is");
        for prompt in 0..templates.len() {
            let _ = templates.render(prompt, case);
        }
    }
}

/// A workbook of any bytes, and one whose parts are any bytes: in a whole file a changed byte is caught by its checksum
/// before any of our code sees it.
pub fn workbook(data: &[u8]) {
    let (choice, rest) = first(data);
    if choice & 1 == 0 {
        return suite("suite.xlsx", rest);
    }
    let mut parts = rest.split(|byte| *byte == 1);
    let mut next = |usual: &'static str| parts.next().filter(|part| !part.is_empty()).unwrap_or(usual.as_bytes());
    let sheet = next("<worksheet><sheetData/></worksheet>");
    let strings = next("<sst/>");
    let styles = next("<styleSheet/>");
    let workbook = next(
        "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
    );
    let bytes = zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", workbook),
        (
            "xl/_rels/workbook.xml.rels",
            b"<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", strings),
        ("xl/styles.xml", styles),
    ]);
    suite("suite.xlsx", &bytes);
}

/// A ZIP file of uncompressed parts, just enough of the format for a reader to take it (APPNOTE 4.3).
fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    fn short(number: usize) -> [u8; 2] {
        u16::try_from(number).expect("small").to_le_bytes()
    }
    fn long(number: usize) -> [u8; 4] {
        u32::try_from(number).expect("small").to_le_bytes()
    }
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in parts {
        let mut sum = flate2::Crc::new();
        sum.update(bytes);
        let about = [
            &short(20)[..],
            &[0; 8],
            &sum.sum().to_le_bytes(),
            &long(bytes.len()),
            &long(bytes.len()),
            &short(name.len()),
            &short(0),
        ]
        .concat();
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&about);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&long(file.len()));
        directory.extend_from_slice(name.as_bytes());
        file.extend_from_slice(b"PK\x03\x04");
        file.extend_from_slice(&about);
        file.extend_from_slice(name.as_bytes());
        file.extend_from_slice(bytes);
    }
    let (start, length, count) = (file.len(), directory.len(), parts.len());
    file.extend_from_slice(&directory);
    file.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    file.extend_from_slice(&short(count));
    file.extend_from_slice(&short(count));
    file.extend_from_slice(&long(length));
    file.extend_from_slice(&long(start));
    file.extend_from_slice(&short(0));
    file
}

/// A template of any text over any variables renders, or says why not, within its fuel. Outside text is never a template.
pub fn template(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (source, value) = text.split_once('\u{1}').unwrap_or((&text, "{{ question }}"));
    let prompts = [Prompt {
        name: "p".to_owned(),
        system: Some(source.to_owned()),
        messages: vec![PromptMessage {
            role: Role::User,
            content: format!("{source} {{{{ question }}}}"),
        }],
        params: Params::default(),
    }];
    let case = Case {
        id: "c".to_owned(),
        vars: serde_json::json!({"question": value, "n": 3, "list": [value, 1, null], "map": {"a": value}})
            .as_object()
            .expect("an object")
            .clone(),
        images: vec![value.to_owned()],
        ..Case::default()
    };
    if let Ok(templates) = Templates::new(&prompts, &Params::default()) {
        let _ = templates.check(&case.vars);
        let _ = templates.wanted();
        let _ = templates.render(0, &case);
    }
    let plain = [Prompt {
        name: "p".to_owned(),
        system: None,
        messages: vec![PromptMessage {
            role: Role::User,
            content: "{{ question }}".to_owned(),
        }],
        params: Params::default(),
    }];
    let templates = Templates::new(&plain, &Params::default()).expect("the default template compiles");
    let call = templates.render(0, &case).expect("a text renders");
    let sent = serde_json::to_value(&call.messages).expect("messages are plain JSON");
    assert!(
        sent.to_string()
            .contains(&serde_json::Value::from(value).to_string()[1..value_end(value)]),
        "a value was changed or rendered twice"
    );
}

fn value_end(value: &str) -> usize {
    serde_json::Value::from(value).to_string().len() - 1
}

fn head(choice: u8, body: &[u8]) -> WireHead {
    const STATUS: [u16; 8] = [200, 200, 200, 400, 401, 429, 503, 302];
    const TYPES: [&str; 4] = [
        "text/event-stream",
        "application/x-ndjson",
        "application/json",
        "text/html",
    ];
    let header = |name: &str, value: String| (name.to_owned(), value);
    let first_line = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
    WireHead {
        status: STATUS[usize::from(choice >> 1 & 7)],
        headers: vec![
            header("content-type", TYPES[usize::from(choice >> 4 & 3)].to_owned()),
            header("retry-after", first_line.clone()),
            header("retry-after-ms", first_line.clone()),
            header("x-ratelimit-reset-tokens", first_line.clone()),
            header("x-ratelimit-remaining-requests", first_line.clone()),
            header("anthropic-ratelimit-requests-reset", first_line),
        ],
        received_us: 1_800_000_000_000_000,
    }
}

fn read(mut reader: Box<dyn StreamReader>, parts: &[&[u8]]) -> (Result<Reply, Fault>, String) {
    let mut text = String::new();
    for part in parts {
        reader.feed(part, &mut |piece| {
            if let Piece::Text(piece) = piece {
                text.push_str(piece);
            }
        });
    }
    (reader.end(), text)
}

/// What was read is stored as JSON and read again, the same.
fn storable(result: &Result<Reply, Fault>) {
    match result {
        Ok(reply) => {
            let stored = serde_json::to_string(reply).expect("a reply is plain JSON");
            let back: Reply = serde_json::from_str(&stored).expect("a stored reply is read again");
            assert_eq!(&back, reply, "a reply is stored as it is");
        }
        Err(fault) => {
            let back =
                narani::store::fault_of(&narani::store::fault_json(fault)).expect("a stored fault is read again");
            assert_eq!(&back, fault, "a fault is stored as it is");
            assert!(!fault.message.is_empty(), "a fault says what is wrong");
        }
    }
}

fn first(data: &[u8]) -> (u8, &[u8]) {
    data.split_first().map_or((0, data), |(first, rest)| (*first, rest))
}

fn in_two(cut: u8, body: &[u8]) -> Vec<&[u8]> {
    let at = body.len() * usize::from(cut) / 256;
    let (front, back) = body.split_at(at);
    vec![front, back]
}
