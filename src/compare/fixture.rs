//! A made-up run for tests: five targets, Korean questions, some errors, one filter. The same on every machine.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::domain::{
    Case, Cost, CostSource, Currency, Fault, FaultKind, Finish, Message, Money, Outcome, Params, Prompt, PromptMessage,
    ProviderName, Record, Reply, Role, RunId, RunInfo, Score, ScorerSpec, SkipReason, Status, Target, Timing, Usage,
};

/// What to make.
pub(crate) struct Make {
    /// Names of targets; chances of passing, prices and times depend on the position.
    pub(crate) targets: Vec<&'static str>,
    pub(crate) prompts: Vec<&'static str>,
    pub(crate) trials: u32,
    pub(crate) cases: u64,
    pub(crate) simulated: bool,
    /// Without scorers nothing has a verdict.
    pub(crate) scored: bool,
    /// With the errors, the filter and the reused answers.
    pub(crate) trouble: bool,
}

impl Default for Make {
    fn default() -> Self {
        Self {
            targets: vec!["gpt-main", "claude-main", "gemini-main", "clova-main", "llama-local"],
            prompts: vec!["default"],
            trials: 1,
            cases: 40,
            simulated: false,
            scored: true,
            trouble: true,
        }
    }
}

const KINDS: [(&str, &str, &str, &str); 4] = [
    (
        "refund",
        "환불·교환",
        "환불은 며칠 안에 가능한가요? 배송비는 누가 내나요?",
        "수령 후 14일 이내. 단순 변심이면 배송비는 구매자 부담.",
    ),
    (
        "tone",
        "존댓말 어투",
        "지연 사과문을 존댓말로 써 주세요. 😊",
        "죄송합니다",
    ),
    ("calc", "숫자 계산", "12,500원의 10% 할인은 얼마인가요?", "11,250원"),
    (
        "plan",
        "요금제 안내",
        "가장 싼 요금제의 이름과 값은?",
        "라이트, 월 9,900원",
    ),
];

const PROVIDERS: [(ProviderName, &str); 5] = [
    (ProviderName::OpenAi, "gpt-5.2"),
    (ProviderName::Anthropic, "claude-sonnet-5"),
    (ProviderName::Gemini, "gemini-3-flash"),
    (ProviderName::Clova, "HCX-007"),
    (ProviderName::Ollama, "llama4:8b"),
];

/// 14 March 2026, 09:12:07 in Seoul.
pub(crate) const STARTED_US: i64 = 1_773_447_127_000_000;

impl Make {
    pub(crate) fn info(&self) -> RunInfo {
        let targets = self
            .targets
            .iter()
            .enumerate()
            .map(|(at, name)| target(at, name))
            .collect();
        let prompts = self.prompts.iter().map(|name| prompt(name)).collect();
        let scorers = if self.scored {
            vec![scorer("faithful", 0.7), scorer("must_include", 0.3)]
        } else {
            Vec::new()
        };
        RunInfo {
            id: RunId::parse("r-20260314-091207-k7qd").expect("of the form"),
            suite: "ko-support".to_owned(),
            description: "쇼핑몰 상담".to_owned(),
            suite_fp: "sf_9c41a7".to_owned(),
            prompts,
            targets,
            trials: self.trials,
            scorers,
            cases: self.cases,
            started_us: STARTED_US,
            simulated: self.simulated,
            imported: None,
            version: "0.1.0".to_owned(),
            parts: Vec::new(),
        }
    }

