//! The moves that put results in their places, written down before the first is made: a run that is killed between two of
//! them has left a plan, which the next run finishes or takes back.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// The plan while moves are made, beside what is moved.
const FORWARD: &str = "moves.json";
/// The same while they are taken back, because one of them could not be made.
const BACK: &str = "moves-back.json";

/// One file's way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Move {
    /// The name of the new file among those that lie aside; none where a file of an earlier run only goes.
    new: Option<String>,
    /// Its place, below the folder of results.
    place: String,
    /// What was there before.
    was: Option<Mark>,
}

/// What tells a file from a later one of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    bytes: u64,
    modified: Option<u64>,
}

impl Mark {
    fn of(path: &Path) -> Option<Self> {
        let about = fs::symlink_metadata(path).ok()?;
        let modified = about.modified().ok()?.duration_since(UNIX_EPOCH).ok();
        Some(Self {
            bytes: about.len(),
            modified: modified.and_then(|since| u64::try_from(since.as_nanos()).ok()),
        })
    }
}

/// All moves of a run: from a hidden folder into the folder of results.
pub(super) struct Plan<'a> {
    folder: &'a Path,
    aside: &'a Path,
    moves: Vec<Move>,
}

impl<'a> Plan<'a> {
    /// Files that lie aside under these names get these places; those without a name only make room.
    pub fn new(folder: &'a Path, aside: &'a Path, moves: &[(Option<String>, String)]) -> Self {
        let moves = moves.iter().map(|(new, place)| Move {
            new: new.clone(),
            place: place.clone(),
            was: Mark::of(&folder.join(place)),
        });
        Self {
            folder,
            aside,
            moves: moves.collect(),
        }
    }

    /// Makes every move, or none: where one cannot be made, those before it are taken back. `step` comes before each thing
    /// that is done to the disk.
    ///
    /// # Errors
    /// What could not be moved, and why.
    pub fn carry_out(&self, step: &mut impl FnMut()) -> Result<(), (PathBuf, io::Error)> {
        let of_folder = |error| (self.folder.to_path_buf(), error);
        step();
        self.write_down().map_err(of_folder)?;
        for at in 0..self.moves.len() {
            if let Err(error) = self.make(at, step) {
                // What cannot be put back now, the next run puts back.
                let _ = self.take_back(at + 1, step);
                return Err((self.place(at), error));
            }
        }
        self.sync();
        step();
        // Without the plan it is done.
        fs::remove_file(self.aside.join(FORWARD)).map_err(of_folder)
    }

    fn place(&self, at: usize) -> PathBuf {
        self.folder.join(&self.moves[at].place)
    }

    fn kept(&self, at: usize) -> PathBuf {
        self.aside.join(format!("before-{at}"))
    }

    /// The plan, down to the disk, under its name only when it is whole.
    fn write_down(&self) -> io::Result<()> {
        let early = self.aside.join("planning");
        let mut file = File::create(&early)?;
        file.write_all(&serde_json::to_vec(&self.moves)?)?;
        file.sync_all()?;
        fs::rename(early, self.aside.join(FORWARD))?;
        sync_folder(self.aside);
        Ok(())
    }

    fn make(&self, at: usize, step: &mut impl FnMut()) -> io::Result<()> {
        let (place, kept) = (self.place(at), self.kept(at));
        step();
        match &self.moves[at].new {
            Some(new) => put_in_place(&self.aside.join(new), &place, &kept, step),
            None => take_away(&place, &kept),
        }
    }

