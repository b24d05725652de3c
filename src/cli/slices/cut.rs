//! Where a run is cut into slices.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cli::survey::{Grounds, Known, Survey};
use crate::units::Registry;

/// Whole grounds, packed in the order of the registry, else as they come; what belongs nowhere goes first.
pub(super) fn by_grounds(
    survey: &Survey,
    registry: &Registry,
    most: usize,
) -> (Vec<Vec<u32>>, Vec<u32>) {
    let mut reports: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut lines: BTreeMap<u32, u32> = BTreeMap::new();
    for (at, known) in survey.known.iter().enumerate() {
        reports.entry(known.ground).or_default().push(at as u32);
        let line = known.line.unwrap_or(u32::MAX);
        let first = lines.entry(known.ground).or_insert(u32::MAX);
        *first = (*first).min(line);
    }
    let depth = |ground: u32| {
        let line = lines.get(&ground).copied().unwrap_or(u32::MAX) as usize;
        let depth = registry
            .units
            .get(line)
            .map(|_| registry.above(line, None).len());
        (
            ground != Grounds::NOWHERE,
            std::cmp::Reverse(depth),
            line,
            ground,
        )
    };
    let mut grounds: Vec<u32> = reports.keys().copied().collect();
    grounds.sort_by_cached_key(|ground| depth(*ground));
    let mut slices: Vec<Vec<u32>> = vec![Vec::new()];
    let mut slice_of = vec![u32::MAX; survey.grounds.len()];
    for ground in grounds {
        let of_ground = reports.remove(&ground).unwrap_or_default();
        let last = slices.len() - 1;
        if !slices[last].is_empty() && slices[last].len() + of_ground.len() > most {
            slices.push(Vec::new());
        }
        let last = slices.len() - 1;
        slices[last].extend(of_ground);
        slice_of[ground as usize] = last as u32;
    }
    // Areas without any report stand with whatever comes first; joined grounds with their root.
    for ground in 0..slice_of.len() {
        let root = survey.grounds.root(ground as u32) as usize;
        slice_of[ground] = match slice_of[root] {
            u32::MAX => 0,
            slice => slice,
        };
    }
    for slice in &mut slices {
        slice.sort_unstable();
    }
    (slices, slice_of)
}

/// Versions of one report together, in the order of an export.
pub(super) fn by_versions(survey: &Survey, most: usize) -> Vec<Vec<u32>> {
    let order = |known: &Known| {
        let (unit, file) = (
            Arc::clone(survey.words.get(known.unit)),
            Arc::clone(&survey.papers[known.piece as usize].piece.name),
        );
        (known.year, known.named.unwrap_or(u32::MAX), unit, file)
    };
    let mut reports: Vec<u32> = (0..survey.known.len() as u32).collect();
    reports.sort_by_cached_key(|at| order(&survey.known[*at as usize]));
    // Where the last version of each report stands: before it no cut is made.
    let identity = |known: &Known| {
        let unit = match known.code {
            Some(code) => survey.words.get(code),
            None => survey.words.get(known.unit),
        };
        let unit = match known.code {
            Some(_) => unit.to_string(),
            None => crate::units::plain_name(unit),
        };
        (known.code.is_some(), unit, known.year)
    };
    let mut last = BTreeMap::new();
    for (place, at) in reports.iter().enumerate() {
        last.insert(identity(&survey.known[*at as usize]), place);
    }
    let mut slices: Vec<Vec<u32>> = vec![Vec::new()];
    let mut open_until = 0;
    for (place, at) in reports.iter().enumerate() {
        let full = slices.last().is_some_and(|slice| slice.len() >= most);
        if full && place > open_until {
            slices.push(Vec::new());
        }
        let version = identity(&survey.known[*at as usize]);
        open_until = open_until.max(last.get(&version).copied().unwrap_or(place));
        if let Some(slice) = slices.last_mut() {
            slice.push(*at);
        }
    }
    slices
}
