//! What is wrong with the data before any generator is looked at.

use super::sets::{disks, exhibit, stored};
use gavel::audit::hygiene::Hygiene;
use gavel::audit::{Archive, Audit, Case, Exhibit, Finding, Report, Severity};
use gavel::error::Result;
use gavel::metrics::Params;
use gavel::progress::Silent;
use gavel::rng::Seed;
use gavel::sources::Pixels;
use gavel::sources::decode::{Format, JpegInfo, Note};
use gavel::statistics::estimate::SetSide;
use std::collections::BTreeMap;

/// Pictures that are read again, of the generated side.
struct Shelf(Vec<Pixels>);

impl Archive for Shelf {
    fn read(&self, side: SetSide, rows: &[usize]) -> Result<BTreeMap<usize, Pixels>> {
        let all = if side == SetSide::Generated {
            self.0.as_slice()
        } else {
            &[]
        };
        Ok(rows
            .iter()
            .filter_map(|row| Some((*row, all.get(*row)?.clone())))
            .collect())
    }
}

fn run_with(
    reference: Option<&Exhibit>,
    generated: &Exhibit,
    train: Option<&Exhibit>,
    shelf: &Shelf,
) -> Report {
    let case = Case {
        reference,
        generated,
        train,
        detector: None,
        checkpoints: &[],
        archive: shelf,
        seed: Seed::DEFAULT,
        observer: &Silent,
    };
    let card = Hygiene.card();
    let report = Hygiene
        .run(&case, &Params::defaults(card.name, card.params).unwrap())
        .unwrap();
    for finding in &report.findings {
        assert!(card.findings.contains(&finding.id), "{}", finding.id);
        assert!(
            finding.value.is_some() && finding.interval.is_some(),
            "{finding:?}"
        );
        assert!(
            finding.severity <= Severity::Note || !finding.mend.is_empty(),
            "{finding:?}"
        );
        assert!(
            finding.severity == Severity::Clear || !finding.evidence.is_empty(),
            "{finding:?}"
        );
    }
    report
}

fn run(reference: &Exhibit, generated: &Exhibit, train: Option<&Exhibit>) -> Report {
    run_with(Some(reference), generated, train, &Shelf(Vec::new()))
}

fn find<'a>(report: &'a Report, id: &str) -> &'a Finding {
    report
        .findings
        .iter()
        .find(|finding| finding.id == id)
        .unwrap()
}

fn set(name: &str, seed: u64, n: usize) -> Exhibit {
    exhibit(name, disks(seed, n))
}

/// Makes all pictures JPEGs of this quality and these sampling factors.
fn as_jpeg(mut set: Exhibit, quality: Option<u8>, sampling: &str) -> Exhibit {
    for item in &mut set.items {
        item.info.format = Format::Jpeg;
        item.info.jpeg = Some(JpegInfo {
            quality,
            sampling: sampling.to_owned(),
            progressive: false,
        });
    }
    set
}

fn as_png(mut set: Exhibit) -> Exhibit {
    for item in &mut set.items {
        item.info.format = Format::Png;
    }
    set
}

#[test]
fn clean_data_is_clear_of_everything() {
    let report = run(
        &set("real", 1, 50),
        &set("made", 2, 50),
        Some(&set("train", 3, 50)),
    );
    for finding in &report.findings {
        assert_eq!(finding.severity, Severity::Clear, "{finding:?}");
    }
    let ids: Vec<&str> = report.findings.iter().map(|finding| finding.id).collect();
    assert_eq!(
        ids[..4],
        [
            "leak_train_reference",
            "leak_reference_generated",
            "leak_train_generated",
            "reference_duplicates"
        ]
    );
}

#[test]
fn planted_leakage_is_counted_with_the_pictures_of_both_sides() {
    let mut leaked = disks(1, 100);
    leaked[7] = disks(3, 50)[20].clone();
    leaked[8] = disks(3, 50)[21].clone();
    let report = run(
        &exhibit("real", leaked),
        &set("made", 2, 50),
        Some(&set("train", 3, 50)),
    );
    let finding = find(&report, "leak_train_reference");
    // 2 of the 100 reference pictures, not of the 50 of the training set.
    assert_eq!(
        (finding.value, finding.severity),
        (Some(0.02), Severity::Serious)
    );
    assert_eq!(
        finding.evidence[0].pictures,
        [(SetSide::Reference, 7), (SetSide::Train, 20)]
    );
    assert_eq!(
        finding.evidence[1].pictures,
        [(SetSide::Reference, 8), (SetSide::Train, 21)]
    );
    assert_eq!(
        find(&report, "leak_reference_generated").severity,
        Severity::Clear
    );
    assert_eq!(
        find(&report, "leak_train_generated").severity,
        Severity::Clear
    );
}

