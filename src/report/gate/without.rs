//! What is told where there is nothing valid to compare with: why, and what to do next. The same in the terminal and in Markdown;
//! nothing is through a sink yet.

use crate::gate::{State, Verdict};
use crate::report::words::{self, Lang};

/// Why there is nothing to compare with, each with what to do; what is said of several checks alike stands once.
pub(super) fn troubles(verdict: &Verdict, lang: Lang) -> Vec<(String, String)> {
    let mut seen: Vec<(String, String)> = Vec::new();
    for check in &verdict.checks {
        if let State::NoBaseline(trouble) = &check.state {
            let told = words::trouble(trouble, check.label.as_deref().unwrap_or(""), verdict, lang);
            if !seen.contains(&told) {
                seen.push(told);
            }
        }
    }
    seen
}

/// What to do, a line each: what was written first, then what takes files back, and last what makes the run the new measure.
/// Two blanks stand before a command.
pub(super) fn next_steps(troubles: &[(String, String)], lang: Lang) -> Vec<String> {
    let mut lines: Vec<&str> = Vec::new();
    for line in troubles.iter().flat_map(|(_, remedy)| remedy.lines()) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let (mut commands, mut written): (Vec<&str>, Vec<&str>) = lines.into_iter().partition(|line| line.contains("  "));
    commands.sort_by_key(|line| line.contains("narani baseline "));
    let proposal = |line: &&str| line.ends_with(".pending") || line.ends_with(".pending 에 썼습니다");
    if written.iter().filter(|line| proposal(line)).count() > 1 {
        written.retain(|line| !proposal(line));
        written.insert(
            0,
            lang.pick(
                "Proposals were written beside them, each with .pending after its name.",
                "각 파일 옆에 이름 뒤에 .pending을 붙인 제안을 썼습니다.",
            ),
        );
    }
    written.into_iter().chain(commands).map(str::to_owned).collect()
}
