//! The group *text* of `narani compute`: JSON in, the very functions of the reports, JSON out.
//!
//! Inputs and results have the shapes of the reference cases (`tests/reference/stats`). Optional fields
//! may be left out or null.

use serde_json::{Map, Value, json};

use super::bleu::{self, BleuOptions};
use super::chrf::{ChrfCounts, ChrfOptions};
use super::edit::{self, Unit};
use super::normalise::{Step, normalise};
use super::number::extract_number;
use super::overlap::{Overlap, korquad, squad};
use super::rouge::{Shares, rouge};
use super::tokens::{BleuTokenizer, WordTokenizer};
use super::vector;

/// Every function of the group, with what it was checked against.
pub const FUNCTIONS: [(&str, &str); 10] = [
    ("squad_em_f1", "the rules of SQuAD 1.1, empty answers as in 2.0"),
    ("korquad_em_f1", "the rules of KorQuAD 1.0, after NFC"),
    ("rouge", "rouge-score 0.1.2 without stemming"),
    ("bleu_corpus", "sacrebleu 2.6.0, exponential smoothing"),
    ("bleu_sentence", "sacrebleu 2.6.0, effective order"),
    ("chrf", "sacrebleu 2.6.0, character order 6, beta 2"),
    ("edit_distance", "rapidfuzz 3.14"),
    ("cosine", "numpy"),
    ("normalize_text", "Python's unicodedata"),
    ("extract_number", "its definition"),
];

/// Computes one function; `None` when it is not of this group.
///
/// # Errors
/// Inside the `Some`: a message that names the missing or wrong field, lower case, no full stop.
#[must_use]
pub fn compute(function: &str, input: &Value) -> Option<Result<Value, String>> {
    let compute = match function {
        "squad_em_f1" => |input: &Fields| overlap(input, squad::<String>),
        "korquad_em_f1" => |input: &Fields| overlap(input, korquad::<String>),
        "rouge" => rouge_of,
        "bleu_corpus" => bleu_corpus,
        "bleu_sentence" => bleu_sentence,
        "chrf" => chrf_of,
        "edit_distance" => edit_distance,
        "cosine" => cosine,
        "normalize_text" => normalize_text,
        "extract_number" => number,
        _ => return None,
    };
    Some(match input {
        Value::Object(fields) => compute(&Fields(fields)),
        _ => Err("`input` must be an object".to_owned()),
    })
}

/// The fields of an input, read with messages that name them.
struct Fields<'a>(&'a Map<String, Value>);

impl Fields<'_> {
    /// The field, unless it is absent or null.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn need(&self, name: &str) -> Result<&Value, String> {
        self.get(name).ok_or_else(|| format!("`{name}` is missing"))
    }

    fn text(&self, name: &str) -> Result<&str, String> {
        self.need(name)?
            .as_str()
            .ok_or_else(|| format!("`{name}` must be a text"))
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        texts(self.need(name)?, name)
    }

    fn flag(&self, name: &str) -> Result<bool, String> {
        match self.get(name) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| format!("`{name}` must be true or false")),
        }
    }

    fn numbers(&self, name: &str) -> Result<Vec<f64>, String> {
        self.need(name)?
            .as_array()
            .and_then(|list| list.iter().map(Value::as_f64).collect())
            .ok_or_else(|| format!("`{name}` must be a list of numbers"))
    }

    /// A tokenizer by its word, or the default when the field is absent.
    fn choice<T: Copy>(
        &self,
        name: &str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
        default: T,
    ) -> Result<T, String> {
        if self.get(name).is_none() {
            return Ok(default);
        }
        let given = self.text(name)?;
        all.iter().copied().find(|one| word(*one) == given).ok_or_else(|| {
            let known: Vec<_> = all.iter().map(|one| word(*one)).collect();
            format!("`{name}` must be one of {}", known.join(", "))
        })
    }

    /// Hypotheses and, for each, its references.
    fn segments(&self) -> Result<Vec<(String, Vec<String>)>, String> {
        let hypotheses = self.texts("hypotheses")?;
        let references = self
            .need("references")?
            .as_array()
            .ok_or("`references` must be a list of lists of texts")?;
        if references.len() != hypotheses.len() {
            return Err(format!(
                "`references` has {} entries for {} `hypotheses`",
                references.len(),
                hypotheses.len()
            ));
        }
        hypotheses
            .into_iter()
            .zip(references)
            .enumerate()
            .map(|(at, (hypothesis, references))| {
                let references = texts(references, &format!("references[{at}]"))?;
                if references.is_empty() {
                    return Err(format!("`references[{at}]` is empty"));
                }
                Ok((hypothesis, references))
            })
            .collect()
    }
}

/// A list of texts; nulls in it are skipped, since some sets pad with them.
fn texts(value: &Value, name: &str) -> Result<Vec<String>, String> {
    value
        .as_array()
        .and_then(|list| {
            list.iter()
                .filter(|one| !one.is_null())
                .map(|one| one.as_str().map(str::to_owned))
                .collect()
        })
        .ok_or_else(|| format!("`{name}` must be a list of texts"))
}

fn overlap(input: &Fields, measure: impl Fn(&str, &[String]) -> Overlap) -> Result<Value, String> {
    let overlap = measure(input.text("prediction")?, &input.texts("references")?);
    Ok(json!({
        "exact_match": overlap.exact_match,
        "f1": overlap.f1,
        "normalized": overlap.normalised,
    }))
}