    /// Takes the first moves back as far as they were made.
    ///
    /// # Errors
    /// Some could not be taken back; the plan stays, for another time.
    fn take_back(&self, made: usize, step: &mut impl FnMut()) -> io::Result<()> {
        step();
        // From here on, a kill is followed by going back and no more by going on.
        let planned = fs::rename(self.aside.join(FORWARD), self.aside.join(BACK));
        let mut all = planned.or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        });
        for at in (0..made).rev() {
            step();
            let (place, kept) = (self.place(at), self.kept(at));
            let back = if kept.exists() {
                fs::rename(kept, &place)
            } else if self.moves[at].was.is_none() && self.is_moved(at) {
                gone(fs::remove_file(&place))
            } else {
                Ok(())
            };
            all = all.and(back);
        }
        self.sync();
        step();
        all?;
        fs::remove_file(self.aside.join(BACK))
    }

    /// Whether a new file is no longer aside.
    fn is_moved(&self, at: usize) -> bool {
        (self.moves[at].new.as_ref()).is_some_and(|new| !self.aside.join(new).exists())
    }

    /// Whether a run that failed has left something for the next one to take back.
    pub fn is_open_ended(&self) -> bool {
        self.aside.join(BACK).exists()
    }

    /// Makes the names in all folders last.
    fn sync(&self) {
        let mut folders: Vec<PathBuf> = (0..self.moves.len())
            .map(|at| folder_of(&self.place(at)).to_path_buf())
            .collect();
        folders.sort();
        folders.dedup();
        folders.iter().for_each(|folder| sync_folder(folder));
    }

    /// Whether what was not moved yet can be: nobody has put anything else into its place since.
    fn is_open(&self) -> bool {
        (0..self.moves.len()).all(|at| {
            let this = &self.moves[at];
            let now = Mark::of(&self.place(at));
            // A file that was to go and is gone has gone.
            self.is_moved(at) || now == this.was || this.new.is_none() && now.is_none()
        })
    }

    fn read(folder: &'a Path, aside: &'a Path, name: &str) -> Option<Self> {
        let bytes = fs::read(aside.join(name)).ok()?;
        let moves: Vec<Move> = serde_json::from_slice(&bytes).ok()?;
        // Whoever wrote it: a plan moves nothing out of the folder of results.
        let is_inside = |name: &String| {
            let mut parts = Path::new(name).components();
            parts.all(|part| matches!(part, Component::Normal(_)))
        };
        let sound = |this: &Move| is_inside(&this.place) && this.new.as_ref().is_none_or(is_inside);
        moves.iter().all(sound).then_some(Self {
            folder,
            aside,
            moves,
        })
    }
}

/// Finishes the moves of a killed run whose results lie in `aside`; where they cannot be made, takes them back. Where
/// somebody has changed the results since, they stay as they are. Says whether nothing is left to do.
pub(super) fn resume(folder: &Path, aside: &Path) -> bool {
    let step = &mut || ();
    if let Some(plan) = Plan::read(folder, aside, BACK) {
        return plan.take_back(plan.moves.len(), step).is_ok();
    }
    let Some(plan) = Plan::read(folder, aside, FORWARD).filter(Plan::is_open) else {
        return true;
    };
    let mut waiting = (0..plan.moves.len()).filter(|at| !plan.is_moved(*at));
    if waiting.try_for_each(|at| plan.make(at, step)).is_err() {
        return plan.take_back(plan.moves.len(), step).is_ok();
    }
    plan.sync();
    true
}

/// Puts a file in its place and keeps the one that was there; that is there until the very moment.
fn put_in_place(from: &Path, place: &Path, kept: &Path, step: &mut impl FnMut()) -> io::Result<()> {
    if place.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    fs::create_dir_all(folder_of(place))?;
    // File systems without links have no way back; the single move is whole there too.
    let _ = fs::hard_link(place, kept);
    step();
    fs::rename(from, place)
}

fn take_away(place: &Path, kept: &Path) -> io::Result<()> {
    gone(fs::rename(place, kept))
}

