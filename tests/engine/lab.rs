//! A run put together by hand: targets of several protocols, a simulator, a throw-away folder.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use narani::domain::{
    Call, Case, Event, Limits, Outcome, Params, Prompt, PromptMessage, ProviderName, Role, RunInfo, SuitePart, Target,
};
use narani::net::Line;
use narani::net::clock::Heart;
use narani::run::{Asker, Budget, Command, ImageBook, Job, Pricing, Reuse, Till, carry_out};
use narani::simulate::{Counts, LogTo, Options, Running, start};
use narani::store::{Cells, Folder, Listed, Reader, StoreError, Writer};
use tokio::sync::mpsc;

/// Every protocol.
pub(crate) const ALL: [ProviderName; 4] = [
    ProviderName::Anthropic,
    ProviderName::Gemini,
    ProviderName::Clova,
    ProviderName::Ollama,
];

pub(crate) struct Lab {
    running: Running,
    cases: u64,
    home: tempfile::TempDir,
    last: std::sync::Mutex<Option<(Listed, Vec<Target>)>>,
}

pub(crate) struct Report {
    pub(crate) outcomes: BTreeMap<u64, Outcome>,
    /// Why the run ended.
    pub(crate) why: String,
    /// Second calls made, by target.
    pub(crate) hedged: Vec<(usize, u64)>,
    /// The run, for reading more of it.
    pub(crate) reader: Reader,
    targets: Vec<String>,
}

impl Report {
    pub(crate) fn of_target(&self, name: &str) -> Vec<&Outcome> {
        let index = self.targets.iter().position(|known| known == name).unwrap() as u64;
        let count = self.targets.len() as u64;
        self.outcomes
            .iter()
            .filter(|(cell, _)| *cell % count == index)
            .map(|(_, outcome)| outcome)
            .collect()
    }
}

fn target(name: ProviderName, address: &str) -> Target {
    Target {
        params: Params {
            temperature: Some(0.0),
            ..Params::default()
        },
        stream: true,
        timeout: Duration::from_secs(10),
        retries: 4,
        limits: Limits {
            in_flight: Some(8),
            ..Limits::default()
        },
        local: true,
        http1_only: true,
        ..Target::plain(name.word(), name, address, "simulated-model")
    }
}

impl Lab {
    pub(crate) async fn start(options: Options, cases: u64) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let running = start(Options {
            log: LogTo { file: None, keep: true },
            ..options
        })
        .await
        .unwrap();
        Self {
            running,
            cases,
            home: tempfile::tempdir().unwrap(),
            last: std::sync::Mutex::new(None),
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        self.running.counts()
    }

