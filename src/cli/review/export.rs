//! `narani review export`: a masked pack for every reviewer.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use rand::Rng as _;

use super::{Shelf, counted};
use crate::cli::args::{DrawArg, Global, ReviewExportArgs, ShownArg};
use crate::cli::cases::each_case;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::open::{self, Book};
use crate::cli::printer::Printer;
use crate::compare::Weigher;
use crate::compare::row::{Row, column_of, reply_of, text_of};
use crate::domain::ids::RUN_ALPHABET;
use crate::domain::review::{Drawn, LABELS, Pack, Reviewer, Shown};
use crate::domain::{Lang, RunInfo, Said, Status};
use crate::review::draw::{self, Candidate, Wish};
use crate::review::mask::Mask;
use crate::review::page::Texts;
use crate::review::workbook::Making;
use crate::review::{twin, words, workbook};
use crate::said;
use crate::store::Reader;
use crate::store::reviews::{self, KEY_FORMAT, PackFolder, file_name};
use crate::text::sink::{terminal_line, terminal_word};

pub(super) fn export(global: &Global, args: &ReviewExportArgs, printer: &Printer) -> Outcome {
    let names = reviewers(&args.reviewers)?;
    let scale = scale(&args.scale)?;
    let run = open::find_run(global, &args.run)?;
    let reader = Reader::open(&run)?;
    let info = std::sync::Arc::clone(reader.info());
    let settings = open::settings(global).ok();
    let results = open::results(global, settings.as_ref());
    let shown = match args.layout {
        Some(ShownArg::All) if info.columns().len() > LABELS.len() => {
            return Err(Failure::usage(
                said!(
                    "a row shows at most {0} answers, the run has {1} columns",
                    "한 행에는 답변을 {0}개까지 놓을 수 있는데 실행에는 열이 {1}개입니다",
                    LABELS.len(),
                    info.columns().len()
                ),
                said!(
                    "leave --layout away or use `--layout pairs`: one row a pair",
                    "--layout 을 빼거나 `--layout pairs`(두 답변씩)를 쓰세요"
                ),
            ));
        }
        Some(ShownArg::All) => Some(Shown::All),
        Some(ShownArg::Pairs) => Some(Shown::Pairs),
        None => None,
    };
    let seed = args.seed.unwrap_or_else(|| u64::from(rand::rng().next_u32()));
    let wish = Wish {
        reviewers: names.clone(),
        sample: args.sample.map(|rows| rows as usize),
        drawn: match (args.cases.is_empty(), args.by) {
            (false, _) => Drawn::Named,
            (true, DrawArg::Random) => Drawn::Random,
            (true, DrawArg::Disagreement) => Drawn::Disagreement,
        },
        shown,
        overlap: args.overlap.map(|rows| rows as usize),
        seed,
    };
    let (candidates, cases) = candidates(&reader, &info, args)?;
    let (shown, mut units) = draw::units(&info, candidates, &wish);
    if units.is_empty() {
        return Err(Failure::new(
            Exit::Unmeasured,
            said!(
                "no case of the run has answers to review",
                "심사할 답변이 있는 문항이 없습니다"
            ),
        )
        .note(said!(
            "`narani show` tells what was not measured, `narani run --resume` asks again",
            "`narani show` 로 측정하지 못한 까닭을 보고 `narani run --resume` 으로 다시 물으세요"
        )));
    }
    let id = new_id(&results)?;
    let mask_words = settings.map(|settings| settings.mask_words).unwrap_or_default();
    let mask = if args.no_mask_names {
        Mask::none()
    } else {
        Mask::new(&info, &mask_words, printer.lang)
    };
    let shelf = Shelf::new(&reader, mask)?;
    let mut texts = Vec::with_capacity(units.len());
    for unit in &mut units {
        let found = shelf.texts(unit)?;
        unit.flagged.clone_from(&found.flagged);
        unit.digests = found.digests(printer.lang);
        texts.push(found);
    }
    let pack = Pack {
        format: KEY_FORMAT.to_owned(),
        id: id.clone(),
        run: info.id.clone(),
        simulated: info.simulated,
        made_us: crate::net::clock::now_us(),
        seed,
        drawn: wish.drawn,
        shown,
        scale,
        korean: printer.lang == crate::domain::Lang::Ko,
        reference: args.show_reference,
        mask_names: !args.no_mask_names,
        mask_words,
        labels: units.iter().map(|unit| unit.columns.len()).max().unwrap_or(1),
        cases,
        unmasked_us: None,
        reviewers: draw::reviewers(&id, &units, &wish),
        units,
        adjudication: None,
    };
    let folder = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("review-{id}")));
    let cannot = |path: &Path, error: &std::io::Error| {
        Failure::usage(
            said!(
                "could not write `{0}`: {1}",
                "`{0}`에 쓸 수 없습니다: {1}",
                path.display(),
                Said::from(error)
            ),
            said!("name another folder with -o", "-o 로 다른 폴더를 고르세요"),
        )
    };
    std::fs::create_dir_all(&folder).map_err(|error| cannot(&folder, &error))?;
    // The key first: a pack without its key could never be read again.
    let kept = PackFolder::create(&run.path, &pack)?;
    let mut written = Vec::new();
    for name in &names {
        let Some(reviewer) = pack.reviewers.iter().find(|reviewer| reviewer.name == *name) else {
            continue;
        };
        for path in
            files(&folder, &pack, reviewer, &texts, (args, printer)).map_err(|(path, error)| cannot(&path, &error))?
        {
            written.push((path, reviewer.rows.len()));
        }
    }
    printer.out(&told((&info, &pack), &written, &kept, (args, printer)))?;
    Ok(Exit::Done)
}

