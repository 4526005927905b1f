//! What must, and what must not, stand in the answer.

use schemars::JsonSchema;
use serde::Deserialize;

use super::params::Rule;
use super::search::{find_anywhere, find_whole};
use super::shared::{Ignore, OneOrMore, comparable, need_expectations, quote, quote_any, text};
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::domain::Said;
use crate::said;
use crate::text::normalise::is_space;

/// Passes when the answer includes what was expected.
///
/// Use it for answers in free form: the right name or number has to stand somewhere in them. Without `any` and
/// `all` it looks for the case's accepted answers, any one of which is enough; a case without `expect` is then
/// unscored.
///
/// A word or number is not found inside a longer one: `14` is not in `140` or `3.14`, `cat` is not in
/// `category`. Korean, Chinese and Japanese are written without a space between a word and what hangs on it, so
/// words in their letters are found wherever they stand: `서울` in `서울은`, but `가능` in `불가능`, too; where that
/// matters use `regex` or a second scorer `excludes`. Set `anywhere: true` to look inside all words. Note that an answer listing every possibility includes the right one; when that
/// matters use `choice`, `equals` or a second scorer `excludes`.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: Which two countries share the longest border?
///     expect: Canada
/// scorers:
///   - type: includes
///   - type: includes
///     name: both
///     all: [Canada, United States]
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Includes {
    /// Texts of which at least one must be there, instead of the case's accepted answers.
    any: Option<OneOrMore>,
    /// Texts that must all be there.
    all: Option<OneOrMore>,
    /// What the answer may differ in.
    #[serde(default = "case")]
    ignore: Vec<Ignore>,
    /// Look inside longer words and numbers too.
    #[serde(default)]
    anywhere: bool,
}

/// Passes when the answer does not include something.
///
/// Use it for what must never be said: a rival's name, a leaked instruction, a wrong answer that is often given.
/// With `any` none of the texts may be there; with `all` they may not all be there. Without either it looks
/// for the case's `expect`, which then lists what is forbidden.
///
/// Words and numbers are found as by `includes`: forbidding `cat` does not forbid `category` unless
/// `anywhere: true` is set.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: 환불 규정을 알려 주세요.
/// scorers:
///   - type: excludes
///     any: [시스템 프롬프트, 내부 지침, "As an AI"]
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Excludes {
    /// Texts none of which may be there, instead of the case's `expect`.
    any: Option<OneOrMore>,
    /// Texts that may not all be there.
    all: Option<OneOrMore>,
    /// What the answer may differ in.
    #[serde(default = "case")]
    ignore: Vec<Ignore>,
    /// Look inside longer words and numbers too.
    #[serde(default)]
    anywhere: bool,
}

fn case() -> Vec<Ignore> {
    vec![Ignore::Case]
}

/// What both look for.
struct Search {
    any: Option<OneOrMore>,
    all: Option<OneOrMore>,
    ignore: Vec<Ignore>,
    anywhere: bool,
    /// Found is bad.
    forbidden: bool,
}

impl Rule for Includes {
    const NAME: &'static str = "includes";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        Search {
            any: self.any,
            all: self.all,
            ignore: self.ignore,
            anywhere: self.anywhere,
            forbidden: false,
        }
        .checked()
    }
}

impl Rule for Excludes {
    const NAME: &'static str = "excludes";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        Search {
            any: self.any,
            all: self.all,
            ignore: self.ignore,
            anywhere: self.anywhere,
            forbidden: true,
        }
        .checked()
    }
}

impl Search {
    fn checked(self) -> Result<Box<dyn Scorer>, Refusal> {
        for (field, texts) in [("any", &self.any), ("all", &self.all)] {
            let Some(texts) = texts else { continue };
            let texts = texts.as_slice();
            if texts.is_empty() {
                return Err(Refusal::of(
                    field,
                    said!("`{field}` lists nothing", "`{field}` 목록이 비어 있습니다"),
                )
                .help(said!(
                    "leave it out to use the case's `expect`",
                    "빼면 문항의 `expect`를 씁니다"
                )));
            }
            if let Some(empty) = texts.iter().find(|text| comparable(text, &self.ignore).is_empty()) {
                let what = if empty.is_empty() {
                    said!("an empty text", "빈 글")
                } else {
                    said!(
                        "{}, of which `ignore` leaves nothing",
                        "`ignore`가 남김없이 지우는 {}",
                        quote(empty)
                    )
                };
                return Err(Refusal::of(
                    field,
                    said!("`{field}` has {what}", "`{field}`에 {what}이(가) 있습니다"),
                )
                .help(said!(
                    "every answer would include it",
                    "어떤 답변에나 들어 있는 것이 됩니다"
                )));
            }
        }
        Ok(Box::new(self))
    }

    fn find(&self, text: &str, needle: &str) -> bool {
        let needle = comparable(needle, &self.ignore);
        if self.anywhere {
            find_anywhere(text, &needle).is_some()
        } else {
            find_whole(text, &needle).is_some()
        }
    }
}

