//! Carrying a run out, new or resumed, and what comes after: grading, files for people, the summary.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::early;
use super::pretend::{self, Pretender, Script};
use super::{Ready, caps, check_priced, exit_of, unmet_wishes};
use crate::cli::args::{Format, Global, RetryArg, RunArgs};
use crate::cli::board::Board;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::follow::{Follower, follow};
use crate::cli::listen::{self, Manner};
use crate::cli::open::{self, Book, Chosen};
use crate::cli::printer::Printer;
use crate::cli::show;
use crate::cli::signals;
use crate::cli::tables;
use crate::cli::trust;
use crate::compare::{self, View};
use crate::config::{KeySource, Settings};
use crate::domain::{Currency, FaultKind, Lang, Money};
use crate::grade::{Grader, Which, pass};
use crate::net::clock::{Heart, now_us};
use crate::plan::Layout;
use crate::report::{self, words};
use crate::run::{self, Budget, Ending, ImageBook, Job, Pricing, Reuse, Till, Why};
use crate::said;
use crate::store::{Cache, Cells, Folder, Listed, Reader, StoreError, Writer};

/// What a run needs besides its plan.
pub(super) struct Session<'a> {
    pub(super) args: &'a RunArgs,
    pub(super) settings: &'a Settings,
    pub(super) folder: Folder,
    pub(super) caps: Vec<Money>,
    pub(super) pretender: Option<Pretender>,
}

/// Goes on with a run from its folder alone.
pub(super) async fn resume(global: &Global, args: &RunArgs, name: &str, printer: &Printer) -> Outcome {
    let settings = open::settings(global)?;
    let listed = crate::store::find(&open::results(global, Some(&settings)), name)?;
    let folder = Folder::open(&listed)?;
    let reader = Reader::open(&listed)?;
    let info = Arc::clone(reader.info());
    if reader.meta("replay")?.is_some() {
        return Err(Failure::usage(
            said!(
                "{} was answered from recordings: there is nobody to ask",
                "{} 실행은 녹음으로 답한 것이라 물어볼 상대가 없습니다",
                info.id
            ),
            said!(
                "run the suite again, with --replay or with keys",
                "문항 세트를 --replay로, 또는 키와 함께 다시 실행하세요"
            ),
        ));
    }
    if let Some(file) = &info.imported {
        return Err(Failure::usage(
            said!(
                "{} was imported from `{file}`: there is nobody to ask",
                "{} 실행은 `{file}`에서 가져온 것이라 물어볼 상대가 없습니다",
                info.id
            ),
            said!(
                "import the file again when it is complete",
                "파일이 다 차면 다시 가져오세요"
            ),
        ));
    }
    let done = done_cells(&reader, args.retry)?;
    if done.count() >= info.planned() {
        printer.note(&match printer.lang {
            crate::report::words::Lang::Ko => format!("{} 실행은 이미 끝났습니다", info.id),
            crate::report::words::Lang::En => format!("{} is complete: nothing is left to ask", info.id),
        });
        show::summary(&reader, args.format, printer)?;
        return Ok(Exit::Done);
    }
    trust::stored_programs(&settings, &info, &reader)?;
    let script: Option<Script> = reader
        .meta("simulate")?
        .and_then(|text| serde_json::from_str(&text).ok());
    let pretender = match &script {
        Some(script) => Some(pretend::start(script).await?),
        None => None,
    };
    let book = Arc::new(Book::new(&info)?);
    if let Some(pretender) = &pretender {
        teach(pretender, &reader, &book)?;
    }
    let sources: serde_json::Map<String, serde_json::Value> = reader
        .meta("keys")?
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let mut askers = Vec::new();
    for target in &info.targets {
        let mut target = target.clone();
        if let Some(pretender) = &pretender {
            let pricing = open::pricing(&target);
            pretender.point(&mut target);
            let mut asker = open::asker(target, Some(pretend::KEY))?;
            asker.pricing = pricing;
            askers.push(asker);
            continue;
        }
        let source: KeySource = match sources.get(&target.name) {
            Some(value) => serde_json::from_value(value.clone()).map_err(|error| {
                Failure::new(
                    Exit::Usage,
                    said!(
                        "the run does not say where the key of `{}` is: {error}",
                        "`{}` 대상의 키가 어디 있는지 이 실행에 적혀 있지 않습니다: {error}",
                        target.name
                    ),
                )
            })?,
            None => KeySource::None,
        };
        let source = trust::key_source(&settings, &target, source)?;
        let chosen = Chosen { target, source };
        let key = open::key_of(&chosen).map_err(|why| {
            let why = why.said();
            Failure::usage(
                said!(
                    "target `{}` cannot be asked: {why}",
                    "`{}` 대상에게 물을 수 없습니다: {why}",
                    chosen.target.name
                ),
                said!("set its key and resume again", "키를 설정하고 다시 이어 하세요"),
            )
        })?;
        let key = key.as_ref().map(crate::config::Secret::expose);
        askers.push(open::asker(chosen.target, key)?);
    }
    // A cap holds for the run, not for a session: it is dropped by nobody but the user.
    let kept: Option<Vec<Money>> = reader
        .meta("max_cost")?
        .and_then(|text| serde_json::from_str(&text).ok());
    let caps = match kept {
        Some(kept) if args.max_cost.is_empty() => kept,
        _ => caps(args, &settings)?,
    };
    check_priced(args, &caps, &askers)?;
    let mut unexpressed = unmet_wishes(&info, &askers);
    // What single cases wish for was noticed when they were read.
    for wish in tables::unexpressed(&reader)? {
        if !unexpressed.contains(&wish) {
            unexpressed.push(wish);
        }
    }
    let session = Session {
        args,
        settings: &settings,
        folder,
        caps,
        pretender,
    };
    drop(reader);
    carry(
        session,
        Ready {
            info,
            book,
            askers,
            unexpressed,
        },
        printer,
    )
    .await
}

