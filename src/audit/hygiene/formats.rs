//! Two sets that were stored in different ways.
//!
//! Of every property the share of each value is counted in both sets; the value of a finding is half the sum of the
//! differences of these shares: 0 where both sets are alike, 1 where they have nothing in common.

use super::super::{Exhibit, Finding, Item, Severity};
use super::shares::Shares;
use crate::sources::decode::Format;

/// From this difference of shares on, a mismatch is told.
const TOLD: f64 = 0.05;

/// More values than this are a collection of all sizes, which is compared by its median.
const VARIED: usize = 10;

/// Medians of areas that differ by less are alike.
const AREA_FACTOR: f64 = 1.5;

/// A gray picture may have channels that differ by this much (JPEG rounds them).
const GRAY_SLACK: u8 = 4;

/// The findings about storage.
#[must_use]
pub fn findings(reference: &Exhibit, generated: &Exhibit) -> Vec<Finding> {
    vec![
        format(reference, generated),
        size(reference, generated),
        color(reference, generated),
        depth(reference, generated),
    ]
}

/// `PNG`, `JPEG quality 75 4:2:0`.
fn storage(item: &Item) -> String {
    match &item.info.jpeg {
        None => item.info.format.name().to_owned(),
        Some(jpeg) => {
            let quality = jpeg
                .quality
                .map_or("of unknown quality".to_owned(), |q| format!("quality {q}"));
            format!("JPEG {quality} {}", subsampling(&jpeg.sampling))
        }
    }
}

/// The common names of sampling factors.
fn subsampling(factors: &str) -> &str {
    match factors {
        "1x1,1x1,1x1" => "4:4:4",
        "2x1,1x1,1x1" => "4:2:2",
        "2x2,1x1,1x1" => "4:2:0",
        "1x2,1x1,1x1" => "4:4:0",
        "4x1,1x1,1x1" => "4:1:1",
        other if !other.contains(',') => "gray",
        other => other,
    }
}

/// Does the format keep every pixel? Of WebP the header is not known, so it counts as lossy.
fn keeps_all(format: Format) -> bool {
    !matches!(format, Format::Jpeg | Format::WebP | Format::Gif)
}

fn format(reference: &Exhibit, generated: &Exhibit) -> Finding {
    let shares = Shares::of(reference, generated, |_, _, item| storage(item));
    let losses = Shares::of(reference, generated, |_, _, item| {
        if keeps_all(item.info.format) {
            "lossless".to_owned()
        } else {
            storage(item)
        }
    });
    let (severity, meaning) = if losses.difference() >= TOLD {
        (
            Severity::Warning,
            ". A distance such as the FID then also measures what compression does to a picture",
        )
    } else if shares.difference() >= TOLD {
        (
            Severity::Note,
            ". Both keep every pixel, so the numbers are not touched",
        )
    } else {
        (Severity::Clear, "")
    };
    let mend = match severity {
        Severity::Warning => {
            "store both sets in the same way, best as PNG from the start; if the reference exists only as JPEG, save the generated set with its quality and subsampling. `gavel sensitivity` shows how much JPEG moves each number"
        }
        _ => "nothing needs to be done",
    };
    let mut finding = shares.finding("format_mismatch", "formats", severity, meaning, mend);
    finding
        .details
        .insert("difference_of_losses".to_owned(), losses.difference());
    finding
}

fn size(reference: &Exhibit, generated: &Exhibit) -> Finding {
    let shares = Shares::of(reference, generated, |_, _, item| {
        format!("{}x{}", item.info.width, item.info.height)
    });
    let is_varied = shares.largest(0).len() > VARIED && shares.largest(1).len() > VARIED;
    let medians = [reference, generated].map(median_area);
    let factor = medians[0].max(medians[1]) / medians[0].min(medians[1]).max(1.0);
    let severity = match (is_varied, shares.difference() >= TOLD) {
        (true, _) if factor < AREA_FACTOR => Severity::Clear,
        (false, false) => Severity::Clear,
        _ => Severity::Warning,
    };
    let meaning = ". Each picture is resized for the network, and the sets are then sharp or soft for reasons that no generator has";
    let mend = "bring the larger pictures to the size of the smaller ones with one good filter (Lanczos or area) before evaluating, and say so; `gavel protocols` shows how much resizing moves the numbers";
    let mut finding = shares.finding("size_mismatch", "sizes", severity, meaning, mend);
    if is_varied && severity == Severity::Clear {
        finding.text = format!(
            "both sets have pictures of many sizes, with median areas of {:.0} and {:.0} pixels",
            medians[0], medians[1]
        );
    }
    finding
        .details
        .insert("median_area_reference".to_owned(), medians[0]);
    finding
        .details
        .insert("median_area_generated".to_owned(), medians[1]);
    finding
}

fn median_area(set: &Exhibit) -> f64 {
    let mut areas: Vec<usize> = set
        .items
        .iter()
        .map(|item| item.info.width * item.info.height)
        .collect();
    areas.sort_unstable();
    areas.get(areas.len() / 2).map_or(0.0, |area| *area as f64)
}

fn color(reference: &Exhibit, generated: &Exhibit) -> Finding {
    let modes = Shares::of(reference, generated, |_, _, item| item.info.mode.to_owned());
    let seen = Shares::of(reference, generated, |set, row, _| {
        if is_gray(set.thumbnails.get(row)) {
            "gray".to_owned()
        } else {
            "colored".to_owned()
        }
    });
    if seen.difference() >= TOLD {
        return seen.finding(
            "color_mismatch",
            "colors",
            Severity::Warning,
            ". Color alone tells the sets apart",
            "convert both sets to gray, or find out where the color was lost (or tinted) on the way",
        );
    }
    let severity = if modes.difference() >= TOLD {
        Severity::Note
    } else {
        Severity::Clear
    };
    modes.finding(
        "color_mismatch",
        "color modes",
        severity,
        ", but the pictures are as gray or colored in both",
        "nothing needs to be done: both become RGB",
    )
}

fn is_gray(thumbnail: &[u8]) -> bool {
    thumbnail.chunks_exact(3).all(|pixel| {
        let (least, most) = pixel
            .iter()
            .fold((u8::MAX, 0), |(a, b), &v| (a.min(v), b.max(v)));
        most - least <= GRAY_SLACK
    })
}

fn depth(reference: &Exhibit, generated: &Exhibit) -> Finding {
    let shares = Shares::of(reference, generated, |_, _, item| {
        format!("{} bits", item.info.bit_depth)
    });
    let severity = if shares.difference() >= TOLD {
        Severity::Warning
    } else {
        Severity::Clear
    };
    shares.finding(
        "depth_mismatch",
        "bit depths",
        severity,
        ". Fewer bits show as steps in smooth areas; 16-bit samples are cut",
        "store both sets with 8 bits a sample, converted in the same way",
    )
}

#[cfg(test)]
mod tests {
    use super::{is_gray, subsampling};

    #[test]
    fn sampling_factors_have_their_common_names() {
        assert_eq!(subsampling("2x2,1x1,1x1"), "4:2:0");
        assert_eq!(subsampling("1x1,1x1,1x1"), "4:4:4");
        assert_eq!(subsampling("1x1"), "gray");
        assert_eq!(subsampling("3x1,1x1,1x1"), "3x1,1x1,1x1");
    }

    #[test]
    fn a_slight_tint_is_gray_and_more_is_color() {
        assert!(is_gray(&[10, 14, 12, 0, 0, 0]));
        assert!(!is_gray(&[10, 15, 12, 0, 0, 0]));
    }
}
