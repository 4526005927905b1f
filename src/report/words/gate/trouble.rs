//! What a gate says of baselines that cannot be used, and what to do.

use crate::gate::{Damage, Trouble, Verdict};
use crate::report::number::grouped;
use crate::report::words::{Lang, cases, trials};
use crate::text::sink::terminal_word;

/// Why there is nothing valid to compare with, in a few words for a table cell.
#[must_use]
pub fn trouble_short(trouble: &Trouble, lang: Lang) -> &'static str {
    match trouble {
        Trouble::Missing { .. } | Trouble::Folder { .. } => lang.pick("no baseline", "기준 없음"),
        Trouble::Damaged { .. } => lang.pick("baseline damaged", "기준 손상"),
        Trouble::NoEarlier | Trouble::NoColumn | Trouble::NoShared | Trouble::Empty => {
            lang.pick("nothing to compare with", "비교할 것 없음")
        }
        _ => lang.pick("not comparable", "비교 불가"),
    }
}

/// The same as a sentence, and what to do: lines, of which those after two blanks hold a command to be copied.
#[must_use]
pub fn trouble(trouble: &Trouble, label: &str, verdict: &Verdict, lang: Lang) -> (String, String) {
    let options = format!("{}{}", verdict.options.baseline, verdict.options.global);
    let command = |what: &str| format!("narani baseline {what} {}{options}", verdict.run);
    let (review, accept) = (command("review"), command("accept"));
    let sentence = match trouble {
        Trouble::Missing { path, pending } => {
            let head = lang.pick(format!("{path} does not exist"), format!("{path} 파일이 없습니다"));
            let how = match pending {
                Some(pending) => lang.pick(
                    format!(
                        "A proposal was written to {pending}\nCheck it and accept:  {review}   then commit. In CI, take it from the artifact."
                    ),
                    format!(
                        "제안을 {pending} 에 썼습니다\n확인하고 받아들이기:  {review}   그런 다음 커밋하세요. CI에서는 아티팩트에서 가져오세요."
                    ),
                ),
                None => lang.pick(
                    format!("Make one from a run you trust:  {accept}   then commit."),
                    format!("믿을 만한 실행으로 만드세요:  {accept}   그런 다음 커밋하세요."),
                ),
            };
            return (head, how);
        }
        Trouble::Folder { path, near } => {
            let near = near.as_ref().map_or(String::new(), |near| {
                lang.pick(format!(": did you mean {near}?"), format!(": 혹시 {near} 입니까?"))
            });
            return (
                lang.pick(
                    format!("the folder {path} does not exist{near}"),
                    format!("{path} 폴더가 없습니다{near}"),
                ),
                lang.pick(
                    format!("Nothing was written. To make the baseline there:  {accept}   then commit."),
                    format!("아무것도 쓰지 않았습니다. 거기에 기준 만들기:  {accept}   그런 다음 커밋하세요."),
                ),
            );
        }
        Trouble::Damaged { path, damage } => {
            let remedy = match damage {
                Damage::Conflict(_) => settle(path, &accept, lang),
                // A newer form is no damage: the file as committed is just as new.
                Damage::Form(form) if !form.is_empty() => lang.pick(
                    format!("Use the narani that wrote it.\nOr, if this run is what it should be:  {accept}   then commit."),
                    format!(
                        "이 파일을 쓴 narani 버전을 사용하세요.\n또는 이 실행의 결과가 옳다면:  {accept}   그런 다음 커밋하세요."
                    ),
                ),
                Damage::Line(0, _) => lang
                    .pick("Make the file readable.", "파일을 읽을 수 있게 하세요.")
                    .to_owned(),
                _ => take_back(path, &accept, lang),
            };
            return (format!("{path}: {}", damage_words(damage, lang)), remedy);
        }
        Trouble::Target { path, was } => {
            return (
                lang.pick(
                    format!("{label}: {path} says that it is the baseline of {was}, not of {label}"),
                    format!("{label}: {path} 파일은 {label} 대상이 아니라 {was} 대상의 기준이라고 적혀 있습니다"),
                ),
                take_back(path, &accept, lang),
            );
        }
        Trouble::Suite { was } => lang.pick(
            format!("{label}: the baseline is of another suite, {was}"),
            format!("{label}: 기준이 다른 문항 세트({was})의 것입니다"),
        ),
        Trouble::Scorers => lang.pick(
            format!("{label}: the baseline was judged by other scorers"),
            format!("{label}: 기준이 다른 채점기로 채점되었습니다"),
        ),
        Trouble::Trials { was, now } => lang.pick(
            format!(
                "{label}: the baseline has {} a case, the run {now}",
                trials(u64::from(*was), lang)
            ),
            format!("{label}: 기준은 문항마다 {was}회차, 이 실행은 {now}회차입니다"),
        ),
        Trouble::Simulated { baseline: true } => lang.pick(
            format!("{label}: the baseline is SIMULATED, the run is real"),
            format!("{label}: 기준은 모의 실행(SIMULATED)이고 이 실행은 실제입니다"),
        ),
        Trouble::Simulated { baseline: false } => lang.pick(
            format!("{label}: the run is SIMULATED, the baseline is real"),
            format!("{label}: 이 실행은 모의 실행(SIMULATED)이고 기준은 실제입니다"),
        ),
        Trouble::Changed { changed, gone, of } => {
            let (en, ko) = affected(*changed, *gone);
            let of = cases(*of, lang);
            lang.pick(
                format!("{label}: of {of} of the baseline {en}, more than a tenth"),
                format!("{label}: 기준의 {of} 중 {ko} 10%를 넘습니다"),
            )
        }
        Trouble::Empty => lang.pick(
            format!("{label}: nothing was measured in what it is compared with"),
            format!("{label}: 비교 대상에서 측정된 것이 없습니다"),
        ),
        Trouble::NoShared => lang.pick(
            format!("{label}: the baseline and the run have no case in common"),
            format!("{label}: 기준과 이 실행에 공통된 문항이 없습니다"),
        ),
        Trouble::NoColumn => {
            return (
                lang.pick(
                    format!("{label}: what it is compared with has no such target"),
                    format!("{label}: 비교 대상에 이 대상이 없습니다"),
                ),
                lang.pick(
                    "Name another baseline, or leave the target out of the check.".to_owned(),
                    "다른 기준을 지정하거나 검사에서 이 대상을 빼세요.".to_owned(),
                ),
            );
        }
        Trouble::NoEarlier => {
            return (
                lang.pick(
                    "there is no earlier run of this suite".to_owned(),
                    "이 문항 세트의 이전 실행이 없습니다".to_owned(),
                ),
                lang.pick(
                    "Name a run or a folder of baselines with --baseline.".to_owned(),
                    "--baseline 으로 실행이나 기준 폴더를 지정하세요.".to_owned(),
                ),
            );
        }
    };
    if verdict.against_run {
        return (
            sentence,
            lang.pick(
                "Name another run, or a folder of baselines, with --baseline.".to_owned(),
                "--baseline으로 다른 실행이나 기준 폴더를 지정하세요.".to_owned(),
            ),
        );
    }
    let remedy = lang.pick(
        format!("If the new results are right:  {review}   then commit."),
        format!("새 결과가 맞다면:  {review}   그런 다음 커밋하세요."),
    );
    (sentence, remedy)
}

