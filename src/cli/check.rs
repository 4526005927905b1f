//! `narani check`: every mistake of every file at once, and nobody is asked.

use super::args::{CheckArgs, Global};
use super::exit::Exit;
use super::failure::Outcome;
use super::open;
use super::printer::Printer;
use crate::domain::Severity;
use crate::report::number::grouped;
use crate::report::words;

pub(super) fn check(global: &Global, args: &CheckArgs, printer: &Printer) -> Outcome {
    // Names of targets can only be checked against a configuration that can be read.
    let targets = match open::settings(global) {
        Ok(settings) if settings.targets.is_empty() => None,
        Ok(settings) => Some(
            settings
                .targets
                .iter()
                .map(|(target, _)| target.name.clone())
                .collect::<Vec<_>>(),
        ),
        Err(failure) => {
            failure.print(printer);
            return check_suites(args, None, printer, true);
        }
    };
    check_suites(args, targets.as_deref(), printer, false)
}

fn check_suites(args: &CheckArgs, targets: Option<&[String]>, printer: &Printer, failed_already: bool) -> Outcome {
    let mut failed = failed_already;
    let (mut errors, mut warnings) = (0usize, 0usize);
    for file in &args.files {
        let mut tags: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
        let checked = open::read_suite(file, targets, args.allow_outside, &mut |case| {
            for tag in case.tags {
                *tags.entry(tag).or_default() += 1;
            }
        });
        printer.problems(&checked.problems);
        if checked.more > 0 {
            printer.err(&format!(
                "… {} {}",
                checked.more,
                printer.say("more problems in this file", "개의 문제가 이 파일에 더 있습니다")
            ));
        }
        errors += checked
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .count()
            + checked.more;
        warnings += checked
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Warning)
            .count();
        match checked.suite {
            Some(suite) => {
                let scorers = if suite.scorers.is_empty() {
                    printer.say("no scorers", "채점기 없음").to_owned()
                } else {
                    let names: Vec<&str> = suite.scorers.iter().map(|spec| spec.name.as_str()).collect();
                    names.join(", ")
                };
                let line = match printer.lang {
                    crate::report::words::Lang::Ko => format!(
                        "{file}: 이상 없음 · {} · 문항 {} · 프롬프트 {} · {scorers}",
                        suite.name,
                        grouped(suite.cases),
                        suite.prompts.len()
                    ),
                    crate::report::words::Lang::En => format!(
                        "{file}: ok · {} · {} · {} · {scorers}",
                        suite.name,
                        crate::report::words::cases(suite.cases, crate::domain::Lang::En),
                        words::prompts(suite.prompts.len() as u64, crate::domain::Lang::En),
                    ),
                };
                printer.out(&line)?;
                if printer.verbose && !tags.is_empty() {
                    let mut counted: Vec<(String, u64)> = tags.into_iter().collect();
                    counted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
                    let list: Vec<String> = counted.iter().take(20).map(|(tag, n)| format!("{tag} {n}")).collect();
                    printer.out(&format!("  {}: {}", printer.say("tags", "분류"), list.join(" · ")))?;
                }
            }
            None => failed = true,
        }
    }
    if failed {
        let line = match printer.lang {
            crate::report::words::Lang::Ko => format!("오류 {errors}개, 경고 {warnings}개"),
            crate::report::words::Lang::En => format!(
                "{}, {}",
                words::counted(errors as u64, "error", "errors"),
                words::counted(warnings as u64, "warning", "warnings")
            ),
        };
        // A configuration with mistakes has told them already.
        if errors + warnings > 0 {
            printer.err(&line);
        }
        return Ok(Exit::Usage);
    }
    Ok(Exit::Done)
}
