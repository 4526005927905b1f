//! Addresses and servers that are wrong in every way: each a marked outcome with its true kind, place and remedy.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use crate::lab::Lab;
use crate::peer::{Peer, chat, response};

const SUITE: &str = "cases:\n  - {id: only, question: How are you?, expect: fine}\nscorers: [includes]\n";

/// Runs one question against an OpenAI target at `address` and returns the kind of the outcome, its message and the
/// exit code.
fn outcome(address: &str, more: &str) -> (String, String, i32) {
    let lab = Lab::new();
    lab.write("suite.yaml", SUITE);
    let usual = [("retries", "retries = 0\n"), ("timeout_s", "timeout_s = 8\n")];
    let usual: String = usual
        .iter()
        .filter(|(name, _)| !more.contains(name))
        .map(|(_, line)| *line)
        .collect();
    lab.write(
        "config.toml",
        format!(
            "[targets.odd]\nprovider = \"openai\"\naddress = \"{address}\"\nmodel = \"m\"\nlocal = true\n{more}\n{usual}"
        ),
    );
    let ended = lab.run(&["run", "suite.yaml"]);
    assert!(
        lab.last_run().join("detail.csv").is_file(),
        "the files for people are written all the same: {ended:?}"
    );
    let exported = lab.run(&["export", "last", "jsonl"]);
    let line: serde_json::Value = serde_json::from_str(exported.out.lines().next().unwrap()).unwrap();
    let fault = &line["fault"];
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    if ended.code != 0 {
        let shown = lab.run(&["show", "last"]);
        let kind = text("error_kind");
        assert!(shown.out.contains(&kind), "the summary names `{kind}`:\n{}", shown.out);
    }
    (
        text("error_kind"),
        fault["message"].as_str().unwrap_or_default().to_owned(),
        ended.code,
    )
}

#[track_caller]
fn expect(address: &str, more: &str, kind: &str, words: &[&str]) {
    let (seen, message, code) = outcome(address, more);
    assert_eq!((seen.as_str(), code), (kind, 3), "{message}");
    for word in words {
        assert!(message.contains(word), "`{message}` does not tell `{word}`");
    }
    assert!(!message.contains('\n'), "one line: {message}");
}

/// A server that speaks raw bytes to whoever connects.
fn raw(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.write_all(answer);
            // What it is asked is taken first, however long that is in coming: to close before would be a reset.
            let _ = stream.set_read_timeout(Some(std::time::Duration::from_secs(30)));
            let _ = stream.read(&mut [0; 4096]);
        }
    });
    format!("127.0.0.1:{port}")
}

#[test]
fn refused() {
    // The port for discarding: one that was free a moment ago may be another test's by now.
    expect(
        "http://127.0.0.1:9/v1",
        "",
        "network",
        &["nothing listens", "is the server running"],
    );
}

#[test]
fn no_such_host() {
    expect(
        "http://no-such-host.invalid/v1",
        "",
        "network",
        &["no-such-host.invalid", "DNS"],
    );
}

#[test]
fn not_http() {
    let address = raw(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    expect(&format!("http://{address}/v1"), "", "network", &["does not speak HTTP"]);
}

#[test]
fn closes_without_a_word() {
    let address = raw(b"");
    expect(
        &format!("http://{address}/v1"),
        "",
        "network",
        &["closed the connection"],
    );
}

/// A plain server at an address that says https.
#[test]
fn tls_against_a_plain_server() {
    let address = raw(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    expect(&format!("https://{address}/v1"), "", "network", &["http://"]);
}

/// A certificate that nobody vouches for.
#[test]
fn tls_with_a_certificate_of_its_own() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key =
        rustls::pki_types::PrivatePkcs8KeyDer::from(&include_bytes!("../../testdata/tls/self-signed.key.der")[..]);
    let certificate =
        rustls::pki_types::CertificateDer::from(&include_bytes!("../../testdata/tls/self-signed.cert.der")[..]);
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            while session.is_handshaking() && session.complete_io(&mut stream).is_ok() {}
        }
    });
    expect(&format!("https://127.0.0.1:{port}/v1"), "", "network", &["certificate"]);
}

