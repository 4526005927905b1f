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
    tokio::spawn(async move {
        #[cfg(unix)]
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
        let mut count = 0;
        loop {
            #[cfg(unix)]
            let exit = {
                let term = async {
                    match &mut terminate {
                        Some(signal) => signal.recv().await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => Exit::Interrupted,
                    _ = term => Exit::Terminated,
                }
            };
            #[cfg(not(unix))]
            let exit = {
                let _ = tokio::signal::ctrl_c().await;
                Exit::Interrupted
            };
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
