//! What is said to people, in the languages they read.
//!
//! A mistake is found where it is understood, deep inside, long before anybody knows who will read of it. So a sentence
//! is made in both languages at once, side by side in the source, and the printer chooses. Machine surfaces take the
//! English one.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// A language of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// Korean.
    Ko,
}

impl Lang {
    /// The language of `ko` or `en`, whatever follows (`ko_KR.UTF-8`).
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase();
        match word.split(['_', '-', '.']).next().unwrap_or("") {
            "ko" => Some(Self::Ko),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// One of two.
    #[must_use]
    pub fn pick<T>(self, en: T, ko: T) -> T {
        match self {
            Self::En => en,
            Self::Ko => ko,
        }
    }
}

/// A sentence, or a part of one, in every language. Made by [`said!`](crate::said), or from a text that is the same in
/// all: a name, a number, the words of a library.
///
/// It reads as its English text wherever a `&str` is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said(Box<Texts>);

/// Behind a pointer: a sentence travels inside errors, which are to stay small.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Texts {
    en: String,
    /// Absent when it is the same as the English.
    ko: Option<String>,
}

impl Said {
    /// From both texts.
    #[must_use]
    pub fn both(en: impl Into<String>, ko: impl Into<String>) -> Self {
        Self(Box::new(Texts {
            en: en.into(),
            ko: Some(ko.into()),
        }))
    }

    /// The text in a language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        match (lang, &self.0.ko) {
            (Lang::Ko, Some(ko)) => ko,
            _ => &self.0.en,
        }
    }

    /// The Korean text, where it differs.
    #[must_use]
    pub fn korean(&self) -> Option<&str> {
        self.0.ko.as_deref()
    }

    /// From an English text and perhaps a Korean one, as they are stored.
    #[must_use]
    pub fn stored(en: String, ko: Option<String>) -> Self {
        Self(Box::new(Texts { en, ko }))
    }

    /// Changes the texts of all languages: cutting, removing a key.
    pub fn each_mut(&mut self, mut change: impl FnMut(&mut String)) {
        change(&mut self.0.en);
        if let Some(ko) = &mut self.0.ko {
            change(ko);
        }
    }

    /// Both texts with something done to each.
    #[must_use]
    pub fn map(mut self, change: impl Fn(&str) -> String) -> Self {
        self.each_mut(|text| *text = change(text));
        self
    }

    /// Sentences in a row, in every language.
    #[must_use]
    pub fn joined<'s>(parts: impl IntoIterator<Item = &'s Said>, between: &str) -> Self {
        let (mut en, mut ko, mut translated) = (Vec::new(), Vec::new(), false);
        for part in parts {
            en.push(part.in_lang(Lang::En));
            ko.push(part.in_lang(Lang::Ko));
            translated |= part.is_translated();
        }
        let ko = translated.then(|| ko.join(between));
        Self::stored(en.join(between), ko)
    }

    /// Whether each language has a text of its own.
    #[must_use]
    pub fn is_translated(&self) -> bool {
        self.0.ko.is_some()
    }
}

thread_local! {
    /// What a [`Said`] inside a sentence prints as, while [`said!`](crate::said) writes that sentence.
    static WRITING: Cell<Lang> = const { Cell::new(Lang::En) };
}

/// Runs `write` while parts that are themselves [`Said`] print in Korean.
#[doc(hidden)]
pub fn in_korean<T>(write: impl FnOnce() -> T) -> T {
    let before = WRITING.replace(Lang::Ko);
    let written = write();
    WRITING.set(before);
    written
}

impl fmt::Display for Said {
    /// English, except as a part of a Korean sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.in_lang(WRITING.get()))
    }
}

impl Default for Said {
    fn default() -> Self {
        String::new().into()
    }
}

/// Machines read English; what keeps both languages says so itself (`store`).
impl Serialize for Said {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.en)
    }
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Deref for Said {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.en
    }
}

