//! What is seen in pixels without a network: `power_spectrum`, `colour_histogram`, `ms_ssim_diversity`.

use std::fs::File;
use std::io::BufReader;

use gavel::metrics::{Measured, Picture, Space};
use gavel::statistics::ms_ssim::{Pyramid, Scratch, pair_mean};
use ndarray::{Array2, Array3};

use super::{codes, random, run, set};
use crate::golden::Golden;
use crate::shared::shared;

const SCALES: [(&str, usize); 3] = [
    ("/one_scale_ssim", 1),
    ("/three_scales_renormalised", 3),
    ("/five_scales", 5),
];

/// A picture `../shared/conformance/features/<name>.npy`, uint8 `[height, width, 3]`.
fn picture(name: &str) -> Option<Array3<u8>> {
    let path = shared(&format!("conformance/features/{name}.npy"))?;
    let file = npyz::NpyFile::new(BufReader::new(File::open(path).unwrap())).unwrap();
    let shape: Vec<usize> = file.shape().iter().map(|&n| n as usize).collect();
    let values = file.into_vec::<u8>().unwrap();
    Some(Array3::from_shape_vec((shape[0], shape[1], shape[2]), values).unwrap())
}

fn with_pictures(pictures: Vec<Array3<u8>>) -> Measured {
    let n = pictures.len();
    let rows = pictures.into_iter().enumerate();
    set("pictures", Space::Arrays, random(1, n, 2))
        .with_pictures(rows.map(|(row, rgb)| Picture { row, rgb }).collect())
}

/// A picture of waves with a phase.
fn waves(phase: usize, side: usize) -> Array3<u8> {
    Array3::from_shape_fn((side, side, 3), |(y, x, c)| {
        let angle = (x * (2 + c) + y + 5 * phase) as f64 * 0.2;
        (127.0 + 120.0 * angle.sin()) as u8
    })
}

// MS-SSIM.

#[test]
fn ms_ssim_of_golden_pairs() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    for pair in ["0", "1"] {
        let (Some(x), Some(y)) = (
            picture(&format!("D_pair{pair}_x")),
            picture(&format!("D_pair{pair}_y")),
        ) else {
            return;
        };
        for (part, n_scales) in SCALES {
            let [a, b] = [&x, &y].map(|p| Pyramid::new(p.mapv(f64::from).view(), n_scales, 0));
            let mut scratch = Scratch::default();
            let got = a.similarity(&b, &mut scratch);
            golden.check_part(&format!("ms-ssim/D{pair}"), part, got);
            assert_eq!(got, b.similarity(&a, &mut scratch), "it is symmetric");
        }
    }
}

#[test]
fn ms_ssim_of_compare_gans_test() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    // compare_gan's ms_ssim_score_test: images of 1, 0.7 and 0; its expectation is 0.989989 within 0.001.
    let pyramids =
        [1.0, 0.7, 0.0].map(|v| Pyramid::new(Array3::from_elem((64, 64, 3), v).view(), 5, 0));
    let similarity =
        |i: usize, j: usize, scratch: &mut Scratch| pyramids[i].similarity(&pyramids[j], scratch);
    golden.check(
        "ms-ssim/anchor",
        pair_mean(3, 64, similarity).unwrap().value,
    );
}

