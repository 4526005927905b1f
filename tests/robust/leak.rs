//! Planted keys appear nowhere: in no file, log, message, table or blob, in no mode, whatever a server does with them; and
//! they go to the configured address only.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use narani::domain::{Call, ProviderName, Reply, Target};
use narani::net::Line;
use narani::net::clock::Heart;
use narani::provider::Incoming;
use tokio_util::sync::CancellationToken;

use crate::lab::{Ended, Lab};
use crate::peer::{Peer, Request, chat, response};

/// A planted key a provider: with characters that JSON, addresses and pages write in other ways.
fn key(provider: ProviderName) -> String {
    format!("sk-PLANTED/{}+Zq9=x7", provider.word().replace('-', "."))
}

/// What betrays a key: itself, in other notations, and a long part of it.
fn traces(key: &str) -> Vec<String> {
    vec![
        key.to_owned(),
        key.replace('/', "\\/"),
        key.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D"),
        key.replace('/', "\\u002f"),
        key.chars().skip(3).collect(),
    ]
}

/// The key a request brings, in whatever header.
fn key_in(request: &Request) -> String {
    let header = |name: &str| {
        request.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    header("x-api-key")
        .or_else(|| header("x-goog-api-key"))
        .or_else(|| header("authorization"))
        .unwrap_or_default()
        .trim_start_matches("Bearer ")
        .to_owned()
}

/// A server that gives the key back in every way that servers have been seen to, and some more.
fn echo(provider: ProviderName, n: usize, request: &Request, elsewhere: &str) -> Vec<u8> {
    let key = key_in(request);
    let json = "content-type: application/json\r\n";
    let error = |status: &str, message: &str, headers: &str| {
        let body = serde_json::json!({"error": {"message": message, "type": message, "code": message, "param": message, "status": message}});
        response(status, &format!("{json}{headers}"), body.to_string().as_bytes())
    };
    let tricky = format!("x-request-id: {key}\r\nretry-after: {key}\r\nx-ratelimit-reset-tokens: {key}\r\n");
    match n % 12 {
        // Answers that tell it, streamed in pieces where a stream was asked for.
        0 | 2 | 9 => answer(provider, request, &format!("your key is {key}, keep it")),
        1 => error("400 Bad Request", &format!("Incorrect API key provided: {key}."), ""),
        3 => response(
            "302 Found",
            &format!("location: {elsewhere}/?key={key}\r\n"),
            key.as_bytes(),
        ),
        4 => error(
            "500 Internal Server Error",
            &format!("upstream refused Bearer {key}"),
            &tricky,
        ),
        5 => response(
            "200 OK",
            "content-type: text/html\r\n",
            format!("<h1>{key}</h1>").as_bytes(),
        ),
        6 => {
            // Escaped as some encoders do.
            let body = format!("{{\"error\":{{\"message\":\"bad key {}\"}}}}", key.replace('/', "\\/"));
            response("422 Unprocessable Entity", json, body.as_bytes())
        }
        7 => {
            let in_address = key.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
            error("400 Bad Request", &format!("no such page: /v1?key={in_address}"), "")
        }
        8 => response("200 OK", json, format!("{{\"choices\": \"{key}\"").as_bytes()),
        10 => format!("{key} is not HTTP\r\n\r\n").into_bytes(),
        _ => {
            let long = format!("{} {key} ", "padding that can be compressed ".repeat(50)).repeat(5);
            error("503 Service Unavailable", &long, &tricky)
        }
    }
}

/// An answer as the provider itself would give it.
fn answer(provider: ProviderName, request: &Request, text: &str) -> Vec<u8> {
    let provider = narani::provider::of(provider);
    let path = request.head.split(' ').nth(1).unwrap();
    let incoming = Incoming {
        path,
        headers: &[("anthropic-version".to_owned(), "2023-06-01".to_owned())],
        body: request.body.as_bytes(),
    };
    let asked = provider.asked(&incoming).unwrap().unwrap();
    let reply = Reply {
        text: text.to_owned(),
        ..Reply::default()
    };
    let pretence = provider.pretend(&reply, &asked);
    let headers: String = pretence
        .head
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    response("200 OK", &headers, &pretence.chunks.concat())
}

/// Everything below a folder, blobs of databases inflated.
fn everything(folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            everything(&path, into);
            continue;
        }
        let name = path.display().to_string();
        if path.extension().is_some_and(|ending| ending == "db") {
            into.insert(format!("{name} (cells)"), cells(&path));
        }
        let bytes = std::fs::read(&path).unwrap();
        if bytes.starts_with(b"PK\x03\x04") {
            into.insert(format!("{name} (parts)"), parts(&bytes));
        }
        into.insert(name, bytes);
    }
}

