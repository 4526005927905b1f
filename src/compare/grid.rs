//! A run reduced to what comparisons, gates and baselines need: one square a case and column, and no text of any answer.
//!
//! Made in one pass over the stored marks. A square takes sixteen bytes, so a million cells fit into a few dozen
//! megabytes. Serves `compare`, `gate` and `baseline`; the summary of a single run has its own pass (`view`).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::figures::{Counts, Latency, Paid};
use super::tally::latency;
use crate::domain::{Case, CostSource, FaultKind, RunInfo, Status};
use crate::plan::Layout;
use crate::store::{Marked, Reader, StoreError};
use crate::suite::identity;

/// What a column made of one case, over its trials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Cells there are; 0 where the case is not asked of this column.
    pub cells: u16,
    /// Answers that count.
    pub measured: u16,
    /// Answers with a verdict.
    pub judged: u16,
    /// Answers that passed.
    pub passed: u16,
    // Not a number where there is no score: half the memory of an option, and nobody else sees it.
    score: f64,
}

impl Spot {
    const EMPTY: Self = Self {
        cells: 0,
        measured: 0,
        judged: 0,
        passed: 0,
        score: f64::NAN,
    };

    /// A square as a baseline tells it.
    #[must_use]
    pub fn told(judged: u16, passed: u16, score: Option<f64>) -> Self {
        Self {
            cells: judged,
            measured: judged,
            judged,
            passed,
            score: score.unwrap_or(f64::NAN),
        }
    }

    /// A square of which nothing was measured.
    #[cfg(test)]
    pub(crate) fn missing(cells: u16) -> Self {
        Self { cells, ..Self::EMPTY }
    }

    /// A square that was answered and that no scorer could judge.
    #[cfg(test)]
    pub(crate) fn unjudged(cells: u16) -> Self {
        Self {
            cells,
            measured: cells,
            ..Self::EMPTY
        }
    }

    /// The share of trials that passed; none without a verdict.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.judged > 0).then(|| f64::from(self.passed) / f64::from(self.judged))
    }

    /// The mean score over the answers that have one.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        (!self.score.is_nan()).then_some(self.score)
    }
}

/// A case without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its id. User's text.
    pub id: String,
    /// Fingerprint of what is asked and what is right; tags and places are not in it.
    pub print: u64,
    /// The cluster it belongs to, as an index into [`Grid::groups`].
    pub group: Option<u32>,
    /// A scorer that counts is to judge its answers: one without a verdict lacks something.
    pub scored: bool,
    /// Its tags, as indices into [`Grid::tags`].
    pub tags: Vec<u32>,
    /// Line in its file, from 1; 0 where unknown.
    pub line: u32,
    /// Its file, as an index into [`Grid::files`].
    pub file: u32,
}

/// A column with its figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// Name of the target. User's text.
    pub target: String,
    /// Name of the prompt, where a run compares several.
    pub prompt: Option<String>,
    /// Both, as tables show them.
    pub label: String,
    /// Index of the target in the run.
    pub target_index: usize,
    /// Cells by how they ended.
    pub counts: Counts,
    /// Times of fresh answers.
    pub latency: Latency,
    /// The times behind it in microseconds, ascending.
    pub times: Vec<f64>,
    /// What was paid.
    pub paid: Paid,
    /// What was not measured, by kind, most first.
    pub kinds: Vec<(String, u64)>,
    /// The model that most answers came from, as the provider says. Outside text.
    pub model: Option<String>,
}

/// A run reduced to squares.
#[derive(Debug, Clone)]
pub struct Grid {
    /// What the run was to do.
    pub info: Arc<RunInfo>,
    /// Its columns, in the order of [`RunInfo::columns`].
    pub lanes: Vec<Lane>,
    /// Its cases, in suite order.
    pub cases: Vec<Known>,
    /// Names of tags.
    pub tags: Vec<String>,
    /// Names of clusters.
    pub groups: Vec<String>,
    /// Names of suite files.
    pub files: Vec<String>,
    /// Names of the scorers whose values were read.
    pub scorers: Vec<String>,
    spots: Vec<Spot>,
    // One list a scorer, as long as `spots`.
    values: Vec<Vec<f64>>,
    by_id: HashMap<String, u32>,
    /// Cells that were not measured, or have no verdict though one is due, in order, at most [`MISSES`]: column, case, trial
    /// from 1, kind.
    pub misses: Vec<(usize, u32, u32, String)>,
}

