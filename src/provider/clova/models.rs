//! What each model of CLOVA Studio takes, as data. Facts from NAVER Cloud's guide up to October 2026.

use crate::provider::capability::row;

/// What one model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Model {
    /// Which generation of the interface serves it.
    pub(super) api: Api,
    /// Thinks unless told not to, and takes a JSON schema when told not to.
    pub(super) thinks: bool,
    /// Most tokens of one answer.
    pub(super) most_output: u32,
}

/// Generations of the interface; their bodies differ in names and ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    V1,
    V3,
}

const fn model(api: Api, thinks: bool, most_output: u32) -> Model {
    Model {
        api,
        thinks,
        most_output,
    }
}

const PLAIN: Model = model(Api::V3, false, 4096);
const THINKER: Model = model(Api::V3, true, 32_768);
const OLD: Model = model(Api::V1, false, 4096);

/// Rows by the beginning of the name, in capitals.
const MODELS: &[(&str, Model)] = &[
    ("HCX-003", OLD),
    ("HCX-DASH-001", OLD),
    ("HCX-005", PLAIN),
    ("HCX-DASH-002", PLAIN),
    ("HCX-DASH", PLAIN),
    ("HCX-007", THINKER),
];

/// What the model of this name takes. Tuned models (`tasks/ID`) come from those that do not think; other
/// unknown names are taken for successors of HCX-007.
pub(super) fn of(name: &str) -> Model {
    if name.starts_with("tasks/") {
        return PLAIN;
    }
    row(MODELS, &name.to_ascii_uppercase()).copied().unwrap_or(THINKER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_their_interface() {
        assert_eq!(of("HCX-003"), OLD);
        assert_eq!(of("hcx-dash-001"), OLD);
        assert_eq!(of("HCX-DASH-002"), PLAIN);
        assert_eq!(of("HCX-007"), THINKER);
        assert_eq!(of("HCX-009"), THINKER);
        assert_eq!(of("tasks/x1"), PLAIN);
    }
}
