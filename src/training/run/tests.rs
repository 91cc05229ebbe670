//! Whole runs on tiny pictures.

use super::*;
use crate::progress::Silent;
use crate::training::losses::Method;
use crate::training::models::MODELS;

/// 40 pictures of 8 x 8: a bright square somewhere on a dark ground.
fn squares(channels: usize) -> Data {
    let mut stream = Seed(11).stream("t", 0);
    let mut bytes = Vec::new();
    for _ in 0..40 {
        let (top, left) = (stream.below(5), stream.below(5));
        for y in 0..8 {
            for x in 0..8 {
                let inside = (top..top + 4).contains(&y) && (left..left + 4).contains(&x);
                bytes.extend(vec![if inside { 230_u8 } else { 20 }; channels]);
            }
        }
    }
    Data::new(bytes, Extent::square(8, channels))
}

fn tiny(model: &str, loss: &str) -> Config {
    Config {
        model: model.into(),
        loss: loss.into(),
        size: 8,
        steps: 6,
        batch_size: 8,
        latent: 5,
        width: Some(4),
        seed: 3,
        ..Config::default()
    }
}

/// Everything that training may change: the weights of both networks.
fn weights(config: &Config, folder: &Path) -> Vec<u8> {
    let whole = std::fs::read(folder.join("checkpoint.gavel")).unwrap();
    let settled = config.settle().unwrap();
    let mut game = Game::new(&settled, 40).unwrap();
    let fingerprint = squares(config.channels).fingerprint;
    let path = folder.join("checkpoint.gavel");
    let (step, record) = checkpoint::load(&path, config, &fingerprint, &mut game).unwrap();
    assert_eq!(step, config.steps, "{} bytes", whole.len());
    assert!(record.seconds > 0.0);
    let networks = [&game.pair.generator, &game.pair.discriminator];
    let values = networks.iter().flat_map(|n| n.parameters.list());
    let values = values.flat_map(|p| p.values.as_slice());
    let codes = game.codes.iter().flat_map(|c| c.values.as_slice());
    let values = values.chain(codes).flat_map(|v| v.to_le_bytes());
    values.chain(game.k.to_le_bytes()).collect()
}

fn folder(path: &Path, resume: bool) -> Folder {
    Folder {
        path: path.to_path_buf(),
        resume,
    }
}

fn run(config: &Config, path: &Path, resume: bool) -> Trained {
    let folder = folder(path, resume);
    train_on(config, &squares(config.channels), Some(&folder), &Silent).unwrap()
}

#[test]
fn every_loss_trains_every_model() {
    for model in MODELS {
        for method in Method::all() {
            let name = method.card().name;
            let config = Config {
                steps: 2,
                channels: 3,
                spectral_norm: name == "hinge",
                ..tiny(model.name(), name)
            };
            let trained = train_on(&config, &squares(3), None, &Silent).unwrap();
            let report = &trained.report;
            assert_eq!(report.ending, Ending::Ok, "{} {name}", model.name());
            assert_eq!(report.steps, 2);
            let set = trained.sample(3, Seed(1)).unwrap();
            assert_eq!(set.pictures().len(), 3);
            assert_eq!(set.pictures()[0].rgb.len(), 8 * 8 * 3);
        }
    }
}

#[test]
fn a_run_that_is_resumed_ends_in_the_same_bits() {
    for (model, loss) in [
        ("info_gan", "dragan"),
        ("mlp", "began"),
        ("dcgan", "wgan_gp"),
        ("info_gan", "ae_code"),
        ("mlp", "glo"),
    ] {
        let place = tempfile::tempdir().unwrap();
        let config = Config {
            ema: Some(0.9),
            replay: Some(0.5),
            replay_capacity: 16,
            gradient_norm: Some(5.0),
            ..tiny(model, loss)
        };
        let (straight, halves) = (place.path().join("a"), place.path().join("b"));
        run(&config, &straight, false);
        let half = Config {
            steps: 3,
            ..config.clone()
        };
        run(&half, &halves, false);
        let resumed = run(&config, &halves, true);
        assert_eq!(resumed.report.steps, 6);
        let equal = weights(&config, &straight) == weights(&config, &halves);
        assert!(equal, "{model} {loss}");
    }
}

