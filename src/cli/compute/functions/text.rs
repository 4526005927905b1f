//! How alike texts are: the metrics of the scorers.

use serde_json::{Value, json};

use super::{Fields, Function, Wrong};
use crate::text::bleu::{self, BleuOptions};
use crate::text::chrf::{ChrfCounts, ChrfOptions};
use crate::text::edit::{self, Unit};
use crate::text::normalise::{Step, normalise};
use crate::text::number::extract_number;
use crate::text::overlap::{Overlap, korquad, squad};
use crate::text::rouge::{Shares, rouge};
use crate::text::tokens::{BleuTokenizer, WordTokenizer};
use crate::text::vector;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "squad_em_f1",
        checked: "the rules of SQuAD 1.1, empty answers as in 2.0",
        run: |input| overlap(input, squad::<String>),
    },
    Function {
        name: "korquad_em_f1",
        checked: "the rules of KorQuAD 1.0, after NFC",
        run: |input| overlap(input, korquad::<String>),
    },
    Function {
        name: "rouge",
        checked: "rouge-score 0.1.2 without stemming",
        run: rouge_of,
    },
    Function {
        name: "bleu_corpus",
        checked: "sacrebleu 2.6.0, exponential smoothing",
        run: bleu_corpus,
    },
    Function {
        name: "bleu_sentence",
        checked: "sacrebleu 2.6.0, effective order",
        run: bleu_sentence,
    },
    Function {
        name: "chrf",
        checked: "sacrebleu 2.6.0, character order 6, beta 2",
        run: chrf_of,
    },
    Function {
        name: "edit_distance",
        checked: "rapidfuzz 3.14",
        run: edit_distance,
    },
    Function {
        name: "cosine",
        checked: "numpy",
        run: cosine,
    },
    Function {
        name: "normalize_text",
        checked: "Python's unicodedata",
        run: normalize_text,
    },
    Function {
        name: "extract_number",
        checked: "its definition",
        run: number,
    },
];

/// One of all values of a kind by its word, or the default when the field is absent.
fn by_word<T: Copy>(
    input: Fields<'_>,
    name: &str,
    all: &[T],
    word: impl Fn(T) -> &'static str,
    default: T,
) -> Result<T, Wrong> {
    let known: Vec<(&str, T)> = all.iter().map(|one| (word(*one), *one)).collect();
    input.choice(name, &known, default)
}

/// Hypotheses and, for each, its references.
fn segments(input: Fields<'_>) -> Result<Vec<(String, Vec<String>)>, Wrong> {
    let hypotheses = input.texts("hypotheses")?;
    let references = input
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
            let references = super::fields::texts(references, &format!("references[{at}]"))?;
            if references.is_empty() {
                return Err(format!("`references[{at}]` is empty"));
            }
            Ok((hypothesis, references))
        })
        .collect()
}

fn overlap(input: Fields<'_>, measure: impl Fn(&str, &[String]) -> Overlap) -> Result<Value, Wrong> {
    let overlap = measure(input.text("prediction")?, &input.texts("references")?);
    Ok(json!({
        "exact_match": overlap.exact_match,
        "f1": overlap.f1,
        "normalized": overlap.normalised,
    }))
}

fn rouge_of(input: Fields<'_>) -> Result<Value, Wrong> {
    let tokenizer = by_word(
        input,
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

fn bleu_options(input: Fields<'_>) -> Result<BleuOptions, Wrong> {
    Ok(BleuOptions {
        tokenizer: by_word(
            input,
            "tokenize",
            &BleuTokenizer::ALL,
            BleuTokenizer::word,
            BleuTokenizer::V13a,
        )?,
        lowercase: input.flag("lowercase")?,
    })
}

fn bleu_corpus(input: Fields<'_>) -> Result<Value, Wrong> {
    let options = bleu_options(input)?;
    let segments = segments(input)?;
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

fn bleu_sentence(input: Fields<'_>) -> Result<Value, Wrong> {
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

fn chrf_of(input: Fields<'_>) -> Result<Value, Wrong> {
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
    let segments = segments(input)?;
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

fn edit_distance(input: Fields<'_>) -> Result<Value, Wrong> {
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

fn cosine(input: Fields<'_>) -> Result<Value, Wrong> {
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

fn normalize_text(input: Fields<'_>) -> Result<Value, Wrong> {
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

fn number(input: Fields<'_>) -> Result<Value, Wrong> {
    let marker = match input.get("marker") {
        None => None,
        Some(_) => Some(input.text("marker")?),
    };
    Ok(json!({"number": extract_number(input.text("text")?, marker)}))
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
