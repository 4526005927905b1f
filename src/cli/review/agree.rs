//! `narani review agree`: how far people agree.

use super::{Opened, counted, results};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::failure::Outcome;
use crate::cli::printer::Printer;
use crate::domain::Lang;
use crate::report::number::signed_rating;
use crate::report::table::{Cell, Table};
use crate::review::agree::{self, Agreed, Agreement, ROWS_FROM};
use crate::text::sink::terminal_line;
use crate::text::width::wrap;

pub(super) fn agree(global: &Global, pack: &str, printer: &Printer) -> Outcome {
    let opened = Opened::find(global, pack)?;
    let agreed = agree::agree(&opened.reviewed, &results::beside(&opened)?);
    printer.out(&told(&opened, &agreed, printer))?;
    Ok(Exit::Done)
}

/// A coefficient with two decimals: `0.44`, `−0.02`, `0.00`.
fn two(value: f64) -> String {
    signed_rating(value).trim_start_matches('+').to_owned()
}

/// Landis and Koch 1977; never without its interval.
fn reading(value: f64, lang: Lang) -> &'static str {
    match value {
        value if value < 0.0 => lang.pick("worse than chance", "우연보다 낮음"),
        value if value < 0.2 => lang.pick("slight", "거의 없음"),
        value if value < 0.4 => lang.pick("fair", "약함"),
        value if value < 0.6 => lang.pick("moderate", "보통"),
        value if value < 0.8 => lang.pick("substantial", "높음"),
        _ => lang.pick("almost perfect", "매우 높음"),
    }
}

fn few(rows: usize, lang: Lang) -> String {
    lang.pick(
        format!("too few shared rows to tell (n = {rows})"),
        format!("공통 문항이 적어 판단할 수 없음 (n = {rows})"),
    )
}

/// What a row has room for.
#[derive(Clone, Copy)]
struct Room {
    lang: Lang,
    /// Columns for the coefficient and its interval.
    figures: bool,
    /// Width of the last column.
    width: usize,
}

fn cells(name: String, found: &Agreement, note: impl Fn(f64) -> String, room: Room) -> Vec<Cell> {
    let lang = room.lang;
    let dash = || "–".to_owned();
    let (value, interval, read) = if found.rows < ROWS_FROM {
        (dash(), String::new(), few(found.rows, lang))
    } else {
        match found.value {
            Some(value) => (
                two(value),
                found.interval.map_or_else(String::new, |interval| {
                    format!("{} … {}", two(interval.low), two(interval.high))
                }),
                note(value),
            ),
            None => (
                dash(),
                String::new(),
                lang.pick("one value only", "값이 한 가지뿐").to_owned(),
            ),
        }
    };
    let same = found
        .same
        .map_or_else(String::new, |same| format!("{:.0}%", same * 100.0));
    let mut cells = vec![Cell::new(name), Cell::new(found.items.to_string()), Cell::new(same)];
    if room.figures {
        cells.extend([Cell::new(value), Cell::new(interval)]);
    }
    cells.push(Cell::new(wrap(&read, room.width).join("\n")));
    cells
}

/// Why there is nothing to compare where one reviewer was asked: `any` says whether scores have come in.
fn alone(any: bool, lang: Lang) -> &'static str {
    if any {
        lang.pick(
            "  One reviewer and no automatic scores: there is nobody to agree with.\n",
            "  심사자가 한 명이고 자동 점수가 없어 비교할 것이 없습니다.\n",
        )
    } else {
        lang.pick(
            "  No scores have come in yet. Take in the file that the reviewer sends back:\n  narani review import FILE\n",
            "  아직 들어온 점수가 없습니다. 심사자가 돌려보낸 파일을 가져오세요:\n  narani review import FILE\n",
        )
    }
}

