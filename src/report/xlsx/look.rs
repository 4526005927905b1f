//! How the sheets look: fonts, grounds, number forms, widths. Nothing here knows what stands in them.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatPattern};

use crate::domain::Lang;

/// Ground of heads.
pub(super) const HEAD: Color = Color::RGB(0x00DD_E6F0);
/// Ground of what passed: blue, which people with red-green weakness tell from orange.
const PASS: Color = Color::RGB(0x00DC_EBFA);
/// Ground of what failed.
const FAIL: Color = Color::RGB(0x00FC_E4D0);
/// Bars.
pub(super) const BAR: Color = Color::RGB(0x007F_A8D6);
/// Text that matters less.
const FAINT: Color = Color::RGB(0x0070_7070);

/// The formats of a workbook, made once.
pub(super) struct Look {
    /// What cells without a format have.
    pub(super) plain: Format,
    /// Title of the workbook.
    pub(super) title: Format,
    /// A heading within a sheet.
    pub(super) heading: Format,
    /// Heads of columns.
    pub(super) head: Format,
    /// Head of a column of words behind numbers.
    pub(super) head_unit: Format,
    /// Heads of columns of numbers.
    pub(super) head_right: Format,
    /// Keys for machines in a hidden row.
    pub(super) key: Format,
    /// Outside text on one line.
    pub(super) line: Format,
    /// Outside text over several lines.
    pub(super) text: Format,
    /// Why there is no answer.
    pub(super) absent: Format,
    /// Faint words of ours.
    pub(super) faint: Format,
    /// Faint words where numbers stand.
    pub(super) faint_right: Format,
    /// A word behind a number.
    pub(super) unit: Format,
    /// Words of ours over several lines.
    pub(super) words: Format,
    /// Whole numbers.
    pub(super) whole: Format,
    /// Times in milliseconds.
    pub(super) time: Format,
    /// Scores.
    pub(super) score: Format,
    /// Shares as percent.
    pub(super) share: Format,
    /// Differences of shares in points.
    pub(super) points: Format,
    /// Chances.
    pub(super) p: Format,
    /// Times in seconds.
    pub(super) seconds: Format,
    /// Money.
    pub(super) money: Format,
    /// 1 and 0 as marks.
    pub(super) mark: Format,
    /// The same with the line below that rows have.
    pub(super) mark_ruled: Format,
    /// Scores with that line.
    pub(super) score_ruled: Format,
    /// Ground under 1.
    pub(super) passed: Format,
    /// Ground under 0.
    pub(super) failed: Format,
    /// Hatch under errors.
    pub(super) hatched: Format,
    /// Line between rows.
    pub(super) ruled: Format,
}

impl Look {
    pub(super) fn new(lang: Lang) -> Self {
        let plain = Format::new()
            .set_font_name(lang.pick("Calibri", "맑은 고딕"))
            .set_font_size(lang.pick(11.0, 10.0));
        let base = || plain.clone().set_align(FormatAlign::Top);
        let head = || {
            base()
                .set_bold()
                .set_background_color(HEAD)
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter)
                .set_border_bottom(FormatBorder::Thin)
                .set_quote_prefix()
        };
        // A step away from the edge, so that no number touches the word in the next column.
        let number = |form: &str| base().set_num_format(form).set_align(FormatAlign::Right).set_indent(1);
        let mark = base()
            .set_num_format("[=1]\"✓\";[=0]\"✗\";General")
            .set_align(FormatAlign::Center);
        let lined = |format: Format| {
            format
                .set_border_bottom(FormatBorder::Thin)
                .set_border_bottom_color(Color::RGB(0x00D8_D8D8))
        };
        Self {
            title: base().set_bold().set_font_size(16.0),
            heading: base().set_bold().set_font_size(12.0),
            head_unit: head().set_align(FormatAlign::Left).set_indent(1),
            head_right: head().set_align(FormatAlign::Right).set_indent(1),
            head: head(),
            key: base().set_font_color(FAINT).set_quote_prefix(),
            line: base().set_quote_prefix(),
            text: base().set_quote_prefix().set_text_wrap(),
            absent: base()
                .set_quote_prefix()
                .set_text_wrap()
                .set_italic()
                .set_font_color(FAINT),
            faint: base().set_font_color(FAINT),
            faint_right: base().set_font_color(FAINT).set_align(FormatAlign::Right).set_indent(1),
            unit: base().set_quote_prefix().set_align(FormatAlign::Left).set_indent(1),
            words: base().set_text_wrap(),
            whole: number("#,##0"),
            time: number("0"),
            score: number("0.00"),
            score_ruled: lined(number("0.00")),
            share: number("0.0%"),
            points: number("+0.0;-0.0;0.0"),
            p: number("0.000"),
            // A local answer takes thousandths, a long one minutes.
            seconds: number("[<0.1]0.000;[<1]0.00;0.0"),
            money: number("0.000000"),
            mark_ruled: lined(mark.clone()),
            mark,
            passed: Format::new()
                .set_background_color(PASS)
                .set_pattern(FormatPattern::Solid),
            failed: Format::new()
                .set_background_color(FAIL)
                .set_pattern(FormatPattern::Solid),
            hatched: Format::new()
                .set_pattern(FormatPattern::LightUp)
                .set_foreground_color(Color::RGB(0x00B0_B0B0))
                .set_background_color(Color::RGB(0x00F4_F4F4)),
            ruled: lined(Format::new()),
            plain,
        }
    }

    /// Format of the head of the column with a machine key.
    pub(super) fn head_of(&self, key: &str) -> &Format {
        if super::words::is_number(key) {
            &self.head_right
        } else {
            &self.head
        }
    }
}
