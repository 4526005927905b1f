//! Small commands: scorer pages, schemas, completions, manual.

use clap::CommandFactory as _;

use super::args::{Cli, CompletionsArgs, SchemaArgs, SchemaOf, ScorersArgs};
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::printer::Printer;
use crate::domain::Lang;
use crate::said;
use crate::scorer;

pub(super) fn scorers(args: &ScorersArgs, printer: &Printer) -> Outcome {
    if let Some(name) = &args.name {
        let Some(kind) = scorer::kind(name) else {
            let names: Vec<&str> = scorer::ALL.iter().map(|kind| kind.name).collect();
            return Err(Failure::usage(
                said!("there is no scorer `{name}`", "`{name}`라는 채점기는 없습니다"),
                crate::suite::suggest::help(name, names.iter().copied()),
            ));
        };
        if printer.lang == Lang::Ko {
            let about = summary(kind, Lang::Ko);
            printer.out(&format!("{about}. 자세한 설명은 영어입니다.\n"))?;
        }
        printer.out(&scorer::page(kind))?;
        return Ok(Exit::Done);
    }
    let width = scorer::ALL.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for kind in scorer::ALL {
        let (head, indent) = (format!("  {:width$}  ", kind.name), " ".repeat(width + 4));
        text.push_str(&crate::report::hanging(
            &summary(kind, printer.lang),
            (&head, &indent),
            &printer.style(),
        ));
    }
    text.push_str(printer.say(
        "\nnarani scorers NAME shows the page of one\n",
        "\n`narani scorers 이름`으로 자세한 설명을 봅니다\n",
    ));
    printer.out(&text)?;
    Ok(Exit::Done)
}

pub(super) fn schema(args: &SchemaArgs, printer: &Printer) -> Outcome {
    let schema = match args.which {
        SchemaOf::Suite => crate::suite::schema(),
        SchemaOf::Config => crate::config::schema(),
    };
    let text =
        serde_json::to_string_pretty(&schema).map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    printer.out(&text)?;
    Ok(Exit::Done)
}

