//! Money keeps its currency and is never a floating-point number once it is counted.

use serde::{Deserialize, Serialize};

/// ISO 4217 code in capitals, for example `USD` or `KRW`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Currency(pub String);

impl Currency {
    /// US dollars.
    #[must_use]
    pub fn usd() -> Self {
        Self("USD".to_owned())
    }
}

/// An amount in billionths of the currency's unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Billionths: 1 dollar is 1,000,000,000.
    pub nano: i64,
    /// Which currency.
    pub currency: Currency,
}

impl Money {
    /// The amount in whole units, for printing only.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "printing; nine digits suffice")]
    pub fn units(&self) -> f64 {
        self.nano as f64 / 1e9
    }
}

/// Price per million tokens, in picounits (billionths of a thousandth) of the currency a token.
///
/// A price of 2.50 a million tokens is 2,500,000 picounits a token; any list price is exact in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// A token of input.
    pub input: u64,
    /// A token of output, thinking included.
    pub output: u64,
    /// A token of input read from the provider's cache; absent means as input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<u64>,
    /// A token of input written to the provider's cache; absent means as input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<u64>,
    /// Which currency.
    pub currency: Currency,
    /// Above this many input tokens the whole request costs more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long: Option<LongPrice>,
}

/// Factors for requests with long inputs, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongPrice {
    /// Holds above this many input tokens (cached ones counted).
    pub above: u64,
    /// Factor on input and cache prices, in thousandths (2000 doubles).
    pub input_factor: u32,
    /// Factor on the output price, in thousandths.
    pub output_factor: u32,
}

/// Where a cost comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CostSource {
    /// Usage times a known price.
    Priced,
    /// The provider told the cost.
    Reported,
    /// Usage was not told; estimated from the texts.
    Estimated,
    /// No price known.
    Unknown,
    /// Runs on the user's machine.
    Local,
}

impl CostSource {
    /// The word in exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Priced => "priced",
            Self::Reported => "reported",
            Self::Estimated => "estimated",
            Self::Unknown => "unknown",
            Self::Local => "local",
        }
    }

    /// The source of a word written by [`CostSource::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::Priced,
            Self::Reported,
            Self::Estimated,
            Self::Unknown,
            Self::Local,
        ]
        .into_iter()
        .find(|source| source.word() == word)
    }
}

/// What an answer cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// The amount; absent when unknown or local.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// Where it comes from.
    pub source: CostSource,
}
