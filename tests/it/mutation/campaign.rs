//! Many damaged files, many at once: what became of them, and which of them broke something.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use huizong::form::Library;
use huizong::report::Recogniser;
use huizong::synth::Random;
use rayon::prelude::*;

use super::judge::{Baseline, Verdict, judge, keys_touched, read};
use super::mutate::{Damaged, damage};
use super::seed::{Seed, Truth, numbers_in, seeds, zip};

/// A file that takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that is made once for all files.
pub struct Campaign {
    truth: Truth,
    seeds: Vec<Prepared>,
    recogniser: Recogniser,
    seed: u64,
    /// What each thread is at, and since when.
    now: Vec<Mutex<Option<(u64, Instant)>>>,
}

struct Prepared {
    seed: Seed,
    baseline: Baseline,
    /// Where the numbers stand: in the file itself, then in each part.
    numbers: Vec<Numbers>,
}

type Numbers = Vec<(std::ops::Range<usize>, usize)>;

/// One damaged file.
pub struct Case {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub what: String,
    /// Keys whose cells were concerned.
    touched: BTreeSet<usize>,
    /// A checksum stands over what was changed.
    sealed: bool,
    prepared: usize,
}

/// What became of many files.
#[derive(Debug, Default)]
pub struct Tally {
    pub files: usize,
    pub refused: usize,
    pub right: usize,
    pub lost: usize,
    pub changed: usize,
    pub noticed: usize,
    /// The slowest file and how long it took.
    pub slowest: (Duration, u64),
    /// By format: files, refused, time.
    pub formats: BTreeMap<&'static str, (usize, usize, Duration)>,
    /// Cases that broke something, and what.
    pub broken: Vec<(u64, String)>,
}

impl Tally {
    fn plus(mut self, other: Self) -> Self {
        self.files += other.files;
        self.refused += other.refused;
        self.right += other.right;
        self.lost += other.lost;
        self.changed += other.changed;
        self.noticed += other.noticed;
        self.slowest = self.slowest.max(other.slowest);
        for (name, (files, refused, time)) in other.formats {
            let own = self.formats.entry(name).or_default();
            *own = (own.0 + files, own.1 + refused, own.2 + time);
        }
        self.broken.extend(other.broken);
        self
    }
}

impl Campaign {
    /// Makes the seeds and reads them undamaged: every number of every one must be right.
    pub fn new(seed: u64) -> Self {
        let (truth, seeds) = seeds();
        let recogniser = Recogniser::new(Library::official());
        let seeds = seeds
            .into_iter()
            .map(|seed| {
                let (reports, known, _) = read(seed.name, &seed.bytes, &recogniser);
                assert!(!reports.is_empty(), "{}: no report", seed.name);
                for report in &reports {
                    for (key, value) in report.values.iter().enumerate() {
                        let key = &truth.form.keys[key].key;
                        let expected = truth.form.index(key).map(|at| truth.values[at]);
                        assert_eq!(value.number, expected, "{}: {key}", seed.name);
                    }
                }
                let parts = seed.parts.iter().map(|(_, bytes)| bytes);
                let numbers = std::iter::once(&seed.bytes).chain(parts);
                let numbers = numbers.map(|bytes| numbers_in(bytes, &truth)).collect();
                let baseline = Baseline {
                    known,
                    numbers: reports.len() * truth.values.len(),
                };
                Prepared {
                    seed,
                    baseline,
                    numbers,
                }
            })
            .collect();
        let threads = rayon::current_num_threads();
        let now = (0..threads).map(|_| Mutex::new(None)).collect();
        Self {
            truth,
            seeds,
            recogniser,
            seed,
            now,
        }
    }

