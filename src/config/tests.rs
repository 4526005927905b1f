//! Whole configurations, good and bad.

use std::time::Duration;

use super::*;
use crate::domain::{Effort, Price};

/// What the adapters say of themselves, written down here so that these tests stand alone.
fn about(name: ProviderName) -> About {
    let (address, variable, keys): (_, _, &'static [&'static str]) = match name {
        ProviderName::OpenAi | ProviderName::OpenAiResponses => (
            "https://api.openai.com/v1",
            Some("OPENAI_BASE_URL"),
            &["OPENAI_API_KEY"],
        ),
        ProviderName::Anthropic => (
            "https://api.anthropic.com",
            Some("ANTHROPIC_BASE_URL"),
            &["ANTHROPIC_API_KEY"],
        ),
        ProviderName::Gemini => (
            "https://generativelanguage.googleapis.com",
            Some("GOOGLE_GEMINI_BASE_URL"),
            &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        ),
        ProviderName::Clova => ("https://clovastudio.stream.ntruss.com", None, &["CLOVASTUDIO_API_KEY"]),
        ProviderName::Ollama => ("http://localhost:11434", Some("OLLAMA_HOST"), &["OLLAMA_API_KEY"]),
    };
    About {
        title: "",
        address,
        address_variable: variable,
        key_variables: keys,
        simulated_suffix: "",
        version: 1,
        images_inline: false,
    }
}

fn parse_with(text: &str, variables: &[(&str, &str)]) -> Result<Settings, Vec<Problem>> {
    let environment = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    read(
        text,
        0,
        "config.toml",
        Some(PathBuf::from("config.toml")),
        &environment,
        &about,
    )
}

fn parse(text: &str) -> Result<Settings, Vec<Problem>> {
    parse_with(text, &[])
}

fn told(text: &str) -> Vec<String> {
    let problems = match parse(text) {
        Ok(settings) => settings.warnings,
        Err(problems) => problems,
    };
    let line = |problem: Problem| {
        let place = problem.place.unwrap_or_else(|| Place::file("?"));
        let help = problem.help.map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{} {}{help}", place.line, place.column, problem.message)
    };
    problems.into_iter().map(line).collect()
}

fn one(fields: &str) -> (Target, KeySource) {
    let settings = parse(&format!("[targets.a]\nprovider = \"openai\"\nmodel = \"m\"\n{fields}")).unwrap();
    settings.targets[0].clone()
}

#[test]
fn the_shipped_configuration_is_right_and_complete() {
    let settings = parse(BUILT_IN).unwrap();
    assert_eq!(settings.warnings, []);
    let names: Vec<&str> = settings
        .targets
        .iter()
        .map(|(target, _)| target.name.as_str())
        .collect();
    assert_eq!(names, ["gpt", "gpt-responses", "claude", "gemini", "clova", "llama"]);
    let (llama, key) = settings.target("llama").unwrap();
    assert!(llama.local && *key == KeySource::None);
    assert_eq!(llama.timeout, Duration::from_mins(5));
    let (gpt, key) = settings.target("gpt").unwrap();
    assert_eq!(gpt.address, "https://api.openai.com/v1");
    assert_eq!(gpt.params.reasoning_effort, Some(Effort::Low));
    assert_eq!(*key, KeySource::Variables(vec!["OPENAI_API_KEY".to_owned()]));
    assert_eq!(
        gpt.account,
        settings
            .target("gpt-responses")
            .unwrap()
            .0
            .account
            .replace("openai-responses", "openai")
    );
    for provider in ProviderName::ALL {
        assert!(
            settings.targets.iter().any(|(target, _)| target.provider == provider),
            "{}",
            provider.word()
        );
    }
}

