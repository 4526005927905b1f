//! Which cases of which suites a run asks.

use std::collections::HashSet;

use crate::cli::args::RunArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::open;
use crate::domain::Case;
use crate::suite::Suite;
use crate::suite::select::{Filter, Sampler, passes};

/// Filters and sample, settled: a second reading of the suites can ask case by case.
pub(super) struct Chosen {
    filters: Vec<Filter>,
    /// Ids that were drawn, each with the index of its suite; absent without a sample.
    drawn: Option<HashSet<String>>,
    /// Cases chosen from each suite.
    pub(super) counts: Vec<u64>,
    /// Whether any of them shows a picture.
    pub(super) images: bool,
}

impl Chosen {
    /// Reads the suites again where something is to be left out, and settles what is chosen.
    pub(super) fn of(args: &RunArgs, suites: &[(String, Suite)]) -> Result<Self, Failure> {
        let filters = args
            .filter
            .iter()
            .map(|text| Filter::parse(text))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|problem| Failure::of(Exit::Usage, vec![problem]))?;
        let mut chosen = Self {
            filters,
            drawn: None,
            counts: Vec::new(),
            images: false,
        };
        if let Some(size) = args.sample {
            let mut sampler = Sampler::new(usize::try_from(size).unwrap_or(usize::MAX), args.seed);
            for (index, (path, _)) in suites.iter().enumerate() {
                open::read_suite(path, None, args.allow_outside, &mut |case| {
                    if passes(&chosen.filters, &case) {
                        sampler.offer(&key(index, &case));
                    }
                });
            }
            chosen.drawn = Some(sampler.finish());
        }
        if chosen.filters.is_empty() && chosen.drawn.is_none() {
            // Checking has counted them.
            chosen.counts = suites.iter().map(|(_, suite)| suite.cases).collect();
            chosen.images = suites.iter().any(|(_, suite)| suite.images);
            return Ok(chosen);
        }
        let mut counts = Vec::new();
        let mut images = false;
        for (index, (path, _)) in suites.iter().enumerate() {
            let mut count = 0u64;
            open::read_suite(path, None, args.allow_outside, &mut |case| {
                if chosen.takes(index, &case) {
                    count += 1;
                    images |= !case.images.is_empty();
                }
            });
            counts.push(count);
        }
        chosen.counts = counts;
        chosen.images = images;
        Ok(chosen)
    }

    /// Whether a case of a suite (by index) is asked.
    pub(super) fn takes(&self, suite: usize, case: &Case) -> bool {
        passes(&self.filters, case)
            && self
                .drawn
                .as_ref()
                .is_none_or(|drawn| drawn.contains(&key(suite, case)))
    }
}

fn key(suite: usize, case: &Case) -> String {
    format!("{suite}/{}", case.id)
}
