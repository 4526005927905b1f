//! Imported answers that belong to a suite of ours: its cases and scorers in place of what the file says.

use std::collections::HashMap;

use super::ImportArgs;
use super::gather::Read;
use crate::cli::failure::Failure;
use crate::cli::{exit::Exit, open};
use crate::domain::{Case, ScorerSpec};
use crate::said;

/// The suite file that is named, with its cases; none when it is only a name.
pub(super) struct Adopted {
    pub(super) name: String,
    pub(super) fingerprint: String,
    pub(super) scorers: Vec<ScorerSpec>,
    pub(super) cases: HashMap<String, Case>,
}

pub(super) fn suite_of(args: &ImportArgs) -> Result<Option<Adopted>, Failure> {
    if !std::path::Path::new(&args.suite).is_file() {
        return Ok(None);
    }
    let mut cases = HashMap::new();
    let checked = open::read_suite(&args.suite, None, false, &mut |case| {
        cases.insert(case.id.clone(), case);
    });
    let Some(suite) = checked.suite else {
        return Err(Failure::of(Exit::Usage, checked.problems).with_more(checked.more));
    };
    Ok(Some(Adopted {
        name: suite.name,
        fingerprint: suite.fingerprint,
        scorers: suite.scorers,
        cases,
    }))
}

/// Takes the cases of a suite in place of those of the file.
pub(super) fn adopt(suite: &Adopted, read: &mut Read, args: &ImportArgs) -> Result<(), Failure> {
    let strangers: Vec<&str> = read
        .cases
        .iter()
        .filter(|case| !suite.cases.contains_key(&case.id))
        .map(|case| case.id.as_str())
        .collect();
    if let Some(first) = strangers.first() {
        let are = if strangers.len() == 1 { "is" } else { "are" };
        return Err(Failure::usage(
            said!(
                "{} of {} cases {are} not in `{}`, the first is `{first}`",
                "{1}문항 중 {0}개가 `{2}`에 없습니다. 첫째는 `{first}`입니다",
                strangers.len(),
                read.cases.len(),
                args.suite
            ),
            said!(
                "name the field with the ids of the suite: --case FIELD",
                "문항 세트의 id가 있는 항목을 지정하세요: --case 항목"
            ),
        ));
    }
    for case in &mut read.cases {
        if let Some(known) = suite.cases.get(&case.id) {
            *case = known.clone();
        }
    }
    Ok(())
}
