//! The steps that every report goes through, each on its own: a slow-down shows where it happens.

use std::sync::Arc;

use divan::{Bencher, black_box};
use huizong::check::{Settings, evaluate, localise::localise};
use huizong::files::open;
use huizong::form::{Form, Library};
use huizong::report::label::normalise;
use huizong::report::{Recogniser, Report, Value};
use huizong::synth::{Format, Options, generate};

fn main() {
    divan::main();
}

fn form() -> Arc<Form> {
    Library::official()
        .get("2021")
        .cloned()
        .unwrap_or_else(|| unreachable!("embedded"))
}

/// One made-up report as a file.
fn file(format: Format) -> Vec<u8> {
    let options = Options {
        units: 1,
        from: 2022,
        to: 2022,
        ..Options::default()
    };
    let made = generate(&options);
    format.bytes(&made[0].paper()).unwrap_or_default()
}

/// A report on which every rule holds but one: one number of table three is a digit off.
fn spoilt() -> Report {
    let options = Options {
        units: 1,
        from: 2022,
        to: 2022,
        ..Options::default()
    };
    let mut report = generate(&options)[0].report();
    if let Some(key) = report.form.index("requests.received.business") {
        report.values[key] = Value::reported(5354);
    }
    report
}

#[divan::bench]
fn label_normalisation(bencher: Bencher) {
    let form = form();
    let labels: Vec<&str> = form.keys.iter().map(|key| key.label.zh.as_str()).collect();
    bencher.bench(|| {
        labels
            .iter()
            .map(|label| normalise(black_box(label)).len())
            .sum::<usize>()
    });
}

#[divan::bench(args = [Format::Xlsx, Format::Html, Format::Txt, Format::Json])]
fn reading(bencher: Bencher, format: &Format) {
    let bytes = file(*format);
    bencher.bench(|| open(Arc::from("a"), black_box(&bytes)).len());
}

#[divan::bench(args = [Format::Xlsx, Format::Html, Format::Txt, Format::Json])]
fn recognition(bencher: Bencher, format: &Format) {
    let opened = open(Arc::from("a"), &file(*format));
    let recogniser = Recogniser::new(Library::official());
    bencher.bench(|| {
        (opened.iter().filter_map(|o| o.outcome.as_ref().ok()))
            .map(|document| recogniser.recognise(black_box(document)).reports.len())
            .sum::<usize>()
    });
}

#[divan::bench]
fn checking(bencher: Bencher) {
    let report = spoilt();
    bencher.bench(|| evaluate(black_box(&report), None, "township", Library::official()).len());
}

#[divan::bench]
fn localisation(bencher: Bencher) {
    let report = spoilt();
    let outcomes = evaluate(&report, None, "township", Library::official());
    bencher.bench(|| localise(black_box(&report), &outcomes, Settings::embedded()).len());
}
