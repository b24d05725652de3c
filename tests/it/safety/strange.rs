//! What lies in folders and is no file.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::time::{Duration, Instant};

use super::super::desk::{Desk, records};

#[test]
fn pipes_sockets_and_links_are_listed_and_never_opened() {
    let desk = Desk::new();
    let made = desk.county();
    assert!(
        Command::new("mkfifo")
            .arg(desk.path("in/pipe.xlsx"))
            .status()
            .unwrap()
            .success()
    );
    let _socket = UnixListener::bind(desk.path("in/socket")).unwrap();
    symlink("..", desk.path("in/up")).unwrap();
    symlink(".", desk.path("in/2021/loop")).unwrap();
    symlink("itself", desk.path("in/itself")).unwrap();
    symlink("/dev/zero", desk.path("in/zero.csv")).unwrap();
    symlink("absent.xlsx", desk.path("in/dangling.xlsx")).unwrap();
    let own = format!("{}/{}.xlsx", made[0].year, made[0].unit);
    symlink(&own, desk.path("in/again.xlsx")).unwrap();
    // A report that lies hidden, reached by a link only: it is read, once.
    fs::create_dir(desk.path("in/.kept")).unwrap();
    fs::rename(desk.path("in").join(&own), desk.path("in/.kept/a.xlsx")).unwrap();
    symlink(desk.path("in/.kept/a.xlsx"), desk.path("in").join(&own)).unwrap();
    desk.file("elsewhere/b.txt", "不相干\n");
    symlink("../elsewhere", desk.path("in/out-of-here")).unwrap();
    let began = Instant::now();
    let answer = desk.run(&["rollup", "in", "-o", "out", "--lang", "en"]);
    assert!(began.elapsed() < Duration::from_secs(60));
    assert_eq!(answer.code, 1, "{answer:?}");
    let lines = records(&desk.text("out/inputs.csv"));
    for (name, end, why) in [
        ("pipe.xlsx", "not-a-report", "a pipe"),
        ("socket", "not-a-report", "a socket"),
        (
            "2021/loop",
            "not-a-report",
            "a link to something under the inputs",
        ),
        ("itself", "unreadable", "leads nowhere"),
        ("dangling.xlsx", "unreadable", "leads nowhere"),
        ("zero.csv", "unreadable", "leads out of the input folder"),
        ("up", "unreadable", "leads out of the input folder"),
        ("out-of-here", "unreadable", "leads out of the input folder"),
    ] {
        let line = lines
            .iter()
            .find(|line| line["file"] == format!("in/{name}"))
            .unwrap();
        assert_eq!(line["end"], end, "{line:?}");
        assert!(line["why"].contains(why), "{line:?}");
    }
    let used = lines.iter().filter(|line| line["end"] == "used");
    assert_eq!(used.count(), made.len());
    assert!(!lines.iter().any(|line| line["file"].contains("b.txt")));
    // Named as an input itself, what lies elsewhere is read.
    let answer = desk.run(&["check", "in", "elsewhere", "-v", "--lang", "en"]);
    assert!(
        answer.err.contains("elsewhere/b.txt: not a report"),
        "{answer:?}"
    );
}

#[test]
fn names_of_units_never_lead_out_of_the_folder() {
    let desk = Desk::new();
    let names = ["../../x", "CON", "a/b", "a_b", "A_B", "甲. "];
    let mut units = String::from("code,name,kind,parent\n99,示例县,county,\n");
    for (at, name) in names.iter().enumerate() {
        units.push_str(&format!("99{at},{name},township,99\n"));
    }
    let long = "镇".repeat(300);
    units.push_str(&format!(
        "9980,{long},township,99\n9981,{long}乙,township,99\n"
    ));
    desk.file("units.csv", &units);
    let answer = desk.run(&[
        "template",
        "--year",
        "2023",
        "--units",
        "units.csv",
        "-o",
        "deep/er/out",
    ]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let files = super::super::desk::files_below(desk.folder.path());
    let (templates, others): (Vec<_>, Vec<_>) = files
        .iter()
        .partition(|path| path.starts_with("deep/er/out") && path.components().count() == 4);
    assert_eq!(others.len(), 1, "{others:?}");
    assert_eq!(templates.len(), names.len() + 2, "{templates:?}");
}
