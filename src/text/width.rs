//! How many cells of a terminal a text takes; cutting, padding and wrapping to a width.
//!
//! The measure is that of comfy-table (the `unicode-width` of the whole text), so that what is cut here and what is
//! laid out there agree: a Hangul syllable, a kana or an emoji family takes two cells, a combining mark none. Texts
//! are taken apart between grapheme clusters only. Control characters are no business of this module: outside text
//! has been through [`super::sink`] before it is measured.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// Cells that `text` takes in a terminal.
#[must_use]
pub fn display_width(text: &str) -> usize {
    text.width()
}

/// `text` cut to `width` cells, ending with `…` where something was left out.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    cut_with(text, width, "…").into_owned()
}

/// `text` cut to `width` cells, ending with `mark` where something was left out and the mark fits.
#[must_use]
pub fn cut_with<'a>(text: &'a str, width: usize, mark: &str) -> Cow<'a, str> {
    // No cluster of one byte a cell is longer than the text, so short texts need no measuring at all.
    if text.len() <= width && text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let Some(end) = first_beyond(text, width) else {
        return Cow::Borrowed(text);
    };
    let mark = if display_width(mark) <= width { mark } else { "" };
    let room = width - display_width(mark);
    let mut kept = &text[..first_beyond(&text[..end], room).unwrap_or(end)];
    // Ligatures across clusters can make a text narrower than its parts, never wider in the scripts known to
    // us; should one be wider all the same, it is shortened until it fits.
    while display_width(kept) > room {
        let Some((at, _)) = kept.grapheme_indices(true).next_back() else {
            break;
        };
        kept = &kept[..at];
    }
    Cow::Owned(format!("{}{mark}", kept.trim_end()))
}

/// Byte at which the first cluster begins that does not fit into `width` cells; none when all fit.
fn first_beyond(text: &str, width: usize) -> Option<usize> {
    let mut used = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        used += display_width(cluster);
        if used > width {
            return Some(at);
        }
    }
    None
}

/// `text` with blanks before it, at least `width` cells wide.
#[must_use]
pub fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", blanks(width, text))
}

/// `text` with blanks after it, at least `width` cells wide.
#[must_use]
pub fn pad_right(text: &str, width: usize) -> String {
    format!("{text}{}", blanks(width, text))
}

fn blanks(width: usize, text: &str) -> String {
    " ".repeat(width.saturating_sub(display_width(text)))
}

/// The lines of `text`, none wider than `width` cells (at least 2, the widest a single letter gets).
///
/// Lines break at blanks; Chinese characters and kana also break between one another; a word longer than a line
/// breaks between clusters. Blanks at a break are dropped, those at the beginning of a line are kept, since they
/// indent code. An empty text is one empty line.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        wrap_line(line, width, &mut lines);
    }
    lines
}

fn wrap_line(text: &str, width: usize, lines: &mut Vec<String>) {
    if display_width(text) <= width {
        lines.push(text.to_owned());
        return;
    }
    let mut line = String::new();
    let mut used = 0;
    let mut begun = false;
    for unit in units(text) {
        let size = display_width(unit);
        let blank = unit.starts_with(is_blank);
        if used + size <= width {
            if blank && used == 0 && begun {
                continue;
            }
            line.push_str(unit);
            used += size;
            begun |= !blank;
            continue;
        }
        if blank {
            // The break itself; deep indentation is dropped with it.
            if begun {
                push_trimmed(lines, &mut line);
            }
            used = 0;
            continue;
        }
        if size <= width && begun {
            push_trimmed(lines, &mut line);
            line.push_str(unit);
            used = size;
            continue;
        }
        // A word longer than a line fills what is left of this one and goes on in the next.
        for piece in unit.graphemes(true).flat_map(|cluster| fitting_pieces(cluster, width)) {
            let size = display_width(piece);
            if used + size > width && used > 0 {
                push_trimmed(lines, &mut line);
                used = 0;
            }
            line.push_str(piece);
            used += size;
        }
        begun = true;
    }
    if !line.trim_end().is_empty() {
        push_trimmed(lines, &mut line);
    }
}

/// The cluster itself, or its characters when it is wider than a whole line (a letter with several skin tones).
fn fitting_pieces(cluster: &str, width: usize) -> impl Iterator<Item = &str> {
    let whole = display_width(cluster) <= width;
    cluster
        .char_indices()
        .take_while(move |(at, _)| *at == 0 || !whole)
        .map(move |(at, letter)| {
            if whole {
                cluster
            } else {
                &cluster[at..at + letter.len_utf8()]
            }
        })
}

fn push_trimmed(lines: &mut Vec<String>, line: &mut String) {
    line.truncate(line.trim_end().len());
    lines.push(std::mem::take(line));
}

fn is_blank(letter: char) -> bool {
    letter == ' ' || letter == '\t'
}

/// Runs of blanks, words, and single letters of scripts written without blanks, in order.
fn units(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if is_blank(first) {
            rest.find(|letter| !is_blank(letter)).unwrap_or(rest.len())
        } else {
            word_end(rest)
        };
        let (unit, after) = rest.split_at(end);
        rest = after;
        Some(unit)
    })
}

