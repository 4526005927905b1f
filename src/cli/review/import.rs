//! `narani review import`: files that came back.

use std::path::Path;

use super::{Opened, Shelf, counted, refresh};
use crate::cli::args::{Global, ReviewImportArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::printer::Printer;
use crate::compare::ratings::Reviewed;
use crate::domain::review::{LABELS, Pack, Rating, Received};
use crate::domain::{Lang, Problem, Said};
use crate::report;
use crate::review::import::{self, Refused, Understood};
use crate::review::page::Column;
use crate::review::table::{self, Mistake, Table};
use crate::review::words;
use crate::said;
use crate::store::reviews::Sent;
use crate::text::sink::terminal_line;

pub(super) fn import(global: &Global, args: &ReviewImportArgs, printer: &Printer) -> Outcome {
    let mut worst = Exit::Done;
    let mut failures = Vec::new();
    for path in &args.files {
        // Each file stands for itself: one that cannot be read keeps no other from being kept.
        match one(global, path, args, printer) {
            Ok(Exit::Done) => {}
            Ok(exit) => worst = exit,
            Err(failure) => failures.push(failure),
        }
    }
    let mut failures = failures.into_iter();
    let Some(last) = failures.next_back() else {
        return Ok(worst);
    };
    for failure in failures {
        failure.print(printer);
    }
    Err(last)
}

fn mistake(path: &Path, mistake: &Mistake) -> Failure {
    let shown = terminal_line(&path.display().to_string());
    Failure::of(
        Exit::Usage,
        vec![Problem::error("review", said!("{0}: {1}", "{0}: {1}", shown, mistake.what)).help(mistake.help.clone())],
    )
}

fn one(global: &Global, path: &Path, args: &ReviewImportArgs, printer: &Printer) -> Outcome {
    let shown = terminal_line(&path.display().to_string());
    let unreadable = |why: Said| {
        Failure::usage(
            said!(
                "could not read `{shown}`: {why}",
                "`{shown}`을(를) 읽을 수 없습니다: {why}"
            ),
            said!("check the path", "경로를 확인하세요"),
        )
    };
    let size = std::fs::metadata(path).map_err(|error| unreadable(Said::from(&error)))?;
    if !size.is_file() {
        return Err(unreadable(said!("it is no file", "파일이 아닙니다")));
    }
    if size.len() > table::MOST {
        return Err(unreadable(said!("it is larger than 256 MiB", "256 MiB보다 큽니다")));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(Said::from(&error)))?;
    let digest = blake3::hash(&bytes).to_hex()[..32].to_owned();
    let table = table::read(bytes).map_err(|found| mistake(path, &found))?;
    let pack = import::pack_of(&table).map_err(|found| mistake(path, &found))?;
    let opened = Opened::find(global, &pack)?;
    let pack = &opened.reviewed.pack;
    let shelf = Shelf::of(&opened.reader, pack)?;
    let mut understood = import::understand(&table, pack, args.reviewer.as_deref(), &mut |unit| {
        shelf.texts(&pack.units[unit]).ok()
    })
    .map_err(|found| mistake(path, &found))?;
    let reviewer = understood.reviewer.clone();
    let reviewer = reviewer.as_deref();
    let sent = opened.reviewed.folder.sent(reviewer)?;
    let again = sent.digests.contains(&digest);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut out = wrapped(&told(&name, &table, pack, &understood, printer.lang), printer);
    if let Some(refusal) = refusal(&sent, &understood, printer.lang) {
        printer.out(&out)?;
        return Err(mistake(path, &refusal));
    }
    let broken = !understood.refused.is_empty() || !understood.edited.is_empty();
    if args.strict && broken {
        out.push_str(printer.say(
            "  nothing saved (--strict): mend the file and import it again\n",
            "  저장하지 않았습니다 (--strict). 파일을 고친 뒤 다시 가져오세요\n",
        ));
        printer.out(&out)?;
        return Ok(Exit::Quality);
    }
    keep_lacking(&sent, &mut understood);
    let changes = Changes::between(&sent, &understood);
    out.push_str(&changes.told(&sent, again, &understood, printer.lang));
    let at_us = crate::net::clock::now_us();
    let mut received: Vec<Received> = changes
        .kept
        .into_iter()
        .map(|rating| Received {
            at_us,
            file: name.to_string(),
            digest: digest.clone(),
            refused: false,
            rating,
        })
        .collect();
    let received_none = received.is_empty();
    // That a row was refused is kept, so that nobody takes it for one that nobody touched.
    let refused = understood.not_taken.iter().filter(|row| !sent.refused.contains(*row));
    received.extend(refused.map(|row| Received {
        at_us,
        file: name.to_string(),
        digest: digest.clone(),
        refused: true,
        rating: Rating {
            row: row.clone(),
            ..Rating::default()
        },
    }));
    if !received.is_empty() {
        opened.reviewed.folder.append(reviewer, &received)?;
    }
    if received_none {
        out.push_str("  ");
    } else {
        out.push_str(printer.say("  saved. ", "  저장했습니다. "));
    }
    out.push_str(&printer.lang.pick(
        format!("Next: narani review status {}\n", pack.id),
        format!("다음: narani review status {}\n", pack.id),
    ));
    printer.out(&out)?;
    // The tables of the run tell what people say, as soon as it may be told.
    if !received_none && Reviewed::read(opened.reviewed.folder.clone(), pack.clone())?.is_open() {
        let told = refresh(&opened.reader, printer)?;
        if !told.is_empty() {
            printer.out(&told)?;
        }
    }
    Ok(Exit::Done)
}

/// Lines that are longer than the terminal, wrapped under themselves.
fn wrapped(text: &str, printer: &Printer) -> String {
    let style = printer.style();
    let lines = text
        .lines()
        .map(|line| report::hanging(line.trim_start(), ("  ", "    "), &style));
    lines.collect()
}

/// Why a file is not taken at all: what it lacks must not be taken for what somebody cleared.
fn refusal(sent: &Sent, understood: &Understood, lang: Lang) -> Option<Mistake> {
    let lacking = lacking(understood);
    if !lacking.is_empty() {
        let lacking = lacking.join(", ");
        return Some(Mistake::new(
            said!(
                "columns for ratings are missing: {lacking}; nothing was saved",
                "심사 값을 적는 열이 없습니다: {lacking}. 저장하지 않았습니다"
            ),
            said!(
                "they are told by their keys in the hidden row 2 (row 1 of a CSV); ask for the file with all its rows and columns",
                "숨은 2행(CSV는 1행)의 키로 열을 찾습니다. 행과 열을 지우지 않은 파일을 다시 받으세요"
            ),
        ));
    }
    let earlier = understood
        .ratings
        .iter()
        .filter(|rating| sent.rating(&rating.row).is_some_and(|earlier| !earlier.is_empty()))
        .count();
    let blank = understood.ratings.iter().all(Rating::is_empty) && understood.refused.is_empty();
    (blank && earlier > 0).then(|| {
        let rows = lang.pick(counted(earlier, "row", "rows"), format!("{earlier}행"));
        Mistake::new(
            said!(
                "the file holds no ratings; taking it would clear {rows} that came in before",
                "심사 값이 없는 파일입니다. 받으면 전에 가져온 {rows}이 지워집니다"
            ),
            said!(
                "this is probably the file as it was sent out: import the one that was filled in",
                "보낸 그대로의 파일인 듯합니다. 채운 파일을 가져오세요"
            ),
        )
    })
}

/// Columns for ratings that the file lacks, by their keys.
fn lacking(understood: &Understood) -> Vec<String> {
    understood
        .lacking
        .iter()
        .filter(|column| matches!(column, Column::Score(_) | Column::Best))
        .map(|column| match column {
            Column::Score(at) => format!("s.{}", LABELS.get(*at).copied().unwrap_or('?')),
            other => other.key(),
        })
        .collect()
}

/// Columns of words that the file lacks were not cleared by anybody: what came in of them before stays.
fn keep_lacking(sent: &Sent, understood: &mut Understood) {
    for rating in &mut understood.ratings {
        let Some(earlier) = sent.rating(&rating.row) else {
            continue;
        };
        for column in &understood.lacking {
            match column {
                Column::Issue => rating.issue.clone_from(&earlier.issue),
                Column::Note => rating.note.clone_from(&earlier.note),
                Column::Done => rating.done = earlier.done,
                _ => {}
            }
        }
    }
}

/// What an import changes.
struct Changes {
    kept: Vec<Rating>,
    new: usize,
    changed: usize,
    removed: usize,
}

impl Changes {
    fn between(sent: &Sent, understood: &Understood) -> Self {
        let mut changes = Self {
            kept: Vec::new(),
            new: 0,
            changed: 0,
            removed: 0,
        };
        for rating in &understood.ratings {
            let earlier = sent.rating(&rating.row).filter(|earlier| !earlier.is_empty());
            match earlier {
                None if rating.is_empty() && !sent.refused.contains(&rating.row) => continue,
                None if rating.is_empty() => {}
                None => changes.new += 1,
                Some(earlier) if earlier == rating => continue,
                Some(_) if rating.is_empty() => changes.removed += 1,
                Some(_) => changes.changed += 1,
            }
            changes.kept.push(rating.clone());
        }
        changes
    }

    fn told(&self, sent: &Sent, again: bool, understood: &Understood, lang: Lang) -> String {
        if self.kept.is_empty() {
            return lang
                .pick(
                    if again {
                        "  nothing new: this very file was imported before\n"
                    } else {
                        "  nothing new\n"
                    },
                    if again {
                        "  새로운 것 없음: 이미 가져온 파일입니다\n"
                    } else {
                        "  새로운 것 없음\n"
                    },
                )
                .to_owned();
        }
        if sent.last.is_none() {
            return String::new();
        }
        let who = understood.reviewer.as_deref().map_or_else(
            || lang.pick("the last import of decisions", "지난 조정 파일").to_owned(),
            |name| {
                let name = terminal_line(name);
                lang.pick(format!("the last import of {name}"), format!("{name} 님의 지난 파일"))
            },
        );
        let (changed, new, removed) = (self.changed, self.new, self.removed);
        lang.pick(
            format!("  compared with {who}: {changed} changed, {new} new, {removed} removed\n"),
            format!("  {who}과 비교: 바뀜 {changed}, 새로 {new}, 지움 {removed}\n"),
        )
    }
}

/// Cells named one by one, at most.
const NAMED: usize = 20;

fn named(items: &[String], lang: Lang) -> String {
    let more = items.len().saturating_sub(NAMED);
    let mut out = items[..items.len() - more].join(", ");
    if more > 0 {
        out.push_str(&lang.pick(format!(" and {more} more"), format!(" 외 {more}개")));
    }
    out
}

fn them(n: usize) -> &'static str {
    if n == 1 { "it" } else { "them" }
}

