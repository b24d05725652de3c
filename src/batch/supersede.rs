//! Which of several versions of one report counts.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::assemble::{Candidate, GivesWay, Naming};
use crate::finding::{Finding, Severity};
use crate::form::Library;
use crate::report::{Report, Scope};
use crate::text::Text;
use crate::units::plain_name;

/// Within each unit and year, keeps the latest version and lets the others give way to it.
pub(super) fn supersede(
    candidates: &mut [Candidate],
    naming: Naming<'_>,
    library: &Library,
    findings: &mut Vec<Finding>,
) {
    let mut groups: BTreeMap<(bool, String, i32), Vec<usize>> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let report = &candidate.report;
        let unit = match &report.code {
            Some(code) => format!("code {code}"),
            None => {
                let county = naming.counties.get(&report.file);
                let county = county.map_or(naming.county, |name| name);
                format!("name {}\n{county}", plain_name(&report.unit))
            }
        };
        if let (Some(year), false) = (report.year, report.unit.is_empty()) {
            let own = report.scope == Scope::Own;
            groups.entry((own, unit, year)).or_default().push(index);
        }
    }
    for group in groups.into_values() {
        for mut family in families(&group, candidates, library) {
            family.sort_by(|a, b| rank(&candidates[*a]).cmp(&rank(&candidates[*b])));
            let Some((&latest, earlier)) = family.split_last() else {
                continue;
            };
            for &index in earlier {
                let (why, finding) = giving_way(&candidates[index], &candidates[latest]);
                candidates[index].gives_way = Some(GivesWay {
                    to: latest,
                    why,
                    identical: finding.is_none(),
                });
                findings.extend(finding);
            }
        }
    }
}

/// Reports on forms that have nothing to do with each other are no versions of one another.
fn families(group: &[usize], candidates: &[Candidate], library: &Library) -> Vec<Vec<usize>> {
    let mut families: Vec<Vec<usize>> = Vec::new();
    for &index in group {
        let form = &candidates[index].report.form;
        let related = |family: &&mut Vec<usize>| {
            library
                .crosswalk(&candidates[family[0]].report.form, form)
                .is_some()
        };
        match families.iter_mut().find(related) {
            Some(family) => family.push(index),
            None => families.push(vec![index]),
        }
    }
    families
}

fn rank(candidate: &Candidate) -> (u32, Option<SystemTime>, &str, usize) {
    let report = &candidate.report;
    (
        report.revision,
        candidate.modified,
        &report.file,
        candidate.piece,
    )
}

/// Why one report gives way to another, and what somebody should know about that.
fn giving_way(earlier: &Candidate, latest: &Candidate) -> (Text, Option<Finding>) {
    let by = &latest.report.file;
    let differing = differing_keys(&earlier.report, &latest.report);
    if differing == Some(0) {
        let why = Text::new(
            format!("与 {by} 内容相同"),
            format!("the same content as {by}"),
        );
        return (why, None);
    }
    let (severity, how) = if earlier.report.revision < latest.report.revision {
        (
            Severity::Note,
            Text::new("标明为修订版", "which is marked as a revision"),
        )
    } else if earlier.modified < latest.modified {
        (
            Severity::Note,
            Text::new("文件日期较晚", "whose file is newer"),
        )
    } else {
        (
            Severity::Warning,
            Text::new(
                "文件名在后；版次和日期都分不出先后，请只留一份",
                "whose name comes later; neither revision nor date tells them apart, so keep only one",
            ),
        )
    };
    let count = differing.map_or_else(Text::default, |n| {
        Text::new(format!("，{n} 个数不同"), format!(", {n} numbers differ"))
    });
    let why = Text::new(
        format!("改用 {by}（{}{}）", how.zh, count.zh),
        format!("replaced by {by}, {}{}", how.en, count.en),
    );
    let report = &earlier.report;
    let message = Text::new(
        format!("{}：{}", report.file, why.zh),
        format!("{}: {}", report.file, why.en),
    );
    let place = report.narrative.title.as_ref().map(|t| t.place.clone());
    let finding = Finding::new("superseded", severity, message)
        .about(report.unit.clone(), report.year)
        .at(place)
        .saw(report.file.to_string(), by.to_string());
    (why, Some(finding))
}

/// How many keys have other numbers; none for reports on different forms.
fn differing_keys(one: &Report, other: &Report) -> Option<usize> {
    (one.form.id == other.form.id && one.values.len() == other.values.len()).then(|| {
        (one.values.iter().zip(&other.values))
            .filter(|(a, b)| a.number != b.number)
            .count()
    })
}
