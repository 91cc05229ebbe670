//! Conventions by hand, the mixture against its theory, and whole runs on points.

use super::*;
use crate::progress::Silent;
use crate::training::run::{Config, Data, Folder, Measures, Report, train, train_on};

fn mixture(text: &str) -> Mixture {
    Mixture::named(text).unwrap().unwrap()
}

fn judged(points: &[f32], mixture: &Mixture) -> Scores {
    let reference = moments(&mixture.other().points(100)).unwrap();
    scores(points, &reference, mixture).unwrap()
}

#[test]
fn precision_recall_and_divergence_of_five_points_by_hand() {
    // Modes at 0.15 and 0.85 in both axes, three deviations are 0.06. Near mode 0 (0.15, 0.15): two; near mode 3
    // (0.85, 0.85): one; the middle and a point 0.07 beside mode 1 are of no quality.
    let grid = mixture("mixtures:grid?modes=4");
    let points = [0.15, 0.15, 0.18, 0.12, 0.85, 0.9, 0.5, 0.5, 0.85, 0.22_f32];
    assert_eq!(captured(&points, &grid), [2, 0, 0, 1]);
    let found = judged(&points, &grid);
    assert!((found.precision - 0.6).abs() < 1e-12);
    assert!((found.recall - 0.5).abs() < 1e-12);
    // 2 · 0.6 · 0.5 / 1.1.
    assert!((found.f1 - 0.6 / 1.1).abs() < 1e-12);
    // p = (2/3, 0, 0, 1/3), u = 1/4 each, m = (11/24, 1/8, 1/8, 7/24).
    // KL(p|m) = 2/3 ln(16/11) + 1/3 ln(8/7) = 0.249796 + 0.044510 = 0.294306;
    // KL(u|m) = (ln(6/11) + 2 ln 2 + ln(6/7)) / 4 = (−0.606136 + 1.386294 − 0.154151) / 4 = 0.156502.
    // Half their sum: 0.225404.
    let divergence = found.jensen_shannon.unwrap();
    assert!((divergence - 0.225404).abs() < 2e-6, "{divergence}");
}

#[test]
fn exactly_three_deviations_are_not_within_three_deviations() {
    // All of these are exact in binary: the mode is at (0.5, 0.5), three deviations are 3/32.
    let one = mixture("mixtures:grid?modes=1&std=0.03125");
    let beside = |distance: f32| captured(&[0.5 + distance, 0.5], &one)[0];
    assert_eq!(beside(3.0 / 32.0), 0);
    assert_eq!(beside(3.0 / 32.0 - 1e-6), 1);
    // Both axes count together: 0.07 twice is 0.099, beyond 0.09375.
    assert_eq!(captured(&[0.57, 0.57], &one), [0]);
}

#[test]
fn a_sample_counts_for_its_nearest_mode_alone() {
    // 50 modes on the ring are 2 · 0.35 · sin(π/50) = 0.044 apart: three deviations of 0.05 reach over several.
    let ring = mixture("mixtures:ring?modes=50&std=0.05");
    let at = ring.centers()[7];
    let point = at.map(|v| v as f32);
    let counts = captured(&point, &ring);
    assert_eq!((counts[7], counts.iter().sum::<usize>()), (1, 1));
    assert!((judged(&[point, point].concat(), &ring).recall - 0.02).abs() < 1e-12);
}

#[test]
fn the_mixture_itself_has_the_precision_of_the_theory() {
    for text in ["mixtures:ring", "mixtures:grid"] {
        let mixture = mixture(text);
        let reference = moments(&mixture.other().points(N)).unwrap();
        let found = scores(&mixture.points(N), &reference, &mixture).unwrap();
        // 1 − e^(−4.5) = 0.98889 with a standard error of 0.00105.
        assert!((found.precision - 0.98889).abs() < 0.005, "{found:?}");
        assert_eq!(found.recall, 1.0);
        // Expected: (k − 1) / 8n = 24 / 80000 nats at most.
        assert!(found.jensen_shannon.unwrap() < 1e-3, "{found:?}");
        // The means differ by 2 · 0.0617 · 2 / 10000 of squared side, that is 0.25 of the unit; the covariances by less.
        assert!(found.fid_score < 2.0, "{found:?}");
    }
}

#[test]
fn the_distance_is_in_hundredths_of_the_side() {
    // The same points moved by 0.03 to the right: 3 hundredths, squared.
    let here = mixture("mixtures:ring").points(500);
    let moved: Vec<f32> = here.chunks(2).flat_map(|p| [p[0] + 0.03, p[1]]).collect();
    let found = distance(&moments(&here).unwrap(), &moments(&moved).unwrap()).unwrap();
    assert!((found - 9.0).abs() < 1e-3, "{found}");
}

#[test]
fn a_collapsed_generator_and_one_that_hits_nothing_have_numbers_or_none() {
    let ring = mixture("mixtures:ring");
    let one = judged(&[0.85_f32, 0.5].repeat(10), &ring);
    assert_eq!((one.precision, one.recall), (1.0, 0.125));
    // All to one of k modes: (ln(2k/(k+1)) + (ln((2)/(k+1)) + (k−1) ln 2) / k) / 2 with k = 8:
    // ln(16/9) = 0.575364; (ln(2/9) + 7 ln 2) / 8 = (−1.504077 + 4.852030) / 8 = 0.418494; half the sum 0.496929.
    assert!((one.jensen_shannon.unwrap() - 0.496929).abs() < 2e-6);
    // The mean is 0.35 away: 1225 of the unit, and the spread is missing.
    assert!(one.fid_score > 1225.0, "{}", one.fid_score);
    let none = judged(&[0.5_f32; 20], &ring);
    assert_eq!((none.precision, none.recall, none.f1), (0.0, 0.0, 0.0));
    assert_eq!(none.jensen_shannon, None);
}

