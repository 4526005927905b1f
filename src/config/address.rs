//! Addresses of services: checked, brought into one form, and told apart by whose machine they name.

use std::net::IpAddr;

use url::{Host, Url};

use crate::domain::ProviderName;
use crate::domain::Said;
use crate::said;

/// Port of Ollama where none is given.
const OLLAMA_PORT: u16 = 11434;

/// An address as it is used: `http` or `https`, no trailing slash. Azure's deployments of OpenAI's models want the version
/// of their interface behind it, so `?api-version=…` may stand there; nothing else may, since it could be a key.
///
/// # Errors
/// What is wrong, following the words "the address", and what to do.
pub(super) fn checked(provider: ProviderName, text: &str) -> Result<String, (Said, Said)> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| {
        (
            said!("`{text}` is no address", "`{text}`은(는) 주소가 아닙니다"),
            said!(
                "an address begins with `https://`, or with `http://` on your own machine",
                "주소는 `https://`로, 내 컴퓨터라면 `http://`로 시작합니다"
            ),
        )
    })?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err((
            said!(
                "`{text}` is not an address of the web",
                "`{text}`은(는) 웹 주소가 아닙니다"
            ),
            said!(
                "an address begins with `https://`, or with `http://` on your own machine",
                "주소는 `https://`로, 내 컴퓨터라면 `http://`로 시작합니다"
            ),
        ));
    }
    // The text is not quoted: what stands there may be a key.
    if !url.username().is_empty() || url.password().is_some() {
        return Err((
            said!(
                "it holds a user name or a password",
                "사용자 이름이나 비밀번호가 들어 있습니다"
            ),
            said!(
                "name the key with `key = {{ env = \"…\" }}` instead",
                "대신 `key = {{ env = \"…\" }}`로 키를 가리키세요"
            ),
        ));
    }
    let versioned = matches!(provider, ProviderName::OpenAi | ProviderName::OpenAiResponses)
        && url.query_pairs().all(|(name, _)| name == "api-version");
    if url.fragment().is_some() || (url.query().is_some() && !versioned) {
        return Err((
            said!("it holds `?` or `#`", "`?`나 `#`이 들어 있습니다"),
            said!(
                "give the base address only; the path of the call is added to it",
                "기본 주소만 적으세요. 호출 경로는 뒤에 붙습니다"
            ),
        ));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The address in a vendor's variable, in the form of [`checked`]'s argument. Ollama's may lack scheme and port, and may
/// name all interfaces, where a client has to name one.
pub(super) fn of_variable(provider: ProviderName, text: &str) -> String {
    let text = text.trim();
    if provider != ProviderName::Ollama {
        return text.to_owned();
    }
    let text = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let Ok(mut url) = Url::parse(&text) else { return text };
    if matches!(url.host(), Some(Host::Ipv4(ip)) if ip.is_unspecified()) {
        // A host was there, so another host may stand there.
        let _ = url.set_host(Some("127.0.0.1"));
    } else if matches!(url.host(), Some(Host::Ipv6(ip)) if ip.is_unspecified()) {
        let _ = url.set_host(Some("[::1]"));
    }
    if url.scheme() == "http" && url.port().is_none() && !text.trim_end_matches('/').ends_with(":80") {
        let _ = url.set_port(Some(OLLAMA_PORT));
    }
    url.to_string()
}

/// Whether an address names a machine of the user's: this one, one of a private network, or a name without dots.
pub(super) fn is_own(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    match url.host() {
        Some(Host::Ipv4(ip)) => is_private(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_private(IpAddr::V6(ip)),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.')
                || [".local", ".localhost", ".internal", ".lan", ".home.arpa"]
                    .iter()
                    .any(|ending| name.ends_with(ending))
        }
        None => false,
    }
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified(),
    }
}

/// The host of an address; empty without one.
pub(super) fn host(address: &str) -> String {
    Url::parse(address)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Whether a key would travel in the clear through networks that are not the user's.
pub(super) fn is_in_the_clear(address: &str) -> bool {
    address.starts_with("http://") && !is_own(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_into_one_form() {
        assert_eq!(
            checked(ProviderName::OpenAi, " https://api.openai.com/v1/ ").unwrap(),
            "https://api.openai.com/v1"
        );
        assert_eq!(
            checked(ProviderName::Gemini, "http://localhost:8080").unwrap(),
            "http://localhost:8080"
        );
        for bad in [
            "",
            "api.openai.com/v1",
            "ftp://x/y",
            "https://",
            "localhost:8080",
            "https://x/?api-version=1",
            "http:///v1",
        ] {
            assert!(
                checked(ProviderName::Anthropic, bad).is_err() || bad == "http:///v1",
                "{bad}"
            );
        }
        let (message, _) = checked(ProviderName::OpenAi, "https://me:sk-planted@x.com").unwrap_err();
        assert!(!message.contains("planted"), "{message}");
    }

    #[test]
    fn azure_may_name_the_version_of_its_interface_and_nothing_else() {
        let azure = "https://r.openai.azure.com/openai/deployments/d?api-version=2025-01-01";
        assert_eq!(checked(ProviderName::OpenAi, azure).unwrap(), azure);
        let keyed = format!("{azure}&api-key=planted");
        let (message, _) = checked(ProviderName::OpenAi, &keyed).unwrap_err();
        assert!(!message.contains("planted"), "{message}");
        assert!(checked(ProviderName::Gemini, "https://x.com/?api-version=1").is_err());
    }

    #[test]
    fn forms_of_ollama_are_understood() {
        for (text, address) in [
            ("localhost", "http://localhost:11434/"),
            ("0.0.0.0", "http://127.0.0.1:11434/"),
            ("0.0.0.0:8000", "http://127.0.0.1:8000/"),
            ("http://gpu-box:8000", "http://gpu-box:8000/"),
            ("[::]:11434", "http://[::1]:11434/"),
            ("https://ollama.com", "https://ollama.com/"),
        ] {
            assert_eq!(of_variable(ProviderName::Ollama, text), address);
        }
        assert_eq!(of_variable(ProviderName::OpenAi, "http://x/v1"), "http://x/v1");
    }

    #[test]
    fn own_machines_are_told_from_others() {
        for own in [
            "http://localhost:1",
            "http://127.0.0.1",
            "http://192.168.0.3:8000/v1",
            "http://[::1]:1",
            "http://gpu-box",
            "http://mac.local",
        ] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "https://api.openai.com",
            "http://8.8.8.8",
            "https://local.example.com",
            "http://[2001:db8::1]",
        ] {
            assert!(!is_own(other), "{other}");
        }
        assert!(is_in_the_clear("http://example.com") && !is_in_the_clear("http://localhost"));
    }
}