fn rouge_of(input: &Fields) -> Result<Value, String> {
    let tokenizer = input.choice(
        "tokenizer",
        &WordTokenizer::ALL,
        WordTokenizer::word,
        WordTokenizer::UnicodeWords,
    )?;
    let scores =
        rouge(input.text("hypothesis")?, input.text("reference")?, tokenizer).map_err(|why| why.to_string())?;
    let shares = |shares: Shares| json!({"precision": shares.precision, "recall": shares.recall, "f1": shares.f1});
    Ok(json!({
        "rouge1": shares(scores.rouge1),
        "rouge2": shares(scores.rouge2),
        "rougeL": shares(scores.rouge_l),
        "rougeLsum": shares(scores.rouge_lsum),
        "tokenizer": tokenizer.word(),
    }))
}

fn bleu_options(input: &Fields) -> Result<BleuOptions, String> {
    Ok(BleuOptions {
        tokenizer: input.choice(
            "tokenize",
            &BleuTokenizer::ALL,
            BleuTokenizer::word,
            BleuTokenizer::V13a,
        )?,
        lowercase: input.flag("lowercase")?,
    })
}

fn bleu_corpus(input: &Fields) -> Result<Value, String> {
    let options = bleu_options(input)?;
    let segments = input.segments()?;
    if segments.is_empty() {
        return Ok(json!({
            "score": null, "precisions": null, "brevity_penalty": null,
            "hypothesis_length": 0, "reference_length": 0, "reason": "empty",
        }));
    }
    let bleu = bleu::corpus(&segments, options);
    let most = segments.iter().map(|(_, refs)| refs.len()).max();
    Ok(json!({
        "score": bleu.score,
        "precisions": bleu.precisions,
        "brevity_penalty": bleu.brevity_penalty,
        "hypothesis_length": bleu.counts.hypothesis_length,
        "reference_length": bleu.counts.reference_length,
        "signature": options.signature(most.unwrap_or(0), false),
    }))
}

fn bleu_sentence(input: &Fields) -> Result<Value, String> {
    let options = bleu_options(input)?;
    let references = input.texts("references")?;
    let hypothesis = input.text("hypothesis")?;
    if references.is_empty() {
        return Ok(json!({"score": null, "reason": "empty"}));
    }
    let bleu = bleu::sentence(hypothesis, &references, options);
    Ok(json!({
        "score": bleu.score,
        "precisions": bleu.precisions,
        "brevity_penalty": bleu.brevity_penalty,
        "signature": options.signature(references.len(), true),
    }))
}

fn chrf_of(input: &Fields) -> Result<Value, String> {
    let word_order = match input.get("word_order") {
        None => 0,
        Some(value) => value
            .as_u64()
            .and_then(|order| usize::try_from(order).ok())
            .filter(|order| *order <= 10)
            .ok_or("`word_order` must be a whole number from 0 to 10")?,
    };
    let options = ChrfOptions {
        word_order,
        lowercase: input.flag("lowercase")?,
    };
    let segments = input.segments()?;
    let mut corpus: Option<ChrfCounts> = None;
    let mut scores = Vec::with_capacity(segments.len());
    for (hypothesis, references) in &segments {
        let Some(counts) = ChrfCounts::of(hypothesis, references, options) else {
            continue;
        };
        scores.push(counts.score());
        corpus = Some(match corpus {
            Some(sum) => sum.plus(&counts),
            None => counts,
        });
    }
    let score = corpus.map(|counts| counts.score());
    Ok(json!({"score": score, "sentence_scores": scores}))
}

fn edit_distance(input: &Fields) -> Result<Value, String> {
    let (a, b) = (input.text("a")?, input.text("b")?);
    let distance = |unit| edit::distance(a, b, unit).map_err(|why| why.to_string());
    let scalars = distance(Unit::Scalars)?;
    let words = distance(Unit::Words)?;
    Ok(json!({
        "distance": scalars.edits,
        "similarity": scalars.similarity(),
        "character_error_rate": scalars.error_rate(),
        "word_distance": words.edits,
        "word_error_rate": words.error_rate(),
        "jamo_distance": distance(Unit::Jamo)?.edits,
        "grapheme_distance": distance(Unit::Graphemes)?.edits,
        "jaro_winkler": edit::jaro_winkler(a, b),
    }))
}

fn cosine(input: &Fields) -> Result<Value, String> {
    let (a, b) = (input.numbers("a")?, input.numbers("b")?);
    if a.len() != b.len() {
        return Err(format!(
            "`a` has {} numbers and `b` {}, they must have as many",
            a.len(),
            b.len()
        ));
    }
    Ok(json!({"cosine": vector::cosine(&a, &b)}))
}

fn normalize_text(input: &Fields) -> Result<Value, String> {
    let steps = match input.get("steps") {
        None => Step::DEFAULT.to_vec(),
        Some(_) => input
            .texts("steps")?
            .iter()
            .map(|word| {
                Step::from_word(word).ok_or_else(|| {
                    let known: Vec<_> = Step::ALL.iter().map(|step| step.word()).collect();
                    format!("`steps` has `{word}`, known are {}", known.join(", "))
                })
            })
            .collect::<Result<_, _>>()?,
    };
    Ok(json!({"text": normalise(input.text("text")?, &steps)}))
}

fn number(input: &Fields) -> Result<Value, String> {
    let marker = match input.get("marker") {
        None => None,
        Some(_) => Some(input.text("marker")?),
    };
    Ok(json!({"number": extract_number(input.text("text")?, marker)}))
}

#[cfg(test)]
#[path = "compute_tests.rs"]
mod tests;
