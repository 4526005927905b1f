//! "Did you mean": the nearest known word, by typing distance, by common confusion, or by its use elsewhere.
use crate::domain::Said;
use crate::said;

/// Words of other tools and everyday synonyms, with what they are called here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("tests", "cases"),
    ("questions", "cases"),
    ("items", "cases"),
    ("dataset", "cases"),
    ("providers", "targets"),
    ("models", "targets"),
    ("assert", "scorers"),
    ("asserts", "scorers"),
    ("checks", "scorers"),
    ("metrics", "scorers"),
    ("evaluators", "scorers"),
    ("input", "question"),
    ("prompt", "question"),
    ("query", "question"),
    ("answer", "expect"),
    ("answers", "expect"),
    ("expected", "expect"),
    ("ideal", "expect"),
    ("gold", "expect"),
    ("reference", "expect"),
    ("variables", "vars"),
    ("category", "tags"),
    ("labels", "tags"),
    ("image", "images"),
    ("repeat", "trials"),
    ("repeats", "trials"),
    ("runs", "trials"),
    ("title", "name"),
    ("user", "template"),
    ("text", "template"),
    ("prompt", "template"),
    ("system_prompt", "system"),
    ("path", "file"),
    ("kind", "type"),
    ("scorer", "type"),
    ("metric", "type"),
    ("max_tokens", "max_output_tokens"),
    ("max_completion_tokens", "max_output_tokens"),
    ("thinking_budget", "reasoning_budget"),
    ("effort", "reasoning_effort"),
    ("response_format", "json_schema"),
    ("url", "address"),
    ("base_url", "address"),
    ("endpoint", "address"),
    ("host", "address"),
    ("api_key", "key"),
    ("apikey", "key"),
    ("token", "key"),
    ("timeout", "timeout_s"),
    ("max_retries", "retries"),
    ("rpm", "requests_per_minute"),
    ("tpm", "tokens_per_minute"),
    ("concurrency", "in_flight"),
    ("max_concurrency", "in_flight"),
    ("pricing", "price"),
    ("language", "lang"),
    ("exact", "equals"),
    ("exact_match", "equals"),
    ("contains", "includes"),
    ("not_contains", "excludes"),
    ("levenshtein", "edit_similarity"),
    ("rouge", "rouge_l"),
    ("f1", "token_f1"),
    ("is_json", "json"),
    ("llm_rubric", "judge"),
    ("javascript", "expression"),
    ("python", "command"),
];

/// The known word that was probably meant.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = flattened(word);
    let length = plain.chars().count();
    let allowed = match length {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let known: Vec<&str> = known.into_iter().collect();
    let by_use = ELSEWHERE
        .iter()
        .filter(|(foreign, _)| flattened(foreign) == plain)
        .find_map(|(_, ours)| known.iter().find(|candidate| *candidate == ours));
    if let Some(found) = by_use {
        return Some(found);
    }
    let slip_of_foreign = ELSEWHERE
        .iter()
        .filter(|(foreign, ours)| length > 3 && known.contains(ours) && distance(&plain, &flattened(foreign)) == 1)
        .map(|(_, ours)| (1, *ours));
    known
        .iter()
        .filter_map(|candidate| {
            let flat = flattened(candidate);
            let distance = distance(&plain, &flat);
            // A short word is near everything: at least half of either must be right.
            let most = allowed.min(flat.chars().count().min(length) / 2);
            (distance <= most).then_some((distance, *candidate))
        })
        .chain(slip_of_foreign)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Help for an unknown word: the nearest, or all of a short list.
#[must_use]
pub fn help<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Said {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(word, known.iter().copied()) {
        Some(near) => said!("did you mean `{near}`?", "혹시 `{near}`입니까?"),
        None if known.is_empty() => said!("nothing is known here", "여기에 쓸 수 있는 것이 없습니다"),
        None if known.len() > MOST_NAMED => {
            let (first, more) = (listed(&known[..MOST_NAMED]), known.len() - MOST_NAMED);
            said!(
                "known here: {first} and {more} more",
                "쓸 수 있는 것: {first} 외 {more}개"
            )
        }
        None => said!("known here: {}", "쓸 수 있는 것: {}", listed(&known)),
    }
}

/// Known words that are named one by one.
const MOST_NAMED: usize = 30;

/// Help for the id of a case that is not there. Ids are no words: another of the same length is no better guess than any,
/// so only one that differs in capitals, blanks or zeros is offered; a number is told the id of the case at that place.
pub fn help_id<'a>(id: &str, known: impl IntoIterator<Item = &'a str>) -> Said {
    let known: Vec<&str> = known.into_iter().collect();
    // Zeros before a number say nothing: `q-1` is `q-001`.
    let plain = |id: &str| {
        let mut out = String::new();
        let mut within = false;
        for letter in flattened(id).chars() {
            if letter != '0' || within {
                out.push(letter);
            }
            within = letter.is_ascii_digit() && (within || letter != '0');
        }
        out
    };
    if let Some(near) = known.iter().find(|candidate| plain(candidate) == plain(id)) {
        return said!("did you mean `{near}`?", "혹시 `{near}`입니까?");
    }
    let place = id.trim().parse::<usize>().ok().and_then(|place| place.checked_sub(1));
    if let Some(at) = place.and_then(|place| known.get(place)) {
        return said!(
            "the id of case number {id} is `{at}`",
            "{id}번째 문항의 id는 `{at}`입니다"
        );
    }
    let shown = &known[..known.len().min(5)];
    let (first, more) = (listed(shown), known.len() - shown.len());
    if more == 0 {
        return said!("its cases: {first}", "있는 문항: {first}");
    }
    said!("its cases: {first} and {more} more", "있는 문항: {first} 외 {more}개")
}

