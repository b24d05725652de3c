//! Made-up reports: consistent, deterministic, and what they say they are.

use std::collections::BTreeMap;

use huizong::finding::Severity;
use huizong::form::{Equation, Relation, Rule, Term};
use huizong::synth::{
    Format, MadeUp, Options, county_registry, generate, registry, reports, write,
};

fn options() -> Options {
    Options {
        counties: 3,
        units: 20,
        from: 2019,
        to: 2023,
        seed: 11,
        ..Options::default()
    }
}

/// The sides of an equation; none where it needs a year before that does not exist.
fn sides(equation: &Equation, now: &MadeUp, before: Option<&MadeUp>) -> Option<[i64; 2]> {
    let sum = |terms: &[Term], constant: i64| {
        terms.iter().try_fold(constant, |sum, term| {
            let key = &now.form.keys[term.key].key;
            let value = if term.previous {
                before?.value(key)?
            } else {
                now.value(key)?
            };
            Some(sum + term.factor * value)
        })
    };
    let left = sum(&equation.left, equation.left_constant)?;
    let right = sum(&equation.right, equation.right_constant)?;
    Some([left, right])
}

fn holds(rule: &Rule, equation: &Equation, [left, right]: [i64; 2], made: &MadeUp) {
    let holds = match equation.relation {
        Relation::Equal => left == right,
        Relation::AtMost => left <= right,
        Relation::AtLeast => left >= right,
        Relation::BothOrNeither => (left == 0) == (right == 0),
    };
    assert!(
        holds,
        "{} {} {}: {} {:?} {left} {right}",
        made.county, made.unit, made.year, rule.id, equation.instance
    );
}

#[test]
fn every_edit_rule_holds_within_and_between_years() {
    let made = generate(&options());
    let by_code: BTreeMap<(&str, i32), &MadeUp> = made
        .iter()
        .map(|m| ((m.code.as_str(), m.year), m))
        .collect();
    let mut checked: BTreeMap<&str, usize> = BTreeMap::new();
    for m in &made {
        let before = by_code.get(&(m.code.as_str(), m.year - 1)).copied();
        for rule in &m.form.rules {
            for equation in rule.equations() {
                if let Some(sides) = sides(equation, m, before) {
                    holds(rule, equation, sides, m);
                    *checked.entry(&rule.id).or_default() += usize::from(sides[0] != 0);
                }
            }
        }
        for (info, value) in m.form.keys.iter().zip(&m.values) {
            assert!(info.signed || *value >= 0, "{}", info.key);
        }
        let errors = m
            .form
            .rules
            .iter()
            .filter(|rule| rule.severity == Severity::Error);
        assert!(errors.count() >= 5);
    }
    // Rules that were only ever met by nothing but zeros would prove little.
    for id in [
        "balance",
        "concluded-sum",
        "applicant-sum",
        "appeals-sum",
        "carry-over",
        "items-continuity",
        "in-force-continuity",
        "published-within-total",
        "procurement-pair",
    ] {
        assert!(
            checked.get(id).is_some_and(|n| *n > 3),
            "{id}: {:?}",
            checked.get(id)
        );
    }
}

#[test]
fn units_are_renamed_join_and_merge() {
    let options = options();
    let made = generate(&options);
    let county = county_registry(&options, 0);
    let lines = &county.units;
    let renamed = lines
        .windows(2)
        .find(|pair| pair[0].code == pair[1].code)
        .unwrap();
    assert_ne!(renamed[0].name, renamed[1].name);
    let merged = lines.iter().find(|unit| unit.aliases.len() == 2).unwrap();
    let year = merged.from.unwrap();
    let of = |name: &str, year: i32| {
        made.iter()
            .find(|m| m.county == lines[0].name && m.unit == name && m.year == year)
    };
    let key = "requests.carried_in.total";
    let out: i64 = (merged.aliases.iter())
        .map(|name| {
            of(name, year - 1)
                .unwrap()
                .value("requests.carried_out.total")
                .unwrap()
        })
        .sum();
    assert_eq!(of(&merged.name, year).unwrap().value(key), Some(out));
    assert!(merged.aliases.iter().all(|name| of(name, year).is_none()));
    assert!(
        lines
            .iter()
            .any(|u| u.kind == "department" && u.from == Some(options.from + 1))
    );
    let tree = registry(&options);
    let kinds: Vec<&str> = tree
        .units
        .iter()
        .take(3)
        .map(|unit| unit.kind.as_str())
        .collect();
    assert_eq!(kinds, ["province", "city", "county"]);
    for unit in &tree.units {
        let parent = unit.parent.is_empty() || tree.units.iter().any(|up| up.code == unit.parent);
        assert!(parent, "{}", unit.name);
    }
}