#[test]
fn the_examples_in_comments_are_right() {
    let uncommented: Vec<&str> = BUILT_IN
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest)
                if rest.starts_with('[') || rest.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) =>
            {
                rest
            }
            _ => line,
        })
        .collect();
    let settings = parse(&uncommented.join("\n")).unwrap();
    assert_eq!(settings.warnings, []);
    assert_eq!(settings.targets.len(), 12);
    assert!(settings.allows("python3 graders/polite.py"));
    assert!(!settings.allows("python3 graders/polite.py --loud"));
    assert!(settings.target("local").unwrap().0.local);
    assert_eq!(
        settings.target("gemini-search").unwrap().0.extra["tools"][0]["google_search"],
        serde_json::json!({})
    );
    assert_eq!(
        settings.target("clova").unwrap().0.price.as_ref().unwrap().currency.0,
        "KRW"
    );
    assert_eq!(settings.max_cost.len(), 2);
    assert_eq!(settings.gate.unwrap().checks.len(), 5, "one of each kind");
}

#[test]
fn defaults_are_those_of_the_documentation() {
    let (target, key) = one("");
    assert_eq!(
        target,
        Target {
            name: "a".to_owned(),
            provider: ProviderName::OpenAi,
            address: "https://api.openai.com/v1".to_owned(),
            model: "m".to_owned(),
            params: crate::domain::Params::default(),
            extra: serde_json::Map::new(),
            stream: true,
            timeout: Duration::from_mins(2),
            retries: 4,
            hedge_after: None,
            limits: crate::domain::Limits::default(),
            price: None,
            local: false,
            account: "openai https://api.openai.com/v1 OPENAI_API_KEY".to_owned(),
            http1_only: false,
        }
    );
    assert_eq!(key, KeySource::Variables(vec!["OPENAI_API_KEY".to_owned()]));
    let settings = parse("[targets.a]\nprovider = \"openai\"\nmodel = \"m\"").unwrap();
    assert!(settings.cache && settings.max_cost.is_empty() && settings.lang.is_none());
    assert_eq!(settings.results, PathBuf::from("results"));
    assert_eq!(crate::price::format_sums(&settings.confirm_above), "$1.00 + ₩1,000");
}

#[test]
fn everything_can_be_said() {
    let (target, key) = one(
        "address = \"http://gpu-box:8000/v1/\"\nkey = { command = [\"pass\", \"show\", \"x\"] }\nstream = false\ntimeout_s = 0.5\nretries = 0\nlocal = false\naccount = \"team\"\nhttp1_only = true\n\
         params = { temperature = 0.10, stop = [\"\\n\"] }\nextra = { min_p = 0.10, n = 1_000, deep = { a = [true, \"x\"] } }\n\
         limits = { in_flight = 2, tokens_per_minute = 5_000_000_000 }\n\
         price = { input = 2.50, output = \"10\", cached = 0.075, cache_write = 3.125, currency = \"krw\" }",
    );
    assert_eq!(target.address, "http://gpu-box:8000/v1");
    assert_eq!(
        key,
        KeySource::Command(["pass", "show", "x"].map(str::to_owned).to_vec())
    );
    assert_eq!(
        (target.stream, target.retries, target.local, target.http1_only),
        (false, 0, false, true)
    );
    assert_eq!(target.timeout, Duration::from_millis(500));
    assert_eq!(target.params.temperature, Some(0.1));
    assert_eq!(
        serde_json::Value::Object(target.extra),
        serde_json::json!({"min_p": 0.1, "n": 1000, "deep": {"a": [true, "x"]}})
    );
    assert_eq!(target.limits.tokens_per_minute, Some(5_000_000_000));
    assert_eq!(
        target.price,
        Some(Price {
            input: 2_500_000,
            output: 10_000_000,
            cached: Some(75_000),
            cache_write: Some(3_125_000),
            currency: crate::domain::Currency("KRW".to_owned()),
            long: None
        })
    );
}

