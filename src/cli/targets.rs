//! `narani targets`: who is configured, and whether they can be reached.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::args::{Global, TargetsArgs, TargetsCommand};
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open::{self, Chosen};
use super::printer::Printer;
use crate::domain::{Call, Fault, FaultKind, Lang, Params, Said};
use crate::net::Exchange;
use crate::net::clock::Heart;
use crate::provider::RateInfo;
use crate::report::number::grouped;
use crate::report::table::{Cell, Paint, Table};
use crate::run::{Pricing, wire_request};
use crate::said;
use crate::text::sink;

pub(super) fn targets(global: &Global, args: &TargetsArgs, printer: &Printer) -> Outcome {
    let settings = open::settings(global)?;
    if settings.targets.is_empty() {
        return Err(Failure::usage(
            said!("the configuration names no target", "설정 파일에 대상이 없습니다"),
            said!(
                "`narani init` writes one with a target of each kind",
                "`narani init`이 종류마다 대상이 하나씩 있는 설정 파일을 만들어 줍니다"
            ),
        ));
    }
    match &args.command {
        None | Some(TargetsCommand::List) => list(&settings, printer),
        Some(TargetsCommand::Check { names }) => {
            let chosen = open::choose(&settings, names)?;
            super::runtime()?.block_on(check(chosen, printer))
        }
    }
}

fn list(settings: &crate::config::Settings, printer: &Printer) -> Outcome {
    let chosen = open::choose(settings, &[])?;
    let style = printer.style();
    let draft = |with_address: bool| {
        let mut table = Table::new()
            .text(printer.say("target", "대상"))
            .text(printer.say("provider", "규약"))
            .text(printer.say("model", "모델"));
        if with_address {
            table = table.text(printer.say("address", "주소"));
        }
        // Whether there is a key is what people look for here; it is never cut.
        let mut table = table.whole(printer.say("key", "키"));
        for chosen in &chosen {
            let target = &chosen.target;
            let (key, paint) = key_words(chosen, printer);
            let mut cells = vec![
                Cell::new(sink::terminal_line(&target.name)),
                Cell::new(target.provider.word()),
                Cell::new(sink::terminal_line(&target.model)),
            ];
            if with_address {
                cells.push(Cell::new(sink::terminal_line(&target.address)));
            }
            cells.push(Cell::new(key).painted(paint));
            table.row(cells);
        }
        table
    };
    let all = draft(true);
    let table = if all.natural_width() + 2 <= style.width {
        all
    } else {
        draft(false)
    };
    printer.out(&table.draw(&style, 2))?;
    Ok(Exit::Done)
}

/// The question that every target is asked.
const QUESTION: &str = "Reply with the single word OK.";

/// Most tokens of an answer: enough for models that think before they speak.
const CAP: u32 = 1024;

/// Whether a target has its key, in a few words. The first variable is enough in a table; a run names them all.
fn key_words(chosen: &Chosen, printer: &Printer) -> (String, Paint) {
    match open::key_of(chosen) {
        Ok(Some(_)) => (printer.say("found", "있음").to_owned(), Paint::Good),
        Ok(None) => (printer.say("not needed", "필요 없음").to_owned(), Paint::Plain),
        Err(open::NoKey::Missing(variables)) => {
            let missing = printer.say("missing", "없음");
            let words = match variables.first() {
                Some(first) => format!("{missing}: {first}"),
                None => missing.to_owned(),
            };
            (words, Paint::Warn)
        }
        Err(open::NoKey::Broken(why)) => (sink::terminal_line(why.in_lang(printer.lang)), Paint::Warn),
    }
}

async fn check(chosen: Vec<Chosen>, printer: &Printer) -> Outcome {
    let heart = Arc::new(Heart::default());
    let mut tasks = tokio::task::JoinSet::new();
    for (index, chosen) in chosen.into_iter().enumerate() {
        let heart = Arc::clone(&heart);
        let lang = printer.lang;
        tasks.spawn(async move { (index, probe(chosen, &heart, lang).await) });
    }
    let mut probed: Vec<(usize, Probed)> = Vec::new();
    while let Some(result) = tasks.join_next().await {
        match result {
            Ok(row) => probed.push(row),
            Err(error) => return Err(Failure::new(Exit::Internal, error.to_string())),
        }
    }
    probed.sort_by_key(|(index, _)| *index);
    let good = if printer.ascii { "+" } else { "✓" };
    let bad = if printer.ascii { "x" } else { "✗" };
    let mut failed = false;
    let rows: Vec<[String; 6]> = probed
        .iter()
        .map(|(_, probed)| {
            failed |= probed.trouble.is_some();
            [
                if probed.trouble.is_some() { bad } else { good }.to_owned(),
                probed.name.clone(),
                sink::terminal_line(probed.model.as_deref().unwrap_or("?")),
                probed
                    .latency_ms
                    .map_or_else(|| "–".to_owned(), |ms| format!("{ms} ms")),
                limits_words(&probed.rate),
                probed
                    .answer
                    .as_deref()
                    .map(|answer| crate::text::width::cut(&sink::terminal_line(answer.trim()), 24))
                    .unwrap_or_default(),
            ]
        })
        .collect();
    let heads = [
        "",
        printer.say("target", "대상"),
        printer.say("model", "모델"),
        printer.say("latency", "지연"),
        printer.say("limits told", "알린 한도"),
        printer.say("answer", "답변"),
    ];
    printer.out(&crate::report::table::plain(&heads, &rows, &printer.style()))?;
    for (_, probed) in &probed {
        if let Some(trouble) = &probed.trouble {
            printer.err(&format!("{bad} {}: {}", probed.name, sink::terminal_line(trouble)));
        }
        if let Some(note) = &probed.note {
            printer.note(&format!("! {}: {note}", probed.name));
        }
    }
    Ok(if failed { Exit::Unmeasured } else { Exit::Done })
}