#[test]
fn mistakes_are_planted_where_a_rule_sees_them() {
    let made = generate(&Options {
        mistakes: 300,
        ..options()
    });
    let wrong: Vec<&MadeUp> = made.iter().filter(|m| !m.planted.is_empty()).collect();
    let share = wrong.len() * 1000 / made.len();
    assert!((200..400).contains(&share), "{share}");
    for m in wrong {
        let written = MadeUp {
            values: m.written(),
            ..m.clone()
        };
        let broken = (m.form.rules.iter().flat_map(|rule| rule.equations()))
            .filter(|e| e.relation == Relation::Equal)
            .filter_map(|equation| sides(equation, &written, None))
            .any(|[left, right]| left != right);
        assert!(broken, "{} {}", m.unit, m.year);
    }
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let options = Options {
        counties: 1,
        units: 8,
        from: 2020,
        to: 2021,
        ..options()
    };
    let [one, two] = [(); 2].map(|()| {
        let dir = tempfile::tempdir().unwrap();
        let written = write(&options, &Format::ALL, dir.path()).unwrap();
        assert_eq!(written.reports, generate(&options).len());
        let mut files: Vec<(String, Vec<u8>)> = walkdir::WalkDir::new(dir.path())
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry
                    .path()
                    .strip_prefix(dir.path())
                    .unwrap()
                    .display()
                    .to_string();
                (path, std::fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    });
    assert_eq!(one.len(), generate(&options).len() + 2);
    assert!(one == two);
    assert!(
        one.iter()
            .any(|(path, _)| path == "示例县/2020/甲子镇.xlsx"),
        "{:?}",
        one[0].0
    );
}

#[test]
fn reports_carry_the_numbers_and_sentences() {
    let options = options();
    let made = generate(&options);
    for (made, report) in made.iter().zip(reports(&options)) {
        assert_eq!((&made.unit, Some(made.year)), (&report.unit, report.year));
        let numbers: Vec<i64> = report
            .values
            .iter()
            .filter_map(|value| value.number)
            .collect();
        assert_eq!(numbers, made.values);
        let received = made.value("requests.received.total").unwrap();
        let told = |part: &str| {
            report
                .narrative
                .sentences
                .iter()
                .any(|s| s.words.contains(part))
        };
        assert!(told(&if received == 0 {
            "未收到".to_owned()
        } else {
            format!("申请{received}件")
        }));
        assert!(report.narrative.signed.as_ref().unwrap().0.year == made.year + 1);
    }
}

#[test]
fn the_demo_folder_is_what_the_generator_makes() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo");
    let files = huizong::synth::demo_files().unwrap();
    let mut expected = vec!["README.md".to_owned()];
    for file in &files {
        let there = std::fs::read(folder.join(&file.path)).expect(&file.path);
        assert!(
            file.converted || there == file.bytes,
            "{} differs from what is generated",
            file.path
        );
        expected.push(file.path.clone());
    }
    expected.sort();
    let mut there: Vec<String> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            entry
                .path()
                .strip_prefix(&folder)
                .unwrap()
                .display()
                .to_string()
        })
        .collect();
    there.sort();
    assert_eq!(there, expected);
    assert_eq!(files.iter().filter(|file| file.converted).count(), 2);
}

#[test]
fn the_demo_says_what_is_planted() {
    let readme = include_str!("../../data/demo/README.md");
    let files = huizong::synth::demo_files().unwrap();
    let planted: Vec<_> = files
        .iter()
        .filter_map(|file| Some((file, file.made.as_ref()?)))
        .collect();
    let mut wrong = 0;
    for (file, made) in &planted {
        for planted in &made.planted {
            assert_ne!(
                made.values[planted.key], planted.written,
                "{} is no mistake",
                file.path
            );
            let line = format!("| {} | {} |", made.unit, made.year);
            assert!(readme.contains(&line), "{} is not told of", file.path);
            wrong += 1;
        }
    }
    assert_eq!(wrong, 10);
    let fees = planted
        .iter()
        .find(|(f, _)| f.path.ends_with("2022/示例县司法局.xlsx"))
        .unwrap();
    assert_eq!(fees.1.value("disclosure.fees.amount"), Some(90_500_000));
    let real = planted
        .iter()
        .find(|(file, _)| file.path.contains("大渡口镇"))
        .unwrap();
    assert_eq!(
        real.1.value("disclosure.procurement.amount"),
        Some(13_020_000)
    );
    assert_eq!(real.1.values.iter().filter(|value| **value != 0).count(), 8);
}