/// A run of a second on the ring.
fn tiny(data: &str) -> Config {
    Config {
        data: data.into(),
        model: "mlp".into(),
        width: Some(16),
        latent: 4,
        batch_size: 16,
        steps: 20,
        seed: 3,
        threads: Some(1),
        ..Config::default()
    }
}

#[test]
fn a_run_that_is_resumed_ends_in_the_same_bits() {
    let place = tempfile::tempdir().unwrap();
    for loss in ["wgan_gp", "dragan", "vae"] {
        let config = Config {
            loss: loss.into(),
            replay: Some(0.5),
            replay_capacity: 64,
            ..tiny("mixtures:ring?n=100")
        };
        let run = |name: &str, steps: usize, resume: bool| {
            let path = place.path().join(format!("{loss}{name}"));
            let folder = Folder { path, resume };
            let config = Config {
                steps,
                ..config.clone()
            };
            let trained = train(&config, Some(&folder), &Silent).unwrap();
            let onnx = std::fs::read(folder.path.join("generator.onnx")).unwrap();
            let made = trained.sampler.unwrap().values(50, Seed(1)).unwrap();
            (made, onnx, trained.report.measures)
        };
        let straight = run("a", 20, false);
        let half = run("b", 9, false);
        assert_ne!(straight.0, half.0, "{loss}");
        assert!(run("b", 20, true) == straight, "{loss}");
    }
}

#[test]
fn a_checkpoint_belongs_to_its_points() {
    let place = tempfile::tempdir().unwrap();
    let on = |points: Vec<f32>, resume: bool| {
        let folder = Folder {
            path: place.path().to_owned(),
            resume,
        };
        let config = Config {
            steps: 2,
            ..tiny("mixtures:ring?n=100")
        };
        train_on(&config, &Data::of_points(points), Some(&folder), &Silent)
    };
    let points = mixture("mixtures:ring?n=100").points(100);
    on(points.clone(), false).unwrap();
    on(points.clone(), true).unwrap();
    let mut other = points;
    other[17] = f32::from_bits(other[17].to_bits() ^ 1);
    let error = on(other, true).err().unwrap();
    assert!(error.message().contains("another training set"), "{error}");
}

#[test]
fn a_run_leaves_its_measures_and_its_generator_makes_the_same_points_elsewhere() {
    use tract_onnx::prelude::*;
    let config = tiny("mixtures:grid?n=100");
    let trained = train(&config, None, &Silent).unwrap();
    let report = serde_json::to_string(&trained.report).unwrap();
    assert_eq!(
        serde_json::from_str::<Report>(&report).unwrap(),
        trained.report
    );
    assert_eq!(trained.report.extractor.as_deref(), Some("points"));
    let Some(Measures::Mixture(found)) = trained.report.measures else {
        panic!("no measures: {report}");
    };
    let sampler = trained.sampler.as_ref().unwrap();
    let again = of_run(sampler, &mixture("mixtures:grid"), Seed(3)).unwrap();
    assert_eq!(found, again);
    let error = trained.sample(3, Seed(1)).err().unwrap();
    assert!(error.message().contains("points in the plane"), "{error}");
    let bytes = crate::training::run::onnx(sampler, &config.settle().unwrap()).unwrap();
    let plan = tract_onnx::onnx()
        .with_ignore_output_shapes(true)
        .model_for_read(&mut bytes.as_slice())
        .unwrap()
        .with_input_fact(0, f32::fact([3, 4]).into())
        .unwrap()
        .into_optimized()
        .unwrap()
        .into_runnable()
        .unwrap();
    let latents: Vec<f32> = (0..3).flat_map(|i| sampler.latent(Seed(7), i)).collect();
    let input = Tensor::from_shape(&[3, 4], &latents).unwrap();
    let output = plan.run(tvec!(input.into())).unwrap();
    assert_eq!(output[0].shape(), [3, 2]);
    let plain = output[0].try_as_plain_ram().unwrap();
    let expected = sampler.values(3, Seed(7)).unwrap();
    for (ours, theirs) in expected.iter().zip(plain.as_slice::<f32>().unwrap()) {
        assert!((ours - theirs).abs() < 1e-5, "{ours}, {theirs}");
    }
}

#[test]
fn a_short_training_reaches_every_mode() {
    let of = |steps: usize| {
        let config = Config {
            loss: "hinge".into(),
            width: Some(64),
            latent: 64,
            batch_size: 128,
            batch_norm: Some(false),
            batch_norm_decay: 0.99,
            learning_rate: Some(1e-3),
            beta1: Some(0.5),
            steps,
            ..tiny("mixtures:ring")
        };
        match train(&config, None, &Silent).unwrap().report.measures {
            Some(Measures::Mixture(found)) => found,
            other => panic!("{other:?}"),
        }
    };
    let (before, after) = (of(1), of(1500));
    assert!(
        before.recall < 1.0 && before.fid_score > 500.0,
        "{before:?}"
    );
    assert_eq!(after.recall, 1.0, "{after:?}");
    assert!(
        after.precision > 0.15 && after.fid_score < 100.0,
        "{after:?}"
    );
}
