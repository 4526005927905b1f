//! One target of `config.toml`: defaults and variables applied, everything checked.

use std::time::Duration;

use crate::domain::{Currency, Limits, Price, Problem, ProviderName, Said, Target};
use crate::provider::About;
use crate::said;
use crate::suite::suggest::{help, listed};
use crate::suite::tree::{Data, Entry, Node};
use crate::suite::values::Desk;

use super::Surroundings;
use super::secret::KeySource;
use super::shape::{KEY, PRICE, TARGET};
use super::{address, amount};

/// Longest time of one try, where the target does not say.
const TIMEOUT: Duration = Duration::from_mins(2);

/// The same for targets on machines of the user's, which are slow and do not charge by the minute.
const LOCAL_TIMEOUT: Duration = Duration::from_mins(5);

/// Tries after the first.
const RETRIES: u32 = 4;

/// Reads a target; tells what is wrong with it.
pub(super) fn read(desk: &mut Desk<'_, '_>, entry: &Entry, around: &Surroundings<'_>) -> Option<(Target, KeySource)> {
    let before = desk.findings.errors();
    let node = &entry.value;
    name(desk, entry);
    desk.fields(node, &TARGET, &said!("target `{}`", "`{}` 대상", entry.key))?;
    let provider = provider(desk, entry);
    let model = node
        .get("model")
        .and_then(|model| desk.text(model, "model"))
        .map(|text| text.trim().to_owned());
    if node.get("model").is_none() {
        let problem = Problem::error(
            "missing_field",
            said!(
                "target `{}` names no `model`",
                "`{}` 대상에 `model`이 없습니다",
                entry.key
            ),
        )
        .help(said!(
            "`model` is the name that the service gives it, such as \"gpt-6.2-sol\"",
            "`model`은 서비스에서 쓰는 모델 이름입니다(예: \"gpt-6.2-sol\")"
        ));
        desk.tell(entry.key_span, problem);
    }
    let flag = |desk: &mut Desk<'_, '_>, field: &str| {
        let node = node.get(field)?;
        desk.value(node, &TARGET, field)?.as_bool()
    };
    let stream = flag(desk, "stream").unwrap_or(true);
    let http1_only = flag(desk, "http1_only").unwrap_or(false);
    let stated_local = flag(desk, "local");
    let params = node.get("params").map(|node| desk.params(node)).unwrap_or_default();
    let extra = node.get("extra").and_then(|node| extra(desk, node)).unwrap_or_default();
    let timeout = node
        .get("timeout_s")
        .and_then(|node| desk.value(node, &TARGET, "timeout_s"));
    let timeout = timeout.and_then(|value| Duration::try_from_secs_f64(value.as_f64()?).ok());
    let retries = node
        .get("retries")
        .and_then(|node| desk.value(node, &TARGET, "retries"));
    let retries = retries
        .and_then(|value| u32::try_from(value.as_u64()?).ok())
        .unwrap_or(RETRIES);
    let hedge_after = node
        .get("hedge_after")
        .and_then(|node| desk.value(node, &TARGET, "hedge_after"))
        .and_then(|value| Duration::try_from_secs_f64(value.as_f64()?).ok());
    let limits = node
        .get("limits")
        .and_then(|node| limits(desk, node))
        .unwrap_or_default();
    let price = node.get("price").and_then(|node| price(desk, node));
    let account = node.get("account").and_then(|node| desk.text(node, "account"));
    let key = node.get("key").and_then(|node| key(desk, node));
    let provider = provider?;
    let about = (around.about)(provider);
    let address = base(desk, entry, provider, &about, around)?;
    // A proxy of the user's, named by the vendor's own variable: it gets the key beside it, as from the vendor's SDK, and what
    // it answers is the vendor's, not free.
    let proxy = || node.get("address").is_none() && node.get("key").is_none() && by_proxy(&about, &address, around);
    let local = stated_local.unwrap_or_else(|| address::is_own(&address) && !proxy());
    let key = match key {
        Some(key) => key,
        None if node.get("key").is_some() => return None,
        None => usual_key(desk, entry, &about, &address, local)?,
    };
    if key != KeySource::None && address::is_in_the_clear(&address) {
        let problem = Problem::warning(
            "in_the_clear",
            said!(
                "the key of `{}` travels unencrypted",
                "`{}` 대상의 키가 암호화되지 않은 채 전송됩니다",
                entry.key
            ),
        )
        .help(said!("use an address with `https://`", "`https://` 주소를 쓰세요"));
        desk.tell(node.get("address").map_or(entry.key_span, |node| node.span), problem);
    }
    let model = model?;
    if desk.findings.errors() > before {
        return None;
    }
    let account = account.unwrap_or_else(|| account_of(provider, &address, &key));
    let target = Target {
        name: entry.key.clone(),
        provider,
        address,
        model,
        params,
        extra,
        stream,
        timeout: timeout.unwrap_or(if local { LOCAL_TIMEOUT } else { TIMEOUT }),
        retries,
        hedge_after,
        limits,
        price,
        local,
        account,
        http1_only,
    };
    Some((target, key))
}