fn told(opened: &Opened, agreed: &Agreed, printer: &Printer) -> String {
    let lang = printer.lang;
    let pack = &opened.reviewed.pack;
    let (rows, reviewers) = (pack.units.len(), pack.reviewers.len());
    let ratings: usize = opened
        .reviewed
        .ratings()
        .map(|(_, _, _, rating)| rating.scores.iter().flatten().count())
        .sum();
    let (low, high) = pack.scale;
    let simulated = if opened.reader.info().simulated {
        format!("{} · ", lang.words().simulated)
    } else {
        String::new()
    };
    let mut out = lang.pick(
        format!(
            "  {simulated}{}, {}, {} · scale {low}–{high}\n\n",
            counted(rows, "row", "rows"),
            counted(reviewers, "reviewer", "reviewers"),
            counted(ratings, "score", "scores")
        ),
        format!("  {simulated}{rows}행, 심사자 {reviewers}명, 점수 {ratings}개 · {low}–{high}점\n\n"),
    );
    // Where nothing can be told of any pair, the columns for it are left out.
    let told_of = agreed.pairs.iter().map(|(_, _, found)| found);
    let told_of = told_of.chain(&agreed.all).chain(&agreed.people_and_scores);
    let figures = told_of.clone().any(|found| found.rows >= ROWS_FROM);
    // What the other columns leave of the line; the last one takes several lines where it must.
    let taken = if figures { 62 } else { 34 };
    let room = Room {
        lang,
        figures,
        width: printer.width.saturating_sub(taken).max(18),
    };
    let mut table = Table::new()
        .whole(lang.pick("pair", "짝"))
        .number(lang.pick("items", "답변"))
        .number(lang.pick("same", "같음"));
    if figures {
        table = table
            .number(lang.pick("weighted κ", "가중 κ"))
            .whole(lang.pick("95% CI", "95% 구간"));
    }
    let mut table = table.whole(lang.pick("reading", "읽는 법"));
    let plain = |value: f64| reading(value, lang).to_owned();
    for (one, other, found) in &agreed.pairs {
        table.row(cells(format!("R{} – R{}", one + 1, other + 1), found, plain, room));
    }
    if let Some(found) = &agreed.all {
        table.row(cells(lang.pick("all (α)", "전체 (α)").to_owned(), found, plain, room));
    }
    if let Some(found) = &agreed.people_and_scores {
        let judge = |value: f64| {
            let word = reading(value, lang);
            if value < 0.6 {
                lang.pick(
                    format!("{word}: do not gate on the scores alone"),
                    format!("{word}: 자동 점수만으로 합격을 정하지 마세요"),
                )
            } else {
                word.to_owned()
            }
        };
        table.row(cells(
            lang.pick("people – scores", "사람 – 자동 점수").to_owned(),
            found,
            judge,
            room,
        ));
    }
    if table.is_empty() {
        out.push_str(alone(ratings > 0, lang));
    } else {
        out.push_str(&table.draw(&printer.style(), 2));
    }
    out.push('\n');
    for sentence in sentences(opened, agreed, lang) {
        out.push_str(&crate::report::hanging(&sentence, ("  ", "    "), &printer.style()));
    }
    if !agreed.disputed.is_empty() {
        let (id, file) = (&pack.id, super::adjudicate::suggested(pack, lang));
        out.push_str(&lang.pick(
            format!("\nNext   narani review adjudicate {id} -o {file}\n"),
            format!("\n다음   narani review adjudicate {id} -o {file}\n"),
        ));
    }
    out
}

