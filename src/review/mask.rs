//! Names of vendors and products in answers, which would tell a reviewer who speaks.
//!
//! Product names are masked wherever they stand; a Korean name only where it stands alone or before a particle, so that
//! 메타 does not hit 메타데이터. Latin names need no blank behind them: `ChatGPT는` is as usual as `ChatGPT is`.

use regex::{Regex, RegexBuilder};

use crate::domain::{Lang, RunInfo};

/// Names written in Latin letters. Spaces may be missing or hyphens.
const LATIN: &[&str] = &[
    "OpenAI",
    "ChatGPT",
    r"GPT(?:[- ]?\d[\w.]*)?(?:[- ](?:mini|nano|turbo|pro|oss)(?-u:\b))*",
    r"o[134](?:[- ](?:mini|pro|preview))",
    "Anthropic",
    r"Claude(?:[- ](?:Opus|Sonnet|Haiku|Fable|Mythos|Instant))?(?:[- ]?\d[\w.]*)?",
    "Google DeepMind",
    "DeepMind",
    "Google",
    r"Gemini(?:[- ]?\d[\w.]*)?(?:[- ](?:Pro|Flash|Ultra|Nano|Lite)(?-u:\b))*",
    "Bard",
    r"Gemma(?:[- ]?\d\w*)?",
    "NAVER",
    r"Hyper ?CLOVA(?: ?X)?",
    r"CLOVA(?: ?X)?",
    r"HCX(?:-\w+)*",
    r"(?:Code ?)?Llama(?:[- ]?\d[\w.]*)?",
    "Meta AI",
    r"Mi[sx]tral(?: AI)?",
    r"Qwen[\d.]*",
    r"DeepSeek(?:[- ]?[VR]\d\w*)?",
    "xAI",
    "Grok",
    "Microsoft Copilot",
    "Copilot",
    "Perplexity",
    r"Solar[- ]?(?:Pro|Mini)",
    "Upstage",
    "EXAONE",
    "Kanana",
];

/// Names written in Hangul.
const HANGUL: &[&str] = &[
    "오픈에이아이",
    "오픈AI",
    "챗지피티",
    "챗GPT",
    "쳇GPT",
    "지피티",
    "앤트로픽",
    "앤스로픽",
    "클로드",
    "딥마인드",
    "구글",
    "제미나이",
    "제미니",
    "바드",
    "네이버",
    "하이퍼클로바X",
    "하이퍼클로바엑스",
    "하이퍼클로바",
    "클로바X",
    "클로바",
    "메타",
    "라마",
    "미스트랄",
    "큐원",
    "딥시크",
    "그록",
    "코파일럿",
    "업스테이지",
    "엑사원",
    "카나나",
];

/// First syllables of the particles and endings that may follow a name.
const PARTICLES: &str = "은는이가을를의에와과도로라만요입랑나야였예인께처보";

/// Takes names out of texts.
#[derive(Debug)]
pub struct Mask {
    names: Option<Regex>,
    with: &'static str,
}

impl Mask {
    /// The names of the list, further `words`, and the names in the run that are no ordinary words.
    #[must_use]
    pub fn new(info: &RunInfo, words: &[String], lang: Lang) -> Self {
        let mut own: Vec<String> = Vec::new();
        for target in &info.targets {
            for name in [&target.name, &target.model] {
                // `one` or `fast` as a target's name would take ordinary words out of the answers.
                let telling = name.chars().count() >= 4 && name.chars().any(|letter| !letter.is_alphabetic());
                own.extend(telling.then(|| regex::escape(name)));
            }
        }
        own.extend(
            words
                .iter()
                .filter(|word| !word.trim().is_empty())
                .map(|word| regex::escape(word.trim())),
        );
        // Longer names first: `clova-main-2` before `clova-main`.
        own.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let mut hangul = HANGUL.to_vec();
        hangul.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let all: Vec<String> = own
            .into_iter()
            .chain(LATIN.iter().map(|name| (*name).to_owned()))
            .chain(hangul.into_iter().map(str::to_owned))
            .collect();
        // Neighbours are looked at by hand: a word boundary of the library takes Hangul behind Latin for one word.
        let names = RegexBuilder::new(&format!("(?:{})", all.join("|")))
            .case_insensitive(true)
            .size_limit(1 << 24)
            .build()
            .ok();
        Self {
            names,
            with: lang.pick("[name masked]", "[이름 가림]"),
        }
    }

    /// No names are masked.
    #[must_use]
    pub fn none() -> Self {
        Self { names: None, with: "" }
    }

    /// The text without names, and whether there was one.
    #[must_use]
    pub fn apply(&self, text: &str) -> (String, bool) {
        let Some(names) = &self.names else {
            return (text.to_owned(), false);
        };
        let mut out = String::with_capacity(text.len());
        let (mut copied, mut from) = (0, 0);
        while let Some(found) = names.find_at(text, from) {
            if alone(text, found.start(), found.end()) {
                out.push_str(&text[copied..found.start()]);
                out.push_str(self.with);
                copied = found.end();
                from = found.end();
            } else {
                from = found.start() + text[found.start()..].chars().next().map_or(1, char::len_utf8);
            }
        }
        out.push_str(&text[copied..]);
        (out, copied > 0)
    }
}

/// Whether what was found is a word of its own.
fn alone(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let first = text[start..].chars().next().unwrap_or(' ');
    let last = text[..end].chars().next_back().unwrap_or(' ');
    let hangul = |letter: char| ('가'..='힣').contains(&letter);
    let latin = |letter: char| letter.is_ascii_alphanumeric();
    let starts = match before {
        Some(before) if latin(first) => !latin(before),
        Some(before) if hangul(first) => !hangul(before),
        _ => true,
    };
    let ends = match after {
        Some(after) if latin(last) => !latin(after),
        Some(after) if hangul(last) => !hangul(after) || PARTICLES.contains(after),
        _ => true,
    };
    starts && ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::Make;

    #[test]
    fn names_go_and_ordinary_words_stay() {
        let mask = Mask::new(&Make::default().info(), &["쇼핑왕".to_owned()], Lang::Ko);
        for (text, shown) in [
            ("저는 ChatGPT입니다.", "저는 [이름 가림]입니다."),
            ("OpenAI의 GPT-4o mini는", "[이름 가림]의 [이름 가림]는"),
            (
                "I am Claude, made by Anthropic.",
                "I am [이름 가림], made by [이름 가림].",
            ),
            ("네이버가 만든 하이퍼클로바X예요", "[이름 가림]가 만든 [이름 가림]예요"),
            ("메타데이터와 metadata", "메타데이터와 metadata"),
            ("라마단은 라마와 다르다", "라마단은 [이름 가림]와 다르다"),
            (
                "HCX-007 and llama4:8b and clova-main",
                "[이름 가림] and [이름 가림] and [이름 가림]",
            ),
            ("쇼핑왕에서", "[이름 가림]에서"),
            ("11,250원, gptx, agemini", "11,250원, gptx, agemini"),
            ("Gemini 3 Flash", "[이름 가림]"),
        ] {
            let (masked, found) = mask.apply(text);
            assert_eq!(masked, shown);
            assert_eq!(found, text != shown);
        }
        assert_eq!(Mask::none().apply("Claude"), ("Claude".to_owned(), false));
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_changes(text in "[a-z가-나 .]{0,40}") {
            let mask = Mask::new(&Make::default().info(), &[], Lang::En);
            let (masked, found) = mask.apply(&text);
            if !found {
                proptest::prop_assert_eq!(masked, text);
            }
        }
    }
}
