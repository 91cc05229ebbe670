//! The letters of a table of 8 x 8 glyphs: the same picture on every machine, whatever fonts it has.

use font8x8::UnicodeFonts;

/// Eight rows from the top, the lowest bit is the leftmost pixel. A character that no table has is drawn as `?`.
pub(super) fn glyph(character: char) -> [u8; 8] {
    let character = match character {
        '−' | '–' => '-',
        other => other,
    };
    font8x8::BASIC_FONTS
        .get(character)
        .or_else(|| font8x8::LATIN_FONTS.get(character))
        .or_else(|| font8x8::GREEK_FONTS.get(character))
        .or_else(|| font8x8::BASIC_FONTS.get('?'))
        .unwrap_or([0; 8])
}

#[cfg(test)]
mod tests {
    use super::glyph;

    #[test]
    fn signs_of_figures_have_glyphs_and_the_unknown_is_a_question_mark() {
        for sign in ['±', '×', 'σ', '%', '−'] {
            assert_ne!(glyph(sign), glyph('?'), "{sign}");
        }
        assert_eq!(glyph('−'), glyph('-'));
        assert_eq!(glyph('語'), glyph('?'));
        // An l has its stem in the middle, an underscore is the lowest row alone.
        assert_eq!(glyph('_'), [0, 0, 0, 0, 0, 0, 0, 255]);
    }
}
