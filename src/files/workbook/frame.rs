//! What stands around the cells of a plain xlsx: its relations, its sheets, and which of its formats may be dates.

use quick_xml::escape::unescape;

use super::Sheet;
use super::plain_xml::{Step, Tag, Walk};

/// Where a part of the workbook lies.
pub(super) struct Relation {
    id: String,
    kind: String,
    target: String,
}

/// Elements from the root down, each given to `each` with how deep it stands; none where anything is not plain.
fn elements<'x>(
    xml: &'x str,
    root: &str,
    most: u64,
    mut each: impl FnMut(&Tag<'x>, &[&'x str]) -> Option<()>,
) -> Option<()> {
    let (mut walk, first) = Walk::into(xml, root, most)?;
    if let Step::Empty(_) = first {
        return walk.is_done().then_some(());
    }
    while walk.depth() > 0 {
        match walk.step()? {
            Step::Start(tag) => {
                let above = walk.depth() - 1;
                each(&tag, &walk.open()[..above])?;
            }
            Step::Empty(tag) => each(&tag, walk.open())?,
            Step::End(_) | Step::Text(_) | Step::Reference(_) => {}
        }
    }
    walk.is_done().then_some(())
}

fn plain(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.contains('&'))
}

/// Whether a package leads to its workbook at the usual place.
pub(super) fn leads_to_the_workbook(xml: &str, most: u64) -> Option<()> {
    let mut target = None;
    elements(xml, "Relationships", most, |tag, _| {
        let kind = plain(tag.attribute("Type")?)?;
        if kind.ends_with("/relationships/officeDocument") {
            target = Some(plain(tag.attribute("Target")?)?);
        }
        Some(())
    })?;
    matches!(target?, "xl/workbook.xml" | "/xl/workbook.xml").then_some(())
}

/// The relations of a workbook.
pub(super) fn relations(xml: &str, most: u64) -> Option<Vec<Relation>> {
    let mut relations: Vec<Relation> = Vec::new();
    elements(xml, "Relationships", most, |tag, _| {
        let own = |key| Some(plain(tag.attribute(key)?)?.to_owned());
        let relation = Relation {
            id: own("Id")?,
            kind: own("Type")?,
            target: own("Target")?,
        };
        let known = relations.iter().any(|other| other.id == relation.id);
        relations.push(relation);
        (tag.name == "Relationship" && !known).then_some(())
    })?;
    Some(relations)
}

/// The sheets of cells, with the paths of their parts.
pub(super) fn sheets(xml: &str, relations: &[Relation], most: u64) -> Option<Vec<(Sheet, String)>> {
    let mut sheets: Vec<(Sheet, String)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    elements(xml, "workbook", most, |tag, above| {
        if tag.local() != "sheet" {
            return Some(());
        }
        let (mut name, mut hidden, mut id) = (None, false, None);
        tag.each(|key, value| {
            match key {
                "name" => name = Some(unescape(value).ok()?.into_owned()),
                "state" => {
                    hidden = match value {
                        "visible" => false,
                        "hidden" | "veryHidden" => true,
                        _ => return None,
                    }
                }
                "r:id" => id = Some(plain(Some(value))?),
                other if other == "id" || other.ends_with(":id") => return None,
                _ => {}
            }
            Some(())
        })?;
        let (name, id) = (name?, id?);
        let relation = relations.iter().find(|relation| relation.id == id)?;
        // Sheets of one name could not be told apart.
        if tag.name != "sheet" || above != ["workbook", "sheets"] || names.contains(&name) {
            return None;
        }
        names.push(name.clone());
        // Charts and dialogs are rare enough.
        if relation.kind.rsplit('/').next() != Some("worksheet") {
            return None;
        }
        let sheet = Sheet {
            name,
            hidden,
            ..Sheet::default()
        };
        sheets.push((sheet, path(&relation.target)?));
        Some(())
    })?;
    Some(sheets)
}

/// The path of a part from the target of its relation.
fn path(target: &str) -> Option<String> {
    let path = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{target}"),
    };
    let usual = |folder: &str| !matches!(folder, "" | "." | "..");
    path.split('/').all(usual).then_some(path)
}

/// What a number in a cell of some format is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A number.
    Number,
    /// Perhaps a date.
    Doubtful,
}

/// The formats of the cells, in the order of their numbers.
pub(super) fn formats(xml: &str, most: u64) -> Option<Vec<Format>> {
    let mut written: Vec<(&str, Format)> = Vec::new();
    let mut formats = Vec::new();
    elements(xml, "styleSheet", most, |tag, above| {
        let is = |name, group: &str| tag.local() == name && above.last() == Some(&group);
        if is("numFmt", "numFmts") {
            let id = plain(tag.attribute("numFmtId")?)?;
            written.push((id, of_code(tag.attribute("formatCode")??)));
        } else if is("xf", "cellXfs") {
            let format = tag.attribute("numFmtId")?.map_or(Format::Number, |id| {
                let own = written.iter().rfind(|(known, _)| *known == id);
                own.map_or_else(|| built_in(id), |(_, format)| *format)
            });
            formats.push(format);
        } else if matches!(tag.local(), "numFmts" | "cellXfs") && above.len() != 1 {
            return None;
        }
        Some(())
    })?;
    Some(formats)
}

/// A format without any letter that a date could be written with, wherever it stands, is none.
fn of_code(code: &str) -> Format {
    let letter = |c: char| c.is_alphabetic() || matches!(c, '[' | ']' | '&');
    if code == "General" || !code.contains(letter) {
        Format::Number
    } else {
        Format::Doubtful
    }
}

fn built_in(id: &str) -> Format {
    match id.parse::<u32>() {
        Ok(0..=13 | 37..=44 | 48 | 49) => Format::Number,
        _ => Format::Doubtful,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_that_could_be_a_date_is_doubtful() {
        use Format::{Doubtful, Number};
        let xml = r##"<styleSheet><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;"/>
            <numFmt numFmtId="165" formatCode="#,##0.00_ ;\-#,##0.00"/><numFmt numFmtId="2" formatCode="[h]"/></numFmts>
            <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs count="7"><xf/><xf numFmtId="0"/>
            <xf numFmtId="14"><alignment/></xf><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="2"/>
            <xf numFmtId="200"/></cellXfs></styleSheet>"##;
        let wanted = [
            Number, Number, Doubtful, Doubtful, Number, Doubtful, Doubtful,
        ];
        assert_eq!(formats(xml, 8).unwrap(), wanted);
    }

    #[test]
    fn sheets_that_could_be_taken_for_each_other_are_not_plain() {
        let relation = |id: &str| Relation {
            id: id.to_owned(),
            kind: "http://x/worksheet".to_owned(),
            target: format!("worksheets/{id}.xml"),
        };
        let relations = [relation("a"), relation("b")];
        let book = |names: [&str; 2]| {
            let [one, two] = names;
            let xml = format!(
                r#"<workbook><sheets><sheet name="{one}" r:id="a"/><sheet name="{two}" state="hidden" r:id="b"/></sheets></workbook>"#
            );
            let found = sheets(&xml, &relations, 8)?;
            Some(
                found
                    .into_iter()
                    .map(|(s, path)| (s.name, s.hidden, path))
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            book(["甲&lt;", "乙"]).unwrap(),
            [
                ("甲<".to_owned(), false, "xl/worksheets/a.xml".to_owned()),
                ("乙".to_owned(), true, "xl/worksheets/b.xml".to_owned()),
            ]
        );
        assert_eq!(book(["甲", "甲"]), None);
        assert_eq!(path("../a.xml"), None);
    }
}