/// End of the word at the beginning of `text`: before a blank, or after a letter that stands for itself together
/// with the closing signs that may not begin a line.
fn word_end(text: &str) -> usize {
    let mut clusters = text.grapheme_indices(true).peekable();
    while let Some((at, cluster)) = clusters.next() {
        let letter = cluster.chars().next().unwrap_or(' ');
        if is_blank(letter) {
            return at;
        }
        let Some(&(next_at, next)) = clusters.peek() else {
            break;
        };
        let next = next.chars().next().unwrap_or(' ');
        if (stands_alone(letter) || stands_alone(next)) && !closes(next) {
            return next_at;
        }
    }
    text.len()
}

/// Scripts written without blanks between words.
fn stands_alone(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Signs that may not begin a line.
fn closes(letter: char) -> bool {
    matches!(
        letter,
        '、' | '。'
            | '，'
            | '．'
            | '！'
            | '？'
            | '：'
            | '；'
            | '」'
            | '』'
            | '）'
            | '】'
            | '〉'
            | '》'
            | '〕'
            | '］'
            | '｝'
            | 'ー'
            | '々'
            | ','
            | '.'
            | '!'
            | '?'
            | ':'
            | ';'
            | ')'
            | ']'
            | '}'
            | '"'
            | '\''
            | '”'
            | '’'
            | '…'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: [&str; 18] = [
        "plain",
        "존댓말 어투",
        "ひらがな カタカナ",
        "漢字仮名交じり文。",
        "🇰🇷🇯🇵 flags",
        "👨‍👩‍👧‍👦 family",
        "e\u{301}a\u{308} marks",
        "각 나라",
        "👋🏽 skin",
        "1️⃣ keycap",
        "❤ ❤️ ❤︎ hearts",
        "ﾊﾝｶｸ",
        "ＦＵＬＬ",
        "ᄒᆞᆫ글 old",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿 scotland",
        "क्षत्रिय",
        "لا إله",
        "ㅋㅋㅋ ㅎㅎ",
    ];

    #[test]
    fn measures_as_comfy_table_does() {
        for sample in SAMPLES {
            let mut table = comfy_table::Table::new();
            table.load_style(comfy_table::TableStyle::new());
            table.add_row([sample]);
            let columns = table.column_max_content_widths();
            assert_eq!(usize::from(columns[0]), display_width(sample), "{sample}");
        }
    }

    #[test]
    fn known_widths() {
        for (text, cells) in [
            ("가나", 4),
            ("각", 2),
            ("かな", 4),
            ("🇰🇷", 2),
            ("👨‍👩‍👧‍👦", 2),
            ("e\u{301}", 1),
            ("₩1,912", 6),
            ("…", 1),
        ] {
            assert_eq!(display_width(text), cells, "{text}");
        }
    }

    #[test]
    fn cutting_keeps_clusters_whole_and_fits() {
        assert_eq!(cut("환불은 며칠", 7), "환불은…");
        assert_eq!(cut("환불은 며칠", 8), "환불은…");
        assert_eq!(cut("가나다", 5), "가나…");
        assert_eq!(cut("가나다", 6), "가나다");
        assert_eq!(cut("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3), "👨‍👩‍👧‍👦…");
        assert_eq!(cut_with("abcdef", 5, "..."), "ab...");
        assert_eq!(cut_with("abcdef", 2, "..."), "ab");
        assert_eq!(cut("가", 1), "…");
        assert_eq!(cut("가", 0), "");
        for sample in SAMPLES {
            for width in 0..20 {
                assert!(display_width(&cut(sample, width)) <= width, "{sample} at {width}");
            }
        }
    }

    #[test]
    fn wrapping_breaks_between_words() {
        assert_eq!(
            wrap("수령일로부터 14일 이내에 가능합니다.", 14),
            ["수령일로부터", "14일 이내에", "가능합니다."]
        );
        assert_eq!(wrap("a bb  ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("one\n\ntwo", 10), ["one", "", "two"]);
        assert_eq!(wrap("    if x:\n        return", 20), ["    if x:", "        return"]);
    }

    #[test]
    fn wrapping_breaks_long_words_and_unspaced_scripts() {
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("가나다라마바사", 5), ["가나", "다라", "마바", "사"]);
        assert_eq!(wrap("吾輩は猫である。名前は", 14), ["吾輩は猫であ", "る。名前は"]);
        assert_eq!(wrap("吾輩は猫である。", 14), ["吾輩は猫であ", "る。"]);
        assert_eq!(wrap("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 4), ["👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"]);
    }

    proptest::proptest! {
        #[test]
        fn wrapping_loses_only_blanks_and_fits(text in "[ a-z가-힣あ-ん一-丁\u{301}👨🏽.。-]{0,80}", width in 4usize..30) {
            let lines = wrap(&text, width);
            for line in &lines {
                proptest::prop_assert!(display_width(line) <= width, "{line:?} in {width}");
            }
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            proptest::prop_assert_eq!(bare(&lines.concat()), bare(&text));
        }
    }
}
