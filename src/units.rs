//! The registry (`units.csv`): who must report, under which names, from when to when, and to whom they belong.

/// One line of the registry.
///
/// A rename is two lines of the same code with other years. A merger is a line whose `aliases` name units
/// that ended before it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Code, unique but for renames.
    pub code: String,
    /// Official name.
    pub name: String,
    /// `province`, `city`, `county`, `township`, `sub-district` or `department`.
    pub kind: String,
    /// Code of the unit it belongs to; empty at the top.
    pub parent: String,
    /// Other names, and names or codes of units merged into it.
    pub aliases: Vec<String>,
    /// First year it reports for.
    pub from: Option<i32>,
    /// Last year it reports for.
    pub to: Option<i32>,
}

/// The registry, in the order of its file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registry {
    /// Its lines.
    pub units: Vec<Unit>,
}
