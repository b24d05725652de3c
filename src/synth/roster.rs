//! Who reports, under which name, from when to when: counties, their units, and how these come and go.

use super::Options;
use super::data::{Names, data};
use super::random::Random;
use crate::units::Unit;

/// One unit with its lines of the registry; a rename is two lines.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub code: String,
    pub kind: String,
    pub lines: Vec<Unit>,
    /// Members (by number) that were merged into it; they ended the year before it began.
    pub merged: Vec<usize>,
}

impl Member {
    /// Its name in a year; none where it did not exist.
    pub fn name(&self, year: i32) -> Option<&str> {
        let holds = |unit: &&Unit| {
            unit.from.is_none_or(|from| from <= year) && unit.to.is_none_or(|to| year <= to)
        };
        self.lines.iter().find(holds).map(|unit| unit.name.as_str())
    }
}

/// A county and its units.
#[derive(Debug, Clone)]
pub(super) struct Roster {
    pub county: Unit,
    pub members: Vec<Member>,
}

/// A place of the sexagenary cycle, counted from 0: 甲子, 乙丑, …
fn cycle(names: &Names, mut number: usize) -> String {
    let sign = |list: &str, at: usize| {
        let signs: Vec<char> = list.chars().collect();
        signs.get(at % signs.len().max(1)).copied()
    };
    let mut name = String::new();
    loop {
        name.extend(sign(&names.cycle[0], number));
        name.extend(sign(&names.cycle[1], number));
        if number < 60 {
            return name;
        }
        number = number / 60 - 1;
    }
}

fn region(names: &Names, number: usize, ending: &str) -> String {
    let stem = &names.stems[number % names.stems.len()];
    match number / names.stems.len() {
        0 => format!("{stem}{ending}"),
        round => format!("{stem}{}{ending}", cycle(names, round - 1)),
    }
}

fn line(code: String, name: String, kind: &str, parent: &str) -> Unit {
    Unit {
        code,
        name,
        kind: kind.to_owned(),
        parent: parent.to_owned(),
        aliases: Vec::new(),
        from: None,
        to: None,
    }
}

/// The province and city above a county, made anew with the first county of each.
pub(super) fn above(options: &Options, county: usize) -> Vec<Unit> {
    let names = &data().names;
    if options.counties < 2 {
        return Vec::new();
    }
    let city = county / names.counties_in_city;
    let province = city / names.cities_in_province;
    let province_code = format!("{}{province:02}", names.code);
    let city_code = format!("{province_code}{city:03}");
    let mut lines = Vec::new();
    if county.is_multiple_of(names.counties_in_city) {
        if city.is_multiple_of(names.cities_in_province) {
            let name = region(names, province, &names.province);
            lines.push(line(province_code.clone(), name, "province", ""));
        }
        let name = region(names, city, &names.city);
        lines.push(line(city_code, name, "city", &province_code));
    }
    lines
}

/// The county of a number, with its units.
pub(super) fn roster(options: &Options, county: usize) -> Roster {
    let names = &data().names;
    let city = county / names.counties_in_city;
    let city_code = format!(
        "{}{:02}{city:03}",
        names.code,
        city / names.cities_in_province
    );
    let (parent, code) = match options.counties {
        0 | 1 => (String::new(), format!("{}0001", names.code)),
        _ => (city_code.clone(), format!("{city_code}{county:04}")),
    };
    let county_line = line(
        code.clone(),
        region(names, county, &names.county),
        "county",
        &parent,
    );
    let mut members: Vec<Member> = Vec::new();
    let (mut places, mut offices) = (0, 0);
    let whole: usize = names.mix.values().sum();
    for number in 0..options.units {
        // Interleaved, so that every size of county has every kind.
        let mut at = (number * 37 + 50) % whole.max(1);
        let kind = (names.mix.iter().rev())
            .find(|(_, share)| match at.checked_sub(**share) {
                Some(rest) => {
                    at = rest;
                    false
                }
                None => true,
            })
            .map_or("", |(kind, _)| kind.as_str());
        let name = match names.endings.get(kind) {
            Some(endings) => {
                places += 1;
                let ending = &endings[(places - 1) % endings.len()];
                format!("{}{ending}", cycle(names, places - 1))
            }
            None => {
                offices += 1;
                let list = &names.departments.names;
                let round = (offices - 1) / list.len();
                let turn = if round == 0 {
                    String::new()
                } else {
                    cycle(names, round - 1)
                };
                format!(
                    "{}{turn}{}",
                    county_line.name,
                    list[(offices - 1) % list.len()]
                )
            }
        };
        let code = format!("{code}{:03}", number + 1);
        members.push(Member {
            lines: vec![line(code.clone(), name, kind, &county_line.code)],
            code,
            kind: kind.to_owned(),
            merged: Vec::new(),
        });
    }
    let mut roster = Roster {
        county: county_line,
        members,
    };
    if options.changes && options.units >= 8 && options.to > options.from {
        let random = Random::new(options.seed, &[county as u64, u64::MAX]);
        roster.change(options, places, random);
    }
    roster
}

impl Roster {
    /// One rename, one late joiner, one merger: each of other units, none in the first year.
    fn change(&mut self, options: &Options, mut places: usize, mut random: Random) {
        let names = &data().names;
        let second = options.from + 1;
        let last = options.to;
        let mut of_kind = |kind: &str, taken: &[usize], members: &[Member]| {
            let free: Vec<usize> = (0..members.len())
                .filter(|n| members[*n].kind == kind && !taken.contains(n))
                .collect();
            random.pick(&free).copied()
        };
        let mut taken = Vec::new();
        let Some(renamed) = of_kind("township", &taken, &self.members) else {
            return;
        };
        taken.push(renamed);
        let member = &mut self.members[renamed];
        let ending: String = member.lines[0].name.chars().last().into_iter().collect();
        let mut later = member.lines[0].clone();
        later.name = format!("{}{ending}", cycle(names, places));
        places += 1;
        later.from = Some(second);
        member.lines[0].to = Some(second - 1);
        member.lines.push(later);
        if let Some(joiner) = of_kind("department", &taken, &self.members) {
            taken.push(joiner);
            self.members[joiner].lines[0].from = Some(second);
        }
        let Some(first) = of_kind("township", &taken, &self.members) else {
            return;
        };
        taken.push(first);
        let Some(other) = of_kind("township", &taken, &self.members) else {
            return;
        };
        let code = format!("{}{:03}", self.county.code, self.members.len() + 1);
        let ending = &names.endings["township"][0];
        let name = format!("{}{ending}", cycle(names, places));
        let mut line = line(code.clone(), name, "township", &self.county.code);
        line.from = Some(last);
        for ended in [first, other] {
            self.members[ended].lines[0].to = Some(last - 1);
            line.aliases.push(self.members[ended].lines[0].name.clone());
        }
        self.members.push(Member {
            code,
            kind: "township".to_owned(),
            lines: vec![line],
            merged: vec![first, other],
        });
    }
}
