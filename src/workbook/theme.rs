//! Fonts, colours, number formats and widths: everything about looks that more than one sheet shares.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatPattern};

use crate::form::Measure;
use crate::report::Status;

/// Font of the official tables; every Chinese Windows has it, LibreOffice replaces it by a Song face.
pub(super) const OFFICIAL_FONT: &str = "宋体";
/// Font of everything else.
pub(super) const FONT: &str = "微软雅黑";
/// Windows' number of the simplified Chinese character set: tells a reader without the font what to take.
const GB2312: u8 = 134;

pub(super) const INK: Color = Color::RGB(0x1F_2937);
pub(super) const QUIET: Color = Color::RGB(0x6B_7280);
pub(super) const ACCENT: Color = Color::RGB(0x1F_4E79);
pub(super) const SECOND: Color = Color::RGB(0xC5_5A11);
pub(super) const PALE: Color = Color::RGB(0xEA_F1F8);
const LINE: Color = Color::RGB(0xD0_D7DE);
const ON_ACCENT: Color = Color::RGB(0xFF_FFFF);
const GREY: Color = Color::RGB(0xF3_F4F6);
const YELLOW: Color = Color::RGB(0xFF_F4CE);
const RED: Color = Color::RGB(0xFD_E2DD);
const BLUE: Color = Color::RGB(0xDD_EBF7);
pub(super) const BAD_INK: Color = Color::RGB(0xB4_2318);
pub(super) const GOOD_INK: Color = Color::RGB(0x1E_6B34);

/// What a number is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words, on one line.
    Text,
    /// Words that may run over several lines.
    Long,
    /// A year or another number without separators.
    Plain,
    /// Things.
    Count,
    /// A change of things, with its sign.
    Change,
    /// Money in 分, for machines.
    Fen,
    /// Money in 元, as the by-unit sheet keeps it: two decimals are exact.
    Yuan,
    /// Money in 万元.
    Wan,
    /// A change of money in 万元, with its sign.
    WanChange,
    /// Percent, as a number of percent.
    Percent,
}

impl Kind {
    /// How people read a measure.
    pub(super) fn people(measure: Measure) -> Self {
        match measure {
            Measure::Count => Self::Count,
            Measure::Fen => Self::Wan,
        }
    }

    /// How people read a change of a measure.
    pub(super) fn change(measure: Measure) -> Self {
        match measure {
            Measure::Count => Self::Change,
            Measure::Fen => Self::WanChange,
        }
    }

    /// The sections of its number format before any mark is added: positive, negative, zero.
    fn sections(self) -> Option<[&'static str; 3]> {
        match self {
            Self::Text | Self::Long => None,
            Self::Plain => Some(["0", "-0", "0"]),
            Self::Count | Self::Fen => Some(["#,##0", "-#,##0", "0"]),
            Self::Change => Some(["+#,##0", "-#,##0", "0"]),
            // Two decimals always, the four others where they say something: 万元 down to the 分.
            Self::Wan => Some(["#,##0.00####", "-#,##0.00####", "0.00"]),
            Self::WanChange => Some(["+#,##0.00####", "-#,##0.00####", "0.00"]),
            Self::Yuan => Some(["#,##0.00", "-#,##0.00", "0.00"]),
            Self::Percent => Some(["#,##0.00", "-#,##0.00", "0.00"]),
        }
    }
}

/// What a cell shows about its value besides the number: a sign behind the number, and a shade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    /// The value's status, where it has one.
    pub status: Option<Status>,
    /// A finding doubts it.
    pub suspected: bool,
    /// The total rests on fewer units than reported.
    pub partial: bool,
}

impl Mark {
    /// A value of a unit.
    pub(super) fn of(status: Status, suspected: bool) -> Self {
        Self {
            status: Some(status),
            suspected,
            partial: false,
        }
    }

    /// The signs behind the number; the legend explains them (`data/workbook.toml`).
    pub(super) fn signs(self) -> String {
        let mut signs = String::new();
        signs.push_str(match self.status {
            Some(Status::BlankAsZero) => "○",
            Some(Status::Derived) => "△",
            Some(Status::Corrected) => "※",
            _ => "",
        });
        if self.suspected {
            signs.push('？');
        }
        if self.partial {
            signs.push('*');
        }
        signs
    }

