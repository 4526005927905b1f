//! What several scorers share: expectations, what to ignore, how to quote.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_script::{Script, UnicodeScript};

use super::Answer;
use crate::domain::{Case, Grade, Lang, Said};
use crate::said;
use crate::text::normalise::{self, Step, nfc};
use crate::text::overlap;

/// What two texts may differ in and still count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ignore {
    /// Capitals and small letters.
    Case,
    /// Punctuation and symbols of every script.
    Punctuation,
    /// All white space, so that `대한 민국` is `대한민국`.
    Spaces,
    /// Full-width and other compatibility forms, so that `ＡＢＣ１` is `ABC1`.
    Width,
    /// Invisible characters: zero-width spaces, joiners and byte-order marks.
    ZeroWidth,
    /// The English articles a, an and the.
    Articles,
    /// One Korean particle at the end of the last word, so that `서울특별시는` is `서울특별시`. Words that
    /// merely end like a particle lose their ending too.
    Particles,
}

/// The text as it is compared: composed, trimmed, without what is ignored.
pub(super) fn comparable(text: &str, ignore: &[Ignore]) -> String {
    let ignores = |what| ignore.contains(&what);
    let mut steps = vec![if ignores(Ignore::Width) { Step::Nfkc } else { Step::Nfc }];
    for (what, step) in [
        (Ignore::ZeroWidth, Step::StripZeroWidth),
        (Ignore::Case, Step::Lower),
        (Ignore::Punctuation, Step::RemovePunctuation),
    ] {
        if ignores(what) {
            steps.push(step);
        }
    }
    let mut text = normalise::normalise(text, &steps);
    if ignores(Ignore::Articles) {
        text = overlap::without_articles(&text);
    }
    if ignores(Ignore::Particles) {
        text = normalise::strip_particles(&text).to_owned();
    }
    if ignores(Ignore::Spaces) {
        Step::RemoveSpaces.apply(&text)
    } else if ignores(Ignore::Punctuation) || ignores(Ignore::Articles) {
        // What was dropped may leave two spaces where one was.
        normalise::normalise(&text, &[Step::CollapseSpaces, Step::Trim])
    } else {
        Step::Trim.apply(&text)
    }
}

/// One text or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub(super) enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl OneOrMore {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::More(texts) => texts,
        }
    }
}

/// The accepted answers of a case as text, composed.
pub(super) fn expectations(case: &Case) -> Vec<String> {
    case.expected_texts().map(|text| nfc(&text).into_owned()).collect()
}

/// The accepted answers, or the grade of a case that has none.
pub(super) fn need_expectations(answer: &Answer<'_>) -> Result<Vec<String>, Grade> {
    let expected = expectations(answer.case);
    if expected.is_empty() {
        Err(Grade::unscored(super::no_expect()))
    } else {
        Ok(expected)
    }
}

/// The answer's text, composed.
pub(super) fn text<'a>(answer: &Answer<'a>) -> Cow<'a, str> {
    nfc(answer.text())
}

/// Outside text in back-ticks, on one line, cut to what a table cell can show.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown = String::new();
    let mut rest = normalise::split_spaces(text);
    'words: for word in rest.by_ref() {
        if !shown.is_empty() {
            shown.push(' ');
        }
        for c in word.chars().filter(|c| !c.is_control()) {
            if shown.chars().count() >= LONGEST {
                shown.push('…');
                break 'words;
            }
            shown.push(c);
        }
    }
    format!("`{shown}`")
}

/// Several texts quoted, joined by `or`; at most three.
pub(super) fn quote_any(texts: &[String]) -> Said {
    let mut quoted: Vec<Said> = texts.iter().take(3).map(|text| quote(text).into()).collect();
    if texts.len() > 3 {
        quoted.push(said!("{} more", "그 밖의 {}개", texts.len() - 3));
    }
    let in_lang = |lang, or: &str| {
        let texts: Vec<&str> = quoted.iter().map(|one| one.in_lang(lang)).collect();
        texts.join(or)
    };
    Said::both(in_lang(Lang::En, " or "), in_lang(Lang::Ko, " 또는 "))
}

/// One of several values, in both languages.
pub(super) fn any_of(values: &[String]) -> Said {
    Said::both(values.join(" or "), values.join(" 또는 "))
}

/// Whether a text has a Hangul letter.
pub(super) fn has_hangul(text: &str) -> bool {
    text.chars().any(|c| c.script() == Script::Hangul)
}

/// A number without needless zeros.
pub(super) fn plain(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" || text.is_empty() || (text == "0" && value != 0.0) {
        format!("{value}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_short_and_on_one_line() {
        assert_eq!(quote("a\n b\u{7}\tc"), "`a b c`");
        let long = quote(&"가".repeat(1000));
        assert_eq!(long.chars().count(), 63);
        assert!(long.ends_with("…`"));
        let four = ["a", "b", "c", "d"].map(str::to_owned);
        assert_eq!(quote_any(&four), "`a` or `b` or `c` or 1 more");
    }

    #[test]
    fn numbers_are_plain() {
        for (value, wanted) in [
            (18.0, "18"),
            (0.5, "0.5"),
            (-1200.25, "-1200.25"),
            (0.0, "0"),
            (1e-9, "0.000000001"),
        ] {
            assert_eq!(plain(value), wanted);
        }
    }

    #[test]
    fn ignored_differences_vanish() {
        use Ignore::{Articles, Case, Particles, Punctuation, Spaces, Width, ZeroWidth};
        for (a, b, ignore) in [
            ("Paris", " paris ", vec![Case]),
            ("It's, me!", "its me", vec![Case, Punctuation]),
            ("대한 민국", "대한민국", vec![Spaces]),
            ("ＡＢＣ１", "ABC1", vec![Width]),
            ("서울\u{200b}", "서울", vec![ZeroWidth]),
            ("the cat", "cat", vec![Articles]),
            ("서울특별시는", "서울특별시", vec![Particles]),
            ("서울특별시는.", "서울특별시", vec![Particles, Punctuation]),
            ("The  End.", "end", vec![Articles, Case, Punctuation]),
        ] {
            assert_eq!(comparable(a, &ignore), comparable(b, &ignore), "{a} {b}");
            assert_ne!(comparable(a, &[]), comparable(b, &[]), "{a} {b}");
        }
    }
}
