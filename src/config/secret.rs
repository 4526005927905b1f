//! Keys: where they come from, and a type that does not let them out by accident.
//!
//! A key stands in an environment variable or is printed by a command. It is looked up late, goes to `net` and nowhere
//! else: it has no form in JSON, its debug form is a word, and its bytes are overwritten when it is dropped.

use crate::domain::Said;
use crate::said;
use std::fmt;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Longest wait for a command that prints a key; time enough to touch a security token.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Longest key, in bytes.
const LONGEST_KEY: u64 = 16 << 10;

/// A key.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A key as given, without the blanks and line breaks round it.
    ///
    /// # Errors
    /// When nothing is left, or when it could not stand in a header; in words that do not hold it.
    pub fn new(text: &str) -> Result<Self, Said> {
        let text = text.trim();
        if text.is_empty() {
            return Err(said!("the key is empty", "키가 비어 있습니다"));
        }
        if text.len() as u64 > LONGEST_KEY {
            return Err(said!(
                "the key is longer than {LONGEST_KEY} bytes",
                "키가 {LONGEST_KEY}바이트보다 깁니다"
            ));
        }
        if text.chars().any(char::is_control) {
            return Err(said!(
                "the key holds control characters, such as a line break",
                "키에 줄바꿈 같은 제어 문자가 있습니다"
            ));
        }
        if !text.is_ascii() {
            return Err(said!(
                "the key holds characters beyond ASCII; was it copied with something round it?",
                "키에 ASCII가 아닌 글자가 있습니다. 복사할 때 다른 글자가 섞였는지 보세요"
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The key itself, for who sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0).into_bytes();
        bytes.fill(0);
        std::hint::black_box(&bytes);
    }
}

/// Where the key of a target comes from. Names only: it may be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeySource {
    /// No key is sent.
    None,
    /// The first of these environment variables that is set.
    Variables(Vec<String>),
    /// What this program prints: program and arguments.
    Command(Vec<String>),
}

/// What looking for a key gave.
#[derive(Debug)]
pub enum KeyState {
    /// It is there.
    Found(Secret),
    /// None is wanted.
    NotNeeded,
    /// None of the variables is set.
    Missing {
        /// The variables looked at.
        variables: Vec<String>,
    },
    /// It is there but cannot be used, and why. Does not hold the key.
    Broken(Said),
}

impl KeySource {
    /// Looks the key up; runs the command, where there is one.
    pub fn resolve(&self, environment: &dyn Fn(&str) -> Option<String>) -> KeyState {
        match self {
            Self::None => KeyState::NotNeeded,
            Self::Variables(variables) => {
                let set = variables
                    .iter()
                    .filter_map(|name| Some((name, environment(name)?)))
                    .find(|(_, value)| !value.trim().is_empty());
                match set {
                    None => KeyState::Missing {
                        variables: variables.clone(),
                    },
                    Some((name, value)) => match Secret::new(&value) {
                        Ok(secret) => KeyState::Found(secret),
                        Err(why) => KeyState::Broken(said!("`{name}`: {why}", "`{name}`: {why}")),
                    },
                }
            }
            Self::Command(command) => match printed(command).and_then(|text| Secret::new(&text)) {
                Ok(secret) => KeyState::Found(secret),
                Err(why) => {
                    let program = command.first().map_or("", String::as_str);
                    KeyState::Broken(said!(
                        "the key command `{program}`: {why}",
                        "키 명령 `{program}`: {why}"
                    ))
                }
            },
        }
    }

    /// In a few words, for tables of targets.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Variables(variables) => variables.join(" or "),
            Self::Command(command) => format!("command {}", command.first().map_or("", String::as_str)),
        }
    }
}

