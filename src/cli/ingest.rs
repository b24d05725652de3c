//! `huizong ingest`: files into a store, only what has changed.

use std::path::Path;

use rayon::prelude::*;

use super::Ending;
use super::args::IngestArgs;
use super::console::Console;
use super::failure::Failure;
use super::run;
use super::settings::Settings;
use super::stored::{self, Counties, nanoseconds};
use crate::batch::{self, Origin, Outcome, Piece, Source};
use crate::frame::store::{Belonging, Came, Entry, Filed, Ingest, Options, Shard, Store};
use crate::report::{Report, Scope};
use crate::text::Text;
use crate::units::{Registry, Resolution, plain_name};

/// Files that are read at once.
const AT_ONCE: usize = 1024;

/// Reads what is new or has changed and commits it to the store.
pub(super) fn ingest(
    args: &IngestArgs,
    settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    let shard = shard(args)?;
    let apart = [args.store.clone()];
    let gathered = batch::gather(&settings.inputs, &apart, settings.paths, Store::is_store);
    let registry = run::registry(settings, &gathered)?;
    let county = run::county(settings, &gathered, &registry, &Counties::new());
    let options = Options {
        shard,
        wait: args.wait,
        read_with: read_with(settings, &registry, &county),
        ..Options::new(stored::holder())
    };
    super::interrupt::otherwise(Text::new(
        "数据仓完好：或是本次之前的内容，或是本次的全部内容；重新运行 ingest 即可",
        "the store is whole: as it was before, or with all of this run; run ingest again",
    ));
    let mut ingest = Ingest::begin(&args.store, options)?;
    let mut sources: Vec<&Source> = (gathered.sources.iter())
        .filter(|source| !matches!(source.origin, Origin::Store(_)) && ingest.takes(&source.name))
        .collect();
    // The store is the same in whatever order the files were named.
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    let taking = Taking {
        registry: &registry,
        county: &county,
        reader: batch::Reader::new(&settings.library, settings.limits.clone()),
    };
    let progress = console.progress(&Text::new("入库", "ingesting"), sources.len());
    let mut unreadable = false;
    for sources in sources.chunks(AT_ONCE) {
        let taken: Vec<Option<Taken>> = {
            let known = |source: &&Source| ingest.hash_of(&source.name).map(str::to_owned);
            let known: Vec<Option<String>> = sources.iter().map(known).collect();
            let one = |(source, known): (&&Source, &Option<String>)| {
                let taken = taking.take(source, known.as_deref());
                progress.step();
                taken
            };
            sources.par_iter().zip(&known).map(one).collect()
        };
        for (source, taken) in sources.iter().zip(taken).filter_map(|(s, t)| Some((s, t?))) {
            let modified = source.modified.and_then(nanoseconds);
            if !ingest.is_current(&source.name, &taken.hash, modified) {
                unreadable |= taken
                    .entries
                    .iter()
                    .any(|e| matches!(e.came, Came::Unreadable(_)));
                ingest.add(&source.name, &taken.hash, taken.size, &taken.entries)?;
            }
        }
    }
    drop(progress);
    gone(&mut ingest, args, settings, console);
    let changes = ingest.commit(&|id| settings.library.get(id).cloned())?;
    stored::tell(&changes, &args.store, console);
    Ok(if unreadable {
        Ending::WithErrors
    } else {
        Ending::Clean
    })
}

fn shard(args: &IngestArgs) -> Result<Shard, Failure> {
    let Some(typed) = &args.shard else {
        return Ok(Shard::default());
    };
    Shard::parse(typed).ok_or_else(|| Failure::Value {
        option: "--shard",
        given: typed.clone(),
        possible: "K/N with 1 ≤ K ≤ N, as in 2/4".to_owned(),
    })
}

/// A digest of what decides, beside its content, what comes of a file: the program, the forms, the registry,
/// the county's name, and the limits.
fn read_with(settings: &Settings, registry: &Registry, county: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut more = |words: String| {
        hasher.update(words.as_bytes());
        hasher.update(b"\n");
    };
    more(env!("CARGO_PKG_VERSION").to_owned());
    for form in settings.library.forms() {
        more(format!(
            "{:?}",
            (&form.id, &form.years, &form.tables, &form.keys)
        ));
    }
    more(format!("{:?}", registry.units));
    more(county.to_owned());
    more(format!("{:?}", settings.limits));
    hasher.finalize().to_hex()[..16].to_owned()
}

