//! In which language people are spoken to.

use super::lab::Lab;
use super::{TWO_TARGETS, small};

#[test]
fn korean_is_spoken_when_asked_for() {
    let lab = small();
    let ended = lab.run_with(&["check", "suite.yaml"], &[("NARANI_LANG", "ko")]);
    assert!(ended.out.contains("이상 없음"), "{}", ended.out);
    let ended = lab.run_with(&["check", "suite.yaml"], &[("LANG", "ko_KR.UTF-8")]);
    assert!(ended.out.contains("이상 없음"), "{}", ended.out);
}

/// `NARANI_LANG=xx` stopped a run, and was passed over in silence by commands that only read; these then looked for runs in the
/// usual folder, whatever the configuration said.
#[test]
fn a_language_that_is_none_is_noted_and_stops_nothing() {
    let lab = small();
    lab.write("config.toml", format!("results = \"elsewhere\"\n{TWO_TARGETS}"));
    let note = "note: the variable `NARANI_LANG` holds `xx`, which is no language here (known here: `ko`, `en`)\n";
    let lang = [("NARANI_LANG", "xx")];
    for words in [
        &["run", "suite.yaml", "--simulate"] as &[&str],
        &["show"],
        &["check", "suite.yaml"],
    ] {
        let ended = lab.run_with(words, &lang);
        assert_eq!(ended.code, 0, "{words:?}: {}", ended.err);
        assert_eq!(ended.err.matches(note).count(), 1, "{words:?}: {}", ended.err);
        assert_eq!(ended.err.matches("NARANI_LANG").count(), 1, "{words:?}: {}", ended.err);
    }
    for words in [&["show", "--lang", "en"] as &[&str], &["show", "--quiet"]] {
        let ended = lab.run_with(words, &lang);
        assert!(!ended.err.contains("NARANI_LANG"), "{words:?}: {}", ended.err);
    }
}

#[test]
fn init_in_korean_writes_korean_files_that_run() {
    let lab = Lab::new();
    let ended = lab.run(&["init", "--lang", "ko"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let config = std::fs::read_to_string(lab.home.path().join("config.toml")).unwrap();
    assert!(config.contains("누가 답하는지"), "{config}");
    let ended = lab.run(&["check", "suites/first.yaml", "--lang", "ko"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(lab.run(&["run", "suites/first.yaml", "--simulate"]).code, 0);
}

#[test]
fn mistakes_are_told_in_korean_alone() {
    let lab = small();
    lab.write(
        "config.toml",
        "lang = \"ko\"\n[targets.first]\nprovider = \"openai\"\nmodel = \"one\"\n",
    );
    lab.write(
        "wrong.yaml",
        "scorers: [includs]\nprompts:\n  - {name: p, template: '{{ topic }}'}\ncases:\n  - {question: a, expct: b}\n",
    );
    let ended = lab.run(&["check", "wrong.yaml"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    for words in [
        "`includs`라는 채점기는 없습니다",
        "도움: 혹시 `includes`입니까?",
        "오류 ",
    ] {
        assert!(ended.err.contains(words), "{words}:\n{}", ended.err);
    }
    for english in ["help:", "did you mean", "there is no", "has no field", "error"] {
        assert!(!ended.err.contains(english), "`{english}` in:\n{}", ended.err);
    }
    let ended = lab.run(&["run", "suite.yaml"]);
    assert!(ended.err.contains("환경 변수 OPENAI_API_KEY"), "{}", ended.err);
    let ended = lab.run_with(&["show", "zzzz"], &[("NARANI_LANG", "en")]);
    assert!(
        ended.err.contains("no run"),
        "the environment wins over the file: {}",
        ended.err
    );
}
