//! A walk through plain XML: elements in order, their attributes in double quotes, texts, the usual references, nothing else.

use quick_xml::escape::unescape;

/// One step of the walk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<'x> {
    /// An element begins.
    Start(Tag<'x>),
    /// An element that ends at once.
    Empty(Tag<'x>),
    /// An element of this name ends.
    End(&'x str),
    /// Text without references.
    Text(&'x str),
    /// What a reference stands for.
    Reference(String),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'x> {
    /// Its name.
    pub name: &'x str,
    /// What stands between its name and its end.
    pub inside: &'x str,
}

impl<'x> Tag<'x> {
    /// Its name without a prefix.
    pub fn local(&self) -> &'x str {
        self.name.rsplit(':').next().unwrap_or(self.name)
    }

    /// Gives every attribute to `each`; none where one is not written as it is to be, or `each` refuses it.
    pub fn each(&self, mut each: impl FnMut(&'x str, &'x str) -> Option<()>) -> Option<()> {
        let mut rest = self.inside;
        loop {
            let next = rest.trim_ascii_start();
            if next.is_empty() {
                return Some(());
            }
            let equals = next.bytes().position(|b| b == b'=')?;
            let (key, value) = next.split_at(equals);
            let odd = |b: u8| b.is_ascii_whitespace() || b == b'"';
            if next.len() == rest.len() || key.is_empty() || key.bytes().any(odd) {
                return None;
            }
            let value = value.strip_prefix("=\"")?;
            let end = value.bytes().position(|b| b == b'"')?;
            each(key, &value[..end])?;
            rest = &value[end + 1..];
        }
    }

    /// The value of an attribute as it is written; none inside where it has none, none at all where it stands twice.
    pub fn attribute(&self, wanted: &str) -> Option<Option<&'x str>> {
        let mut found = None;
        self.each(|key, value| (key != wanted || found.replace(value).is_none()).then_some(()))?;
        Some(found)
    }
}

/// The walk. Every step is none where the XML is not plain.
pub(super) struct Walk<'x> {
    xml: &'x str,
    at: usize,
    open: Vec<&'x str>,
    most: u64,
}

impl<'x> Walk<'x> {
    /// Steps into the root element, which must have this name. Elements may stand in each other so deep.
    pub fn into(xml: &'x str, root: &str, most: u64) -> Option<(Self, Step<'x>)> {
        let mut at = 0;
        if xml.starts_with("<?xml ") {
            at = xml.find("?>")? + 2;
            let said = xml[..at].to_ascii_lowercase();
            if said.contains("encoding") && !said.contains("encoding=\"utf-8\"") {
                return None;
            }
        }
        at += xml[at..].len() - xml[at..].trim_ascii_start().len();
        let open = Vec::with_capacity(8);
        let mut walk = Self {
            xml,
            at,
            open,
            most,
        };
        let step = walk.step()?;
        let (Step::Start(tag) | Step::Empty(tag)) = &step else {
            return None;
        };
        (tag.name == root).then_some((walk, step))
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The names of the elements that are open, from the root down.
    pub fn open(&self) -> &[&'x str] {
        &self.open
    }

    /// The next step.
    pub fn step(&mut self) -> Option<Step<'x>> {
        let rest = &self.xml[self.at..];
        match rest.as_bytes() {
            [b'<', b'/', ..] => {
                let name = self.open.pop()?;
                let end = rest[2..].strip_prefix(name)?;
                self.at = self.xml.len() - end.strip_prefix('>')?.len();
                Some(Step::End(name))
            }
            [b'<', ..] => self.tag(rest),
            [b'&', ..] => {
                let end = rest.bytes().take(12).position(|b| b == b';')? + 1;
                self.at += end;
                Some(Step::Reference(unescape(&rest[..end]).ok()?.into_owned()))
            }
            [] => None,
            bytes => {
                let end = bytes.iter().position(|b| matches!(b, b'<' | b'&'))?;
                self.at += end;
                Some(Step::Text(&rest[..end]))
            }
        }
    }