/// First the file as it was committed: whoever accepts the run under judgement instead makes it its own measure.
fn take_back(path: &str, accept: &str, lang: Lang) -> String {
    let path = terminal_word(path);
    let first = lang.pick(
        format!("Take the committed file back:  git checkout -- {path}\n"),
        format!("커밋된 파일로 되돌리기:  git checkout -- {path}\n"),
    );
    first + &regenerate(accept, lang)
}

/// The same of an unfinished merge, which has two committed files: one of them is taken whole.
fn settle(path: &str, accept: &str, lang: Lang) -> String {
    let path = terminal_word(path);
    let first = lang.pick(
        format!("Settle the merge with one side, whole:  git checkout --ours -- {path}   (or --theirs), then git add.\n"),
        format!("한쪽 파일을 통째로 골라 병합 끝내기:  git checkout --ours -- {path}   (또는 --theirs) 그런 다음 git add 하세요.\n"),
    );
    first + &regenerate(accept, lang)
}

fn regenerate(accept: &str, lang: Lang) -> String {
    lang.pick(
        format!("Or regenerate it, never merge by hand, if this run is what it should be:  {accept}   then commit."),
        format!("또는 이 실행의 결과가 옳을 때만, 손으로 병합하지 말고 다시 만들기:  {accept}   그런 다음 커밋하세요."),
    )
}

/// What is wrong with a baseline file.
#[must_use]
pub fn damage_words(damage: &Damage, lang: Lang) -> String {
    match damage {
        Damage::Conflict(line) => lang.pick(
            format!("marks of an unfinished merge in line {line}"),
            format!("{line}번째 줄에 끝나지 않은 병합 표시가 있습니다"),
        ),
        Damage::Sum => lang
            .pick(
                "its sum does not fit its lines: edited, or merged line by line",
                "합이 줄과 맞지 않습니다: 손으로 고쳤거나 줄 단위로 병합되었습니다",
            )
            .to_owned(),
        Damage::Cut => lang
            .pick("it ends before its sum", "합이 나오기 전에 끝납니다")
            .to_owned(),
        Damage::Form(form) if form.is_empty() => lang
            .pick("it is no baseline of narani", "narani 기준 파일이 아닙니다")
            .to_owned(),
        Damage::Form(form) => lang.pick(
            format!("it is of the form {form}, which this version does not read"),
            format!("이 버전이 읽지 못하는 형식({form})입니다"),
        ),
        Damage::Line(line, why) => lang.pick(
            format!("line {line} cannot be read: {why}"),
            format!("{line}번째 줄을 읽을 수 없습니다: {why}"),
        ),
    }
}

/// How many cases of a baseline changed, and how many are not there, in both languages.
fn affected(changed: u64, gone: u64) -> (String, String) {
    let are = if gone == 1 { "is" } else { "are" };
    let (mut en, mut ko) = (Vec::new(), Vec::new());
    if changed > 0 {
        en.push(format!("{} changed", grouped(changed)));
        ko.push(format!("{}개가 바뀌어", grouped(changed)));
    }
    if gone > 0 {
        en.push(format!("{} {are} not in this run", grouped(gone)));
        ko.push(format!("{}개가 이 실행에 없어", grouped(gone)));
    }
    (en.join(" and "), ko.join(", "))
}
