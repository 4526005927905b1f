//! The table of what people say of each column, with names or without.

use super::Opened;
use crate::cli::cases::{each_record, unrated};
use crate::cli::failure::Failure;
use crate::cli::open::Book;
use crate::cli::printer::Printer;
use crate::compare::row::{column_of, reply_of, text_of};
use crate::domain::Lang;
use crate::report::number::{rating, score, signed_rating};
use crate::report::table::{Cell, Table};
use crate::review::agree::Beside;
use crate::review::results::{self, Automatic, ColumnResult, Difference, Withheld};
use crate::stats::mean::MeanCi;
use crate::text::width::wrap;

/// Automatic scores of the whole run.
fn automatic(opened: &Opened) -> Result<Automatic, Failure> {
    let info = opened.reader.info();
    let book = Book::new(info)?;
    let mut found = Automatic::new();
    each_record(&opened.reader, &book, |record| {
        if let Some(score) = record.score.filter(|score| score.is_finite()) {
            found.insert((record.case_index, column_of(info, record), record.trial), score);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Automatic scores and lengths of the answers of a pack.
pub(super) fn beside(opened: &Opened) -> Result<Beside, Failure> {
    let info = opened.reader.info();
    let book = Book::new(info)?;
    let mut found = Beside::new();
    for (at, unit) in opened.reviewed.pack.units.iter().enumerate() {
        for record in unrated(&opened.reader, &book, unit.index)? {
            let column = column_of(info, &record);
            if record.trial == unit.trial && unit.columns.contains(&column) {
                let characters = reply_of(&record).map_or(0, |reply| text_of(reply).chars().count());
                found.insert((at, column), (record.score, characters));
            }
        }
    }
    Ok(found)
}

/// Names of columns, or stand-ins in an order that says nothing.
fn names(opened: &Opened, open: bool, lang: Lang) -> Vec<String> {
    let labels: Vec<String> = opened
        .reader
        .info()
        .columns()
        .into_iter()
        .map(|(_, _, label)| label)
        .collect();
    if open {
        return labels;
    }
    let pack = &opened.reviewed.pack;
    let mut order: Vec<usize> = (0..labels.len()).collect();
    let key = |at: &usize| *blake3::hash(format!("{}/{}/{at}", pack.seed, pack.id).as_bytes()).as_bytes();
    order.sort_by_key(key);
    let mut names = vec![String::new(); labels.len()];
    for (place, column) in order.into_iter().enumerate() {
        names[column] = lang.pick(format!("system {}", place + 1), format!("시스템 {}", place + 1));
    }
    names
}

/// An interval, no wider than the scale: no mean lies beyond its ends.
fn range(low: Option<f64>, high: Option<f64>, (least, most): (u8, u8)) -> String {
    let within = |value: f64| rating(value.clamp(f64::from(least), f64::from(most)));
    match (low, high) {
        (Some(low), Some(high)) => format!("{} … {}", within(low), within(high)),
        _ => String::new(),
    }
}

fn shown(mean: Option<f64>) -> String {
    mean.map_or_else(|| "–".to_owned(), rating)
}

/// The section.
pub(super) fn draw(opened: &Opened, open: bool, printer: &Printer) -> Result<String, Failure> {
    let lang = printer.lang;
    let info = opened.reader.info();
    let humans = opened.reviewed.humans(info);
    let labels: Vec<String> = info.columns().into_iter().map(|(_, _, label)| label).collect();
    let names = names(opened, open, lang);
    let automatic = automatic(opened)?;
    let mut found = results::results(&opened.reviewed.pack, &humans, &labels, &automatic);
    if open {
        found.sort_by(|a, b| b.mean.mean.unwrap_or(0.0).total_cmp(&a.mean.mean.unwrap_or(0.0)));
    } else {
        found.sort_by(|a, b| {
            names[a.column]
                .len()
                .cmp(&names[b.column].len())
                .then(names[a.column].cmp(&names[b.column]))
        });
    }
    let scored = open && found.iter().any(|each| each.score.is_some());
    let unnamed = found.iter().any(|each| each.unnamed.is_some());
    let mut table = Table::new()
        .text(lang.pick("answers of", "대상"))
        .number(lang.pick("ratings", "심사 수"))
        .number(lang.pick("mean", "평균"))
        .whole(lang.pick("95% CI", "95% 구간"))
        .number(lang.pick("best in", "가장 나음"));
    if unnamed {
        table = table.number(lang.pick("mean (unnamed)", "이름 없는 답만"));
    }
    if scored {
        table = table.number(lang.pick("auto score", "자동 점수"));
    }
    for each in &found {
        let mut cells = vec![
            Cell::new(&names[each.column]),
            Cell::new(each.ratings.to_string()),
            Cell::new(shown(each.mean.mean)),
            Cell::new(range(each.mean.t_low, each.mean.t_high, opened.reviewed.pack.scale)),
            Cell::new(format!("{}/{}", each.best.0, each.best.1)),
        ];
        if unnamed {
            let plain = |mean: &MeanCi| shown(mean.mean);
            cells.push(Cell::new(
                each.unnamed.as_ref().map_or_else(|| plain(&each.mean), plain),
            ));
        }
        if scored {
            cells.push(Cell::new(each.score.map_or_else(|| "–".to_owned(), score)));
        }
        table.row(cells);
    }
    let mut out = table.draw(&printer.style(), 2);
    let (low, high) = opened.reviewed.pack.scale;
    let about = lang.pick(
        format!("Means of people's scores ({low}–{high}) over the rated rows; each row counts once."),
        format!("심사한 행에서 사람이 준 점수({low}–{high})의 평균이며, 행마다 한 번씩 셉니다."),
    );
    paragraph(&mut out, &about, printer);
    if open {
        out.push_str(&over_the_run(&found, &names, opened.reviewed.pack.scale, printer));
        let columns: Vec<usize> = found.iter().map(|each| each.column).collect();
        let differences = results::differences(&opened.reviewed.pack, &humans, &columns, &automatic);
        out.push_str(&apart(&differences, &names, printer));
    }
    Ok(out)
}

fn paragraph(out: &mut String, text: &str, printer: &Printer) {
    for line in wrap(text, printer.width.saturating_sub(2).max(20)) {
        out.push_str(&format!("  {line}\n"));
    }
}

/// The mean over all cases of the run, corrected by people's word, or why there is none.
fn over_the_run(found: &[ColumnResult], names: &[String], scale: (u8, u8), printer: &Printer) -> String {
    let lang = printer.lang;
    let mut table = Table::new()
        .text(lang.pick("over the whole run", "실행 전체"))
        .number(lang.pick("scorers alone", "자동 점수만"))
        .number(lang.pick("corrected", "보정"))
        .whole(lang.pick("95% CI", "95% 구간"))
        .number(lang.pick("worth labels", "심사 환산"));
    let mut why = None;
    for each in found {
        match &each.corrected {
            Ok(ppi) => table.row([
                Cell::new(&names[each.column]),
                Cell::new(shown(ppi.judge_only)),
                Cell::new(shown(ppi.estimate)),
                Cell::new(range(ppi.low, ppi.high, scale)),
                Cell::new(
                    ppi.effective_sample_size
                        .map_or_else(String::new, |labels| format!("{labels:.0} / {}", ppi.labelled)),
                ),
            ]),
            Err(withheld) => why = why.or(Some(*withheld)),
        }
    }
    let mut out = String::from("\n");
    if !table.is_empty() {
        out.push_str(&table.draw(&printer.style(), 2));
        let about = lang.pick(
            "Corrected: the automatic scores of all cases, set right by people's scores of the drawn ones (prediction-powered mean). It holds because the cases were drawn at random.",
            "보정: 모든 문항의 자동 점수를, 뽑힌 문항에 사람이 준 점수로 바로잡은 값입니다(prediction-powered mean). 문항을 무작위로 뽑았기 때문에 쓸 수 있습니다.",
        );
        paragraph(&mut out, about, printer);
    }
    if let Some(why) = why {
        paragraph(&mut out, &reason(why, lang), printer);
    }
    out
}

/// The differences over the whole run, corrected in the same way, and which of them are more than chance.
fn apart(differences: &[Difference], names: &[String], printer: &Printer) -> String {
    if differences.is_empty() {
        return String::new();
    }
    let lang = printer.lang;
    let signed = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), signed_rating);
    let mut table = Table::new()
        .text(lang.pick("difference over the whole run", "실행 전체의 차이"))
        .number(lang.pick("scorers alone", "자동 점수만"))
        .number(lang.pick("corrected", "보정"))
        .whole(lang.pick("95% CI", "95% 구간"))
        .text(lang.pick("reading", "해석"));
    for Difference { first, second, ppi } in differences {
        let interval = ppi.low.zip(ppi.high).filter(|_| ppi.se.is_some_and(|se| se > 0.0));
        let apart = interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0);
        let reading = if apart {
            lang.pick("told apart", "구별됨")
        } else {
            lang.pick("cannot be told apart", "구별되지 않음")
        };
        table.row([
            Cell::new(format!("{} – {}", names[*first], names[*second])),
            Cell::new(signed(ppi.judge_only)),
            Cell::new(signed(ppi.estimate)),
            Cell::new(interval.map_or_else(String::new, |(low, high)| {
                format!("{} … {}", signed_rating(low), signed_rating(high))
            })),
            Cell::new(reading),
        ]);
    }
    let mut out = format!("\n{}", table.draw(&printer.style(), 2));
    let about = lang.pick(
        "Differences case by case, in points of the scale, corrected in the same way. Each interval holds for itself: of twenty pairs that are alike, one looks apart by chance.",
        "문항마다의 차이를 같은 방법으로 보정한 값이며, 단위는 심사 점수입니다. 구간은 짝마다 따로 성립합니다. 차이가 없는 짝이 스물이면 하나쯤은 우연히 구별된 것처럼 보입니다.",
    );
    paragraph(&mut out, about, printer);
    out
}

fn reason(withheld: Withheld, lang: Lang) -> String {
    match withheld {
        Withheld::NotRandom => lang.pick(
            "No mean over the whole run: the rows were not drawn at random, so people's word on them cannot correct the scores of the others. A pack of `--by random` can.".to_owned(),
            "실행 전체의 평균은 내지 않습니다. 무작위로 뽑은 행이 아니어서, 사람의 점수로 나머지 문항의 점수를 보정할 수 없습니다. `--by random` 으로 만든 묶음이면 됩니다.".to_owned(),
        ),
        Withheld::Unrated(n) => lang.pick(
            format!("No mean over the whole run yet: {n} drawn rows are not rated, and those left out may differ from the rest."),
            format!("실행 전체의 평균은 아직 내지 않습니다. 뽑힌 행 가운데 {n}행이 심사되지 않았고, 남은 행이 다른 행과 다를 수 있습니다."),
        ),
        Withheld::Unscored => lang.pick(
            "No mean over the whole run: the run has no automatic scores to correct.".to_owned(),
            "실행 전체의 평균은 내지 않습니다. 보정할 자동 점수가 없습니다.".to_owned(),
        ),
        Withheld::Everything => lang.pick(
            "Every case was rated: the means above are those of the whole run.".to_owned(),
            "모든 문항을 심사했습니다. 위의 평균이 곧 실행 전체의 평균입니다.".to_owned(),
        ),
        Withheld::Few(n) => lang.pick(
            format!("No mean over the whole run: {n} rated rows are too few to correct by (from {} on).", results::LABELS_FROM),
            format!("실행 전체의 평균은 내지 않습니다. 심사한 {n}행은 보정하기에 적습니다 ({}행부터).", results::LABELS_FROM),
        ),
        Withheld::Pairs => lang.pick(
            "No mean over the whole run: the rows show pairs, so each target was rated on cases of its own.".to_owned(),
            "실행 전체의 평균은 내지 않습니다. 두 답변씩 보여 주는 묶음이라 대상마다 심사한 문항이 다릅니다.".to_owned(),
        ),
    }
}
