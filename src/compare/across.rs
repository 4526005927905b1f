//! Two runs put side by side, joined by case: what moved, by how much, and whether it is beyond chance.
//!
//! Cases are joined by id, and only where what is asked and what is right did not change. Columns are joined by target and
//! prompt, or as the caller says (`--map`). Times and costs stand beside.

use std::sync::Arc;

use super::figures::{Latency, Paid};
use super::grid::{Grid, Lane};
use super::paired::{Paired, Pairing, holm, median, pairing};
use crate::domain::{RunInfo, Said};

/// Cases from which a tag is compared.
const TAG_FROM: usize = 10;

/// Rows by tag at most, a column.
const TAGS: usize = 12;

/// What two runs say when put side by side. The first is what the second is compared with.
#[derive(Debug, Clone)]
pub struct Across {
    /// The run compared with.
    pub base: Arc<RunInfo>,
    /// The other.
    pub other: Arc<RunInfo>,
    /// How the cases were joined.
    pub joined: Joined,
    /// One a column that both have, in the order of the second run.
    pub rows: Vec<Pairwise>,
    /// Columns of the first run without a partner. User's text.
    pub only_base: Vec<String>,
    /// Columns of the second run without a partner.
    pub only_other: Vec<String>,
    /// By target over all prompts, where there are several prompts.
    pub by_target: Vec<(String, Paired)>,
    /// By prompt over all targets, where there are several prompts.
    pub by_prompt: Vec<(String, Paired)>,
    /// By tag and column.
    pub by_tag: Vec<Tagged>,
    /// Comparisons of columns that the p-values are adjusted for: all that are shown together.
    pub family: usize,
}

/// How the cases of two runs were joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Joined {
    /// In both, unchanged.
    pub same: u64,
    /// In both by id, but changed: left out. At most [`CHANGED`] are named.
    pub changed: Vec<String>,
    /// How many of these.
    pub changed_count: u64,
    /// Only in the first.
    pub only_base: u64,
    /// Only in the second.
    pub only_other: u64,
    /// Judged by other scorers.
    pub scorers_differ: bool,
    /// Asked under other prompts of the same name.
    pub prompts_differ: Vec<String>,
    /// Targets of the same name with another model or other parameters.
    pub targets_differ: Vec<String>,
    /// One of the two is simulated, the other is not.
    pub one_simulated: bool,
}

/// Changed cases that are named.
const CHANGED: usize = 50;

/// One column in both runs.
#[derive(Debug, Clone)]
pub struct Pairwise {
    /// As the second run calls it. User's text.
    pub label: String,
    /// As the first run calls it, where that differs.
    pub base_label: Option<String>,
    /// Place in the first run.
    pub base_lane: usize,
    /// Place in the second run.
    pub lane: usize,
    /// Passing rates; none without a shared verdict.
    pub pass: Option<Paired>,
    /// Scores; none without a shared score.
    pub score: Option<Paired>,
    /// Times: then and now.
    pub latency: (Latency, Latency),
    /// 95 % intervals of the medians in microseconds, then and now, where there are enough fresh answers.
    pub medians: (Option<(f64, f64)>, Option<(f64, f64)>),
    /// Costs: then and now.
    pub paid: (Paid, Paid),
    /// Cases of both that were not measured in the first, in the second.
    pub unmeasured: (u64, u64),
    /// Passed then, fail now.
    pub newly_failing: Vec<Move>,
    /// Failed then, pass now.
    pub newly_passing: Vec<Move>,
}

impl Pairwise {
    /// Whether the typical answer takes longer (true) or less (false) beyond chance: the intervals of the medians lie apart.
    #[must_use]
    pub fn slower(&self) -> Option<bool> {
        let (then, now) = self.medians.0.zip(self.medians.1)?;
        if now.0 > then.1 {
            Some(true)
        } else if now.1 < then.0 {
            Some(false)
        } else {
            None
        }
    }
}