/// Every part of a ZIP file (a workbook), inflated.
fn parts(zip: &[u8]) -> Vec<u8> {
    let number = |at: usize| usize::from(u16::from_le_bytes([zip[at], zip[at + 1]]));
    let mut all = Vec::new();
    for at in memchr::memmem::find_iter(zip, b"PK\x03\x04") {
        if at + 30 > zip.len() {
            break;
        }
        let data = at + 30 + number(at + 26) + number(at + 28);
        // What is stored as it is stands in the file itself.
        if number(at + 8) == 8 && data < zip.len() {
            let _ = flate2::read::DeflateDecoder::new(&zip[data..]).read_to_end(&mut all);
        }
    }
    assert!(!all.is_empty(), "no part could be read");
    all
}

/// Every value of every table of a database, packed bodies unpacked.
fn cells(path: &Path) -> Vec<u8> {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut tables = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .unwrap();
    let names: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut all = Vec::new();
    for name in names {
        let mut select = database.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = select.column_count();
        let mut rows = select.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                match row.get_ref(column).unwrap() {
                    rusqlite::types::ValueRef::Text(text) => all.extend_from_slice(text),
                    rusqlite::types::ValueRef::Blob(blob) => {
                        all.extend_from_slice(blob);
                        all.push(b'\n');
                        all.extend(narani::store::unpack(blob).unwrap_or_default());
                    }
                    _ => {}
                }
                all.push(b'\n');
            }
        }
    }
    all
}

#[track_caller]
fn clean(where_: &str, bytes: &[u8], keys: &[String]) {
    for key in keys {
        for trace in traces(key) {
            if let Some(at) = memchr::memmem::find(bytes, trace.as_bytes()) {
                let around = &bytes[at.saturating_sub(120)..(at + trace.len() + 40).min(bytes.len())];
                panic!(
                    "{where_} holds a key (`{trace}`): …{}…",
                    String::from_utf8_lossy(around)
                );
            }
        }
    }
}

fn clean_end(what: &str, ended: &Ended, keys: &[String]) {
    clean(&format!("{what}, standard output"), ended.out.as_bytes(), keys);
    clean(&format!("{what}, standard error"), ended.err.as_bytes(), keys);
}

