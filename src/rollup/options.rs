//! What a roll-up is asked for.

/// Into what reports are rolled up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Into areas of a kind: `county`, `city`, `province`.
    Level(String),
    /// Into kinds of unit: all townships, all departments.
    Kind,
}

impl By {
    /// The value of `--by`: the id of a kind that has units below it, or `kind`.
    ///
    /// ```
    /// use huizong::rollup::By;
    /// assert_eq!(By::parse("kind"), Some(By::Kind));
    /// assert_eq!(By::parse("county"), Some(By::Level("county".to_owned())));
    /// assert_eq!(By::parse("village"), None);
    /// ```
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "kind" => Some(Self::Kind),
            _ => (crate::units::kinds().iter())
                .any(|kind| kind.area && kind.id == word)
                .then(|| Self::Level(word.to_owned())),
        }
    }
}

/// What is wanted of a roll-up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// First year taken.
    pub from: Option<i32>,
    /// Last year taken.
    pub to: Option<i32>,
    /// The year reported on; later ones are left out. The latest there is, where none is named.
    pub focus: Option<i32>,
    /// The name of the county, where the registry has none or another is wanted. With several counties it
    /// is not used.
    pub county: Option<String>,
    /// Into what; by default into the lowest areas that have units, and into the areas above these where there
    /// are several.
    pub by: Option<By>,
}

impl Options {
    /// Whether a year is taken.
    pub fn takes(&self, year: i32) -> bool {
        self.from.is_none_or(|from| from <= year)
            && self.to.is_none_or(|to| year <= to)
            && self.focus.is_none_or(|focus| year <= focus)
    }
}
