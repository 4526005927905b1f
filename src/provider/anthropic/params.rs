//! Parameters as fields of a Messages request, and what the model cannot take of them.

use serde_json::{Map, Value, json};

use super::models::{self, Model, Sampling, Thinking};
use crate::domain::{Effort, Params};
use crate::provider::Wish;
use crate::provider::capability::Wishes;
use crate::said;

/// Cap on the answer when the call has none: the protocol demands one.
const DEFAULT_MAX_TOKENS: u32 = 4096;

/// Least thinking budget the service takes.
const LEAST_BUDGET: u32 = 1024;

/// While thinking, `top_p` below this is refused.
const LEAST_TOP_P_THINKING: f64 = 0.95;

/// The parameters as fields of the body, and what could not be said.
pub(super) fn settle(name: &str, params: &Params) -> (Map<String, Value>, Vec<Wish>) {
    let model = models::of(name);
    let mut wishes = Wishes::default();
    let mut fields = Map::new();

    let thinking = thinking(name, model, params, &mut wishes);
    let max_tokens = params.max_output_tokens.unwrap_or_else(|| match thinking {
        // The cap counts thinking too; without this a large budget would leave nothing for the answer.
        Ask::Budget(budget) => budget.saturating_add(DEFAULT_MAX_TOKENS),
        _ => DEFAULT_MAX_TOKENS,
    });
    fields.insert("max_tokens".to_owned(), json!(max_tokens));
    sampling(name, model, params, thinking.thinks(), &mut fields, &mut wishes);

    let stop: Vec<&String> = params
        .stop
        .iter()
        .flatten()
        .filter(|text| !text.trim().is_empty())
        .collect();
    if params.stop.as_ref().is_some_and(|all| all.len() > stop.len()) {
        wishes.say(
            "stop",
            said!(
                "Anthropic takes no stop text made of blanks only",
                "Anthropic에는 빈칸뿐인 중지 글을 보낼 수 없습니다"
            ),
        );
    }
    if !stop.is_empty() {
        fields.insert("stop_sequences".to_owned(), json!(stop));
    }
    match thinking {
        Ask::Nothing => {}
        Ask::Off => {
            fields.insert("thinking".to_owned(), json!({"type": "disabled"}));
        }
        Ask::Adaptive => {
            fields.insert("thinking".to_owned(), json!({"type": "adaptive"}));
        }
        Ask::Budget(budget) => {
            fields.insert(
                "thinking".to_owned(),
                json!({"type": "enabled", "budget_tokens": budget}),
            );
        }
    }
    let mut output = Map::new();
    if let Some(effort) = effort(name, model, params, &mut wishes) {
        output.insert("effort".to_owned(), json!(effort.word()));
    }
    if let Some(schema) = &params.json_schema {
        if model.schema {
            output.insert("format".to_owned(), json!({"type": "json_schema", "schema": schema}));
        } else {
            wishes.say(
                "json_schema",
                said!(
                    "{name} takes no JSON schema",
                    "{name} 모델은 JSON 스키마를 받지 않습니다"
                ),
            );
        }
    }
    if !output.is_empty() {
        fields.insert("output_config".to_owned(), Value::Object(output));
    }
    wishes.leave(
        "seed",
        params.seed.as_ref(),
        said!("Anthropic takes no seed", "Anthropic은 시드를 받지 않습니다"),
    );
    wishes.leave(
        "logprobs",
        params.logprobs.as_ref(),
        said!(
            "Anthropic gives no log-probabilities",
            "Anthropic은 로그 확률을 주지 않습니다"
        ),
    );
    (fields, wishes.into_vec())
}

/// What is asked for in the field `thinking`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Nothing,
    Off,
    Adaptive,
    Budget(u32),
}

impl Ask {
    fn thinks(self) -> bool {
        matches!(self, Self::Adaptive | Self::Budget(_))
    }
}

fn thinking(name: &str, model: Model, params: &Params, wishes: &mut Wishes) -> Ask {
    let budget = params.reasoning_budget;
    if is_off(params) {
        return switched_off(name, model, params, wishes);
    }
    if let Some(budget) = budget {
        if model.thinking.takes_budget() {
            if let Some(budget) = fitting(budget, params.max_output_tokens, wishes) {
                return Ask::Budget(budget);
            }
        } else if model.thinking == Thinking::Never {
            wishes.say(
                "reasoning_budget",
                said!("{name} does not think", "{name} 모델은 생각하지 않습니다"),
            );
        } else {
            wishes.say(
                "reasoning_budget",
                said!(
                    "{name} takes no budget for thinking; set `reasoning_effort`",
                    "{name} 모델은 생각 예산을 받지 않습니다. `reasoning_effort`를 쓰세요"
                ),
            );
        }
    }
    if params.reasoning_effort.is_some() && model.thinking.is_adaptive() {
        Ask::Adaptive
    } else {
        Ask::Nothing
    }
}

/// Whether the call wants no thinking: effort `none`, or a budget of nothing.
fn is_off(params: &Params) -> bool {
    params.reasoning_effort == Some(Effort::None) || params.reasoning_budget == Some(0)
}

