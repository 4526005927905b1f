//! Reading which option of a multiple-choice question an answer picks.

use std::sync::LazyLock;

use ::regex::Regex;

use super::search::find_whole;
use super::shared::{Ignore, comparable};
use crate::domain::Said;
use crate::said;
use crate::text::normalise::is_space;

/// As many labels as 가, 나, 다 … have.
pub(super) const MOST: u32 = 14;

const LATIN: &str = "ABCDEFGHIJKLMN";
const HANGUL: &str = "가나다라마바사아자차카타파하";
const CIRCLED: [(char, char); 2] = [('①', '⑭'), ('ⓐ', 'ⓝ')];

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
const LABEL: &str = r"[(\[{<*_`'\x22“‘]*(?<label>[A-N]|[a-n]|[①-⑭ⓐ-ⓝ]|1[0-4]|[1-9]|[가나다라마바사아자차카타파하])";

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

/// A second label after one: `or B`, `/ B`, `와 B`. Only strong ones: `B and a half` goes on with a word.
static ALSO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^[)\]}}>*_`'\x22”’]*(?:번)?\s*(?:/|&|\bor\b|\band\b|또는|혹은|이나|와|과|및)\s*[(\[{{<*_`'\x22“‘]*(?<label>[A-N]|[①-⑭]|1[0-4]|[1-9]){END}"
    ))
});

/// `B is correct`, `②번이 맞습니다`.
static CONFIRMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^\p{L}\p{N}])(?<label>[A-N]|[①-⑭]|1[0-4]|[1-9])[)\]*.]*(?:번)?\s*(?:이|가|is|would\s+be)\s*(?:the\s+)?(?:정답|답|맞|옳|correct|right|best)",
    )
});

/// `It is C.`, `I choose (B)`, `That's D, because …`: a capital letter that a full stop or its like sets off.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?m)(?i:\b(?:it\s+is|it['’]s|that\s+is|that['’]s|i(?:\s+would|['’]d)?\s+(?:choose|pick|select|go\s+with|say))(?:\s+(?:option|choice|the\s+letter))?)\s+[*_(\[`'\x22“‘]*(?<label>[A-N]|[①-⑭])[*_)\]`'\x22”’]*\s*(?:[.,:;!]|$)",
    )
});

/// A line that is a label, or begins with one set off by a bracket, full stop, colon or bold.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^[\s#>-]*{LABEL}(?:번)?(?:(?<alone>[)\]}}>*_`'\x22”’.:,!。\s]*$|(?:입니다|이다|이에요|예요)[.!。\s]*$)|[*_`]*[)\].:,。](?:[*_`\s]|$)|[*_`]+(?:\s|$))"
    ))
});

/// A label set off inside the text: `(B)`, `**B**`, `②`.
static MARKED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\(|\[|\*\*)\s*(?<label>[A-N]|[1-9])\s*(?:\)|\]|\.?\*\*)|(?<circled>[①-⑭])"));

/// The options of a case and how to tell them apart.
pub(super) struct Options {
    texts: Vec<String>,
    count: usize,
}

/// Statements looked at, from the end, and characters of each: no answer needs more, and a megabyte of
/// `answer is answer is …` must not take minutes.
const MOST_LEADS: usize = 1000;
const REACH: usize = 300;

/// An option and the words of the answer that pick it.
pub(super) type Pick = (usize, String);

/// The letter of an option, for reasons.
pub(super) fn letter(index: usize) -> String {
    match LATIN.chars().nth(index) {
        Some(letter) => letter.to_string(),
        None => format!("option {}", index + 1),
    }
}

impl Options {
    /// The options with these texts; without any, as many as `otherwise` says, known by their labels only.
    pub(super) fn new(texts: Vec<String>, otherwise: u32) -> Self {
        let count = if texts.is_empty() {
            usize::try_from(otherwise).unwrap_or(LATIN.len())
        } else {
            texts.len()
        };
        Self { texts, count }
    }

    /// The option that an accepted answer means: its text, or its label.
    pub(super) fn meant(&self, expected: &str) -> Option<usize> {
        let bare = expected.trim().trim_matches(['(', ')', '.', '[', ']']);
        let bare = bare.strip_suffix('번').unwrap_or(bare);
        self.by_text(expected).or_else(|| self.within(label(bare)))
    }

    fn within(&self, index: Option<usize>) -> Option<usize> {
        index.filter(|index| *index < self.count)
    }

    /// The option whose text this is.
    fn by_text(&self, text: &str) -> Option<usize> {
        let text = form(text);
        if text.is_empty() {
            return None;
        }
        let mut found = self.texts.iter().enumerate().filter(|(_, one)| form(one) == text);
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
        let index = self.within(label(found.as_str()))?;
        let other = ALSO.captures(&line[found.end()..]);
        let other = other.and_then(|also| self.within(label(&also["label"])));
        // Who names two has chosen none.
        other.is_none_or(|other| other == index).then_some(index)
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
                Some((captures.get_match().start(), (index, captures[0].to_owned())))
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
        let lines: Vec<&str> = answer.lines().filter(|line| !line.chars().all(is_space)).collect();
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

    /// What the answer says in plain words, the last of it.
    fn plainly(&self, answer: &str) -> Option<Pick> {
        let found = PLAIN.captures_iter(answer).filter_map(|captures| {
            let index = self.within(label(&captures["label"]))?;
            Some((index, captures[0].trim().to_owned()))
        });
        found.last()
    }

    /// The one label that is set off inside the text; `Err` when there are several.
    fn marked(&self, answer: &str) -> Result<Option<Pick>, Said> {
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
                    return Err(said!(
                        "several choices named, none chosen",
                        "여러 보기를 말했지만 고르지는 않았습니다"
                    ));
                }
                Some(_) => {}
                None => marked = Some((index, captures[0].to_owned())),
            }
        }
        Ok(marked)
    }

    /// The option an answer picks; `Err` with the reason when there is none.
    pub(super) fn picked(&self, answer: &str) -> Result<Pick, Said> {
        if let Some(index) = self.by_text(answer) {
            return Ok((index, answer.to_owned()));
        }
        if let Some(pick) = self
            .stated(answer)
            .or_else(|| self.on_a_line(answer))
            .or_else(|| self.plainly(answer))
        {
            return Ok(pick);
        }
        let marked = self.marked(answer);
        if let Ok(Some(pick)) = marked {
            return Ok(pick);
        }
        if let Some(index) = self.only_text_in(answer) {
            return Ok((index, self.texts[index].clone()));
        }
        marked.and(Err(said!("no choice found", "고른 보기를 찾지 못했습니다")))
    }
}

fn form(text: &str) -> String {
    comparable(text, &[Ignore::Case, Ignore::Punctuation, Ignore::Width])
}
