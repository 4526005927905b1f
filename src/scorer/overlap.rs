//! The four measures of shared words and characters: question-answering F1, ROUGE-L, BLEU and chrF.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::params::Rule;
use super::shared::{has_hangul, need_expectations, plain, quote_any, text};
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::domain::Said;
use crate::said;
use crate::text::bleu::{self, BleuOptions};
use crate::text::chrf::{self, ChrfOptions};
use crate::text::overlap::{korquad, squad};
use crate::text::rouge;
use crate::text::tokens::{BleuTokenizer, WordTokenizer};

/// Whether a text is treated as Korean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Korean {
    #[default]
    Auto,
    Yes,
    No,
}

impl<'de> Deserialize<'de> for Korean {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Bool(true) => Ok(Self::Yes),
            serde_json::Value::Bool(false) => Ok(Self::No),
            serde_json::Value::String(word) if word == "auto" => Ok(Self::Auto),
            other => Err(serde::de::Error::custom(format!(
                "`{other}`, expected auto, true or false"
            ))),
        }
    }
}

impl Serialize for Korean {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Yes => serializer.serialize_bool(true),
            Self::No => serializer.serialize_bool(false),
        }
    }
}

impl JsonSchema for Korean {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Korean".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"enum": ["auto", true, false]})
    }
}

/// Gives points for shared words, as question-answering benchmarks do: the F1 of SQuAD, or of KorQuAD for Korean.
///
/// Use it for short answers that may be worded a little differently. For English, words are compared after
/// capitals, punctuation and articles are dropped; for Korean, characters are compared, so that a particle costs
/// a character and not the answer. The best of the case's accepted answers counts. It passes from 0.5 points
/// unless `threshold` says otherwise; the reason also tells whether the two are equal (exact match).
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: 훈민정음을 만든 사람은 누구입니까?
///     expect: 세종대왕
/// scorers:
///   - type: token_f1
///     threshold: 0.6
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenF1 {
    /// Compare as Korean (characters) or not (words). `auto` looks for Hangul in the accepted answers.
    #[serde(default)]
    korean: Korean,
}

impl Rule for TokenF1 {
    const NAME: &'static str = "token_f1";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        Ok(Box::new(self))
    }
}

impl Scorer for TokenF1 {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let expected = match need_expectations(answer) {
            Ok(expected) => expected,
            Err(unscored) => return unscored,
        };
        let korean = match self.korean {
            Korean::Auto => expected.iter().any(|one| has_hangul(one)),
            Korean::Yes => true,
            Korean::No => false,
        };
        let text = text(answer);
        let (overlap, name) = if korean {
            (korquad(&text, &expected), said!("KorQuAD, characters", "KorQuAD, 글자"))
        } else {
            (squad(&text, &expected), said!("SQuAD, words", "SQuAD, 낱말"))
        };
        let f1 = overlap.f1.unwrap_or(0.0);
        let exact = if overlap.exact_match == Some(1.0) {
            said!(", exact match", ", 완전 일치")
        } else {
            Said::default()
        };
        let wanted = quote_any(&expected);
        Grade::points(
            f1,
            said!(
                "F1 {} ({name}){exact} with {wanted}",
                "F1 {} ({name}){exact}, 견준 정답 {wanted}",
                plain(f1)
            ),
        )
    }
}

/// How ROUGE splits text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RougeTokens {
    /// `chars` when an accepted answer has Hangul, else `unicode_words`.
    #[default]
    Auto,
    /// Runs of letters, marks and numbers of any script, in lower case.
    UnicodeWords,
    /// Every character that is not white space.
    Chars,
    /// Runs of a–z and 0–9 only, as the rouge-score package does; Korean text scores 0 with it.
    RougeScore,
}

/// Gives points for words in common order: ROUGE-L, the F1 of the longest common subsequence.
///
/// Use it for summaries and other texts of some length that should say the same in a similar order (Lin 2004;
/// checked against rouge-score 0.1.2, without stemming). With `lines: true` it is ROUGE-Lsum, which compares
/// line by line. The best of the case's accepted answers counts. It passes from 0.5 points unless `threshold`
/// says otherwise.
///
/// Texts are not compared, and the answer is unscored, when their token counts multiply to more than
/// 4,000,000,000 (100,000,000 with `lines`).
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: 'Summarise in one sentence: …'
///     expect: The council approved the new bridge after a long debate.
/// scorers:
///   - type: rouge_l
///     threshold: 0.4
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RougeL {
    /// How texts are split.
    #[serde(default)]
    tokenizer: RougeTokens,
    /// Compare line by line (ROUGE-Lsum).
    #[serde(default)]
    lines: bool,
}