/// Writes the files of a reviewer.
fn files(
    folder: &Path,
    pack: &Pack,
    reviewer: &Reviewer,
    texts: &[Texts],
    (args, printer): (&ReviewExportArgs, &Printer),
) -> Result<Vec<PathBuf>, (PathBuf, std::io::Error)> {
    let stem = words::file_stem(&file_name(&reviewer.name), printer.lang);
    let mut written = Vec::new();
    let path = folder.join(format!("{stem}.xlsx"));
    let making = Making {
        pack,
        reviewer,
        texts,
        said: None,
        filled: None,
        protect: args.protect,
    };
    let write = || workbook::write(BufWriter::new(File::create_new(&path)?), &making);
    write().map_err(|error| (path.clone(), error))?;
    written.push(path);
    if args.csv {
        let path = folder.join(format!("{stem}.csv"));
        let write = || twin::write(BufWriter::new(File::create_new(&path)?), pack, reviewer, texts);
        write().map_err(|error| (path.clone(), error))?;
        written.push(path);
    }
    Ok(written)
}

/// Names, each once, each with a file name of its own.
fn reviewers(given: &[String]) -> Result<Vec<String>, Failure> {
    let mut names: Vec<String> = Vec::new();
    for name in given {
        let name = crate::text::normalise::nfc(name.trim()).into_owned();
        if name.is_empty() {
            continue;
        }
        if let Some(twin) = names
            .iter()
            .find(|known| file_name(known).to_lowercase() == file_name(&name).to_lowercase())
        {
            return Err(Failure::usage(
                said!(
                    "the reviewers `{twin}` and `{name}` would share a file",
                    "심사자 `{twin}`, `{name}`의 파일 이름이 같아집니다"
                ),
                said!(
                    "give each reviewer a name of their own",
                    "심사자마다 다른 이름을 쓰세요"
                ),
            ));
        }
        names.push(name);
    }
    if names.is_empty() {
        return Err(Failure::usage(
            said!("nobody is to review", "심사자가 없습니다"),
            said!(
                "name the reviewers: --reviewers kim,lee",
                "심사자를 적으세요: --reviewers 지민,서준"
            ),
        ));
    }
    Ok(names)
}

/// A scale: `1-5`.
fn scale(text: &str) -> Result<(u8, u8), Failure> {
    let read = || {
        let (low, high) = text.split_once(['-', '–', '~'])?;
        let (low, high): (u8, u8) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
        (low < high && high <= 100 && high - low <= 20).then_some((low, high))
    };
    read().ok_or_else(|| {
        Failure::usage(
            said!("`{text}` is no scale", "`{text}`은(는) 점수 범위가 아닙니다"),
            said!(
                "write the lowest and the highest score, as in `1-5`; at most 21 steps up to 100",
                "`1-5`처럼 가장 낮은 점수와 가장 높은 점수를 쓰세요. 100까지, 21단계까지 됩니다"
            ),
        )
    })
}

