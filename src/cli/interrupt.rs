//! Ctrl-C and a polite kill: the run ends at once, says what was not done, and leaves nothing half.
//!
//! Results are written aside and moved to their places in one short step ([`moving`]); an interruption waits for that step
//! and no other, removes what lies aside, and ends the program. So it does not matter what is under way.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::text::{Lang, Text};

/// What the one who interrupts should know.
struct State {
    lang: Lang,
    /// Files and folders that are removed: results on their way.
    aside: Vec<PathBuf>,
    /// Folders made for this run, which go again while nothing is in them.
    made: Vec<PathBuf>,
    /// Where results are complete already.
    complete: Vec<PathBuf>,
    /// What is being done, and with how many things.
    doing: Option<(Text, usize)>,
    /// What is true of results that are not moved to their places in one step.
    otherwise: Option<Text>,
}

static STATE: Mutex<State> = Mutex::new(State {
    lang: Lang::Zh,
    aside: Vec::new(),
    made: Vec::new(),
    complete: Vec::new(),
    doing: None,
    otherwise: None,
});
static DONE: AtomicUsize = AtomicUsize::new(0);

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens from now on. Without a listener the system ends the program by itself, which leaves leftovers that the next run
/// removes, and nothing half either.
pub(super) fn listen(lang: Lang) {
    state().lang = lang;
    static LISTENS: AtomicBool = AtomicBool::new(false);
    if !LISTENS.swap(true, Ordering::Relaxed) {
        let _ = ctrlc::set_handler(end);
    }
}

/// Says what is being done, and with how many things.
pub(super) fn doing(what: &Text, total: usize) {
    DONE.store(0, Ordering::Relaxed);
    state().doing = Some((what.clone(), total));
}

/// One of those things is done.
pub(super) fn step() {
    DONE.fetch_add(1, Ordering::Relaxed);
}

/// Says what is true of results that take effect in another way than by [`moving`].
pub(super) fn otherwise(text: Text) {
    state().otherwise = Some(text);
}

/// Something lies aside that is to be removed.
pub(super) fn aside(path: &Path) {
    state().aside.push(path.to_path_buf());
}

/// A folder was made for this run.
pub(super) fn made(path: &Path) {
    state().made.push(path.to_path_buf());
}

/// It lies there no more.
pub(super) fn gone(path: &Path) {
    state().aside.retain(|other| other != path);
}

/// Moves results to their places: no interruption comes between. `place` is complete when it has succeeded.
pub(super) fn moving<T, E>(place: &Path, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let mut state = state();
    let moved = work();
    if moved.is_ok() {
        state.complete.push(place.to_path_buf());
    }
    moved
}

/// Ends the program, on the thread that the signal woke.
fn end() {
    let state = state();
    for path in &state.aside {
        let _ = if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
    }
    for folder in &state.made {
        let _ = fs::remove_dir(folder);
    }
    let text = said(&state, DONE.load(Ordering::Relaxed));
    let _ = writeln!(io::stderr(), "\n{}", text.get(state.lang));
    // Nothing done is 2; results that are complete are done.
    process::exit(if state.complete.is_empty() { 2 } else { 1 });
}

fn said(state: &State, done: usize) -> Text {
    let doing = state
        .doing
        .as_ref()
        .map_or_else(Text::default, |(what, total)| {
            Text::new(
                format!("{} {done}/{total}；", what.zh),
                format!("{} {done}/{total}; ", what.en),
            )
        });
    let complete: Vec<String> = state
        .complete
        .iter()
        .map(|p| p.display().to_string())
        .collect();
    let results = match (complete.is_empty(), &state.otherwise) {
        (false, _) => Text::new(
            format!("结果已完整写入 {}", complete.join("、")),
            format!("the results are complete in {}", complete.join(", ")),
        ),
        (true, Some(text)) => text.clone(),
        (true, None) => Text::new(
            "没有写入任何结果，原有结果未动",
            "nothing was written, earlier results are untouched",
        ),
    };
    Text::new(
        format!("已中断：{doing_zh}{}", results.zh, doing_zh = doing.zh),
        format!("interrupted: {doing_en}{}", results.en, doing_en = doing.en),
    )
}
