//! Findings for machines.

use std::io::{self, Write};

use serde::Serialize;

use super::{guarded, optional};
use crate::finding::{Finding, Severity};
use crate::text::Lang;

#[derive(Serialize)]
struct Document<'f> {
    findings: Vec<Record<'f>>,
}

#[derive(Serialize)]
struct Record<'f> {
    rule: &'f str,
    severity: Severity,
    unit: &'f str,
    year: Option<i32>,
    keys: &'f [String],
    places: Vec<PlaceRecord<'f>>,
    found: &'f str,
    expected: &'f str,
    message: &'f str,
    suggestion: Vec<SuggestionRecord<'f>>,
}

#[derive(Serialize)]
struct PlaceRecord<'f> {
    file: &'f str,
    sheet: &'f str,
    cell: String,
}

#[derive(Serialize)]
struct SuggestionRecord<'f> {
    key: &'f str,
    value: i64,
    reason: &'f str,
}

fn record(finding: &Finding, lang: Lang) -> Record<'_> {
    Record {
        rule: &finding.rule,
        severity: finding.severity,
        unit: &finding.unit,
        year: finding.year,
        keys: &finding.keys,
        places: (finding.places.iter())
            .map(|place| PlaceRecord {
                file: &place.file,
                sheet: &place.sheet,
                cell: place.cell.to_string(),
            })
            .collect(),
        found: &finding.found,
        expected: &finding.expected,
        message: finding.message.get(lang),
        suggestion: (finding.suggestion.iter())
            .map(|suggestion| SuggestionRecord {
                key: &suggestion.key,
                value: suggestion.value,
                reason: suggestion.reason.get(lang),
            })
            .collect(),
    }
}

/// Writes `{"findings":[{rule, severity, unit, year, keys, places, found, expected, message, suggestion}]}`.
///
/// # Errors
/// Whatever the writer answers.
pub fn findings_json(mut out: impl Write, findings: &[Finding], lang: Lang) -> io::Result<()> {
    let document = Document {
        findings: findings.iter().map(|f| record(f, lang)).collect(),
    };
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)
}

/// Writes one line per finding. Keys are separated by spaces; places (`file!sheet!cell`) and
/// suggestions (`key=value reason`) by line breaks.
///
/// # Errors
/// Whatever the writer answers.
pub fn findings_csv(out: impl Write, findings: &[Finding], lang: Lang) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "rule",
        "severity",
        "unit",
        "year",
        "keys",
        "places",
        "found",
        "expected",
        "message",
        "suggestion",
    ])?;
    for finding in findings {
        let places: Vec<String> = (finding.places.iter())
            .map(|p| format!("{}!{}!{}", p.file, p.sheet, p.cell))
            .collect();
        let suggestions: Vec<String> = (finding.suggestion.iter())
            .map(|s| format!("{}={} {}", s.key, s.value, s.reason.get(lang)))
            .collect();
        csv.write_record([
            &*finding.rule,
            finding.severity.as_str(),
            &guarded(&finding.unit),
            &optional(finding.year),
            &guarded(&finding.keys.join(" ")),
            &guarded(&places.join("\n")),
            &guarded(&finding.found),
            &guarded(&finding.expected),
            &guarded(finding.message.get(lang)),
            &guarded(&suggestions.join("\n")),
        ])?;
    }
    csv.flush()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::finding::Suggestion;
    use crate::grid::{CellRef, Place};
    use crate::text::Text;

    fn finding() -> Finding {
        let mut finding = Finding::new(
            "applicant-sum",
            Severity::Error,
            Text::new("合计不符", "does not add up"),
        )
        .about("河口镇", Some(2022))
        .key("requests.received.total")
        .at(Some(Place {
            file: Arc::from("a.xlsx"),
            sheet: Arc::from("表三"),
            cell: CellRef::A1(13, 5),
        }))
        .saw("5354", "5345");
        finding.suggestion.push(Suggestion {
            key: "requests.received.total".into(),
            value: 5345,
            reason: Text::new("两位数字颠倒", "two digits swapped"),
        });
        finding
    }

    #[test]
    fn the_fields_are_those_of_the_contract() {
        let mut out = Vec::new();
        findings_json(&mut out, &[finding()], Lang::En).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"findings": [{
                "rule": "applicant-sum", "severity": "error", "unit": "河口镇", "year": 2022,
                "keys": ["requests.received.total"],
                "places": [{"file": "a.xlsx", "sheet": "表三", "cell": "F14"}],
                "found": "5354", "expected": "5345", "message": "does not add up",
                "suggestion": [{"key": "requests.received.total", "value": 5345, "reason": "two digits swapped"}],
            }]})
        );
    }

    #[test]
    fn one_finding_is_one_record_of_csv() {
        let mut out = Vec::new();
        findings_csv(&mut out, &[finding()], Lang::Zh).unwrap();
        let mut read = csv::Reader::from_reader(&*out);
        let record = read.records().next().unwrap().unwrap();
        assert_eq!(&record[5], "a.xlsx!表三!F14");
        assert_eq!(&record[9], "requests.received.total=5345 两位数字颠倒");
    }
}