pub(super) fn completions(args: &CompletionsArgs, printer: &Printer) -> Outcome {
    let mut text = Vec::new();
    let mut command = Cli::command();
    if printer.lang == Lang::Ko {
        command = super::korean::translated(command);
    }
    clap_complete::generate(args.shell, &mut command, "narani", &mut text);
    printer.out(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}

pub(super) fn man(printer: &Printer) -> Outcome {
    printer.out(&manual(printer.lang)?)?;
    Ok(Exit::Done)
}

/// The manual: one page, with a chapter for each command.
fn manual(lang: Lang) -> std::io::Result<String> {
    let mut command = Cli::command();
    if lang == Lang::Ko {
        command = super::korean::translated(command);
    }
    // Names as people type them: `narani review export`.
    command.build();
    let mut written = page(&command)?;
    chapters(&command, &mut written)?;
    let mut text = String::new();
    for line in written.lines() {
        let heading = line.strip_prefix(".SH ").or_else(|| line.strip_prefix(".SS "));
        let told = heading.and_then(|heading| HEADINGS.iter().find(|(english, _)| *english == heading));
        match told {
            Some((english, korean)) => text.push_str(&format!("{}{}\n", &line[..4], lang.pick(english, korean))),
            // There is no page of its own to refer to.
            None => match line.strip_suffix("(1)").filter(|name| name.starts_with("narani\\-")) {
                Some(name) => text.push_str(&format!("{}\n", name.replace("\\-", " "))),
                None => text.push_str(&format!("{line}\n")),
            },
        }
    }
    Ok(text)
}

/// Headings of a manual page.
const HEADINGS: [(&str, &str); 7] = [
    ("NAME", "이름"),
    ("SYNOPSIS", "사용법"),
    ("DESCRIPTION", "설명"),
    ("OPTIONS", "선택지"),
    ("SUBCOMMANDS", "명령"),
    ("EXTRA", "더 보기"),
    ("VERSION", "버전"),
];

/// The page of one command.
fn page(command: &clap::Command) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A chapter for each command below another, with the commands below those.
fn chapters(above: &clap::Command, text: &mut String) -> std::io::Result<()> {
    for command in above
        .get_subcommands()
        .filter(|command| !command.is_hide_set() && command.get_name() != "help")
    {
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
        text.push_str(&format!(".SH {}\n", name.to_uppercase()));
        let mut wanted = false;
        for line in page(command)?.lines() {
            match line.strip_prefix(".SH ") {
                // What the page as a whole says already.
                Some("NAME" | "VERSION") => wanted = false,
                Some(heading) => {
                    wanted = true;
                    text.push_str(&format!(".SS {heading}\n"));
                }
                None if wanted => text.push_str(&format!("{line}\n")),
                None => {}
            }
        }
        chapters(command, text)?;
    }
    Ok(())
}

/// What each scorer does, in Korean. The English is the first sentence of its page.
const SUMMARIES: [(&str, &str); 22] = [
    ("equals", "답변 전체가 정답 가운데 하나와 같으면 통과"),
    ("includes", "있어야 할 말이 답변에 있으면 통과"),
    ("excludes", "없어야 할 말이 답변에 없으면 통과"),
    ("regex", "답변에서 정규식이 찾아지면 통과"),
    ("number", "답변이 내놓은 수가 정답과 같으면 통과"),
    ("choice", "객관식 문제에서 맞는 보기를 고르면 통과"),
    ("json", "답변이 올바른 JSON이면 통과"),
    ("json_schema", "답변이 JSON 스키마에 맞는 JSON이면 통과"),
    ("json_path", "답변 JSON의 정해진 자리에 맞는 값이 있으면 통과"),
    ("length", "답변이 너무 짧지도 길지도 않으면 통과"),
    (
        "edit_similarity",
        "정답에 얼마나 가까운지 점수로 매김: 1 − 고친 글자 수 ÷ 더 긴 쪽의 길이",
    ),
    (
        "token_f1",
        "함께 쓴 낱말을 점수로 매김: SQuAD의 F1, 한국어는 KorQuAD의 F1",
    ),
    (
        "rouge_l",
        "같은 차례로 나오는 낱말을 점수로 매김: ROUGE-L, 가장 긴 공통 부분열의 F1",
    ),
    ("bleu", "이어진 낱말 한 개에서 네 개까지를 점수로 매김: 문장 BLEU ÷ 100"),
    ("chrf", "이어진 글자 한 개에서 여섯 개까지를 점수로 매김: chrF ÷ 100"),
    ("language", "글자로 보아 답변이 정해진 언어이면 통과"),
    ("refusal", "답변이 거절이면 통과"),
    (
        "finish",
        "답변이 끝나야 할 대로 끝났으면 통과. 따로 적지 않으면 자연스러운 끝",
    ),
    ("latency", "답변이 충분히 빨리 오면 통과"),
    ("cost", "답변이 충분히 싸면 통과"),
    (
        "expression",
        "직접 쓴 식으로 채점: `true`, `false`, 또는 0에서 1까지의 점수",
    ),
    ("command", "직접 만든 프로그램이 채점: JSON 한 줄을 받아 한 줄로 답함"),
];

/// What a scorer does, in a sentence.
fn summary(kind: &scorer::Kind, lang: Lang) -> String {
    let korean = SUMMARIES.iter().find(|(name, _)| *name == kind.name);
    if let (Lang::Ko, Some((_, korean))) = (lang, korean) {
        return (*korean).to_owned();
    }
    let schema = (kind.schema)();
    let text = schema
        .get("description")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    let paragraph = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    paragraph
        .split(". ")
        .next()
        .unwrap_or_default()
        .trim_end_matches('.')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list of scorers was English in every language.
    #[test]
    fn every_scorer_has_its_korean_sentence() {
        let known: Vec<&str> = SUMMARIES.iter().map(|(name, _)| *name).collect();
        let wanted: Vec<&str> = scorer::ALL.iter().map(|kind| kind.name).collect();
        assert_eq!(known, wanted);
    }

    /// The page listed pages that do not exist, told no option of any command, and was English in every language.
    #[test]
    fn the_manual_tells_every_command_in_both_languages() {
        for (lang, options, heading) in [(Lang::En, "OPTIONS", "SYNOPSIS"), (Lang::Ko, "선택지", "사용법")] {
            let text = manual(lang).unwrap();
            assert!(!text.contains("(1)"), "{lang:?}");
            assert!(text.contains(&format!(".SH {options}")), "{lang:?}");
            for chapter in ["NARANI RUN", "NARANI REVIEW EXPORT", "NARANI TARGETS CHECK"] {
                let (_, chapter) = text.split_once(&format!(".SH {chapter}\n")).expect(chapter);
                assert!(chapter.starts_with(&format!(".SS {heading}\n")), "{lang:?}");
            }
            if lang == Lang::Ko {
                for english in ["SYNOPSIS", "DESCRIPTION", "OPTIONS", "Ask every target", "Print help"] {
                    assert!(!text.contains(english), "{english}");
                }
            }
        }
    }
}
