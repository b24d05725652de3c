//! The real binary: exact words, exit codes, and the files it leaves.

use std::fs;

use huizong::synth::{Format, Options, county};

use super::desk::{Answer, Desk, files_below, read_values};

#[track_caller]
fn fails(answer: &Answer, message: &str) {
    assert_eq!(answer.code, 2, "{answer:?}");
    assert_eq!(answer.out, "");
    assert_eq!(answer.err, message);
}

#[test]
fn no_arguments_show_the_help_and_mean_bad_usage() {
    let answer = Desk::new().run(&[]);
    assert_eq!(answer.code, 2);
    assert_eq!(answer.out, "");
    assert!(answer.err.contains("Usage: huizong"), "{}", answer.err);
    for command in [
        "rollup", "check", "export", "compare", "ingest", "template", "forms", "synth",
    ] {
        assert!(answer.err.contains(&format!("\n  {command} ")), "{command}");
    }
}

#[test]
fn a_command_without_input_says_what_to_type() {
    let desk = Desk::new();
    fails(
        &desk.run(&["rollup"]),
        "错误：没有指定输入；请给出文件或文件夹，例如：huizong rollup 年报文件夹 -o output\n",
    );
    fails(
        &desk.run(&["check", "--lang", "en"]),
        "error: no input given; name files or folders, as in: huizong rollup FOLDER -o output\n",
    );
}

#[test]
fn an_empty_folder_is_nothing_done() {
    let desk = Desk::new();
    fs::create_dir(desk.path("empty")).unwrap();
    fails(
        &desk.run(&["rollup", "empty", "-o", "out"]),
        "错误：empty：没有任何文件；请把各单位的年报放进去再运行\n",
    );
    assert!(!desk.path("out").exists());
}

#[test]
fn a_missing_input_is_named() {
    let desk = Desk::new();
    fails(
        &desk.run(&["check", "absent.xlsx", "--lang", "en"]),
        "absent.xlsx: unreadable — there is no such file or folder\n\
         error: absent.xlsx: not one of 1 files could be read\n",
    );
}

#[test]
fn output_that_cannot_be_written_is_found_out_before_any_work() {
    let desk = Desk::new();
    desk.county();
    desk.file("taken", "");
    let answer = desk.run(&["rollup", "in", "-o", "taken", "--lang", "en"]);
    assert_eq!(answer.code, 2);
    assert_eq!(answer.out, "");
    assert!(
        answer.err.starts_with("error: taken: cannot be written ("),
        "{}",
        answer.err
    );
    assert!(
        answer.err.contains("earlier results are untouched"),
        "{}",
        answer.err
    );
    assert!(answer.err.ends_with("choose another -o\n"));
    let answer = desk.run(&["export", "in", "-o", "taken/values.csv"]);
    assert_eq!((answer.code, answer.out.as_str()), (2, ""));
}

#[test]
fn a_form_that_does_not_exist_or_is_wrong_is_refused() {
    let desk = Desk::new();
    desk.county();
    fails(
        &desk.run(&["check", "in", "--form", "1999"]),
        "错误：没有表式“1999”，也没有这个文件；可用：2019、2021\n",
    );
    desk.file("mine.toml", "id = \"mine\"\ncolour = 1\n");
    let answer = desk.run(&["check", "in", "--form", "mine.toml", "--lang", "en"]);
    assert_eq!(answer.code, 2);
    assert!(
        answer
            .err
            .starts_with("error: this form cannot be used: mine.toml: "),
        "{}",
        answer.err
    );
    assert!(answer.err.contains("colour"));
}

#[test]
fn an_unknown_key_gets_candidates() {
    let answer = Desk::new().run(&["forms", "requests.recieved.total", "--lang", "en"]);
    assert_eq!((answer.code, answer.out.as_str()), (2, ""));
    let message = "error: there is no key \"requests.recieved.total\"; did you mean requests.received.total, ";
    assert!(answer.err.starts_with(message), "{}", answer.err);
    let stranger = Desk::new().run(&["forms", "weather", "--lang", "en"]);
    fails(
        &stranger,
        "error: there is no key \"weather\"; see them all with: huizong forms\n",
    );
}

