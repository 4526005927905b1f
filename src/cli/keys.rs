//! Single keys while a run goes on. Ctrl-C stays the system's.

#[cfg(unix)]
mod unix {
    use std::io::Read as _;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use tokio::sync::mpsc;

    /// Keys come one by one and unseen while this lives.
    #[derive(Debug)]
    pub(super) struct Keys {
        before: Termios,
        /// Where they come.
        pub(super) receiver: mpsc::UnboundedReceiver<u8>,
    }

    impl Keys {
        /// Starts listening; `None` when standard input is no terminal.
        pub(super) fn listen() -> Option<Self> {
            let before = tcgetattr(std::io::stdin()).ok()?;
            let mut now = before.clone();
            // Signals stay on: Ctrl-C must work however busy we are.
            now.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
            tcsetattr(std::io::stdin(), OptionalActions::Now, &now).ok()?;
            let (sender, receiver) = mpsc::unbounded_channel();
            // Ends with the process: a blocking read cannot be called off.
            std::thread::spawn(move || {
                let mut byte = [0u8];
                while std::io::stdin().read_exact(&mut byte).is_ok() && sender.send(byte[0]).is_ok() {}
            });
            Some(Self { before, receiver })
        }
    }

    impl Drop for Keys {
        fn drop(&mut self) {
            // The terminal may be gone already.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.before);
        }
    }
}

#[cfg(unix)]
use unix::Keys;

/// Keys, where there are any.
pub(super) struct Keyboard {
    #[cfg(unix)]
    keys: Option<Keys>,
}

impl Keyboard {
    #[cfg(unix)]
    pub(super) fn listen() -> Self {
        Self { keys: Keys::listen() }
    }

    #[cfg(unix)]
    pub(super) fn none() -> Self {
        Self { keys: None }
    }

    #[cfg(unix)]
    pub(super) fn are_on(&self) -> bool {
        self.keys.is_some()
    }

    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> u8 {
        if let Some(keys) = &mut self.keys
            && let Some(key) = keys.receiver.recv().await
        {
            return key;
        }
        std::future::pending().await
    }

    #[cfg(not(unix))]
    pub(super) fn listen() -> Self {
        Self {}
    }

    #[cfg(not(unix))]
    pub(super) fn none() -> Self {
        Self {}
    }

    #[cfg(not(unix))]
    pub(super) fn are_on(&self) -> bool {
        false
    }

    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> u8 {
        std::future::pending().await
    }
}
