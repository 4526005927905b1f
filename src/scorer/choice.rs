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
use crate::text::normalise::is_space;

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
            return Err(Refusal::of(
                "options",
                format!("`options` must be from 2 to {MOST}"),
            ));
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

/// A label, in brackets, quotes or bold or bare.
const LABEL: &str =
    r"[(\[{<*_`'\x22“‘]*(?<label>[A-N]|[a-n]|[①-⑭ⓐ-ⓝ]|1[0-4]|[1-9]|[가나다라마바사아자차카타파하])";

/// What ends a label: the end, a space, punctuation or the Korean words that close a sentence with it.
const END: &str = r"(?:번|$|[\s)\]}>*_`'\x22”’.,:;!?。]|이다|입니다|이에요|예요)";

/// `The answer is`, `정답:` and their like, up to where a label or the text of an option may begin.
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    let word = r"(?:\banswers?|\bchoice|\boption|정답|답변|답|선택지|선택)(?:\s+(?:choice|option|letter))?";
    let link = r"(?:is|are|would\s+be|should\s+be|을|를|은|는|이|가)?[*_\s]*[:：=]?[*_\s]*";
    pattern(&format!(
        r"(?i){word}[*_\s]*{link}(?:(?:option|choice|the\s+letter)\s+)?|\\boxed\{{\s*(?:\\text(?:bf)?\{{)?"
    ))
});

/// A label where one may begin.
static LABEL_HERE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("^{LABEL}{END}")));

/// `B is correct`, `②번이 맞습니다`.
static CONFIRMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^\p{L}\p{N}])(?<label>[A-N]|[①-⑭]|1[0-4]|[1-9])[)\]*.]*(?:번)?\s*(?:이|가|is|would\s+be)\s*(?:the\s+)?(?:정답|답|맞|옳|correct|right|best)",
    )
});

/// A line that is a label, or begins with one set off by a bracket, full stop, colon or bold.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^[\s#>-]*{LABEL}(?:번)?(?:(?<alone>[)\]}}>*_`'\x22”’.:,!。\s]*$|(?:입니다|이다|이에요|예요)[.!。\s]*$)|[*_`]*[)\].:,。](?:[*_`\s]|$)|[*_`]+(?:\s|$))"
    ))
});

/// A label set off inside the text: `(B)`, `**B**`, `②`.
static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\(|\[|\*\*)\s*(?<label>[A-N]|[1-9])\s*(?:\)|\]|\.?\*\*)|(?<circled>[①-⑭])")
});

/// The options of a case and how to tell them apart.
struct Options {
    texts: Vec<String>,
    count: usize,
}

/// Statements looked at, from the end, and characters of each: no answer needs more, and a megabyte of
/// `answer is answer is …` must not take minutes.
const MOST_LEADS: usize = 1000;
const REACH: usize = 300;