    /// Every record, in suite order.
    pub(crate) fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        for index in 0..self.cases {
            let case = Arc::new(case(index));
            let question: Arc<str> = case.vars["question"].as_str().expect("a text").into();
            for trial in 1..=self.trials {
                for prompt in 0..self.prompts.len() {
                    for target in 0..self.targets.len() {
                        records.push(self.record(&case, index, &question, (prompt, target, trial)));
                    }
                }
            }
        }
        records
    }

    fn record(
        &self,
        case: &Arc<Case>,
        index: u64,
        question: &Arc<str>,
        (prompt, target, trial): (usize, usize, u32),
    ) -> Record {
        let draw = draw(&[index, prompt as u64, target as u64, u64::from(trial)]);
        let chance = [88, 87, 84, 81, 66][target % 5] - 4 * u64::try_from(prompt).expect("small");
        // Hard cases are hard for all, so that targets agree more often than by chance.
        let hard = self::draw(&[index, 77]) % 100;
        let pass = u64::midpoint(hard, draw % 100) < chance.saturating_sub(18);
        let mut record = Record {
            case: Arc::clone(case),
            case_index: index,
            prompt,
            target,
            trial,
            question: Arc::clone(question),
            outcome: None,
            scores: Vec::new(),
            pass: None,
            score: None,
            status: Status::Measured,
            human: None,
        };
        let cached = self.trouble && target == 3 && index.is_multiple_of(3);
        if self.trouble && target == 4 && matches!(index, 6 | 18 | 30) {
            record.status = Status::Error;
            record.outcome = Some(failed(FaultKind::Timeout, "no answer within 60 s", draw));
            return record;
        }
        if self.trouble && target == 3 && index == 12 {
            record.status = Status::Error;
            record.outcome = Some(failed(FaultKind::ContentFilter, "안전 필터가 답변을 막았습니다", draw));
            return record;
        }
        record.outcome = Some(answered(target, index, pass, cached, draw));
        if self.scored {
            let points = if pass { 70 + draw % 31 } else { draw % 45 };
            let points = f64::from(u32::try_from(points).expect("below 101")) / 100.0;
            let why = if pass {
                "기한·부담 모두 일치"
            } else {
                "기한이 다름(7≠14)"
            };
            record.scores = vec![
                score("faithful", pass, points, why, 0.7),
                score("must_include", pass, if pass { 1.0 } else { 0.0 }, "14일", 0.3),
            ];
            record.pass = Some(pass);
            record.score = Some((0.7 * points + if pass { 0.3 } else { 0.0 }).clamp(0.0, 1.0));
        }
        record
    }
}

/// The usual run: 5 targets × 40 cases with trouble.
pub(crate) fn usual() -> (RunInfo, Vec<Record>) {
    let make = Make::default();
    (make.info(), make.records())
}

/// Marks everything from a case on as not reached, as when a run is stopped.
pub(crate) fn stop_at(records: &mut [Record], case: u64) {
    for record in records.iter_mut().filter(|record| record.case_index >= case) {
        unreach(record, None);
    }
}

/// Takes the answer away: not reached, or skipped.
pub(crate) fn unreach(record: &mut Record, skipped: Option<SkipReason>) {
    record.outcome = skipped.map(Outcome::Skipped);
    record.scores.clear();
    record.pass = None;
    record.score = None;
    record.status = Status::Skipped;
}

/// Replaces the text of an answer.
pub(crate) fn say(record: &mut Record, text: &str) {
    if let Some(Outcome::Answered { reply, .. }) = &mut record.outcome {
        text.clone_into(&mut reply.text);
    }
}

fn draw(parts: &[u64]) -> u64 {
    let mut hash = blake3::Hasher::new();
    for part in parts {
        hash.update(&part.to_le_bytes());
    }
    let digest = hash.finalize();
    u64::from_le_bytes(digest.as_bytes()[..8].try_into().expect("eight bytes")) >> 8
}

fn case(index: u64) -> Case {
    let at = usize::try_from(index % 4).expect("below 4");
    let (kind, tag, question, expect) = KINDS[at];
    let mut tags = vec![tag.to_owned()];
    if index.is_multiple_of(8) {
        tags.push("critical".to_owned());
    }
    Case {
        id: format!("{kind}-{:03}", index / 4 + 1),
        vars: Map::from_iter([("question".to_owned(), json!(question))]),
        expect: vec![Value::from(expect)],
        tags,
        file: "suites/ko-support.yaml".to_owned(),
        line: u32::try_from(index * 6 + 10).expect("small"),
        ..Case::default()
    }
}

fn target(at: usize, name: &str) -> Target {
    let (provider, model) = PROVIDERS[at % 5];
    Target {
        stream: true,
        timeout: Duration::from_mins(1),
        retries: 3,
        local: at % 5 == 4,
        ..Target::plain(name, provider, "https://api.example/v1", model)
    }
}

fn prompt(name: &str) -> Prompt {
    Prompt {
        name: name.to_owned(),
        system: Some("당신은 쇼핑몰 상담원입니다.".to_owned()),
        messages: vec![PromptMessage {
            role: Role::User,
            content: "{{ question }}".to_owned(),
        }],
        params: Params::default(),
    }
}