    fn shade(self) -> Option<(FormatPattern, Color)> {
        let solid = |color| Some((FormatPattern::Solid, color));
        match self.status {
            _ if self.suspected => solid(RED),
            Some(Status::Unreadable) => solid(RED),
            Some(Status::Corrected) => solid(BLUE),
            Some(Status::Derived | Status::BlankAsZero | Status::NotApplicable) => solid(GREY),
            Some(Status::Blank) => Some((FormatPattern::Gray0625, QUIET)),
            _ if self.partial => solid(YELLOW),
            _ => None,
        }
    }
}

fn base(font: &str, size: f64) -> Format {
    Format::new()
        .set_font_name(font)
        .set_font_charset(GB2312)
        .set_font_size(size)
        .set_font_color(INK)
        .set_align(FormatAlign::VerticalCenter)
}

/// The title in A1 of a sheet.
pub(super) fn title() -> Format {
    base(FONT, 15.0).set_bold().set_font_color(ACCENT)
}

/// Lines of notes under a title.
pub(super) fn note_line() -> Format {
    base(FONT, 9.0).set_font_color(QUIET)
}

/// Words that stand alone: on the cover, in a notice.
pub(super) fn words(size: f64) -> Format {
    base(FONT, size)
}

/// Words that stand alone and run over several lines.
pub(super) fn paragraph(size: f64) -> Format {
    base(FONT, size).set_text_wrap().set_align(FormatAlign::Top)
}

/// A link.
pub(super) fn link() -> Format {
    cell(Kind::Text, Mark::default())
        .set_font_color(ACCENT)
        .set_underline(rust_xlsxwriter::FormatUnderline::Single)
}

/// The header row of a data table.
pub(super) fn header() -> Format {
    base(FONT, 10.0)
        .set_bold()
        .set_font_color(ON_ACCENT)
        .set_background_color(ACCENT)
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE)
}

fn aligned(format: Format, kind: Kind) -> Format {
    match kind {
        Kind::Text => format.set_align(FormatAlign::Left),
        Kind::Long => format.set_align(FormatAlign::Left).set_text_wrap(),
        Kind::Plain => format.set_align(FormatAlign::Center),
        _ => format.set_align(FormatAlign::Right),
    }
}

fn numbered(format: Format, kind: Kind, mark: Mark) -> Format {
    let Some(sections) = kind.sections() else {
        return format;
    };
    let signs = mark.signs();
    let with_signs = |section: &str| match signs.as_str() {
        "" => section.to_owned(),
        signs => format!("{section}\"{signs}\""),
    };
    format.set_num_format(sections.map(with_signs).join(";"))
}

fn shaded(format: Format, mark: Mark) -> Format {
    match mark.shade() {
        Some((FormatPattern::Solid, color)) => format.set_background_color(color),
        Some((pattern, color)) => format.set_pattern(pattern).set_foreground_color(color),
        None => format,
    }
}

/// A cell of a data table.
pub(super) fn cell(kind: Kind, mark: Mark) -> Format {
    let format = aligned(base(FONT, 10.0), kind)
        .set_border_bottom(FormatBorder::Thin)
        .set_border_bottom_color(LINE);
    shaded(numbered(format, kind, mark), mark)
}

/// A cell of a data table's total row.
pub(super) fn total(kind: Kind, mark: Mark) -> Format {
    numbered(aligned(base(FONT, 10.0), kind), kind, mark)
        .set_bold()
        .set_background_color(PALE)
        .set_border_top(FormatBorder::Thin)
        .set_border_bottom(FormatBorder::Double)
        .set_border_color(ACCENT)
}

/// The heading of an official table.
pub(super) fn official_heading() -> Format {
    base(OFFICIAL_FONT, 14.0)
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_font_color(Color::Black)
}

/// A label of an official table.
pub(super) fn official_label(centred: bool, bold: bool) -> Format {
    let format = base(OFFICIAL_FONT, 10.5)
        .set_font_color(Color::Black)
        .set_text_wrap()
        .set_border(FormatBorder::Thin)
        .set_align(if centred {
            FormatAlign::Center
        } else {
            FormatAlign::Left
        });
    if bold { format.set_bold() } else { format }
}

/// A value of an official table.
pub(super) fn official_value(kind: Kind, mark: Mark) -> Format {
    let format = base(OFFICIAL_FONT, 10.5)
        .set_font_color(Color::Black)
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::Center);
    shaded(numbered(format, kind, mark), mark)
}

/// An input of a template: unlocked, and shaded so that one sees where to type.
pub(super) fn input(kind: Kind) -> Format {
    official_value(kind, Mark::default())
        .set_background_color(YELLOW)
        .set_unlocked()
}

/// A computed cell of a template.
pub(super) fn computed(kind: Kind) -> Format {
    official_value(kind, Mark::default()).set_background_color(GREY)
}