/// An option and the words of the answer that pick it.
type Pick = (usize, String);

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
        let mut found = self
            .texts
            .iter()
            .enumerate()
            .filter(|(_, one)| form(one) == text);
        let (index, _) = found.next()?;
        found.next().is_none().then_some(index)
    }

    /// The option whose text the line begins with; the longest where several do.
    fn text_here(&self, line: &str) -> Option<usize> {
        let line = form(line);
        self.texts
            .iter()
            .map(|one| form(one))
            .enumerate()
            .filter(|(_, one)| find_whole(&line, one) == Some(0))
            .max_by_key(|(_, one)| one.len())
            .map(|(index, _)| index)
    }

    /// The option whose text alone stands in the answer.
    fn only_text_in(&self, answer: &str) -> Option<usize> {
        let answer = form(answer);
        let forms: Vec<String> = self.texts.iter().map(|one| form(one)).collect();
        let mut found = forms.iter().enumerate().filter(|(_, one)| {
            // `South Korea` also shows `Korea`, which counts only where it stands by itself.
            let mut rest = answer.clone();
            for longer in &forms {
                if longer.len() > one.len() && longer.contains(one.as_str()) {
                    rest = rest.replace(longer.as_str(), " ");
                }
            }
            find_whole(&rest, one).is_some()
        });
        let (index, _) = found.next()?;
        found.next().is_none().then_some(index)
    }

    /// The label or the option's text that the line begins with.
    fn stated_here(&self, line: &str) -> Option<usize> {
        if let Some(index) = self.text_here(line) {
            return Some(index);
        }
        let captures = LABEL_HERE.captures(line)?;
        let found = captures.name("label")?;
        let weak = found
            .as_str()
            .chars()
            .all(|c| c.is_ascii_lowercase() || HANGUL.contains(c));
        let mut after = line[found.end()..].chars();
        let goes_on = after.next().is_some_and(is_space) && after.any(char::is_alphanumeric);
        // `The answer is a city`, `답은 다 나왔다`: words, not labels.
        if weak && goes_on {
            return None;
        }
        self.within(label(found.as_str()))
    }

    /// What the answer says outright, the last of it: `The answer is …`, `… is correct`.
    fn stated(&self, answer: &str) -> Option<Pick> {
        let leads: Vec<_> = LEAD.find_iter(answer).collect();
        let last = leads.iter().rev().take(MOST_LEADS).find_map(|lead| {
            let rest = &answer[lead.end()..];
            let reach = rest.char_indices().nth(REACH);
            let near = &rest[..reach.map_or(rest.len(), |(at, _)| at)];
            let line = near.lines().next().unwrap_or_default();
            let words = format!("{}{line}", lead.as_str());
            Some((lead.start(), (self.stated_here(line)?, words)))
        });
        let confirmed = CONFIRMED
            .captures_iter(answer)
            .filter_map(|captures| {
                let index = self.within(label(&captures["label"]))?;
                Some((
                    captures.get_match().start(),
                    (index, captures[0].to_owned()),
                ))
            })
            .last();
        match (last, confirmed) {
            (Some(one), Some(other)) if other.0 > one.0 => Some(other.1),
            (Some((_, pick)), _) | (None, Some((_, pick))) => Some(pick),
            (None, None) => None,
        }
    }

    /// A label or an option's text on the last or first line. Several lines with labels are a list of the
    /// options, of which only a label alone on the last line picks one.
    fn on_a_line(&self, answer: &str) -> Option<Pick> {
        let lines: Vec<&str> = answer
            .lines()
            .filter(|line| !line.chars().all(is_space))
            .collect();
        let (first, last) = (lines.first()?, lines.last()?);
        for line in [last, first] {
            if let Some(index) = self.by_text(line) {
                return Some((index, (*line).to_owned()));
            }
        }
        let labelled: Vec<(&str, usize, bool)> = lines
            .iter()
            .filter_map(|line| {
                let captures = LINE.captures(line)?;
                let index = self.within(label(&captures["label"]))?;
                Some((*line, index, captures.name("alone").is_some()))
            })
            .collect();
        let one_option = labelled.windows(2).all(|two| two[0].1 == two[1].1);
        labelled
            .iter()
            .rev()
            .find(|(line, _, alone)| {
                if one_option {
                    line == last || line == first
                } else {
                    line == last && *alone
                }
            })
            .map(|(line, index, _)| (*index, (*line).to_owned()))
    }

    /// The one label that is set off inside the text; `Err` when there are several.
    fn marked(&self, answer: &str) -> Result<Option<Pick>, &'static str> {
        let mut marked: Option<Pick> = None;
        for captures in MARKED.captures_iter(answer) {
            let Some(found) = captures.name("label").or_else(|| captures.name("circled")) else {
                continue;
            };
            let Some(index) = self.within(label(found.as_str())) else {
                continue;
            };
            match &marked {
                Some((other, _)) if *other != index => {
                    return Err("several choices named, none chosen");
                }
                Some(_) => {}
                None => marked = Some((index, captures[0].to_owned())),
            }
        }
        Ok(marked)
    }

    /// The option an answer picks; `Err` with the reason when there is none.
    fn picked(&self, answer: &str) -> Result<Pick, &'static str> {
        if let Some(index) = self.by_text(answer) {
            return Ok((index, answer.to_owned()));
        }
        if let Some(pick) = self.stated(answer).or_else(|| self.on_a_line(answer)) {
            return Ok(pick);
        }
        let marked = self.marked(answer);
        if let Ok(Some(pick)) = marked {
            return Ok(pick);
        }
        if let Some(index) = self.only_text_in(answer) {
            return Ok((index, self.texts[index].clone()));
        }
        marked.and(Err("no choice found"))
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
            "B is correct.",
            "②번이 맞습니다.",
            "The answer is A? No. (B) is the correct one.",
            "A) too cold\nB) right\nC) too hot\n\nB.",
            "The answer is **(B)** because it rains.",
            "답: 나",
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
            "A is correct.",
            "답은 나중에 말하겠습니다.",
            "답은 나 혼자 정할 수 없다.",
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
            (
                "B",
                "런던은 영국, 로마는 이탈리아의 수도이다. 따라서 정답은 파리입니다.",
            ),
            ("B", "The answer is 파리 (프랑스)."),
        ] {
            assert_eq!(
                judge(expect, cities(), text),
                Mark::Pass(true),
                "{expect} {text}"
            );
        }
        assert_eq!(judge("B", cities(), "런던이나 파리"), Mark::Pass(false));
        let numbers = Some(json!(["4", "3", "2", "1"]));
        assert_eq!(judge("4", numbers.clone(), "4"), Mark::Pass(true));
        assert_eq!(judge("A", numbers, "4"), Mark::Pass(true));
        let nested = Some(json!(["Korea", "South Korea", "Japan"]));
        assert_eq!(
            judge("B", nested.clone(), "It is South Korea."),
            Mark::Pass(true)
        );
        assert_eq!(judge("A", nested, "It is Korea."), Mark::Pass(true));
    }

    #[test]
    fn expectations_that_are_no_option_are_unscored() {
        for (expect, choices) in [
            ("Berlin", None),
            ("F", None),
            ("D", Some(json!(["a", "b", "c"]))),
        ] {
            assert!(
                matches!(judge(expect, choices, "A"), Mark::Unscored(_)),
                "{expect}"
            );
        }
        assert!(matches!(
            judge("A", Some(json!("A B")), "A"),
            Mark::Unscored(_)
        ));
        assert_eq!(
            refusal("choice", &json!({"options": 1})),
            "`options` must be from 2 to 14"
        );
    }

    /// Recorded reasoning of a real model whose correctness others decided.
    #[test]
    fn recorded_reasoning_is_judged_as_its_publishers_did() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../shared/datasets/bbh_60.jsonl"
        );
        let Ok(recorded) = std::fs::read_to_string(file) else {
            assert_ne!(
                std::env::var("NARANI_REQUIRE").as_deref(),
                Ok("all"),
                "the recorded answers are missing"
            );
            println!("skipped: no recorded answers beside the project");
            return;
        };
        let mut judged = 0;
        for line in recorded.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let choices = match record["task"].as_str() {
                Some("boolean_expressions") => json!(["True", "False"]),
                Some("sports_understanding") => json!(["yes", "no"]),
                _ => continue,
            };
            for (said, correct) in [("direct", "direct_correct"), ("cot", "cot_correct")] {
                let text = record[said].as_str().unwrap();
                let target = record["target"].as_str().unwrap();
                let wanted = Mark::Pass(record[correct] == json!(1));
                assert_eq!(judge(target, Some(choices.clone()), text), wanted, "{text}");
                judged += 1;
            }
        }
        assert_eq!(judged, 80);
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in any::<String>()) {
            prop_assert!(matches!(judge("B", None, &text), Mark::Pass(_)));
            prop_assert!(matches!(judge("b", Some(json!([text, "b"])), &text), Mark::Pass(_)));
        }
    }
}