#[test]
fn planted_keys_are_found_nowhere() {
    let elsewhere = Peer::start(|_, _| chat("thank you for the key"));
    let to = elsewhere.address();
    let lab = Lab::new();
    let cases: String = (0..24)
        .map(|n| format!("  - {{id: c{n}, question: \"number {n}?\", expect: \"{n}\"}}\n"))
        .collect();
    lab.write("suite.yaml", format!("scorers: [includes]\ncases:\n{cases}"));
    let keys: Vec<String> = ProviderName::ALL.into_iter().map(key).collect();
    let mut peers = Vec::new();
    let mut config = String::new();
    let mut variables: Vec<(String, String)> = Vec::new();
    for (n, provider) in ProviderName::ALL.into_iter().enumerate() {
        let to = to.clone();
        let peer = Peer::start(move |n, request| echo(provider, n, request, &to));
        let name = provider.word();
        // Half of the keys stand in variables, half are printed by a command.
        let source = if n % 2 == 0 {
            let variable = format!("PLANTED_{n}");
            variables.push((variable.clone(), key(provider)));
            format!("{{ env = \"{variable}\" }}")
        } else {
            // Outside the lab, which is searched; as users must not do, but do: the key stands in the command itself.
            format!("{{ command = [\"printf\", \"%s\", \"{}\"] }}", key(provider))
        };
        let stream = n % 3 != 0;
        config += &format!(
            "[targets.{name}]\nprovider = \"{name}\"\naddress = \"{}\"\nmodel = \"m\"\nkey = {source}\nstream = {stream}\nretries = 1\ntimeout_s = 5\nlimits = {{ in_flight = 2 }}\n\n",
            peer.address()
        );
        peers.push((provider, peer));
    }
    // The configuration holds some of the keys by the user's own hand, so it lies outside what is searched.
    let aside = Lab::new();
    let config = aside.write("config.toml", config);
    let config = config.to_str().unwrap();
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, key)| (name.as_str(), key.as_str()))
        .collect();
    let run = |words: &[&str]| lab.run_with(&[&["--config", config], words].concat(), &variables);

    let check = run(&["targets", "check"]);
    clean_end("targets check", &check, &keys);
    for words in [
        &["run", "suite.yaml", "-v"][..],
        &[
            "run",
            "suite.yaml",
            "-v",
            "--log-format",
            "json",
            "--progress-every",
            "1",
        ],
        &["run", "--resume", "last", "-v", "--retry", "all-errors"],
        &["run", "suite.yaml", "--refresh", "--format", "jsonl"],
        &["run", "suite.yaml", "--format", "csv", "--lang", "ko"],
        &["run", "suite.yaml", "--dry-run"],
        &["targets"],
        &["runs"],
        &["show", "last"],
        &["show", "last", "--answers", "--full"],
        &["show", "last", "--format", "json"],
        &["show", "last", "--format", "markdown"],
        &["export", "last", "csv"],
        &["export", "last", "csv", "--layout", "scores", "-o", "scores.csv"],
        &["export", "last", "jsonl", "-o", "all.jsonl"],
        &["export", "last", "xlsx", "-o", "all.xlsx"],
        &["score", "last"],
    ] {
        let ended = run(words);
        assert!(!ended.err.contains("panicked"), "{words:?}: {}", ended.err);
        // A form that this build does not write is refused.
        let known = words[0] != "export" || !ended.err.contains("invalid value");
        assert!(matches!(ended.code, 0 | 1 | 3) || !known, "{words:?}: {ended:?}");
        clean_end(&format!("{words:?}"), &ended, &keys);
    }
    for n in 0..12 {
        let ended = run(&["show", "last", "--case", &format!("c{n}"), "--raw", "--full"]);
        clean_end(&format!("show --raw c{n}"), &ended, &keys);
    }
    let mut files = BTreeMap::new();
    everything(lab.home.path(), &mut files);
    assert!(
        files.keys().any(|name| name.contains("run.db (cells)")),
        "{:?}",
        files.keys()
    );
    assert!(
        files.keys().any(|name| name.contains("cache.db (cells)")),
        "{:?}",
        files.keys()
    );
    for (name, bytes) in &files {
        clean(name, bytes, &keys);
    }
    // The search itself works: what stands there is found.
    let stored: Vec<u8> = files.values().flatten().copied().collect();
    assert!(
        memchr::memmem::find(&stored, b"[key removed]").is_some(),
        "keys came back and were taken out"
    );
    // Keys went where they belong, each to its own, and nowhere else.
    assert!(elsewhere.seen().is_empty(), "a redirect was followed");
    for (provider, peer) in &peers {
        let seen = peer.seen();
        assert!(!seen.is_empty(), "{}", provider.word());
        for request in seen {
            assert_eq!(key_in(&request), key(*provider));
            assert!(
                !request.head.lines().next().unwrap().contains("PLANTED"),
                "not in the address"
            );
            clean("a request body", request.body.as_bytes(), &keys);
            let others: Vec<String> = keys.iter().filter(|other| **other != key(*provider)).cloned().collect();
            clean("the head of another's request", request.head.as_bytes(), &others);
        }
    }
}

