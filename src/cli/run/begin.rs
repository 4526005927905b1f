//! A new run: reading, choosing, freezing.

use std::sync::Arc;

use super::choose::Chosen as Picked;
use super::pretend::{self, Pretender, Script};
use super::replay::{self, Recordings};
use super::{Ready, caps, carry, check_priced, dry, told, unmet_of_case, unmet_wishes};
use crate::cli::args::{Global, RunArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::open::{self, Book, Chosen};
use crate::cli::printer::Printer;
use crate::cli::trust;
use crate::compare::Unexpressed;
use crate::config::Settings;
use crate::domain::{Case, Problem, RunInfo, Said, ScorerSpec, SuitePart, Target};
use crate::net::clock::now_us;
use crate::plan::Forecast;
use crate::said;
use crate::store::Folder;
use crate::suite::Suite;

pub(super) async fn begin(global: &Global, args: &RunArgs, printer: &Printer) -> Outcome {
    let settings = open::settings(global)?;
    let known: Vec<String> = settings.targets.iter().map(|(target, _)| target.name.clone()).collect();
    let suites = open::check_suites(&args.suites, Some(&known), args.allow_outside, printer)?;
    let (chosen, by_name) = chosen(args, &settings, &suites)?;
    let names: Vec<&str> = suites.iter().map(|suite| suite.name.as_str()).collect();
    let recordings = match &args.replay {
        Some(folder) => Some(Recordings::read(folder, &names)?),
        None => None,
    };
    if let Some(recordings) = &recordings {
        return replayed(global, args, &settings, suites, (chosen, by_name), recordings, printer).await;
    }
    if let Some(right) = &args.right {
        // Of all targets of the configuration: the same shares may serve runs of fewer.
        let configured = settings.targets.iter().map(|(target, _)| target.clone());
        let all: Vec<Target> = configured
            .chain(chosen.iter().map(|chosen| chosen.target.clone()))
            .collect();
        pretend::known(right, &all)?;
    }
    let (askers, left_out, pretender) = askers(args, chosen, by_name).await?;
    for line in &left_out {
        printer.note(line.in_lang(printer.lang));
    }
    if askers.is_empty() {
        return Err(Failure::usage(
            said!("no target can be asked", "물어볼 수 있는 대상이 없습니다"),
            said!(
                "set the keys named above, or try it out with --simulate",
                "위에 나온 키를 설정하거나, --simulate로 먼저 시험해 보세요"
            ),
        ));
    }
    // Stored with their own addresses, so that resuming finds their prices again; a simulator is pointed at anew.
    let targets: Vec<_> = askers
        .iter()
        .map(|asker| {
            settings
                .target(&asker.target.name)
                .map_or_else(|| asker.target.clone(), |(target, _)| target.clone())
        })
        .collect();
    let (suites, picked, mut info) = planned(args, &settings, suites, targets, args.simulate)?;
    if let Some(size) = args.sample.filter(|size| *size > info.cases) {
        let cases = info.cases;
        let all = said!(
            "--sample {size} is more than there is: all {cases} are asked",
            "--sample {size}: 문항이 {cases}개뿐이라 모두 묻습니다"
        );
        printer.note(all.in_lang(printer.lang));
    }
    let results = open::results(global, Some(&settings));
    let stamp = jiff::ZonedDateTime::now();
    let caps = caps(args, &settings)?;
    let mut unexpressed = unmet_wishes(&info, &askers);
    if args.dry_run {
        check_priced(args, &caps, &askers).or_else(|failure| if caps.is_empty() { Err(failure) } else { Ok(()) })?;
        let info = Arc::new(info);
        let book = Arc::new(Book::new(&info)?);
        let ready = Ready {
            info,
            book,
            askers,
            unexpressed,
        };
        return dry::dry_run(&results, args, &settings, &suites, &picked, &ready, &caps, printer);
    }
    check_priced(args, &caps, &askers)?;
    if args.stop_early.is_some() {
        can_stop_early(&info)?;
    }

    let folder = Folder::create(&results, &stamp.strftime("%Y%m%d-%H%M%S").to_string())?;
    info.id = folder.id().clone();
    let info = Arc::new(info);
    let frozen = freeze(
        &folder,
        &info,
        args,
        &settings,
        &suites,
        &picked,
        pretender.as_ref(),
        &askers,
        &mut unexpressed,
    );
    let book = match frozen {
        Ok(book) => book,
        Err(failure) => {
            folder.discard();
            return Err(failure);
        }
    };
    for line in told(&unexpressed, &info, printer) {
        printer.note(&line);
    }
    let ready = Ready {
        info,
        book,
        askers,
        unexpressed,
    };
    if !args.simulate
        && !args.yes
        && printer.interactive
        && !dry::confirm(&results, args, &settings, &suites, &picked, &ready, printer)?
    {
        folder.discard();
        printer.note(printer.say("nothing was asked", "아무것도 묻지 않았습니다"));
        return Ok(Exit::Done);
    }
    let session = carry::Session {
        args,
        settings: &settings,
        folder,
        caps,
        pretender,
    };
    carry::carry(session, ready, printer).await
}

/// What a run would take; no key is looked for.
pub(super) fn forecast(
    global: &Global,
    args: &RunArgs,
    from: Option<&crate::store::Listed>,
    printer: &Printer,
) -> Result<Forecast, Failure> {
    let settings = open::settings(global)?;
    let known: Vec<String> = settings.targets.iter().map(|(target, _)| target.name.clone()).collect();
    let suites = open::check_suites(&args.suites, Some(&known), args.allow_outside, printer)?;
    let (chosen, _) = chosen(args, &settings, &suites)?;
    let targets: Vec<Target> = chosen.into_iter().map(|chosen| chosen.target).collect();
    let askers = targets
        .iter()
        .map(|target| open::asker(target.clone(), Some(pretend::KEY)))
        .collect::<Result<Vec<_>, _>>()?;
    let (suites, picked, info) = planned(args, &settings, suites, targets, false)?;
    let info = Arc::new(info);
    let ready = Ready {
        book: Arc::new(Book::new(&info)?),
        info,
        askers,
        unexpressed: Vec::new(),
    };
    let results = open::results(global, Some(&settings));
    let earlier = match from {
        Some(run) => super::earlier::of(run, &ready.info),
        None => super::earlier::look_up(&results, &ready.info),
    };
    Ok(dry::forecast(
        &results,
        args,
        &settings,
        &suites,
        &picked,
        &ready,
        earlier,
        &mut Vec::new(),
    ))
}

/// Stopping early compares pairs of targets over the cases of one suite.
fn can_stop_early(info: &RunInfo) -> Result<(), Failure> {
    if info.targets.len() < 2 {
        return Err(Failure::usage(
            said!(
                "--stop-early compares targets, and only one is asked",
                "--stop-early는 대상들을 견주는데 물어볼 대상이 하나뿐입니다"
            ),
            said!("name two or more with --targets", "--targets로 둘 이상을 적으세요"),
        ));
    }
    if info.parts.len() > 1 {
        return Err(Failure::usage(
            said!(
                "--stop-early takes one suite",
                "--stop-early는 문항 세트 하나만 받습니다"
            ),
            said!("run the suites one by one", "문항 세트를 하나씩 실행하세요"),
        ));
    }
    Ok(())
}

/// What is to be asked, settled before anything is written.
fn planned(
    args: &RunArgs,
    settings: &Settings,
    suites: Vec<Suite>,
    targets: Vec<Target>,
    simulated: bool,
) -> Result<(Vec<(String, Suite)>, Picked, RunInfo), Failure> {
    let refused = trust::programs(settings, suites.iter().flat_map(|suite| &suite.scorers));
    if !refused.is_empty() {
        return Err(Failure::of(Exit::Usage, refused));
    }

    // What is chosen is settled before anything is written.
    let suites: Vec<(String, Suite)> = args.suites.iter().cloned().zip(suites).collect();
    let picked = Picked::of(args, &suites)?;
    let total: u64 = picked.counts.iter().sum();
    if total == 0 {
        return Err(Failure::usage(
            said!("no case is left after --filter", "--filter 조건에 맞는 문항이 없습니다"),
            said!(
                "loosen the filter; `narani check -v` counts the cases and tags of a suite",
                "조건을 넓히세요. `narani check -v`가 문항과 분류의 수를 보여 줍니다"
            ),
        ));
    }
    let (prompts, parts) = open::parts(&suites, &picked.counts, &targets, &args.targets, args.trials);
    if let Some(part) = parts.iter().find(|part| part.targets.is_empty()) {
        return Err(Failure::usage(
            said!(
                "no target is left for the suite `{}`",
                "`{}` 문항 세트에 물어볼 대상이 남지 않았습니다",
                part.name
            ),
            said!(
                "its `targets` have no key or are not among --targets",
                "그 세트의 `targets`에 키가 없거나 --targets에 들어 있지 않습니다"
            ),
        ));
    }
    let info = RunInfo {
        id: crate::domain::RunId::parse("r-00000000-000000-0000").expect("a run id"),
        suite: suites
            .iter()
            .map(|(_, suite)| suite.name.as_str())
            .collect::<Vec<_>>()
            .join(" + "),
        description: suites
            .iter()
            .map(|(_, suite)| suite.description.as_str())
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
        suite_fp: fingerprint(&suites),
        trials: parts.iter().map(|part| part.trials).max().unwrap_or(1),
        scorers: scorers_of(&parts),
        cases: total,
        prompts,
        targets,
        started_us: now_us(),
        simulated,
        imported: None,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        parts,
    };
    Ok((suites, picked, info))
}

/// A run that is answered from recordings: nobody is asked, no key is looked for, no client is made.
async fn replayed(
    global: &Global,
    args: &RunArgs,
    settings: &Settings,
    suites: Vec<Suite>,
    (chosen, by_name): (Vec<Chosen>, bool),
    recordings: &Recordings,
    printer: &Printer,
) -> Outcome {
    let targets: Vec<Target> = chosen
        .into_iter()
        .map(|chosen| chosen.target)
        .filter(|target| by_name || recordings.targets.contains(&target.name))
        .collect();
    if targets.is_empty() {
        return Err(Failure::usage(
            said!(
                "the folder has no recordings of any target of the configuration",
                "폴더에 설정의 어느 대상의 녹음도 없습니다"
            ),
            said!(
                "make them where the keys are: narani run SUITE --record FOLDER",
                "키가 있는 곳에서 만드세요: narani run 세트 --record 폴더"
            ),
        ));
    }
    let (suites, picked, mut info) = planned(args, settings, suites, targets, recordings.simulated)?;
    let results = open::results(global, Some(settings));
    let folder = Folder::create(
        &results,
        &jiff::ZonedDateTime::now().strftime("%Y%m%d-%H%M%S").to_string(),
    )?;
    info.id = folder.id().clone();
    let info = Arc::new(info);
    match freeze(
        &folder,
        &info,
        args,
        settings,
        &suites,
        &picked,
        None,
        &[],
        &mut Vec::new(),
    ) {
        Ok(book) => replay::carry(folder, &info, &book, recordings, args, printer).await,
        Err(failure) => {
            folder.discard();
            Err(failure)
        }
    }
}

/// The targets of a run, and whether they were asked for by name.
fn chosen(args: &RunArgs, settings: &Settings, suites: &[Suite]) -> Result<(Vec<Chosen>, bool), Failure> {
    if !args.targets.is_empty() {
        return Ok((open::choose(settings, &args.targets)?, true));
    }
    // A suite that names nobody asks everybody.
    if suites.iter().any(|suite| suite.targets.is_empty()) {
        return Ok((open::choose(settings, &[])?, false));
    }
    let mut names: Vec<String> = Vec::new();
    for name in suites.iter().flat_map(|suite| &suite.targets) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    Ok((open::choose(settings, &names)?, false))
}

/// Targets ready to be asked. Those without a key are left out with a line each, unless asked for by name.
async fn askers(
    args: &RunArgs,
    chosen: Vec<Chosen>,
    by_name: bool,
) -> Result<(Vec<crate::run::Asker>, Vec<Said>, Option<Pretender>), Failure> {
    let pretender = if args.simulate {
        let targets: Vec<_> = chosen.iter().map(|chosen| chosen.target.clone()).collect();
        Some(pretend::start(&Script::of(args, &targets)).await?)
    } else {
        None
    };
    let mut askers = Vec::new();
    let mut left_out = Vec::new();
    let mut problems = Vec::new();
    for mut chosen in chosen {
        if let Some(pretender) = &pretender {
            // Simulated costs are those that the real answers would have.
            let pricing = open::pricing(&chosen.target);
            pretender.point(&mut chosen.target);
            let mut asker = open::asker(chosen.target, Some(pretend::KEY))?;
            asker.pricing = pricing;
            askers.push(asker);
            continue;
        }
        match open::key_of(&chosen) {
            Ok(key) => {
                let key = key.as_ref().map(crate::config::Secret::expose);
                askers.push(open::asker(chosen.target, key)?);
            }
            Err(why) if by_name => {
                let why = why.said();
                problems.push(
                    Problem::error("no_key", said!("target `{}` cannot be asked: {why}", "`{}` 대상에게 물을 수 없습니다: {why}", chosen.target.name))
                    .help(said!("set the variable, or name another source in the configuration: `key = {{ env = \"…\" }}` or `key = {{ command = […] }}`", "환경 변수를 설정하거나 설정 파일에 다른 곳을 적으세요: `key = {{ env = \"…\" }}` 또는 `key = {{ command = […] }}`")),
                );
            }
            Err(why) => {
                let why = why.said();
                left_out.push(said!(
                    "{0} is left out: {why}",
                    "{0} 대상은 빼고 묻습니다: {why}",
                    chosen.target.name
                ));
            }
        }
    }
    if problems.is_empty() {
        Ok((askers, left_out, pretender))
    } else {
        Err(Failure::of(Exit::Usage, problems))
    }
}

fn scorers_of(parts: &[SuitePart]) -> Vec<ScorerSpec> {
    let mut scorers: Vec<ScorerSpec> = Vec::new();
    for spec in parts.iter().flat_map(|part| &part.scorers) {
        if !scorers.iter().any(|known| known.name == spec.name) {
            scorers.push(spec.clone());
        }
    }
    scorers
}

fn fingerprint(suites: &[(String, Suite)]) -> String {
    match suites {
        [(_, suite)] => suite.fingerprint.clone(),
        many => {
            let mut hash = blake3::Hasher::new();
            for (_, suite) in many {
                hash.update(suite.fingerprint.as_bytes());
            }
            format!("sf_{}", &hash.finalize().to_hex()[..6])
        }
    }
}

/// Cases told by name when their ids stand in two suites.
const TWICE_TOLD: usize = 20;

/// Writes the run's plan into its folder: everything that resuming and reporting need, and nothing secret.
#[expect(clippy::too_many_arguments, reason = "everything a run is made of, handed over once")]
fn freeze(
    folder: &Folder,
    info: &Arc<RunInfo>,
    args: &RunArgs,
    settings: &Settings,
    suites: &[(String, Suite)],
    picked: &Picked,
    pretender: Option<&Pretender>,
    askers: &[crate::run::Asker],
    unexpressed: &mut Vec<Unexpressed>,
) -> Result<Arc<Book>, Failure> {
    let book = Arc::new(Book::new(info)?);
    let keys: serde_json::Map<String, serde_json::Value> = info
        .targets
        .iter()
        .filter_map(|target| {
            let (_, source) = settings.targets.iter().find(|(known, _)| known.name == target.name)?;
            Some((target.name.clone(), serde_json::to_value(source).ok()?))
        })
        .collect();
    let json = |value: &dyn erased::Json| value.text();
    // A key may stand in the very command that prints it.
    let without_keys = |text: String| trust::without_keys(askers, text);
    let mut meta = vec![
        ("info", json(&**info)),
        ("keys", without_keys(serde_json::Value::Object(keys).to_string())),
        (
            "selection",
            serde_json::json!({"filter": args.filter, "sample": args.sample, "seed": args.seed}).to_string(),
        ),
        (
            "command",
            without_keys(std::env::args().skip(1).collect::<Vec<_>>().join(" ")),
        ),
    ];
    if let Some(folder) = &args.replay {
        meta.push(("replay", folder.display().to_string()));
    }
    if args.simulate {
        meta.push(("simulate", json(&Script::of(args, &info.targets))));
    }
    let mut problems: Vec<Problem> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let together = suites.len() > 1;
    let (mut twice, mut told) = (0, 0);
    folder.freeze(&meta, |insert| {
        let mut position = 0u64;
        // Kept back, where their order is drawn by lot.
        let mut drawn: Vec<Case> = Vec::new();
        for (index, ((path, suite), part)) in suites.iter().zip(&info.parts).enumerate() {
            let mut failed: Option<Failure> = None;
            open::read_suite(path, None, args.allow_outside, &mut |mut case: Case| {
                if failed.is_some() || !picked.takes(index, &case) {
                    return;
                }
                if together {
                    case.id = format!("{}/{}", suite.name, case.id);
                    case.tags.insert(0, suite.name.clone());
                }
                if !seen.insert(hash_of(&case.id)) {
                    twice += 1;
                }
                if twice > told && told < TWICE_TOLD {
                    told = twice;
                    problems.push(
                        Problem::error(
                            "duplicate_id",
                            said!(
                                "the case id `{}` stands in two suites",
                                "문항 id `{}`가 두 문항 세트에 있습니다",
                                case.id
                            ),
                        )
                        .help(said!(
                            "rename one of the suites or cases",
                            "문항 세트나 문항 하나의 이름을 바꾸세요"
                        )),
                    );
                }
                problems.extend(trust::programs(settings, &case.scorers));
                unmet_of_case(unexpressed, info, askers, part, &case);
                if let Some(pretender) = pretender {
                    for prompt in &part.prompts {
                        if let Ok(call) = book.render(position, *prompt, &case) {
                            pretender.teach(&call.question(), &case, &part.scorers);
                        }
                    }
                }
                position += 1;
                if args.stop_early.is_some() {
                    drawn.push(case);
                } else if let Err(error) = insert(case) {
                    failed = Some(error.into());
                }
            });
            if let Some(failure) = failed {
                return Err(failure);
            }
        }
        crate::stats::chance::Chance::new(args.seed, 0).shuffle(&mut drawn);
        for case in drawn {
            insert(case)?;
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Failure::of(Exit::Usage, problems).with_more(twice - told))
        }
    })?;
    Ok(book)
}

fn hash_of(id: &str) -> u64 {
    let hash = blake3::hash(id.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes"))
}

/// Writing plain data as JSON.
mod erased {
    pub(super) trait Json {
        fn text(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn text(&self) -> String {
            serde_json::to_string(self).expect("plain data")
        }
    }
}