impl Scorer for Search {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        // A particle is only ever dropped from the end, so what is looked for may still have one after it.
        let text = comparable(&text(answer), &self.ignore);
        let mut any: Option<Vec<String>> = self.any.as_ref().map(|any| any.as_slice().to_vec());
        if any.is_none() && self.all.is_none() {
            let mut expected = match need_expectations(answer) {
                Ok(expected) => expected,
                Err(unscored) => return unscored,
            };
            expected.retain(|one| !one.chars().all(is_space));
            if expected.is_empty() {
                return Grade::unscored(said!("the case's `expect` is empty", "문항의 `expect`가 비어 있습니다"));
            }
            any = Some(expected);
        }
        let mut found: Option<Said> = None;
        let mut missing: Option<Said> = None;
        if let Some(any) = any {
            match any.iter().find(|one| self.find(&text, one)) {
                Some(one) => found = Some(quote(one).into()),
                None => missing = Some(quote_any(&any)),
            }
        }
        if missing.is_none()
            && let Some(all) = &self.all
        {
            let all = all.as_slice();
            if let Some(one) = all.iter().find(|one| !self.find(&text, one)) {
                missing = Some(quote(one).into());
            } else {
                let quoted: Vec<String> = all.iter().map(|one| quote(one)).collect();
                found.get_or_insert_with(|| Said::both(quoted.join(" and "), quoted.join(", ")));
            }
        }
        let includes = missing.is_none();
        let why = match (missing, found) {
            (Some(missing), _) => said!("no {missing} in the answer", "답변에 {missing}이(가) 없습니다"),
            (None, found) => {
                let found = found.unwrap_or_default();
                said!("found {found}", "{found}이(가) 있습니다")
            }
        };
        Grade::pass(includes != self.forbidden, why)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use unicode_normalization::UnicodeNormalization;

    use crate::domain::Mark;
    use crate::scorer::testing::{Scene, passes, refusal};

    #[test]
    fn accepted_answers_are_looked_for() {
        let plain = json!({});
        let expect = json!(["서울", "Seoul"]);
        for text in ["수도는 서울입니다.", "It is SEOUL!", "서울"] {
            assert!(passes("includes", &plain, expect.clone(), text), "{text}");
            assert!(!passes("excludes", &plain, expect.clone(), text), "{text}");
        }
        for text in ["부산입니다", "Seoulite", ""] {
            assert!(!passes("includes", &plain, expect.clone(), text), "{text}");
            assert!(passes("excludes", &plain, expect.clone(), text), "{text}");
        }
        assert!(passes("includes", &plain, json!(14), "14명"));
        assert!(!passes("includes", &plain, json!(14), "140명, 3.14"));
        assert!(passes("includes", &json!({"anywhere": true}), json!(14), "140"));
    }

    #[test]
    fn lists_replace_the_expectation() {
        let all = json!({"all": ["red", "blue"]});
        assert!(passes("includes", &all, json!("x"), "Blue and red"));
        assert!(!passes("includes", &all, json!("x"), "red, bluish"));
        let both = json!({"any": ["a", "b"], "all": ["c"]});
        assert!(passes("includes", &both, json!("x"), "b c"));
        assert!(!passes("includes", &both, json!("x"), "c"));
        assert!(!passes("excludes", &both, json!("x"), "b c"));
        assert!(passes("excludes", &both, json!("x"), "b"));
        let strict = json!({"any": "Red", "ignore": []});
        assert!(!passes("includes", &strict, json!("x"), "red"));
        let spaced = json!({"any": "대한민국", "ignore": ["spaces"]});
        assert!(passes("includes", &spaced, json!("x"), "여기는 대한 민국"));
    }

    #[test]
    fn what_would_match_everything_is_refused() {
        assert_eq!(refusal("includes", &json!({"any": []})), "`any` lists nothing");
        assert_eq!(
            refusal("excludes", &json!({"all": ["a", ""]})),
            "`all` has an empty text"
        );
        assert_eq!(
            refusal("includes", &json!({"any": "?!", "ignore": ["punctuation"]})),
            "`any` has `?!`, of which `ignore` leaves nothing"
        );
        let grade = Scene::new("x").expect(json!("")).grade("includes", &json!({}));
        assert!(
            matches!(&grade.mark, Mark::Unscored(why) if *why == "the case's `expect` is empty"),
            "{grade:?}"
        );
    }

    proptest! {
        #[test]
        fn korean_is_found_however_encoded(word in "[가-힣]{1,6}", particle in "[은는이가을를]") {
            let decomposed: String = format!("답: {word}{particle}.").nfd().collect();
            let plain = json!({});
            prop_assert!(passes("includes", &plain, json!(word), &decomposed));
        }

        #[test]
        fn any_text_is_judged(text in any::<String>(), expect in "\\PC{1,5}") {
            Scene::new(&text).expect(json!(expect)).grade("includes", &json!({}));
        }
    }
}
