//! The shape of the package, kept by reading its sources: which stage may use which, which crate stays
//! where, and that nothing of the network comes in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Stages from the first to the last. A module may use those of an earlier line, and itself.
const ORDER: &[&[&str]] = &[
    &["text", "filename", "privacy"],
    &["words", "grid"],
    &["finding"],
    &["form", "units", "files"],
    &["show"],
    &["report"],
    &["batch"],
    &["check"],
    &["frame"],
    &["rollup"],
    &["export", "page", "word", "workbook", "synth"],
    &["cli"],
];

/// What stays in its rooms: something that stands in the source, and the modules it may stand in.
const CONFINED: &[(&str, &[&str])] = &[
    ("polars", &["frame", "rollup"]),
    ("rust_xlsxwriter", &["workbook", "synth"]),
    ("clap", &["cli"]),
    ("calamine", &["files"]),
    ("indicatif", &["cli"]),
    ("anstream", &["cli"]),
    ("println!", &["cli"]),
    ("eprintln!", &["cli"]),
    ("process::exit", &["cli"]),
    ("env::var", &["cli"]),
    ("env::args", &["cli"]),
    ("Instant::now", &["cli"]),
    ("SystemTime::now", &["cli"]),
];

/// Crates that would bring a network into a tool for offices that work without one.
const NETWORK: &[&str] = &[
    "reqwest",
    "hyper",
    "rustls",
    "openssl",
    "native-tls",
    "object_store",
    "ureq",
    "curl",
    "isahc",
    "tokio-rustls",
    "h2",
    "quinn",
    "surf",
    "attohttpc",
    "minreq",
];

struct Source {
    path: PathBuf,
    /// The module of the package it belongs to; none for the roots.
    module: Option<String>,
    /// Its code without comments and without its tests.
    code: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut sources = Vec::new();
    for entry in walkdir::WalkDir::new(&src).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.path().extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let inside = entry.path().strip_prefix(&src).unwrap();
        let first = inside.components().next().unwrap().as_os_str();
        let first = first.to_str().unwrap().trim_end_matches(".rs");
        let text = fs::read_to_string(entry.path()).unwrap();
        let tests = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
        let code: Vec<&str> = (text[..tests].lines())
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        sources.push(Source {
            path: inside.to_path_buf(),
            module: (!["main", "lib"].contains(&first)).then(|| first.to_owned()),
            code: code.join("\n"),
        });
    }
    assert!(sources.len() > 50, "only {} sources found", sources.len());
    sources
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|line| line.contains(&module))
}

/// Modules of the package that a source names: `crate::a::…` and `crate::{a::…, b}`.
fn named(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => named.extend(first_name(rest)),
            Some(group) => named.extend(group_names(group)),
        }
    }
    named
}

