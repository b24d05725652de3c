//! The words by which a text is understood: the `narrative` part of `data/check.toml`.

use serde::Deserialize;

/// How texts say what the tables say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    /// Key of the requests received.
    pub received: String,
    /// Key of the requests carried in.
    pub carried_in: String,
    /// Verbs of receiving.
    pub verbs: Vec<String>,
    /// Verbs that mean new requests only.
    pub new_verbs: Vec<String>,
    /// What is received.
    pub objects: Vec<String>,
    /// Before a verb: nothing was received.
    pub negations: Vec<String>,
    /// Words after a number of requests.
    pub counters: Vec<String>,
    /// Words of a clause about some of the requests.
    pub parts: Vec<String>,
    /// Phrases that look like parts and are not.
    pub not_parts: Vec<String>,
    /// Words of a clause about something else.
    pub others: Vec<String>,
    /// Words of a clause about another time.
    pub times: Vec<String>,
    /// Words that make a number a rough one.
    pub rough: Vec<String>,
    /// Words of a clause about a whole area.
    pub areas: Vec<String>,
    /// Ends of names of areas.
    pub area_endings: Vec<String>,
    /// Words of a sentence about the period of the figures.
    pub period: Vec<String>,
    /// Words of a sentence about the report itself.
    pub this_report: Vec<String>,
    /// What units call themselves.
    pub selves: Vec<SelfName>,
    /// What must not follow: then it is another word.
    pub not_before: Vec<String>,
    /// What follows the name of the unit a text is about.
    pub about: Vec<String>,
}

/// What units of an ending call themselves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfName {
    /// End of the unit's name.
    pub ending: String,
    /// What it calls itself.
    pub word: String,
}

/// Whether any of the words stands in a text.
pub(super) fn has(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| text.contains(word.as_str()))
}
