//! Labels as they arrive.

use std::collections::BTreeMap;

use huizong::form::{Axis, Table};
use huizong::synth::Random;
use huizong::text::Text;

use super::{Kind, Kinds};

/// Simplified and traditional characters of the labels, alternating.
const TRADITIONAL: &str = "万萬业業为為举舉乡鄉于於会會体體关關内內农農决決况況减減办辦务務动動区區医醫单單厅廳县縣发發号號后後国國处處复復审審对對属屬应應废廢开開强強当當总總执執护護报報据據数數无無机機权權条條构構没沒现現疗療确確秘祕稳穩类類纠糾纳納组組织織经經结結统統继繼续續维維缴繳罚罰范範获獲衔銜补補规規计計认認议議许許讼訟访訪诉訴询詢请請负負财財购購费費转轉输輸过過运運这這采採镇鎮项項额額";

/// Characters that converters write with their reading, as seen in the wild.
const READINGS: &str = "關guān 內nèi 況kuàng 務wù 動dòng 單dān 處chù 復fù 對duì 屬shǔ 應yīng 開kāi 總zǒng 報bào 據jù 數shù 無wú 機jī 條tiáo 構gòu 沒méi 現xiàn 確què 穩wěn 類lèi 組zǔ 經jīng 結jié 繼jì 繳jiǎo 補bǔ 規guī 計jì 許xǔ 訟sòng 訪fǎng 訴sù 請qǐng 購gòu 費fèi 轉zhuǎn 過guò 採cǎi 鎮zhèn 項xiàng";

/// Labels of one file: every label is roughened once and stays so.
pub struct Labels {
    kinds: Kinds,
    random: Random,
    done: BTreeMap<String, String>,
    destroyed: usize,
}

impl Labels {
    pub fn new(kinds: &Kinds, random: Random) -> Self {
        Self {
            kinds: kinds.clone(),
            random,
            done: BTreeMap::new(),
            destroyed: 0,
        }
    }