/// Tells the simulator again what is expected.
fn teach(pretender: &Pretender, reader: &Reader, book: &Book) -> Result<(), Failure> {
    let info = reader.info();
    let mut position = 0;
    while position < info.cases {
        let cases = reader.cases(position, 256)?;
        if cases.is_empty() {
            break;
        }
        for case in &cases {
            if let Some(part) = info.part_of(position) {
                for prompt in &part.prompts {
                    if let Ok(call) = book.render(position, *prompt, case) {
                        pretender.teach(&call.question(), case, &part.scorers);
                    }
                }
            }
            position += 1;
        }
    }
    Ok(())
}

/// The cells that resuming leaves alone.
fn done_cells(reader: &Reader, retry: RetryArg) -> Result<Cells, Failure> {
    let again = |status: &str, kind: Option<&str>, is_final: bool| match (status, retry) {
        ("skipped", _) => true,
        ("answered", _) | (_, RetryArg::None) => false,
        (_, RetryArg::AllErrors) => kind.and_then(FaultKind::from_word) != Some(FaultKind::ContentFilter),
        (_, RetryArg::Retryable) => !is_final,
    };
    Ok(reader.done(&again)?)
}

/// Carries a run out and everything that comes after it.
pub(super) async fn carry(session: Session<'_>, ready: Ready, printer: &Printer) -> Outcome {
    let Session {
        args,
        settings,
        folder,
        caps,
        pretender,
    } = session;
    let Ready {
        info,
        book,
        askers,
        unexpressed,
    } = ready;
    let listed = Listed {
        id: info.id.clone(),
        path: folder.path().to_owned(),
    };
    let reader = Reader::open(&listed)?;
    let grader = Arc::new(Grader::new(&info).map_err(|problem| Failure::of(Exit::Usage, vec![problem]))?);
    let done = done_cells(&reader, args.retry)?;
    let watch = early::watch(&reader, args)?;
    let abreast = watch.is_some();
    let already = per_target(&info, &done);
    let earlier_cells = done.count() > 0;
    let earlier = spent_earlier(&reader)?;
    let results = listed
        .path
        .parent()
        .map_or_else(|| std::path::PathBuf::from("."), std::path::Path::to_owned);
    // Simulated answers must never be taken for real ones later.
    let (reuse, keep) = if args.no_cache || !settings.cache || info.simulated {
        (Reuse::Off, None)
    } else if args.refresh {
        (Reuse::Refresh, Some(Cache::open(&results)?))
    } else {
        (Reuse::On(Cache::open(&results)?), Some(Cache::open(&results)?))
    };
    // Outcomes of an earlier session may be replaced, and their tables with them.
    let follower = if earlier_cells {
        None
    } else {
        Some(follow(&listed, &book, printer.lang)?)
    };
    let (stored_sender, stored) = mpsc::unbounded_channel();
    let writer = Writer::start(&folder.database(), keep, stored_sender)?;
    writer
        .meta("unexpressed", serde_json::to_string(&unexpressed).expect("plain data"))
        .await?;
    if let Some(wish) = early::wish(args) {
        let text = serde_json::to_string(&wish).expect("plain data");
        writer.meta("stop_early_wish", text).await?;
    }
    if !caps.is_empty() {
        let text = serde_json::to_string(&caps).expect("plain data");
        writer.meta("max_cost", text).await?;
    }
    let (event_sender, events) = mpsc::unbounded_channel();
    let (command_sender, commands) = mpsc::unbounded_channel();
    let signal = signals::heed_signals(command_sender.clone());
    let told_caps = caps.clone();
    let currencies: Vec<Option<Currency>> = askers
        .iter()
        .map(|asker| match &asker.pricing {
            Pricing::Known(price) => Some(price.currency.clone()),
            _ => None,
        })
        .collect();
    let board = Board::new(&info, &already, now_us(), currencies, printer.lang);
    let manner = Manner {
        live: printer.interactive,
        keys: printer.interactive && !args.no_input && std::io::stdin().is_terminal(),
        every: Duration::from_secs(args.progress_every.max(1)),
        log: args.log_format,
        cap: crate::price::format_sums(&caps),
        timeouts: askers.iter().map(|asker| asker.target.timeout).collect(),
        tries: askers.iter().map(|asker| asker.target.retries + 1).collect(),
    };
    let render_book = Arc::clone(&book);
    let grade_now = Arc::clone(&grader);
    let job = Job {
        info: Arc::clone(&info),
        askers,
        reader,
        writer,
        stored,
        reuse,
        done,
        render: Arc::new(move |position, prompt, case| render_book.render(position, prompt, case)),
        grade: Arc::new(move |position, answer, filtered| grade_now.now(position, answer, filtered)),
        images: Arc::new(ImageBook::default()),
        till: Till::new(
            Budget {
                money: caps,
                calls: args.max_calls,
                time: None,
            },
            &earlier,
        ),
        heart: Arc::new(Heart::default()),
        abreast,
        drain: Duration::from_secs(args.drain),
        events: event_sender,
        commands,
    };
    let (relay, heard) = mpsc::unbounded_channel();
    // A task of its own, so that it runs where the calls do instead of being woken across threads.
    let (ending, watch, board) = tokio::join!(
        tokio::spawn(run::carry_out(job)),
        early::follow(watch, events, relay, command_sender.clone()),
        listen::listen(board, &info, heard, command_sender, manner, printer)
    );
    let ending = ending.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    let early = watch.as_ref().map(compare::early::Watch::standing);
    let Ending {
        why,
        writer,
        stored: _,
        till: _,
        hedged,
        ungraded,
        too_dear,
    } = ending;
    for (target, count) in hedged {
        let target = &info.targets[target];
        let after = target.hedge_after.unwrap_or_default();
        printer.note(&hedge_note(&target.name, after, count, printer.lang));
    }
    if let Why::Store(error) = why {
        writer.finish();
        // A full disk is the user's to mend, from the start as in the middle.
        let full = matches!(error, StoreError::Full { .. });
        let mut failure = Failure::from(error);
        if !full {
            failure = failure.with_exit(Exit::Unmeasured);
        }
        failure = failure.note(said!(
            "continue with   narani run --resume {}",
            "이어 하기   narani run --resume {}",
            info.id
        ));
        return Err(failure);
    }
    let reader = Reader::open(&listed)?;
    let question = |position: u64, prompt: usize, case: &crate::domain::Case| book.question(position, prompt, case);
    // A run that stopped because all is settled is over; one that the user stopped is not.
    let settled = early.as_ref().is_some_and(|early| early.settled) && signal.borrow().is_none();
    let why = match why {
        Why::Stopped if settled => Why::Finished,
        other => other,
    };
    // A run that went on to its end after an early stop is a whole run: what was said then holds no longer.
    let text = early
        .as_ref()
        .map(|early| serde_json::to_string(early).expect("plain data"));
    if early.is_some() || reader.meta("stop_early")?.is_some() {
        writer.meta("stop_early", text.unwrap_or_default()).await?;
    }
    // In a run from the start that graded everything at once, nothing is left to grade.
    if !matches!(why, Why::Stopped) && (ungraded || earlier_cells) {
        let passed = pass(&reader, &writer, &grader, Which::Missing, &question, &Arc::clone).await;
        if let Err(error) = passed {
            writer.finish();
            return Err(show::pass_failure(error));
        }
    }
    writer.barrier().await?;
    writer.finish();
    // The simulator ends with the process; waiting for its idle connections would only take time.
    drop(pretender);
    // Made as the run went on, unless something has changed what stood in the tables already.
    let view = match follower.and_then(Follower::finish) {
        Some(view) => view,
        None => tables::write(&reader, &listed.path, printer.lang)?,
    };
    for (target, call) in &too_dear {
        printer.note(&dear_note(&info.targets[*target].name, call, &told_caps, printer));
    }
    let exit = finish(&reader, view, &listed, &why, &board, *signal.borrow(), args, printer);
    if let (Some(early), Ok(_), Format::Csv | Format::Jsonl) = (&early, &exit, args.format) {
        printer.err(report::early::page(early, &printer.style()).trim_end());
    }
    drop(reader);
    folder.settle();
    exit
}

