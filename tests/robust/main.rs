//! What the world does to a run: kills, faults, full disks, sleep, other processes, planted keys, bad files.
//!
//! Every test here runs the built program as people do, against the program's own simulator or a server that misbehaves,
//! and then looks at what is left on disk. Engine rules without processes are in `tests/engine`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod corpus;
mod disk;
mod faults;
#[path = "../../testdata/hostile/mod.rs"]
mod hostile;
mod hostile_answers;
mod kill;
#[path = "../cli/lab.rs"]
mod lab;
mod leak;
mod outside;
mod peer;
mod servers;
mod sleep;
mod stop;
mod suites;
mod together;
mod upgrade;
mod world;
