//! A verdict whose names and texts are cut, for pages that people read: a name may be a megabyte long, a line of a log or of a
//! comment may not. JSON is written from the whole verdict.

use super::verdict::{Check, Moved, Remark, State, Trouble, Verdict};
use crate::config::{CheckKind, Metric};

impl Verdict {
    /// The same with every text of others cut to `most` characters.
    #[must_use]
    pub fn brief(&self, most: usize) -> Self {
        let cut = |text: &mut String| cut(text, most);
        let mut brief = self.clone();
        cut(&mut brief.suite);
        brief.against.iter_mut().for_each(cut);
        for coverage in &mut brief.coverage {
            cut(&mut coverage.label);
        }
        for check in &mut brief.checks {
            shorten(check, most);
        }
        for note in &mut brief.notes {
            remark(note, most);
        }
        brief
    }
}

fn shorten(check: &mut Check, most: usize) {
    let cut = |text: &mut String| cut(text, most);
    check.label.iter_mut().for_each(cut);
    check.target.iter_mut().for_each(cut);
    match &mut check.rule {
        CheckKind::Regression { metric, tag, .. } | CheckKind::Floor { metric, tag, .. } => {
            if let Metric::Scorer(name) = metric {
                cut(name);
            }
            tag.iter_mut().for_each(cut);
        }
        CheckKind::MustPass { tag } => cut(tag),
        CheckKind::LatencyP95 { .. } | CheckKind::Cost { .. } => {}
    }
    if let State::NoBaseline(Trouble::Suite { was } | Trouble::Target { was, .. }) = &mut check.state {
        cut(was);
    }
    let lists = [
        &mut check.newly_failing,
        &mut check.newly_passing,
        &mut check.quarantined,
        &mut check.failing,
    ];
    for each in lists.into_iter().flatten() {
        moved(each, most);
    }
    for again in &mut check.confirmed {
        cut(&mut again.case);
    }
    for (tag, ..) in &mut check.by_tag {
        cut(tag);
    }
}

fn moved(moved: &mut Moved, most: usize) {
    let cut = |text: &mut String| cut(text, most);
    cut(&mut moved.case);
    moved.tags.iter_mut().for_each(cut);
    moved.why.each_mut(cut);
    cut(&mut moved.file);
    if let Some((reason, _)) = &mut moved.aside {
        cut(reason);
    }
}

fn remark(note: &mut Remark, most: usize) {
    let cut = |text: &mut String| cut(text, most);
    match note {
        Remark::Model { label, was, now } => [label, was, now].into_iter().for_each(cut),
        Remark::Changed { label, cases } => {
            cut(label);
            cases.iter_mut().for_each(cut);
        }
        Remark::Aside { label, cases } => {
            cut(label);
            for (case, _) in cases {
                cut(case);
            }
        }
        Remark::Unchecked { label, .. }
        | Remark::Cached { label, .. }
        | Remark::Gone { label, .. }
        | Remark::New { label, .. } => cut(label),
        Remark::PassesAgain { case, .. } => cut(case),
        Remark::Stale { .. } | Remark::FewCases { .. } => {}
    }
}

fn cut(text: &mut String, most: usize) {
    // Most texts are short, which their bytes tell at once.
    if text.len() <= most {
        return;
    }
    let Some((end, _)) = text.char_indices().nth(most.saturating_sub(1)) else {
        return;
    };
    if text[end..].chars().nth(1).is_some() {
        text.truncate(end);
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn texts_are_cut_between_characters() {
        for (text, cut) in [
            ("가나다", "가나다"),
            ("가나다라", "가나…"),
            ("abc", "abc"),
            ("abcd", "ab…"),
            ("", ""),
        ] {
            let mut short = text.to_owned();
            super::cut(&mut short, 3);
            assert_eq!(short, cut);
        }
    }
}
