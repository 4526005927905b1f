//! Multiple choice: which option the answer picks.

use std::sync::LazyLock;

use ::regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::params::Rule;
use super::search::find_whole;
use super::shared::{Ignore, comparable, expectations, quote, text};
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::domain::case::text_of;

/// Passes when the answer picks the right option of a multiple-choice question.
///
/// Use it when the question lists its options, as benchmarks do, and the model may explain before it chooses. The
/// accepted answer is the option's label (`B`, `②`, `2`, `나`) or its text. Put the options into the case's
/// variable `choices`, and the text of an option is understood too, in the answer as in `expect`; labels then
/// reach as far as there are options. Without it the labels A to E count (or as many as `options` says).
///
/// Understood are `The answer is (B).`, `정답: ②`, `답은 3번입니다`, `\boxed{B}`, `**B**`, `B) Paris`, a label
/// alone on the first or last line, and an option's text when no other option's text stands in the answer. The
/// last such statement counts, explicit ones (`answer is`, `정답`) before others. An answer that picks no option,
/// or names several without choosing, is wrong.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: |
///       프랑스의 수도는? 기호로 답하세요.
///       A. 런던  B. 파리  C. 로마
///     expect: B
///     vars:
///       choices: [런던, 파리, 로마]
/// scorers:
///   - type: choice
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    /// How many options there are, when the case does not list them under `choices`.
    #[serde(default = "five")]
    #[schemars(range(min = 2, max = 14))]
    options: u32,
}

fn five() -> u32 {
    5
}

/// As many labels as 가, 나, 다 … have.
const MOST: u32 = 14;

const LATIN: &str = "ABCDEFGHIJKLMN";
const HANGUL: &str = "가나다라마바사아자차카타파하";
const CIRCLED: [(char, char); 2] = [('①', '⑭'), ('ⓐ', 'ⓝ')];

impl Rule for Choice {
    const NAME: &'static str = "choice";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        if !(2..=MOST).contains(&self.options) {
            return Err(Refusal::of("options", format!("`options` must be from 2 to {MOST}")));
        }
        Ok(Box::new(self))
    }
}

/// Number of the option that a label stands for, from 0.
fn label(text: &str) -> Option<usize> {
    if let Ok(number) = text.parse::<usize>() {
        return number.checked_sub(1);
    }
    let mut characters = text.chars();
    let (Some(c), None) = (characters.next(), characters.next()) else {
        return None;
    };
    for (first, last) in CIRCLED {
        if (first..=last).contains(&c) {
            return usize::try_from(u32::from(c) - u32::from(first)).ok();
        }
    }
    let upper = c.to_ascii_uppercase();
    LATIN
        .chars()
        .position(|latin| latin == upper)
        .or_else(|| HANGUL.chars().position(|hangul| hangul == c))
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern written here is well formed")
}

/// A label, bare or in brackets or bold, not part of a longer word.
const LABEL: &str = r"[(\[{<*_`'\x22“‘]*(?<label>[A-N]|[a-n]|[①-⑭ⓐ-ⓝ]|1[0-4]|[1-9]|[가나다라마바사아자차카타파하])";
/// What may follow it: the end, punctuation, or `번`.
const LABEL_END: &str = r"(?:번|$|[\s)\]}>*_`'\x22”’.,:;!?。]|이다|입니다|이에요|예요)";

/// Statements of the answer, strongest first; within each the last one in the text counts.
static STATEMENTS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    let lead = r"(?:\banswer|\bchoice|\boption|정답|답변|답|선택지|선택)(?:\s+(?:choice|option|letter))?";
    let link =
        r"[*_\s]*(?:is|are|would\s+be|should\s+be|을|를|은|는|이|가)?[*_\s]*[:：=]?[*_\s]*(?:option\s+|choice\s+)?";
    [
        pattern(&format!(r"\\boxed\{{\s*(?:\\text(?:bf)?\{{)?\s*{LABEL}\s*[)\}}.]")),
        pattern(&format!(
            r"(?i:{lead}){}{LABEL}{LABEL_END}",
            format_args!("(?i:{link})")
        )),
    ]
});

/// A line that is a label, or begins with one set off by a bracket, full stop, colon or bold.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^[\s#>-]*{LABEL}(?:번)?(?:\s*$|[*_`]*[)\].:,。](?:[*_`\s]|$)|[*_`]+(?:\s|$)|(?:입니다|이다|이에요|예요)?[.。!]?\s*$)"
    ))
});

/// A label set off inside the text: `(B)`, `**B**`, `②`.
static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\(|\[|\*\*)\s*(?<label>[A-N]|[1-9])\s*(?:\)|\]|\*\*|\.\*\*|\)\*\*)|(?<circled>[①-⑭])")
});