#[test]
fn every_mistake_is_told_at_once() {
    assert_eq!(
        told(
            "languge = \"ko\"\nlang = \"kr\"\nmax_cost = [\"5\", \"1 USD\", \"2 USD\"]\ncache = \"yes\"\n\
             [alow]\ncommands = []\n\
             [targets.a]\nprovider = \"opnai\"\nmodel = \"m\"\n\
             [targets.b]\nprovider = \"openai\"\n\
             [targets.\"c,d\"]\nprovider = \"vllm\"\nmodel = 5\ntimeout = 3\n\
             [targets.e]\nprovider = \"openai\"\nmodel = \"m\"\nbase_url = \"x\"\naddress = \"api.openai.com\"\nretries = -1\ntimeout_s = 0\nlimits = { rpm = 5 }\nprice = { input = 1e3 }\nparams = { temperature = \"hot\", max_tokens = 5 }\nstream = 1\n\
             [targets.B]\nprovider = \"ollama\"\nmodel = \"m\"\nlimits = { in_flight = 0 }\nprice = { input = 1 }\n"
        ),
        [
            "1:1 the configuration has no field `languge` (did you mean `lang`?)",
            "2:8 `lang` takes one of `ko`, `en`, not the text `kr` (did you mean `ko`?)",
            "3:13 `max_cost`: `5` has no currency: write `$5`, `₩3000`, `5.00 USD` or `3000 KRW`",
            "3:27 `max_cost` names `USD` twice",
            "4:9 `cache` takes `true` or `false`, not the text `yes` (write `true` or `false`, in lower case and without quotes)",
            "5:2 the configuration has no field `alow` (did you mean `allow`?)",
            "8:12 there is no provider `opnai` (did you mean `openai`?)",
            "10:10 target `b` names no `model` (`model` is the name that the service gives it, such as \"gpt-6.2-sol\")",
            "12:10 `c,d` cannot be the name of a target (use up to 60 letters, digits, dots, hyphens or blanks; no commas, no slashes)",
            "13:12 there is no provider `vllm` (it speaks the protocol of `openai`: write `provider = \"openai\"` and its `address`)",
            "15:1 target `c,d` has no field `timeout` (did you mean `timeout_s`?)",
            "19:1 target `e` has no field `base_url` (did you mean `address`?)",
            "20:11 `address` of target `e`: `api.openai.com` is no address (an address begins with `https://`, or with `http://` on your own machine)",
            "21:11 `retries` takes a whole number from 0 to 20, not `-1`",
            "22:13 `timeout_s` takes a number above 0 and up to 86400, not `0`",
            "23:12 `limits` has no field `rpm` (did you mean `requests_per_minute`?)",
            "24:19 `input` takes a price per million tokens, such as `2.50`, not `1e3`",
            "25:26 `temperature` takes a number, not the text `hot`",
            "25:33 `params` has no field `max_tokens` (did you mean `max_output_tokens`?)",
            "26:10 `stream` takes `true` or `false`, not `1`",
            "27:10 `b` and `B` differ only in capitals (files are named after targets; choose another name)",
            "30:10 a limit of 0 lets nothing through (leave out what you do not know)",
            "31:9 a price has an `input` and an `output` (per million tokens: `price = { input = 2.50, output = 10.00 }`)",
        ]
    );
}

#[test]
fn configurations_without_targets_are_told() {
    assert_eq!(
        told("lang = \"ko\"\n"),
        ["1:1 the configuration names no targets (a target begins with `[targets.NAME]`; `narani init` writes some)"]
    );
    assert_eq!(
        told("[gpt]\nprovider = \"openai\"\nmodel = \"m\"\n")[0],
        "1:1 the configuration names no targets (write `[targets.gpt]` instead of `[gpt]`)"
    );
    assert_eq!(
        told("[targets]\n")[0],
        "1:1 `targets` is empty (a target begins with `[targets.NAME]`)"
    );
    assert!(told("targets = [\n")[0].contains("not valid TOML"));
}