/// Why a target was not asked on: the cap has no room for what its next call is expected to cost.
fn dear_note(target: &str, call: &Money, caps: &[Money], printer: &Printer) -> String {
    let target = crate::text::sink::terminal_line(target);
    let call = crate::price::format_money(call);
    let caps = crate::price::format_sums(caps);
    match printer.lang {
        crate::report::words::Lang::Ko => format!(
            "알림: {target}: 다음 호출 비용이 약 {call}로 예상되어 한도 {caps} 안에 남은 금액으로는 부족합니다. --max-cost로 한도를 올려 이어 할 수 있습니다"
        ),
        crate::report::words::Lang::En => format!(
            "note: {target}: its next call is expected to cost about {call}, more than is left of the cap {caps}; raise it with --max-cost when you go on"
        ),
    }
}

/// What asking twice came to: nobody is to pay twice without being told.
fn hedge_note(target: &str, after: Duration, count: u64, lang: Lang) -> String {
    let after = after.as_secs_f64();
    lang.pick(
        format!(
            "note: {target}: {} no answer after {after} s and {} made twice (hedge_after); both are recorded and in the cost",
            words::counted(count, "call had", "calls had"),
            if count == 1 { "was" } else { "were" }
        ),
        format!(
            "알림: {target}: {}개 질문은 {after}초 안에 답이 없어 한 번 더 물었습니다 (hedge_after). 두 요청 모두 기록되고 비용에 들어갑니다",
            report::number::grouped(count)
        ),
    )
}