#[test]
fn a_generated_set_out_of_the_reference_is_serious() {
    let report = run(&set("real", 1, 60), &set("made", 1, 30), None);
    let finding = find(&report, "leak_reference_generated");
    assert_eq!(
        (finding.value, finding.severity),
        (Some(1.0), Severity::Serious)
    );
    assert_eq!(finding.details["n_same_file"], 30.0);
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.id != "leak_train_reference")
    );
}

#[test]
fn equal_pixels_in_another_file_are_leakage_but_no_same_file() {
    let mut made = set("made", 2, 30);
    let real = set("real", 1, 30);
    made.items[4].pixels = real.items[9].pixels;
    let report = run(&real, &made, None);
    let finding = find(&report, "leak_reference_generated");
    assert_eq!(
        (finding.details["n_shared"], finding.details["n_same_file"]),
        (1.0, 0.0)
    );
    assert_eq!(finding.evidence[0].label, "the same pixels");
}

#[test]
fn repeated_reference_pictures_are_counted_beyond_the_first() {
    let mut real = disks(1, 100);
    real[50] = real[3].clone();
    real[51] = real[3].clone();
    let report = run(&exhibit("real", real), &set("made", 2, 50), None);
    let finding = find(&report, "reference_duplicates");
    // Three equal pictures are two too many.
    assert_eq!(
        (finding.value, finding.severity),
        (Some(0.02), Severity::Warning)
    );
    let rows: Vec<usize> = finding.evidence[0].pictures.iter().map(|p| p.1).collect();
    assert_eq!(rows, [3, 50, 51]);
}

#[test]
fn png_against_jpeg_is_told_with_quality_and_subsampling() {
    let (real, made) = (
        as_png(set("real", 1, 40)),
        as_jpeg(set("made", 2, 40), Some(75), "2x2,1x1,1x1"),
    );
    let report = run(&real, &made, None);
    let finding = find(&report, "format_mismatch");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(
        finding.text.contains("the reference is PNG 100.0 %"),
        "{}",
        finding.text
    );
    assert!(
        finding
            .text
            .contains("the generated set is JPEG quality 75 4:2:0 100.0 %"),
        "{}",
        finding.text
    );
    assert_eq!(finding.value, Some(1.0));
    assert_eq!(finding.details["generated[JPEG quality 75 4:2:0]"], 1.0);
}

#[test]
fn jpegs_of_another_quality_or_subsampling_do_not_match_and_lossless_formats_do() {
    let real = as_jpeg(set("real", 1, 40), Some(95), "1x1,1x1,1x1");
    for (quality, sampling, severity) in [
        (Some(95), "1x1,1x1,1x1", Severity::Clear),
        (Some(90), "1x1,1x1,1x1", Severity::Warning),
        (Some(95), "2x2,1x1,1x1", Severity::Warning),
        (None, "1x1,1x1,1x1", Severity::Warning),
    ] {
        let report = run(&real, &as_jpeg(set("made", 2, 40), quality, sampling), None);
        assert_eq!(
            find(&report, "format_mismatch").severity,
            severity,
            "{quality:?} {sampling}"
        );
    }
    // Bare pixels and PNG both keep every pixel.
    let report = run(&set("real", 1, 40), &as_png(set("made", 2, 40)), None);
    assert_eq!(find(&report, "format_mismatch").severity, Severity::Note);
}

#[test]
fn a_share_of_other_formats_is_told_as_that_share() {
    // 10 of 40 generated pictures are JPEGs: ½ (0.25 + 0.25) = 0.25.
    let (real, mut made) = (as_png(set("real", 1, 40)), as_png(set("made", 2, 40)));
    for item in &mut made.items[..10] {
        item.info.format = Format::Jpeg;
        item.info.jpeg = Some(JpegInfo {
            quality: Some(75),
            sampling: "2x2,1x1,1x1".into(),
            progressive: false,
        });
    }
    let report = run(&real, &made, None);
    assert_eq!(find(&report, "format_mismatch").value, Some(0.25));
}

#[test]
fn other_sizes_colors_and_depths_are_told() {
    let real = set("real", 1, 40);
    let mut made = disks(2, 40);
    for picture in &mut made {
        for pixel in picture.rgb.chunks_exact_mut(3) {
            pixel.fill(pixel[0]);
        }
    }
    let mut made = exhibit("made", made);
    for item in &mut made.items {
        item.info.width = 64;
        item.info.bit_depth = 16;
    }
    let report = run(&real, &made, None);
    let size = find(&report, "size_mismatch");
    assert_eq!(size.severity, Severity::Warning);
    assert!(
        size.text.contains("the reference is 32x32")
            && size.text.contains("the generated set is 64x32"),
        "{}",
        size.text
    );
    let color = find(&report, "color_mismatch");
    assert_eq!(color.severity, Severity::Warning);
    assert!(
        color.text.contains("the generated set is gray 100.0 %"),
        "{}",
        color.text
    );
    assert_eq!(find(&report, "depth_mismatch").severity, Severity::Warning);
}