/// What a command prints on its standard output.
fn printed(command: &[String]) -> Result<String, Said> {
    let (program, arguments) = command.split_first().ok_or(said!("it is empty", "비어 있습니다"))?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| said!("could not start it: {error}", "시작하지 못했습니다: {error}"))?;
    let mut output = child.stdout.take().expect("the output is piped");
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        output.by_ref().take(LONGEST_KEY + 2).read_to_end(&mut bytes)?;
        // Read to the end all the same, or a program that prints more would fail for it.
        std::io::copy(&mut output, &mut std::io::sink())?;
        Ok::<_, std::io::Error>(bytes)
    });
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() < LONGEST_WAIT => std::thread::sleep(Duration::from_millis(5)),
            Ok(None) => {
                // It may have ended just now; either way it is over.
                let _ = child.kill();
                let _ = child.wait();
                return Err(said!(
                    "it did not end within {} seconds",
                    "{}초 안에 끝나지 않았습니다",
                    LONGEST_WAIT.as_secs()
                ));
            }
            Err(error) => {
                return Err(said!(
                    "could not wait for it: {error}",
                    "끝나기를 기다리지 못했습니다: {error}"
                ));
            }
        }
    };
    if !status.success() {
        return Err(match status.code() {
            Some(code) => said!("it failed with exit code {code}", "종료 코드 {code}로 실패했습니다"),
            None => said!("it was ended by a signal", "신호를 받아 끝났습니다"),
        });
    }
    let bytes = reader
        .join()
        .map_err(|_| said!("could not read what it prints", "출력을 읽지 못했습니다"))?
        .map_err(|error| {
            said!(
                "could not read what it prints: {error}",
                "출력을 읽지 못했습니다: {error}"
            )
        })?;
    String::from_utf8(bytes).map_err(|_| said!("it prints something that is no text", "글이 아닌 것을 출력했습니다"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANTED: &str = "sk-planted-0123456789";

    fn state(source: &KeySource, variables: &[(&str, &str)]) -> KeyState {
        source.resolve(&|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn shell(line: &str) -> KeySource {
        KeySource::Command(vec!["sh".to_owned(), "-c".to_owned(), line.to_owned()])
    }

    #[test]
    fn a_secret_does_not_show() {
        let secret = Secret::new(PLANTED).unwrap();
        assert_eq!(secret.expose(), PLANTED);
        assert!(!format!("{secret:?} {:#?}", KeyState::Found(secret.clone())).contains("planted"));
    }

    #[test]
    fn the_first_set_variable_wins() {
        let source = KeySource::Variables(vec!["A".to_owned(), "B".to_owned()]);
        let KeyState::Found(secret) = state(&source, &[("A", " "), ("B", " x1 \n")]) else {
            panic!()
        };
        assert_eq!(secret.expose(), "x1");
        let KeyState::Missing { variables } = state(&source, &[("C", "x")]) else {
            panic!()
        };
        assert_eq!(variables, ["A", "B"]);
        assert!(matches!(state(&KeySource::None, &[]), KeyState::NotNeeded));
    }

    #[test]
    fn keys_that_cannot_be_sent_are_told_without_them() {
        for key in ["a\nsecret", "secret\u{7}x", "비밀secret", "secret\u{201d}"] {
            let source = KeySource::Variables(vec!["A".to_owned()]);
            let KeyState::Broken(why) = state(&source, &[("A", key)]) else {
                panic!("{key}")
            };
            assert!(why.contains("`A`") && !why.contains("secret"), "{why}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn commands_print_keys() {
        let KeyState::Found(secret) = state(&shell("printf 'x1\\n'"), &[]) else {
            panic!()
        };
        assert_eq!(secret.expose(), "x1");
        for (line, words) in [
            ("exit 3", "exit code 3"),
            ("printf ''", "empty"),
            ("printf 'a\\nb'", "control characters"),
            ("head -c 100000 /dev/zero | tr '\\0' x", "longer than"),
        ] {
            let KeyState::Broken(why) = state(&shell(line), &[]) else {
                panic!("{line}")
            };
            assert!(why.contains(words), "{line}: {why}");
        }
        let gone = KeySource::Command(vec!["narani-no-such-program".to_owned()]);
        assert!(matches!(state(&gone, &[]), KeyState::Broken(_)));
    }

    #[test]
    fn sources_are_stored_by_name() {
        for source in [KeySource::None, KeySource::Variables(vec!["A".to_owned()]), shell("x")] {
            let text = serde_json::to_string(&source).unwrap();
            assert_eq!(serde_json::from_str::<KeySource>(&text).unwrap(), source);
        }
    }
}
