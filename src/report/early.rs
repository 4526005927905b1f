//! What is said after a run that was allowed to stop early.

use super::Style;
use super::lines::paragraph;
use super::number::grouped;
use super::table::{Cell, Paint, Table};
use super::words;
use crate::compare::early::{Early, EarlyPair, Measure};
use crate::domain::Lang;
use crate::stats::stopping::Standing;
use crate::text::sink::{markdown_inline, terminal_line};

/// Points with a sign.
fn signed(difference: f64, style: &Style) -> String {
    let points = 100.0 * difference;
    let minus = if style.ascii { "-" } else { "−" };
    let sign = if points < -0.05 { minus } else { "+" };
    format!("{sign}{:.1}", points.abs())
}

/// Why it stopped or did not, in a sentence.
#[must_use]
pub fn sentence(early: &Early, lang: Lang) -> String {
    let (cases, planned) = (grouped(early.cases as u64), grouped(early.planned as u64));
    let open = early
        .pairs
        .iter()
        .filter(|pair| pair.standing == Standing::Open)
        .count();
    if early.stopped() {
        let saved = grouped(early.saved);
        lang.pick(
            format!("Stopped early after {cases} of {planned} cases: every pair is settled. Calls saved: {saved}."),
            format!(
                "{planned}문항 가운데 {cases}문항에서 일찍 멈췄습니다. 모든 짝이 판가름났습니다. 아낀 호출: {saved}번."
            ),
        )
    } else if open == 0 {
        lang.pick(
            format!("All {planned} cases were needed: the last pair was settled at the end."),
            format!("{planned}문항이 모두 필요했습니다. 마지막 짝이 끝에서야 판가름났습니다."),
        )
    } else {
        lang.pick(
            format!("Not stopped early: {open} of {} pairs stayed open over {}. Open does not mean equal.", early.pairs.len(), words::cases(early.cases as u64, lang)),
            format!("일찍 멈추지 않았습니다. 짝 {}개 가운데 {open}개가 {cases}문항에서 판가름나지 않았습니다. 같다는 뜻은 아닙니다.", early.pairs.len()),
        )
    }
}

/// What the figures are, and what they are not.
#[must_use]
pub fn caution(early: &Early, lang: Lang) -> String {
    let what = match early.measure {
        Measure::Pass => lang.pick("Pass rates", "통과율의"),
        Measure::Score => lang.pick("Scores × 100", "점수(× 100)의"),
    };
    let alpha = (100.0 * early.alpha).round();
    lang.pick(
        format!(
            "{what}, second minus first. These intervals hold at every look and for all pairs at once ({alpha} %); other intervals \
             of this run are made for a number of cases fixed beforehand. An estimate at an early stop tends to be extreme. The cases \
             were asked in an order drawn by the seed, by all targets abreast."
        ),
        format!(
            "{what} 차이이며 뒤에서 앞을 뺐습니다. 이 구간은 언제 보아도, 모든 짝에 한꺼번에 성립합니다({alpha}%). 이 실행의 다른 구간은 문항 수를 \
             미리 정했을 때 성립합니다. 일찍 멈췄을 때의 점수 차는 크게 나오기 쉽습니다. 문항은 시드로 뽑은 차례로, 모든 대상에 나란히 물었습니다."
        ),
    )
}

/// The page: why it stopped or did not, each pair with its interval, what was saved.
#[must_use]
pub fn page(early: &Early, style: &Style) -> String {
    let lang = style.lang;
    let head = sentence(early, lang);
    let mut out = paragraph(&head, 0, style);
    let mut table = Table::new()
        .text(lang.pick("Pair", "짝"))
        .number(lang.pick("Points", "점수 차"))
        .number(lang.pick("at every look", "언제 보아도"))
        .whole(lang.pick("Verdict", "판정"))
        .number(lang.pick("Case", "문항째"));
    for pair in &early.pairs {
        table.row([
            Cell::new(format!("{} → {}", terminal_line(&pair.a), terminal_line(&pair.b))),
            Cell::new(
                pair.estimate
                    .map_or_else(|| "–".to_owned(), |estimate| signed(estimate, style)),
            ),
            Cell::new(format!("{} … {}", signed(pair.low, style), signed(pair.high, style))),
            verdict(pair, early.margin, lang),
            Cell::new(pair.settled_at.map(|at| grouped(at as u64)).unwrap_or_default()),
        ]);
    }
    out.push_str(&table.draw(style, 2));
    out.push_str(&paragraph(&caution(early, lang), 0, style));
    out
}

