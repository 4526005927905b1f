//! Beside a bare loop: the same requests by plain reqwest with the same number in flight, answers thrown away.

use std::sync::Arc;

use crate::lab::{Lab, Simulator, head, measure, median, wide};

/// The argument under which this program is the bare loop.
pub(crate) const WORD: &str = "bare-loop";

const CASES: usize = 4000;

/// The whole program and the loop, in turn.
pub(crate) fn beside(lab: &Lab, _full: bool) {
    head("Beside a bare loop, four targets × 4,000 cases, 256 in flight in all, 100 ms (limits: cpu 3 ×, wall 1.05 ×)");
    let suite = lab.suite(CASES);
    let own = std::env::current_exe().expect("our own path");
    let own = own.to_string_lossy();
    let simulator = Simulator::start(lab, 100, &[]);
    lab.config(&vec![wide(simulator.port, 64); 4]);
    let arguments = [
        WORD.to_owned(),
        simulator.port.to_string(),
        CASES.to_string(),
        "64".to_owned(),
    ];
    let (mut loops, mut wholes) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        loops.push(measure(lab.command(&own).args(&arguments)));
        wholes.push(measure(&mut lab.run(&suite)));
        lab.clear();
    }
    let mut next = loops.clone().into_iter();
    let bare = median(3, || next.next().unwrap_or_default());
    let mut next = wholes.clone().into_iter();
    let whole = median(3, || next.next().unwrap_or_default());
    bare.row("bare loop", &format!("{} µs of cpu a call", bare.each(4 * CASES)));
    whole.row(
        "whole program",
        &format!(
            "{} µs of cpu a call: {:.2} × the loop's; wall {:.3} ×",
            whole.each(4 * CASES),
            whole.cpu.as_secs_f64() / bare.cpu.as_secs_f64(),
            whole.wall.as_secs_f64() / bare.wall.as_secs_f64()
        ),
    );
}

/// The loop: `PORT CASES WIDTH`.
pub(crate) fn run(arguments: &[String]) {
    let number = |at: usize| arguments[at].parse::<usize>().expect("a number");
    let (port, cases, width) = (number(0), number(1), number(2));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _ = rustls::crypto::ring::default_provider().install_default();
    runtime.block_on(async {
        let mut targets = Vec::new();
        for target in 1..=4 {
            let client = reqwest::Client::builder().no_proxy().build().expect("a client");
            let url: Arc<str> = format!("http://127.0.0.1:{port}/v1/chat/completions").into();
            targets.push(tokio::spawn(async move {
                let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
                let mut workers = Vec::new();
                for _ in 0..width {
                    let (client, url, next) = (client.clone(), Arc::clone(&url), Arc::clone(&next));
                    workers.push(tokio::spawn(async move {
                        loop {
                            let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                            if n >= cases {
                                return;
                            }
                            let question = format!(
                                "{n}번째 질문입니다. {n} 더하기 {} 은 얼마인가요? 숫자만 답하세요.",
                                n % 97
                            );
                            let body = serde_json::json!({
                                "model": format!("model-{target}"),
                                "messages": [{"role": "user", "content": question}],
                                "stream": true,
                                "stream_options": {"include_usage": true},
                            });
                            let sent = client
                                .post(&*url)
                                .header("content-type", "application/json")
                                .body(body.to_string());
                            let mut response = sent.send().await.expect("the simulator answers");
                            while response.chunk().await.expect("a whole body").is_some() {}
                        }
                    }));
                }
                for worker in workers {
                    worker.await.expect("no panic");
                }
            }));
        }
        for target in targets {
            target.await.expect("no panic");
        }
    });
}