    /// Requests that the simulator received.
    pub(crate) async fn requests(&self) -> u64 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.running.counts().received
    }

    pub(crate) async fn run(&self, names: &[ProviderName], change: impl Fn(&mut Target)) -> Report {
        self.run_with_keys(names, change, |_| "good").await
    }

    pub(crate) async fn run_with_keys(
        &self,
        names: &[ProviderName],
        change: impl Fn(&mut Target),
        key: impl Fn(&str) -> &'static str,
    ) -> Report {
        let mut targets: Vec<Target> = names
            .iter()
            .map(|name| target(*name, &self.running.base(*name)))
            .collect();
        targets.iter_mut().for_each(change);
        let folder = self.freeze(&targets);
        self.carry(folder, targets, key, None, |_| ()).await
    }

    /// Runs with a job that `tweak` has changed.
    pub(crate) async fn run_job(
        &self,
        names: &[ProviderName],
        change: impl Fn(&mut Target),
        tweak: impl FnOnce(&mut Job),
    ) -> Report {
        let mut targets: Vec<Target> = names
            .iter()
            .map(|name| target(*name, &self.running.base(*name)))
            .collect();
        targets.iter_mut().for_each(change);
        let folder = self.freeze(&targets);
        self.carry(folder, targets, |_| "good", None, tweak).await
    }

    /// Runs until so many outcomes are stored, then asks it to stop.
    pub(crate) async fn run_until(&self, names: &[ProviderName], outcomes: usize) -> Report {
        let targets: Vec<Target> = names
            .iter()
            .map(|name| target(*name, &self.running.base(*name)))
            .collect();
        let folder = self.freeze(&targets);
        self.carry(folder, targets, |_| "good", Some(outcomes), |_| ()).await
    }

    /// Goes on with the last run.
    pub(crate) async fn go_on(&self) -> Report {
        let (listed, targets) = self.last.lock().unwrap().clone().unwrap();
        let folder = Folder::open(&listed).unwrap();
        self.carry(folder, targets, |_| "good", None, |_| ()).await
    }

    fn freeze(&self, targets: &[Target]) -> Folder {
        let folder = Folder::create(self.home.path(), "20260314-091207").unwrap();
        let info = RunInfo {
            id: folder.id().clone(),
            suite: "lab".to_owned(),
            description: String::new(),
            suite_fp: "sf_000000".to_owned(),
            prompts: vec![Prompt {
                name: "default".to_owned(),
                system: None,
                messages: vec![PromptMessage {
                    role: Role::User,
                    content: "{{ question }}".to_owned(),
                }],
                params: Params::default(),
            }],
            targets: targets.to_vec(),
            trials: 1,
            scorers: Vec::new(),
            cases: self.cases,
            started_us: 0,
            simulated: true,
            imported: None,
            version: "test".to_owned(),
            parts: vec![SuitePart {
                name: "lab".to_owned(),
                file: "lab.yaml".to_owned(),
                first: 0,
                cases: self.cases,
                prompts: vec![0],
                targets: (0..targets.len()).collect(),
                trials: 1,
                params: Params::default(),
                scorers: Vec::new(),
            }],
        };
        let meta = [("info", serde_json::to_string(&info).unwrap())];
        folder
            .freeze(&meta, |insert| {
                for n in 0..self.cases {
                    let question = format!("질문 {n}: what is {n} plus {n}?");
                    let vars = serde_json::json!({ "question": question }).as_object().unwrap().clone();
                    insert(Case {
                        id: format!("case-{n}"),
                        vars,
                        ..Case::default()
                    })?;
                }
                Ok::<(), StoreError>(())
            })
            .unwrap();
        folder
    }

    async fn carry(
        &self,
        folder: Folder,
        targets: Vec<Target>,
        key: impl Fn(&str) -> &'static str,
        stop_after: Option<usize>,
        tweak: impl FnOnce(&mut Job),
    ) -> Report {
        let listed = Listed {
            id: folder.id().clone(),
            path: folder.path().to_owned(),
        };
        let reader = Reader::open(&listed).unwrap();
        let info = Arc::clone(reader.info());
        let done: Cells = reader
            .done(&|status, _, is_final| status != "answered" && !is_final)
            .unwrap();
        let (sender, stored) = mpsc::unbounded_channel();
        let writer = Writer::start(&folder.database(), None, sender).unwrap();
        let (events, mut listener) = mpsc::unbounded_channel();
        let (commander, commands) = mpsc::unbounded_channel();
        let askers = targets
            .iter()
            .map(|target| Asker {
                line: Line::new(target, Some(key(&target.name))).unwrap(),
                provider: narani::provider::of(target.provider),
                pricing: Pricing::Local,
                target: target.clone(),
            })
            .collect();
        let mut job = Job {
            info,
            askers,
            reader,
            writer,
            stored,
            reuse: Reuse::Off,
            done,
            render: Arc::new(|_, _, case: &Case| Ok(Call::ask(case.vars["question"].as_str().unwrap()))),
            grade: Arc::new(|_, _, _| None),
            images: Arc::new(ImageBook::default()),
            till: Till::new(Budget::default(), &[]),
            heart: Arc::new(Heart::default()),
            abreast: false,
            drain: Duration::from_secs(5),
            events,
            commands,
        };
        tweak(&mut job);
        let listening = tokio::spawn(async move {
            let mut count = 0;
            while let Some((_, event)) = listener.recv().await {
                if let Event::Stored { .. } = event {
                    count += 1;
                    if Some(count) == stop_after {
                        let _ = commander.send(Command::Stop);
                    }
                }
            }
        });
        let ending = carry_out(job).await;
        ending.writer.finish();
        listening.await.unwrap();
        let reader = Reader::open(&listed).unwrap();
        let mut outcomes = BTreeMap::new();
        reader
            .outcomes(0, u64::MAX >> 1, |stored| {
                assert!(
                    outcomes.insert(stored.cell, stored.outcome).is_none(),
                    "one outcome a cell"
                );
                Ok::<(), StoreError>(())
            })
            .unwrap();
        let names = targets.iter().map(|target| target.name.clone()).collect();
        *self.last.lock().unwrap() = Some((listed, targets));
        Report {
            outcomes,
            why: format!("{:?}", ending.why),
            hedged: ending.hedged,
            reader,
            targets: names,
        }
    }
}