/// Kind of an answer that no scorer could judge, where one is to.
pub const NO_VERDICT: &str = "no_verdict";

/// Cells not measured, or answered without a verdict, that are kept one by one.
pub const MISSES: usize = 10_000;

/// Fingerprint of a case: what is asked, what is right, and scorers of its own.
#[must_use]
pub fn print_of(case: &Case) -> u64 {
    let mut print = identity::asked(case, &case.images);
    print.value(&serde_json::Value::Array(case.expect.clone()));
    print.scorers(&case.scorers);
    print.bits()
}

impl Grid {
    /// Reads a run. With `scorers`, the values of every scorer too, which takes longer.
    ///
    /// # Errors
    /// When the run cannot be read.
    pub fn read(reader: &Reader, scorers: bool) -> Result<Self, StoreError> {
        let info = Arc::clone(reader.info());
        let mut grid = Self::blank(&info);
        let mut position = 0;
        while position < info.cases {
            let cases = reader.cases(position, 512)?;
            if cases.is_empty() {
                break;
            }
            position += cases.len() as u64;
            for case in &cases {
                grid.know(case);
            }
        }
        let mut maker = Maker::new(grid);
        reader.marks(scorers, |marked| maker.push(&marked))?;
        let models = reader.reported_models(info.targets.len())?;
        Ok(maker.finish(&models))
    }

    fn blank(info: &Arc<RunInfo>) -> Self {
        let several = info.prompts.len() > 1;
        let lanes = info
            .columns()
            .into_iter()
            .map(|(target, prompt, label)| Lane {
                target: info.targets[target].name.clone(),
                prompt: several.then(|| info.prompts[prompt].name.clone()),
                label,
                target_index: target,
                counts: Counts::default(),
                latency: Latency::default(),
                times: Vec::new(),
                paid: Paid::default(),
                kinds: Vec::new(),
                model: None,
            })
            .collect();
        Self {
            info: Arc::clone(info),
            lanes,
            cases: Vec::new(),
            tags: Vec::new(),
            groups: Vec::new(),
            files: Vec::new(),
            scorers: Vec::new(),
            spots: Vec::new(),
            values: Vec::new(),
            by_id: HashMap::new(),
            misses: Vec::new(),
        }
    }

    fn know(&mut self, case: &Case) {
        let tags = case.tags.iter().map(|tag| place_in(&mut self.tags, tag)).collect();
        let group = case.group.as_deref().map(|group| place_in(&mut self.groups, group));
        let file = place_in(&mut self.files, &case.file);
        let place = u32::try_from(self.cases.len()).unwrap_or(u32::MAX);
        self.by_id.insert(case.id.clone(), place);
        self.cases.push(Known {
            scored: self
                .info
                .scorers
                .iter()
                .chain(&case.scorers)
                .any(|scorer| scorer.weight > 0.0),
            id: case.id.clone(),
            print: print_of(case),
            group,
            tags,
            line: case.line,
            file,
        });
    }

    /// The square of a case and a column, both by place.
    #[must_use]
    pub fn spot(&self, case: usize, lane: usize) -> &Spot {
        self.spots.get(case * self.lanes.len() + lane).unwrap_or(&Spot::EMPTY)
    }

    /// Answers of a column that should have a verdict and have none: no scorer could say.
    #[must_use]
    pub fn unjudged(&self, lane: usize) -> u64 {
        let lacking = |case: usize| {
            let spot = self.spot(case, lane);
            u64::from(spot.measured.saturating_sub(spot.judged))
        };
        (0..self.cases.len())
            .filter(|case| self.cases[*case].scored)
            .map(lacking)
            .sum()
    }

    /// The mean value of a scorer (by place in [`Grid::scorers`]) on a square.
    #[must_use]
    pub fn value(&self, scorer: usize, case: usize, lane: usize) -> Option<f64> {
        let value = *self.values.get(scorer)?.get(case * self.lanes.len() + lane)?;
        (!value.is_nan()).then_some(value)
    }

    /// Place of a case.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).map(|place| *place as usize)
    }

    /// Place of a case's tag.
    #[must_use]
    pub fn tag(&self, name: &str) -> Option<u32> {
        self.tags
            .iter()
            .position(|tag| tag == name)
            .and_then(|place| u32::try_from(place).ok())
    }

    /// Names of a case's tags.
    pub fn tags_of(&self, case: usize) -> impl Iterator<Item = &str> {
        self.cases[case]
            .tags
            .iter()
            .map(|tag| self.tags[*tag as usize].as_str())
    }
}