    fn has(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Words outside of the tables: only characters change.
    pub fn words(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        if self.has(Kind::TraditionalCharacters) {
            text = traditional(&text);
            if self.has(Kind::PinyinInBrackets) {
                text = self.readings(&text);
            }
        }
        text
    }

    pub fn label(&mut self, official: &str, aliases: &[String]) -> String {
        if let Some(known) = self.done.get(official) {
            return known.clone();
        }
        let mut text = official.to_owned();
        if self.has(Kind::Aliases)
            && self.random.chance(600)
            && let Some(alias) = self.random.pick(aliases)
        {
            text = alias.clone();
        }
        if self.has(Kind::NoEnumerators) {
            text = without_enumerator(&text);
        }
        text = self.quotes(&text);
        if self.has(Kind::HalfWidthPunctuation) {
            text = text.chars().map(half_width).collect();
        }
        text = self.words(&text);
        if self.has(Kind::DestroyedCharacters) {
            text = self.destroy(&text);
        }
        if self.has(Kind::SpacesInLabels) && self.random.chance(400) {
            text = self.insert(&text, &[" ", "  ", "\u{3000}"]);
        }
        if self.has(Kind::LineBreaksInLabels) && self.random.chance(400) {
            text = self.insert(&text, &["\n", "\r\n"]);
        }
        if self.has(Kind::NonBreakingSpaces) && self.random.chance(300) {
            text = format!("\u{a0}{text}\u{a0}");
        }
        self.done.insert(official.to_owned(), text.clone());
        text
    }

    fn text(&mut self, text: &Text) -> Text {
        Text::same(self.label(&text.zh, &[]))
    }

    fn axis(&mut self, axis: &Axis) -> Axis {
        let mut rough = axis.clone();
        let last = axis.path.len().saturating_sub(1);
        for (level, part) in rough.path.iter_mut().enumerate() {
            let aliases: &[String] = if level == last { &axis.aliases } else { &[] };
            *part = Text::same(self.label(&part.zh, aliases));
        }
        rough
    }

    /// A table whose labels are roughened.
    pub fn table(&mut self, table: &Table) -> Table {
        let mut rough = table.clone();
        rough.label = Text::same(self.label(&table.label.zh, &table.aliases));
        rough.column_title = table.column_title.as_ref().map(|text| self.text(text));
        rough.corner = table.corner.as_ref().map(|text| self.text(text));
        for (block, clean) in rough.blocks.iter_mut().zip(&table.blocks) {
            block.label = clean.label.as_ref().map(|text| self.text(text));
            block.row_header = clean.row_header.as_ref().map(|text| self.text(text));
            block.rows = clean.rows.iter().map(|axis| self.axis(axis)).collect();
            block.columns = clean.columns.iter().map(|axis| self.axis(axis)).collect();
        }
        rough
    }

    fn quotes(&mut self, text: &str) -> String {
        if !self.has(Kind::OtherQuotes) {
            return text.to_owned();
        }
        let pairs = [("\"", "\""), ("「", "」"), ("", ""), ("‘", "’")];
        let (open, close) = pairs[self.random.index(pairs.len())];
        text.replace('“', open).replace('”', close)
    }

    fn readings(&mut self, text: &str) -> String {
        let mut rough = String::new();
        for sign in text.chars() {
            rough.push(sign);
            let reading = READINGS
                .split(' ')
                .find_map(|entry| entry.strip_prefix(sign));
            if let Some(reading) = reading.filter(|_| self.random.chance(500)) {
                rough.push_str(&format!("({reading})"));
            }
        }
        rough
    }

    /// At most two characters of a label, and at most three labels of a file.
    fn destroy(&mut self, text: &str) -> String {
        let mut signs: Vec<char> = text.chars().collect();
        let is_word = |c: &char| ('\u{4e00}'..='\u{9fff}').contains(c);
        let words: Vec<usize> = (0..signs.len()).filter(|at| is_word(&signs[*at])).collect();
        if words.len() < 5 || self.destroyed == 3 || !self.random.chance(250) {
            return text.to_owned();
        }
        self.destroyed += 1;
        // Not the first one, which may be all that is left of an enumerator.
        for _ in 0..1 + self.random.index(2) {
            let at = words[1 + self.random.index(words.len() - 1)];
            signs[at] = ['?', '\u{fffd}', '□'][self.random.index(3)];
        }
        signs.into_iter().collect()
    }

    /// Puts something between two characters that are words.
    fn insert(&mut self, text: &str, what: &[&str]) -> String {
        let signs: Vec<char> = text.chars().collect();
        if signs.len() < 2 {
            return text.to_owned();
        }
        let at = 1 + self.random.index(signs.len() - 1);
        let (before, after) = signs.split_at(at);
        let what = what[self.random.index(what.len())];
        before.iter().collect::<String>() + what + &after.iter().collect::<String>()
    }
}

pub fn traditional(text: &str) -> String {
    let pairs: Vec<char> = TRADITIONAL.chars().collect();
    let change =
        |sign: char| (pairs.chunks(2).find(|pair| pair[0] == sign)).map_or(sign, |pair| pair[1]);
    text.chars().map(change).collect()
}

fn half_width(sign: char) -> char {
    match sign {
        '（' => '(',
        '）' => ')',
        '，' => ',',
        '：' => ':',
        '．' => '.',
        other => other,
    }
}

/// Takes away `一、`, `（一）` and `1.` at the start.
fn without_enumerator(text: &str) -> String {
    let numeral = |c: char| "一二三四五六七八九十0123456789".contains(c);
    for (open, close) in [("", "、"), ("（", "）"), ("", ".")] {
        let Some(rest) = text.strip_prefix(open) else {
            continue;
        };
        let after = rest.trim_start_matches(numeral);
        if after.len() < rest.len()
            && let Some(bare) = after.strip_prefix(close)
        {
            return bare.to_owned();
        }
    }
    text.to_owned()
}