fn scorer(name: &str, weight: f64) -> ScorerSpec {
    ScorerSpec {
        name: name.to_owned(),
        kind: name.to_owned(),
        weight,
        threshold: None,
        not: false,
        params: Map::new(),
    }
}

fn score(name: &str, pass: bool, points: f64, why: &str, weight: f64) -> Score {
    Score {
        scorer: name.to_owned(),
        pass: Some(pass),
        points: Some(points),
        label: None,
        unscored: None,
        why: why.into(),
        weight,
    }
}

fn failed(kind: FaultKind, message: &str, draw: u64) -> Outcome {
    Outcome::Failed {
        fault: Box::new(Fault::new(kind, message)),
        timing: timing(60_000_000, draw),
        attempts: 3,
        reply: None,
    }
}

fn timing(total_us: u64, draw: u64) -> Timing {
    Timing {
        started_us: STARTED_US + i64::try_from(draw % 900_000_000).expect("small"),
        total_us,
        first_text_us: Some(total_us / 5),
        first_thinking_us: None,
        suspended: false,
    }
}

fn answered(target: usize, index: u64, pass: bool, cached: bool, draw: u64) -> Outcome {
    let (right, wrong) = match index % 4 {
        0 => (
            "수령일로부터 14일 이내에 가능합니다. 단순 변심의 경우 배송비는 고객님이 부담하십니다.",
            "구매일로부터 7일 이내에 가능합니다. 배송비는 무료입니다.",
        ),
        1 => (
            "고객님, 배송이 늦어져 대단히 죄송합니다. 🙏\n\n곧 도착합니다.",
            "늦어서 미안! 내일은 꼭 도착해.",
        ),
        2 => ("12,500원의 10%는 1,250원이므로 11,250원입니다.", "12,500원입니다."),
        _ => (
            "가장 싼 요금제는 라이트이며 월 9,900원입니다.",
            "프리미엄 요금제를 추천합니다.",
        ),
    };
    let openings = ["", "네, ", "안내해 드립니다. ", "답변드립니다: ", "음… "];
    let (input, output) = (360 + draw % 40, 50 + draw % 60);
    let base = [1_900_000, 2_300_000, 1_200_000, 1_600_000, 6_800_000][target % 5];
    let cost = match target % 5 {
        3 => Cost {
            money: Some(Money {
                nano: if cached { 0 } else { 8_020_000_000 },
                currency: Currency("KRW".to_owned()),
            }),
            source: CostSource::Priced,
        },
        4 => Cost {
            money: None,
            source: CostSource::Local,
        },
        at => Cost {
            money: Some(Money {
                nano: [5_900_000, 7_400_000, 1_600_000][at] + i64::try_from(draw % 1000).expect("small"),
                currency: Currency::usd(),
            }),
            source: CostSource::Priced,
        },
    };
    Outcome::Answered {
        reply: Box::new(Reply {
            text: format!("{}{}", openings[target % 5], if pass { right } else { wrong }),
            finish: if draw.is_multiple_of(37) {
                Finish::Length
            } else {
                Finish::Stop
            },
            finish_raw: Some("stop".to_owned()),
            reasoning: (target == 1).then(|| "질문을 다시 읽어 본다. ".repeat(20)),
            usage: Usage {
                input: Some(input),
                output: Some(output),
                cached: Some(0),
                cache_write: None,
                reasoning: (target == 1).then_some(40),
            },
            model: Some(if target == 0 {
                format!("gpt-5.2-2026-0{}-01", 1 + index / 30)
            } else {
                PROVIDERS[target % 5].1.to_owned()
            }),
            choices: 1,
            ..Reply::default()
        }),
        timing: timing(base * (60 + draw % 90) / 100, draw),
        cost,
        cached,
        attempts: u32::from(!cached),
    }
}

/// A conversation of two turns, for exports that show it.
pub(crate) fn conversation(question: &str) -> crate::domain::Call {
    crate::domain::Call {
        system: Some("당신은 쇼핑몰 상담원입니다.".to_owned()),
        messages: vec![
            Message::text(Role::User, "안녕하세요"),
            Message::text(Role::Assistant, "무엇을 도와드릴까요?"),
            Message::text(Role::User, question),
        ],
        params: Params::default(),
    }
}