/// The place of a name in a list, where it is put when new. Tags and files are few; a suite that gives every case its own
/// group has as many groups as cases, so long lists are searched from the end, where neighbours stand.
fn place_in(names: &mut Vec<String>, name: &str) -> u32 {
    const NEAR: usize = 4096;
    let from = names.len().saturating_sub(NEAR);
    let found = names[from..]
        .iter()
        .rposition(|known| known == name)
        .map(|place| from + place);
    let place = found
        .or_else(|| names[..from].iter().position(|known| known == name))
        .unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Fills a grid from marks.
struct Maker {
    grid: Grid,
    layout: Layout,
    // Sum and number of scores a square; folded into means at the end.
    sums: Vec<(f64, u16)>,
    by_scorer: Vec<Vec<(f64, u16)>>,
    times: Vec<Vec<u64>>,
    first_texts: Vec<Vec<u64>>,
    kinds: Vec<BTreeMap<String, u64>>,
}

impl Maker {
    fn new(mut grid: Grid) -> Self {
        let layout = Layout::of(&grid.info);
        let lanes = grid.lanes.len();
        let size = grid.cases.len() * lanes;
        grid.spots = vec![Spot::EMPTY; size];
        for case in 0..grid.cases.len() {
            for (place, lane) in grid.lanes.iter_mut().enumerate() {
                let (target, prompt) = (place / layout.prompts, place % layout.prompts);
                let asked = (0..grid.info.trials)
                    .filter(|trial| grid.info.asks(case as u64, prompt, target, *trial))
                    .count();
                grid.spots[case * lanes + place].cells = u16::try_from(asked).unwrap_or(u16::MAX);
                lane.counts.planned += asked as u64;
            }
        }
        Self {
            layout,
            sums: vec![(0.0, 0); size],
            by_scorer: Vec::new(),
            times: vec![Vec::new(); lanes],
            first_texts: vec![Vec::new(); lanes],
            kinds: vec![BTreeMap::new(); lanes],
            grid,
        }
    }

    fn push(&mut self, marked: &Marked) {
        let cell = self.layout.cell(marked.cell);
        let Ok(case) = usize::try_from(cell.case) else { return };
        if case >= self.grid.cases.len() {
            return;
        }
        let lane = cell.target * self.layout.prompts + cell.prompt;
        let place = case * self.grid.lanes.len() + lane;
        let counts = &mut self.grid.lanes[lane].counts;
        match marked.status {
            Status::Measured => counts.measured += 1,
            Status::Error => counts.errors += 1,
            Status::Aborted => counts.aborted += 1,
            Status::Skipped => counts.skipped += 1,
        }
        counts.cached += u64::from(marked.cached && marked.status == Status::Measured);
        if let Some(micros) = marked.fresh_us {
            self.times[lane].push(micros);
            self.first_texts[lane].extend(marked.first_text_us);
        }
        let paid = &mut self.grid.lanes[lane].paid;
        match (&marked.paid, marked.source) {
            (Some(money), source) => {
                let sum = paid.sums.entry(money.currency.clone()).or_default();
                *sum = sum.saturating_add(money.nano);
                paid.known += 1;
                paid.estimated += u64::from(source == Some(CostSource::Estimated));
            }
            (None, Some(CostSource::Local)) => paid.local += 1,
            (None, Some(_)) => paid.unknown += 1,
            (None, None) => {}
        }
        let mut miss = |kind: String| {
            if self.grid.misses.len() < MISSES {
                let case = u32::try_from(case).unwrap_or(u32::MAX);
                self.grid.misses.push((lane, case, cell.trial + 1, kind));
            }
        };
        if marked.status != Status::Measured {
            let kind = kind_of(marked);
            *self.kinds[lane].entry(kind.clone()).or_default() += 1;
            miss(kind);
            return;
        }
        if marked.pass.is_none() && self.grid.cases[case].scored {
            miss(NO_VERDICT.to_owned());
        }
        let spot = &mut self.grid.spots[place];
        spot.measured = spot.measured.saturating_add(1);
        if let Some(pass) = marked.pass {
            spot.judged = spot.judged.saturating_add(1);
            spot.passed = spot.passed.saturating_add(u16::from(pass));
            let counts = &mut self.grid.lanes[lane].counts;
            counts.judged += 1;
            counts.passed += u64::from(pass);
        }
        if let Some(score) = marked.score {
            let sum = &mut self.sums[place];
            *sum = (sum.0 + score, sum.1 + 1);
        }
        for score in &marked.scores {
            let Some(points) = score.points.or(score.pass.map(|pass| if pass { 1.0 } else { 0.0 })) else {
                continue;
            };
            if points.is_finite() {
                let scorer = self.scorer(&score.scorer);
                let sum = &mut self.by_scorer[scorer][place];
                *sum = (sum.0 + points, sum.1 + 1);
            }
        }
    }

    fn scorer(&mut self, name: &str) -> usize {
        if let Some(place) = self.grid.scorers.iter().position(|known| known == name) {
            return place;
        }
        self.grid.scorers.push(name.to_owned());
        self.by_scorer.push(vec![(0.0, 0); self.grid.spots.len()]);
        self.grid.scorers.len() - 1
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "times of calls stay far below 2^52 microseconds"
    )]
    fn finish(mut self, models: &[(usize, String, u64)]) -> Grid {
        for (spot, sum) in self.grid.spots.iter_mut().zip(&self.sums) {
            spot.score = mean(*sum);
        }
        self.grid.values = self
            .by_scorer
            .into_iter()
            .map(|sums| sums.into_iter().map(mean).collect())
            .collect();
        for (at, lane) in self.grid.lanes.iter_mut().enumerate() {
            let counts = &mut lane.counts;
            let ended = counts.measured + counts.errors + counts.aborted + counts.skipped;
            counts.missing = counts.planned.saturating_sub(ended);
            if counts.missing > 0 {
                *self.kinds[at].entry("not_reached".to_owned()).or_default() += counts.missing;
            }
            let micros = |times: &[u64]| times.iter().map(|micros| *micros as f32).collect();
            lane.latency = latency(micros(&self.times[at]), micros(&self.first_texts[at]));
            let mut times: Vec<f64> = self.times[at].iter().map(|micros| *micros as f64).collect();
            times.sort_by(f64::total_cmp);
            lane.times = times;
            lane.kinds = std::mem::take(&mut self.kinds[at]).into_iter().collect();
            lane.kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            lane.model = models
                .iter()
                .find(|(target, ..)| *target == lane.target_index)
                .map(|(_, model, _)| model.clone());
        }
        self.grid
    }
}

