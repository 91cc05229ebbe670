//! The colours of figures, and what each is for. Those of the lines are of Okabe and Ito (2008), which people with colour
//! vision deficiencies can tell apart, without the yellow, which is too faint on white.

use plotters::style::RGBColor;

/// Letters and axes.
pub const INK: RGBColor = RGBColor(40, 40, 40);
/// Lines of the grid.
pub const FAINT: RGBColor = RGBColor(225, 225, 225);
/// Grounds that mean something.
pub const SHADE: RGBColor = RGBColor(238, 238, 238);
/// Lines and marks.
pub const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(0, 0, 0),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// What each colour is called where a page gives figures its own: as `(red, green, blue)` and name.
pub const ROLES: [((u8, u8, u8), &str); 11] = [
    ((40, 40, 40), "ink"),
    ((225, 225, 225), "rule"),
    ((238, 238, 238), "wash"),
    ((255, 255, 255), "paper"),
    ((0, 114, 178), "series-1"),
    ((213, 94, 0), "series-2"),
    ((0, 158, 115), "series-3"),
    ((0, 0, 0), "series-4"),
    ((204, 121, 167), "series-5"),
    ((230, 159, 0), "series-6"),
    ((86, 180, 233), "series-7"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_has_a_role() {
        let all = [INK, FAINT, SHADE].into_iter().chain(COLOURS);
        for RGBColor(r, g, b) in all {
            assert!(ROLES.iter().any(|(colour, _)| *colour == (r, g, b)));
        }
    }
}
