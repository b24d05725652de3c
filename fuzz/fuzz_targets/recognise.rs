//! What opens is recognised: every report has a value for every key, and a number exactly where its status says so.
#![no_main]

use std::sync::LazyLock;

use huizong::form::Library;
use huizong::report::Recogniser;
use libfuzzer_sys::fuzz_target;

static RECOGNISER: LazyLock<Recogniser> = LazyLock::new(|| Recogniser::new(Library::official()));

fuzz_target!(|bytes: &[u8]| {
    for opened in huizong::files::open("a.csv".into(), bytes) {
        let Ok(document) = opened.outcome else { continue };
        for report in RECOGNISER.recognise(&document).reports {
            assert_eq!(report.values.len(), report.form.keys.len());
            assert!(report.values.iter().all(|value| value.status.has_number() == value.number.is_some()));
        }
    }
});
