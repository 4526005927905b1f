//! Single keys while a run goes on. Ctrl-C stays the system's.

#[cfg(unix)]
mod unix {
    use std::io::Read as _;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use tokio::sync::mpsc;

    /// Keys come one by one and unseen while this lives.
    #[derive(Debug)]
    pub(in crate::cli) struct Keys {
        before: Termios,
        /// Where they come.
        pub(in crate::cli) receiver: mpsc::UnboundedReceiver<u8>,
    }

    impl Keys {
        /// Starts listening; `None` when standard input is no terminal.
        pub(in crate::cli) fn listen() -> Option<Self> {
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
pub(super) use unix::Keys;