/// Names stand in tables, file names and, separated by commas, on the command line.
fn name(desk: &mut Desk<'_, '_>, entry: &Entry) {
    let name = &entry.key;
    let wrong = name.trim().is_empty()
        || name.trim() != name
        || name.contains([',', '/', '\\'])
        || name.chars().any(char::is_control)
        || name.chars().count() > 60;
    if wrong {
        let problem = Problem::error(
            "target_name",
            said!(
                "`{}` cannot be the name of a target",
                "`{}`은(는) 대상 이름으로 쓸 수 없습니다",
                name.escape_debug()
            ),
        )
        .help(said!(
            "use up to 60 letters, digits, dots, hyphens or blanks; no commas, no slashes",
            "60자까지 글자, 숫자, 점, 붙임표, 빈칸을 쓸 수 있고 쉼표와 빗금은 쓸 수 없습니다"
        ));
        desk.tell(entry.key_span, problem);
    }
}

fn provider(desk: &mut Desk<'_, '_>, entry: &Entry) -> Option<ProviderName> {
    let words = ProviderName::ALL.map(ProviderName::word);
    let Some(node) = entry.value.get("provider") else {
        let problem = Problem::error(
            "missing_field",
            said!(
                "target `{}` names no `provider`",
                "`{}` 대상에 `provider`가 없습니다",
                entry.key
            ),
        )
        .help(said!("one of {}", "{} 가운데 하나를 쓰세요", listed(&words)));
        desk.tell(entry.key_span, problem);
        return None;
    };
    let word = desk.text(node, "provider")?;
    let found = ProviderName::from_word(&word);
    if found.is_none() {
        let problem = Problem::error(
            "unknown_provider",
            said!("there is no provider `{word}`", "`{word}`라는 제공자는 없습니다"),
        );
        let problem = match word.to_ascii_lowercase().as_str() {
            "google" | "vertex" => problem.help(said!("did you mean `gemini`?", "혹시 `gemini`입니까?")),
            "claude" => problem.help(said!("did you mean `anthropic`?", "혹시 `anthropic`입니까?")),
            "gpt" => problem.help(said!("did you mean `openai`?", "혹시 `openai`입니까?")),
            "hyperclova" | "naver" | "clovax" | "clova-x" => {
                problem.help(said!("did you mean `clova`?", "혹시 `clova`입니까?"))
            }
            "llama" => problem.help(said!(
                "did you mean `ollama`? A llama.cpp server speaks `openai`",
                "혹시 `ollama`입니까? llama.cpp 서버라면 `openai`입니다"
            )),
            "vllm" | "lmstudio" | "lm-studio" | "llama-server" | "llama.cpp" | "groq" | "openrouter" | "deepseek"
            | "mistral" | "together" | "xai" | "azure" => problem.help(said!(
                "it speaks the protocol of `openai`: write `provider = \"openai\"` and its `address`",
                "`openai` 규약을 쓰는 서비스입니다. `provider = \"openai\"`와 `address`를 적으세요"
            )),
            _ => problem.help(help(&word, words)),
        };
        desk.tell(node.span, problem);
    }
    found
}

/// The address: the target's own, else that of the vendor's variable, else the vendor's.
fn base(
    desk: &mut Desk<'_, '_>,
    entry: &Entry,
    provider: ProviderName,
    about: &About,
    around: &Surroundings<'_>,
) -> Option<String> {
    if let Some(node) = entry.value.get("address") {
        let text = desk.text(node, "address")?;
        return match address::checked(provider, &text) {
            Ok(address) => Some(address),
            Err((wrong, remedy)) => {
                let problem = Problem::error(
                    "address",
                    said!(
                        "`address` of target `{}`: {wrong}",
                        "`{}` 대상의 `address`: {wrong}",
                        entry.key
                    ),
                )
                .help(remedy);
                desk.tell(node.span, problem);
                None
            }
        };
    }
    let variable = about
        .address_variable
        .and_then(|variable| Some((variable, (around.environment)(variable)?)))
        .filter(|(_, value)| !value.trim().is_empty());
    let Some((variable, value)) = variable else {
        return Some(about.address.trim_end_matches('/').to_owned());
    };
    match address::checked(provider, &address::of_variable(provider, &value)) {
        Ok(address) => Some(address),
        Err((wrong, remedy)) => {
            // Several targets may look at it; once is enough.
            let problem = Problem::error(
                "address",
                said!("the variable `{variable}`: {wrong}", "환경 변수 `{variable}`: {wrong}"),
            )
            .help(remedy);
            if !around.told.borrow().iter().any(|told| told == variable) {
                around.told.borrow_mut().push(variable.to_owned());
                desk.findings.add(problem);
            }
            None
        }
    }
}

