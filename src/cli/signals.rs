//! What signals from outside mean: stop, cut, end; and, on Unix, show how far things are.

use tokio::sync::mpsc;

use super::exit::Exit;
use crate::run::Command;

/// Wishes to see the block as plain lines: SIGUSR1, and what Ctrl-T sends where a system knows it. Never ends a run, as SIGUSR1
/// would do by itself.
pub(super) fn snapshots() -> mpsc::UnboundedReceiver<()> {
    let (sender, receiver) = mpsc::unbounded_channel();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            SignalKind::user_defined1(),
            #[cfg(any(
                target_os = "macos",
                target_os = "freebsd",
                target_os = "netbsd",
                target_os = "openbsd"
            ))]
            SignalKind::info(),
        ];
        for mut signal in kinds.into_iter().filter_map(|kind| signal(kind).ok()) {
            let sender = sender.clone();
            tokio::spawn(async move { while signal.recv().await.is_some() && sender.send(()).is_ok() {} });
        }
    }
    drop(sender);
    receiver
}

/// Turns Ctrl-C and SIGTERM into wishes: the first stops, the second cuts, the third ends the process at once.
/// Tells which signal came first.
pub(super) fn heed_signals(commands: mpsc::UnboundedSender<Command>) -> tokio::sync::watch::Receiver<Option<Exit>> {
    let (sender, receiver) = tokio::sync::watch::channel(None);
    let mut signals = Signals::take_over();
    tokio::spawn(async move {
        let mut count = 0;
        loop {
            let exit = signals.next().await;
            count += 1;
            match count {
                1 => {
                    let _ = sender.send(Some(exit));
                    let _ = commands.send(Command::Stop);
                }
                2 => {
                    let _ = commands.send(Command::Cut);
                }
                #[expect(clippy::exit, reason = "the third time means: at once; everything stored is safe")]
                _ => std::process::exit(i32::from(exit.code())),
            }
        }
    });
    receiver
}

/// Ctrl-C and SIGTERM, from the moment on that they are taken over: one that comes before anybody waits for it, or between
/// two waits, is kept.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: Option<tokio::signal::unix::Signal>,
    #[cfg(unix)]
    terminate: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    #[cfg(unix)]
    pub(super) fn take_over() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> Exit {
        async fn one(signal: &mut Option<tokio::signal::unix::Signal>) {
            let heard = match signal {
                Some(signal) => signal.recv().await,
                None => None,
            };
            if heard.is_none() {
                std::future::pending::<()>().await;
            }
        }
        tokio::select! {
            () = one(&mut self.interrupt) => Exit::Interrupted,
            () = one(&mut self.terminate) => Exit::Terminated,
        }
    }

    #[cfg(not(unix))]
    pub(super) fn take_over() -> Self {
        Self {}
    }

    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> Exit {
        let _ = tokio::signal::ctrl_c().await;
        Exit::Interrupted
    }
}

/// For tests: a signal reaches all that listen in this process, so one test at a time sends any.
#[cfg(all(test, unix))]
pub(super) fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A signal that came before the task that heeds it had run ended the program.
    #[test]
    fn a_signal_is_heard_before_anybody_waits_for_it() {
        let _alone = alone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            let (commands, mut heard) = mpsc::unbounded_channel();
            let first = heed_signals(commands);
            let itself = std::process::id().to_string();
            let sent = std::process::Command::new("kill").args(["-TERM", &itself]).status();
            assert!(sent.unwrap().success());
            assert!(matches!(heard.recv().await, Some(Command::Stop)));
            assert_eq!(*first.borrow(), Some(Exit::Terminated));
        });
    }
}
