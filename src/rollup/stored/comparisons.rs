//! Each year of a store against the one before it.

use rayon::prelude::*;

use super::{COLUMNS_AT_ONCE, Stored};
use crate::form::{Library, Pair};
use crate::frame::store::StoreError;
use crate::rollup::Cell;

/// One year against the one before, for one area and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredComparison<'a> {
    /// Code of the area, or its name where it has no code.
    pub area: &'a str,
    /// Only the lines of descent of which every unit has a number in both years.
    pub like_for_like: bool,
    /// The key.
    pub key: &'a str,
    /// The earlier year.
    pub from_year: i32,
    /// The later year.
    pub to_year: i32,
    /// Sum of the earlier year.
    pub from: Option<i64>,
    /// Sum of the later year.
    pub to: Option<i64>,
    /// The change; none where nothing can be compared.
    pub change: Option<i64>,
    /// Whether both sides mean the same.
    pub comparable: bool,
}

/// Two years.
struct Step {
    years: [i32; 2],
    pairs: Vec<Pair>,
    /// Whether an area has any report in them.
    there: Vec<bool>,
    /// By pair of keys, then by area: earlier and later sum of all units, then like for like.
    sums: Vec<Vec<[Option<i64>; 4]>>,
}

/// The comparisons of every area.
pub struct StoredComparisons<'a> {
    /// Code (or name) and county of every area.
    areas: &'a [(String, String)],
    steps: Vec<Step>,
}

impl StoredComparisons<'_> {
    /// How many areas there are.
    pub fn areas(&self) -> usize {
        self.areas.len()
    }

    /// The comparisons of one area, in the order of years and of the crosswalk's keys.
    pub fn of_area(&self, area: usize) -> impl Iterator<Item = StoredComparison<'_>> {
        let code = &self.areas[area].0;
        let steps = self.steps.iter().filter(move |step| step.there[area]);
        steps.flat_map(move |step| {
            (step.pairs.iter().zip(&step.sums)).flat_map(move |(pair, sums)| {
                let comparable = pair.comparability.is_comparable();
                let [from, to, like_from, like_to] = sums[area];
                [(false, from, to), (true, like_from, like_to)].map(|(like, from, to)| {
                    StoredComparison {
                        area: code,
                        like_for_like: like,
                        key: &pair.key,
                        from_year: step.years[0],
                        to_year: step.years[1],
                        from,
                        to,
                        change: (to.zip(from).filter(|_| comparable))
                            .and_then(|(to, from)| to.checked_sub(from)),
                        comparable,
                    }
                })
            })
        })
    }
}

impl Stored<'_> {
    /// Every year against the one before it: all units, and like for like.
    ///
    /// Reports on another form than the one of their year are left out of both sides.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn comparisons(&self, library: &Library) -> Result<StoredComparisons<'_>, StoreError> {
        let mut steps = Vec::new();
        for years in self.store.years(&self.filter).windows(2) {
            if let Some(step) = self.step([years[0], years[1]], library)? {
                steps.push(step);
            }
        }
        Ok(StoredComparisons {
            areas: &self.areas,
            steps,
        })
    }

    fn step(&self, years: [i32; 2], library: &Library) -> Result<Option<Step>, StoreError> {
        let Some((from, to, crosswalk)) = library.years(years[0], years[1]) else {
            return Ok(None);
        };
        let (before, after) = (self.of(years[0], &from.id), self.of(years[1], &to.id));
        let size = self.area_of.len();
        let units = [&before, &after].map(|chunks| self.units(chunks, size, |line| line));
        let sums: Vec<Vec<Vec<[Option<i64>; 4]>>> = (crosswalk.pairs.par_chunks(COLUMNS_AT_ONCE))
            .map(|pairs| {
                let sets = |pick: fn(&Pair) -> &Vec<usize>| -> Vec<&[usize]> {
                    pairs.iter().map(|pair| pick(pair).as_slice()).collect()
                };
                let old = self.cells(&before, from, &sets(|p| &p.from), size, |line| line)?;
                let new = self.cells(&after, to, &sets(|p| &p.to), size, |line| line)?;
                let sides = old.iter().zip(&new);
                Ok(sides
                    .map(|(old, new)| self.sides(old, new, &units))
                    .collect())
            })
            .collect::<Result<_, StoreError>>()?;
        let mut there = vec![false; self.areas.len()];
        for (line, area) in self.area_of.iter().enumerate() {
            there[*area as usize] |= units[0][line] + units[1][line] > 0;
        }
        Ok(Some(Step {
            years,
            pairs: crosswalk.pairs,
            there,
            sums: sums.into_iter().flatten().collect(),
        }))
    }

    /// Per area: all units before and after, like for like before and after.
    fn sides(&self, old: &[Cell], new: &[Cell], units: &[Vec<u32>; 2]) -> Vec<[Option<i64>; 4]> {
        let mut sums = vec![[Cell::default(); 4]; self.areas.len()];
        for (line, area) in self.area_of.iter().enumerate() {
            let sums = &mut sums[*area as usize];
            let (a, b) = (old[line], new[line]);
            sums[0].merge(a);
            sums[1].merge(b);
            let whole = |cell: Cell, units: u32| units > 0 && cell.counted() == units as usize;
            if whole(a, units[0][line]) && whole(b, units[1][line]) {
                sums[2].merge(a);
                sums[3].merge(b);
            }
        }
        (sums.iter())
            .map(|cells| cells.map(|cell| cell.sum()))
            .collect()
    }
}
