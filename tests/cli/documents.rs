//! The examples of the documents, tried.

use std::path::PathBuf;

use crate::lab::Lab;

fn document(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The blocks of a language in a page of Markdown.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect()
}

#[test]
fn every_configuration_in_the_documents_loads() {
    let mut tried = 0;
    for name in ["docs/targets.md", "docs/llama.md", "README.md", "README.ko.md"] {
        let page = document(name);
        for block in blocks(&page, "toml")
            .into_iter()
            .filter(|block| block.contains("[targets."))
        {
            let lab = Lab::new();
            lab.write("config.toml", block);
            let ended = lab.run(&["targets", "list"]);
            assert_eq!(ended.code, 0, "{name}:\n{block}\n{}", ended.err);
            assert!(ended.err.is_empty(), "{name}:\n{block}\n{}", ended.err);
            tried += 1;
        }
    }
    assert!(tried >= 8, "only {tried} examples were found");
}
