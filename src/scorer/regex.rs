//! A regular expression over the answer.

use ::regex::{Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::Deserialize;

use super::params::Rule;
use super::shared::{Ignore, comparable, need_expectations, quote, quote_any, text};
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::said;
use crate::text::normalise::{is_space, nfc};

/// Passes when a regular expression is found in the answer.
///
/// Use it for forms: a date, a reference number, an answer that must begin with a certain word. The syntax is
/// that of Rust's `regex` crate, close to Perl's without look-around and back-references, so that no pattern
/// can take forever; `\d`, `\w` and `\b` know all scripts. In YAML put the pattern in single quotes.
///
/// With `group` the pattern extracts instead of judging: what the group captured, at the last match, must equal
/// one of the case's accepted answers (capitals and surrounding spaces do not count).
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: 'When was the Declaration of Independence adopted? End with "Date: YYYY-MM-DD".'
///     expect: 1776-07-04
/// scorers:
///   - type: regex
///     pattern: '\b1776\b'
///   - type: regex
///     name: date
///     pattern: '(?m)^Date:\s*(\d{4}-\d{2}-\d{2})\s*$'
///     group: 1
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegexRule {
    /// The regular expression.
    pattern: String,
    /// Capitals and small letters are the same.
    #[serde(default)]
    ignore_case: bool,
    /// The whole answer has to match, apart from white space at its ends.
    #[serde(default)]
    whole: bool,
    /// Number or name of the capture group to compare with the case's accepted answers.
    group: Option<Group>,
}

/// A capture group by number or by name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected the number or the name of a group")]
enum Group {
    /// From 1, counted by opening parentheses; 0 is the whole match.
    Number(usize),
    /// As in `(?<name>…)`.
    Name(String),
}

struct Compiled {
    pattern: Regex,
    group: Option<usize>,
}

impl Rule for RegexRule {
    const NAME: &'static str = "regex";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        let written = nfc(&self.pattern);
        let whole = if self.whole {
            format!(r"\A(?:{written})\z")
        } else {
            written.into_owned()
        };
        let pattern = RegexBuilder::new(&whole)
            .case_insensitive(self.ignore_case)
            .build()
            .map_err(|error| {
                // The crate draws the pattern over several lines; the last says what is wrong.
                let told = error.to_string();
                let last = told.lines().last().unwrap_or_default();
                let what = last.trim().trim_start_matches("error: ");
                Refusal::of(
                    "pattern",
                    said!(
                        "`pattern` is not a regular expression: {what}",
                        "`pattern` 값이 정규식이 아닙니다: {what}"
                    ),
                )
                .help(said!(
                    "put it in single quotes so that YAML leaves backslashes alone",
                    "작은따옴표로 감싸면 YAML이 역슬래시를 그대로 둡니다"
                ))
            })?;
        let group = match &self.group {
            None => None,
            Some(Group::Number(number)) => Some(*number),
            Some(Group::Name(name)) => Some(
                pattern
                    .capture_names()
                    .position(|known| known == Some(name))
                    .ok_or_else(|| {
                        Refusal::of(
                            "group",
                            said!(
                                "`pattern` has no group called `{name}`",
                                "`pattern`에 `{name}` 그룹이 없습니다"
                            ),
                        )
                    })?,
            ),
        };
        if let Some(group) = group
            && group >= pattern.captures_len()
        {
            let groups = pattern.captures_len() - 1;
            return Err(Refusal::of(
                "group",
                said!(
                    "`group` is {group}, but `pattern` has {groups}",
                    "`group`은 {group}인데 `pattern`의 그룹은 {groups}개입니다"
                ),
            )
            .help(said!(
                "groups are counted by their opening parentheses, from 1",
                "그룹은 여는 괄호 순서대로 1부터 셉니다"
            )));
        }
        Ok(Box::new(Compiled { pattern, group }))
    }
}

impl Scorer for Compiled {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let text = text(answer);
        let text = text.trim_matches(is_space);
        let Some(group) = self.group else {
            return match self.pattern.find(text) {
                Some(found) => Grade::pass(true, said!("found {}", "{}이(가) 있습니다", quote(found.as_str()))),
                None => Grade::pass(
                    false,
                    said!("the pattern is not in the answer", "답변에 패턴과 맞는 곳이 없습니다"),
                ),
            };
        };
        let expected = match need_expectations(answer) {
            Ok(expected) => expected,
            Err(unscored) => return unscored,
        };
        let captured = self
            .pattern
            .captures_iter(text)
            .last()
            .and_then(|captures| captures.get(group));
        let Some(captured) = captured else {
            return Grade::pass(
                false,
                said!("the pattern captured nothing", "패턴이 잡은 것이 없습니다"),
            );
        };
        let ignore = [Ignore::Case];
        let ours = comparable(captured.as_str(), &ignore);
        let pass = expected.iter().any(|one| comparable(one, &ignore) == ours);
        let (captured, wanted) = (quote(captured.as_str()), quote_any(&expected));
        let why = if pass {
            said!(
                "captured {captured}, which is {wanted}",
                "잡은 {captured}은(는) 정답 {wanted}입니다"
            )
        } else {
            said!(
                "captured {captured}, which is not {wanted}",
                "잡은 {captured}은(는) 정답 {wanted}이(가) 아닙니다"
            )
        };
        Grade::pass(pass, why)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::Mark;
    use crate::scorer::testing::{Scene, passes, refusal};

    #[test]
    fn patterns_are_searched() {
        let judge = |params, text| passes("regex", &params, json!("x"), text);
        assert!(judge(json!({"pattern": r"\d{3}-\d{4}"}), "전화 123-4567번"));
        assert!(!judge(json!({"pattern": "^yes"}), "Yes"));
        assert!(judge(json!({"pattern": "^yes", "ignore_case": true}), " Yes, sir"));
        assert!(!judge(json!({"pattern": "a|b", "whole": true}), "ab"));
        assert!(judge(json!({"pattern": "a|b", "whole": true}), " b\n"));
        assert!(judge(json!({"pattern": "^한글$"}), "\u{1112}\u{1161}\u{11ab}글"));
    }

    #[test]
    fn groups_are_compared_with_the_expectation() {
        let params = json!({"pattern": "Final: (?<it>\\w+)", "group": "it"});
        let text = "Final: Rome\nno, Final: PARIS.";
        assert!(passes("regex", &params, json!("Paris"), text));
        assert!(!passes("regex", &params, json!("Rome"), text));
        assert!(!passes("regex", &params, json!("Rome"), "Rome"));
        let grade = Scene::new("Final: x").grade("regex", &params);
        assert!(matches!(grade.mark, Mark::Unscored(_)));
    }

    #[test]
    fn wrong_patterns_are_refused_before_the_run() {
        assert_eq!(refusal("regex", &json!({})), "`pattern` is missing");
        let told = refusal("regex", &json!({"pattern": "(a"}));
        assert_eq!(told, "`pattern` is not a regular expression: unclosed group");
        assert_eq!(
            refusal("regex", &json!({"pattern": "(a)", "group": 2})),
            "`group` is 2, but `pattern` has 1"
        );
        assert_eq!(
            refusal("regex", &json!({"pattern": "(a)", "group": "b"})),
            "`pattern` has no group called `b`"
        );
    }
}
