//! Small multiples: one panel for each question, the same lines in all of them, one legend.
//!
//! The vertical scale is linear near zero and logarithmic beyond (inverse hyperbolic sine), because effects span
//! orders of magnitude and have a sign. Levels stand at equal distances. Colours are those of Okabe and Ito (2008),
//! which people with colour vision deficiencies can tell apart; the mark of each line differs as well.

use super::palette::{COLOURS, FAINT, INK, SHADE};
use super::raster::Raster;
use image::{ImageFormat, Rgb, RgbImage};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::io::{self, Cursor};

/// A figure.
#[derive(Debug, Clone, Default)]
pub struct Panels {
    /// Stands above all.
    pub title: String,
    /// Smaller, below the title: how to read the figure.
    pub subtitle: String,
    /// What the vertical scale counts.
    pub y_label: String,
    /// Values between `-band` and `band` lie on a gray band.
    pub band: f64,
    /// Names of the lines, for the legend.
    pub names: Vec<String>,
    /// The panels, row by row.
    pub panels: Vec<Panel>,
}

/// One panel.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// Its title.
    pub title: String,
    /// What its horizontal scale counts.
    pub x_label: String,
    /// The levels, left to right, as written below the axis.
    pub levels: Vec<String>,
    /// A line for each name of the figure: a value at each level, where there is one.
    pub lines: Vec<Vec<Option<f64>>>,
}

const COLUMNS: usize = 4;
const PANEL: (i32, i32) = (300, 250);
const HEAD: i32 = 68;
const LEGEND_LINE: i32 = 22;
/// Pixels of the PNG for each unit of the SVG.
const ENLARGED: i32 = 2;

/// Heights that may carry a label, both ways from zero.
const TICKS: [f64; 11] = [3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 1e5, 1e6, 1e8];

type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// The figure as SVG; its text asks for the viewer's own sans-serif.
///
/// # Errors
/// When the drawing crate fails, which a figure of ordinary size does not make it do.
pub fn svg(figure: &Panels) -> io::Result<String> {
    let mut text = String::new();
    let (width, height) = size(figure);
    let area =
        SVGBackend::with_string(&mut text, (width as u32, height as u32)).into_drawing_area();
    draw(&area, figure, 1).map_err(|e| io::Error::other(e.to_string()))?;
    drop(area);
    Ok(text)
}

/// The figure as PNG with two pixels a unit, lettered without fonts.
///
/// # Errors
/// As [`svg`], or when the PNG encoder fails.
pub fn png(figure: &Panels) -> io::Result<Vec<u8>> {
    let (width, height) = size(figure);
    let mut picture = RgbImage::from_pixel(
        (ENLARGED * width) as u32,
        (ENLARGED * height) as u32,
        Rgb([255; 3]),
    );
    let area = Raster(&mut picture).into_drawing_area();
    draw(&area, figure, ENLARGED).map_err(|e| io::Error::other(e.to_string()))?;
    drop(area);
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .map_err(io::Error::other)?;
    Ok(bytes)
}

/// Columns and rows of panels.
fn grid(figure: &Panels) -> (usize, usize) {
    let columns = figure.panels.len().clamp(1, COLUMNS);
    (columns, figure.panels.len().div_ceil(columns).max(1))
}

/// Columns of the legend: names are as long as they are.
fn legend_columns(figure: &Panels) -> usize {
    let longest = figure.names.iter().map(|n| n.chars().count()).max();
    let needed = 40 + 8 * longest.unwrap_or(0) as i32;
    ((grid(figure).0 as i32 * PANEL.0) / needed).clamp(1, 6) as usize
}

fn size(figure: &Panels) -> (i32, i32) {
    let (columns, rows) = grid(figure);
    let lines = figure.names.len().div_ceil(legend_columns(figure)) as i32;
    (
        columns as i32 * PANEL.0,
        HEAD + rows as i32 * PANEL.1 + lines * LEGEND_LINE + 16,
    )
}

/// Linear near zero, logarithmic beyond; odd.
fn height_of(value: f64) -> f64 {
    (value / 3.0).asinh()
}