/// A case that changed its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Its place in the first run.
    pub base_case: usize,
    /// Its place in the second run.
    pub case: usize,
    /// Its id. User's text.
    pub id: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its score then.
    pub before: Option<f64>,
    /// Its score now.
    pub after: Option<f64>,
    /// Passing trials then and now, as (passed, of).
    pub trials: ((u16, u16), (u16, u16)),
    /// Why it fails where it fails, in the words of its scorers. Outside text; empty until it is looked up.
    pub why: Said,
}

/// A tag in a column.
#[derive(Debug, Clone)]
pub struct Tagged {
    /// The tag. User's text.
    pub tag: String,
    /// The column.
    pub label: String,
    /// What moved.
    pub pass: Paired,
}

/// Compares two runs. `map` joins columns of other names: (label or target in the first, in the second).
#[must_use]
pub fn across(base: &Grid, other: &Grid, map: &[(String, String)]) -> Across {
    let (mut joined, places) = join(base, other);
    let partners = partners(base, other, map);
    let single = base.info.trials == 1 && other.info.trials == 1;
    let mut rows: Vec<Pairwise> = partners
        .iter()
        .map(|(base_lane, lane)| row(base, other, &places, (*base_lane, *lane), single))
        .collect();
    adjust(rows.iter_mut().filter_map(|row| row.pass.as_mut()));
    adjust(rows.iter_mut().filter_map(|row| row.score.as_mut()));
    describe(base, other, &partners, &mut joined);
    let several = base.info.prompts.len() > 1 || other.info.prompts.len() > 1;
    let labels = |lanes: &[Lane], taken: &dyn Fn(usize) -> bool| -> Vec<String> {
        let left = lanes.iter().enumerate().filter(|(lane, _)| !taken(*lane));
        left.map(|(_, lane)| lane.label.clone()).collect()
    };
    let mut by_target = Vec::new();
    let mut by_prompt = Vec::new();
    if several {
        by_target = grouped(base, other, &places, &partners, |lane| Some(lane.target.clone()));
        by_prompt = grouped(base, other, &places, &partners, |lane| lane.prompt.clone());
        adjust(by_target.iter_mut().map(|(_, paired)| paired));
        adjust(by_prompt.iter_mut().map(|(_, paired)| paired));
    }
    let by_tag = by_tag(base, other, &places, &partners, single);
    Across {
        base: Arc::clone(&base.info),
        other: Arc::clone(&other.info),
        joined,
        only_base: labels(&base.lanes, &|lane| partners.iter().any(|(taken, _)| *taken == lane)),
        only_other: labels(&other.lanes, &|lane| partners.iter().any(|(_, taken)| *taken == lane)),
        rows,
        by_target,
        by_prompt,
        by_tag,
        family: partners.len(),
    }
}

/// Several comparisons that are shown together are one family: their p-values are adjusted for all of them.
pub fn together(all: &mut [Across]) {
    adjust(
        all.iter_mut()
            .flat_map(|each| &mut each.rows)
            .filter_map(|row| row.pass.as_mut()),
    );
    adjust(
        all.iter_mut()
            .flat_map(|each| &mut each.rows)
            .filter_map(|row| row.score.as_mut()),
    );
    let family = all.iter().map(|each| each.rows.len()).sum();
    for each in all {
        each.family = family;
    }
}

/// Places of shared cases: (in the first, in the second).
fn join(base: &Grid, other: &Grid) -> (Joined, Vec<(usize, usize)>) {
    let mut joined = Joined::default();
    let mut places = Vec::new();
    for (place, known) in other.cases.iter().enumerate() {
        match base.find(&known.id) {
            None => joined.only_other += 1,
            Some(at) if base.cases[at].print == known.print => places.push((at, place)),
            Some(_) => {
                joined.changed_count += 1;
                if joined.changed.len() < CHANGED {
                    joined.changed.push(known.id.clone());
                }
            }
        }
    }
    joined.same = places.len() as u64;
    joined.only_base = base.cases.len() as u64 - joined.same - joined.changed_count;
    (joined, places)
}

