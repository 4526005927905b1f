//! Speed of one answer.

use serde::Serialize;

use super::float::quotient;

/// Speed of one answer; null where it was not streamed or has at most one token.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Throughput {
    /// Seconds from the first token to the end.
    pub decode_seconds: Option<f64>,
    /// All tokens over all seconds.
    pub tokens_per_second_total: Option<f64>,
    /// Seconds a token after the first.
    pub time_per_output_token: Option<f64>,
    /// Tokens a second after the first.
    pub tokens_per_second_decode: Option<f64>,
}

/// Speed from the seconds to the first token (none when not streamed), the seconds in all, and the output tokens.
///
/// Time per output token = (total − first)/(tokens − 1); decoding speed = (tokens − 1)/(total − first); overall speed =
/// tokens/total. Retries and waiting inside the tool are not part of either time.
#[must_use]
pub fn throughput(first: Option<f64>, total: Option<f64>, tokens: Option<f64>) -> Throughput {
    let decode_seconds = first.zip(total).map(|(first, total)| total - first);
    let later = tokens.map(|tokens| tokens - 1.0).filter(|later| *later > 0.0);
    Throughput {
        decode_seconds,
        tokens_per_second_total: tokens.zip(total).and_then(|(tokens, total)| quotient(tokens, total)),
        time_per_output_token: decode_seconds
            .zip(later)
            .and_then(|(seconds, later)| quotient(seconds, later)),
        tokens_per_second_decode: decode_seconds
            .zip(later)
            .and_then(|(seconds, later)| quotient(later, seconds)),
    }
}
