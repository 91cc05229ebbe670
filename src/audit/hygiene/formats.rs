//! Two sets that were stored in different ways.
//!
//! Of every property the share of each value is counted in both sets; the value of a finding is half the sum of the
//! differences of these shares: 0 where both sets are alike, 1 where they have nothing in common.

use std::collections::BTreeMap;

use super::super::finding::percent;
use super::super::{Evidence, Exhibit, Finding, Item, Severity};
use crate::sources::decode::Format;
use crate::statistics::estimate::SetSide;
use crate::statistics::proportions::wilson;

/// From this difference of shares on, a mismatch is told.
const TOLD: f64 = 0.05;

/// More values than this are a collection of all sizes, which is compared by its median.
const VARIED: usize = 10;

/// Medians of areas that differ by less are alike.
const AREA_FACTOR: f64 = 1.5;

/// A gray picture may have channels that differ by this much (JPEG rounds them).
const GRAY_SLACK: u8 = 4;

/// Values of a property that are named.
const NAMED: usize = 3;

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

/// The values of a property in both sets.
struct Shares {
    n: [usize; 2],
    /// Value: rows of the reference, of the generated set.
    rows: BTreeMap<String, [Vec<usize>; 2]>,
}

impl Shares {
    fn of(
        reference: &Exhibit,
        generated: &Exhibit,
        value: impl Fn(&Exhibit, usize, &Item) -> String,
    ) -> Self {
        let mut rows: BTreeMap<String, [Vec<usize>; 2]> = BTreeMap::new();
        for (side, set) in [reference, generated].into_iter().enumerate() {
            for (row, item) in set.items.iter().enumerate() {
                if let Some(list) = rows.entry(value(set, row, item)).or_default().get_mut(side) {
                    list.push(row);
                }
            }
        }
        Self {
            n: [reference.len(), generated.len()],
            rows,
        }
    }

    fn share(&self, rows: &[Vec<usize>; 2], side: usize) -> f64 {
        rows[side].len() as f64 / self.n[side].max(1) as f64
    }

    fn difference(&self) -> f64 {
        let gaps = self
            .rows
            .values()
            .map(|rows| (self.share(rows, 0) - self.share(rows, 1)).abs());
        0.5 * gaps.sum::<f64>()
    }

    /// The most frequent values of a side, with their shares.
    fn largest(&self, side: usize) -> Vec<(&str, f64, &[usize])> {
        let mut all: Vec<(&str, f64, &[usize])> = self
            .rows
            .iter()
            .map(|(value, rows)| {
                (
                    value.as_str(),
                    self.share(rows, side),
                    rows[side].as_slice(),
                )
            })
            .filter(|(_, share, _)| *share > 0.0)
            .collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        all
    }

    fn describe(&self, side: usize) -> String {
        let all = self.largest(side);
        let mut told: Vec<String> = all
            .iter()
            .take(NAMED)
            .map(|(value, share, _)| format!("{value} {}", percent(*share)))
            .collect();
        if all.len() > NAMED {
            told.push(format!("{} others", all.len() - NAMED));
        }
        told.join(", ")
    }

    /// Pictures of the most frequent value of each side.
    fn evidence(&self) -> Vec<Evidence> {
        let sides = [SetSide::Reference, SetSide::Generated];
        let shown = sides.into_iter().enumerate().filter_map(|(at, side)| {
            let (value, share, rows) = *self.largest(at).first()?;
            Some(Evidence {
                label: format!("{}: {value} ({})", side.name(), percent(share)),
                pictures: rows.iter().take(4).map(|&row| (side, row)).collect(),
                ..Evidence::default()
            })
        });
        shown.collect()
    }

    fn finding(
        &self,
        id: &'static str,
        what: &str,
        severity: Severity,
        meaning: &str,
        mend: &str,
    ) -> Finding {
        let (reference, generated) = (self.describe(0), self.describe(1));
        let text = if severity == Severity::Clear {
            format!("both sets have the same {what}: {reference}")
        } else {
            format!(
                "other {what}: the reference is {reference}; the generated set is {generated}{meaning}"
            )
        };
        let difference = self.difference().min(1.0);
        let mut finding = Finding::new(id, severity, text);
        finding.value = Some(difference);
        finding.interval = Some(wilson(difference, self.n[0].min(self.n[1]).max(1) as f64));
        for (side, prefix) in ["reference", "generated"].into_iter().enumerate() {
            for (value, share, _) in self.largest(side).into_iter().take(VARIED) {
                finding.details.insert(format!("{prefix}[{value}]"), share);
            }
        }
        if severity > Severity::Clear {
            mend.clone_into(&mut finding.mend);
            finding.evidence = self.evidence();
        }
        finding
    }
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
