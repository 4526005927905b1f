//! Floor 1: the words of the house. Data only, no behaviour beyond what a type needs to stay consistent.
//!
//! Everything here may be named by every other module; nothing here names another module of ours.

pub mod call;
pub mod case;
pub mod event;
pub mod fault;
pub mod ids;
pub mod money;
pub mod outcome;
pub mod problem;
pub mod record;
pub mod reply;
pub mod review;
pub mod said;
pub mod score;
pub mod target;
pub mod timing;
pub mod wire;

pub use call::{Call, Effort, Image, ImageSource, Message, Params, Part, Role};
pub use case::{Case, Prompt, PromptMessage, ScorerSpec};
pub use event::Event;
pub use fault::{Fault, FaultKind, Retry, Scope};
pub use ids::{RowKey, RunId};
pub use money::{Cost, CostSource, Currency, Money, Price};
pub use outcome::{Outcome, SkipReason, Status};
pub use problem::{Excerpt, Place, Problem, Severity};
pub use record::{Part as SuitePart, Record, RunInfo};
pub use reply::{Finish, Reply, TokenLogprob, ToolCall, Usage};
pub use said::{Lang, Said};
pub use score::{Grade, Mark, Score};
pub use target::{Limits, ProviderName, Target};
pub use timing::Timing;
pub use wire::{Auth, WireHead, WireRequest};
