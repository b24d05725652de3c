//! How far a long step is: a bar on a terminal; elsewhere, as in a log, a line every ten seconds.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::text::Lang;

/// How often a line is written.
const EVERY: Duration = Duration::from_secs(10);

/// How far a long step is. Dropped when the step is done.
pub(super) struct Progress {
    done: AtomicUsize,
    shown: Shown,
}

enum Shown {
    Nothing,
    Bar(ProgressBar),
    Lines(Lines, Instant),
}

impl Progress {
    /// Says nothing.
    pub fn silent() -> Self {
        Self::new(Shown::Nothing)
    }

    /// A bar with count, rate and remaining time.
    pub fn bar(label: &str, total: usize) -> Self {
        let target = if total > 1 {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        let template = "{msg} {bar:30} {pos}/{len} {per_sec} {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(label.to_owned());
        Self::new(Shown::Bar(bar))
    }

    /// A line every ten seconds with the same.
    pub fn lines(label: &str, total: usize, lang: Lang) -> Self {
        let lines = Lines::new(label, total, lang, EVERY);
        Self::new(Shown::Lines(lines, Instant::now()))
    }

    fn new(shown: Shown) -> Self {
        Self {
            done: AtomicUsize::new(0),
            shown,
        }
    }

    /// One more is done; from any thread.
    pub fn step(&self) {
        super::interrupt::step();
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => bar.inc(1),
            Shown::Lines(lines, begun) => {
                if let Some(line) = lines.due(done, begun.elapsed()) {
                    // Standard error may be closed; then there is nobody left to be told.
                    let _ = writeln!(io::stderr(), "{line}");
                }
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

/// When a line is due, and what it says.
struct Lines {
    label: String,
    total: usize,
    lang: Lang,
    every: Duration,
    /// When the next one is due, since the step began.
    next: Mutex<Duration>,
}

impl Lines {
    fn new(label: &str, total: usize, lang: Lang, every: Duration) -> Self {
        Self {
            label: label.to_owned(),
            total,
            lang,
            every,
            next: Mutex::new(every),
        }
    }

    /// The line that is due after so much time; none where the last one is not old enough.
    fn due(&self, done: usize, elapsed: Duration) -> Option<String> {
        {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            if elapsed < *next {
                return None;
            }
            *next = elapsed + self.every;
        }
        let rate = done as f64 / elapsed.as_secs_f64();
        let left = self.total.saturating_sub(done) as f64 / rate;
        let (label, total) = (&self.label, self.total);
        // Nobody needs tenths of a file when there are hundreds a second.
        let rate = if rate < 10.0 {
            format!("{rate:.1}")
        } else {
            format!("{rate:.0}")
        };
        let left = span(left.round() as u64, self.lang);
        Some(match self.lang {
            Lang::Zh => format!("{label}：{done}/{total}，每秒 {rate} 个，还需 {left}"),
            Lang::En => format!("{label}: {done}/{total}, {rate}/s, {left} left"),
        })
    }
}

/// A span of time in its two largest units.
fn span(seconds: u64, lang: Lang) -> String {
    let (h, min, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let ([h_word, min_word, s_word], gap) = match lang {
        Lang::Zh => (["小时", "分", "秒"], ""),
        Lang::En => (["h", "min", "s"], " "),
    };
    let one = |number: u64, word: &str| format!("{number} {word}");
    match (h, min) {
        (0, 0) => one(s, s_word),
        (0, _) => format!("{}{gap}{}", one(min, min_word), one(s, s_word)),
        _ => format!("{}{gap}{}", one(h, h_word), one(min, min_word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a step of which one thing is done every `pace`.
    fn lines(total: usize, pace: Duration, lang: Lang) -> Vec<String> {
        let lines = Lines::new("reading", total, lang, Duration::from_secs(10));
        (1..=total)
            .filter_map(|done| lines.due(done, pace * done as u32))
            .collect()
    }

    #[test]
    fn a_line_every_ten_seconds_with_count_rate_and_remaining_time() {
        let found = lines(1000, Duration::from_millis(40), Lang::En);
        assert_eq!(
            found,
            [
                "reading: 250/1000, 25/s, 30 s left",
                "reading: 500/1000, 25/s, 20 s left",
                "reading: 750/1000, 25/s, 10 s left",
                "reading: 1000/1000, 25/s, 0 s left",
            ]
        );
    }

    #[test]
    fn slow_steps_say_tenths_and_hours() {
        let found = lines(4000, Duration::from_secs(4), Lang::Zh);
        assert_eq!(found[0], "reading：3/4000，每秒 0.2 个，还需 4 小时26 分");
        assert_eq!(found.len(), 4000 / 3);
        assert_eq!(span(125, Lang::En), "2 min 5 s");
    }

    #[test]
    fn a_short_step_says_nothing() {
        assert_eq!(lines(1000, Duration::from_millis(9), Lang::En), [""; 0]);
    }
}
