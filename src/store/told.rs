//! Scores and faults as they are stored: what this program says itself is kept in English and in Korean, so that a run can be
//! read in either language later. The English stands under the name it always had, the Korean beside it; runs of older
//! programs have none, and older programs pass over it.

use serde::{Deserialize, Serialize};

use std::borrow::Cow;
use std::time::Duration;

use crate::domain::{Fault, FaultKind, Retry, Said, Scope, Score};

#[derive(Serialize, Deserialize)]
struct StoredScore<'a> {
    scorer: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pass: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    points: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unscored: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unscored_ko: Option<Cow<'a, str>>,
    why: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why_ko: Option<Cow<'a, str>>,
    weight: f64,
}

/// The scores of an answer as JSON.
pub(super) fn scores_json(scores: &[Score]) -> String {
    let rows: Vec<StoredScore<'_>> = scores
        .iter()
        .map(|score| StoredScore {
            scorer: Cow::Borrowed(&score.scorer),
            pass: score.pass,
            points: score.points,
            label: score.label.as_deref().map(Cow::Borrowed),
            unscored: score.unscored.as_deref().map(Cow::Borrowed),
            unscored_ko: score.unscored.as_ref().and_then(Said::korean).map(Cow::Borrowed),
            why: Cow::Borrowed(&score.why),
            why_ko: score.why.korean().map(Cow::Borrowed),
            weight: score.weight,
        })
        .collect();
    serde_json::to_string(&rows).expect("our own types are plain JSON")
}

/// Scores written by [`scores_json`], now or by an older program.
pub(super) fn scores_of(json: &str) -> serde_json::Result<Vec<Score>> {
    let rows: Vec<StoredScore<'_>> = serde_json::from_str(json)?;
    let text = Cow::into_owned;
    Ok(rows
        .into_iter()
        .map(|row| Score {
            scorer: row.scorer.into_owned(),
            pass: row.pass,
            points: row.points,
            label: row.label.map(text),
            unscored: row
                .unscored
                .map(|unscored| Said::stored(unscored.into_owned(), row.unscored_ko.map(text))),
            why: Said::stored(row.why.into_owned(), row.why_ko.map(text)),
            weight: row.weight,
        })
        .collect())
}

#[derive(Serialize, Deserialize)]
struct StoredFault<'a> {
    kind: FaultKind,
    retry: Retry,
    scope: Scope,
    message: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message_ko: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error_type: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    param: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<Duration>,
}

/// A fault as JSON.
#[must_use]
pub fn fault_json(fault: &Fault) -> String {
    let row = StoredFault {
        kind: fault.kind,
        retry: fault.retry,
        scope: fault.scope,
        message: Cow::Borrowed(&fault.message),
        message_ko: fault.message.korean().map(Cow::Borrowed),
        status: fault.status,
        error_type: fault.error_type.as_deref().map(Cow::Borrowed),
        code: fault.code.as_deref().map(Cow::Borrowed),
        param: fault.param.as_deref().map(Cow::Borrowed),
        retry_after: fault.retry_after,
    };
    serde_json::to_string(&row).expect("our own types are plain JSON")
}

/// A fault written by [`fault_json`], now or by an older program.
///
/// # Errors
/// When it is none.
pub fn fault_of(json: &str) -> serde_json::Result<Fault> {
    let row: StoredFault<'_> = serde_json::from_str(json)?;
    let text = Cow::into_owned;
    Ok(Fault {
        kind: row.kind,
        retry: row.retry,
        scope: row.scope,
        message: Said::stored(row.message.into_owned(), row.message_ko.map(text)),
        status: row.status,
        error_type: row.error_type.map(text),
        code: row.code.map(text),
        param: row.param.map(text),
        retry_after: row.retry_after,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::said;

    #[test]
    fn both_languages_come_back_and_older_runs_are_read() {
        let score = Score {
            scorer: "equals".to_owned(),
            pass: Some(false),
            points: Some(0.0),
            label: None,
            unscored: None,
            why: said!("`a` is not `b`", "`a`은(는) `b`이(가) 아닙니다"),
            weight: 1.0,
        };
        let unscored = Score {
            unscored: Some(said!("no", "아니오")),
            ..score.clone()
        };
        let scores = vec![score, unscored];
        assert_eq!(scores_of(&scores_json(&scores)).unwrap(), scores);
        let mut fault = Fault::new(
            FaultKind::Timeout,
            said!("no answer within 5 s", "5초 안에 답이 없습니다"),
        );
        fault.retry_after = Some(Duration::from_millis(1500));
        fault.code = Some("x".to_owned());
        assert_eq!(fault_of(&fault_json(&fault)).unwrap(), fault);

        // As written before there were two languages.
        let older = r#"[{"scorer":"s","pass":true,"points":1.0,"why":"equals `a`","weight":1.0}]"#;
        let read = scores_of(older).unwrap();
        assert_eq!((&*read[0].why, read[0].why.korean()), ("equals `a`", None));
        let older = r#"{"kind":"timeout","retry":"again","scope":"call","message":"no answer within 5 s"}"#;
        assert_eq!(fault_of(older).unwrap().message, "no answer within 5 s");
        // As older programs read what is written now.
        let json = scores_json(&scores);
        let by_older: Vec<Score> = serde_json::from_str(&json).unwrap();
        assert_eq!(&*by_older[0].why, "`a` is not `b`");
    }
}