#[test]
fn a_clean_county_is_done_without_errors() {
    let desk = Desk::new();
    desk.county();
    let answer = desk.run(&["check", "in"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let answer = desk.run(&["rollup", "in", "-o", "out"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.lines().count() <= 12, "{}", answer.out);
    assert!(answer.out.contains("已报 3/3"), "{}", answer.out);
    assert!(
        answer
            .err
            .contains("文件 7：采用 6，被替代 0，不是年报 1，无法读取 0"),
        "{}",
        answer.err
    );
    let mut names: Vec<String> = fs::read_dir(desk.path("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in [
        "comparison.csv",
        "findings.json",
        "inputs.csv",
        "values.csv",
    ] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    assert!(
        names.iter().any(|name| name.ends_with("-2022.xlsx")),
        "{names:?}"
    );
    assert!(
        names.iter().any(|name| name.ends_with("-2022.docx")),
        "{names:?}"
    );
    assert!(
        names.iter().any(|name| name.ends_with("-2022.html")),
        "{names:?}"
    );
    assert!(!names.iter().any(|name| name.contains("tmp")), "{names:?}");
}

#[test]
fn every_exported_value_is_the_one_that_was_written() {
    let desk = Desk::new();
    let made = desk.county();
    let answer = desk.run(&["export", "in", "--format", "csv", "-q"]);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    assert!(answer.out.starts_with("county,unit,year,form,key,value,"));
    let mut exported = read_values(&answer.out);
    exported.sort();
    let mut truth = Vec::new();
    for made in &made {
        for (info, value) in made.form.keys.iter().zip(&made.values) {
            truth.push((made.unit.clone(), made.year, info.key.clone(), Some(*value)));
        }
    }
    truth.sort();
    assert_eq!(exported, truth);
    let json = desk.run(&["export", "in", "--format", "json", "--years", "2022"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["values"].as_array().unwrap().len(), 3 * 200);
}

#[test]
fn what_comes_by_standard_input_is_a_report_too() {
    let desk = Desk::new();
    let made = desk.county();
    let json = Format::Json.bytes(&made[0].paper()).unwrap();
    let answer = desk.run_with(&["export", "-", "-q"], &json);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert_eq!(read_values(&answer.out).len(), made[0].values.len());
}

#[test]
fn one_bad_file_never_stops_the_rest() {
    let desk = Desk::new();
    desk.county();
    desk.file("in/broken.xlsx", b"PK\x03\x04 and then nothing");
    desk.file("in/menu.csv", "dish,price\nnoodles,12\nrice,3\n");
    let answer = desk.run(&["rollup", "in", "-o", "out"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(
        answer.out.contains("无法读取：in/broken.xlsx"),
        "{}",
        answer.out
    );
    assert!(
        answer
            .err
            .contains("文件 9：采用 6，被替代 0，不是年报 2，无法读取 1"),
        "{}",
        answer.err
    );
    let manifest = fs::read_to_string(desk.path("out/inputs.csv")).unwrap();
    assert!(manifest.starts_with('\u{FEFF}'));
    assert!(
        manifest.contains("in/broken.xlsx,unreadable,0,"),
        "{manifest}"
    );
    assert!(
        manifest.contains("in/menu.csv,not-a-report,0,"),
        "{manifest}"
    );
    assert!(
        manifest.contains("in/units.csv,not-a-report,0,"),
        "{manifest}"
    );
    let values = fs::read_to_string(desk.path("out/values.csv")).unwrap();
    assert_eq!(read_values(&values).len(), 6 * 200);
}

#[test]
fn an_unrelated_file_is_no_error() {
    let desk = Desk::new();
    desk.county();
    desk.file("in/menu.csv", "dish,price\nnoodles,12\n");
    assert_eq!(desk.run(&["check", "in"]).code, 0);
    let alone = desk.run(&["check", "in/menu.csv", "--lang", "en"]);
    assert_eq!((alone.code, alone.out.as_str()), (2, ""));
    assert!(
        alone.err.ends_with(
            "error: in/menu.csv: no report among 1 files, 0 of which could not be read\n"
        ),
        "{}",
        alone.err
    );
}

#[test]
fn results_are_never_read_as_inputs() {
    let desk = Desk::new();
    desk.county();
    let first = desk.run(&["rollup", "in", "-o", "in/out"]);
    let second = desk.run(&["rollup", "in", "-o", "in/out"]);
    assert_eq!(first.out, second.out);
    let check = desk.run(&["check", "in"]);
    assert_eq!(check.code, 0, "{check:?}");
    assert!(
        check.err.contains("in/out：是以前运行的结果，跳过"),
        "{}",
        check.err
    );
}

#[test]
fn the_same_inputs_give_the_same_bytes_whatever_the_threads() {
    let desk = Desk::new();
    desk.county();
    for (jobs, out) in [("1", "one"), ("4", "four")] {
        let answer = desk.run(&["rollup", "in", "-o", out, "--jobs", jobs, "--every-year"]);
        assert_eq!(answer.code, 0, "{answer:?}");
    }
    let names = files_below(&desk.path("one"));
    assert_eq!(names, files_below(&desk.path("four")));
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        let read = |out: &str| fs::read(desk.path(out).join(&name)).unwrap();
        assert!(read("one") == read("four"), "{}", name.display());
    }
}

#[test]
fn a_later_version_replaces_an_earlier_one() {
    let desk = Desk::new();
    let made = desk.county();
    let mut later = made[0].clone();
    let key = later.form.index("disclosure.licensing.decisions").unwrap();
    later.values[key] += 1;
    let bytes = Format::Json.bytes(&later.paper()).unwrap();
    desk.file(&format!("in/{}（修订）.json", later.unit), bytes);
    let answer = desk.run(&["export", "in"]);
    assert!(
        answer
            .err
            .contains("文件 8：采用 6，被替代 1，不是年报 1，无法读取 0"),
        "{}",
        answer.err
    );
    let value = read_values(&answer.out)
        .into_iter()
        .find(|(unit, year, key, _)| {
            (unit, *year) == (&later.unit, later.year) && key == "disclosure.licensing.decisions"
        });
    assert_eq!(value.unwrap().3, Some(later.values[key]));
}

#[test]
fn a_wrong_cell_is_an_error_and_a_settings_file_is_obeyed() {
    let desk = Desk::new();
    let made = desk.county();
    let mut wrong = made[0].clone();
    let key = wrong.form.index("requests.received.total").unwrap();
    wrong.values[key] += 100;
    let bytes = Format::Json.bytes(&wrong.paper()).unwrap();
    desk.file(&format!("in/{}（修订）.json", wrong.unit), bytes);
    let answer = desk.run(&["check", "in", "--format", "json"]);
    assert_eq!(answer.code, 1);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    let mended = (json["findings"].as_array().unwrap().iter())
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| &finding["suggestion"][0])
        .next()
        .unwrap();
    assert_eq!(mended["key"], "requests.received.total");
    assert_eq!(mended["value"], made[0].values[key]);
    desk.file(
        "run.toml",
        "inputs = [\"in\"]\nyears = \"2022\"\nlang = \"en\"\n",
    );
    let written = desk.run(&["check", "--config", "run.toml", "--years", "2022"]);
    assert_eq!(written.code, 0, "{written:?}");
    assert!(written.out.starts_with("reports 3: "), "{}", written.out);
}

#[test]
fn the_json_schema_accepts_reports_and_nothing_else() {
    let desk = Desk::new();
    let schema = desk.run(&["forms", "--json-schema"]);
    assert_eq!(schema.code, 0);
    let schema: serde_json::Value = serde_json::from_str(&schema.out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let options = Options {
        from: 2020,
        units: 4,
        ..Options::default()
    };
    let mut reports: Vec<serde_json::Value> = county(&options, 0)
        .iter()
        .map(|made| serde_json::from_slice(&Format::Json.bytes(&made.paper()).unwrap()).unwrap())
        .collect();
    for report in &reports {
        let errors: Vec<String> = validator
            .iter_errors(report)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    assert!(validator.is_valid(&serde_json::Value::from(reports.clone())));
    let wrong: [(&str, serde_json::Value); 4] = [
        ("/requests/received/total", serde_json::json!([1])),
        ("/requests/received/total", serde_json::json!(-1)),
        ("/year", serde_json::json!("last")),
        ("/requests/received", serde_json::json!({"everything": 1})),
    ];
    for (pointer, value) in wrong {
        let mut report = reports.pop().unwrap();
        *report.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&report), "{pointer}");
    }
}

#[test]
fn sarif_and_csv_carry_the_findings_too() {
    let desk = Desk::new();
    desk.county();
    desk.file("in/broken.xlsx", b"PK\x03\x04 and then nothing");
    let sarif = desk.run(&["check", "in", "--format", "sarif"]);
    assert_eq!(sarif.code, 1);
    let sarif: serde_json::Value = serde_json::from_str(&sarif.out).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unreadable-file");
    let csv = desk.run(&["check", "in", "--format", "csv"]);
    assert!(csv.out.contains("\nunreadable-file,error,"), "{}", csv.out);
}
