//! The one place that prints: results to standard output, everything else to standard error.

use std::io::{self, IsTerminal, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};

use super::args::Common;
use super::failure::Failure;
use super::progress::Progress;
use crate::finding::Severity;
use crate::text::{Lang, Text};

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
        super::interrupt::doing(label, total);
        if self.quiet {
            return Progress::silent();
        }
        let label = label.get(self.lang);
        if io::stderr().is_terminal() {
            Progress::bar(label, total)
        } else {
            Progress::lines(label, total, self.lang)
        }
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