#[test]
fn a_page_with_200() {
    let peer = Peer::start(|_, _| {
        response(
            "200 OK",
            "content-type: text/html\r\n",
            b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>log in</body></html>",
        )
    });
    for stream in ["stream = true", "stream = false"] {
        let (kind, message, code) = outcome(&format!("{}/v1", peer.address()), stream);
        assert!(matches!(kind.as_str(), "network" | "bad_request"), "{kind}: {message}");
        assert_eq!(code, 3);
        assert!(message.contains("web page"), "{message}");
    }
}

#[test]
fn invalid_json() {
    for body in [
        &b"{\"choices\": [{\"mess"[..],
        b"not json at all",
        b"",
        b"null",
        b"[]",
        b"\xff\xfe\x00",
    ] {
        let peer = Peer::start(move |_, _| response("200 OK", "content-type: application/json\r\n", body));
        let (kind, message, code) = outcome(&format!("{}/v1", peer.address()), "stream = false");
        assert_ne!(kind, "", "a broken answer is an error");
        assert!(code == 3 && !message.is_empty(), "{kind}: {message}");
    }
}

#[test]
fn a_body_that_is_cut() {
    let peer = Peer::start(|_, _| {
        let mut bytes = chat("a long and friendly answer");
        bytes.truncate(bytes.len() - 30);
        bytes
    });
    expect(
        &format!("{}/v1", peer.address()),
        "stream = false",
        "truncated",
        &["ended before the answer did"],
    );
}

#[test]
fn a_stream_that_is_cut() {
    // Ends orderly for HTTP, but not for the protocol: no finish, no end mark.
    let peer = Peer::start(|_, _| {
        let body = b"data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"The answer is\"}}]}\n\n";
        response("200 OK", "content-type: text/event-stream\r\n", body)
    });
    expect(&format!("{}/v1", peer.address()), "stream = true", "truncated", &[]);
}

/// Fifty megabytes are not kept, not measured, and not asked for again.
#[test]
fn an_answer_of_fifty_megabytes() {
    let peer = Peer::serve(|stream, _, _| {
        let _ = stream.write_all(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{\"choices\":[{\"message\":{\"content\":\"",
        );
        let megabyte = vec![b'a'; 1 << 20];
        for _ in 0..50 {
            if stream.write_all(&megabyte).is_err() {
                return;
            }
        }
        let _ = stream.write_all(b"\"}}]}");
    });
    expect(
        &format!("{}/v1", peer.address()),
        "stream = false\nretries = 3",
        "truncated",
        &["longer than 32 MB"],
    );
    assert_eq!(peer.seen().len(), 1, "it is not asked for again");
}

/// A few hundred kilobytes that unpack to three hundred megabytes: the limit counts what is unpacked.
#[test]
fn an_answer_that_unpacks_without_end() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(b"{\"choices\":[{\"message\":{\"content\":\"").unwrap();
    let megabyte = vec![b'a'; 1 << 20];
    for _ in 0..300 {
        packed.write_all(&megabyte).unwrap();
    }
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 1 << 20);
    let peer = Peer::start(move |_, _| {
        response(
            "200 OK",
            "content-type: application/json\r\ncontent-encoding: gzip\r\n",
            &packed,
        )
    });
    expect(
        &format!("{}/v1", peer.address()),
        "stream = false",
        "truncated",
        &["longer than 32 MB"],
    );
}

/// Signs of life for ever, and never an answer: the time of a try counts from its start.
#[test]
fn a_stream_that_never_comes_to_the_point() {
    let peer = Peer::serve(|stream, _, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n");
        while stream.write_all(b": still here\n\n").is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    });
    expect(
        &format!("{}/v1", peer.address()),
        "stream = true\ntimeout_s = 2",
        "timeout",
        &["within 2 s"],
    );
}

/// Redirects are not followed: a key goes to the configured address only.
#[test]
fn a_redirect_is_told_and_not_followed() {
    let other = Peer::start(|_, _| chat("stolen"));
    let to = other.address();
    let peer = Peer::start(move |_, _| response("307 Temporary Redirect", &format!("location: {to}/v1\r\n"), b""));
    expect(
        &format!("{}/v1", peer.address()),
        "",
        "bad_request",
        &["redirects (307)", "final address"],
    );
    assert!(other.seen().is_empty(), "the other host heard nothing");
}