/// The words in back-ticks, separated by commas.
#[must_use]
pub fn listed<S: AsRef<str>>(words: &[S]) -> String {
    words
        .iter()
        .map(|word| format!("`{}`", word.as_ref()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Lower case without hyphens, underscores and blanks, so that `maxTokens` and `max-tokens` are one.
fn flattened(word: &str) -> String {
    word.chars()
        .filter(|letter| !matches!(letter, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Typing distance: inserted, dropped, changed and swapped letters.
fn distance(one: &str, other: &str) -> usize {
    rapidfuzz::distance::osa::distance(one.chars(), other.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 9] = [
        "id", "question", "expect", "tags", "group", "images", "scorers", "params", "vars",
    ];

    #[test]
    fn slips_find_their_word() {
        for (slip, meant) in [
            ("expct", "expect"),
            ("Expect", "expect"),
            ("quesiton", "question"),
            ("tag", "tags"),
            ("asserts", "scorers"),
            ("answer", "expect"),
            ("image", "images"),
            ("ID", "id"),
            ("anwser", "expect"),
        ] {
            assert_eq!(nearest(slip, FIELDS), Some(meant), "{slip}");
        }
        assert_eq!(
            nearest("maxTokens", ["max_output_tokens", "stop"]),
            Some("max_output_tokens")
        );
    }

    #[test]
    fn other_words_find_none() {
        for word in ["context", "difficulty", "지문", "x", "premise", "ab"] {
            assert_eq!(nearest(word, FIELDS), None, "{word}");
        }
    }

    /// `min` in a check of a gate was answered with "did you mean `kind`?".
    #[test]
    fn a_word_of_three_letters_is_not_near_one_with_two_others() {
        assert_eq!(nearest("min", ["kind", "targets", "at_least"]), None);
        assert_eq!(nearest("kid", ["kind", "targets"]), Some("kind"));
    }

    /// `q-15` was answered with "did you mean `q-05`?".
    #[test]
    fn ids_are_not_guessed_by_their_letters() {
        let ids = ["q-01", "q-02", "q-03", "q-04", "q-05", "c_9f3a01bc"];
        assert_eq!(help_id("Q-1", ids), "did you mean `q-01`?");
        assert_eq!(help_id("6", ids), "the id of case number 6 is `c_9f3a01bc`");
        assert_eq!(
            help_id("q-15", ids),
            "its cases: `q-01`, `q-02`, `q-03`, `q-04`, `q-05` and 1 more"
        );
    }

    #[test]
    fn help_names_all_when_nothing_is_near() {
        assert_eq!(help("zzzzzz", ["a", "b"]), "known here: `a`, `b`");
    }
}
