//! The models' shapes and counts, against the study's own numbers.

use super::*;
use crate::training::layers::{Mode, Pass, Role, Rows};
use burn::tensor::{Device, TensorData};

fn plan(size: usize, channels: usize, width: usize, head: Head) -> Plan {
    Plan {
        size,
        channels,
        latent: 64,
        width,
        head,
        batch_norm: true,
        spectral_norm: false,
        decay: 0.999,
        seed: Seed(1),
    }
}

#[test]
fn the_studys_pair_has_the_studys_weights() {
    // D at 28 x 28 x 1 without BN: 16*64 + 64 = 1088; 16*64*128 + 128 = 131200; 6272*1024 + 1024 = 6423552; 1025. With
    // BN: + 2*128 + 2*1024 = 2304. Sum 6559169 ("6.6M").
    let pair = build(&info_gan::InfoGan, &plan(28, 1, 64, Head::Logit)).unwrap();
    assert_eq!(pair.discriminator.parameters.n_learned(), 6_559_169);
    // At 32 x 32 x 3: 48*64 + 64 = 3136; 131200; 8192*1024 + 1024 = 8389632; 1025; 2304: 8527297 ("8.5M").
    let pair = build(&info_gan::InfoGan, &plan(32, 3, 64, Head::Logit)).unwrap();
    assert_eq!(pair.discriminator.parameters.n_learned(), 8_527_297);
    // BEGAN's at 28 ("1.3M" in the study, counted at 32 x 32 x 3: 3136 + 131200 + 8192*64 + 64 + 64*8192 + 8192 +
    // 16*128*64 + 64 + 16*64*3 + 3 = 1325379, without BN).
    let began = Plan {
        batch_norm: false,
        ..plan(32, 3, 64, Head::Reconstruction)
    };
    let pair = build(&info_gan::InfoGan, &began).unwrap();
    assert_eq!(pair.discriminator.parameters.n_learned(), 1_325_379);
    // G at 28: 64*1024 + 1024 = 66560; BN 2048; 1024*6272 + 6272 = 6428800; BN 12544; 128*1024 + 64 = 131136; BN 128;
    // 64*16 + 1 = 1025. Sum 6642241.
    let pair = build(&info_gan::InfoGan, &plan(28, 1, 64, Head::Logit)).unwrap();
    assert_eq!(pair.generator.parameters.n_learned(), 6_642_241);
}

#[test]
fn the_studys_weights_begin_as_its_code_says() {
    let pair = build(&info_gan::InfoGan, &plan(28, 1, 64, Head::Logit)).unwrap();
    let spread = |values: &[f32]| {
        let squares = values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>();
        (squares / values.len() as f64).sqrt()
    };
    for parameter in pair.discriminator.parameters.list() {
        let values = &parameter.values;
        if parameter.name.contains("conv") && parameter.name.ends_with("weight") {
            // Truncation at two deviations: none beyond 0.04, and 0.8796 of the deviation is left.
            assert!(values.iter().all(|v| v.abs() <= 0.04));
            assert!(
                (spread(values) - 0.01759).abs() < 1.5e-3,
                "{}",
                parameter.name
            );
        } else if parameter.name.ends_with("dense.weight") && values.len() > 2000 {
            assert!((spread(values) - 0.02).abs() < 1e-4, "{}", parameter.name);
            assert!(values.iter().any(|v| v.abs() > 0.04));
        } else if parameter.name.ends_with("bias") || parameter.name.ends_with("beta") {
            assert!(values.iter().all(|&v| v == 0.0));
        }
    }
}

/// Channels and heads. Where there is no second network, a picture passes through none.
const HEADS: [(usize, Head); 5] = [
    (1, Head::Logit),
    (1, Head::Moments),
    (1, Head::Code),
    (1, Head::Nothing),
    (3, Head::Reconstruction),
];

#[test]
fn every_model_makes_pictures_of_every_size_it_names_and_judges_them() {
    let device = Device::flex();
    for model in MODELS {
        for &size in model.sizes() {
            for (channels, head) in HEADS {
                let plan = plan(size, channels, 4, head);
                let mut pair = build(*model, &plan).unwrap();
                let latent = TensorData::new(vec![0.5_f32; 2 * 64], [2, 64]);
                let values = plan.picture().len();
                let lent = pair.generator.lend(&device, false, false).unwrap();
                let mut pass = Pass::new(&lent, Mode::Evaluation);
                let made = pair
                    .generator
                    .forward(Rows::from_data(latent, &device), &mut pass);
                assert_eq!(made.dims(), [2, values], "{} {size}", model.name());
                let lent = pair.discriminator.lend(&device, false, false).unwrap();
                let mut pass = Pass::new(&lent, Mode::Training);
                let judged = pair.discriminator.forward(made, &mut pass);
                let expected = match head {
                    Head::Logit => 1,
                    Head::Moments => 128,
                    Head::Code => 64,
                    Head::Reconstruction | Head::Nothing => values,
                };
                assert_eq!(judged.dims(), [2, expected], "{} {size}", model.name());
            }
        }
    }
}

#[test]
fn the_bad_model_has_no_normalisation() {
    let pair = build(&bad::Bad, &plan(28, 1, 8, Head::Logit)).unwrap();
    for network in [&pair.generator, &pair.discriminator] {
        assert!(
            network
                .parameters
                .list()
                .iter()
                .all(|p| p.role == Role::Learned)
        );
    }
}

#[test]
fn what_no_model_supports_is_refused_with_the_list() {
    let error = build(&info_gan::InfoGan, &plan(30, 1, 64, Head::Logit))
        .err()
        .unwrap();
    assert!(error.message().contains("28"), "{error}");
    assert!(build(&mlp::Mlp, &plan(28, 2, 64, Head::Logit)).is_err());
    let unknown = find("vgg").err().unwrap();
    assert!(
        unknown.advice().unwrap().contains("info_gan, dcgan"),
        "{unknown}"
    );
}