#[test]
fn through_the_registry_a_pair_has_its_golden_value() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(x), Some(y)) = (picture("D_pair0_x"), picture("D_pair0_y")) else {
        return;
    };
    let (reference, generated) = (
        with_pictures(vec![x.clone(), x.clone()]),
        with_pictures(vec![x, y]),
    );
    for (scales, part) in [
        ("5", "/five_scales"),
        ("3", "/three_scales_renormalised"),
        ("auto", "/three_scales_renormalised"),
    ] {
        let option = format!("ms_ssim_diversity.scales={scales}");
        let outcome = run("ms_ssim_diversity", &[&option], &reference, &generated).unwrap();
        let row = &outcome.estimates[0];
        golden.check_part("ms-ssim/D0", part, row.value.unwrap());
        // The reference is two copies of one picture; its value must not become the generated set's.
        assert!((row.details["reference"].as_f64().unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(
            codes(&outcome).contains(&"ms_ssim_scales"),
            scales == "auto"
        );
    }
}

#[test]
fn copies_are_wholly_alike_and_varied_pictures_less() {
    let varied = with_pictures((0..70).map(|i| waves(i, 32)).collect());
    let collapsed = with_pictures(vec![waves(3, 32); 70]);
    let of = |generated: &Measured| {
        let outcome = run("ms_ssim_diversity", &[], &varied, generated).unwrap();
        outcome.estimates[0].clone()
    };
    let row = of(&collapsed);
    assert!((row.value.unwrap() - 1.0).abs() < 1e-12);
    assert!(row.std_error.unwrap() < 1e-12);
    assert_eq!(
        row.params["scales"], 2,
        "32 pixels have room for two scales"
    );
    assert_eq!(row.details["batch_size"], 64, "six of 70 are left out");
    let row = of(&varied);
    assert!(row.value.unwrap() < 0.9, "{:?}", row.value);
    assert!((row.value.unwrap() - row.details["reference"].as_f64().unwrap()).abs() < 1e-12);
    assert!(row.std_error.unwrap() > 0.0);
}

#[test]
fn gray_pictures_are_compared_once_and_not_thrice() {
    let gray: Vec<Array3<u8>> = (0..3)
        .map(|i| {
            let picture = waves(i, 24);
            Array3::from_shape_fn((24, 24, 3), |(y, x, _)| picture[[y, x, 0]])
        })
        .collect();
    let mut tinted = gray.clone();
    // One level in one pixel makes the set coloured: all three channels are compared.
    tinted[0][[0, 0, 1]] ^= 1;
    let of = |pictures| {
        let generated = with_pictures(pictures);
        let outcome = run("ms_ssim_diversity", &[], &generated, &generated).unwrap();
        outcome.estimates[0].value.unwrap()
    };
    let (gray, tinted) = (of(gray), of(tinted));
    assert!(
        (gray - tinted).abs() < 1e-3 && gray != tinted,
        "{gray} {tinted}"
    );
}

#[test]
fn large_pictures_are_halved_until_they_are_small_enough() {
    let generated = with_pictures(vec![waves(0, 300), waves(1, 300), waves(2, 300)]);
    let outcome = run("ms_ssim_diversity", &[], &generated, &generated).unwrap();
    let row = &outcome.estimates[0];
    assert_eq!(row.details["halvings"], 1);
    assert_eq!(row.details["height"], 300);
    // 150 pixels: 150 / 8 = 18 has room for the window, 150 / 16 = 9 has not.
    assert_eq!(row.params["scales"], 4);
    assert!(codes(&outcome).contains(&"ms_ssim_pictures"));
}

#[test]
fn pictures_of_different_sizes_and_a_single_one_have_no_value() {
    let good = with_pictures(vec![waves(0, 16), waves(1, 16)]);
    for (pictures, reason) in [
        (vec![waves(0, 16), waves(1, 17)], "16 x 16 and of 17 x 17"),
        (vec![waves(0, 16)], "1 picture"),
    ] {
        let outcome = run("ms_ssim_diversity", &[], &good, &with_pictures(pictures)).unwrap();
        let row = &outcome.estimates[0];
        assert_eq!(row.value, None);
        assert!(row.why_absent.as_ref().unwrap().contains(reason), "{row:?}");
        assert_eq!(codes(&outcome), ["absent"]);
    }
}

// Spectra and colours.

const SPECTRUM: &str = "power_spectrum";
const COLOURS: &str = "colour_histogram";

fn described(spectra: Array2<f32>, colours: Array2<f32>) -> Measured {
    let n = spectra.nrows();
    set("pictures", Space::Arrays, random(1, n, 2))
        .with_descriptors(spectra, colours)
        .unwrap()
}

fn with_spectra(spectra: Array2<f32>) -> Measured {
    let n = spectra.nrows();
    described(
        spectra,
        with_bins(&vec![[0, 0, 0]; n]).colours().unwrap().to_owned(),
    )
}

/// Pictures of one colour each: `bins[row]` of red, green and blue.
fn with_bins(bins: &[[usize; 3]]) -> Measured {
    let mut colours = Array2::zeros((bins.len(), 192));
    for (row, bins) in bins.iter().enumerate() {
        for (channel, bin) in bins.iter().enumerate() {
            colours[[row, 64 * channel + bin]] = 1.0;
        }
    }
    described(Array2::zeros((bins.len(), 32)), colours)
}

#[test]
fn the_distance_of_spectra_is_the_root_mean_square_over_rings() {
    // Rings 0 to 15 differ by 3 dB, rings 16 to 31 by 1 dB: sqrt((9 + 1) / 2) = sqrt 5. Pictures differ by ±0.5 dB around
    // their means, which must not matter.
    let real = Array2::from_shape_fn((2, 32), |(i, _)| i as f32 - 0.5);
    let made = Array2::from_shape_fn((4, 32), |(i, ring)| {
        let wobble = (i % 2) as f32 - 0.5;
        if ring < 16 {
            3.0 + wobble
        } else {
            -1.0 + wobble
        }
    });
    let (real, made) = (with_spectra(real), with_spectra(made));
    let row = run(SPECTRUM, &[], &real, &made)
        .unwrap()
        .estimates
        .remove(0);
    assert!(
        (row.value.unwrap() - 5.0_f64.sqrt()).abs() < 1e-7,
        "{row:?}"
    );
    assert_eq!(row.details["reference_db"][0], 0.0);
    assert_eq!(row.details["generated_db"][0], 3.0);
    assert_eq!(row.details["generated_db"][31], -1.0);
    assert_eq!(row.details["cycles_per_picture"][31], 32);
    // Equal power everywhere: rings 17 to 32 hold (17 + … + 32) / (1 + … + 32) = 392 / 528 of the frequencies.
    let share = row.details["reference_high_share"].as_f64().unwrap();
    assert!((share - 392.0 / 528.0).abs() < 1e-12, "{share}");
}

#[test]
fn equal_sets_are_at_distance_zero_and_the_floor_says_what_chance_gives() {
    let same = with_spectra(random(3, 50, 32));
    let row = run(SPECTRUM, &[], &same, &same)
        .unwrap()
        .estimates
        .remove(0);
    assert_eq!(row.value, Some(0.0));
    assert_eq!(row.interval.unwrap().lower, 0.0);
    // Rings of variance 1: sqrt(1/50 + 1/50) = 0.2 for sets of 50; the sample's own variance is near 1.
    let floor = row.details["floor_scaled"].as_f64().unwrap();
    assert!((floor - 0.2).abs() < 0.02, "{floor}");
    let other = with_spectra(random(4, 50, 32));
    let row = run(SPECTRUM, &[], &same, &other)
        .unwrap()
        .estimates
        .remove(0);
    assert!(
        (row.value.unwrap() - 0.2).abs() < 4.0 * row.std_error.unwrap(),
        "{row:?}"
    );
}

#[test]
fn black_against_white_is_one_and_neighbouring_bins_are_near() {
    let of = |real: &[[usize; 3]], made: &[[usize; 3]]| {
        let outcome = run(COLOURS, &[], &with_bins(real), &with_bins(made)).unwrap();
        outcome.estimates[0].clone()
    };
    let row = of(&[[0; 3]; 2], &[[63; 3]; 2]);
    assert!((row.value.unwrap() - 1.0).abs() < 1e-12, "{row:?}");
    assert!(row.interval.unwrap().upper <= 1.0);
    // One bin up in all channels: the cumulative histograms differ by 1 in one of 63 steps; 4 levels.
    let row = of(&[[5; 3]; 2], &[[6; 3]; 2]);
    assert!((row.value.unwrap() - (1.0_f64 / 63.0).sqrt()).abs() < 1e-12);
    assert_eq!(row.details["wasserstein_levels"], 4.0);
    // Red alone, three bins down: 3 steps of one channel in three.
    let row = of(&[[8, 8, 8]; 2], &[[5, 8, 8]; 2]);
    assert!((row.value.unwrap() - (3.0_f64 / 189.0).sqrt()).abs() < 1e-12);
    assert_eq!(row.details["wasserstein_levels"], 4.0);
    assert_eq!(
        row.details["red_shift_levels"], -12.0,
        "the generated set is darker"
    );
    assert_eq!(row.details["green_shift_levels"], 0.0);
}

#[test]
fn the_set_is_judged_and_not_the_single_picture() {
    // Half black and half white pictures have the histogram of pictures that are half black and half white.
    let mut mixed = Array2::zeros((2, 192));
    for channel in 0..3 {
        for row in 0..2 {
            mixed[[row, 64 * channel]] = 0.5;
            mixed[[row, 64 * channel + 63]] = 0.5;
        }
    }
    let mixed = described(Array2::zeros((2, 32)), mixed);
    let pure = with_bins(&[[0; 3], [63; 3]]);
    let row = run(COLOURS, &[], &mixed, &pure)
        .unwrap()
        .estimates
        .remove(0);
    assert_eq!(row.value, Some(0.0));
}

#[test]
fn feature_files_have_no_pictures_and_say_so() {
    let (real, made) = (
        set("real.npy", Space::Arrays, random(1, 5, 3)),
        set("made.npy", Space::Arrays, random(2, 5, 3)),
    );
    for metric in [SPECTRUM, COLOURS, "ms_ssim_diversity"] {
        let outcome = run(metric, &[], &real, &made).unwrap();
        let row = &outcome.estimates[0];
        assert_eq!(row.value, None);
        assert!(
            row.why_absent.as_ref().unwrap().contains("no pictures"),
            "{row:?}"
        );
        assert!(outcome.warnings[0].mend.contains("images"));
    }
}

#[test]
fn rows_of_another_width_are_refused() {
    let (real, made) = (
        with_spectra(random(1, 5, 32)),
        with_spectra(random(2, 5, 31)),
    );
    assert!(run(SPECTRUM, &[], &real, &made).is_err());
    let narrow = described(random(1, 5, 32), random(1, 5, 191));
    assert!(run(COLOURS, &[], &narrow, &narrow).is_err());
}