#[test]
fn threads_change_no_bit() {
    // Wide enough for the matrix products to be shared out.
    let place = tempfile::tempdir().unwrap();
    let of = |threads: usize| {
        let config = Config {
            threads: Some(threads),
            batch_size: 32,
            width: Some(48),
            steps: 2,
            ..tiny("info_gan", "wgan_gp")
        };
        let path = place.path().join(threads.to_string());
        run(&config, &path, false);
        weights(&config, &path)
    };
    let one = of(1);
    assert!(one == of(2), "two threads");
    assert!(one == of(3), "three threads");
}

#[test]
fn another_seed_is_another_run() {
    let place = tempfile::tempdir().unwrap();
    let of = |seed: u64| {
        let config = Config {
            seed,
            ..tiny("mlp", "hinge")
        };
        let path = place.path().join(seed.to_string());
        run(&config, &path, false);
        weights(&config, &path)
    };
    assert!(of(1) != of(2));
}

#[test]
fn what_is_no_longer_finite_is_a_failed_run_and_no_number() {
    let place = tempfile::tempdir().unwrap();
    let config = Config {
        learning_rate: Some(1e30),
        steps: 50,
        ..tiny("bad", "wgan_gp")
    };
    let trained = run(&config, place.path(), false);
    let Ending::Failed { step, reason } = &trained.report.ending else {
        panic!("the run ended well: {:?}", trained.report.history.last());
    };
    assert!(*step < 50 && reason.contains("loss"), "{reason}");
    assert!(trained.sample(1, Seed(1)).is_err());
    let text = std::fs::read_to_string(place.path().join("run.json")).unwrap();
    let saved: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(saved, trained.report);
    assert!(text.contains("\"status\": \"failed\""), "{text}");
    assert!(!place.path().join("generator.onnx").exists());
}

#[test]
fn training_brings_the_samples_nearer() {
    // The mean picture of the squares is far from gray 0.5 everywhere; a trained generator comes nearer to it.
    let data = squares(1);
    let mean = |values: &[f32]| {
        let n = values.len() / 64;
        let sum = |at: usize| values.iter().skip(at).step_by(64).sum::<f32>() / n as f32;
        (0..64).map(sum).collect::<Vec<f32>>()
    };
    let real = mean(&data.batch(&(0..40).collect::<Vec<_>>()));
    let distance = |loss: &str, steps: usize| {
        let config = Config {
            steps,
            width: Some(64),
            learning_rate: Some(1e-3),
            beta1: Some(0.5),
            batch_size: 16,
            batch_norm: Some(false),
            batch_norm_decay: 0.9,
            ..tiny("mlp", loss)
        };
        let trained = train_on(&config, &data, None, &Silent).unwrap();
        let made = trained.sampler.unwrap().values(128, Seed(5)).unwrap();
        let off = mean(&made).into_iter().zip(&real);
        off.map(|(a, b)| (a - b).powi(2)).sum::<f32>()
    };
    for loss in ["non_saturating", "wgan_gp", "vae_paper", "ae_code", "glo"] {
        let (before, after) = (distance(loss, 1), distance(loss, 400));
        assert!(
            after < before / 3.0,
            "{loss}: {before} before, {after} after"
        );
    }
}

#[test]
fn checkpoints_of_others_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let config = tiny("mlp", "hinge");
    run(&config, place.path(), false);
    let again = |config: &Config, resume: bool| {
        let folder = folder(place.path(), resume);
        train_on(config, &squares(1), Some(&folder), &Silent)
            .err()
            .unwrap()
    };
    assert!(again(&config, false).advice().unwrap().contains("--resume"));
    let other = Config {
        batch_size: 4,
        ..config.clone()
    };
    let error = again(&other, true);
    assert!(
        error.message().contains("batch_size was 8, is 4"),
        "{error}"
    );
    let path = place.path().join("checkpoint.gavel");
    let whole = std::fs::read(&path).unwrap();
    for (found, said) in [
        (whole[..whole.len() - 5].to_vec(), "damaged"),
        (b"gavel.checkpoint/9\nrest".to_vec(), "gavel.checkpoint/9"),
        (b"something else".to_vec(), "not a checkpoint"),
        (b"gavel.checkpoint/1\n".to_vec(), "damaged"),
    ] {
        std::fs::write(&path, found).unwrap();
        let error = again(&config, true);
        assert!(error.message().contains(said), "{error}");
    }
}