/// The options of a case and how to tell them apart.
struct Options {
    texts: Vec<String>,
    count: usize,
}

impl Options {
    fn within(&self, index: Option<usize>) -> Option<usize> {
        index.filter(|index| *index < self.count)
    }

    /// The option whose text this is.
    fn by_text(&self, text: &str) -> Option<usize> {
        let text = form(text);
        if text.is_empty() {
            return None;
        }
        let mut found = self.texts.iter().enumerate().filter(|(_, one)| form(one) == text);
        let (index, _) = found.next()?;
        found.next().is_none().then_some(index)
    }

    /// The option whose text alone stands in the answer; the longest where one holds another.
    fn only_text_in(&self, answer: &str) -> Option<usize> {
        let answer = form(answer);
        let mut found: Vec<(usize, String)> = self
            .texts
            .iter()
            .map(|one| form(one))
            .enumerate()
            .filter(|(_, one)| find_whole(&answer, one).is_some())
            .collect();
        let all = found.clone();
        found.retain(|(index, one)| {
            // `South Korea` in the answer also shows `Korea`; it counts for itself where it stands alone.
            let longer: Vec<&String> = all
                .iter()
                .filter(|(other, text)| other != index && text.len() > one.len() && text.contains(one))
                .map(|(_, text)| text)
                .collect();
            let mut rest = answer.clone();
            for text in longer {
                rest = rest.replace(text.as_str(), " ");
            }
            find_whole(&rest, one).is_some()
        });
        match found.as_slice() {
            [(index, _)] => Some(*index),
            _ => None,
        }
    }

    /// The option an answer picks, with the words that say so; `Err` with the reason when there is none.
    fn picked(&self, answer: &str) -> Result<(usize, String), &'static str> {
        if let Some(index) = self.by_text(answer) {
            return Ok((index, answer.to_owned()));
        }
        for statement in STATEMENTS.iter() {
            let last = statement
                .captures_iter(answer)
                .filter_map(|captures| {
                    let index = self.within(label(&captures["label"]))?;
                    // `The answer is a city` has an article, no label.
                    let article = &captures["label"] == "a" && !captures[0].contains(['(', '*']);
                    (!article).then(|| (index, captures[0].to_owned()))
                })
                .last();
            if let Some(found) = last {
                return Ok(found);
            }
        }
        let lines = || answer.lines().filter(|line| !line.trim().is_empty());
        for line in [lines().next_back(), lines().next()].into_iter().flatten() {
            let captured = LINE
                .captures(line)
                .filter(|captures| {
                    // A lone small letter is a word of many languages; a list of options is no choice.
                    let alone = captures[0].trim() == line.trim();
                    alone || captures["label"].chars().all(|c| !c.is_ascii_lowercase())
                })
                .and_then(|captures| self.within(label(&captures["label"])));
            let begins_list = lines().filter(|line| LINE.is_match(line)).count() > 1;
            if let Some(index) = captured
                && (!begins_list || lines().next_back() == Some(line))
                && !(begins_list && lines().all(|line| LINE.is_match(line)))
            {
                return Ok((index, line.to_owned()));
            }
            if let Some(index) = self.by_text(line) {
                return Ok((index, line.to_owned()));
            }
        }
        let mut marked: Vec<(usize, String)> = MARKED
            .captures_iter(answer)
            .filter_map(|captures| {
                let found = captures.name("label").or_else(|| captures.name("circled"))?;
                Some((self.within(label(found.as_str()))?, captures[0].to_owned()))
            })
            .collect();
        marked.dedup_by_key(|(index, _)| *index);
        if let [_] = marked.as_slice() {
            return marked.pop().ok_or("no choice found");
        }
        if let Some(index) = self.only_text_in(answer) {
            return Ok((index, self.texts[index].clone()));
        }
        if marked.is_empty() {
            Err("no choice found")
        } else {
            Err("several choices named, none chosen")
        }
    }
}

fn form(text: &str) -> String {
    comparable(text, &[Ignore::Case, Ignore::Punctuation, Ignore::Width])
}

