//! Names of units and areas → names of files: one function for every file that is called after somebody.

use std::collections::{BTreeMap, BTreeSet};

/// What a file name may be long at most, in bytes, on the file systems there are.
const LONGEST: usize = 255;
/// The mark of a name that had to be changed: `~` and eight digits.
const MARK: usize = 9;

/// Names that Windows gives to devices, whatever their ending.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// The file names of one folder. Nobody gets the name of somebody else, not even where a file system takes upper and lower
/// case for the same.
///
/// ```
/// use huizong::filename::FileNames;
/// let mut names = FileNames::default();
/// assert_eq!(names.give("430603", "云溪县", ".xlsx"), "云溪县");
/// assert_eq!(names.give("430603", "云溪县", ".xlsx"), "云溪县");
/// assert_ne!(names.give("430604", "云溪县", ".xlsx"), "云溪县");
/// ```
#[derive(Debug, Clone, Default)]
pub struct FileNames {
    given: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl FileNames {
    /// The name for whoever this is, without its `ending`: what comes after it in the longest of the files' names.
    /// `identity` tells those of one name apart; the same identity gets the same name again.
    pub fn give(&mut self, identity: &str, name: &str, ending: &str) -> String {
        if let Some(given) = self.given.get(identity) {
            return given.clone();
        }
        let mut wanted = file_name(name, ending);
        let mut number = 0_u32;
        while !self.taken.insert(wanted.to_lowercase()) {
            let of = format!("{identity}\n{name}\n{number}");
            wanted = marked(&wanted, &of, ending);
            number += 1;
        }
        self.given.insert(identity.to_owned(), wanted.clone());
        wanted
    }
}

/// A name that every file system takes, that stays in its folder, and that is no hidden file; without its `ending`, for
/// which there is room. A name that had to be changed carries a mark made of the whole of it, so that no two become one.
/// Nothing at all is called 汇总.
pub fn file_name(name: &str, ending: &str) -> String {
    if name.is_empty() {
        return "汇总".to_owned();
    }
    let safe: String = name
        .chars()
        .map(|c| if is_safe(c) { c } else { '_' })
        .collect();
    let edge = |c: char| c.is_whitespace() || c == '.';
    let mut safe = safe
        .trim_matches(edge)
        .trim_start_matches(['~', '.'])
        .to_owned();
    if is_device(&safe) || safe.is_empty() {
        safe.insert(0, '_');
    }
    if safe == name && safe.len() + ending.len() <= LONGEST {
        return safe;
    }
    marked(&safe, name, ending)
}

/// A name, cut where it is too long, with the mark of something.
fn marked(name: &str, of: &str, ending: &str) -> String {
    let most = LONGEST.saturating_sub(MARK + ending.len());
    let end = name.floor_char_boundary(most.min(name.len()));
    let start = name[..end].trim_end_matches(|c: char| c.is_whitespace() || c == '.');
    let digest = blake3::hash(of.as_bytes()).to_hex();
    format!("{start}~{}", &digest[..MARK - 1])
}

fn is_safe(c: char) -> bool {
    let steers = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !(c.is_control() || steers || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
}

fn is_device(name: &str) -> bool {
    let base = name.split('.').next().unwrap_or_default().trim_end();
    let base = base.to_uppercase();
    let numbered = |word: &str| {
        base.strip_prefix(word).is_some_and(|rest| {
            matches!(rest, "¹" | "²" | "³")
                || (rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
        })
    };
    DEVICES.contains(&&*base) || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_names_stay_and_others_are_marked() {
        for name in [
            "示例县",
            "大渡口镇人民政府（街道）",
            "a b.c",
            "🏞️镇",
            "console",
            "COM",
            "県",
        ] {
            assert_eq!(file_name(name, ".xlsx"), name);
        }
        assert_eq!(file_name("", ".xlsx"), "汇总");
        for (name, start) in [
            ("../../x", "_.._x~"),
            ("CON", "_CON~"),
            ("nul.txt", "_nul.txt~"),
            ("com1", "_com1~"),
            ("a/b", "a_b~"),
            ("甲镇. ", "甲镇~"),
            (" . ", "_~"),
            (".hidden", "hidden~"),
            ("~$lock", "$lock~"),
            ("甲\u{202e}xslx.镇", "甲_xslx.镇~"),
        ] {
            let safe = file_name(name, ".xlsx");
            assert!(safe.starts_with(start), "{name}: {safe}");
            assert_eq!(safe.len(), start.len() + 8, "{name}: {safe}");
        }
        let long = "镇".repeat(300);
        let safe = file_name(&long, "-2022.xlsx");
        assert!(
            safe.len() + "-2022.xlsx".len() <= 255 && safe.starts_with("镇镇"),
            "{safe}"
        );
        assert_ne!(safe, file_name(&format!("{long}甲"), "-2022.xlsx"));
    }

    #[test]
    fn names_that_differ_by_case_or_by_what_was_changed_do_not_meet() {
        let mut names = FileNames::default();
        let all = ["Abc", "aBC", "a/b", "a_b", "a:b", "A_B", "甲", "甲 ", "甲."];
        let given: BTreeSet<String> = (all.iter())
            .map(|name| names.give(name, name, ".xlsx").to_lowercase())
            .collect();
        assert_eq!(given.len(), all.len(), "{given:?}");
    }

    proptest! {
        #[test]
        fn every_name_stays_in_its_folder_and_no_two_meet(
            wanted in prop::collection::vec(
                prop_oneof![any::<String>(), "[./\\\\~ ACONcon1:_]{0,12}", "[镇乡 .]{80,120}"], 1..12)
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut names = FileNames::default();
            for (at, name) in wanted.iter().enumerate() {
                let given = names.give(&at.to_string(), name, "-2022.xlsx");
                let path = folder.path().join(format!("{given}-2022.xlsx"));
                prop_assert_eq!(path.parent(), Some(folder.path()));
                prop_assert!(!given.starts_with(['.', '~']) && !is_device(&given));
                // Truly a new file, by the file system's own judgement.
                prop_assert!(fs::File::create_new(&path).is_ok(), "{}", path.display());
                prop_assert_eq!(names.give(&at.to_string(), name, "-2022.xlsx"), given);
            }
            prop_assert_eq!(fs::read_dir(folder.path()).unwrap().count(), wanted.len());
        }
    }
}