    /// The damaged file of a number: always the same.
    pub fn case(&self, number: u64) -> Case {
        let mut random = Random::new(self.seed, &[number]);
        let shares = self.seeds.iter().map(|prepared| prepared.seed.share);
        let mut drawn = random.below(shares.sum());
        let own = self.seeds.iter().position(|prepared| {
            let share = prepared.seed.share;
            let mine = drawn < share;
            drawn = drawn.wrapping_sub(share);
            mine
        });
        let at = own.unwrap_or(0);
        let Prepared { seed, numbers, .. } = &self.seeds[at];
        if seed.parts.is_empty() || random.chance(250) {
            let Damaged {
                bytes,
                touched,
                what,
            } = damage(&seed.bytes, &mut random);
            return Case {
                name: seed.name,
                bytes,
                what: format!("{what} at {touched:?}"),
                touched: keys_touched(&numbers[0], seed.margin, &touched),
                sealed: seed.sealed,
                prepared: at,
            };
        }
        let part = match random.pick(&seed.main) {
            Some(main) if random.chance(750) => *main,
            _ => random.index(seed.parts.len()),
        };
        let Damaged {
            bytes,
            touched,
            what,
        } = damage(&seed.parts[part].1, &mut random);
        let mut parts = seed.parts.clone();
        let name = &parts[part].0;
        let what = format!("{name}: {what} at {touched:?}");
        let margin = if seed.name == "report.zip" {
            (1, 1)
        } else {
            seed.margin
        };
        parts[part].1 = bytes;
        Case {
            name: seed.name,
            bytes: zip(&parts),
            what,
            touched: keys_touched(&numbers[part + 1], margin, &touched),
            sealed: false,
            prepared: at,
        }
    }

    /// Damages and reads the files of these numbers on every thread there is.
    pub fn run(&self, numbers: std::ops::Range<u64>) -> Tally {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| self.watch(&over));
            let tally = (numbers.into_par_iter())
                .map(|number| self.one(number))
                .reduce(Tally::default, Tally::plus);
            over.store(true, Ordering::Relaxed);
            tally
        })
    }

    fn one(&self, number: u64) -> Tally {
        let slot = rayon::current_thread_index().unwrap_or(0);
        let case = self.case(number);
        let start = Instant::now();
        *self.now[slot].lock().unwrap() = Some((number, start));
        let outcome = catch_unwind(AssertUnwindSafe(|| self.verdict(&case)));
        *self.now[slot].lock().unwrap() = None;
        let took = start.elapsed();
        let mut tally = Tally {
            files: 1,
            slowest: (took, number),
            ..Tally::default()
        };
        match outcome {
            Ok(verdict) => {
                tally.refused = usize::from(verdict.refused);
                tally.right = verdict.right;
                tally.lost = verdict.lost;
                tally.changed = verdict.changed;
                tally.noticed = verdict.noticed;
                let wrong = self.wrong(&case, &verdict);
                tally.broken.extend(wrong.map(|wrong| (number, wrong)));
            }
            Err(_) => tally
                .broken
                .push((number, format!("{}: {}: panicked", case.name, case.what))),
        }
        tally.formats.insert(case.name, (1, tally.refused, took));
        tally
    }

    fn verdict(&self, case: &Case) -> Verdict {
        let read = read(case.name, &case.bytes, &self.recogniser);
        let baseline = &self.seeds[case.prepared].baseline;
        judge(read, baseline, &self.truth, &case.touched)
    }

    /// What is wrong about a verdict, if anything is.
    fn wrong(&self, case: &Case, verdict: &Verdict) -> Option<String> {
        let told = |what: &str| format!("{}: {}: {what}", case.name, case.what);
        if case.sealed && verdict.changed > 0 {
            return Some(told("a number changed under a checksum"));
        }
        let (key, read) = verdict.silent.first()?;
        let (name, truth) = (&self.truth.form.keys[*key].key, self.truth.values[*key]);
        let count = verdict.silent.len();
        Some(told(&format!(
            "{count} silently wrong: {name} is {truth} and was read as {read}"
        )))
    }

    /// Ends the process when a file takes too long: a thread cannot be stopped from outside.
    #[allow(clippy::print_stderr)] // the process that waits for this one reads it
    fn watch(&self, over: &AtomicBool) {
        while !over.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(100));
            for slot in &self.now {
                let at = *slot.lock().unwrap();
                if let Some((number, since)) = at
                    && since.elapsed() > PATIENCE
                {
                    let case = self.case(number);
                    eprintln!("case {number} hangs: {}: {}", case.name, case.what);
                    std::process::exit(3);
                }
            }
        }
    }
}
