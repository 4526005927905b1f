//! Signs and short names that tables share.

use std::collections::BTreeSet;

use super::Style;
use super::number::short_score;
use super::table::{Cell, Paint};
use crate::compare::{Sign, Square};
use crate::domain::RunInfo;
use crate::text::sink::terminal_line;
use crate::text::width::cut;

/// `✓ ✗ ~ ! – ·`, or their ASCII forms.
#[must_use]
pub fn sign(sign: Sign, style: &Style) -> &'static str {
    match (sign, style.ascii) {
        (Sign::Pass, false) => "✓",
        (Sign::Pass, true) => "+",
        (Sign::Fail, false) => "✗",
        (Sign::Fail, true) => "x",
        (Sign::Unstable, _) => "~",
        (Sign::Error, _) => "!",
        (Sign::NotMeasured, false) => "–",
        (Sign::NotMeasured, true) => "-",
        (Sign::Answered, false) => "·",
        (Sign::Answered, true) => ".",
    }
}

/// The colour that repeats a sign.
#[must_use]
pub fn paint(sign: Sign) -> Paint {
    match sign {
        Sign::Pass => Paint::Good,
        Sign::Fail => Paint::Bad,
        Sign::Unstable | Sign::Error => Paint::Warn,
        Sign::NotMeasured => Paint::Dim,
        Sign::Answered => Paint::Plain,
    }
}

/// A square in a table: `✓ .93`, `~ 2/3`, `!`.
#[must_use]
pub fn square(square: &Square, style: &Style) -> Cell {
    let word = square.sign();
    let mark = sign(word, style);
    let text = match (word, square.score) {
        (Sign::Unstable, _) => format!("{mark} {}/{}", square.passed, square.judged),
        (Sign::Error | Sign::NotMeasured, _) | (_, None) => mark.to_owned(),
        (_, Some(score)) => format!("{mark} {}", short_score(score)),
    };
    Cell::new(text).painted(paint(word))
}

/// `…`, or `..` where signs are ASCII.
#[must_use]
pub fn dots(style: &Style) -> &'static str {
    if style.ascii { ".." } else { "…" }
}

/// Our own words in ASCII where the style asks for it; words of the language stay.
#[must_use]
pub fn plain_signs(text: &str, style: &Style) -> String {
    if !style.ascii {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '·' | '–' | '−' => out.push('-'),
            '×' => out.push('x'),
            '…' => out.push_str(".."),
            '≥' => out.push_str(">="),
            '≤' => out.push_str("<="),
            '±' => out.push_str("+-"),
            '‼' => out.push_str("!!"),
            '▸' => out.push('*'),
            '→' => out.push_str("->"),
            other => out.push(other),
        }
    }
    out
}

/// Short heads for columns: the first part of each name where no other begins alike (`claude` of `claude-main`), else the
/// name; both cut to `width`.
#[must_use]
pub fn short_names(names: &[String], width: usize) -> Vec<String> {
    let cleaned: Vec<String> = names.iter().map(|name| terminal_line(name)).collect();
    let first_parts: Vec<&str> = cleaned
        .iter()
        .map(|name| name.split(['-', '_', '.', ' ', ':']).next().unwrap_or(""))
        .collect();
    let different = |parts: &[String]| parts.iter().collect::<BTreeSet<_>>().len() == parts.len();
    let alone = |part: &str| first_parts.iter().filter(|other| **other == part).count() == 1;
    // A part of one letter says too little.
    let short = |(name, part): (&String, &&str)| {
        let useful = part.chars().count() > 1 && alone(part);
        cut(if useful { part } else { name }, width)
    };
    let cuts: Vec<String> = cleaned.iter().zip(&first_parts).map(short).collect();
    if different(&cuts) {
        return cuts;
    }
    // Names alike at the beginning: a number keeps them apart.
    cleaned
        .iter()
        .zip(1..)
        .map(|(name, number)| format!("{number} {}", cut(name, width.saturating_sub(2).max(2))))
        .collect()
}

/// Short heads for the columns of a run: the target's, with the prompt's where there are several.
#[must_use]
pub fn column_heads(info: &RunInfo, width: usize) -> Vec<String> {
    let targets: Vec<String> = info.targets.iter().map(|target| target.name.clone()).collect();
    if info.prompts.len() == 1 {
        return short_names(&targets, width);
    }
    let prompts: Vec<String> = info.prompts.iter().map(|prompt| prompt.name.clone()).collect();
    let half = width / 2;
    let prompts = short_names(&prompts, half);
    let heads = short_names(&targets, half);
    let both = |target: &String| {
        prompts
            .iter()
            .map(|prompt| format!("{target}/{prompt}"))
            .collect::<Vec<_>>()
    };
    heads.iter().flat_map(both).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(names: &[&str], width: usize) -> Vec<String> {
        short_names(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), width)
    }

    #[test]
    fn names_are_shortened_only_where_they_stay_apart() {
        assert_eq!(short(&["gpt-main", "claude-main"], 12), ["gpt", "claude"]);
        assert_eq!(
            short(&["gpt-main", "gpt-mini", "claude-main"], 12),
            ["gpt-main", "gpt-mini", "claude"]
        );
        assert_eq!(short(&["클로바-본선", "라마-로컬"], 12), ["클로바", "라마"]);
        assert_eq!(short(&["a-x", "b-y"], 12), ["a-x", "b-y"]);
        assert_eq!(
            short(&["gpt-5.2-preview-one", "gpt-5.2-preview-two"], 10),
            ["1 gpt-5.2…", "2 gpt-5.2…"]
        );
    }
}