impl Scorer for Choice {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let texts: Vec<String> = match answer.case.vars.get("choices") {
            Some(Value::Array(choices)) => choices.iter().map(text_of).collect(),
            Some(_) => {
                return Grade::unscored("the variable `choices` is not a list");
            }
            None => Vec::new(),
        };
        let count = if texts.is_empty() {
            usize::try_from(self.options).unwrap_or(5)
        } else {
            texts.len()
        };
        let options = Options { texts, count };
        let expected = expectations(answer.case);
        if expected.is_empty() {
            return Grade::unscored("the case has no `expect`");
        }
        let mut right = Vec::new();
        for one in &expected {
            let bare = one.trim().trim_matches(['(', ')', '.', '[', ']']);
            let bare = bare.strip_suffix('번').unwrap_or(bare);
            match options.by_text(one).or_else(|| options.within(label(bare))) {
                Some(index) => right.push(index),
                None => {
                    return Grade::unscored(format!(
                        "the case's `expect` {} is neither a label nor one of its `choices`",
                        quote(one)
                    ));
                }
            }
        }
        match options.picked(&text(answer)) {
            Ok((index, words)) => {
                let name = |index: usize| LATIN.chars().nth(index).unwrap_or('?').to_string();
                let wanted: Vec<String> = right.iter().map(|index| name(*index)).collect();
                let pass = right.contains(&index);
                let told = format!("picked {} with {}", name(index), quote(&words));
                let why = if pass {
                    told
                } else {
                    format!("{told}, right is {}", wanted.join(" or "))
                };
                Grade::pass(pass, why)
            }
            Err(why) => Grade::pass(false, why),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::domain::Mark;
    use crate::scorer::testing::{Scene, refusal};

    fn judge(expect: &str, choices: Option<Value>, text: &str) -> Mark {
        let mut scene = Scene::new(text).expect(json!(expect));
        if let Some(choices) = choices {
            scene = scene.var("choices", choices);
        }
        scene.grade("choice", &json!({})).mark
    }

    #[test]
    fn labels_are_read_in_their_usual_forms() {
        for text in [
            "B",
            "(B)",
            "B.",
            "b",
            "**B**",
            "B) Paris",
            "B. Paris is the capital.",
            "**B) Paris**",
            "The answer is (B).",
            "the answer is B",
            "The correct answer is **B**.",
            "Answer: B",
            "**Answer:** B",
            "Final answer: [B]",
            "The best choice is option B.",
            "\\boxed{B}",
            "$\\boxed{\\text{B}}$",
            "정답: B",
            "정답은 ②입니다.",
            "답: 2번",
            "정답은 2번입니다",
            "②",
            "2",
            "2번",
            "정답은 나입니다.",
            "A is wrong, because it is small.\nC is in Italy.\nB",
            "I think the answer is A. No, the answer is B.",
            "It can only be (B) here.",
            "B: Paris",
            "Let me think.\n\nSo:\nB.",
        ] {
            assert_eq!(judge("B", None, text), Mark::Pass(true), "{text}");
        }
    }

    #[test]
    fn what_picks_nothing_or_another_is_wrong() {
        for text in [
            "A",
            "",
            "Paris",
            "The answer is a city in France.",
            "I do not know.",
            "A) London\nB) Paris\nC) Rome",
            "Both (A) and (B) are possible.",
            "Because of this, no option fits.",
            "The answer is C, not B.",
            "정답은 1번입니다",
            "Blue",
            "Z",
            "Answer: 28",
        ] {
            assert_eq!(judge("B", None, text), Mark::Pass(false), "{text}");
        }
    }

    #[test]
    fn texts_of_options_are_understood() {
        let cities = || Some(json!(["런던", "파리", "로마"]));
        for (expect, text) in [
            ("B", "파리"),
            ("파리", "B"),
            ("파리", "정답은 파리입니다."),
            ("②", "프랑스의 수도는 파리이다"),
            ("2", "파리."),
        ] {
            assert_eq!(judge(expect, cities(), text), Mark::Pass(true), "{expect} {text}");
        }
        assert_eq!(judge("B", cities(), "런던이나 파리"), Mark::Pass(false));
        let numbers = Some(json!(["4", "3", "2", "1"]));
        assert_eq!(judge("4", numbers.clone(), "4"), Mark::Pass(true));
        assert_eq!(judge("A", numbers, "4"), Mark::Pass(true));
        let nested = Some(json!(["Korea", "South Korea", "Japan"]));
        assert_eq!(judge("B", nested.clone(), "It is South Korea."), Mark::Pass(true));
        assert_eq!(judge("A", nested, "It is Korea."), Mark::Pass(true));
    }

    #[test]
    fn expectations_that_are_no_option_are_unscored() {
        for (expect, choices) in [("Berlin", None), ("F", None), ("D", Some(json!(["a", "b", "c"])))] {
            assert!(matches!(judge(expect, choices, "A"), Mark::Unscored(_)), "{expect}");
        }
        assert!(matches!(judge("A", Some(json!("A B")), "A"), Mark::Unscored(_)));
        assert_eq!(
            refusal("choice", &json!({"options": 1})),
            "`options` must be from 2 to 14"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in any::<String>()) {
            prop_assert!(matches!(judge("B", None, &text), Mark::Pass(_)));
            prop_assert!(matches!(judge("b", Some(json!([text, "b"])), &text), Mark::Pass(_)));
        }
    }
}