impl Rule for RougeL {
    const NAME: &'static str = "rouge_l";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        Ok(Box::new(self))
    }
}

impl Scorer for RougeL {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let expected = match need_expectations(answer) {
            Ok(expected) => expected,
            Err(unscored) => return unscored,
        };
        let korean = expected.iter().any(|one| has_hangul(one));
        let tokenizer = match self.tokenizer {
            RougeTokens::Auto if korean => WordTokenizer::Chars,
            RougeTokens::Auto | RougeTokens::UnicodeWords => WordTokenizer::UnicodeWords,
            RougeTokens::Chars => WordTokenizer::Chars,
            RougeTokens::RougeScore => WordTokenizer::RougeScore,
        };
        let measure = if self.lines { rouge::rouge_lsum } else { rouge::rouge_l };
        let text = text(answer);
        let mut best = rouge::Shares::default();
        for one in &expected {
            match measure(&text, one, tokenizer) {
                Ok(shares) if shares.f1 > best.f1 => best = shares,
                Ok(_) => {}
                Err(too_long) => return Grade::unscored(too_long.told()),
            }
        }
        let name = if self.lines { "ROUGE-Lsum" } else { "ROUGE-L" };
        let why = said!(
            "{name} {} (precision {}, recall {}, tokenizer {})",
            "{name} {} (정밀도 {}, 재현율 {}, 토큰화 {})",
            plain(best.f1),
            plain(best.precision),
            plain(best.recall),
            tokenizer.word()
        );
        Grade::points(best.f1, why)
    }
}

/// How BLEU splits text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
enum BleuTokens {
    /// `char` when an accepted answer has Hangul, else `13a`.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// That of the WMT campaigns, for Western languages.
    #[serde(rename = "13a")]
    V13a,
    /// Punctuation and symbols of all scripts split off.
    #[serde(rename = "intl")]
    Intl,
    /// Every character.
    #[serde(rename = "char")]
    Char,
    /// White space only.
    #[serde(rename = "none")]
    None,
}

/// Gives points for shared runs of one to four words: sentence BLEU, divided by 100.
///
/// Use it for translation when scores have to be comparable with published ones; for a single verdict on an
/// answer `chrf` is the better measure, above all in Korean. All accepted answers of the case serve as references
/// together. Computed as sacrebleu 2.6.0 does (exponential smoothing, effective order); the reason carries the
/// signature. BLEU of a single sentence is rough: it passes from 0.4 points unless `threshold` says otherwise.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: 'Translate into English: 회의는 내일 오후 세 시에 시작합니다.'
///     expect:
///       - The meeting starts at three tomorrow afternoon.
///       - The meeting will begin tomorrow at 3 p.m.
/// scorers:
///   - type: bleu
///     lowercase: true
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Bleu {
    /// How texts are split.
    #[serde(default)]
    tokenizer: BleuTokens,
    /// Compare in lower case.
    #[serde(default)]
    lowercase: bool,
}

impl Rule for Bleu {
    const NAME: &'static str = "bleu";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        Ok(Box::new(self))
    }
}

impl Scorer for Bleu {
    fn threshold(&self) -> f64 {
        0.4
    }

    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let expected = match need_expectations(answer) {
            Ok(expected) => expected,
            Err(unscored) => return unscored,
        };
        let korean = expected.iter().any(|one| has_hangul(one));
        let options = BleuOptions {
            tokenizer: match self.tokenizer {
                BleuTokens::Auto if korean => BleuTokenizer::Char,
                BleuTokens::Auto | BleuTokens::V13a => BleuTokenizer::V13a,
                BleuTokens::Intl => BleuTokenizer::Intl,
                BleuTokens::Char => BleuTokenizer::Char,
                BleuTokens::None => BleuTokenizer::None,
            },
            lowercase: self.lowercase,
        };
        let score = bleu::sentence(&text(answer), &expected, options).score;
        let signature = options.signature(expected.len(), true);
        Grade::points(score / 100.0, format!("BLEU {} ({signature})", plain(score)))
    }
}

