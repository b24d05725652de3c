//! Which year each area's workbook is of: the latest there is, but for an area that is behind the others.

use std::collections::BTreeMap;

use super::run::Collected;
use super::settings::Settings;
use crate::finding::{Finding, Severity};
use crate::rollup::{self, Area, Dossier, Options};
use crate::text::Text;

/// The dossiers of a roll-up, each of the latest year for which anything was reported: an area without any
/// report of `options.focus` gets the last year it has, and says so.
pub(super) fn dossiers(
    collected: &Collected,
    settings: &Settings,
    options: &Options,
) -> Vec<Dossier> {
    let of = |focus: Option<i32>| {
        let options = Options {
            focus,
            ..options.clone()
        };
        rollup::dossiers(
            &collected.batch,
            &collected.registry,
            &settings.library,
            &options,
        )
    };
    let mut dossiers = of(options.focus);
    let mut earlier: BTreeMap<i32, Vec<Dossier>> = BTreeMap::new();
    for dossier in &mut dossiers {
        let Some(year) = last_reported(dossier) else {
            continue;
        };
        let others = earlier.entry(year).or_insert_with(|| of(Some(year)));
        let same = |other: &Dossier| is_same(&other.area, &dossier.area);
        if let Some(at) = others.iter().position(same) {
            let behind = std::mem::replace(dossier, others.swap_remove(at));
            keep_later(dossier, behind, year);
        }
    }
    dossiers
}

/// The last year an area has reports for, where that is not its dossier's last year.
fn last_reported(dossier: &Dossier) -> Option<i32> {
    let mut years = dossier.years.iter().rev();
    let has_any =
        |summary: &&rollup::Summary| summary.reported() > 0 || summary.consolidated.is_some();
    if years.next().as_ref().is_none_or(has_any) {
        return None;
    }
    years.find(has_any).map(|summary| summary.year)
}

fn is_same(one: &Area, other: &Area) -> bool {
    match (&one.code, &other.code) {
        (Some(one), Some(other)) => one == other,
        _ => one.name == other.name,
    }
}

/// What is known of the years without reports is not forgotten: who is missing, and that all are.
fn keep_later(dossier: &mut Dossier, behind: Dossier, year: i32) {
    if let Some(silent) = behind.latest().filter(|summary| summary.expected() > 0) {
        let (name, n, focus) = (&dossier.area.name, silent.expected(), silent.year);
        let message = Text::new(
            format!("{name}{focus}年应报{n}个单位，尚无一份报告；以下为{year}年的汇总，请催报"),
            format!(
                "{name}: none of {n} units has reported for {focus} yet; this is the roll-up of {year}. Ask for the reports"
            ),
        );
        let finding = Finding::new("area-silent", Severity::Error, message);
        let reported = format!("0/{n}");
        dossier.findings.insert(
            0,
            finding
                .about(name, Some(focus))
                .saw(reported, n.to_string()),
        );
    }
    let later = behind.findings.into_iter();
    (dossier.findings).extend(later.filter(|finding| finding.year.is_some_and(|y| y > year)));
}
