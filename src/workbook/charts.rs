//! Charts and the table they are drawn from.

use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartFont, ChartLegendPosition, ChartLine, ChartSolidFill, ChartType,
    Worksheet, XlsxError,
};

use super::book::{Book, Plan};
use super::sheet::{Cell, Column, Data, Sheet, Shown, charted, paper};
use super::theme::{self, Kind};
use super::units::bare;
use super::words::{ChartWords, Over};
use super::years;

/// A unit chart shows no more bars than one can read.
const MOST_UNITS: usize = 15;

/// One series: a name and points of category and value.
struct Series {
    name: String,
    points: Vec<(String, Cell)>,
    kind: Kind,
}

/// The series of a chart; none where there is nothing to draw.
fn series(book: &Book, chart: &ChartWords) -> Vec<Series> {
    let subjects: Vec<_> = (chart.items.iter())
        .filter_map(|item| Some((item, book.subject(&item.key)?)))
        .collect();
    let Some((_, first)) = subjects.first() else {
        return Vec::new();
    };
    let kind = Kind::people(first.measure);
    let title = chart.title.get(book.lang).to_owned();
    match chart.over {
        Over::Keys => {
            let points = (subjects.iter())
                .map(|(item, s)| (item.label(book.lang).to_owned(), book.total_cell(s)))
                .collect();
            vec![Series {
                name: title,
                points,
                kind,
            }]
        }
        Over::Units => {
            let mut units: Vec<(usize, i64)> = (book.reporting.iter().enumerate())
                .filter_map(|(i, m)| Some((i, m.values.get(*first.parts.first()?)?.number?)))
                .collect();
            units.sort_by_key(|(at, number)| (std::cmp::Reverse(*number), *at));
            let points = (units.iter().take(MOST_UNITS))
                .map(|(at, _)| {
                    (
                        book.reporting[*at].name.clone(),
                        book.unit_value_cell(*at, first),
                    )
                })
                .collect();
            vec![Series {
                name: title,
                points,
                kind,
            }]
        }
        Over::Years => (subjects.iter())
            .map(|(item, subject)| {
                let points = (book.dossier.years.iter())
                    .map(|summary| {
                        let number = years::in_year(book, summary, &subject.key);
                        (
                            years::year_header(book, summary.year),
                            Cell::maybe(number, kind),
                        )
                    })
                    .collect();
                Series {
                    name: item.label(book.lang).to_owned(),
                    points,
                    kind,
                }
            })
            .collect(),
    }
}

/// Whether a chart is worth drawing: several points, and not all of them zero or missing.
fn drawable(series: &[Series]) -> bool {
    let worth = |cell: &Cell| {
        let number = match &cell.shown {
            Shown::Number(n) => Some(*n),
            Shown::Formula(_, result) => match result.as_ref() {
                Shown::Number(n) => Some(*n),
                _ => None,
            },
            _ => None,
        };
        number.is_some_and(|n| n != 0.0)
    };
    series
        .iter()
        .any(|s| s.points.len() > 1 && s.points.iter().any(|(_, cell)| worth(cell)))
}

/// The charts there will be, in order, with the rows of each series in the table of chart data.
fn planned<'w>(book: &Book<'w>) -> Vec<(&'static ChartWords, Vec<Series>)> {
    (book.words.charts.iter())
        .map(|chart| (chart, series(book, chart)))
        .filter(|(_, series)| drawable(series))
        .collect()
}

/// The numbers behind the charts, as a table of their own.
pub(super) fn chart_data(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let columns = vec![
        Column::new(book.word("chart"), 34.0, Kind::Text),
        Column::new(book.word("series"), 34.0, Kind::Text),
        Column::new(book.word("category"), 30.0, Kind::Text),
        Column::new(book.word("number-of"), 16.0, Kind::Count),
        Column::new(book.word("measure-unit"), 10.0, Kind::Plain),
    ];
    let mut rows = Vec::new();
    for (chart, all) in planned(book) {
        for series in all {
            for (category, cell) in series.points {
                rows.push(vec![
                    Cell::text(chart.title.get(book.lang)),
                    Cell::text(&series.name),
                    Cell::text(category),
                    cell.kind(series.kind),
                    Cell::text(bare(book.unit_of(series.kind))),
                ]);
            }
        }
    }
    charted(book, plan, Data::new(columns, rows))
}

const CHART_ROWS: u32 = 20;