/// Columns that belong together: as mapped, of the same target and prompt, of the same target, or the only ones there are.
/// What is mapped comes first: a column of the old name that the second run has as well must not take its partner away.
fn partners(base: &Grid, other: &Grid, map: &[(String, String)]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mapped = |column: &Lane| map.iter().find(|(_, to)| *to == column.label || *to == column.target);
    for wanted in [true, false] {
        for (lane, column) in other.lanes.iter().enumerate() {
            let pair = mapped(column);
            if pair.is_some() != wanted {
                continue;
            }
            let free = |partner: usize| !found.iter().any(|(taken, _)| *taken == partner);
            let partner = match pair {
                Some((from, to)) => base.lanes.iter().position(|known| {
                    known.label == *from
                        || (known.target == *from && (*to == column.label || known.prompt == column.prompt))
                }),
                None => base
                    .lanes
                    .iter()
                    .position(|known| known.target == column.target && known.prompt == column.prompt)
                    .or_else(|| only(&base.lanes, |known| known.target == column.target)),
            };
            if let Some(partner) = partner.filter(|partner| free(*partner)) {
                found.push((partner, lane));
            }
        }
    }
    // Two configurations under two names: with one column each there is no doubt what is compared.
    if found.is_empty() && map.is_empty() && base.lanes.len() == 1 && other.lanes.len() == 1 {
        found.push((0, 0));
    }
    found.sort_by_key(|(_, lane)| *lane);
    found
}

fn only(lanes: &[Lane], wanted: impl Fn(&Lane) -> bool) -> Option<usize> {
    let mut fits = lanes.iter().enumerate().filter(|(_, lane)| wanted(lane));
    let first = fits.next()?.0;
    fits.next().is_none().then_some(first)
}

fn row(
    base: &Grid,
    other: &Grid,
    places: &[(usize, usize)],
    (base_lane, lane): (usize, usize),
    single: bool,
) -> Pairwise {
    let (then, now) = (&base.lanes[base_lane], &other.lanes[lane]);
    let mut rates = Pairing::default();
    let mut scores = Pairing::default();
    let mut row = Pairwise {
        label: now.label.clone(),
        base_label: (then.label != now.label).then(|| then.label.clone()),
        base_lane,
        lane,
        pass: None,
        score: None,
        latency: (then.latency, now.latency),
        medians: (median(&then.times), median(&now.times)),
        paid: (then.paid.clone(), now.paid.clone()),
        unmeasured: (0, 0),
        newly_failing: Vec::new(),
        newly_passing: Vec::new(),
    };
    for (base_case, case) in places {
        let (was, is) = (base.spot(*base_case, base_lane), other.spot(*case, lane));
        row.unmeasured.0 += u64::from(was.cells > 0 && was.measured == 0);
        row.unmeasured.1 += u64::from(is.cells > 0 && is.measured == 0);
        let group = other.cases[*case].group;
        if let Some((before, after)) = was.score().zip(is.score()) {
            scores.push(before, after, group);
        }
        let Some((before, after)) = was.rate().zip(is.rate()) else {
            continue;
        };
        rates.push(before, after, group);
        let moved = || Move {
            base_case: *base_case,
            case: *case,
            id: other.cases[*case].id.clone(),
            tags: other.tags_of(*case).map(str::to_owned).collect(),
            before: was.score(),
            after: is.score(),
            trials: ((was.passed, was.judged), (is.passed, is.judged)),
            why: Said::default(),
        };
        if before >= 0.5 && after < 0.5 {
            row.newly_failing.push(moved());
        } else if before < 0.5 && after >= 0.5 {
            row.newly_passing.push(moved());
        }
    }
    row.pass = pairing(&rates, single);
    row.score = pairing(&scores, single);
    let gain = |moved: &Move| moved.after.unwrap_or(0.0) - moved.before.unwrap_or(0.0);
    row.newly_failing.sort_by(|a, b| gain(a).total_cmp(&gain(b)));
    row.newly_passing.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
    row
}

fn adjust<'a>(paired: impl Iterator<Item = &'a mut Paired>) {
    let mut all: Vec<&mut Paired> = paired.collect();
    let adjusted = holm(&all.iter().map(|paired| paired.p).collect::<Vec<_>>());
    for (paired, p) in all.iter_mut().zip(adjusted) {
        paired.adjusted = p;
    }
}