#[expect(clippy::float_arithmetic, reason = "a mean")]
fn mean((sum, n): (f64, u16)) -> f64 {
    if n == 0 { f64::NAN } else { sum / f64::from(n) }
}

/// Why a cell was not measured, as the word of exports.
fn kind_of(marked: &Marked) -> String {
    match (&marked.fault, &marked.skipped) {
        (Some(FaultKind::Scorer), _) => "scorer".to_owned(),
        (Some(fault), _) => fault.word().to_owned(),
        (None, Some(why)) if why.contains("not_imported") => "not_imported".to_owned(),
        (None, Some(why)) if why.contains("no_recording") => "no_recording".to_owned(),
        (None, Some(why)) if why.contains("budget") => "budget".to_owned(),
        (None, Some(_)) => "target_stopped".to_owned(),
        (None, None) => "error".to_owned(),
    }
}

#[cfg(test)]
impl Grid {
    /// Puts a tag on a case.
    pub(crate) fn give_tag(&mut self, case: usize, tag: &str) {
        let tag = place_in(&mut self.tags, tag);
        self.cases[case].tags.push(tag);
    }

    /// A scorer whose points are the scores.
    pub(crate) fn give_scorer(&mut self, name: &str) {
        self.scorers.push(name.to_owned());
        self.values.push(self.spots.iter().map(|spot| spot.score).collect());
    }

    /// A grid of made-up squares, for tests: one column a list, one square a case.
    pub(crate) fn made(info: &Arc<RunInfo>, columns: &[Vec<Spot>], groups: Option<&[u32]>) -> Self {
        let mut grid = Self::blank(info);
        let cases = columns.first().map_or(0, Vec::len);
        for at in 0..cases {
            let case = Case {
                id: format!("case-{at:05}"),
                group: groups.map(|groups| groups[at].to_string()),
                ..Case::default()
            };
            grid.know(&case);
        }
        grid.spots = (0..cases)
            .flat_map(|case| columns.iter().map(move |column| column[case]))
            .collect();
        for (lane, column) in grid.lanes.iter_mut().zip(columns) {
            for spot in column {
                lane.counts.planned += u64::from(spot.cells);
                lane.counts.measured += u64::from(spot.measured);
                lane.counts.judged += u64::from(spot.judged);
                lane.counts.passed += u64::from(spot.passed);
            }
        }
        grid
    }
}