struct Probed {
    name: String,
    model: Option<String>,
    latency_ms: Option<u64>,
    rate: RateInfo,
    answer: Option<String>,
    trouble: Option<String>,
    note: Option<String>,
}

async fn probe(chosen: Chosen, heart: &Heart, lang: Lang) -> Probed {
    let mut probed = Probed {
        name: chosen.target.name.clone(),
        model: Some(chosen.target.model.clone()),
        latency_ms: None,
        rate: RateInfo::default(),
        answer: None,
        trouble: None,
        note: None,
    };
    let key = match open::key_of(&chosen) {
        Ok(key) => key,
        Err(why) => {
            probed.trouble = Some(why.said().in_lang(lang).to_owned());
            return probed;
        }
    };
    let mut target = chosen.target;
    target.timeout = target.timeout.min(Duration::from_mins(1));
    let asker = match open::asker(target, key.as_ref().map(crate::config::Secret::expose)) {
        Ok(asker) => asker,
        Err(failure) => {
            probed.trouble = Some(failure.words(lang));
            return probed;
        }
    };
    let mut call = Call::ask(QUESTION);
    // The target's own cap may be far too small for a model that thinks, and needlessly large for a check.
    call.params = Params {
        max_output_tokens: Some(CAP),
        ..Params::default()
    };
    let request = wire_request(asker.provider, &asker.target, call);
    let body = serde_json::to_vec(&request.body).unwrap_or_default();
    let exchange: Exchange = asker
        .line
        .send(&request, body.into(), heart, &CancellationToken::new(), &mut |_| {})
        .await;
    probed.rate = exchange.rate;
    match exchange.result {
        Ok(reply) => {
            probed.latency_ms = Some(exchange.timing.total_us / 1000);
            if let Some(model) = &reply.model
                && *model != asker.target.model
            {
                let (asked, answered) = (&asker.target.model, sink::terminal_line(model));
                probed.note = Some(lang.pick(
                    format!("asked for `{asked}`, answered by `{answered}`"),
                    format!("요청한 모델은 `{asked}`, 답한 모델은 `{answered}`입니다"),
                ));
            }
            probed.model = reply.model.clone().or(probed.model);
            probed.answer = Some(if reply.text.is_empty() {
                reply.refusal.unwrap_or_default()
            } else {
                reply.text
            });
            if asker.pricing == Pricing::Unknown {
                let note = probed.note.take().map(|note| format!("{note}; ")).unwrap_or_default();
                probed.note = Some(lang.pick(
                    format!("{note}no price is known: state `price` to see costs"),
                    format!("{note}가격을 모릅니다. 비용을 보려면 `price`를 적으세요"),
                ));
            }
        }
        Err(fault) => probed.trouble = Some(words(&fault).in_lang(lang).to_owned()),
    }
    probed
}

fn words(fault: &Fault) -> Said {
    let remedy = match fault.kind {
        FaultKind::Auth => said!("; check the key", " · 키를 확인하세요"),
        FaultKind::Quota => said!(
            "; the account has no credit or its long quota is used up",
            " · 계정에 잔액이 없거나 할당량을 다 썼습니다"
        ),
        FaultKind::BadRequest if fault.status == Some(404) => {
            said!("; check `model` and `address`", " · `model`과 `address`를 확인하세요")
        }
        FaultKind::Network => said!("; check `address`", " · `address`를 확인하세요"),
        FaultKind::Timeout => said!(
            "; raise `timeout_s`, or see whether the server is busy",
            " · `timeout_s`를 늘리거나 서버가 바쁜지 보세요"
        ),
        _ => Said::default(),
    };
    said!("{0}: {1}{remedy}", "{0}: {1}{remedy}", fault.kind.word(), fault.message)
}

fn limits_words(rate: &RateInfo) -> String {
    let mut parts = Vec::new();
    if let Some(limit) = rate.requests.limit {
        parts.push(format!("{} req", grouped(limit)));
    }
    if let Some(limit) = rate.tokens.limit {
        parts.push(format!("{} tok", grouped(limit)));
    }
    if parts.is_empty() {
        "–".to_owned()
    } else {
        parts.join(", ")
    }
}
