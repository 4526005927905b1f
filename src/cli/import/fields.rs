//! Which field of a row plays which role, as the command line says.
//!
//! Not here: what stands in the fields (`gather`), and how a file becomes rows (`table`).

use serde_json::Value;

use super::ImportArgs;
use super::table::{field, names};
use crate::cli::failure::Failure;
use crate::said;

/// What a cell is made of: a field a role.
#[derive(Debug, Clone, Default)]
pub(super) struct Roles {
    pub(super) answer: Option<String>,
    pub(super) pass: Option<String>,
    pub(super) score: Option<String>,
    pub(super) error: Option<String>,
    pub(super) latency: Option<String>,
    pub(super) first_text: Option<String>,
    pub(super) tokens: Option<String>,
    pub(super) numbers: Vec<String>,
}

/// Who a cell belongs to: target and prompt.
pub(super) type Who = (String, Option<String>);

/// Every field that is named must stand in some row.
pub(super) fn check_fields(args: &ImportArgs, rows: &[Value]) -> Result<(), Failure> {
    let single = [
        &args.question,
        &args.expect,
        &args.group,
        &args.target,
        &args.prompt,
        &args.trial,
    ];
    let mut wanted: Vec<&str> = single.into_iter().flatten().map(String::as_str).collect();
    wanted.extend(
        args.case
            .iter()
            .chain(&args.expect_majority)
            .chain(&args.tag)
            .map(String::as_str),
    );
    let lists = [
        &args.answer,
        &args.pass,
        &args.score,
        &args.error,
        &args.latency_s,
        &args.first_text_s,
        &args.tokens_out,
    ];
    for text in lists.into_iter().flatten().chain(&args.number) {
        wanted.push(split(text, args.target.is_some()).1);
    }
    for path in wanted {
        if !rows.iter().any(|row| field(row, path).is_some()) {
            let known = names(&rows[0]);
            return Err(Failure::usage(
                said!("no row has a field `{path}`", "`{path}` 항목이 있는 행이 없습니다"),
                crate::suite::suggest::help(path, known.iter().map(String::as_str)),
            ));
        }
    }
    Ok(())
}

/// `NAME=FIELD`, or in a long file `FIELD` alone.
pub(super) fn split(text: &str, long: bool) -> (&str, &str) {
    match text.split_once('=') {
        Some((name, path)) if !long => (name, path),
        _ => ("", text),
    }
}

pub(super) fn roles(args: &ImportArgs) -> Result<Vec<(Who, Roles)>, Failure> {
    let long = args.target.is_some();
    let mut all: Vec<(Who, Roles)> = Vec::new();
    let lists: [(&Vec<String>, fn(&mut Roles) -> &mut Option<String>); 7] = [
        (&args.answer, |roles| &mut roles.answer),
        (&args.pass, |roles| &mut roles.pass),
        (&args.score, |roles| &mut roles.score),
        (&args.error, |roles| &mut roles.error),
        (&args.latency_s, |roles| &mut roles.latency),
        (&args.first_text_s, |roles| &mut roles.first_text),
        (&args.tokens_out, |roles| &mut roles.tokens),
    ];
    let singles = lists
        .into_iter()
        .flat_map(|(texts, slot)| texts.iter().map(move |text| (text, Some(slot))));
    let numbers = args.number.iter().map(|text| (text, None));
    for (text, slot) in singles.chain(numbers) {
        let (name, path) = split(text, long);
        if name.is_empty() && !long {
            return Err(Failure::usage(
                said!(
                    "`{text}` does not say whose field it is",
                    "`{text}`이(가) 누구의 항목인지 적혀 있지 않습니다"
                ),
                said!(
                    "write NAME=FIELD, or name the field with the target's name: --target FIELD",
                    "이름=항목으로 쓰거나, 대상 이름이 있는 항목을 지정하세요: --target 항목"
                ),
            ));
        }
        let who = match name.rsplit_once('/') {
            Some((target, prompt)) if !target.is_empty() && !prompt.is_empty() => {
                (target.to_owned(), Some(prompt.to_owned()))
            }
            _ => (name.to_owned(), None),
        };
        let at = all.iter().position(|(known, _)| *known == who).unwrap_or_else(|| {
            all.push((who, Roles::default()));
            all.len() - 1
        });
        match slot {
            Some(slot) => *slot(&mut all[at].1) = Some(path.to_owned()),
            None => all[at].1.numbers.push(path.to_owned()),
        }
    }
    if all.is_empty() {
        return Err(Failure::usage(
            said!("nothing is to be imported", "가져올 것이 없습니다"),
            said!(
                "name fields with answers or verdicts: --answer NAME=FIELD, --pass NAME=FIELD",
                "답변이나 판정이 있는 항목을 지정하세요: --answer 이름=항목, --pass 이름=항목"
            ),
        ));
    }
    Ok(all)
}
