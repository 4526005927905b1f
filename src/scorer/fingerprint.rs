//! Identity of a scorer as a suite asks for it: same fingerprint, same judgement of the same answer.

use serde_json::{Value, json};

use crate::domain::ScorerSpec;

/// Kinds whose rule has changed since it was first released, with the number of the rule; all others are 1.
///
/// A rule that judges any answer differently than before must be entered here, or stored scores would pass
/// for scores of the new rule.
const REVISED: &[(&str, u32)] = &[];

/// `sc_` and 32 hexadecimal digits over everything that decides a score: kind and version of its rule,
/// parameters, threshold, `not`, weight, name.
#[must_use]
pub fn fingerprint(spec: &ScorerSpec) -> String {
    let version = REVISED
        .iter()
        .find(|(kind, _)| *kind == spec.kind)
        .map_or(1, |(_, version)| *version);
    let whole = json!({
        "kind": spec.kind,
        "version": version,
        "params": spec.params,
        "threshold": spec.threshold,
        "not": spec.not,
        "weight": spec.weight,
        "name": spec.name,
    });
    let mut text = String::new();
    write_canonical(&whole, &mut text);
    let hash = blake3::hash(text.as_bytes()).to_hex();
    format!("sc_{}", &hash[..32])
}

/// Compact JSON with the keys of every object in order of their bytes.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| key.as_bytes());
            out.push('{');
            for (at, (key, value)) in fields.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(params: &Value) -> ScorerSpec {
        ScorerSpec {
            name: "equals".to_owned(),
            kind: "equals".to_owned(),
            weight: 1.0,
            threshold: None,
            not: false,
            params: params.as_object().unwrap().clone(),
        }
    }

    #[test]
    fn the_order_of_fields_does_not_matter() {
        assert_eq!(
            fingerprint(&spec(&json!({"a": {"x": 1, "y": 2}, "b": [1]}))),
            fingerprint(&spec(&json!({"b": [1], "a": {"y": 2, "x": 1}}))),
        );
    }

    #[test]
    fn everything_that_decides_a_score_matters() {
        let base = spec(&json!({"ignore": ["case"]}));
        let mut others = vec![spec(&json!({"ignore": []})), spec(&json!({}))];
        let change = |change: fn(&mut ScorerSpec)| {
            let mut other = base.clone();
            change(&mut other);
            other
        };
        others.push(change(|spec| spec.name = "strict".to_owned()));
        others.push(change(|spec| spec.kind = "includes".to_owned()));
        others.push(change(|spec| spec.weight = 2.0));
        others.push(change(|spec| spec.threshold = Some(1.0)));
        others.push(change(|spec| spec.not = true));
        for other in others {
            assert_ne!(fingerprint(&base), fingerprint(&other), "{other:?}");
        }
    }

    /// Stored runs carry fingerprints: when this fails, they would no longer be found.
    #[test]
    fn fingerprints_stay_what_they_were() {
        insta::assert_snapshot!(
            fingerprint(&spec(&json!({"ignore": ["case"], "한글": 1.5}))),
            @"sc_239001df509125a96f7b428345ecdec0"
        );
    }
}
