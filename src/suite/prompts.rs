//! Prompt entries of a suite.

use crate::domain::{Params, Problem, Prompt, PromptMessage, Role};
use crate::said;

use super::Files;
use super::shape::{PROMPT, TURN};
use super::suggest::nearest;
use super::tree::{Node, Span};
use super::values::Desk;

/// A prompt with the places of its templates.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) prompt: Prompt,
    /// Where the system template stands.
    pub(super) system: Span,
    /// Where the templates of the messages stand.
    pub(super) messages: Vec<Span>,
}

/// The prompt of a suite that has none: the question as it stands.
#[must_use]
pub(super) fn usual() -> Prompt {
    Prompt {
        name: "default".to_owned(),
        system: None,
        messages: vec![user("{{ question }}".to_owned())],
        params: Params::default(),
    }
}

fn user(content: String) -> PromptMessage {
    PromptMessage {
        role: Role::User,
        content,
    }
}

/// Reads the list of prompts; entries that do not fit are told and left out.
pub(super) fn read(desk: &mut Desk<'_, '_>, node: &Node, files: &mut Files<'_>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let items = desk.list(node, "prompts").unwrap_or_default();
    if items.is_empty() && node.as_list().is_some() {
        let problem = Problem::error("empty", said!("`prompts` is empty", "`prompts`가 비어 있습니다")).help(said!(
            "leave it out to send each question as it stands",
            "빼면 질문을 그대로 보냅니다"
        ));
        desk.tell(node.span, problem);
    }
    for item in items {
        let Some((draft, name)) = entry(desk, item, files) else {
            continue;
        };
        if drafts.iter().any(|other| other.prompt.name == draft.prompt.name) {
            let problem = Problem::error(
                "duplicate_prompt",
                said!(
                    "two prompts are called `{}`",
                    "`{}`라는 이름의 프롬프트가 둘입니다",
                    draft.prompt.name
                ),
            )
            .help(said!(
                "columns of tables are named after prompts; give each its own name",
                "표의 열 이름이 되므로 프롬프트마다 다른 이름을 주세요"
            ));
            desk.tell(name, problem);
            continue;
        }
        drafts.push(draft);
    }
    drafts
}

fn entry(desk: &mut Desk<'_, '_>, node: &Node, files: &mut Files<'_>) -> Option<(Draft, Span)> {
    let before = desk.findings.errors();
    let what = said!("a prompt", "프롬프트");
    if node.as_text().is_some() {
        desk.map(node, &what, || {
            said!(
                "it has a name, which becomes a column: `{{name: plain, template: \"…\"}}`",
                "열 이름이 될 이름을 줍니다: `{{name: plain, template: \"…\"}}`"
            )
        })?;
    }
    desk.fields(node, &PROMPT, &what)?;
    let name = if let Some(name) = node.get("name") {
        desk.text(name, "name").map(|text| (text, name.span))
    } else {
        let problem = Problem::error(
            "missing_field",
            said!("this prompt has no `name`", "이 프롬프트에는 `name`이 없습니다"),
        )
        .help(said!(
            "columns of tables are named after prompts",
            "프롬프트 이름은 표의 열 이름이 됩니다"
        ));
        desk.tell(node.span, problem);
        None
    };
    let params = node.get("params").map(|node| desk.params(node)).unwrap_or_default();
    let system = template(desk, node, "system", "system_file", files);
    let single = template(desk, node, "template", "template_file", files);
    let turns = node.get("messages").map(|list| (turns(desk, list), list.span));
    let messages = match (single, turns) {
        (Some((text, span)), None) => vec![(user(text), span)],
        (None, Some((turns, _))) => turns,
        (Some(_), Some((_, span))) => {
            let problem = Problem::error(
                "both",
                said!(
                    "this prompt has both a `template` and `messages`",
                    "이 프롬프트에는 `template`과 `messages`가 함께 있습니다"
                ),
            )
            .help(said!(
                "`template` is short for a single message of the user; keep one of them",
                "`template`은 사용자 메시지 하나를 줄여 쓴 것입니다. 하나만 남기세요"
            ));
            desk.tell(span, problem);
            Vec::new()
        }
        (None, None) => {
            if desk.findings.errors() == before {
                let problem = Problem::error(
                    "missing_field",
                    said!("this prompt says nothing", "이 프롬프트에는 내용이 없습니다"),
                )
                .help(said!(
                    "give it a `template`, for example `template: \"{{{{ question }}}}\"`, or `messages`",
                    "`template`(예: `template: \"{{{{ question }}}}\"`)이나 `messages`를 적으세요"
                ));
                desk.tell(node.span, problem);
            }
            Vec::new()
        }
    };
    let (name, name_span) = name?;
    if desk.findings.errors() > before {
        return None;
    }
    let (messages, places) = messages.into_iter().unzip();
    let (system, system_span) = system.map_or((None, node.span), |(text, span)| (Some(text), span));
    let draft = Draft {
        prompt: Prompt {
            name,
            system,
            messages,
            params,
        },
        system: system_span,
        messages: places,
    };
    Some((draft, name_span))
}

