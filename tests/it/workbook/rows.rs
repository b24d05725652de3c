//! The rows that are put into a sheet once everything around them is written.

use super::dossier::county;
use super::{attribute, parts, sheets, written};

#[test]
fn words_of_any_kind_are_written_as_what_they_are() {
    let mut dossier = county(2);
    let member = &mut dossier.years[2].members[0];
    let mut values = member.values.to_vec();
    values[0].raw = Some(" <b>&\"x\"</b> _x000D_ \u{1}河".into());
    member.values = values.into();
    let shared = &parts(&written(&dossier))["xl/sharedStrings.xml"];
    let expected = " &lt;b&gt;&amp;\"x\"&lt;/b&gt; _x005F_x000D_ _x0001_河";
    let element = format!("<si><t xml:space=\"preserve\">{expected}</t></si>");
    assert_eq!(shared.matches(&element).count(), 1, "{shared}");
}

#[test]
fn shared_texts_are_counted() {
    let parts = parts(&written(&county(4)));
    let shared = &parts["xl/sharedStrings.xml"];
    let texts = shared.matches("<si>").count();
    assert_eq!(attribute(shared, "uniqueCount"), texts.to_string());
    let mut uses = 0;
    for (_, path) in sheets(&parts) {
        for cell in parts[&path].split(" t=\"s\"><v>").skip(1) {
            let number: usize = cell.split('<').next().unwrap().parse().unwrap();
            assert!(number < texts, "{path}: {number}");
            uses += 1;
        }
    }
    assert_eq!(attribute(shared, "count"), uses.to_string());
}

#[test]
fn what_is_filtered_leaves_the_total_row_where_it_is() {
    let parts = parts(&written(&county(4)));
    let with_total = |part: &&String| part.contains(" totalsRowCount=\"1\"");
    let tables: Vec<&String> = parts.values().filter(with_total).collect();
    assert!(tables.len() >= 3, "{}", tables.len());
    for table in tables {
        let (_, filter) = table.split_once("<autoFilter").unwrap();
        let last = |range: &str| -> u32 {
            let cell = range.split_once(':').unwrap().1;
            (cell.trim_start_matches(char::is_alphabetic).parse()).unwrap()
        };
        let (all, filtered) = (attribute(table, "ref"), attribute(filter, "ref"));
        // Three units and their sum.
        assert_eq!(last(all), last(filtered) + 1, "{all} {filtered}");
        assert_eq!(all.split(':').next(), filtered.split(':').next());
    }
}

#[test]
fn charts_know_their_categories_before_anything_is_calculated() {
    let all = parts(&written(&county(4)));
    let mut counted = 0;
    for (name, chart) in &all {
        if name.starts_with("xl/charts/chart") {
            let (_, categories) = chart.split_once("<c:cat>").unwrap();
            let categories = categories.split("</c:cat>").next().unwrap();
            assert!(categories.contains("<c:v>"), "{name}: {categories}");
            counted += 1;
        }
    }
    assert_eq!(counted, 4);
}