/// Gives points for shared runs of one to six characters: chrF, divided by 100.
///
/// Use it for translations and free answers in Korean or any other language: it needs no tokenizer, and a particle
/// or ending costs only the runs it touches (Popović 2015; computed as sacrebleu 2.6.0 does, β = 2). The best of
/// the case's accepted answers counts. It passes from 0.5 points unless `threshold` says otherwise.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: '한국어로 옮기세요: The meeting starts at three tomorrow afternoon.'
///     expect: 회의는 내일 오후 세 시에 시작합니다.
/// scorers:
///   - type: chrf
///     words: true
///     threshold: 0.45
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Chrf {
    /// Count runs of one and two words too (chrF++).
    #[serde(default)]
    words: bool,
    /// Compare in lower case.
    #[serde(default)]
    lowercase: bool,
}

impl Rule for Chrf {
    const NAME: &'static str = "chrf";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        Ok(Box::new(self))
    }
}

impl Scorer for Chrf {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let expected = match need_expectations(answer) {
            Ok(expected) => expected,
            Err(unscored) => return unscored,
        };
        let options = ChrfOptions {
            word_order: if self.words { 2 } else { 0 },
            lowercase: self.lowercase,
        };
        let score = chrf::sentence(&text(answer), &expected, options).unwrap_or(0.0);
        let name = if self.words { "chrF++" } else { "chrF" };
        Grade::points(score / 100.0, format!("{name} {}", plain(score)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use unicode_normalization::UnicodeNormalization;

    use crate::domain::Mark;
    use crate::scorer::testing::{Scene, refusal};

    fn points(kind: &str, params: &Value, expect: &Value, text: &str) -> f64 {
        match Scene::new(text).expect(expect.clone()).grade(kind, params).mark {
            Mark::Points(points) => points,
            other => panic!("{kind}: {other:?}"),
        }
    }

    #[test]
    fn korean_is_recognised_by_its_script() {
        let plain = json!({});
        let f1 = points("token_f1", &plain, &json!("서울특별시"), "서울특별시는");
        assert!((f1 - 10.0 / 11.0).abs() < 1e-9, "characters: {f1}");
        let words = points(
            "token_f1",
            &json!({"korean": false}),
            &json!("서울특별시"),
            "서울특별시는",
        );
        assert!(words.abs() < 1e-9, "words: {words}");
        let english = points("token_f1", &plain, &json!(["x", "Eiffel tower"]), "The Eiffel Tower!");
        assert!((english - 1.0).abs() < 1e-9);
        let told = refusal("token_f1", &json!({"korean": "maybe"}));
        assert_eq!(told, "`korean`: `\"maybe\"` does not fit, expected auto, true or false");
        let rouge = points(
            "rouge_l",
            &plain,
            &json!("오늘은 날씨가 아주 좋다."),
            "오늘 날씨가 매우 좋습니다.",
        );
        assert!((rouge - 0.695_652_173_913_043_5).abs() < 1e-9, "{rouge}");
        let packaged = json!({"tokenizer": "rouge_score"});
        assert!(points("rouge_l", &packaged, &json!("오늘은"), "오늘은").abs() < 1e-9);
        let bleu = points("bleu", &plain, &json!("짧은 답변입니다"), "짧은 답");
        assert!((bleu - 0.263_597_138_115_726_8).abs() < 1e-9, "{bleu}");
    }

    #[test]
    fn reasons_say_how_it_was_measured() {
        let scene = Scene::new("The dog bit the man.").expect(json!("The dog had bit the man."));
        assert_eq!(
            scene.grade("bleu", &json!({})).why,
            "BLEU 51.150781 (nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp)"
        );
        assert!(
            scene
                .grade("rouge_l", &json!({}))
                .why
                .contains("tokenizer unicode_words")
        );
        assert!(scene.grade("chrf", &json!({"words": true})).why.starts_with("chrF++ "));
    }

    #[test]
    fn without_expectation_there_is_no_verdict() {
        for kind in ["token_f1", "rouge_l", "bleu", "chrf"] {
            let grade = Scene::new("x").grade(kind, &json!({}));
            assert!(matches!(grade.mark, Mark::Unscored(_)), "{kind}");
        }
    }

    proptest! {
        #[test]
        fn encodings_make_no_difference(a in "[가-힣 a-c.]{1,20}", b in "[가-힣 a-c.]{1,20}") {
            let decomposed: String = a.nfd().collect();
            for kind in ["token_f1", "rouge_l", "bleu", "chrf", "edit_similarity"] {
                let one = points(kind, &json!({}), &json!(b), &a);
                let other = points(kind, &json!({}), &json!(b), &decomposed);
                prop_assert!((one - other).abs() < 1e-12, "{kind}");
            }
        }
    }
}
