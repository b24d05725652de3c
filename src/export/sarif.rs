//! Findings as SARIF 2.1.0, for review tools.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::json;

use crate::finding::{Finding, Severity};
use crate::text::Lang;

/// Writes a SARIF log with one run.
///
/// The file of a place is its artifact; sheet and cell stand as a logical location, for SARIF has no
/// cells.
///
/// # Errors
/// Whatever the writer answers.
pub fn findings_sarif(mut out: impl Write, findings: &[Finding], lang: Lang) -> io::Result<()> {
    let rules: BTreeSet<&str> = findings.iter().map(|f| f.rule.as_str()).collect();
    let results: Vec<_> = findings.iter().map(|f| result(f, lang)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(),
            }},
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut out, &log)?;
    writeln!(out)
}

fn result(finding: &Finding, lang: Lang) -> serde_json::Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let locations: Vec<_> = (finding.places.iter())
        .map(|place| {
            json!({
                "physicalLocation": {"artifactLocation": {"uri": uri(&place.file)}},
                "logicalLocations": [{"fullyQualifiedName": format!("{}!{}", place.sheet, place.cell)}],
            })
        })
        .collect();
    json!({
        "ruleId": finding.rule,
        "level": level,
        "message": {"text": finding.message.get(lang)},
        "locations": locations,
        "properties": {"unit": finding.unit, "year": finding.year, "keys": finding.keys},
    })
}

/// A path as a relative URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'!' => {
                uri.push(char::from(byte));
            }
            b'\\' => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn a_finding_is_a_result() {
        let finding = Finding::new("balance", Severity::Error, Text::same("不平")).at(Some(
            crate::grid::Place {
                file: "表 1.xlsx".into(),
                sheet: "S".into(),
                cell: crate::grid::CellRef::A1(0, 0),
            },
        ));
        let mut out = Vec::new();
        findings_sarif(&mut out, &[finding], Lang::Zh).unwrap();
        let log: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["ruleId"], "balance");
        assert_eq!(
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "%E8%A1%A8%201.xlsx"
        );
    }
}