/// What the operating system refuses, in both languages where it is common; else in the system's own words.
impl From<&std::io::Error> for Said {
    fn from(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let ko = match error.kind() {
            ErrorKind::NotFound => "그런 파일이나 폴더가 없습니다",
            ErrorKind::PermissionDenied => "권한이 없습니다",
            ErrorKind::AlreadyExists => "같은 이름의 파일이 이미 있습니다",
            ErrorKind::IsADirectory => "폴더입니다",
            ErrorKind::NotADirectory => "경로 가운데에 폴더가 아닌 것이 있습니다",
            ErrorKind::StorageFull => "디스크에 남은 공간이 없습니다",
            ErrorKind::ReadOnlyFilesystem => "읽기 전용 디스크입니다",
            ErrorKind::InvalidFilename => "파일 이름이 너무 길거나 쓸 수 없는 글자가 있습니다",
            _ => return error.to_string().into(),
        };
        Self::both(error.to_string(), ko)
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self(Box::new(Texts { en: text, ko: None }))
    }
}

impl From<&str> for Said {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Said {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<std::borrow::Cow<'_, str>> for Said {
    fn from(text: std::borrow::Cow<'_, str>) -> Self {
        text.into_owned().into()
    }
}

impl From<&Said> for Said {
    fn from(said: &Said) -> Self {
        said.clone()
    }
}

impl PartialEq<&str> for Said {
    fn eq(&self, other: &&str) -> bool {
        self.0.en == *other
    }
}

impl PartialEq<str> for Said {
    fn eq(&self, other: &str) -> bool {
        self.0.en == other
    }
}

/// 을 or 를 behind a Korean word, by whether its last syllable ends in a consonant; both where that cannot be told.
#[must_use]
pub fn object_particle(word: &str) -> &'static str {
    let last = word
        .chars()
        .rev()
        .find(|letter| !matches!(letter, '`' | '"' | ')' | ']'));
    match last {
        Some(syllable @ '가'..='힣') if (u32::from(syllable) - u32::from('가')) % 28 == 0 => "를",
        Some('가'..='힣') => "을",
        // Of Latin words, those in the messages that end in a vowel as Koreans read them.
        Some('e' | 'a' | 'i' | 'o' | 'u') => "를",
        _ => "을(를)",
    }
}

/// A sentence in both languages: `said!("there is no file `{path}`", "`{path}` 파일이 없습니다")`.
///
/// Both are format strings over the same values; those that are [`Said`] themselves appear in the language of the
/// sentence. Korean sentences end in 합니다 style, and names stand before a noun, so that no particle depends on how a
/// name ends.
#[macro_export]
macro_rules! said {
    ($en:literal, $ko:literal $(, $value:expr)* $(,)?) => {
        $crate::domain::Said::both(
            format!($en $(, $value)*),
            $crate::domain::said::in_korean(|| format!($ko $(, $value)*)),
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_take_the_language_of_their_sentence() {
        let part = said!("a list", "목록");
        let whole = said!(
            "`{0}` takes text, not {part}",
            "`{0}`에는 글을 써야 하는데 {part}입니다",
            "name"
        );
        assert_eq!(whole, "`name` takes text, not a list");
        assert_eq!(whole.in_lang(Lang::Ko), "`name`에는 글을 써야 하는데 목록입니다");
        assert_eq!(
            part.to_string(),
            "a list",
            "outside a Korean sentence a part is English"
        );
        assert_eq!(Said::from("gpt").in_lang(Lang::Ko), "gpt");
    }

    #[test]
    fn languages_are_read_from_words_and_locales() {
        for (word, lang) in [
            ("ko", Some(Lang::Ko)),
            ("ko_KR.UTF-8", Some(Lang::Ko)),
            ("EN-us", Some(Lang::En)),
            ("C.UTF-8", None),
            ("", None),
        ] {
            assert_eq!(Lang::of(word), lang, "{word}");
        }
    }
}