/// Prints the summary, and says how to go on.
#[expect(clippy::too_many_arguments, reason = "how a run ended, told once")]
fn finish(
    reader: &Reader,
    view: View,
    listed: &Listed,
    why: &Why,
    board: &Board,
    signal: Option<Exit>,
    args: &RunArgs,
    printer: &Printer,
) -> Outcome {
    if let Some(folder) = &args.record {
        super::replay::record(reader, &open::Book::new(reader.info())?, folder, printer)?;
    }
    let summary = move || show::known(reader, view, args.format, printer);
    // Who wants no summary is a command that goes on by itself.
    let go_on = if args.no_summary {
        String::new()
    } else {
        let how = printer.say("continue with", "이어 하기");
        format!("\n{how}   narani run --resume {}", listed.id)
    };
    let saved = || listen::saved(board, printer);
    match why {
        Why::Stopped => {
            printer.note(&format!("{}{go_on}", saved()));
            return Ok(signal.unwrap_or(Exit::Interrupted));
        }
        Why::Budget => {
            if !args.no_summary {
                summary()?;
            }
            let by = printer.say("stopped by the budget:", "예산에 이르러 멈춤:");
            printer.note(&format!("{by} {}{go_on}", saved()));
            return Ok(Exit::Budget);
        }
        Why::Finished | Why::Store(_) => {}
    }
    if args.no_summary {
        return Ok(Exit::Done);
    }
    let view = summary()?;
    Ok(exit_of(reader.info(), &view, printer))
}

/// Cells of each target that are done already.
fn per_target(info: &crate::domain::RunInfo, done: &Cells) -> Vec<u64> {
    let layout = Layout::of(info);
    let mut counts = vec![0u64; info.targets.len()];
    if done.count() == 0 {
        return counts;
    }
    for number in 0..layout.planned() {
        if done.holds(number) {
            counts[layout.cell(number).target] += 1;
        }
    }
    counts
}

/// What earlier sessions of the run spent.
fn spent_earlier(reader: &Reader) -> Result<Vec<Money>, Failure> {
    Ok(reader.spent()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It said "1 calls had no answer and were made twice".
    #[test]
    fn one_call_made_twice_is_told_in_the_singular() {
        let after = Duration::from_millis(1500);
        let told = |count| hedge_note("gpt", after, count, Lang::En);
        assert!(told(1).starts_with("note: gpt: 1 call had no answer after 1.5 s and was made twice"));
        assert!(told(1200).starts_with("note: gpt: 1,200 calls had no answer after 1.5 s and were made twice"));
    }
}