/// What is not there need not go.
fn gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes names last; where folders cannot be synced they do so in the system's own time.
pub(super) fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// The folder a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    use super::super::leftovers;
    use super::*;

    type Files = BTreeMap<String, String>;

    /// Results of before, and those of a run, aside.
    fn desk() -> (tempfile::TempDir, PathBuf, Vec<(Option<String>, String)>) {
        let desk = tempfile::tempdir().unwrap();
        let aside = desk.path().join(".huizong-killed");
        for folder in ["notices", ".huizong-killed"] {
            fs::create_dir(desk.path().join(folder)).unwrap();
        }
        for name in ["a.csv", "b.csv", "gone.csv", "notices/one.xlsx"] {
            fs::write(desk.path().join(name), format!("old {name}")).unwrap();
        }
        let mut moves = Vec::new();
        for (at, name) in [
            "a.csv",
            "b.csv",
            "new.csv",
            "notices/one.xlsx",
            "more/two.xlsx",
        ]
        .into_iter()
        .enumerate()
        {
            fs::write(aside.join(at.to_string()), format!("new {name}")).unwrap();
            moves.push((Some(at.to_string()), name.to_owned()));
        }
        moves.insert(2, (None, "gone.csv".to_owned()));
        moves.insert(4, (None, "never-there.csv".to_owned()));
        fs::write(aside.join("lock"), "").unwrap();
        (desk, aside, moves)
    }

    fn files(folder: &Path) -> Files {
        let below = walkdir::WalkDir::new(folder).into_iter().flatten();
        (below.filter(|entry| entry.file_type().is_file()))
            .map(|entry| {
                let name = entry.path().strip_prefix(folder).unwrap();
                let text = fs::read_to_string(entry.path()).unwrap();
                (name.to_string_lossy().replace('\\', "/"), text)
            })
            .filter(|(name, _)| !name.starts_with(".huizong-"))
            .collect()
    }

    /// Carries a plan out and is killed at that step; whether it came so far.
    fn killed_at(
        step: usize,
        folder: &Path,
        aside: &Path,
        moves: &[(Option<String>, String)],
    ) -> bool {
        let mut done = 0;
        let work = AssertUnwindSafe(|| {
            Plan::new(folder, aside, moves).carry_out(&mut || {
                if done == step {
                    resume_unwind(Box::new("killed"));
                }
                done += 1;
            })
        });
        catch_unwind(work).is_err()
    }

    #[test]
    fn killed_at_any_step_the_results_are_the_old_or_the_new_ones_after_the_next_run() {
        let (desk, aside, moves) = desk();
        let old = files(desk.path());
        assert!(!killed_at(usize::MAX, desk.path(), &aside, &moves));
        let new = files(desk.path());
        assert_eq!(new.len(), 5);
        assert!(new.values().all(|text| text.starts_with("new")));
        let (mut steps, mut finished, mut mixed) = (0, 0, 0);
        loop {
            let (desk, aside, moves) = self::desk();
            if !killed_at(steps, desk.path(), &aside, &moves) {
                break;
            }
            let between = files(desk.path());
            mixed += usize::from(between != old && between != new);
            leftovers::sweep(desk.path());
            let after = files(desk.path());
            assert!(!aside.exists(), "step {steps}");
            // Before the plan there is nothing to go on with.
            assert_eq!(
                after,
                if steps == 0 { old.clone() } else { new.clone() },
                "step {steps}"
            );
            finished += usize::from(between != after);
            steps += 1;
        }
        // The plan, two steps for each of five files and one for each of two that go, the end.
        assert_eq!((steps, finished, mixed), (14, 12, 10));
    }

    #[test]
    fn killed_at_any_step_of_the_way_back_the_next_run_goes_on_with_it() {
        let mut steps = 0;
        loop {
            let (desk, aside, moves) = desk();
            // The last file finds a folder in its place.
            fs::create_dir_all(desk.path().join("more/two.xlsx/mine")).unwrap();
            let old = files(desk.path());
            let killed = killed_at(steps, desk.path(), &aside, &moves);
            if !killed {
                assert_eq!(files(desk.path()), old);
                assert!(!Plan::new(desk.path(), &aside, &moves).is_open_ended());
                break;
            }
            leftovers::sweep(desk.path());
            assert_eq!(files(desk.path()), old, "step {steps}");
            assert!(!aside.exists());
            steps += 1;
        }
        assert!(steps > 20, "{steps}");
    }

    #[test]
    fn what_cannot_be_finished_after_a_kill_is_taken_back() {
        let (desk, aside, moves) = desk();
        assert!(killed_at(6, desk.path(), &aside, &moves));
        // The last file needs a folder where a file lies now.
        fs::write(desk.path().join("more"), "in the way").unwrap();
        leftovers::sweep(desk.path());
        let mut after = files(desk.path());
        assert_eq!(after.remove("more").as_deref(), Some("in the way"));
        assert_eq!(after, files(self::desk().0.path()));
        assert!(!aside.exists());
    }

    #[test]
    fn what_was_changed_since_the_kill_stays() {
        let (desk, aside, moves) = desk();
        assert!(killed_at(4, desk.path(), &aside, &moves));
        fs::write(desk.path().join("notices/one.xlsx"), "changed by hand").unwrap();
        let before = files(desk.path());
        leftovers::sweep(desk.path());
        assert_eq!(files(desk.path()), before);
        assert!(!aside.exists());
    }

    #[test]
    fn a_plan_that_leads_out_of_the_folder_is_not_followed() {
        let (desk, aside, _) = desk();
        let folder = desk.path().join("notices");
        fs::rename(&aside, folder.join(".huizong-killed")).unwrap();
        let plan = r#"[{"new":"0","place":"../a.csv","was":null}]"#;
        fs::write(folder.join(".huizong-killed/moves.json"), plan).unwrap();
        fs::remove_file(desk.path().join("a.csv")).unwrap();
        leftovers::sweep(&folder);
        assert!(!desk.path().join("a.csv").exists());
        assert!(!folder.join(".huizong-killed").exists());
    }
}
