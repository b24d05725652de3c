//! `huizong synth`: made-up reports.

use super::Ending;
use super::args::{SynthArgs, YearRange};
use super::console::Console;
use super::failure::Failure;
use super::output::Folder;
use super::settings::Settings;
use super::stored;
use crate::form::Library;
use crate::synth::{self, Format, Options, SynthError};
use crate::text::Text;

/// Writes a folder of made-up reports with their registry and their truth.
pub(super) fn synth(
    args: &SynthArgs,
    _settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    Folder::prove(&args.output)?;
    super::interrupt::otherwise(Text::new(
        "已生成的文件留在原处",
        "what was made up so far stays",
    ));
    if args.demo {
        let files = synth::demo(&args.output).map_err(stage)?;
        say(files, args, console);
        return Ok(Ending::Clean);
    }
    let options = Options {
        counties: args.counties,
        units: args.units,
        from: args.years.from,
        to: args.years.to,
        seed: args.seed,
        mistakes: args.mistakes,
        ..Options::default()
    };
    prove_years(args.years)?;
    if args.store {
        return stored::synth(&options, &args.output, console);
    }
    let formats = formats(&args.formats)?;
    let written = synth::write(&options, &formats, &args.output).map_err(stage)?;
    say(written.reports, args, console);
    Ok(Ending::Clean)
}

/// Every year has a form: years that nothing can be made for are not passed over.
fn prove_years(years: YearRange) -> Result<(), Failure> {
    let library = Library::official();
    let without = (years.from..=years.to).find(|year| library.for_year(*year).is_none());
    let Some(year) = without else {
        return Ok(());
    };
    let first = library.forms().iter().map(|form| form.years.from).min();
    Err(Failure::Value {
        option: "--years",
        given: year.to_string(),
        possible: format!("{}..", first.unwrap_or_default()),
    })
}

fn stage(error: SynthError) -> Failure {
    Failure::Stage(Text::same(error.to_string()))
}

fn say(files: usize, args: &SynthArgs, console: &Console) {
    let folder = args.output.display();
    console.say(&Text::new(
        format!("{folder}：写入 {files} 个虚构的年报文件"),
        format!("{folder}: {files} files of made-up reports written"),
    ));
}

fn formats(names: &[String]) -> Result<Vec<Format>, Failure> {
    (names.iter())
        .map(|name| {
            Format::parse(name.trim()).ok_or_else(|| Failure::Value {
                option: "--formats",
                given: name.clone(),
                possible: Format::ALL.map(Format::as_str).join(", "),
            })
        })
        .collect()
}