fn verdict(pair: &EarlyPair, margin: f64, lang: Lang) -> Cell {
    let cell = Cell::new(standing(pair, margin, lang));
    match pair.standing {
        Standing::Better => cell.painted(Paint::Good),
        Standing::Worse => cell.painted(Paint::Bad),
        Standing::WithinMargin => cell,
        Standing::Open => cell.painted(Paint::Dim),
    }
}

/// What the evidence says of a pair, in a word.
fn standing(pair: &EarlyPair, margin: f64, lang: Lang) -> String {
    let within = format!("{:.1}", 100.0 * margin);
    let within = within.trim_end_matches('0').trim_end_matches('.');
    match pair.standing {
        Standing::Better => lang.pick("better", "더 나음").to_owned(),
        Standing::Worse => lang.pick("worse", "더 못함").to_owned(),
        Standing::WithinMargin => lang.pick(format!("within {within} points"), format!("{within}점 이내")),
        Standing::Open => lang.pick("open", "모름").to_owned(),
    }
}

/// The same as Markdown.
#[must_use]
pub fn markdown(early: &Early, lang: Lang) -> String {
    let plain = Style {
        width: 100,
        ascii: false,
        color: false,
        lang,
    };
    let mut out = format!("{}\n\n", markdown_inline(&sentence(early, lang)));
    out.push_str(lang.pick(
        "| pair | points | at every look | verdict | case |\n|---|---:|---:|---|---:|\n",
        "| 짝 | 점수 차 | 언제 보아도 | 판정 | 문항째 |\n|---|---:|---:|---|---:|\n",
    ));
    for pair in &early.pairs {
        let estimate = pair
            .estimate
            .map_or_else(|| "–".to_owned(), |estimate| signed(estimate, &plain));
        out.push_str(&format!(
            "| {} → {} | {estimate} | {} … {} | {} | {} |\n",
            markdown_inline(&pair.a),
            markdown_inline(&pair.b),
            signed(pair.low, &plain),
            signed(pair.high, &plain),
            standing(pair, early.margin, lang),
            pair.settled_at.map(|at| grouped(at as u64)).unwrap_or_default(),
        ));
    }
    out.push_str(&format!("\n{}\n", markdown_inline(&caution(early, lang))));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn early(settled: bool) -> Early {
        let pair = |a: &str, b: &str, standing, estimate: f64| EarlyPair {
            a: a.to_owned(),
            b: b.to_owned(),
            standing,
            cases: 84,
            settled_at: (standing != Standing::Open).then_some(61),
            estimate: Some(estimate),
            low: estimate - 0.04,
            high: estimate + 0.045,
        };
        let third = if settled {
            Standing::WithinMargin
        } else {
            Standing::Open
        };
        Early {
            measure: if settled { Measure::Pass } else { Measure::Score },
            cases: if settled { 84 } else { 500 },
            planned: 500,
            answers: if settled { 252 } else { 1500 },
            saved: if settled { 1248 } else { 0 },
            settled,
            alpha: 0.05,
            margin: 0.05,
            pairs: vec![
                pair("gpt", "llama", Standing::Worse, -0.31),
                pair("llama", "gemini", Standing::Better, 0.302),
                pair("gpt", "gemini", third, -0.004),
            ],
        }
    }

    #[test]
    fn an_early_stop_is_told() {
        let style = |lang| Style {
            width: 80,
            ascii: false,
            color: false,
            lang,
        };
        let pages = [
            page(&early(true), &style(Lang::En)),
            page(&early(true), &style(Lang::Ko)),
            page(&early(false), &style(Lang::En)),
        ];
        insta::assert_snapshot!(pages.join("\n"));
    }
}