    fn tag(&mut self, rest: &'x str) -> Option<Step<'x>> {
        let mut quoted = false;
        let mut end = 0;
        for (at, byte) in rest.bytes().enumerate().skip(1) {
            match byte {
                b'"' => quoted = !quoted,
                b'>' if !quoted => {
                    end = at;
                    break;
                }
                b'<' | b'>' | b'\'' => return None,
                _ => {}
            }
        }
        if end == 0 {
            return None;
        }
        let whole = &rest[1..end];
        let (whole, is_empty) = match whole.strip_suffix('/') {
            Some(whole) => (whole, true),
            None => (whole, false),
        };
        let name = whole.bytes().position(|b| b.is_ascii_whitespace());
        let (name, inside) = whole.split_at(name.unwrap_or(whole.len()));
        // Comments, declarations, instructions and what is misspelt begin otherwise.
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || name.contains('/') {
            return None;
        }
        self.at += end + 1;
        let tag = Tag { name, inside };
        if is_empty {
            return Some(Step::Empty(tag));
        }
        self.open.push(name);
        (self.open.len() as u64 <= self.most).then_some(Step::Start(tag))
    }

    /// Whether everything has ended, and nothing follows.
    pub fn is_done(&self) -> bool {
        self.open.is_empty() && self.xml[self.at..].trim_ascii().is_empty()
    }

    /// The text of the element that has just begun, where there is nothing but text in it.
    pub fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            match self.step()? {
                Step::Text(words) if !words.contains('\r') => text.push_str(words),
                Step::Reference(words) => text.push_str(&words),
                Step::End(_) => return Some(text),
                _ => return None,
            }
        }
    }

    /// The text of a string item that has just begun: its runs together, without readings.
    pub fn item(&mut self) -> Option<String> {
        let depth = self.depth();
        let mut item = String::new();
        let mut reading = false;
        loop {
            match self.step()? {
                Step::Start(tag) if tag.name == "t" && !reading => {
                    let kept = tag.attribute("xml:space")? == Some("preserve");
                    let text = self.text()?;
                    // A character written by its number, which is calamine's business.
                    if text.contains("_x") {
                        return None;
                    }
                    let bare = trimmed(&text);
                    match (kept || bare.len() == text.len(), item.is_empty()) {
                        (true, true) => item = text,
                        (true, false) => item.push_str(&text),
                        (false, _) => item.push_str(bare),
                    }
                }
                Step::Start(tag) | Step::Empty(tag) if tag.name.contains(':') => return None,
                Step::Start(tag) if tag.name == "rPh" => reading = true,
                Step::End("rPh") => reading = false,
                Step::End(_) if self.depth() + 1 == depth => return Some(item),
                // Looks like an end to calamine.
                Step::Start(tag) if matches!(tag.name, "si" | "is") => return None,
                _ => {}
            }
        }
    }
}

/// Text without white space at its ends.
fn trimmed(text: &str) -> &str {
    let white = |b: Option<&u8>| matches!(b, Some(b' ' | b'\t' | b'\r' | b'\n'));
    let bytes = text.as_bytes();
    if !white(bytes.first()) && !white(bytes.last()) {
        return text;
    }
    text.trim_matches([' ', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(xml: &str) -> Option<Vec<String>> {
        let (mut walk, _) = Walk::into(xml, "sst", 8)?;
        let mut items = Vec::new();
        loop {
            match walk.step()? {
                Step::Start(_) => items.push(walk.item()?),
                Step::End(_) => return walk.is_done().then_some(items),
                _ => {}
            }
        }
    }

    #[test]
    fn runs_are_joined_and_readings_left_out() {
        let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<sst><si><t> 甲&amp;乙 </t></si><si><r><rPr><b/></rPr>\
            <t xml:space=\"preserve\"> a </t></r><r><t>b</t></r><rPh sb=\"0\" eb=\"1\"><t>jia</t></rPh></si><si/></sst>\n";
        let mut walk = Walk::into(xml, "sst", 8).unwrap().0;
        assert!(matches!(walk.step(), Some(Step::Start(tag)) if tag.name == "si"));
        assert_eq!(items(xml).unwrap(), ["甲&乙", " a b"]);
    }

    #[test]
    fn what_is_not_plain_is_refused() {
        for xml in [
            "<sst><si><t>a</t></si>",
            "<sst><si><t>a</si></t></sst>",
            "<sst><si><t>a<!-- b --></t></si></sst>",
            "<sst><si><t><![CDATA[a]]></t></si></sst>",
            "<!DOCTYPE sst><sst><si><t>a</t></si></sst>",
            "<sst><si><t>&unknown;</t></si></sst>",
            "<sst><si><t>a_x000D_</t></si></sst>",
            "<sst><si><t>a\rb</t></si></sst>",
            "<sst><si><t xml:space='preserve'>a</t></si></sst>",
            "<sst><si><t a=\"1\"xml:space=\"preserve\">a</t></si></sst>",
            "<sst><si><x:t>a</x:t></si></sst>",
            "<sst><si><t>a</t></si></sst><sst/>",
            "<sst><si><a><b><c><d><e><f><g></g></f></e></d></c></b></a><h><i><j><k><l><m></m></l></k></j></i></h></si></sst>",
            "<?xml version=\"1.0\" encoding=\"GBK\"?><sst><si><t>a</t></si></sst>",
        ] {
            assert_eq!(items(xml), None, "{xml}");
        }
    }
}
