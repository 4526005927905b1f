//! Which cases of a suite are asked: by filters, and by a sample that is the same everywhere.
//!
//! Filters of one key are alternatives, filters of different keys must all hold: `tag=환불 tag=교환 id=ko-*` takes
//! cases with either tag whose id begins with `ko-`. A sample takes those cases whose ids, hashed with the seed,
//! come first. So it keeps the order of the suite, streams, does not depend on order or machine, grows into a
//! larger sample of the same seed, and changes little when cases are added.

use std::collections::{BinaryHeap, HashSet};

use crate::domain::{Case, Problem, Said};
use crate::said;

use super::identity::Print;
use super::suggest::help;

/// What a filter looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Any of the tags.
    Tag,
    /// The id.
    Id,
    /// The group.
    Group,
}

/// One filter: a key and a pattern in which `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    key: Key,
    pattern: String,
}

impl Filter {
    /// Reads `tag=…`, `id=…` or `group=…`.
    ///
    /// # Errors
    /// When the key is unknown or the pattern empty.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let wrong = |message: Said| Problem::error("filter", message);
        let Some((key, pattern)) = text.split_once('=') else {
            return Err(
                wrong(said!("`{text}` is no filter", "필터가 아닙니다: `{text}`")).help(said!(
                    "write `tag=NAME`, `id=NAME` or `group=NAME`",
                    "`tag=이름`, `id=이름`, `group=이름` 가운데 하나로 쓰세요"
                )),
            );
        };
        let key = match key.trim() {
            "tag" | "tags" => Key::Tag,
            "id" => Key::Id,
            "group" => Key::Group,
            other => {
                return Err(wrong(said!(
                    "cases cannot be filtered by `{other}`",
                    "`{other}`로는 문항을 고를 수 없습니다"
                ))
                .help(help(other, ["tag", "id", "group"])));
            }
        };
        let pattern = pattern.trim();
        if pattern.is_empty() {
            return Err(wrong(said!(
                "`{text}` filters by nothing",
                "`{text}`에는 고를 조건이 없습니다"
            ))
            .help(said!("`*` stands for any text", "`*`는 아무 글이나 뜻합니다")));
        }
        Ok(Self {
            key,
            pattern: pattern.to_owned(),
        })
    }

    /// Whether a case passes.
    #[must_use]
    pub fn passes(&self, case: &Case) -> bool {
        match self.key {
            Key::Tag => case.tags.iter().any(|tag| matches(&self.pattern, tag)),
            Key::Id => matches(&self.pattern, &case.id),
            Key::Group => case.group.as_deref().is_some_and(|group| matches(&self.pattern, group)),
        }
    }
}

/// Whether a case passes all filters; those of one key are alternatives.
#[must_use]
pub fn passes(filters: &[Filter], case: &Case) -> bool {
    [Key::Tag, Key::Id, Key::Group].into_iter().all(|key| {
        let mut of_key = filters.iter().filter(|filter| filter.key == key).peekable();
        of_key.peek().is_none() || of_key.any(|filter| filter.passes(case))
    })
}

/// Whether `text` fits a pattern in which `*` stands for any text, none included.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Draws a sample in one pass over the ids; a second pass then asks which were drawn.
#[derive(Debug)]
pub struct Sampler {
    count: usize,
    seed: u64,
    drawn: BinaryHeap<(u64, String)>,
}

impl Sampler {
    /// A sample of `count` cases.
    #[must_use]
    pub fn new(count: usize, seed: u64) -> Self {
        Self {
            count,
            seed,
            drawn: BinaryHeap::new(),
        }
    }

    /// Shows the sampler a case that may be drawn.
    pub fn offer(&mut self, id: &str) {
        let mut print = Print::new();
        print.text(&self.seed.to_string());
        print.text(id);
        let bits = print.bits();
        if self.drawn.len() < self.count {
            self.drawn.push((bits, id.to_owned()));
        } else if let Some(mut largest) = self.drawn.peek_mut()
            && bits < largest.0
        {
            *largest = (bits, id.to_owned());
        }
    }