/// The key of a target that names none: the vendor's usual variables, but only at the vendor's own address. A key of one
/// vendor must not go to another because somebody changed an address.
fn usual_key(desk: &mut Desk<'_, '_>, entry: &Entry, about: &About, address: &str, local: bool) -> Option<KeySource> {
    if local || about.key_variables.is_empty() {
        return Some(KeySource::None);
    }
    let stated = entry.value.get("address");
    if let Some(node) = stated
        && !same_service(&address::host(address), &address::host(about.address))
    {
        let problem = Problem::error(
            "whose_key",
            said!(
                "target `{}` does not say which key goes to `{}`",
                "`{}` 대상은 `{}`에 어떤 키를 보낼지 정하지 않았습니다",
                entry.key,
                address::host(address)
            ),
        )
        .help(said!(
            "add `key = {{ env = \"NAME_OF_A_VARIABLE\" }}`, or `local = true` when it needs none",
            "`key = {{ env = \"환경 변수 이름\" }}`을 적거나, 키가 필요 없으면 `local = true`를 적으세요"
        ));
        desk.tell(node.span, problem);
        return None;
    }
    Some(KeySource::Variables(
        about.key_variables.iter().map(|name| (*name).to_owned()).collect(),
    ))
}

/// Whether a machine of the user's stands where the vendor's own would, and a key of the vendor is set.
fn by_proxy(about: &About, address: &str, around: &Surroundings<'_>) -> bool {
    let set = |name: &&str| (around.environment)(name).is_some_and(|value| !value.trim().is_empty());
    address::is_own(address) && !address::is_own(about.address) && about.key_variables.iter().any(set)
}

/// Whether two hosts are of one service: equal, or equal in their last two labels (regional hosts of a vendor).
fn same_service(one: &str, other: &str) -> bool {
    let domain = |host: &str| {
        let mut labels: Vec<&str> = host.rsplit('.').take(2).collect();
        labels.reverse();
        labels.join(".").to_ascii_lowercase()
    };
    !one.is_empty() && domain(one) == domain(other)
}

/// Where the key is. Whatever else stands there is told without being shown: it may be the key itself.
fn key(desk: &mut Desk<'_, '_>, node: &Node) -> Option<KeySource> {
    if node.as_map().is_none() {
        let problem = Problem::error(
            "key_in_file",
            said!(
                "`key` says where the key is, it does not hold it",
                "`key`에는 키 자체가 아니라 키가 있는 곳을 적습니다"
            ),
        )
        .help(said!(
            "put the key into an environment variable and write `key = {{ env = \"ITS_NAME\" }}`",
            "키를 환경 변수에 넣고 `key = {{ env = \"그 이름\" }}`이라고 쓰세요"
        ));
        desk.tell(node.span, problem);
        return None;
    }
    let entries = desk.fields(node, &KEY, &Said::from("`key`"))?;
    let mut sources = Vec::new();
    for Entry { key: field, value, .. } in entries {
        match field.as_str() {
            "env" => {
                let variable = desk.text(value, "env")?;
                let fits = !variable.is_empty()
                    && variable
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                    && !variable.starts_with(|first: char| first.is_ascii_digit());
                if !fits {
                    let problem = Problem::error(
                        "key_in_file",
                        said!(
                            "this is not the name of an environment variable",
                            "환경 변수 이름이 아닙니다"
                        ),
                    )
                    .help(said!(
                        "`env` takes a name such as `OPENAI_API_KEY`, not the key itself",
                        "`env`에는 키가 아니라 `OPENAI_API_KEY` 같은 이름을 적습니다"
                    ));
                    desk.tell(value.span, problem);
                    return None;
                }
                sources.push(KeySource::Variables(vec![variable]));
            }
            "command" => {
                let command: Vec<String> = desk.texts(value, "command").into_iter().map(|(text, _)| text).collect();
                if !matches!(value.data, Data::List(_)) || command.is_empty() {
                    let problem = Problem::error(
                        "wrong_type",
                        said!(
                            "`command` takes a list: the program and its arguments",
                            "`command`에는 프로그램과 인자의 목록을 적습니다"
                        ),
                    )
                    .help(said!(
                        "no shell is started: `command = [\"pass\", \"show\", \"openai\"]`",
                        "셸을 거치지 않습니다: `command = [\"pass\", \"show\", \"openai\"]`"
                    ));
                    desk.tell(value.span, problem);
                    return None;
                }
                sources.push(KeySource::Command(command));
            }
            _ => {}
        }
    }
    if sources.len() == 1 {
        return sources.pop();
    }
    let message = if sources.is_empty() {
        said!("`key` names no source", "`key`에 키가 있는 곳이 없습니다")
    } else {
        said!("`key` names two sources", "`key`에 키가 있는 곳이 둘입니다")
    };
    let problem = Problem::error("key", message).help(said!(
        "write `key = {{ env = \"…\" }}` or `key = {{ command = […] }}`",
        "`key = {{ env = \"…\" }}`나 `key = {{ command = […] }}`로 쓰세요"
    ));
    desk.tell(node.span, problem);
    None
}

