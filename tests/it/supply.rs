//! What the program is made of: no network, no `unsafe` of our own, and licences that ask no more than to keep the notice.
//! Read from `Cargo.lock`, which names the packages of every platform, of tests and builds too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

/// Names, or beginnings of names followed by `-` or `_`, of crates that speak over a network or prepare to.
const NETWORK: &[&str] = &[
    "actix",
    "attohttpc",
    "async-std",
    "awc",
    "axum",
    "aws",
    "azure",
    "curl",
    "dns-lookup",
    "ehttp",
    "gix",
    "git2",
    "h2",
    "h3",
    "hickory",
    "http",
    "httparse",
    "hyper",
    "isahc",
    "libssh2",
    "minreq",
    "native-tls",
    "nng",
    "object_store",
    "openssl",
    "pnet",
    "quinn",
    "quiche",
    "reqwest",
    "ring",
    "rustls",
    "s2n",
    "schannel",
    "security-framework",
    "smol",
    "ssh2",
    "surf",
    "tiny_http",
    "tokio-native-tls",
    "tokio-openssl",
    "tokio-rustls",
    "tonic",
    "trust-dns",
    "tungstenite",
    "ureq",
    "warp",
    "webpki",
    "zmq",
];

/// The runtime that polars-core reads files with, sockets and all. It stays behind polars and nothing here calls it.
const RUNTIME: &[&str] = &["tokio", "mio", "socket2"];

/// Licences that ask for no more than a notice, and the MPL, which asks for changes to its own files.
const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

fn text(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn packages() -> Vec<Package> {
    let lock: Lock = toml::from_str(&text("Cargo.lock")).unwrap();
    assert!(lock.package.len() > 200);
    lock.package
}

fn speaks(name: &str) -> bool {
    NETWORK.iter().any(|known| {
        let rest = name.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    })
}

#[test]
fn no_package_of_any_platform_speaks_over_a_network() {
    assert!(speaks("hyper-util") && speaks("ring") && !speaks("strings") && !speaks("h2o"));
    let found: Vec<String> = packages()
        .into_iter()
        .map(|p| p.name)
        .filter(|name| speaks(name))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_runtime_of_polars_is_used_by_polars_alone() {
    for package in packages() {
        let name = package.name.as_str();
        let inside = name.starts_with("polars") || RUNTIME.contains(&name);
        for dependency in &package.dependencies {
            let dependency = dependency.split(' ').next().unwrap();
            assert!(
                inside || !RUNTIME.contains(&dependency),
                "{name} uses {dependency}"
            );
        }
    }
}

/// Our sources, without comments.
fn sources() -> Vec<(PathBuf, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let files = walkdir::WalkDir::new(root.join("src"))
        .into_iter()
        .map(|entry| entry.unwrap().into_path());
    let sources: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let code: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            (path, code.join("\n"))
        })
        .collect();
    assert!(sources.len() > 100);
    sources
}

#[test]
fn our_own_code_opens_no_socket_and_starts_no_program() {
    for (path, code) in sources() {
        for what in [
            "std::net",
            "TcpStream",
            "UdpSocket",
            "UnixStream",
            "UnixListener",
            "tokio::",
            "process::Command",
            "http::",
        ] {
            assert!(!code.contains(what), "{} has {what}", path.display());
        }
    }
}

#[test]
fn our_own_code_has_no_unsafe() {
    let manifest: toml::Table = toml::from_str(&text("Cargo.toml")).unwrap();
    assert_eq!(
        manifest["lints"]["rust"]["unsafe_code"].as_str(),
        Some("forbid")
    );
    for (path, code) in sources() {
        assert!(!code.contains("unsafe "), "{}", path.display());
        assert!(!code.contains("allow(unsafe_code)"), "{}", path.display());
    }
}

/// The rows of the list in the documents: name and version with the licence.
fn listed() -> BTreeMap<(String, String), String> {
    text("docs/licences.md")
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            match cells.as_slice() {
                ["", name, version, licence, "program" | "build", ""] => Some((
                    ((*name).to_owned(), (*version).to_owned()),
                    (*licence).to_owned(),
                )),
                _ => None,
            }
        })
        .collect()
}