/// Rows that can be asked about, and the number of cases they come from.
fn candidates(reader: &Reader, info: &RunInfo, args: &ReviewExportArgs) -> Result<(Vec<Candidate>, u64), Failure> {
    let mut named: Vec<&String> = args.cases.iter().collect();
    let book = Book::new(reader.info())?;
    let mut weigher = Weigher::default();
    let mut found = Vec::new();
    let mut cases = 0;
    let mut take = |row: &Row| {
        let id = &row.case().id;
        if !args.cases.is_empty() {
            if !args.cases.contains(id) {
                return;
            }
            named.retain(|name| *name != id);
        }
        let disagreement = if args.by == DrawArg::Disagreement {
            weigher.weigh(info, &row.records).score
        } else {
            0.0
        };
        let mut any = false;
        for trial in 1..=info.trials {
            let columns: Vec<usize> = row
                .records
                .iter()
                .filter(|record| record.trial == trial && record.status == Status::Measured)
                .filter(|record| reply_of(record).is_some_and(|reply| !text_of(reply).trim().is_empty()))
                .map(|record| column_of(info, record))
                .collect();
            if columns.is_empty() {
                continue;
            }
            any = true;
            found.push(Candidate {
                case: id.clone(),
                index: row.index(),
                trial,
                columns,
                disagreement,
            });
        }
        cases += u64::from(any);
    };
    each_case(reader, &book, |row| {
        take(row);
        Ok(())
    })?;
    if let Some(missing) = named.first() {
        let ids = reader.case_ids(5000)?;
        return Err(Failure::usage(
            said!("the run has no case `{missing}`", "실행에 `{missing}` 문항이 없습니다"),
            crate::suite::suggest::help_id(missing, ids.iter().map(String::as_str)),
        ));
    }
    Ok((found, cases))
}

/// An id that no pack of these runs has.
fn new_id(results: &Path) -> Result<String, Failure> {
    let mut chance = rand::rng();
    for _ in 0..10_000 {
        let end: String = (0..3)
            .map(|_| char::from(RUN_ALPHABET[(chance.next_u32() % 31) as usize]))
            .collect();
        let id = format!("p{end}");
        if reviews::find_pack(results, &id).is_err() {
            return Ok(id);
        }
    }
    Err(Failure::usage(
        said!("every id of a pack is taken", "쓸 수 있는 묶음 이름이 남지 않았습니다"),
        said!(
            "move old runs out of the results folder",
            "오래된 실행을 결과 폴더 밖으로 옮기세요"
        ),
    ))
}

fn told(
    (info, pack): (&RunInfo, &Pack),
    written: &[(PathBuf, usize)],
    kept: &PackFolder,
    (args, printer): (&ReviewExportArgs, &Printer),
) -> String {
    let lang = printer.lang;
    let rows = pack.units.len();
    let how = match pack.drawn {
        Drawn::Random => lang.pick(
            format!("drawn at random (seed {})", pack.seed),
            format!("무작위 추출 (시드 {})", pack.seed),
        ),
        Drawn::Disagreement => lang
            .pick("those on which the targets differ most", "대상들이 가장 많이 갈린 문항")
            .to_owned(),
        Drawn::Named => lang.pick("as named", "지정한 문항").to_owned(),
    };
    let mut facts: Vec<String> = Vec::new();
    facts.extend(pack.simulated.then(|| lang.words().simulated.to_owned()));
    facts.push(lang.pick(format!("pack {}", pack.id), format!("묶음 {}", pack.id)));
    facts.push(lang.pick(
        format!(
            "{} of {}",
            counted(rows, "row", "rows"),
            crate::report::words::cases(pack.cases, Lang::En)
        ),
        format!("문항 {}개 중 {rows}행", pack.cases),
    ));
    facts.extend([how, info.id.to_string()]);
    let mut out = crate::report::facts_line(&facts, &printer.style());
    for (path, rows) in written {
        out.push_str(&format!(
            "  {}   {}\n",
            terminal_line(&path.display().to_string()),
            lang.pick(counted(*rows, "row", "rows"), format!("{rows}행"))
        ));
    }
    let flagged: usize = pack.units.iter().map(|unit| unit.flagged.len()).sum();
    let mut notes = Vec::new();
    if flagged > 0 {
        let named = counted(flagged, "answer names", "answers name");
        notes.push(lang.pick(
            format!("{named} a vendor or product; the names are masked, and results are told with and without them"),
            format!("답변 {flagged}개에 회사나 제품 이름이 있어 가렸습니다. 결과는 이를 포함한 값과 뺀 값을 함께 보여 줍니다"),
        ));
    }
    if pack.drawn != Drawn::Random {
        notes.push(
            lang.pick(
                "! not a random sample: means over these rows say nothing about the whole run (--by random does)",
                "! 무작위 표본이 아니므로 이 행들의 평균은 실행 전체를 대표하지 않습니다 (--by random)",
            )
            .to_owned(),
        );
    }
    notes.extend(ignored(info, pack, args, lang));
    for note in notes {
        out.push_str(&crate::report::hanging(&note, ("  ", "    "), &printer.style()));
    }
    let key = terminal_line(&kept.path().join("key.json").display().to_string());
    out.push_str(&lang.pick(
        format!("Send out these files only. Who stands behind which letter is in\n  {key}\n"),
        format!("이 파일만 보내세요. 어느 글자가 누구인지는 여기에만 있습니다:\n  {key}\n"),
    ));
    if let Some((path, _)) = written.first() {
        let name = terminal_word(&path.file_name().unwrap_or_default().to_string_lossy());
        out.push_str(&lang.pick(
            format!("\nNext   narani review import {name}   when it comes back\n"),
            format!("\n다음   narani review import {name}   (돌아온 뒤)\n"),
        ));
    }
    out
}