/// A line on rows of the sheet that have something in common: `said` gets how many there are, and which.
fn on_rows(rows: &[usize], lang: Lang, said: impl FnOnce(usize, &str) -> String) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let numbers: Vec<String> = rows.iter().map(usize::to_string).collect();
    let named = named(&numbers, lang);
    let word = if rows.len() == 1 { "row" } else { "rows" };
    said(rows.len(), &lang.pick(format!("{word} {named}"), format!("{named}행")))
}

/// What was found in a row of the sheet.
fn in_row(row: usize, what: &str, lang: Lang) -> String {
    lang.pick(format!("row {row} {what}"), format!("{row}행 {what}"))
}

fn told(name: &str, table: &Table, pack: &Pack, understood: &Understood, lang: Lang) -> String {
    let mut facts = vec![table.form.word()];
    if !table.sheet.is_empty() {
        facts.push(lang.pick(format!("sheet {}", table.sheet), format!("{} 시트", table.sheet)));
    }
    facts.push(lang.pick(
        format!("header keys in row {}", table.keys + 1),
        format!("{}행의 키", table.keys + 1),
    ));
    facts.push(lang.pick(format!("pack {}", pack.id), format!("묶음 {}", pack.id)));
    facts.push(match &understood.reviewer {
        Some(reviewer) => lang.pick(format!("reviewer {reviewer}"), format!("심사자 {reviewer}")),
        None => lang.pick("decisions", "조정").to_owned(),
    });
    facts.extend(pack.simulated.then(|| lang.words().simulated.to_owned()));
    let mut out = format!("  {}   {}\n", terminal_line(name), terminal_line(&facts.join(", ")));
    let (rows, finished, empty, begun) = (understood.rows, understood.finished, understood.empty, understood.begun);
    out.push_str(&lang.pick(
        format!("  {}: {finished} finished, ", counted(rows, "row", "rows")),
        format!("  {rows}행: 끝남 {finished}, "),
    ));
    if begun > 0 {
        out.push_str(&lang.pick(format!("{begun} begun, "), format!("하는 중 {begun}, ")));
    }
    if !understood.not_taken.is_empty() {
        let n = understood.not_taken.len();
        out.push_str(&lang.pick(format!("{n} not taken, "), format!("받지 않음 {n}, ")));
    }
    out.push_str(&lang.pick(format!("{empty} empty"), format!("빈 행 {empty}")));
    if understood.missing > 0 {
        let n = understood.missing;
        out.push_str(&lang.pick(format!(", {n} not in the file"), format!(", 파일에 없음 {n}")));
    }
    out.push('\n');
    if understood.missing > 0 {
        let n = understood.missing;
        out.push_str(&lang.pick(
            format!(
                "  ! {} not in the file; what was imported of {} before stays\n",
                counted(n, "row is", "rows are"),
                them(n)
            ),
            format!("  ! {n}행이 파일에 없습니다. 전에 가져온 값은 그대로 둡니다\n"),
        ));
    }
    let (values, rated) = (understood.values, understood.rated);
    let unusual = if understood.unusual.is_empty() {
        String::new()
    } else {
        let items: Vec<String> = understood
            .unusual
            .iter()
            .map(|(found, address)| format!("“{}” {address}", terminal_line(found)))
            .collect();
        let n = understood.unusual.len();
        lang.pick(
            format!(" · {n} written unusually and accepted ({})", named(&items, lang)),
            format!(" · 다르게 적은 {n}개도 받음 ({})", named(&items, lang)),
        )
    };
    out.push_str(&lang.pick(
        format!("  ratings {values} read ({}){unusual}\n", counted(rated, "row", "rows")),
        format!("  심사 값 {values}개 읽음 ({rated}행){unusual}\n"),
    ));
    if !understood.merged.is_empty() {
        let cells = named(&understood.merged, lang);
        out.push_str(&lang.pick(
            format!("  merged cells count for every row that they show in ({cells})\n"),
            format!("  병합된 칸의 값은 그 칸에 걸친 모든 행에 셉니다 ({cells})\n"),
        ));
    }
    out.push_str(&troubles(pack, understood, lang));
    out
}