/// A template that stands in the suite or in a file of its own.
fn template(
    desk: &mut Desk<'_, '_>,
    node: &Node,
    field: &str,
    file_field: &str,
    files: &mut Files<'_>,
) -> Option<(String, Span)> {
    match (node.get(field), node.get(file_field)) {
        (Some(inline), None) => Some((desk.text(inline, field)?, inline.span)),
        (None, Some(named)) => {
            let path = desk.text(named, file_field)?;
            match files.text(&path) {
                Ok(text) => Some((text, named.span)),
                Err(problem) => {
                    desk.tell(named.span, problem);
                    None
                }
            }
        }
        (Some(_), Some(named)) => {
            let problem = Problem::error(
                "both",
                said!(
                    "this prompt has both `{field}` and `{file_field}`",
                    "이 프롬프트에는 `{field}`, `{file_field}` 둘 다 있습니다"
                ),
            )
            .help(said!("keep one of them", "하나만 남기세요"));
            desk.tell(named.span, problem);
            None
        }
        (None, None) => None,
    }
}

fn turns(desk: &mut Desk<'_, '_>, list: &Node) -> Vec<(PromptMessage, Span)> {
    let mut turns = Vec::new();
    let items = desk.list(list, "messages").unwrap_or_default();
    for item in items {
        let before = desk.findings.errors();
        if desk.fields(item, &TURN, &said!("a message", "메시지")).is_none() {
            continue;
        }
        let role = item.get("role").and_then(|node| role(desk, node));
        let content = item.get("content").and_then(|node| desk.text(node, "content"));
        match (role, content, item.get("content")) {
            (Some(role), Some(content), Some(node)) => {
                turns.push((PromptMessage { role, content }, node.span));
            }
            _ if desk.findings.errors() == before => {
                let problem = Problem::error(
                    "missing_field",
                    said!(
                        "a message has a `role` and a `content`",
                        "메시지에는 `role`과 `content`가 있어야 합니다"
                    ),
                );
                desk.tell(item.span, problem);
            }
            _ => {}
        }
    }
    let ends_wrongly = turns.len() == items.len() && turns.last().is_none_or(|(last, _)| last.role != Role::User);
    if ends_wrongly {
        let span = items.last().map_or(list.span, |item| item.span);
        let problem = Problem::error(
            "last_message",
            said!(
                "the last of `messages` is not the user's",
                "`messages`의 마지막이 사용자 메시지가 아닙니다"
            ),
        )
        .help(said!(
            "models answer a user; end with `role: user`",
            "모델은 사용자에게 답합니다. `role: user`로 끝내세요"
        ));
        desk.tell(span, problem);
    }
    turns
}

fn role(desk: &mut Desk<'_, '_>, node: &Node) -> Option<Role> {
    let word = desk.text(node, "role")?;
    match word.as_str() {
        "user" => Some(Role::User),
        "assistant" => Some(Role::Assistant),
        _ => {
            let problem = Problem::error(
                "wrong_type",
                said!(
                    "`role` takes `user` or `assistant`, not `{word}`",
                    "`role`에는 `user`나 `assistant`를 써야 합니다. 지금은 `{word}`입니다"
                ),
            );
            let problem = match word.as_str() {
                "system" | "developer" => problem.help(said!(
                    "the system prompt stands beside `messages`, as `system: …`",
                    "시스템 프롬프트는 `messages` 옆에 `system: …`으로 적습니다"
                )),
                "model" | "ai" => problem.help(said!("write `assistant`", "`assistant`라고 쓰세요")),
                _ => match nearest(&word, ["user", "assistant"]) {
                    Some(near) => problem.help(said!("did you mean `{near}`?", "혹시 `{near}`입니까?")),
                    None => problem,
                },
            };
            desk.tell(node.span, problem);
            None
        }
    }
}