#[test]
fn keys_are_named_not_held_and_never_shown() {
    let planted = "sk-planted-abcdefgh0123456789";
    for field in [
        format!("key = \"{planted}\""),
        format!("key = {{ env = \"{planted}\" }}"),
        format!("key = {{ value = \"{planted}\" }}"),
        format!("api_key = \"{planted}\""),
        format!("key = {planted}"),
        format!("token = [\"{planted}\"]"),
        format!("key = {{ command = \"{planted}\" }}"),
        format!("key = {{ env = \"A\", command = [\"{planted}\"] }}"),
        format!("address = \"https://me:{planted}@api.openai.com/v1\""),
        "key = {}".to_owned(),
    ] {
        let text = format!("[targets.a]\nprovider = \"openai\"\nmodel = \"m\"\n{field}\n");
        let problems = parse(&text).unwrap_err();
        assert!(!format!("{problems:?}").contains("planted"), "{field}: {problems:?}");
        assert!(
            problems
                .iter()
                .all(|problem| problem.place.as_ref().unwrap().span.is_none())
        );
        assert_eq!(problems[0].place.as_ref().unwrap().line, 4, "{field}");
    }
}

#[test]
fn a_key_goes_only_where_it_belongs() {
    let problem = |fields: &str| {
        let text = format!("[targets.a]\nprovider = \"openai\"\nmodel = \"m\"\n{fields}");
        parse(&text)
            .map(|settings| settings.targets[0].1.clone())
            .map_err(|problems| problems[0].code)
    };
    assert_eq!(problem("address = \"https://api.deepseek.com/v1\""), Err("whose_key"));
    assert_eq!(
        problem("address = \"https://api.deepseek.com/v1\"\nkey = { env = \"DEEPSEEK_API_KEY\" }"),
        Ok(KeySource::Variables(vec!["DEEPSEEK_API_KEY".to_owned()]))
    );
    assert_eq!(
        problem("address = \"https://llm.example.com/v1\"\nlocal = true"),
        Ok(KeySource::None)
    );
    assert_eq!(problem("address = \"http://192.168.0.5:8000/v1\""), Ok(KeySource::None));
    let own = Ok(KeySource::Variables(vec!["OPENAI_API_KEY".to_owned()]));
    assert_eq!(problem("address = \"https://eu.api.openai.com/v1\""), own);
    // Whoever sets the vendor's variable asks for this.
    let settings = parse_with(
        "[targets.a]\nprovider = \"openai\"\nmodel = \"m\"",
        &[("OPENAI_BASE_URL", "https://gateway.example.com/openai/")],
    );
    let settings = settings.unwrap();
    assert_eq!(settings.targets[0].0.address, "https://gateway.example.com/openai");
    assert_eq!(Ok(settings.targets[0].1.clone()), own);
}

#[test]
fn keys_in_the_clear_are_warned_about() {
    let text = "[targets.a]\nprovider = \"openai\"\nmodel = \"m\"\naddress = \"http://llm.example.com/v1\"\nkey = { env = \"X\" }";
    let settings = parse(text).unwrap();
    assert_eq!(settings.warnings.len(), 1);
    assert_eq!(settings.warnings[0].code, "in_the_clear");
}

