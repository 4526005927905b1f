//! Which language the answer is written in, judged by its letters.

use schemars::JsonSchema;
use serde::Deserialize;
use unicode_script::{Script, UnicodeScript};

use super::params::Rule;
use super::shared::text;
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::{Grade, Said};
use crate::said;

/// Passes when the answer is written in a certain language, judged by its letters.
///
/// Use it to catch models that answer a Korean question in English, or slip into Chinese half way. The share of
/// letters in the language's script has to reach `min_share`; digits, punctuation and emoji do not count, and
/// neither does code between back-ticks unless `code: true` is set. An answer without letters, such as `42`,
/// passes; an empty one does not.
///
/// Scripts cannot tell languages of one script apart: `en` means Latin letters, `ru` Cyrillic ones. Japanese
/// needs some kana among its Chinese characters, Chinese must have almost none.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: GPU와 CPU의 차이를 설명해 주세요.
/// scorers:
///   - type: language
///     is: ko
///     min_share: 0.6
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Language {
    /// The language.
    is: Code,
    /// Share of the letters that must be in its script, from 0 to 1. Leaves room for names and technical terms.
    #[serde(default = "share")]
    #[schemars(range(min = 0.0, max = 1.0))]
    min_share: f64,
    /// Count letters inside code (between back-ticks) too.
    #[serde(default)]
    code: bool,
}

fn share() -> f64 {
    0.7
}

/// A language that has a script, or a group of languages that share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Code {
    /// Korean: Hangul.
    Ko,
    /// English, or any language in Latin letters.
    En,
    /// Japanese: kana and Chinese characters.
    Ja,
    /// Chinese: Chinese characters.
    Zh,
    /// Russian, or any language in Cyrillic letters.
    Ru,
    /// Greek.
    El,
    /// Arabic, or any language in Arabic letters.
    Ar,
    /// Hebrew.
    He,
    /// Hindi, or any language in Devanagari.
    Hi,
    /// Thai.
    Th,
}

impl Rule for Language {
    const NAME: &'static str = "language";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        if !(0.0..=1.0).contains(&self.min_share) {
            return Err(Refusal::of(
                "min_share",
                said!(
                    "`min_share` must be from 0 to 1",
                    "`min_share` 값은 0에서 1까지여야 합니다"
                ),
            )
            .help(said!("70 % is written 0.7", "70%는 0.7로 씁니다")));
        }
        Ok(Box::new(self))
    }
}

/// Letters by what they can belong to.
#[derive(Debug, Default)]
struct Letters {
    all: usize,
    fitting: usize,
    kana: usize,
    han: usize,
}

impl Code {
    fn fits(self, script: Script) -> bool {
        match self {
            Self::Ko => script == Script::Hangul,
            Self::En => script == Script::Latin,
            Self::Ja => matches!(script, Script::Hiragana | Script::Katakana | Script::Han),
            Self::Zh => matches!(script, Script::Han | Script::Bopomofo),
            Self::Ru => script == Script::Cyrillic,
            Self::El => script == Script::Greek,
            Self::Ar => script == Script::Arabic,
            Self::He => script == Script::Hebrew,
            Self::Hi => script == Script::Devanagari,
            Self::Th => script == Script::Thai,
        }
    }

    fn name(self) -> Said {
        match self {
            Self::Ko => said!("Hangul", "한글"),
            Self::En => said!("Latin", "로마자"),
            Self::Ja => said!("Japanese", "일본어"),
            Self::Zh => said!("Chinese", "중국어"),
            Self::Ru => said!("Cyrillic", "키릴 문자"),
            Self::El => said!("Greek", "그리스 문자"),
            Self::Ar => said!("Arabic", "아랍 문자"),
            Self::He => said!("Hebrew", "히브리 문자"),
            Self::Hi => said!("Devanagari", "데바나가리"),
            Self::Th => said!("Thai", "타이 문자"),
        }
    }

