//! What names a report's unit and year, weighed against each other.

use super::identity::{same_unit, unit_name};
use crate::finding::{Finding, Severity};
use crate::grid::Place;
use crate::text::Text;

/// Where a name or year was read, the most trustworthy first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A field or column made for it: 填报单位, `year`.
    Field,
    /// The title.
    Title,
    /// The period stated in the text.
    Period,
    /// The signature.
    Signature,
    /// The sheet's name.
    Sheet,
    /// The file's name.
    File,
    /// A sentence that speaks of the year's work.
    Sentence,
    /// The folder's name.
    Folder,
}

impl Source {
    fn label(self) -> Text {
        match self {
            Self::Field => Text::new("填报栏", "field"),
            Self::Title => Text::new("标题", "title"),
            Self::Period => Text::new("统计期限", "stated period"),
            Self::Signature => Text::new("落款", "signature"),
            Self::Sheet => Text::new("工作表名", "sheet name"),
            Self::File => Text::new("文件名", "file name"),
            Self::Sentence => Text::new("正文", "text"),
            Self::Folder => Text::new("文件夹名", "folder name"),
        }
    }
}

/// Everything that names the unit or the year.
#[derive(Debug, Clone, Default)]
pub struct Clues {
    names: Vec<(Source, String, Option<Place>)>,
    years: Vec<(Source, i32, Option<Place>)>,
    /// A mark says that the figures are of a whole area.
    pub consolidated: bool,
    /// Weight of the marks of a later version.
    pub revision: u32,
}

impl Clues {
    /// Notes a unit's name as written; what is left of it after tidying may be nothing.
    pub fn name(&mut self, source: Source, words: &str, place: Option<Place>) {
        let name = unit_name(words);
        if !name.is_empty()
            && !self
                .names
                .iter()
                .any(|(s, n, _)| *s == source && *n == name)
        {
            self.names.push((source, name, place));
        }
    }

    /// Notes a year.
    pub fn year(&mut self, source: Source, year: i32, place: Option<Place>) {
        if (2000..=2100).contains(&year)
            && !self
                .years
                .iter()
                .any(|(s, y, _)| *s == source && *y == year)
        {
            self.years.push((source, year, place));
        }
    }

    /// Takes in what `other` says.
    pub fn join(&mut self, other: &Self) {
        for (source, name, place) in &other.names {
            self.name(*source, name, place.clone());
        }
        for (source, year, place) in &other.years {
            self.year(*source, *year, place.clone());
        }
        self.consolidated |= other.consolidated;
        self.revision = self.revision.max(other.revision);
    }

    /// Names found, the most trustworthy first.
    pub fn unit_names(&self) -> Vec<String> {
        let mut sorted = self.names.clone();
        sorted.sort_by_key(|(source, ..)| *source);
        let mut names: Vec<String> = Vec::new();
        for (_, name, _) in sorted {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The year, from the most trustworthy source that names one only.
    pub fn best_year(&self) -> Option<i32> {
        let first = self.years.iter().map(|(source, ..)| *source).min()?;
        let mut years = self
            .years
            .iter()
            .filter(|(s, ..)| *s == first)
            .map(|(_, y, _)| *y);
        let year = years.next()?;
        if years.next().is_none() {
            return Some(year);
        }
        // Several years in one source: the one that another source confirms.
        let counted = |y: i32| {
            self.years
                .iter()
                .filter(|(_, known, _)| *known == y)
                .count()
        };
        let mut candidates: Vec<i32> = self
            .years
            .iter()
            .filter(|(s, ..)| *s == first)
            .map(|(_, y, _)| *y)
            .collect();
        candidates.sort_by_key(|y| std::cmp::Reverse(counted(*y)));
        match candidates.as_slice() {
            [a, b, ..] if counted(*a) == counted(*b) => None,
            [a, ..] => Some(*a),
            [] => None,
        }
    }

    /// Whether two sets of clues can be of the same report: no name or year of the one contradicts the other's.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let (a, b) = (self.unit_names(), other.unit_names());
        let same_name =
            a.is_empty() || b.is_empty() || a.iter().any(|x| b.iter().any(|y| same_unit(x, y)));
        let same_year = match (self.best_year(), other.best_year()) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        same_name && same_year
    }

    /// Whether anything names a unit or a year.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.years.is_empty()
    }

    /// Findings where the sources contradict each other, or where there is none.
    pub fn findings(&self, unit: &str, year: Option<i32>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let trusted = |source: Source| source <= Source::File;
        let others: Vec<_> = (self.years.iter())
            .filter(|(source, y, _)| Some(*y) != year && trusted(*source))
            .collect();
        match year {
            None => findings.push(Finding::new("year-missing", Severity::Error, Text::new(
                "没有找到可信的年度；请在标题、文件名或工作表名中写明年度",
                "no trustworthy year was found; put the year in the title, file name or sheet name",
            ))),
            Some(year) if !others.is_empty() => {
                let list = |pick: fn(&Text) -> &str| {
                    (others.iter().map(|(s, y, _)| format!("{} {y}", pick(&s.label()))))
                        .collect::<Vec<_>>()
                        .join("；")
                };
                let message = Text::new(
                    format!("按 {year} 年处理，但{}；请核实年度", list(|t| &t.zh)),
                    format!("taken as {year}, but {}; please confirm the year", list(|t| &t.en)),
                );
                let mut finding = Finding::new("year-disagrees", Severity::Warning, message)
                    .saw(list(|t| &t.en), year.to_string());
                finding.places = others.iter().filter_map(|(.., place)| place.clone()).collect();
                findings.push(finding);
            }
            Some(_) => {}
        }
        findings.extend(self.name_findings(unit));
        findings
    }

    fn name_findings(&self, unit: &str) -> Option<Finding> {
        if unit.is_empty() {
            return Some(Finding::new(
                "unit-name-missing",
                Severity::Error,
                Text::new(
                    "没有找到填报单位名称；请在标题、文件名或工作表名中写明",
                    "no unit name was found; put it in the title, file name or sheet name",
                ),
            ));
        }
        let others: Vec<_> = (self.names.iter())
            .filter(|(source, name, _)| *source <= Source::File && !same_unit(name, unit))
            .collect();
        if others.is_empty() {
            return None;
        }
        let list = |pick: fn(&Text) -> &str| {
            (others
                .iter()
                .map(|(s, n, _)| format!("{} {n}", pick(&s.label()))))
            .collect::<Vec<_>>()
            .join("；")
        };
        let message = Text::new(
            format!("按“{unit}”处理，但{}；请核实单位", list(|t| &t.zh)),
            format!(
                "taken as {unit}, but {}; please confirm the unit",
                list(|t| &t.en)
            ),
        );
        let mut finding =
            Finding::new("unit-disagrees", Severity::Warning, message).saw(list(|t| &t.en), unit);
        finding.places = others
            .iter()
            .filter_map(|(.., place)| place.clone())
            .collect();
        Some(finding)
    }
}
