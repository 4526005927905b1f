//! In which language people are spoken to: `--lang`, else `NARANI_LANG`, else what the configuration says, else Korean
//! where the system is Korean, else English.

use std::ffi::OsString;

use super::args::{Global, LangArg};
use super::open;
use crate::domain::{Lang, Said};
use crate::said;
use crate::suite::suggest::help;

/// The language of a command line that was understood.
pub(super) fn of(global: &Global) -> Lang {
    match global.lang {
        Some(LangArg::Ko) => Lang::Ko,
        Some(LangArg::En) => Lang::En,
        // A configuration with mistakes is told of by who needs it.
        None => open::set("NARANI_LANG")
            .as_deref()
            .and_then(Lang::of)
            .or_else(|| open::settings(global).ok()?.lang)
            .unwrap_or_else(of_system),
    }
}

/// A note where `NARANI_LANG` is asked and holds no language that is spoken here.
pub(super) fn unknown(global: &Global) -> Option<Said> {
    let word = open::set("NARANI_LANG").filter(|word| global.lang.is_none() && Lang::of(word).is_none())?;
    let help = help(&word, ["ko", "en"]);
    Some(said!(
        "note: the variable `NARANI_LANG` holds `{word}`, which is no language here ({help})",
        "알림: 환경 변수 `NARANI_LANG`의 값 `{word}` 언어는 없습니다 ({help})"
    ))
}

/// The language for help and for what cannot be understood, from the bare words: it is wanted before they are read.
pub(super) fn before_reading(words: &[OsString]) -> Lang {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let stated = words.iter().enumerate().find_map(|(at, word)| match *word {
        "--lang" => words.get(at + 1).copied(),
        word => word.strip_prefix("--lang="),
    });
    stated
        .and_then(Lang::of)
        .or_else(|| open::set("NARANI_LANG").as_deref().and_then(Lang::of))
        .unwrap_or_else(of_system)
}

fn of_system() -> Lang {
    let system = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(open::set);
    system.as_deref().and_then(Lang::of).unwrap_or(Lang::En)
}