#[test]
fn the_generator_is_updated_when_the_study_updates_it() {
    let at = |n: usize| -> Vec<usize> {
        (0..12)
            .filter(|&step| Game::updates_generator(n, step))
            .collect()
    };
    assert_eq!(at(5), [0, 1, 6, 11]);
    assert_eq!(at(1), (0..12).collect::<Vec<_>>());
    let trained = train_on(
        &Config {
            n_critic: Some(5),
            steps: 12,
            ..tiny("mlp", "wasserstein")
        },
        &squares(1),
        None,
        &Silent,
    );
    assert_eq!(trained.unwrap().report.generator_updates, 4);
}

#[test]
fn clipped_weights_stay_in_their_bounds() {
    let config = Config {
        clip: Some(0.02),
        ..tiny("dcgan", "wasserstein")
    };
    let settled = config.settle().unwrap();
    let mut game = Game::new(&settled, 40).unwrap();
    let data = squares(1);
    let places: Vec<usize> = (0..8).collect();
    game.step(0, &data.batch(&places), &places).unwrap();
    let learned = game.pair.discriminator.parameters.list().iter();
    let learned = learned.filter(|p| p.role == crate::training::layers::Role::Learned);
    assert!(learned.flat_map(|p| &p.values).all(|v| v.abs() <= 0.02));
}

#[test]
fn sample_i_is_the_same_however_many_are_drawn() {
    let trained = train_on(&tiny("info_gan", "hinge"), &squares(1), None, &Silent).unwrap();
    let sampler = trained.sampler.unwrap();
    let (many, few) = (
        sampler.values(130, Seed(4)).unwrap(),
        sampler.values(3, Seed(4)).unwrap(),
    );
    assert_eq!(many[..3 * 64], few[..]);
    assert_ne!(few, sampler.values(3, Seed(5)).unwrap());
}

#[test]
fn the_onnx_file_gives_the_same_pictures() {
    use tract_onnx::prelude::*;
    // The prior of a baseline stands before its generator.
    let losses = ["hinge", "ae_code"].into_iter();
    for (model, loss) in losses.flat_map(|loss| MODELS.iter().map(move |model| (model, loss))) {
        let config = Config {
            channels: 3,
            steps: 3,
            ..tiny(model.name(), loss)
        };
        let trained = train_on(&config, &squares(3), None, &Silent).unwrap();
        let sampler = trained.sampler.unwrap();
        let bytes = super::onnx(&sampler, &config.settle().unwrap()).unwrap();
        let plan = tract_onnx::onnx()
            .with_ignore_output_shapes(true)
            .model_for_read(&mut bytes.as_slice())
            .unwrap()
            .with_input_fact(0, f32::fact([2, 5]).into())
            .unwrap()
            .into_optimized()
            .unwrap()
            .into_runnable()
            .unwrap();
        let latents: Vec<f32> = (0..2).flat_map(|i| sampler.latent(Seed(7), i)).collect();
        let input = Tensor::from_shape(&[2, 5], &latents).unwrap();
        let output = plan.run(tvec!(input.into())).unwrap();
        assert_eq!(output[0].shape(), [2, 3, 8, 8], "{}", model.name());
        let plain = output[0].try_as_plain_ram().unwrap();
        let expected = sampler.values(2, Seed(7)).unwrap();
        for (at, value) in plain.as_slice::<f32>().unwrap().iter().enumerate() {
            let (n, c, y, x) = (at / 192, at / 64 % 3, at / 8 % 8, at % 8);
            let ours = expected[((n * 8 + y) * 8 + x) * 3 + c];
            assert!(
                (ours - value).abs() < 1e-5,
                "{}: {ours}, {value}",
                model.name()
            );
        }
    }
}