/// Lowest and highest place on the vertical scale, the same for all panels.
fn reach(figure: &Panels) -> (f64, f64) {
    let values = figure.panels.iter().flat_map(|p| p.lines.iter().flatten());
    let (low, high) = values
        .flatten()
        .filter(|v| v.is_finite())
        .fold((-figure.band, figure.band), |(low, high), &v| {
            (low.min(v), high.max(v))
        });
    let (low, high) = (height_of(low), height_of(high));
    let margin = 0.06 * (high - low).max(1.0);
    (low - margin, high + margin)
}

fn draw<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, figure: &Panels, unit: i32) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    area.fill(&WHITE)?;
    let (head, below) = area.split_vertically(unit * HEAD);
    let (columns, rows) = grid(figure);
    let (body, legend) = below.split_vertically(unit * PANEL.1 * rows as i32);
    let text = |what: &str, y: i32, size: i32| {
        head.draw(&Text::new(
            what.to_owned(),
            (unit * 14, unit * y),
            lettering(unit * size, HPos::Left, VPos::Top),
        ))
    };
    text(&figure.title, 10, 22)?;
    text(&figure.subtitle, 38, 15)?;
    let reach = reach(figure);
    for (place, panel) in body
        .split_evenly((rows, columns))
        .iter()
        .zip(&figure.panels)
    {
        draw_panel(place, figure, panel, reach, unit)?;
    }
    draw_legend(&legend, figure, unit)?;
    area.present()
}

fn lettering(size: i32, h: HPos, v: VPos) -> TextStyle<'static> {
    ("sans-serif", size)
        .into_font()
        .color(&INK)
        .pos(Pos::new(h, v))
}

fn draw_panel<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &Panels,
    panel: &Panel,
    (low, high): (f64, f64),
    unit: i32,
) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    let (width, height) = (unit * PANEL.0, unit * PANEL.1);
    let caption = lettering(unit * 17, HPos::Left, VPos::Top);
    area.draw(&Text::new(
        panel.title.clone(),
        (unit * 58, unit * 4),
        caption,
    ))?;
    let below = lettering(unit * 15, HPos::Center, VPos::Bottom);
    let middle = (unit * 58 + width - unit * 14) / 2;
    area.draw(&Text::new(
        panel.x_label.clone(),
        (middle, height - unit * 8),
        below,
    ))?;
    let beside = lettering(unit * 14, HPos::Center, VPos::Top).transform(FontTransform::Rotate270);
    area.draw(&Text::new(
        figure.y_label.clone(),
        (unit * 6, (unit * 26 + height - unit * 48) / 2),
        beside,
    ))?;
    let last = panel.levels.len().saturating_sub(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .margin_top(unit * 26)
        .margin_right(unit * 14)
        .margin_left(unit * 58)
        .margin_bottom(unit * 48)
        .build_cartesian_2d(-0.2..last + 0.2, low..high)?;
    let band = height_of(figure.band);
    chart.draw_series([Rectangle::new(
        [(-0.2, -band), (last + 0.2, band)],
        SHADE.filled(),
    )])?;
    let ticks = TICKS.iter().flat_map(|t| [-t, *t]).chain([0.0]);
    for tick in ticks.filter(|t| (low..=high).contains(&height_of(*t))) {
        let y = height_of(tick);
        let colour = if tick == 0.0 { INK } else { FAINT };
        chart.draw_series([PathElement::new(
            [(-0.2, y), (last + 0.2, y)],
            colour.stroke_width(unit as u32),
        )])?;
        let label = lettering(unit * 14, HPos::Right, VPos::Center);
        chart.draw_series([
            EmptyElement::at((-0.2, y)) + Text::new(tick_label(tick), (-unit * 6, 0), label)
        ])?;
    }
    for (i, level) in panel.levels.iter().enumerate() {
        let label = lettering(unit * 14, HPos::Center, VPos::Top);
        chart.draw_series([
            EmptyElement::at((i as f64, low)) + Text::new(level.clone(), (0, unit * 6), label)
        ])?;
    }
    for (number, line) in panel.lines.iter().enumerate() {
        let style = COLOURS[number % COLOURS.len()].stroke_width(2 * unit as u32);
        let points: Vec<(f64, f64)> = (0..)
            .zip(line)
            .filter_map(|(i, value)| Some((f64::from(i), height_of((*value)?))))
            .collect();
        let (columns, rows) = area.get_pixel_range();
        for point in &points {
            let (x, y) = chart.backend_coord(point);
            let at = (x - columns.start, y - rows.start);
            draw_mark(area, at, number, 4 * unit)?;
        }
        chart.draw_series([PathElement::new(points, style)])?;
    }
    Ok(())
}