#[test]
fn every_package_is_in_the_list_of_licences() {
    let locked: BTreeSet<(String, String)> = packages()
        .into_iter()
        .filter(|package| package.source.is_some())
        .map(|package| (package.name, package.version))
        .collect();
    let listed: BTreeSet<(String, String)> = listed().into_keys().collect();
    let missing: Vec<_> = locked.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&locked).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "run `just licences`: missing {missing:?}, gone {gone:?}"
    );
}

/// Whether a licence expression can be met with accepted licences alone: one of those joined by OR, all of those joined by
/// AND. An exception (`WITH`) only grants more.
fn acceptable(expression: &str) -> bool {
    let expression = expression.replace(" / ", " OR ").replace('/', " OR ");
    let expression = expression.trim();
    if let Some(parts) = split(expression, " AND ") {
        return parts.into_iter().all(|part| acceptable(&part));
    }
    if let Some(parts) = split(expression, " OR ") {
        return parts.into_iter().any(|part| acceptable(&part));
    }
    if let Some(inside) = expression
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return acceptable(inside);
    }
    let name = expression.split(" WITH ").next().unwrap();
    ACCEPTED.contains(&name)
}

/// The parts of an expression between a word that stands outside of all brackets.
fn split(expression: &str, word: &str) -> Option<Vec<String>> {
    let (mut depth, mut parts, mut from) = (0, Vec::new(), 0);
    for (at, c) in expression.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 && at >= from && expression[at..].starts_with(word) => {
                parts.push(expression[from..at].to_owned());
                from = at + word.len();
            }
            _ => {}
        }
    }
    parts.push(expression[from..].to_owned());
    (parts.len() > 1).then_some(parts)
}

#[test]
fn no_licence_asks_for_more_than_an_office_can_give() {
    assert!(acceptable("MIT/Apache-2.0") && acceptable("(GPL-2.0 OR MIT) AND Unicode-3.0"));
    assert!(
        !acceptable("GPL-3.0-only")
            && !acceptable("MIT AND LGPL-2.1")
            && !acceptable("none")
            && !acceptable("AGPL-3.0")
    );
    // AND binds tighter than OR, which splitting at AND first would turn round: no package may rely on it.
    let mixed =
        |licence: &str| split(licence, " AND ").is_some() && split(licence, " OR ").is_some();
    for ((name, version), licence) in listed() {
        assert!(
            !mixed(&licence),
            "{name} {version}: {licence}: needs brackets to be judged"
        );
        assert!(acceptable(&licence), "{name} {version}: {licence}");
    }
}

#[test]
fn the_rules_of_cargo_deny_are_the_same() {
    let deny: toml::Table = toml::from_str(&text("deny.toml")).unwrap();
    let list = |table: &str, key: &str| -> Vec<String> {
        let list = deny[table][key].as_array().unwrap().iter();
        list.map(|item| {
            item.as_str()
                .or_else(|| item["crate"].as_str())
                .unwrap()
                .to_owned()
        })
        .collect()
    };
    assert_eq!(list("licenses", "allow"), ACCEPTED);
    let banned: BTreeSet<String> = list("bans", "deny").into_iter().collect();
    for name in [
        "reqwest",
        "hyper",
        "rustls",
        "native-tls",
        "openssl",
        "ureq",
        "curl",
        "h2",
        "object_store",
    ] {
        assert!(banned.contains(name) && speaks(name), "{name}");
    }
    assert_eq!(
        list("sources", "allow-registry"),
        ["https://github.com/rust-lang/crates.io-index"]
    );
    assert!(
        packages()
            .iter()
            .filter_map(|p| p.source.as_deref())
            .all(|s| s == "registry+https://github.com/rust-lang/crates.io-index")
    );
}

#[test]
fn the_fuzz_targets_are_built_with_what_the_program_is() {
    let dependencies = |name: &str| -> toml::Table {
        let manifest: toml::Table = toml::from_str(&text(name)).unwrap();
        manifest["dependencies"].as_table().unwrap().clone()
    };
    let (own, fuzzed) = (dependencies("Cargo.toml"), dependencies("fuzz/Cargo.toml"));
    for (name, wanted) in &fuzzed {
        if name != "libfuzzer-sys" {
            assert_eq!(own.get(name), Some(wanted), "{name} in fuzz/Cargo.toml");
        }
    }
    let targets = text("fuzz/Cargo.toml").matches("[[bin]]").count();
    assert!(fuzzed.len() > 10 && targets > 10);
}
