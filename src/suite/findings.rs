//! Collects what is wrong with a suite: all of it, but not without end.

use std::collections::HashMap;

use crate::domain::{Problem, Severity};
use crate::said;

use super::place::Origin;
use super::tree::Span;

/// Most errors kept, and most warnings; the rest is counted.
pub const MOST: usize = 200;

/// Problems found so far.
#[derive(Debug, Default)]
pub struct Findings {
    problems: Vec<Problem>,
    errors: usize,
    warnings: usize,
    more: usize,
    /// Mistakes of many cases that are told once: which problem it is, and in how many more cases.
    repeated: HashMap<(&'static str, String), (usize, usize)>,
}

impl Findings {
    /// Nothing found yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem that has its place already, or none.
    pub fn add(&mut self, problem: Problem) {
        let count = match problem.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count > MOST {
            self.more += 1;
        } else {
            self.problems.push(problem);
        }
    }

    /// Adds a problem at a span.
    pub fn at(&mut self, origin: &Origin<'_>, span: Span, mut problem: Problem) {
        let kept = match problem.severity {
            Severity::Error => self.errors,
            Severity::Warning => self.warnings,
        };
        if kept < MOST {
            problem.excerpt = origin.excerpt(span).map(Box::new);
            problem.place = Some(origin.place(span));
        }
        self.add(problem);
    }

    /// Adds a problem that many cases may share; what says the same again is only counted.
    pub fn once(&mut self, origin: &Origin<'_>, span: Span, problem: Problem) {
        let key = (problem.code, problem.message.to_string());
        if let Some((_, more)) = self.repeated.get_mut(&key) {
            *more += 1;
            return;
        }
        let index = self.problems.len();
        self.at(origin, span, problem);
        if self.problems.len() > index {
            self.repeated.insert(key, (index, 0));
        }
    }

    /// Number of errors, those not kept included.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Whether a run cannot go on.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.errors > 0
    }

    /// The problems in reading order (file by file as met, then by line), and how many more there were.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Problem>, usize) {
        for (index, more) in self.repeated.values() {
            if let Some(problem) = self.problems.get_mut(*index)
                && *more > 0
            {
                let message = &problem.message;
                problem.message = if *more == 1 {
                    said!(
                        "{message} (nor does 1 more case)",
                        "{message}(다른 문항 1개도 같습니다)"
                    )
                } else {
                    said!(
                        "{message} (nor do {more} more cases)",
                        "{message}(다른 문항 {more}개도 같습니다)"
                    )
                };
            }
        }
        let mut files: Vec<String> = Vec::new();
        for problem in &self.problems {
            if let Some(place) = &problem.place
                && !files.contains(&place.file)
            {
                files.push(place.file.clone());
            }
        }
        self.problems.sort_by_key(|problem| {
            problem.place.as_ref().map(|place| {
                let file = files.iter().position(|file| *file == place.file);
                (file, place.line, place.column)
            })
        });
        (self.problems, self.more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_problems_are_counted_not_kept() {
        let mut findings = Findings::new();
        for _ in 0..MOST + 7 {
            findings.add(Problem::error("x", "x"));
        }
        findings.add(Problem::warning("w", "w"));
        let (problems, more) = findings.finish();
        assert_eq!((problems.len(), more), (MOST + 1, 7));
    }

    #[test]
    fn problems_come_in_reading_order() {
        let text = "a\nb\nc\n";
        let origin = Origin::text("f", text);
        let mut findings = Findings::new();
        findings.at(&origin, Span::new(4, 5), Problem::error("c", "c"));
        findings.at(&origin, Span::new(0, 1), Problem::error("a", "a"));
        let (problems, _) = findings.finish();
        assert_eq!(problems[0].code, "a");
    }
}
