//! Where everything stands, in units.

use super::{Boxes, Multiples, Panel, Plot};

/// Width of a panel.
const PANEL_WIDTH: i32 = 440;
/// Height of the ground of a panel that has no rows.
const GROUND: i32 = 250;
/// Height of a box.
const BOX: i32 = 15;
/// Free height between rows.
const BETWEEN: i32 = 9;
/// Above the ground: the panel's title and what its vertical scale counts.
const TOP: i32 = 30;
/// Below the ground: ticks and label.
const BOTTOM: i32 = 54;
/// Left of the ground where ticks stand there.
const LEFT: i32 = 68;
/// Right of the ground.
const RIGHT: i32 = 18;
/// The same where rows say how many runs failed.
const RIGHT_FAILED: i32 = 78;
/// Width of a letter of a row's name, about.
const LETTER: f64 = 6.9;
/// Letters of a row's name that are written.
const LONGEST: usize = 22;
const LEGEND_LINE: i32 = 22;

/// A rectangle: left, top, right, bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

/// The whole sheet.
pub(super) struct Layout {
    /// Width and height.
    pub size: (i32, i32),
    /// The subtitle in lines.
    pub subtitle: Vec<String>,
    /// The grounds of the panels.
    pub grounds: Vec<Place>,
    /// Upper end of the legend.
    pub legend: i32,
    /// Columns of the legend.
    pub legend_columns: i32,
}

impl Layout {
    pub(super) fn of(figure: &Multiples) -> Self {
        let columns = figure.columns.clamp(1, figure.panels.len().max(1));
        let width = PANEL_WIDTH * (columns as i32).max(2);
        let subtitle = wrapped(&figure.subtitle, (width - 28) as usize * 10 / 76);
        let mut top = 44 + 19 * subtitle.len() as i32 + 8;
        let mut grounds = Vec::new();
        for row in figure.panels.chunks(columns) {
            let height = row.iter().map(ground_height).max().unwrap_or(GROUND);
            for (column, panel) in row.iter().enumerate() {
                let left = PANEL_WIDTH * column as i32;
                grounds.push(Place {
                    left: left + left_margin(panel),
                    top: top + TOP,
                    right: left + PANEL_WIDTH - right_margin(panel),
                    bottom: top + TOP + ground_height(panel),
                });
            }
            top += TOP + height + BOTTOM;
        }
        let longest = figure.names.iter().map(|name| name.chars().count()).max();
        let needed = 48 + (LETTER * longest.unwrap_or(0) as f64) as i32;
        let legend_columns = (width / needed).clamp(1, 8);
        let lines = (figure.names.len() as i32 + legend_columns - 1) / legend_columns;
        Self {
            size: (width, top + 6 + lines * LEGEND_LINE + 8),
            subtitle,
            grounds,
            legend: top + 6,
            legend_columns,
        }
    }
}

/// How many boxes stand below each other in one row.
pub(super) fn lanes(boxes: &Boxes) -> usize {
    let most = boxes.boxes.iter().map(|one| one.lane + 1).max();
    most.unwrap_or(1)
}

/// Height of a row with its free space.
pub(super) fn row_height(boxes: &Boxes) -> i32 {
    BOX * lanes(boxes) as i32 + BETWEEN
}

fn ground_height(panel: &Panel) -> i32 {
    match &panel.plot {
        Plot::Boxes(boxes) => row_height(boxes) * boxes.rows.len().max(1) as i32,
        Plot::Bands(_) | Plot::Dots(_) => GROUND,
    }
}

fn left_margin(panel: &Panel) -> i32 {
    let Plot::Boxes(boxes) = &panel.plot else {
        return LEFT;
    };
    let longest = boxes.rows.iter().map(|name| name.chars().count()).max();
    32 + (LETTER * longest.unwrap_or(0).min(LONGEST) as f64) as i32
}

fn right_margin(panel: &Panel) -> i32 {
    match &panel.plot {
        Plot::Boxes(boxes) if boxes.boxes.iter().any(|one| one.n_failed > 0) => RIGHT_FAILED,
        _ => RIGHT,
    }
}

/// A name as a row has room for it.
pub(super) fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 2).chain("..".chars()).collect()
}

/// Text in lines of at most `most` letters, broken at spaces.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_and_no_word_is_lost() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("enormous word", 3), ["enormous", "word"]);
        assert!(wrapped("", 10).is_empty());
    }
}
