//! What `run --simulate` lets the simulator know of its questions, so that answers are right as often as wished.
//!
//! A server sees questions only. When it runs inside the same process as the run, the run hands over what is
//! expected, in a compact form: a quarter of a million cases take some tens of megabytes at most.

use std::collections::HashMap;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::chance::{Chance, question_keys, text_key};

/// Tells what is known of a question. Called once a request, from any thread.
pub type Oracle = Arc<dyn Fn(&str) -> Option<Known> + Send + Sync>;

/// What is known of one question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The case's id, for recorded answers that go by id; may be empty.
    pub id: String,
    /// A right answer, short: a choice, a number, a few words, or JSON text. Empty when nothing is expected.
    pub right: String,
    /// All the answers to choose from, where there is a choice (`A` to `D`, labels); wrong answers come from here.
    pub options: Vec<String>,
    /// A wrong answer of the same kind, for example the right one of another question; may be empty.
    pub wrong: String,
    /// The answer must stand alone: its scorer compares the whole text.
    pub alone: bool,
}

/// A store of what is known, by question. Filled while a run is planned, read while it is simulated.
#[derive(Debug, Default)]
pub struct Knowledge {
    inner: RwLock<Store>,
}

#[derive(Debug, Default)]
struct Store {
    places: HashMap<u64, u32>,
    entries: Vec<Entry>,
    /// All texts behind each other; entries point into it.
    texts: String,
    /// Sets of options are few and shared by whole suites.
    options: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    begin: u32,
    id_length: u16,
    right_length: u16,
    options: u32,
    alone: bool,
}

/// Longest right answer and id that are kept, in bytes; longer ones are cut.
const LONGEST: usize = 1000;

impl Knowledge {
    /// Remembers a question as it is sent, or the part of it that the suite calls the question (see
    /// [`text_key`](super::text_key) for what counts as the same). `known.wrong` is not kept: it is made up from
    /// the other questions. A question that is known already keeps its first entry.
    pub fn add(&self, question: &str, known: &Known) {
        let mut store = self.write();
        let key = text_key(question);
        if store.places.contains_key(&key) {
            return;
        }
        let (id, right) = (cut(&known.id), cut(&known.right));
        let options = store.share(&known.options);
        let (Ok(begin), Ok(place), Ok(options), Ok(id_length), Ok(right_length)) = (
            u32::try_from(store.texts.len()),
            u32::try_from(store.entries.len()),
            u32::try_from(options),
            u16::try_from(id.len()),
            u16::try_from(right.len()),
        ) else {
            // Four gigabytes of expectations: the rest is answered as unknown.
            return;
        };
        store.texts.push_str(id);
        store.texts.push_str(right);
        store.entries.push(Entry {
            begin,
            id_length,
            right_length,
            options,
            alone: known.alone,
        });
        store.places.insert(key, place);
    }

    /// What is known of a question, looked up as a whole, then by its paragraphs and lines.
    #[must_use]
    pub fn find(&self, question: &str) -> Option<Known> {
        let store = self.read();
        let (key, place) = question_keys(question).find_map(|key| store.places.get(&key).map(|at| (key, *at)))?;
        let entry = store.entries[index(place)];
        let (id, right) = store.text(entry);
        // The other question is chosen by this one's key, so the same question gets the same wrong answer.
        let other = Chance::of(0, "other", &[key]).below(store.entries.len());
        let (_, wrong) = store.text(store.entries[other]);
        Some(Known {
            id: id.to_owned(),
            right: right.to_owned(),
            options: store.options[index(entry.options)].clone(),
            wrong: if wrong == right {
                String::new()
            } else {
                wrong.to_owned()
            },
            alone: entry.alone,
        })
    }

    /// How many questions are known.
    #[must_use]
    pub fn len(&self) -> usize {
        let store = self.read();
        store.entries.len()
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn read(&self) -> RwLockReadGuard<'_, Store> {
        self.inner.read().expect("no holder of this lock panics")
    }

    fn write(&self) -> RwLockWriteGuard<'_, Store> {
        self.inner.write().expect("no holder of this lock panics")
    }

    /// The store as the simulator takes it.
    #[must_use]
    pub fn oracle(self: Arc<Self>) -> Oracle {
        Arc::new(move |question| self.find(question))
    }
}

impl Store {
    /// The place of a set of options, which is kept once.
    fn share(&mut self, options: &[String]) -> usize {
        self.options
            .iter()
            .rposition(|known| known == options)
            .unwrap_or_else(|| {
                self.options.push(options.to_vec());
                self.options.len() - 1
            })
    }

    fn text(&self, entry: Entry) -> (&str, &str) {
        let begin = index(entry.begin);
        let middle = begin + usize::from(entry.id_length);
        let end = middle + usize::from(entry.right_length);
        (&self.texts[begin..middle], &self.texts[middle..end])
    }
}

fn index(place: u32) -> usize {
    usize::try_from(place).expect("addresses have at least 32 bits")
}

/// At most [`LONGEST`] bytes, cut between characters.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(right: &str) -> Known {
        Known {
            id: format!("case-{right}"),
            right: right.to_owned(),
            options: vec!["A".to_owned(), "B".to_owned()],
            wrong: String::new(),
            alone: true,
        }
    }

    #[test]
    fn what_was_added_is_found_whole_or_inside_a_prompt() {
        let knowledge = Knowledge::default();
        knowledge.add("첫 질문?", &known("가"));
        knowledge.add("둘째 질문?", &known("나"));
        let found = knowledge.find("짧게 답하세요.\n\n질문: 둘째  질문?").unwrap();
        assert_eq!((found.right.as_str(), found.id.as_str()), ("나", "case-나"));
        assert!(found.alone);
        assert_eq!(found.options.len(), 2);
        assert!(found.wrong.is_empty() || found.wrong == "가");
        assert_eq!(knowledge.find("셋째 질문?"), None);
    }

    #[test]
    fn many_questions_stay_small() {
        let knowledge = Knowledge::default();
        for n in 0..5000 {
            knowledge.add(&format!("question {n}"), &known(&n.to_string()));
        }
        knowledge.add("long", &known(&"긴".repeat(10_000)));
        assert_eq!(knowledge.len(), 5001);
        assert_eq!(knowledge.find("question 4999").unwrap().right, "4999");
        assert!(knowledge.find("long").unwrap().right.len() <= LONGEST);
        let store = knowledge.inner.read().unwrap();
        assert_eq!(store.options.len(), 1);
        assert!(store.texts.len() < 100_000);
    }
}