    /// The ids that were drawn.
    #[must_use]
    pub fn finish(self) -> HashSet<String> {
        self.drawn.into_iter().map(|(_, id)| id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn case(id: &str, tags: &[&str], group: Option<&str>) -> Case {
        Case {
            id: id.to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            group: group.map(str::to_owned),
            ..Case::default()
        }
    }

    fn filters(texts: &[&str]) -> Vec<Filter> {
        texts.iter().map(|text| Filter::parse(text).unwrap()).collect()
    }

    #[test]
    fn one_key_is_or_and_keys_are_and() {
        let one = case("ko-1", &["환불"], None);
        let two = case("ko-2", &["교환"], Some("g"));
        let three = case("en-3", &["환불", "x"], None);
        let all = [&one, &two, &three];
        let passing = |texts: &[&str]| -> Vec<bool> { all.iter().map(|case| passes(&filters(texts), case)).collect() };
        assert_eq!(passing(&[]), [true, true, true]);
        assert_eq!(passing(&["tag=환불", "tag=교환"]), [true, true, true]);
        assert_eq!(passing(&["tag=환불", "id=ko-*"]), [true, false, false]);
        assert_eq!(passing(&["group=*"]), [false, true, false]);
        assert_eq!(passing(&["id=ko"]), [false, false, false]);
    }

    #[test]
    fn wrong_filters_are_told() {
        assert!(Filter::parse("환불").is_err());
        assert!(Filter::parse("tag=").is_err());
        let problem = Filter::parse("tga=x").unwrap_err();
        assert_eq!(problem.help.unwrap(), "did you mean `tag`?");
        assert_eq!(filters(&["id=a=b"])[0].pattern, "a=b");
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, fits) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*a", "a", false),
            ("*", "", true),
            ("*b*", "abc", true),
            ("a*b*c", "a-c-b-c", true),
            ("ab", "abc", false),
            ("가*", "가나", true),
            ("*ab*ab*", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    fn sample(count: usize, seed: u64, ids: &[String]) -> HashSet<String> {
        let mut sampler = Sampler::new(count, seed);
        for id in ids {
            sampler.offer(id);
        }
        sampler.finish()
    }

    #[test]
    fn samples_are_portable_and_nested() {
        let ids: Vec<String> = (0..1000).map(|number| format!("case-{number}")).collect();
        let ten = sample(10, 7, &ids);
        let mut named: Vec<&String> = ten.iter().collect();
        named.sort();
        // Written down so that another machine or a later version must draw the same.
        assert_eq!(
            named,
            [
                "case-124", "case-236", "case-369", "case-40", "case-466", "case-577", "case-708", "case-737",
                "case-782", "case-942"
            ]
        );
        assert!(ten.is_subset(&sample(100, 7, &ids)));
        assert_ne!(ten, sample(10, 8, &ids));
        let mut turned = ids.clone();
        turned.reverse();
        assert_eq!(ten, sample(10, 7, &turned));
        assert_eq!(sample(0, 7, &ids).len(), 0);
        assert_eq!(sample(5000, 7, &ids).len(), 1000);
    }

    #[test]
    fn every_case_is_as_likely() {
        let ids: Vec<String> = (0..20).map(|number| format!("case-{number}")).collect();
        let mut counts = vec![0; 20];
        for seed in 0..2000 {
            for id in sample(5, seed, &ids) {
                counts[ids.iter().position(|known| *known == id).unwrap()] += 1;
            }
        }
        // 500 expected each, standard deviation about 19.
        assert!(counts.iter().all(|count| (400..600).contains(count)), "{counts:?}");
    }

    proptest! {
        #[test]
        fn a_pattern_without_stars_is_the_text(pattern in "[ab가]{0,4}", text in "[ab가]{0,4}") {
            prop_assert_eq!(matches(&pattern, &text), pattern == text);
        }
    }
}