#[test]
fn collections_of_all_sizes_are_compared_by_their_medians() {
    let sized = |mut set: Exhibit, from: usize| {
        for (row, item) in set.items.iter_mut().enumerate() {
            item.info.width = from + row;
        }
        set
    };
    let real = sized(set("real", 1, 40), 100);
    let report = run(&real, &sized(set("made", 2, 40), 101), None);
    assert_eq!(find(&report, "size_mismatch").severity, Severity::Clear);
    let report = run(&real, &sized(set("made", 2, 40), 300), None);
    assert_eq!(find(&report, "size_mismatch").severity, Severity::Warning);
}

#[test]
fn blank_pictures_alpha_and_clipped_gray_are_counted_for_each_set() {
    let mut pictures = disks(2, 40);
    pictures[5].rgb.fill(17);
    let mut made = exhibit("made", pictures);
    for item in &mut made.items[..4] {
        item.notes.push(Note::AlphaDropped);
    }
    let mut real = set("real", 1, 40);
    for item in &mut real.items[..20] {
        item.notes.push(Note::SixteenBitGrayClipped);
    }
    let report = run(&real, &made, None);
    let blank = find(&report, "blank");
    // 1 of 40 is 2.5 %.
    assert_eq!(
        (blank.value, blank.severity),
        (Some(0.025), Severity::Serious)
    );
    assert_eq!(blank.evidence[0].pictures, [(SetSide::Generated, 5)]);
    let alpha = find(&report, "alpha");
    assert_eq!(
        (alpha.value, alpha.severity),
        (Some(0.1), Severity::Warning)
    );
    assert_eq!(
        (alpha.details["n_reference"], alpha.details["n_generated"]),
        (0.0, 4.0)
    );
    let decoding = find(&report, "decoding");
    assert_eq!(
        (decoding.value, decoding.severity),
        (Some(0.5), Severity::Warning)
    );
    assert!(decoding.text.contains("16-bit gray"), "{}", decoding.text);
}

#[test]
fn blank_pictures_of_two_sets_are_no_leakage() {
    let with_blank = |seed| {
        let mut pictures = disks(seed, 30);
        pictures[0].rgb.fill(0);
        exhibit("set", pictures)
    };
    let report = run(&with_blank(1), &with_blank(2), None);
    assert_eq!(
        find(&report, "leak_reference_generated").severity,
        Severity::Clear
    );
}

#[test]
fn pictures_enlarged_by_repetition_are_found_among_those_read_again() {
    let enlarged: Vec<Pixels> = disks(2, 20)
        .into_iter()
        .map(|small| {
            let rgb = (0..64 * 64).flat_map(|at| {
                let from = 3 * (at / 64 / 2 * 32 + at % 64 / 2);
                [small.rgb[from], small.rgb[from + 1], small.rgb[from + 2]]
            });
            Pixels {
                width: 64,
                height: 64,
                rgb: rgb.collect(),
            }
        })
        .collect();
    let made = exhibit("made", enlarged.clone());
    let report = run_with(None, &made, None, &Shelf(enlarged));
    let finding = find(&report, "enlarged");
    assert_eq!(
        (finding.value, finding.severity),
        (Some(1.0), Severity::Warning)
    );
    assert_eq!(finding.evidence[0].label, "2 times");
    let plain = run_with(None, &set("made", 2, 20), None, &Shelf(disks(2, 20)));
    assert_eq!(find(&plain, "enlarged").severity, Severity::Clear);
}

#[test]
fn the_course_sets_are_told_apart_by_how_they_were_stored() {
    let Some(real) = stored("anime-faces/anime-faces-crypko96-2500.tar.gz") else {
        return;
    };
    let Some(made) = stored("generated/anime/ntu-hw6/shihyuhuang-wgan-e150-critic5.tgz") else {
        return;
    };
    let report = run(&real, &made, None);
    for finding in &report.findings {
        println!("{:?} {}", finding.severity, finding.text);
    }
    // The faces are 96 × 96, the submission 64 × 64 (SOURCES.md of the data).
    let size = find(&report, "size_mismatch");
    assert!(
        size.text.contains("96x96") && size.text.contains("64x64"),
        "{}",
        size.text
    );
    assert_eq!(
        find(&report, "leak_reference_generated").severity,
        Severity::Clear
    );
}