/// Names the files of the store that lay under the inputs and are gone; with `--sync` takes them out.
fn gone(ingest: &mut Ingest<'_>, args: &IngestArgs, settings: &Settings, console: &Console) {
    let under = |source: &str| {
        settings.inputs.iter().any(|input| {
            let input = input.strip_prefix("./").unwrap_or(input);
            Path::new(source).starts_with(input) || input.as_os_str() == "."
        })
    };
    let gone: Vec<String> = ingest
        .unseen()
        .filter(|s| under(s))
        .map(str::to_owned)
        .collect();
    for source in &gone {
        if args.sync {
            ingest.take_out(source);
            console.detail(&Text::new(
                format!("{source}：已不存在，删除"),
                format!("{source}: no longer there, taken out"),
            ));
        } else {
            console.say(&Text::new(
                format!("{source}：已不存在，数据保留；要删除请加 --sync"),
                format!("{source}: no longer there, its reports are kept; --sync takes them out"),
            ));
        }
    }
}

/// What is known while files are taken in.
struct Taking<'a> {
    registry: &'a Registry,
    county: &'a str,
    reader: batch::Reader,
}

/// A file as it was read; without entries where the store has it already.
struct Taken {
    hash: String,
    size: u64,
    entries: Vec<Entry>,
}

impl Taking<'_> {
    fn take(&self, source: &Source, known: Option<&str>) -> Option<Taken> {
        let bytes = self.reader.content(source)?;
        let (hash, size) = match &bytes {
            Ok(bytes) => (blake3::hash(bytes).to_string(), bytes.len() as u64),
            Err(why) => (format!("none: {}", why.en), 0),
        };
        let entries = if known == Some(hash.as_str()) {
            Vec::new()
        } else {
            let pieces = self.reader.pieces(source, bytes);
            pieces
                .into_iter()
                .map(|piece| self.entry(piece, source))
                .collect()
        };
        Some(Taken {
            hash,
            size,
            entries,
        })
    }

    fn entry(&self, piece: Piece, source: &Source) -> Entry {
        let came = match piece.outcome {
            Outcome::Reports(reports) => {
                let file = |(ordinal, mut report): (usize, Report)| {
                    report.revision = batch::revision_of(&report);
                    let belonging = self.belonging(&report);
                    if self.is_consolidated(&report, &belonging) {
                        report.scope = Scope::Consolidated;
                    }
                    Filed {
                        belonging,
                        ordinal: ordinal as u32,
                        report,
                    }
                };
                Came::Reports(reports.into_iter().enumerate().map(file).collect())
            }
            Outcome::NotAReport(why) => Came::NotAReport(why),
            Outcome::Unreadable(why) => Came::Unreadable(why),
        };
        Entry {
            name: piece.name,
            source: source.name.clone(),
            modified: piece.modified.and_then(nanoseconds),
            came,
            findings: piece.findings,
        }
    }

    /// As the batch will judge it later: engines that read the store must not add an area to its units.
    fn is_consolidated(&self, report: &Report, belonging: &Belonging) -> bool {
        let line =
            (belonging.code.as_deref()).and_then(|code| self.registry.line_of(code, report.year));
        match line {
            Some(line) => !self.registry.reports_itself(line),
            None => batch::calls_itself_consolidated(report, self.county),
        }
    }

    /// Where the registry puts a report. Without a registry it belongs to the county of the run; where there is
    /// one that does not know it, to none.
    fn belonging(&self, report: &Report) -> Belonging {
        let county = if self.registry.is_empty() {
            self.county
        } else {
            ""
        };
        let unknown = || Belonging {
            county: county.to_owned(),
            line: Some(plain_name(&report.unit)),
            ..Belonging::default()
        };
        if self.registry.is_empty() || report.unit.is_empty() {
            return unknown();
        }
        let Resolution::Found(found) = batch::resolve(report, self.registry) else {
            return unknown();
        };
        let unit = &self.registry.units[found];
        let above = self.registry.above(found, report.year);
        let area = match above.first() {
            Some(area) if self.registry.reports_itself(found) => &self.registry.units[*area],
            _ => unit,
        };
        Belonging {
            county: area.name.clone(),
            area: area.code.clone(),
            code: Some(unit.code.clone()),
            kind: Some(unit.kind.clone()),
            line: Some(self.registry.lineage(found).id.clone()),
        }
    }
}