fn sentences(opened: &Opened, agreed: &Agreed, lang: Lang) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let pack = &opened.reviewed.pack;
    let mut say = |sentence: String| out.push(sentence);
    if pack.reviewers.len() > 1 {
        let names = pack.reviewers.iter().enumerate();
        let names: Vec<String> = names
            .map(|(at, reviewer)| format!("R{} {}", at + 1, terminal_line(&reviewer.name)))
            .collect();
        say(names.join(" · "));
    }
    if agreed.only_pass_and_fail && agreed.people_and_scores.is_some() {
        let middle = f64::midpoint(f64::from(pack.scale.0), f64::from(pack.scale.1));
        say(lang.pick(
            format!(
                "People – scores: the automatic scores are only 0 and 1, so people's mean above {middle} counts as 1."
            ),
            format!("사람 – 자동 점수: 자동 점수가 0과 1뿐이어서, 사람의 평균이 {middle}보다 높으면 1로 칩니다."),
        ));
    }
    if let Some(choices) = agreed.choices.filter(|choices| choices.rows > 0) {
        let n = choices.rows;
        let same = choices.same.unwrap_or(0.0) * 100.0;
        let figures = match (choices.value, choices.interval) {
            _ if n < ROWS_FROM => few(n, lang),
            (Some(value), Some(interval)) => format!(
                "Fleiss κ {} ({} … {}), n = {n}",
                two(value),
                two(interval.low),
                two(interval.high)
            ),
            _ => lang.pick(
                format!("one choice only, n = {n}"),
                format!("선택이 한 가지뿐, n = {n}"),
            ),
        };
        say(lang.pick(
            format!("Preference (best answer): {same:.0} % same, {figures}"),
            format!("가장 나은 답변 선택: {same:.0}% 같음, {figures}"),
        ));
    }
    let (disputed, decided) = (agreed.disputed.len(), agreed.decided);
    if disputed > 0 {
        let rows = counted(disputed, "row", "rows");
        say(lang.pick(
            format!("{rows} to decide: scores 2 or more points apart, different choices, or somebody could not tell"),
            format!("조정할 행 {disputed}개: 점수가 2점 이상 다르거나 선택이 엇갈리거나 판단 불가"),
        ));
    }
    if decided > 0 {
        let rows = counted(decided, "row was", "rows were");
        say(lang.pick(
            format!("{rows} decided; decisions count instead of the mean"),
            format!("조정한 행 {decided}개. 평균 대신 조정 값을 씁니다"),
        ));
    }
    if agreed.alone > 0 {
        let n = agreed.alone;
        let rows = counted(n, "row was", "rows were");
        say(lang.pick(
            format!("{rows} rated by fewer than two people and never count as agreed"),
            format!("{n}행은 심사한 사람이 두 명보다 적어, 일치한 것으로 치지 않습니다"),
        ));
    }
    if let Some((slope, interval)) = agreed.length {
        let (low, high) = (signed_rating(interval.low), signed_rating(interval.high));
        let figures = format!("{} ({low} … {high})", signed_rating(slope));
        let sentence = if interval.low > 0.0 {
            lang.pick(
                format!("Longer answers are preferred: {figures} points a doubling of length, within rows."),
                format!("긴 답변이 더 좋은 점수를 받습니다: 길이가 두 배일 때 {figures}점 (같은 행 안에서)."),
            )
        } else if interval.high < 0.0 {
            lang.pick(
                format!("Shorter answers are preferred: {figures} points a doubling of length, within rows."),
                format!("짧은 답변이 더 좋은 점수를 받습니다: 길이가 두 배일 때 {figures}점 (같은 행 안에서)."),
            )
        } else {
            lang.pick(
                format!("No preference for length is shown: {figures} points a doubling, within rows."),
                format!("길이에 따른 차이는 보이지 않습니다: 길이가 두 배일 때 {figures}점 (같은 행 안에서)."),
            )
        };
        say(sentence);
    }
    say(lang
        .pick(
            "Weighted κ: quadratic. α: Krippendorff, ordinal. Intervals: resampled rows.",
            "가중 κ: 제곱 가중. α: Krippendorff, 순서 척도. 구간: 행 재추출.",
        )
        .to_owned());
    out
}

#[cfg(test)]
mod tests {
    use super::{alone, two};
    use crate::domain::Lang;

    /// A coefficient just below nothing read `−0.00`.
    #[test]
    fn nothing_has_no_sign() {
        assert_eq!(
            [0.444, -0.25, -0.001, 0.0, 1.0].map(two),
            ["0.44", "−0.25", "0.00", "0.00", "1.00"]
        );
    }

    /// Before anything came in, one reviewer's pack was said to have nobody to agree with.
    #[test]
    fn scores_that_have_not_come_in_are_what_is_missing() {
        let told = alone(false, Lang::En);
        assert!(told.contains("No scores have come in yet") && told.contains("narani review import FILE"));
        assert!(alone(false, Lang::Ko).contains("narani review import FILE"));
        assert!(alone(true, Lang::En).contains("nobody to agree with"));
    }
}