fn first_name(text: &str) -> Option<String> {
    let name: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

/// The first name of every element of `a::{b, c}, d}`.
fn group_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut fresh) = (0, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && depth == 0 && !c.is_whitespace() => {
                names.extend(first_name(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn no_stage_uses_a_later_one() {
    assert_eq!(
        named("use crate::{a::{x, y}, b, c::d};\nlet x = crate::e::f();"),
        ["a", "b", "c", "e"].map(str::to_owned).into()
    );
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(module) = &source.module else {
            continue;
        };
        let own = rank(module).unwrap_or_else(|| panic!("`{module}` has no place in ORDER"));
        for used in named(&source.code) {
            let Some(other) = rank(&used) else {
                continue;
            };
            if used != *module && other >= own {
                wrong.push(format!("{} uses {used}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_crate_stays_in_its_room() {
    let mut wrong = Vec::new();
    let sources = sources();
    for (what, rooms) in CONFINED {
        for source in &sources {
            let allowed = source.module.as_deref().is_some_and(|m| rooms.contains(&m));
            if !allowed && contains_word(&source.code, what) {
                wrong.push(format!("{} has `{what}`", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether something stands there as a word of its own, and not inside of a longer name.
fn contains_word(code: &str, what: &str) -> bool {
    code.match_indices(what).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + what.len()..].chars().next();
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !part(before) && !part(after)
    })
}

#[test]
fn nothing_of_the_network_comes_in() {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--offline",
            "--locked",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let tree = String::from_utf8(tree.stdout).unwrap();
    let crates: BTreeSet<&str> = tree.lines().filter_map(|l| l.split(' ').next()).collect();
    assert!(
        crates.contains("polars") && crates.contains("clap"),
        "{tree}"
    );
    let found: Vec<&&str> = NETWORK
        .iter()
        .filter(|name| crates.contains(**name))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

/// Lines of the fenced shell blocks of a document.
fn shell_lines(name: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(name)).unwrap();
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(fence) = line.trim_start().strip_prefix("```") {
            inside = !inside && fence == "sh";
        } else if inside {
            let line = line.split(" #").next().unwrap_or(line).trim();
            lines.extend((!line.is_empty()).then(|| line.to_owned()));
        }
    }
    lines
}

const READMES: [&str; 2] = ["README.md", "README.zh-CN.md"];

#[test]
fn what_the_readme_types_is_understood() {
    for readme in READMES {
        let lines = shell_lines(readme);
        assert!(lines.len() > 10, "{readme}: {lines:?}");
        let mut typed = 0;
        for line in &lines {
            let line = line.replacen("cargo run --release --", "huizong", 1);
            let words: Vec<&str> = line.split_whitespace().collect();
            if words[0] == "huizong" {
                typed += 1;
                let parsed = huizong::cli::command().try_get_matches_from(&words);
                assert!(parsed.is_ok(), "{readme}: {line}: {}", parsed.unwrap_err());
            }
        }
        assert!(typed > 5, "{readme}");
    }
}

#[test]
fn every_command_and_every_long_option_is_in_the_readme() {
    for readme in READMES {
        let text = fs::read_to_string(root().join(readme)).unwrap();
        for command in huizong::cli::command().get_subcommands() {
            let name = command.get_name();
            assert!(
                text.contains(&format!("huizong {name}")),
                "{readme}: {name}"
            );
            for long in command.get_arguments().filter_map(|a| a.get_long()) {
                assert!(
                    text.contains(&format!("--{long}")),
                    "{readme}: {name} --{long}"
                );
            }
        }
    }
}

#[test]
fn every_rule_and_every_status_is_in_the_readme() {
    for readme in READMES {
        let text = fs::read_to_string(root().join(readme)).unwrap();
        let forms = huizong::form::Library::official().forms();
        let rules = forms
            .iter()
            .flat_map(|form| &form.rules)
            .map(|rule| rule.id.as_str());
        let statuses = huizong::report::Status::ALL.into_iter().map(|s| s.as_str());
        for id in rules.chain(statuses) {
            assert!(text.contains(&format!("`{id}`")), "{readme}: {id}");
        }
    }
}

#[test]
fn every_recipe_the_documents_name_exists_and_is_described() {
    let justfile = fs::read_to_string(root().join("justfile")).unwrap();
    let lines: Vec<&str> = justfile.lines().collect();
    let mut recipes = BTreeSet::new();
    for (at, line) in lines.iter().enumerate() {
        let is_recipe = line.starts_with(|c: char| c.is_ascii_lowercase())
            && line.contains(':')
            && !line.contains(":=");
        if is_recipe {
            let name = line.split([' ', ':']).next().unwrap();
            let described = at > 0 && lines[at - 1].starts_with("# ");
            assert!(
                described || lines[at - 1] == "[private]",
                "`{name}` has no description"
            );
            recipes.insert(name);
        }
    }
    for readme in READMES {
        for line in shell_lines(readme) {
            if let Some(rest) = line.strip_prefix("just ") {
                let name = rest.split(' ').next().unwrap();
                assert!(recipes.contains(name), "{readme}: just {name}");
            }
        }
    }
    for name in [
        "demo", "rollup", "check", "compare", "export", "test", "lint", "bench", "ci",
    ] {
        assert!(recipes.contains(name), "{name}");
    }
}

#[test]
fn no_source_is_endless() {
    let long: Vec<String> = (walk_all("src").into_iter().chain(walk_all("tests")))
        .filter_map(|path| {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            (lines > 900).then(|| format!("{}: {lines} lines", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

fn walk_all(folder: &str) -> Vec<PathBuf> {
    walkdir::WalkDir::new(root().join(folder))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path: &PathBuf| path.extension().is_some_and(|e| e == "rs"))
        .filter(|path: &PathBuf| Path::is_file(path))
        .collect()
}
