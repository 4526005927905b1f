//! How Ollama's models think, as data. Facts from Ollama's documentation up to August 2026.

use crate::domain::Effort;

/// How a model takes the field `think`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// Not at all: `true` and levels are refused.
    Never,
    /// On, off or a level.
    Any,
    /// A level only; cannot be switched off.
    Levels,
}

/// The levels of the field `think`.
pub(super) const LEVELS: &[Effort] = &[Effort::Low, Effort::Medium, Effort::High, Effort::Max];

/// Families by the beginning of the name; the longest fitting beginning counts. Families that are not
/// listed are left to the server, which refuses in plain words.
const FAMILIES: &[(&str, Thinking)] = &[
    ("gpt-oss", Thinking::Levels),
    ("llama2", Thinking::Never),
    ("llama3", Thinking::Never),
    ("llama4", Thinking::Never),
    ("gemma:", Thinking::Never),
    ("gemma2", Thinking::Never),
    ("gemma3", Thinking::Never),
    ("mistral:", Thinking::Never),
    ("mistral-nemo", Thinking::Never),
    ("mixtral", Thinking::Never),
    ("phi3", Thinking::Never),
    ("phi4:", Thinking::Never),
    ("phi4-mini:", Thinking::Never),
    ("qwen2", Thinking::Never),
    ("exaone3.5", Thinking::Never),
    ("eeve", Thinking::Never),
    ("solar", Thinking::Never),
];

/// How the model of this name thinks. Names without a tag get `:latest`, as the server does it; a
/// namespace (`someone/`) is skipped.
pub(super) fn thinking(name: &str) -> Thinking {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let tagged = if name.contains(':') {
        name
    } else {
        format!("{name}:latest")
    };
    FAMILIES
        .iter()
        .filter(|(start, _)| tagged.starts_with(start))
        .max_by_key(|(start, _)| start.len())
        .map_or(Thinking::Any, |(_, thinking)| *thinking)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_found_by_name() {
        assert_eq!(thinking("llama3.2"), Thinking::Never);
        assert_eq!(thinking("llama3.2:1b"), Thinking::Never);
        assert_eq!(thinking("gpt-oss:20b"), Thinking::Levels);
        assert_eq!(thinking("someone/gpt-oss"), Thinking::Levels);
        assert_eq!(thinking("qwen3:4b"), Thinking::Any);
        assert_eq!(thinking("qwen2.5"), Thinking::Never);
        assert_eq!(thinking("phi4"), Thinking::Never);
        assert_eq!(thinking("phi4-reasoning"), Thinking::Any);
        assert_eq!(thinking("gemma"), Thinking::Never);
        assert_eq!(thinking("gemma4"), Thinking::Any);
        assert_eq!(thinking(""), Thinking::Any);
    }
}