fn troubles(pack: &Pack, understood: &Understood, lang: Lang) -> String {
    let mut out = String::new();
    let cells: Vec<(String, bool)> = understood
        .refused
        .iter()
        .filter_map(|refused| match refused {
            Refused::Cell { address, found, choice } => {
                Some((format!("{address} “{}”", terminal_line(found)), *choice))
            }
            Refused::Twice(..) | Refused::Mixed(_) => None,
        })
        .collect();
    let (low, high) = pack.scale;
    for choice in [false, true] {
        let items: Vec<String> = cells
            .iter()
            .filter(|(_, is)| *is == choice)
            .map(|(item, _)| item.clone())
            .collect();
        if items.is_empty() {
            continue;
        }
        let allowed = if choice {
            words::choices(pack.labels, lang).join(", ")
        } else {
            format!("{low}–{high}")
        };
        let n = items.len();
        out.push_str(&lang.pick(
            format!(
                "  ✗ {n} not understood: {} (allowed: {allowed}) → {} skipped, fix and import again\n",
                named(&items, lang),
                if n == 1 { "row" } else { "rows" }
            ),
            format!(
                "  ✗ 알 수 없는 값 {n}개: {} (가능한 값: {allowed}) → 그 행은 건너뜀, 고쳐서 다시 가져오세요\n",
                named(&items, lang)
            ),
        ));
    }
    for refused in &understood.refused {
        if let Refused::Twice(one, other) = refused {
            out.push_str(&lang.pick(
                format!("  ✗ rows {one} and {other} are the same row with different ratings → skipped; delete one\n"),
                format!("  ✗ {one}행과 {other}행은 같은 행인데 값이 다릅니다 → 건너뜀, 하나를 지워 주세요\n"),
            ));
        }
    }
    let mixed: Vec<usize> = understood
        .refused
        .iter()
        .filter_map(|refused| match refused {
            Refused::Mixed(row) => Some(*row),
            _ => None,
        })
        .collect();
    out.push_str(&on_rows(&mixed, lang, |n, rows| {
        lang.pick(
            format!(
                "  ✗ {} texts of other rows beside their key, as after sorting a part of the columns ({rows}) → skipped; undo the sorting and import again\n",
                counted(n, "row has", "rows have")
            ),
            format!(
                "  ✗ {n}개 행의 키 옆에 다른 행의 글이 있습니다. 열 일부만 정렬한 듯합니다 ({rows}) → 건너뜀, 정렬을 되돌린 뒤 다시 가져오세요\n"
            ),
        )
    }));
    out.push_str(&on_rows(&understood.moved, lang, |n, rows| {
        lang.pick(
            format!(
                "  ! {} beside the key of another, as after sorting without the hidden column A: matched by the texts ({rows})\n",
                counted(n, "row stood", "rows stood")
            ),
            format!(
                "  ! {n}개 행이 다른 행의 키 옆에 있었습니다. 숨은 A열 없이 정렬한 듯하여 글로 제자리를 찾았습니다 ({rows})\n"
            ),
        )
    }));
    if !understood.gaps.is_empty() {
        let n = understood.with_gaps;
        let counts = if understood.reviewer.is_none() {
            lang.pick("what is empty is not decided", "빈칸은 조정한 것으로 보지 않습니다")
        } else if n == 1 {
            lang.pick("it does not count as finished", "끝난 것으로 세지 않습니다")
        } else {
            lang.pick("they do not count as finished", "끝난 것으로 세지 않습니다")
        };
        let cells = named(&understood.gaps, lang);
        out.push_str(&lang.pick(
            format!(
                "  ! {} marked as finished, but cells are empty ({cells}): {counts}\n",
                counted(n, "row is", "rows are")
            ),
            format!("  ! 끝 표시가 있는 {n}개 행에 빈칸이 있습니다 ({cells}): {counts}\n"),
        ));
    }
    if !understood.edited.is_empty() {
        let items: Vec<String> = understood
            .edited
            .iter()
            .map(|(row, column)| in_row(*row, &words::head(*column, pack.labels, lang), lang))
            .collect();
        let n = understood.edited.len();
        out.push_str(&lang.pick(
            format!(
                "  ! {} edited by the reviewer ({}); their ratings are kept and marked\n",
                counted(n, "text was", "texts were"),
                named(&items, lang)
            ),
            format!(
                "  ! 심사자가 고친 글 {n}개 ({}). 심사 값은 표시해 두고 받습니다\n",
                named(&items, lang)
            ),
        ));
    }
    let words: Vec<String> = understood
        .lacking
        .iter()
        .filter(|column| matches!(column, Column::Issue | Column::Note | Column::Done))
        .map(|column| column.key())
        .collect();
    if !words.is_empty() {
        let n = words.len();
        let words = words.join(", ");
        out.push_str(&lang.pick(
            format!(
                "  ! {} not in the file ({words}); what was imported of {} before stays\n",
                counted(n, "column is", "columns are"),
                them(n)
            ),
            format!("  ! 파일에 없는 열: {words}. 전에 가져온 값은 그대로 둡니다\n"),
        ));
    }
    if !understood.unknown.is_empty() {
        let items: Vec<String> = understood
            .unknown
            .iter()
            .map(|(row, key)| in_row(*row, &format!("“{}”", terminal_line(key)), lang))
            .collect();
        let n = understood.unknown.len();
        out.push_str(&lang.pick(
            format!(
                "  ! {} no key of this pack: ignored ({})\n",
                counted(n, "row has", "rows have"),
                named(&items, lang)
            ),
            format!("  ! 이 묶음의 키가 아닌 {n}행은 건너뜀 ({})\n", named(&items, lang)),
        ));
    }
    out
}