    fn count(self, text: &str) -> Letters {
        let mut letters = Letters::default();
        for c in text.chars().filter(|c| c.is_alphabetic()) {
            let script = c.script();
            if matches!(script, Script::Common | Script::Inherited | Script::Unknown) {
                continue;
            }
            letters.all += 1;
            letters.fitting += usize::from(self.fits(script));
            letters.kana += usize::from(matches!(script, Script::Hiragana | Script::Katakana));
            letters.han += usize::from(script == Script::Han);
        }
        letters
    }
}

/// The text with everything between back-ticks left out: fenced blocks and code inside lines.
///
/// A fence that is not closed reaches to the end; a single back-tick that is not closed is left as it is.
fn without_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_fence = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
            continue;
        }
        if in_fence {
            continue;
        }
        let mut pieces = line.split('`').peekable();
        let mut code = false;
        while let Some(piece) = pieces.next() {
            if !code || pieces.peek().is_none() {
                out.push_str(piece);
            }
            code = !code;
        }
        out.push('\n');
    }
    out
}

impl Scorer for Language {
    #[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52")]
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let text = text(answer);
        if text.trim().is_empty() {
            return Grade::pass(false, said!("the answer is empty", "답변이 비어 있습니다"));
        }
        let letters = if self.code {
            self.is.count(&text)
        } else {
            self.is.count(&without_code(&text))
        };
        if letters.all == 0 {
            return Grade::pass(true, said!("no letters to judge by", "판단할 글자가 없습니다"));
        }
        let share = letters.fitting as f64 / letters.all as f64;
        let name = self.is.name();
        let told = said!(
            "{:.0} % of the letters are {name}",
            "글자의 {:.0}%가 {name}입니다",
            share * 100.0
        );
        if self.is == Code::Ja && letters.kana == 0 && letters.han > 0 {
            return Grade::pass(
                false,
                said!("Chinese characters without kana", "가나 없이 한자만 있습니다"),
            );
        }
        // Kana come into Chinese only with a quoted word.
        if self.is == Code::Zh && letters.kana * 10 > letters.han {
            return Grade::pass(
                false,
                said!("kana among the Chinese characters", "한자 사이에 가나가 있습니다"),
            );
        }
        Grade::pass(share >= self.min_share, told)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::scorer::testing::{Scene, passes, refusal};

    #[test]
    fn scripts_decide() {
        for (code, text, wanted) in [
            ("ko", "GPU는 병렬 연산에 강합니다.", true),
            ("ko", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", true),
            ("ko", "The GPU is strong at parallel work.", false),
            ("ko", "이것은 中國語 漢字混用 文章 입니다", false),
            ("ko", "42", true),
            ("ko", "😀", true),
            ("ko", " ", false),
            ("en", "It costs ₩1,000 (천 원).", true),
            ("en", "서울입니다", false),
            ("ja", "東京は日本の首都です。", true),
            ("ja", "北京是中国的首都。", false),
            ("zh", "北京是中国的首都。", true),
            ("zh", "東京は日本の首都です。", false),
            ("ru", "Москва", true),
            ("th", "กรุงเทพ", true),
        ] {
            assert_eq!(
                passes("language", &json!({"is": code}), json!("x"), text),
                wanted,
                "{code} {text}"
            );
        }
    }

    #[test]
    fn code_does_not_count_unless_asked() {
        let text = "다음과 같습니다. `let value = compute();`\n```rust\nfn main() { println!(\"hello\"); }\n```\n끝.";
        assert!(passes("language", &json!({"is": "ko"}), json!("x"), text));
        assert!(!passes(
            "language",
            &json!({"is": "ko", "code": true}),
            json!("x"),
            text
        ));
        assert_eq!(without_code("a `b c"), "a b c\n");
        assert_eq!(without_code("a `b` c"), "a  c\n");
    }

    #[test]
    fn wrong_parameters_are_refused() {
        assert_eq!(refusal("language", &json!({})), "`is` is missing");
        assert_eq!(
            refusal("language", &json!({"is": "ko", "min_share": 70})),
            "`min_share` must be from 0 to 1"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in any::<String>()) {
            Scene::new(&text).grade("language", &json!({"is": "ja"}));
        }
    }
}