/// Columns taken together by what `name` gives: on each case the mean over those measured in both runs.
fn grouped(
    base: &Grid,
    other: &Grid,
    places: &[(usize, usize)],
    partners: &[(usize, usize)],
    name: impl Fn(&Lane) -> Option<String>,
) -> Vec<(String, Paired)> {
    let mut names: Vec<String> = Vec::new();
    for (_, lane) in partners {
        names.extend(name(&other.lanes[*lane]).filter(|found| !names.contains(found)));
    }
    let mut rows = Vec::new();
    for wanted in names {
        let lanes: Vec<&(usize, usize)> = partners
            .iter()
            .filter(|(_, lane)| name(&other.lanes[*lane]).as_ref() == Some(&wanted))
            .collect();
        let mut rates = Pairing::default();
        for (base_case, case) in places {
            let (mut before, mut after, mut n) = (0.0, 0.0, 0.0);
            for (base_lane, lane) in &lanes {
                let rates = base
                    .spot(*base_case, *base_lane)
                    .rate()
                    .zip(other.spot(*case, *lane).rate());
                if let Some((was, is)) = rates {
                    before += was;
                    after += is;
                    n += 1.0;
                }
            }
            if n > 0.0 {
                rates.push(before / n, after / n, other.cases[*case].group);
            }
        }
        if let Some(paired) = pairing(&rates, false) {
            rows.push((wanted, paired));
        }
    }
    rows
}

fn by_tag(
    base: &Grid,
    other: &Grid,
    places: &[(usize, usize)],
    partners: &[(usize, usize)],
    single: bool,
) -> Vec<Tagged> {
    let mut of_tag: Vec<Vec<(usize, usize)>> = vec![Vec::new(); other.tags.len()];
    for (base_case, case) in places {
        for tag in &other.cases[*case].tags {
            of_tag[*tag as usize].push((*base_case, *case));
        }
    }
    let mut tags: Vec<usize> = (0..of_tag.len())
        .filter(|tag| of_tag[*tag].len() >= TAG_FROM && of_tag[*tag].len() < places.len())
        .collect();
    tags.sort_by_key(|tag| std::cmp::Reverse(of_tag[*tag].len()));
    tags.truncate(TAGS);
    let mut rows = Vec::new();
    for tag in tags {
        for (base_lane, lane) in partners {
            let mut rates = Pairing::default();
            for (base_case, case) in &of_tag[tag] {
                let both = base
                    .spot(*base_case, *base_lane)
                    .rate()
                    .zip(other.spot(*case, *lane).rate());
                if let Some((was, is)) = both {
                    rates.push(was, is, other.cases[*case].group);
                }
            }
            if let Some(pass) = pairing(&rates, single) {
                rows.push(Tagged {
                    tag: other.tags[tag].clone(),
                    label: other.lanes[*lane].label.clone(),
                    pass,
                });
            }
        }
    }
    adjust(rows.iter_mut().map(|row| &mut row.pass));
    rows
}

/// What else is not the same in both runs.
fn describe(base: &Grid, other: &Grid, partners: &[(usize, usize)], joined: &mut Joined) {
    let prints = |info: &RunInfo| -> Vec<String> { info.scorers.iter().map(crate::scorer::fingerprint).collect() };
    joined.scorers_differ = prints(&base.info) != prints(&other.info);
    joined.one_simulated = base.info.simulated != other.info.simulated;
    for prompt in &other.info.prompts {
        let twin = base.info.prompts.iter().find(|known| known.name == prompt.name);
        if twin.is_some_and(|twin| twin != prompt) {
            joined.prompts_differ.push(prompt.name.clone());
        }
    }
    for (base_lane, lane) in partners {
        let then = &base.info.targets[base.lanes[*base_lane].target_index];
        let now = &other.info.targets[other.lanes[*lane].target_index];
        let differs = then.model != now.model
            || then.params != now.params
            || then.extra != now.extra
            || then.provider != now.provider;
        if differs && !joined.targets_differ.contains(&now.name) {
            joined.targets_differ.push(now.name.clone());
        }
    }
}