#[test]
fn the_environment_wins() {
    let text = "lang = \"ko\"\nresults = \"here\"\n[targets.a]\nprovider = \"ollama\"\nmodel = \"m\"\n[targets.b]\nprovider = \"ollama\"\nmodel = \"m\"\naddress = \"http://localhost:1\"";
    let settings = parse_with(
        text,
        &[
            ("NARANI_LANG", "en_US.UTF-8"),
            ("NARANI_RESULTS", "there"),
            ("OLLAMA_HOST", "0.0.0.0"),
        ],
    )
    .unwrap();
    assert_eq!(settings.lang, Some(Lang::En));
    assert_eq!(settings.results, PathBuf::from("there"));
    assert_eq!(settings.targets[0].0.address, "http://127.0.0.1:11434");
    assert_eq!(settings.targets[1].0.address, "http://localhost:1");
    // A language that is none leaves the one of the file; the command line tells of it.
    let settings = parse_with(text, &[("NARANI_LANG", "korean")]).unwrap();
    assert_eq!(settings.lang, Some(Lang::Ko));
    let problems = parse_with(text, &[("OLLAMA_HOST", "http://me:secret@x")]).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(!format!("{problems:?}").contains("me:secret"));
    let remote = parse_with(text, &[("OLLAMA_HOST", "https://ollama.com")]).unwrap();
    assert!(!remote.targets[0].0.local);
    assert_eq!(
        remote.targets[0].1,
        KeySource::Variables(vec!["OLLAMA_API_KEY".to_owned()])
    );
}

/// A proxy on this machine, named by `OPENAI_BASE_URL`, never got the key that stood beside it.
#[test]
fn a_proxy_named_by_the_vendors_variable_gets_the_key_beside_it() {
    let proxy = ("OPENAI_BASE_URL", "http://localhost:4000/v1");
    let key = ("OPENAI_API_KEY", "k");
    let of = |fields: &str, variables: &[(&str, &str)]| {
        let text = format!("[targets.a]\nprovider = \"openai\"\nmodel = \"m\"\n{fields}");
        parse_with(&text, variables).unwrap().targets[0].1.clone()
    };
    assert_eq!(
        of("", &[proxy, key]),
        KeySource::Variables(vec!["OPENAI_API_KEY".to_owned()])
    );
    assert_eq!(
        of("", &[proxy]),
        KeySource::None,
        "without a key it is a server of one's own"
    );
    assert_eq!(of("local = true", &[proxy, key]), KeySource::None);
    assert_eq!(of("address = \"http://localhost:4000/v1\"", &[key]), KeySource::None);
    let ollama = "[targets.a]\nprovider = \"ollama\"\nmodel = \"m\"";
    for host in [
        &[("OLLAMA_API_KEY", "k")][..],
        &[("OLLAMA_HOST", "gpu-box"), ("OLLAMA_API_KEY", "k")],
    ] {
        assert_eq!(
            parse_with(ollama, host).unwrap().targets[0].1,
            KeySource::None,
            "the key of the cloud"
        );
    }
}

/// What a proxy passed on to the vendor with the vendor's key was told as free, and no cap on money held.
#[test]
fn what_a_proxy_with_the_vendors_key_answers_is_not_free() {
    let variables = [("OPENAI_BASE_URL", "http://localhost:4000/v1"), ("OPENAI_API_KEY", "k")];
    let local = |fields: &str, variables: &[(&str, &str)]| {
        let text = format!("[targets.a]\nprovider = \"openai\"\nmodel = \"m\"\n{fields}");
        parse_with(&text, variables).unwrap().targets[0].0.local
    };
    assert!(!local("", &variables));
    assert!(local("", &variables[..1]), "without a key it is a server of one's own");
    assert!(local("local = true", &variables), "who says so knows");
}

#[test]
fn files_are_found_or_told() {
    let none = |_: &str| None;
    let gone = load(Some(Path::new("no/such/config.toml")), &none).unwrap_err();
    assert_eq!(gone[0].code, "missing_file");
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(load(Some(folder.path()), &none).unwrap_err()[0].code, "folder");
    let file = folder.path().join("config.toml");
    std::fs::write(&file, b"\xB0\xA1").unwrap();
    assert_eq!(load(Some(&file), &none).unwrap_err()[0].code, "not_utf8");
    std::fs::write(&file, "").unwrap();
    assert_eq!(load(Some(&file), &none).unwrap_err()[0].code, "empty_file");
    let named = |name: &str| (name == "NARANI_CONFIG").then(|| "no/such/file.toml".to_owned());
    assert_eq!(load(None, &named).unwrap_err()[0].code, "missing_file");
}