fn extra(desk: &mut Desk<'_, '_>, node: &Node) -> Option<serde_json::Map<String, serde_json::Value>> {
    desk.map(node, &Said::from("`extra`"), || {
        said!(
            "its fields go into the request as they are: `extra = {{ service_tier = \"flex\" }}`",
            "적은 필드가 그대로 요청에 들어갑니다: `extra = {{ service_tier = \"flex\" }}`"
        )
    })?;
    node.to_json().as_object().cloned()
}

fn limits(desk: &mut Desk<'_, '_>, node: &Node) -> Option<Limits> {
    let value = desk.value(node, &TARGET, "limits")?;
    let limits: Limits = serde_json::from_value(value).ok()?;
    let zero = [
        limits.in_flight.map(u64::from),
        limits.requests_per_minute.map(u64::from),
        limits.tokens_per_minute,
    ];
    if zero.contains(&Some(0)) {
        let problem = Problem::error(
            "out_of_range",
            said!(
                "a limit of 0 lets nothing through",
                "한도가 0이면 아무것도 보낼 수 없습니다"
            ),
        )
        .help(said!("leave out what you do not know", "모르는 것은 빼세요"));
        desk.tell(node.span, problem);
        return None;
    }
    Some(limits)
}

fn price(desk: &mut Desk<'_, '_>, node: &Node) -> Option<Price> {
    let before = desk.findings.errors();
    desk.fields(node, &PRICE, &Said::from("`price`"))?;
    let mut field = |name: &str| {
        let node = node.get(name)?;
        let text = desk.text(node, name)?;
        match amount::price(&text) {
            Ok(pico) => Some(pico),
            Err(wrong) => {
                let mut problem = Problem::error("price", said!("`{name}` {wrong}", "`{name}` {wrong}"));
                if text.contains(',') {
                    problem = problem.help(said!("decimals stand behind a point", "소수점은 점(.)으로 씁니다"));
                }
                desk.tell(node.span, problem);
                None
            }
        }
    };
    let (input, output) = (field("input"), field("output"));
    let (cached, cache_write) = (field("cached"), field("cache_write"));
    let currency = match node.get("currency") {
        None => Currency::usd(),
        Some(node) => {
            let code = desk.text(node, "currency")?.trim().to_ascii_uppercase();
            if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
                let problem = Problem::error(
                    "currency",
                    said!(
                        "`currency` takes a code of three letters, not `{code}`",
                        "`currency`에는 세 글자 통화 코드를 써야 합니다. 지금은 `{code}`입니다"
                    ),
                )
                .help(said!("for example `USD` or `KRW`", "예: `USD`, `KRW`"));
                desk.tell(node.span, problem);
            }
            Currency(code)
        }
    };
    if desk.findings.errors() > before {
        return None;
    }
    let (Some(input), Some(output)) = (input, output) else {
        let problem = Problem::error(
            "missing_field",
            said!(
                "a price has an `input` and an `output`",
                "가격에는 `input`과 `output`이 모두 있어야 합니다"
            ),
        )
        .help(said!(
            "per million tokens: `price = {{ input = 2.50, output = 10.00 }}`",
            "토큰 백만 개당 가격입니다: `price = {{ input = 2.50, output = 10.00 }}`"
        ));
        desk.tell(node.span, problem);
        return None;
    };
    Some(Price {
        input,
        output,
        cached,
        cache_write,
        currency,
        long: None,
    })
}

/// What tells accounts apart. A command may hold a name of the user's, so only its hash goes in.
fn account_of(provider: ProviderName, address: &str, key: &KeySource) -> String {
    let key = match key {
        KeySource::None => String::new(),
        KeySource::Variables(variables) => format!(" {}", variables.join(" or ")),
        KeySource::Command(command) => {
            let hash = blake3::hash(command.join("\0").as_bytes());
            format!(" command {}", &hash.to_hex()[..8])
        }
    };
    format!("{} {address}{key}", provider.word())
}
