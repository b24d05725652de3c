//! Paragraphs in the fonts of official documents.

use docx_rs::{
    AlignmentType, Footer, LineSpacing, LineSpacingType, PageNum, Paragraph, Run, RunFonts,
    SpecialIndentType, Style as WordStyle, StyleType,
};

use super::template::Style;

/// Lines of body text stand 28 points apart, as official documents have it.
const LINE: i32 = 560;

/// Makes paragraphs and numbers them: left alone, the crate numbers them through the whole process, and
/// the second file written would differ from the first.
pub(super) struct Paragraphs {
    style: &'static Style,
    made: u32,
}

impl Paragraphs {
    pub fn new(style: &'static Style) -> Self {
        Self { style, made: 0 }
    }

    fn next(&mut self) -> Paragraph {
        self.made += 1;
        Paragraph::new().id(format!("{:08x}", self.made))
    }

    fn fonts(&self, east_asia: &str) -> RunFonts {
        RunFonts::new()
            .ascii(&self.style.latin_font)
            .hi_ansi(&self.style.latin_font)
            .cs(&self.style.latin_font)
            .east_asia(east_asia)
    }

    /// The styles the paragraphs name.
    pub fn styles(&self) -> [WordStyle; 3] {
        let style = self.style;
        let named = |id: &str, name: &str| WordStyle::new(id, StyleType::Paragraph).name(name);
        [
            named("Normal", "Normal")
                .size(style.body_size)
                .fonts(self.fonts(&style.body_font)),
            named("Title", "Title")
                .based_on("Normal")
                .size(style.title_size)
                .bold()
                .fonts(self.fonts(&style.title_font)),
            named("Heading1", "heading 1")
                .based_on("Normal")
                .size(style.heading_size)
                .outline_lvl(0)
                .fonts(self.fonts(&style.heading_font)),
        ]
    }

    /// The title.
    pub fn title(&mut self, words: &str) -> Paragraph {
        let run = Run::new()
            .size(self.style.title_size)
            .bold()
            .fonts(self.fonts(&self.style.title_font));
        let spacing = LineSpacing::new().before(200).after(480);
        marked(self.next().style("Title"), words, &run)
            .align(AlignmentType::Center)
            .line_spacing(spacing)
    }

    /// A section's heading.
    pub fn heading(&mut self, words: &str) -> Paragraph {
        let run = Run::new()
            .size(self.style.heading_size)
            .fonts(self.fonts(&self.style.heading_font));
        let spacing = LineSpacing::new()
            .before(240)
            .after(120)
            .line(LINE)
            .line_rule(LineSpacingType::AtLeast);
        marked(self.next().style("Heading1"), words, &run)
            .keep_next(true)
            .line_spacing(spacing)
    }

    /// Body text, first line indented by two characters.
    pub fn body(&mut self, words: &str) -> Paragraph {
        let indent = i32::try_from(self.style.body_size * 20).ok();
        self.body_line(words)
            .align(AlignmentType::Both)
            .indent(None, indent.map(SpecialIndentType::FirstLine), None, None)
            .first_line_chars(200)
    }

    /// The sign-off, on the right.
    pub fn signature(&mut self, words: &str) -> Paragraph {
        self.body_line(words).align(AlignmentType::Right)
    }

    fn body_line(&mut self, words: &str) -> Paragraph {
        let run = Run::new()
            .size(self.style.body_size)
            .fonts(self.fonts(&self.style.body_font));
        let spacing = LineSpacing::new()
            .line(LINE)
            .line_rule(LineSpacingType::Exact);
        marked(self.next(), words, &run).line_spacing(spacing)
    }

    /// A line in a cell of a table; `mark` shows it as something to be completed.
    pub fn cell(&mut self, words: &str, align: AlignmentType, mark: bool) -> Paragraph {
        let mut run = Run::new()
            .size(self.style.table_size)
            .fonts(self.fonts(&self.style.table_font));
        if mark {
            run = run.highlight("yellow");
        }
        let paragraph = self.next().align(align);
        match words {
            "" => paragraph,
            words => paragraph.add_run(run.add_text(clean(words))),
        }
    }

    /// The page number.
    pub fn footer(&mut self) -> Footer {
        let number = self.next().align(AlignmentType::Center);
        Footer::new().add_paragraph(number.add_page_num(PageNum::new()))
    }
}

/// Adds the words, with what stands in 【】 marked as left for the office.
fn marked(mut paragraph: Paragraph, words: &str, run: &Run) -> Paragraph {
    let words = clean(words);
    let mut rest = words.as_str();
    while let Some(open) = rest.find('【') {
        let close = rest[open..]
            .find('】')
            .map_or(rest.len(), |at| open + at + '】'.len_utf8());
        if open > 0 {
            paragraph = paragraph.add_run(run.clone().add_text(&rest[..open]));
        }
        let left = run.clone().highlight("yellow");
        paragraph = paragraph.add_run(left.add_text(&rest[open..close]));
        rest = &rest[close..];
    }
    if !rest.is_empty() {
        paragraph = paragraph.add_run(run.clone().add_text(rest));
    }
    paragraph
}

/// Without the control characters that XML cannot carry: a name with one would spoil the whole file.
fn clean(words: &str) -> String {
    words
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}
