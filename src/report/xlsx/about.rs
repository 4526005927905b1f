//! The last sheet: what was run, with what, and what was cut.

use std::io;

use jiff::tz::TimeZone;
use rust_xlsxwriter::Worksheet;

use super::Cuts;
use super::grid::{Pen, failed};
use super::look::Look;
use crate::domain::{Lang, Role, RunInfo};
use crate::report::number::grouped;
use crate::report::words;
use crate::text::sink::sheet_text;

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    look: &Look,
    info: &RunInfo,
    (cuts, lang, zone): (&Cuts, Lang, &TimeZone),
) -> io::Result<()> {
    sheet.set_column_width(0, 20).map_err(failed)?;
    sheet.set_column_width(1, 90).map_err(failed)?;
    let mut row = 0;
    let mut line = |head: &str, text: &str| -> io::Result<()> {
        let mut pen = Pen::at(sheet, row);
        pen.line(head, &look.head)?;
        pen.tall(&sheet_text(text), 90.0, &look.text)?;
        pen.close(lang)?;
        row += 1;
        Ok(())
    };
    if info.simulated {
        line(
            lang.words().simulated,
            lang.pick(
                crate::report::json::SIMULATED,
                "SIMULATED: 답변은 모델이 아니라 시뮬레이터가 만들었습니다",
            ),
        )?;
    }
    line(lang.words().run, info.id.as_str())?;
    line(lang.words().suite, &format!("{} ({})", info.suite, info.suite_fp))?;
    if !info.description.is_empty() {
        line(lang.pick("about the suite", "설명"), &info.description)?;
    }
    line(lang.words().started, &words::moment(info.started_us, zone, true, lang))?;
    line("narani", &info.version)?;
    line(
        lang.pick("size", "규모"),
        &format!(
            "{} · {} · {}",
            words::cases(info.cases, lang),
            words::targets(info.targets.len() as u64, lang),
            words::trials(u64::from(info.trials), lang)
        ),
    )?;
    for part in info.parts.iter().filter(|_| info.parts.len() > 1) {
        line(
            lang.words().suite,
            &format!("{} · {} · {}", part.name, part.file, words::cases(part.cases, lang)),
        )?;
    }
    for target in &info.targets {
        let mut facts = vec![target.provider.word().to_owned(), target.model.clone()];
        let params = serde_json::to_string(&target.params).unwrap_or_default();
        if params.len() > 2 {
            facts.push(params);
        }
        if let Some(price) = &target.price {
            facts.push(price_words(price, lang));
        }
        if target.local {
            facts.push(lang.words().local.to_owned());
        }
        line(&format!("{} {}", lang.words().target, target.name), &facts.join(" · "))?;
    }
    for prompt in &info.prompts {
        let mut text = prompt
            .system
            .iter()
            .map(|system| format!("[system] {system}"))
            .collect::<Vec<_>>();
        text.extend(
            prompt
                .messages
                .iter()
                .map(|message| format!("[{}] {}", role(message.role), message.content)),
        );
        let text: String = text.join("\n").chars().take(2_000).collect();
        line(&format!("{} {}", lang.words().prompt, prompt.name), &text)?;
    }
    let scorers: Vec<String> = info
        .scorers
        .iter()
        .map(|scorer| format!("{} ({}, × {})", scorer.name, scorer.kind, scorer.weight))
        .collect();
    line(lang.words().scores, &scorers.join(" · "))?;
    if let Some(note) = cut_note(cuts, lang) {
        line(lang.pick("cut cells", "잘린 칸"), &note)?;
    }
    super::rows::print_wide(sheet, 110.0);
    Ok(())
}

fn role(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// What was cut and where the rest is: `3 cells cut in Side by side (full text in Detail), 1 in Detail (Full text)`.
pub(super) fn cut_note(cuts: &Cuts, lang: Lang) -> Option<String> {
    let places = [
        (
            cuts.side,
            lang.pick("Side by side (full text in Detail)", "나란히(상세 시트에 전체)"),
        ),
        (cuts.detail, lang.pick("Detail (Full text)", "상세(전체본 시트에 전체)")),
    ];
    let mut parts: Vec<String> = Vec::new();
    for (count, place) in places.into_iter().filter(|(count, _)| *count > 0) {
        let n = grouped(count);
        parts.push(match (lang, parts.is_empty()) {
            (Lang::En, true) if count == 1 => format!("1 cell cut in {place}"),
            (Lang::En, true) => format!("{n} cells cut in {place}"),
            (Lang::En, false) => format!("{n} in {place}"),
            (Lang::Ko, true) => format!("줄인 칸: {place} {n}개"),
            (Lang::Ko, false) => format!("{place} {n}개"),
        });
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[expect(clippy::cast_precision_loss, reason = "prices of a few digits")]
fn price_words(price: &crate::domain::Price, lang: Lang) -> String {
    let million = |picounits: u64| format!("{} {}", picounits as f64 / 1e6, price.currency.0);
    lang.pick(
        format!(
            "{} in, {} out a million tokens",
            million(price.input),
            million(price.output)
        ),
        format!(
            "백만 토큰당 입력 {}, 출력 {}",
            million(price.input),
            million(price.output)
        ),
    )
}
