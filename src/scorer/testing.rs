//! Answers to grade in tests.

use serde_json::{Map, Value};

use super::{Answer, Got};
use crate::domain::{Case, Finish, Grade, Mark, Money, Reply, Timing};

/// An answer and all around it, to be changed as a test needs.
pub(crate) struct Scene {
    pub case: Case,
    pub question: String,
    pub reply: Reply,
    pub timing: Option<Timing>,
    pub cost: Option<Money>,
}

impl Scene {
    /// An answer that ended naturally, to a case without expectation.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            case: Case {
                id: "c1".to_owned(),
                ..Case::default()
            },
            question: "?".to_owned(),
            reply: Reply {
                text: text.to_owned(),
                finish: Finish::Stop,
                choices: 1,
                ..Reply::default()
            },
            timing: None,
            cost: None,
        }
    }

    /// The same with accepted answers: one value, or a list of them.
    pub(crate) fn expect(mut self, expect: Value) -> Self {
        self.case.expect = match expect {
            Value::Array(values) => values,
            one => vec![one],
        };
        self
    }

    /// The same with a variable of the case.
    pub(crate) fn var(mut self, name: &str, value: Value) -> Self {
        self.case.vars.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn answer(&self) -> Answer<'_> {
        Answer {
            case: &self.case,
            question: &self.question,
            reply: &self.reply,
            timing: self.timing.as_ref(),
            cost: self.cost.as_ref(),
            target: "test",
        }
    }

    /// Grades with a scorer of the list.
    pub(crate) fn grade(&self, kind: &str, params: &Value) -> Grade {
        self.grade_with(kind, params, None)
    }

    /// Grades with a scorer of the list and what it needed.
    pub(crate) fn grade_with(&self, kind: &str, params: &Value, got: Option<&Got>) -> Grade {
        let kind = super::kind(kind).expect("the kind is in the list");
        let scorer = (kind.build)(&fields(params)).expect("the parameters fit");
        scorer.grade(&self.answer(), got)
    }
}

/// Parameters written as JSON.
pub(crate) fn fields(params: &Value) -> Map<String, Value> {
    params.as_object().expect("parameters are a map").clone()
}

/// Whether a text passes a scorer with this expectation.
pub(crate) fn passes(kind: &str, params: &Value, expect: Value, text: &str) -> bool {
    match Scene::new(text).expect(expect).grade(kind, params).mark {
        Mark::Pass(pass) => pass,
        other => panic!("not right or wrong: {other:?}"),
    }
}

/// The message of parameters that must be refused.
pub(crate) fn refusal(kind: &str, params: &Value) -> String {
    let kind = super::kind(kind).expect("the kind is in the list");
    match (kind.build)(&fields(params)) {
        Ok(_) => panic!("{} accepts {params}", kind.name),
        Err(refusal) => refusal.message.to_string(),
    }
}