fn tick_label(tick: f64) -> String {
    if tick.abs() < 1e5 {
        format!("{tick}").replace('-', "−")
    } else {
        format!("{tick:e}").replace('-', "−")
    }
}

/// Circle, triangle, cross, ring: four marks and seven colours make 28 lines that can be told apart.
fn draw_mark<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    at: (i32, i32),
    number: usize,
    radius: i32,
) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    let colour = COLOURS[number % COLOURS.len()];
    let line = colour.stroke_width((radius / 2).max(1) as u32);
    match number % 4 {
        0 => area.draw(&Circle::new(at, radius, colour.filled())),
        1 => area.draw(&TriangleMarker::new(
            at,
            radius + radius / 4,
            colour.filled(),
        )),
        2 => area.draw(&Cross::new(at, radius, line)),
        _ => area.draw(&Circle::new(at, radius, line)),
    }
}

fn draw_legend<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &Panels,
    unit: i32,
) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    let columns = legend_columns(figure);
    let width = grid(figure).0 as i32 * PANEL.0 * unit / columns as i32;
    for (number, name) in figure.names.iter().enumerate() {
        let left = (number % columns) as i32 * width + 14 * unit;
        let y = (number / columns) as i32 * LEGEND_LINE * unit + 12 * unit;
        let style = COLOURS[number % COLOURS.len()].stroke_width(2 * unit as u32);
        area.draw(&PathElement::new([(left, y), (left + 24 * unit, y)], style))?;
        draw_mark(area, (left + 12 * unit, y), number, 4 * unit)?;
        let label = lettering(unit * 16, HPos::Left, VPos::Center);
        area.draw(&Text::new(name.clone(), (left + 32 * unit, y), label))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> Panels {
        let panel = |title: &str| Panel {
            title: title.into(),
            x_label: "σ, % of side".into(),
            levels: ["0", "1", "2"].map(String::from).to_vec(),
            lines: vec![
                vec![Some(0.0), Some(4.0), Some(400.0)],
                vec![Some(0.0), None, Some(-2.0)],
            ],
        };
        Panels {
            title: "Response <of metrics>".into(),
            subtitle: "n = 10".into(),
            y_label: "standard errors".into(),
            band: 2.8,
            names: vec!["fd".into(), "kid".into()],
            panels: vec![panel("blur"), panel("noise")],
        }
    }

    #[test]
    fn the_scale_is_odd_and_never_folds() {
        let values = [-1e6, -300.0, -3.0, -0.1, 0.0, 0.1, 3.0, 300.0, 1e6];
        assert!(values.windows(2).all(|w| height_of(w[0]) < height_of(w[1])));
        assert!(values.iter().all(|v| height_of(-v) == -height_of(*v)));
        // Near zero the slope is 1 / 3; far away a factor of 10 is always as high: ln 10.
        assert!((height_of(1e6) - height_of(1e5) - std::f64::consts::LN_10).abs() < 1e-5);
    }

    #[test]
    fn the_svg_is_escaped_and_names_a_generic_font() {
        let text = svg(&figure()).unwrap();
        assert!(text.starts_with("<svg") && text.trim_end().ends_with("</svg>"));
        assert!(text.contains("Response &lt;of metrics&gt;"));
        assert!(text.contains("font-family=\"sans-serif\""));
        for word in ["blur", "noise", "kid", "σ, % of side"] {
            assert!(text.contains(word), "{word}");
        }
        // 300 is the highest tick below 400, 1000 lies above the figure.
        assert!(
            text.contains("\n300\n") && !text.contains("\n1000\n"),
            "{text}"
        );
    }

    #[test]
    fn the_png_is_the_same_figure_twice_as_large() {
        let picture = image::load_from_memory(&png(&figure()).unwrap())
            .unwrap()
            .to_rgb8();
        let (width, height) = size(&figure());
        assert_eq!(picture.dimensions(), (2 * width as u32, 2 * height as u32));
        let first = COLOURS[0];
        assert!(
            picture
                .pixels()
                .any(|p| *p == Rgb([first.0, first.1, first.2])),
            "the first line is drawn"
        );
    }

    #[test]
    fn a_figure_without_panels_is_still_a_figure() {
        let empty = Panels::default();
        assert!(svg(&empty).is_ok() && png(&empty).is_ok());
    }
}
