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
        printer.out(&scorer::page(kind))?;
        return Ok(Exit::Done);
    }
    let width = scorer::ALL.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for kind in scorer::ALL {
        text.push_str(&format!("  {:width$}  {}\n", kind.name, summary(kind)));
    }
    text.push_str(printer.say(
        "\nnarani scorers NAME shows the page of one\n",
        "\nnarani scorers 이름 으로 자세한 설명을 봅니다\n",
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
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut text)?;
    printer.out(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}

/// The first sentence of a scorer's page.
fn summary(kind: &scorer::Kind) -> String {
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