#[test]
fn every_field_of_the_schema_is_read() {
    for field in shape::CONFIG.fields() {
        let value = if matches!(field.as_str(), "results") {
            "[[1]]"
        } else {
            "[[\"x\"]]"
        };
        let head = if field == "targets" {
            String::new()
        } else {
            "\n[targets.a]\nprovider = \"openai\"\nmodel = \"m\"".to_owned()
        };
        let problems = parse(&format!("{field} = {value}{head}")).unwrap_err();
        assert!(
            problems.iter().all(|problem| problem.code != "unknown_field"),
            "{field}: {problems:?}"
        );
    }
    for field in shape::TARGET.fields() {
        let others: String = ["provider = \"openai\"", "model = \"m\""]
            .into_iter()
            .filter(|line| !line.starts_with(field.as_str()))
            .flat_map(|line| [line, "\n"])
            .collect();
        let problems = parse(&format!("[targets.a]\n{others}{field} = [[1]]\n")).unwrap_err();
        assert!(
            problems.iter().all(|problem| problem.code != "unknown_field"),
            "{field}: {problems:?}"
        );
    }
}

#[test]
fn any_text_is_read_or_refused_without_panic() {
    use proptest::prelude::*;
    let mut runner = proptest::test_runner::TestRunner::default();
    let field = "(provider|model|address|key|params|price|limits|timeout_s|extra|local) = (\"[a-z:/.@0-9]{0,12}\"|[0-9.eE-]{1,8}|\\{ ?[a-z]{1,8} = [0-9\"]{1,4} ?\\}|\\[[0-9]?\\])\n";
    let text = proptest::collection::vec(field, 0..6);
    runner
        .run(&text, |lines| {
            if let Err(problems) = parse(&format!("[targets.a]\n{}", lines.concat())) {
                prop_assert!(!problems.is_empty());
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    crate::suite::tests::committed("config.schema.json", &schema());
}

#[test]
fn the_built_in_configuration_suits_the_adapters() {
    let settings = load(None, &|_| None).unwrap();
    assert_eq!(settings.file, None);
    for (target, key) in &settings.targets {
        assert_eq!(target.local, *key == KeySource::None, "{}", target.name);
        assert!(target.address.starts_with("http"), "{}", target.address);
    }
}

#[test]
fn the_schema_accepts_what_the_checker_accepts() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors = |text: &str| -> Vec<String> {
        let origin = Origin::text("x", text);
        let mut findings = Findings::new();
        let node = read_toml::read(text, 0, &origin, &mut findings).unwrap();
        let value = node.to_json();
        validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    };
    assert_eq!(errors(BUILT_IN), Vec::<String>::new());
    for wrong in [
        "languge = 'ko'\n[targets.a]\nprovider = 'openai'\nmodel = 'm'",
        "[targets.a]\nprovider = 'opnai'\nmodel = 'm'",
        "[targets.a]\nprovider = 'openai'",
        "[targets.a]\nprovider = 'openai'\nmodel = 'm'\ntimeout_s = 0",
        "[targets.a]\nprovider = 'openai'\nmodel = 'm'\nkey = 'sk'",
    ] {
        assert!(!errors(wrong).is_empty(), "{wrong}");
    }
}

/// A quarantine that lacked its reason hid that its day was none.
#[test]
fn a_quarantine_tells_all_its_mistakes_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.toml");
    let told = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let misread = gate_rules(&path).unwrap_err();
        let told: Vec<String> = misread
            .problems
            .iter()
            .map(|problem| problem.message.to_string())
            .collect();
        told.join("\n")
    };
    let all = told("[gate]\n[[gate.quarantine]]\nuntil = \"2026-13-25\"\n");
    for part in ["lacks `case`", "lacks `reason`", "2026-13-25"] {
        assert!(all.contains(part), "{part}: {all}");
    }
}
