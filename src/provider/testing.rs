//! Helpers of the adapters' own tests.

use super::{Asked, Incoming, Provider, of};
use crate::domain::{Call, Params, ProviderName, Target, WireRequest};

/// A target of `provider` at its usual address.
pub(super) fn target(provider: ProviderName, model: &str) -> Target {
    Target::plain("t", provider, of(provider).about().address, model)
}

/// The question `질문` with these parameters.
pub(super) fn call(params: Params) -> Call {
    Call {
        params,
        ..Call::ask("질문")
    }
}

/// What the service would read out of a request of ours.
pub(super) fn heard(provider: &dyn Provider, request: &WireRequest) -> Asked {
    let address = url::Url::parse(&request.url).expect("a valid address");
    let path = match address.query() {
        Some(query) => format!("{}?{query}", address.path()),
        None => address.path().to_owned(),
    };
    let body = request.body.to_string();
    let incoming = Incoming {
        path: &path,
        headers: &request.headers,
        body: body.as_bytes(),
    };
    provider
        .asked(&incoming)
        .expect("a path of this protocol")
        .expect("a request of the right shape")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::WireHead;

    /// Pieces of real bodies, so that chance gets further than the first byte.
    const SHREDS: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "\\",
        "\r\n\r\n",
        "\n\n",
        "null",
        "0",
        "-1e99",
        "data:",
        "event: error\n",
        "event:result\n",
        "event:token\n",
        "\"type\":",
        "\"message_start\"",
        "\"content_block_delta\"",
        "\"message_stop\"",
        "\"error\":",
        "\"content\":",
        "\"text\":\"한\"",
        "\"index\":18446744073709551615",
        "\"candidates\":",
        "\"parts\":",
        "\"finishReason\":\"STOP\"",
        "\"usageMetadata\":",
        "\"promptTokenCount\":",
        "\"status\":",
        "\"code\":\"4\"",
        "\"result\":",
        "\"message\":",
        "\"done\":true",
        "data: [DONE]\n\n",
        "\"choices\":",
        "\"delta\":",
        "\"finish_reason\":\"stop\"",
        "\"tool_calls\":",
        "\"output\":",
        "\"response.completed\"",
        "\"response\":",
        "\"usage\":null",
        "<think>",
        "</thi",
        "\u{feff}",
        "한국어",
        "🇰🇷",
    ];

    fn shredded() -> impl Strategy<Value = Vec<u8>> {
        let shred = prop_oneof![
            9 => (0..SHREDS.len()).prop_map(|at| SHREDS[at].as_bytes().to_vec()),
            1 => proptest::collection::vec(any::<u8>(), 0..6),
        ];
        proptest::collection::vec(shred, 0..40).prop_map(|shreds| shreds.concat())
    }

    proptest! {
        #[test]
        fn no_bytes_break_a_reader(body in shredded(), at in 0..ProviderName::ALL.len(), status in 0usize..4, size in 1usize..20) {
            let name = ProviderName::ALL[at];
            let provider = of(name);
            let head = WireHead { status: [200, 400, 429, 503][status], ..WireHead::default() };
            let _ = provider.read(&head, &body);
            let mut reader = provider.stream(&head);
            for bytes in body.chunks(size) {
                reader.feed(bytes, &mut |_| {});
            }
            let in_pieces = reader.end();
            let mut reader = provider.stream(&head);
            reader.feed(&body, &mut |_| {});
            prop_assert_eq!(reader.end(), in_pieces);
            for path in ["/v1/messages", "/v1beta/models/m:generateContent", "/v3/chat-completions/m", "/api/chat", "/v1/chat/completions", "/v1/responses"] {
                let headers = [("anthropic-version".to_owned(), "1".to_owned())];
                let _ = provider.asked(&Incoming { path, headers: &headers, body: &body });
            }
        }
    }
}