fn target_at(provider: ProviderName, address: &str) -> Target {
    let address = format!("{address}{}", narani::provider::of(provider).about().simulated_suffix);
    Target {
        timeout: Duration::from_secs(5),
        ..Target::plain("t", provider, &address, "m")
    }
}

/// A panic prints its message, its trace, and whatever a failed `expect` held: none of it tells the key, also when the server
/// has just repeated it, whole or in pieces.
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_task_that_holds_the_key_does_not_tell_it() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let elsewhere = Peer::start(|_, _| chat("thank you"));
    let to = elsewhere.address();
    let told: Arc<Mutex<String>> = Arc::default();
    let before = std::panic::take_hook();
    let kept = Arc::clone(&told);
    std::panic::set_hook(Box::new(move |panic| {
        if !panic
            .payload_as_str()
            .is_some_and(|message| message.starts_with("something broke"))
        {
            // Another test's.
            return before(panic);
        }
        let trace = std::backtrace::Backtrace::force_capture();
        *kept.lock().unwrap() += &format!("{panic}\n{panic:?}\n{trace}\n");
    }));
    let mut ends = Vec::new();
    for provider in ProviderName::ALL {
        let to = to.clone();
        let peer = Peer::start(move |n, request| echo(provider, n, request, &to));
        let mut target = target_at(provider, &peer.address());
        for n in 0..12 {
            target.stream = n % 2 == 0;
            let line = Arc::new(Line::new(&target, Some(&key(provider))).unwrap());
            let written = narani::provider::of(provider).write(&Call::ask("question"), &target);
            let body = written.body.to_string().into();
            ends.push(
                tokio::spawn(async move {
                    let (heart, cancel) = (Heart::default(), CancellationToken::new());
                    let exchange = line.send(&written, body, &heart, &cancel, &mut |_| ()).await;
                    // What `expect` prints, for answers and faults alike.
                    let body = String::from_utf8_lossy(&exchange.response);
                    panic!("something broke: {exchange:?}, {body}");
                })
                .await,
            );
        }
    }
    let _ = std::panic::take_hook();
    let told = told.lock().unwrap().clone();
    assert_eq!(
        told.matches("something broke").count(),
        12 * ProviderName::ALL.len(),
        "{told}"
    );
    assert!(told.contains("[key removed]"), "keys came back");
    let keys: Vec<String> = ProviderName::ALL.into_iter().map(key).collect();
    clean("a panic", told.as_bytes(), &keys);
    for end in ends {
        let error = end.unwrap_err();
        assert!(error.is_panic());
        clean("the end of a task", format!("{error} {error:?}").as_bytes(), &keys);
    }
}

/// A key typed into the configuration by mistake is refused, and the message does not show it.
#[test]
fn a_key_written_into_the_configuration_is_not_repeated() {
    for line in [
        "key = \"sk-PLANTED-0123456789abcdef\"",
        "key = { value = \"sk-PLANTED-0123456789abcdef\" }",
        "key = { env = \"sk-PLANTED-0123456789abcdef\" }",
        "api_key = \"sk-PLANTED-0123456789abcdef\"",
        "key = \"sk-PLANTED-0123456789abcdef",
    ] {
        let lab = Lab::new();
        lab.write("suite.yaml", "cases:\n  - question: hi\n");
        lab.write(
            "config.toml",
            format!("[targets.one]\nprovider = \"openai\"\nmodel = \"m\"\n{line}\n"),
        );
        for words in [
            &["run", "suite.yaml"][..],
            &["targets"],
            &["targets", "check"],
            &["check", "suite.yaml"],
        ] {
            let ended = lab.run(words);
            assert_ne!(ended.code, 0, "{line}: {ended:?}");
            let all = format!("{}{}", ended.out, ended.err);
            assert!(!all.contains("PLANTED"), "{line}, {words:?}:\n{all}");
        }
    }
}