/// A sheet of charts, two side by side.
pub(super) fn charts(book: &Book, plan: &Plan) -> Result<Worksheet, XlsxError> {
    let mut sheet = book.worksheet(plan)?;
    sheet.set_default_row_height(18);
    sheet.write_string_with_format(0, 0, &plan.title, &theme::title())?;
    for (i, line) in plan.lines.iter().enumerate() {
        sheet.write_string_with_format(1 + i as u32, 0, line, &theme::note_line())?;
    }
    let Some(table) = book.plan("chart-data") else {
        return Ok(sheet);
    };
    let mut row = table.head_row() + 1;
    let first = plan.head_row() + 1;
    let mut drawn = 0;
    for (words, all) in planned(book) {
        let chart = draw(book, words, &all, table, &mut row);
        let at = (first + drawn / 2 * CHART_ROWS, (drawn % 2 * 8) as u16);
        sheet.insert_chart(at.0, at.1, &chart)?;
        drawn += 1;
    }
    let last = first + drawn.div_ceil(2) * CHART_ROWS;
    sheet.set_print_area(0, 0, last, 15)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 1);
    paper(&mut sheet, &book.running_title(), book.lang);
    Ok(sheet)
}

fn draw(book: &Book, words: &ChartWords, all: &[Series], data: &Plan, row: &mut u32) -> Chart {
    let kind = match words.over {
        Over::Keys | Over::Units => ChartType::Bar,
        Over::Years => ChartType::Line,
    };
    let title = words.title.get(book.lang);
    let font = |size: f64| {
        let mut font = ChartFont::new();
        font.set_name(theme::FONT)
            .set_size(size)
            .set_color(theme::INK);
        font
    };
    let mut chart = Chart::new(kind);
    for (at, series) in all.iter().enumerate() {
        let (start, end) = (*row, *row + series.points.len() as u32 - 1);
        *row = end + 1;
        let color = if at == 0 {
            theme::ACCENT
        } else {
            theme::SECOND
        };
        let mut label = ChartDataLabel::new();
        label.show_value().set_font(&font(9.0));
        let drawn = chart.add_series();
        drawn
            .set_name(series.name.as_str())
            .set_categories((data.name.as_str(), start, 2, end, 2))
            .set_values((data.name.as_str(), start, 3, end, 3))
            .set_data_label(&label);
        match words.over {
            Over::Years => {
                drawn.set_format(ChartLine::new().set_color(color).set_width(2.25));
            }
            _ => {
                drawn
                    .set_format(ChartSolidFill::new().set_color(color))
                    .set_gap(45);
            }
        }
    }
    chart
        .title()
        .set_name(title)
        .set_font(font(12.0).set_bold());
    // Of a bar chart, "x" is the axis of values and "y" the axis of categories.
    let mut grid = ChartLine::new();
    grid.set_color(theme::PALE);
    chart.x_axis().set_font(&font(9.0));
    chart.y_axis().set_font(&font(9.0));
    if words.over == Over::Years {
        chart.y_axis().set_min(0).set_major_gridlines_line(&grid);
    } else {
        // The numbers stand at the bars; the first line of the table belongs on top.
        chart
            .x_axis()
            .set_min(0)
            .set_hidden(true)
            .set_major_gridlines(false);
        chart.y_axis().set_reverse().set_major_gridlines(false);
    }
    if all.len() > 1 {
        chart
            .legend()
            .set_position(ChartLegendPosition::Bottom)
            .set_font(&font(9.0));
    } else {
        chart.legend().set_hidden();
    }
    chart
        .set_width(500)
        .set_height(345)
        .set_alt_text(told(title, all));
    chart
}

/// The chart in words, for those who do not see it.
fn told(title: &str, all: &[Series]) -> String {
    let mut words = title.to_owned();
    for series in all {
        let points: Vec<String> = (series.points.iter())
            .map(|(category, cell)| {
                let shown = match &cell.shown {
                    Shown::Formula(_, result) => result.as_ref(),
                    other => other,
                };
                match shown {
                    Shown::Number(n) => format!("{category} {n}"),
                    _ => format!("{category} —"),
                }
            })
            .collect();
        words.push_str(&format!("；{}：{}", series.name, points.join("，")));
    }
    words
}

/// Whether there is any chart to draw.
pub(super) fn any(book: &Book) -> bool {
    !planned(book).is_empty()
}