fn switched_off(name: &str, model: Model, params: &Params, wishes: &mut Wishes) -> Ask {
    if params.reasoning_budget.is_some_and(|budget| budget > 0) {
        wishes.say(
            "reasoning_budget",
            said!("effort `none` switches thinking off", "`none` 단계는 생각을 끕니다"),
        );
    }
    match model.thinking {
        // Off unless asked for: nothing needs to be said.
        Thinking::Never | Thinking::Budget | Thinking::BudgetOrAdaptive => Ask::Nothing,
        Thinking::Adaptive => Ask::Off,
        Thinking::Always => {
            let field = if params.reasoning_effort == Some(Effort::None) {
                "reasoning_effort"
            } else {
                "reasoning_budget"
            };
            wishes.say(
                field,
                said!(
                    "{name} cannot switch thinking off",
                    "{name} 모델은 생각을 끌 수 없습니다"
                ),
            );
            Ask::Nothing
        }
    }
}

/// A budget within the service's bounds: at least 1024 and below the cap on the whole answer.
fn fitting(budget: u32, cap: Option<u32>, wishes: &mut Wishes) -> Option<u32> {
    let most = cap.map_or(u32::MAX, |cap| cap.saturating_sub(1));
    if most < LEAST_BUDGET {
        wishes.say(
            "reasoning_budget",
            said!(
                "a budget of at least {LEAST_BUDGET} does not fit under `max_output_tokens`",
                "생각 예산 {LEAST_BUDGET} 이상이 `max_output_tokens` 안에 들어가지 않습니다"
            ),
        );
        return None;
    }
    let fitted = budget.clamp(LEAST_BUDGET, most);
    if fitted != budget {
        wishes.say(
            "reasoning_budget",
            said!(
                "Anthropic takes {LEAST_BUDGET} or more, below `max_output_tokens`; {fitted} is sent",
                "Anthropic은 {LEAST_BUDGET} 이상, `max_output_tokens` 미만을 받습니다. 보내는 값은 {fitted}입니다"
            ),
        );
    }
    Some(fitted)
}

fn effort(name: &str, model: Model, params: &Params, wishes: &mut Wishes) -> Option<Effort> {
    let effort = params.reasoning_effort.filter(|effort| *effort != Effort::None)?;
    if params.reasoning_budget == Some(0) {
        wishes.say(
            "reasoning_effort",
            said!("a budget of 0 switches thinking off", "예산 0은 생각을 끕니다"),
        );
        return None;
    }
    if model.efforts.is_empty() {
        let why = if model.thinking == Thinking::Never {
            said!("{name} does not think", "{name} 모델은 생각하지 않습니다")
        } else {
            said!(
                "{name} takes no effort level; set `reasoning_budget`",
                "{name} 모델은 생각 단계를 받지 않습니다. `reasoning_budget`을 쓰세요"
            )
        };
        wishes.say("reasoning_effort", why);
        return None;
    }
    wishes.level(effort, model.efforts, name)
}

fn sampling(
    name: &str,
    model: Model,
    params: &Params,
    thinks: bool,
    fields: &mut Map<String, Value>,
    wishes: &mut Wishes,
) {
    if model.sampling == Sampling::Fixed {
        let why = said!(
            "{name} takes no sampling parameters",
            "{name} 모델은 표집 설정을 받지 않습니다"
        );
        wishes.leave("temperature", params.temperature.as_ref(), &why);
        wishes.leave("top_p", params.top_p.as_ref(), &why);
        wishes.leave("top_k", params.top_k.as_ref(), &why);
        return;
    }
    let mut temperature = params.temperature;
    if thinks && temperature.is_some_and(|value| (value - 1.0).abs() > f64::EPSILON) {
        wishes.say(
            "temperature",
            said!("while thinking, only 1 is taken", "생각하는 동안에는 1만 받습니다"),
        );
        temperature = None;
    }
    let temperature = temperature.map(|value| wishes.clamp("temperature", value, 0.0, 1.0, "Anthropic"));
    if let Some(value) = temperature {
        fields.insert("temperature".to_owned(), json!(value));
    }
    if let Some(value) = params.top_p {
        if model.sampling == Sampling::Either && temperature.is_some() {
            wishes.say(
                "top_p",
                said!(
                    "{name} takes `temperature` or `top_p`, not both",
                    "{name} 모델은 `temperature`와 `top_p` 가운데 하나만 받습니다"
                ),
            );
        } else if thinks && value < LEAST_TOP_P_THINKING {
            wishes.say(
                "top_p",
                said!(
                    "while thinking, only {LEAST_TOP_P_THINKING} to 1 is taken",
                    "생각하는 동안에는 {LEAST_TOP_P_THINKING}부터 1까지만 받습니다"
                ),
            );
        } else {
            fields.insert("top_p".to_owned(), json!(value));
        }
    }
    if let Some(value) = params.top_k {
        if thinks {
            wishes.say(
                "top_k",
                said!("not taken while thinking", "생각하는 동안에는 받지 않습니다"),
            );
        } else {
            fields.insert("top_k".to_owned(), json!(value));
        }
    }
}
