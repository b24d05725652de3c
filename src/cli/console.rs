//! The one place that prints: results to standard output, everything else to standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Common;
use super::failure::Failure;
use crate::finding::Severity;
use crate::text::{Lang, Text};

/// How often a run without a terminal says how far it is.
const EVERY: Duration = Duration::from_secs(10);

/// What is printed, and in which language.
#[derive(Debug)]
pub(super) struct Console {
    lang: Lang,
    quiet: bool,
    verbose: bool,
}

impl Console {
    pub fn new(lang: Lang, common: &Common) -> Self {
        Self {
            lang,
            quiet: common.quiet,
            verbose: common.verbose > 0,
        }
    }

    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Whether `-v` was given.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// The same console in another language.
    pub fn speaking(&self, lang: Lang) -> Self {
        Self { lang, ..*self }
    }

    /// Writes results; colours reach terminals only.
    pub fn result(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let mut out = io::BufWriter::new(AutoStream::auto(io::stdout()));
        (write(&mut out).and_then(|()| out.flush())).map_err(Failure::Stdout)
    }

    /// A message; silent with `-q`.
    pub fn say(&self, text: &Text) {
        if !self.quiet {
            self.line(text.get(self.lang));
        }
    }

    /// A message for those who asked for more with `-v`.
    pub fn detail(&self, text: &Text) {
        if self.verbose {
            self.line(text.get(self.lang));
        }
    }

    /// The one error of a failed run.
    pub fn error(&self, text: &Text) {
        let style = severity(Severity::Error);
        let word = match self.lang {
            Lang::Zh => "错误：",
            Lang::En => "error: ",
        };
        self.line(&format!("{style}{word}{style:#}{}", text.get(self.lang)));
    }

    /// Standard error may be closed; then there is nobody left to be told.
    fn line(&self, words: &str) {
        let _ = writeln!(AutoStream::auto(io::stderr()), "{words}");
    }

    /// Progress over so many things: a bar on a terminal, else a line every ten seconds.
    pub fn progress(&self, label: &Text, total: usize) -> Progress {
        let label = label.get(self.lang).to_owned();
        let target = if !self.quiet && io::stderr().is_terminal() && total > 1 {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {eta}") {
            bar.set_style(style);
        }
        bar.set_message(label.clone());
        Progress {
            lines: (!self.quiet && bar.is_hidden()).then(|| Mutex::new(Instant::now())),
            bar,
            label,
            done: AtomicUsize::new(0),
            total,
        }
    }
}

/// How far a long step is.
pub(super) struct Progress {
    bar: ProgressBar,
    /// When the last line was written, where lines are written.
    lines: Option<Mutex<Instant>>,
    label: String,
    done: AtomicUsize,
    total: usize,
}

impl Progress {
    /// One more is done; from any thread.
    pub fn step(&self) {
        self.bar.inc(1);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(last) = &self.lines {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() >= EVERY {
                *last = Instant::now();
                let _ = writeln!(io::stderr(), "{} {done}/{}", self.label, self.total);
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The colour of a severity.
pub(super) fn severity(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    colour.on_default().bold()
}

/// The style of a heading.
pub(super) fn heading() -> Style {
    Style::new().bold()
}
