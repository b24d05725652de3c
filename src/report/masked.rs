//! Personal data of a report's text: masked at the one place where a report leaves recognition, so that neither the store
//! nor anything written later can hold it. Numbers of the tables are never touched.

use super::{Recognition, Report, Sentence};
use crate::finding::Finding;
use crate::grid::CellRef;
use crate::privacy::{mask, mask_beside_number};
use crate::text::Text;

/// Masks all words of what was recognised.
pub(super) fn masked(mut recognition: Recognition) -> Recognition {
    recognition.findings.iter_mut().for_each(finding);
    recognition.why_not.iter_mut().for_each(text);
    recognition.reports.iter_mut().for_each(report);
    recognition
}

fn report(report: &mut Report) {
    words(&mut report.unit);
    let narrative = &mut report.narrative;
    narrative.names.iter_mut().for_each(words);
    (narrative.title.iter_mut().chain(&mut narrative.sentences)).for_each(sentence);
    for value in &mut report.values {
        if let Some(raw) = &value.raw {
            let shown = if value.number.is_some() {
                mask_beside_number(raw)
            } else {
                mask(raw)
            };
            let changed = (shown != **raw).then(|| shown.into_owned());
            if let Some(changed) = changed {
                value.raw = Some(changed.into());
            }
        }
    }
    report.findings.iter_mut().for_each(finding);
}

fn sentence(sentence: &mut Sentence) {
    let shown = mask(&sentence.words);
    let changed = (shown != *sentence.words).then(|| shown.into_owned());
    if let Some(changed) = changed {
        sentence.words = changed.into();
    }
}

fn finding(finding: &mut Finding) {
    text(&mut finding.message);
    words(&mut finding.found);
    words(&mut finding.expected);
    words(&mut finding.unit);
    for place in &mut finding.places {
        // Paths are made of names that stand in the file.
        if let CellRef::Path(path) = &place.cell {
            let shown = mask(path);
            if shown != **path {
                place.cell = CellRef::Path(shown.into());
            }
        }
    }
}

fn text(text: &mut Text) {
    words(&mut text.zh);
    words(&mut text.en);
}

fn words(words: &mut String) {
    let shown = mask(words);
    let changed = (shown != **words).then(|| shown.into_owned());
    if let Some(changed) = changed {
        *words = changed;
    }
}
