//! The command line: what was typed ([`args`]), what it means ([`settings`]), and the stages joined
//! ([`run`]). The only place that prints, exits, and reads the environment or the clock.

mod args;
mod attendance;
mod check;
mod compare;
mod config;
mod console;
mod export;
mod failure;
mod forms;
mod ingest;
mod interrupt;
mod leftovers;
mod moves;
mod notices;
mod output;
mod progress;
mod results;
mod roll;
mod rollup;
mod run;
mod schema;
mod settings;
mod slices;
mod spool;
mod sql;
mod stored;
mod summary;
mod survey;
mod synth;
mod table;
mod template;
mod totals;
mod totals_csv;
mod wording;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Command};
use console::Console;
use failure::Failure;
use settings::Settings;

/// How a run ended that did what it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Done, and nothing is wrong.
    Clean,
    /// Done, but some findings are errors or some files could not be read.
    WithErrors,
}

/// Runs the program: one error is printed, one exit code chosen.
///
/// 0: done, nothing of severity error. 1: done, but some findings are errors or some files could not be
/// read. 2: nothing done.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are answers; everything else is bad usage. Nothing is left to be done
            // where even that cannot be printed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let console = Console::new(settings::lang(&args.common), &args.common);
    match carry_out(args, &console) {
        Ok(Ending::Clean) => ExitCode::SUCCESS,
        Ok(Ending::WithErrors) => ExitCode::from(1),
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            console.error(&failure.text());
            ExitCode::from(2)
        }
    }
}

fn carry_out(args: Args, console: &Console) -> Result<Ending, Failure> {
    let settings = Settings::new(&args.common, args.command.reading(), console.lang())?;
    let console = &console.speaking(settings.lang);
    interrupt::listen(settings.lang);
    match args.command {
        Command::Rollup(typed) => rollup::rollup(&typed, &settings, console),
        Command::Compare(typed) => compare::compare(&typed, &settings, console),
        Command::Check(typed) => check::check(&typed, &settings, console),
        Command::Export(typed) => export::export(&typed, &settings, console),
        Command::Ingest(typed) => ingest::ingest(&typed, &settings, console),
        Command::Totals(typed) => totals::totals(&typed, &settings, console),
        Command::Sql(typed) => sql::sql(&typed, &settings, console),
        Command::Template(typed) => template::template(&typed, &settings, console),
        Command::Forms(typed) => forms::forms(&typed, &settings, console),
        Command::Synth(typed) => synth::synth(&typed, &settings, console),
    }
}

/// Every command and option with its help, as the documentation's test sees it.
pub fn command() -> clap::Command {
    Args::command()
}