/// What was asked for and could not be, a sentence each.
fn ignored(info: &RunInfo, pack: &Pack, args: &ReviewExportArgs, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    let rows = pack.units.len();
    let are = if rows == 1 { "is" } else { "are" };
    if let Some(sample) = args.sample.filter(|sample| *sample as usize > rows) {
        out.push(lang.pick(
            format!(
                "! --sample {sample}: there {are} only {} with answers; all of them are in",
                counted(rows, "row", "rows")
            ),
            format!("! --sample {sample}: 답변이 있는 행이 {rows}개뿐이어서 모두 넣었습니다"),
        ));
    }
    if let Some(overlap) = args.overlap {
        if pack.reviewers.len() == 1 {
            out.push(
                lang.pick(
                    "! --overlap: there is one reviewer, who gets all rows",
                    "! --overlap: 심사자가 한 명이어서 모든 행을 줍니다",
                )
                .to_owned(),
            );
        } else if overlap as usize >= rows {
            out.push(lang.pick(
                format!(
                    "! --overlap {overlap}: there {are} {}, so everybody gets all of them",
                    counted(rows, "row", "rows")
                ),
                format!("! --overlap {overlap}: 행이 {rows}개여서 모두에게 전부 줍니다"),
            ));
        }
    }
    if !args.cases.is_empty() && args.by == DrawArg::Disagreement {
        out.push(
            lang.pick(
                "! --by disagreement counts for nothing beside --case",
                "! --case 로 골랐으므로 --by disagreement 는 쓰이지 않습니다",
            )
            .to_owned(),
        );
    }
    if pack.shown == Shown::Pairs {
        let columns = info.columns();
        let pairs = columns.len() * (columns.len() - 1) / 2;
        let absent: Vec<String> = columns
            .iter()
            .enumerate()
            .filter(|(at, _)| !pack.units.iter().any(|unit| unit.columns.contains(at)))
            .map(|(_, (_, _, label))| terminal_line(label))
            .collect();
        if !absent.is_empty() {
            let names = absent.join(", ");
            out.push(lang.pick(
                format!("! {} of two answers cannot show: {names}", counted(rows, "row", "rows")),
                format!("! 두 답변씩 {rows}행으로는 나오지 않는 대상이 있습니다: {names}"),
            ));
        } else if rows < pairs {
            out.push(lang.pick(
                format!(
                    "! {rows} rows are fewer than the {pairs} pairs of targets; every target is in, not every pair"
                ),
                format!(
                    "! {rows}행은 대상의 짝 {pairs}개보다 적습니다. 모든 대상이 나오지만 모든 짝이 나오지는 않습니다"
                ),
            ));
        }
    }
    out
}
