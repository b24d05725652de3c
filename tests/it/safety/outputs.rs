//! Results on disks that are full, folders that cannot be written, files that are locked; and runs that are ended.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::desk::{Desk, files_below};

/// Every file below a folder with its content.
fn content(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    (files_below(root).into_iter())
        .map(|name| (name.clone(), fs::read(root.join(name)).unwrap()))
        .collect()
}

fn command(desk: &Desk) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huizong"));
    command
        .current_dir(desk.folder.path())
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_folder_in_the_place_of_a_file_stops_all_and_leaves_all() {
    let desk = Desk::new();
    desk.county();
    assert_eq!(desk.run(&["rollup", "in", "-o", "out"]).code, 0);
    fs::remove_file(desk.path("out/values.csv")).unwrap();
    desk.file("out/values.csv/mine.txt", "x");
    let before = content(&desk.path("out"));
    // The results would be others now.
    fs::remove_file(desk.path("in/units.csv")).unwrap();
    let answer = desk.run(&["rollup", "in", "-o", "out", "--lang", "en"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(
        answer.err.contains("values.csv") && answer.err.contains("untouched"),
        "{answer:?}"
    );
    assert_eq!(content(&desk.path("out")), before);
    let answer = desk.run(&["export", "in", "-o", "out/values.csv"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert_eq!(content(&desk.path("out")), before);
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::Read;
    use std::time::{Duration, Instant};

    use super::*;

    /// A file system of our own, unmounted at the end.
    struct Mount(PathBuf);

    impl Mount {
        fn new(arguments: &[&str], at: &Path) -> Option<Self> {
            let made = Command::new("mount")
                .args(arguments)
                .arg(at)
                .stderr(Stdio::null())
                .status();
            made.is_ok_and(|made| made.success())
                .then(|| Self(at.to_path_buf()))
        }
    }

    impl Drop for Mount {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(&self.0).status();
        }
    }

    #[test]
    fn a_full_disk_leaves_the_old_results() {
        let desk = Desk::new();
        desk.county();
        assert_eq!(desk.run(&["rollup", "in", "-o", "trial"]).code, 0);
        let size: usize = content(&desk.path("trial"))
            .values()
            .map(|bytes| bytes.len().next_multiple_of(4096))
            .sum();
        fs::create_dir(desk.path("disk")).unwrap();
        let room = format!("size={}", size + size / 2);
        // Where no disk can be mounted, a limit on the size of files stands for it.
        let mount = Mount::new(&["-t", "tmpfs", "-o", &room, "tmpfs"], &desk.path("disk"));
        assert_eq!(desk.run(&["rollup", "in", "-o", "disk/out"]).code, 0);
        let before = content(&desk.path("disk"));
        let mut again = if mount.is_some() {
            let mut again = command(&desk);
            again.args(["rollup", "in", "-o", "disk/out", "--lang", "en"]);
            again
        } else {
            let mut again = Command::new("sh");
            again
                .current_dir(desk.folder.path())
                .stderr(Stdio::piped())
                .stdout(Stdio::null())
                .args([
                    "-c",
                    "ulimit -f 8; exec \"$0\" rollup in -o disk/out",
                    env!("CARGO_BIN_EXE_huizong"),
                ]);
            again
        };
        let ended = again.spawn().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        if mount.is_some() {
            assert_eq!(ended.status.code(), Some(2), "{said}");
            assert!(said.contains("No space left"), "{said}");
            assert_eq!(content(&desk.path("disk")), before);
        } else {
            assert!(!ended.status.success(), "{said}");
            let mut after = content(&desk.path("disk"));
            after.retain(|name, _| !name.to_string_lossy().contains(".huizong-"));
            assert_eq!(after, before);
        }
        drop(mount);
    }

    #[test]
    fn a_locked_result_is_named_and_the_others_go_back() {
        let desk = Desk::new();
        desk.county();
        assert_eq!(desk.run(&["rollup", "in", "-o", "out"]).code, 0);
        let locked = desk.path("out/values.csv");
        desk.file("lock", fs::read(&locked).unwrap());
        // A mount on the file: it cannot be renamed over, as one that is open in another program on Windows cannot.
        let from = desk.path("lock");
        let mount = Mount::new(&["--bind", from.to_str().unwrap()], &locked);
        if mount.is_none() {
            // Not allowed to mount here; the folder in the place of a file takes the same way back.
            return;
        }
        let before = content(&desk.path("out"));
        fs::remove_file(desk.path("in/units.csv")).unwrap();
        let answer = desk.run(&["rollup", "in", "-o", "out", "--lang", "en"]);
        assert_eq!(answer.code, 2, "{answer:?}");
        assert!(
            answer.err.contains("values.csv") && answer.err.contains("close it"),
            "{answer:?}"
        );
        assert_eq!(content(&desk.path("out")), before);
    }

    #[test]
    fn folders_and_devices_that_cannot_be_written_are_exit_2() {
        let desk = Desk::new();
        desk.county();
        for typed in [
            ["rollup", "in", "-o", "/proc/huizong"],
            ["export", "in", "-o", "/proc/huizong.csv"],
            ["export", "in", "-o", "/dev/full"],
        ] {
            let answer = desk.run(&typed);
            assert_eq!(answer.code, 2, "{typed:?}: {answer:?}");
        }
        // A device is written to and not replaced.
        assert_eq!(desk.run(&["export", "in", "-o", "/dev/null"]).code, 0);
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn paths_that_are_no_text_are_read_and_written() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let desk = Desk::new();
        let made = desk.county();
        let odd = OsStr::from_bytes(b"in/\xb9\xab\xbf\xaa");
        fs::create_dir(desk.folder.path().join(odd)).unwrap();
        // Two names that are the same wherever bytes that are no text are dropped.
        for (end, index) in [(&b"\xff.xlsx"[..], 0), (b"\xfe.xlsx", 0)] {
            let from = desk.path(&format!(
                "in/{}/{}.xlsx",
                made[index].year, made[index].unit
            ));
            fs::copy(
                from,
                desk.folder.path().join(odd).join(OsStr::from_bytes(end)),
            )
            .unwrap();
        }
        let out = OsStr::from_bytes(b"out-\xff");
        let ended = command(&desk)
            .args(["rollup", "in", "-o"])
            .arg(out)
            .status()
            .unwrap();
        assert_eq!(ended.code(), Some(0));
        let inputs = fs::read_to_string(desk.folder.path().join(out).join("inputs.csv")).unwrap();
        assert!(
            inputs.contains("\\xB9\\xAB\\xBF\\xAA/\\xFF.xlsx"),
            "{inputs}"
        );
        assert!(
            inputs.contains("\\xB9\\xAB\\xBF\\xAA/\\xFE.xlsx"),
            "{inputs}"
        );
        let file = OsStr::from_bytes(b"v-\xff.csv");
        let ended = command(&desk)
            .args(["export", "in", "-o"])
            .arg(file)
            .status()
            .unwrap();
        assert_eq!(ended.code(), Some(0));
        assert!(desk.folder.path().join(file).is_file());
    }

    /// Starts a roll-up that waits for standard input for ever, and comes back when it has begun.
    fn waiting(desk: &Desk) -> std::process::Child {
        let mut child = command(desk)
            .args(["rollup", "in", "-", "-o", "out", "--lang", "en"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let began = Instant::now();
        let is_aside =
            |entry: fs::DirEntry| entry.file_name().to_string_lossy().starts_with(".huizong-");
        while !fs::read_dir(desk.path("out")).is_ok_and(|all| all.flatten().any(is_aside)) {
            assert!(
                began.elapsed() < Duration::from_secs(30) && child.try_wait().unwrap().is_none()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        child
    }

    fn signal(child: &std::process::Child, name: &str) {
        let sent = Command::new("kill")
            .args([name, &child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    #[test]
    fn an_interrupted_run_ends_at_once_and_leaves_everything_as_it_was() {
        let desk = Desk::new();
        desk.county();
        for (name, is_there) in [("-INT", false), ("-TERM", true)] {
            if is_there {
                assert_eq!(desk.run(&["rollup", "in", "-o", "out"]).code, 0);
            }
            let before = is_there.then(|| content(&desk.path("out")));
            let mut child = waiting(&desk);
            std::thread::sleep(Duration::from_millis(200));
            let sent = Instant::now();
            signal(&child, name);
            let ended = child.wait().unwrap();
            assert!(
                sent.elapsed() < Duration::from_secs(3),
                "{:?}",
                sent.elapsed()
            );
            let mut said = String::new();
            child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut said)
                .unwrap();
            assert_eq!(ended.code(), Some(2), "{said}");
            assert!(
                said.contains("interrupted: reading") && said.contains("nothing was written"),
                "{said}"
            );
            match before {
                Some(before) => assert_eq!(content(&desk.path("out")), before),
                None => assert!(!desk.path("out").exists()),
            }
        }
    }

    #[test]
    fn what_a_killed_run_leaves_is_removed_by_the_next() {
        let desk = Desk::new();
        desk.county();
        let mut child = waiting(&desk);
        signal(&child, "-KILL");
        child.wait().unwrap();
        let left = || {
            let all = fs::read_dir(desk.path("out")).unwrap().flatten();
            all.filter(|entry| entry.file_name().to_string_lossy().starts_with('.'))
                .count()
        };
        assert_eq!(left(), 1);
        assert_eq!(desk.run(&["rollup", "in", "-o", "out"]).code, 0);
        assert_eq!(left(), 0);
    }
}
