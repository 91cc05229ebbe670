//! Every loss against values computed by hand, and the penalties against finite differences.

use super::*;
use crate::rng::Seed;
use crate::training::layers::{Builder, Extent, Init, Network};
use burn::tensor::{Device, TensorData};

fn rows(values: &[f32], width: usize) -> Rows {
    let shape = [values.len() / width, width];
    Rows::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
}

fn judged(logits: &[f32]) -> Judged {
    Judged {
        pictures: rows(logits, 1),
        output: rows(logits, 1),
    }
}

/// The game called `name`.
fn find(name: &str) -> Option<&'static dyn Loss> {
    let known = LOSSES.iter().find(|loss| loss.card().name == name);
    known.copied()
}

fn number(tensor: Tensor<1>) -> f64 {
    f64::from(tensor.into_scalar::<f32>())
}

/// Logits whose sigmoids are 3/4 and 1/2: ln 3 and 0.
const LN_3: f32 = 1.098_612_3;

/// D's and G's loss on real logits (ln 3, 0) and generated logits (0, -ln 3).
fn both(name: &str) -> (f64, f64) {
    let loss = find(name).unwrap();
    let (real, fake) = (judged(&[LN_3, 0.0]), judged(&[0.0, -LN_3]));
    (
        number(loss.discriminator(&real, &fake, 0.0)),
        number(loss.generator(&fake)),
    )
}

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-6,
        "{found}, expected {expected}"
    );
}

#[test]
fn minimax_is_the_cross_entropy_and_its_negative_half() {
    // s(ln 3) = 3/4, s(0) = 1/2, s(-ln 3) = 1/4. D: -(ln 3/4 + ln 1/2)/2 - (ln 1/2 + ln 3/4)/2 = -ln(3/8) = 0.980829.
    // G: (ln 1/2 + ln 3/4)/2 = ln(3/8)/2 = -0.490415.
    let (d, g) = both("minimax");
    close(d, 0.980_829_253);
    close(g, -0.490_414_627);
}

#[test]
fn non_saturating_raises_the_probability_of_real() {
    // G: -(ln 1/2 + ln 1/4)/2 = ln(8)/2 = 1.039721.
    let (d, g) = both("non_saturating");
    close(d, 0.980_829_253);
    close(g, 1.039_720_771);
}

#[test]
fn least_squares_has_two_forms() {
    // Sigmoid: D: .5 ((1/16 + 1/4)/2 + (1/4 + 1/16)/2) = .5 * 5/16 = 0.15625. G: .5 (1/4 + 9/16)/2 = 0.203125.
    let (d, g) = both("least_squares");
    close(d, 0.156_25);
    close(g, 0.203_125);
    // Logits: D: .5 (((ln 3 - 1)² + 1)/2 + (0 + ln² 3)/2) = .5 (0.504862 + 0.603475) = 0.554168.
    // G: .5 (1 + (ln 3 + 1)²)/2 = .25 (1 + 4.404173) = 1.351043.
    let (d, g) = both("least_squares_paper");
    close(d, 0.554_168_7);
    close(g, 1.351_043_4);
}

#[test]
fn wasserstein_is_the_difference_of_means() {
    // mean D(G) - mean D(x) = -ln 3 / 2 - ln 3 / 2 = -ln 3; G: ln 3 / 2.
    for name in ["wasserstein", "wgan_gp", "wgan_gp_paper"] {
        let (d, g) = both(name);
        close(d, -1.098_612_289);
        close(g, 0.549_306_144);
    }
}

#[test]
fn dragan_is_non_saturating_but_for_its_penalty() {
    assert_eq!(both("dragan"), both("non_saturating"));
    assert_eq!(both("dragan_paper"), both("non_saturating"));
}

#[test]
fn hinge_keeps_a_margin_of_one() {
    // D: (max(0, 1 - ln 3) + 1)/2 + (1 + max(0, 1 - ln 3))/2 = (0 + 1)/2 + (1 + 0)/2 = 1. G: ln 3 / 2.
    let (d, g) = both("hinge");
    close(d, 1.0);
    close(g, 0.549_306_144);
}

#[test]
fn began_balances_reconstruction_errors() {
    let loss = find("began").unwrap();
    let ae = |pictures: &[f32], output: &[f32]| Judged {
        pictures: rows(pictures, 2),
        output: rows(output, 2),
    };
    // L(x) = (0.1 + 0.3)/2 = 0.2, L(G) = (0.4 + 0.2)/2 = 0.3; D with k = 0.5: 0.2 - 0.15 = 0.05.
    let real = ae(&[0.5, 0.5], &[0.6, 0.2]);
    let fake = ae(&[0.0, 1.0], &[0.4, 0.8]);
    close(number(loss.discriminator(&real, &fake, 0.5)), 0.05);
    close(number(loss.generator(&fake)), 0.3);
    // k: 0 + 0.1 (0.75 * 0.2 - 0.3) = -0.015 in the code, held at 0 in the paper.
    let constants = Constants {
        lambda: 0.1,
        clip: 0.0,
        gamma: 0.75,
    };
    close(loss.remembered(0.0, 0.2, 0.3, &constants), -0.015);
    let paper = find("began_paper").unwrap();
    close(paper.remembered(0.0, 0.2, 0.3, &constants), 0.0);
}

#[test]
fn the_saturating_gradient_vanishes_where_the_discriminator_wins() {
    // d/dz of -ln(1 + e^z) is -s(z); of ln(1 + e^-z) it is -(1 - s(z)). At z = -ln 3: -1/4 and -3/4. At 0 both are -1/2.
    for (logit, minimax, other) in [(-LN_3, -0.25, -0.75), (0.0, -0.5, -0.5)] {
        for (name, expected) in [("minimax", minimax), ("non_saturating", other)] {
            let output = rows(&[logit], 1).autodiff().require_grad();
            let fake = Judged {
                pictures: rows(&[0.0], 1),
                output: output.clone(),
            };
            let gradients = find(name).unwrap().generator(&fake).backward();
            let gradient = output.grad(&gradients).unwrap().into_scalar::<f32>();
            close(f64::from(gradient), expected);
        }
    }
}

#[test]
fn extreme_logits_give_finite_losses() {
    for loss in LOSSES.iter().filter(|l| l.head() == Head::Logit) {
        let (real, fake) = (judged(&[-200.0, 200.0]), judged(&[200.0, -200.0]));
        assert!(number(loss.discriminator(&real, &fake, 0.0)).is_finite());
        assert!(number(loss.generator(&fake)).is_finite());
    }
}

#[test]
fn the_penalty_of_a_linear_discriminator_is_known() {
    // D(x) = (3, 4) x: the gradient's norm is 5 everywhere, (5 - 1)² = 16; of the sigmoid at D = 0 it is 5/4, so 1/16.
    let mut d = Builder::new("d", Extent::flat(2), Seed(1), Init::He)
        .dense(1)
        .finish(0.9);
    d.parameters.list_mut()[0].values = vec![3.0, 4.0];
    let device = Device::flex();
    let lent = d.lend(&device, false, false).unwrap();
    let at = |of| Probe {
        points: vec![0.0, 0.0],
        of,
        floor: 0.0,
    };
    close(
        number(penalty(&d, &lent, at(ProbeOf::Logit), &device)),
        16.0,
    );
    close(
        number(penalty(&d, &lent, at(ProbeOf::Sigmoid), &device)),
        0.0625,
    );
    // With a floor of 11 under the root: sqrt(25 + 11) = 6, (6 - 1)² = 25.
    let raised = Probe {
        floor: 11.0,
        ..at(ProbeOf::Logit)
    };
    close(number(penalty(&d, &lent, raised, &device)), 25.0);
}

/// A small discriminator with convolutions, and batch norm if wanted.
fn discriminator(batch_norm: bool) -> Network {
    let built = Builder::new("d", Extent::square(6, 1), Seed(8), Init::He)
        .conv(3, 4, 2)
        .leaky_relu(0.2)
        .conv(4, 4, 2)
        .batch_norm(batch_norm)
        .leaky_relu(0.2)
        .dense(6)
        .batch_norm(batch_norm)
        .leaky_relu(0.2);
    built.dense(1).finish(0.9)
}

#[test]
fn the_penaltys_gradient_is_the_finite_difference() {
    let mut stream = Seed(9).stream("t", 0);
    let points: Vec<f32> = (0..5 * 36).map(|_| stream.uniform() as f32).collect();
    let device = Device::flex();
    for (batch_norm, of) in [
        (false, ProbeOf::Logit),
        (true, ProbeOf::Logit),
        (true, ProbeOf::Sigmoid),
    ] {
        let mut d = discriminator(batch_norm);
        let probe = || Probe {
            points: points.clone(),
            of,
            floor: 1e-4,
        };
        let lent = d.lend(&device, true, false).unwrap();
        let mut gradients = penalty(&d, &lent, probe(), &device).backward();
        for slot in 0..lent.tensors().len() {
            let Some(gradient) = lent.raw(slot).grad_remove(&mut gradients) else {
                continue;
            };
            let gradient = crate::training::layers::values(gradient).unwrap();
            let at = gradient.len() / 2;
            let mut with = |by: f32| {
                d.parameters.list_mut()[slot].values[at] += by;
                let lent = d.lend(&device, false, false).unwrap();
                d.parameters.list_mut()[slot].values[at] -= by;
                number(penalty(&d, &lent, probe(), &device))
            };
            let step = 2e-3;
            let expected = (with(step) - with(-step)) / (2.0 * f64::from(step));
            let found = f64::from(gradient[at]);
            assert!(
                (found - expected).abs() < 3e-2 * expected.abs().max(0.03),
                "{} with {of:?}: {found}, finite difference {expected}",
                d.parameters.list()[slot].name
            );
        }
    }
}

#[test]
fn the_probes_lie_where_each_form_puts_them() {
    let (real, fake) = ([0.0_f32, 1.0, 0.0, 1.0], [1.0_f32, 0.0, 1.0, 0.0]);
    let probe = |name: &str| {
        let mut stream = Seed(3).stream("t", 0);
        let probe = find(name).unwrap().probe(&real, &fake, 2, &mut stream);
        probe.unwrap()
    };
    // Between: each picture has its own share, the same for all of its values: x = (a, 1 - a).
    let points = probe("wgan_gp").points;
    assert!((points[0] + points[1] - 1.0).abs() < 1e-6 && points[0] != points[2]);
    // The code's noise is never negative and at most half of the deviation (0.5), the paper's is.
    let moved: Vec<f32> = probe("dragan").points;
    let by: Vec<f32> = moved.iter().zip(&real).map(|(p, x)| p - x).collect();
    assert!(by.iter().all(|d| (0.0..0.25).contains(d)), "{by:?}");
    assert_eq!(probe("dragan").of, ProbeOf::Sigmoid);
    assert_eq!(probe("dragan_paper").of, ProbeOf::Logit);
    assert_eq!(probe("wgan_gp").floor, 1e-4);
    assert!(
        find("hinge")
            .unwrap()
            .probe(&real, &fake, 2, &mut Seed(3).stream("t", 0))
            .is_none()
    );
}

#[test]
fn the_evidence_bound_is_cross_entropy_and_divergence() {
    // Two channels of one pixel, x = (1, 0), y = (1/2, 3/4): -(ln 1/2 + ln 1/4) / 2 channels = ln(8) / 2 = 1.039721.
    // Mean 2, deviation 1, which is the softplus of ln(e - 1): (4 + 1 - 0 - 1) / 2 = 2.
    let made = rows(&[0.5, 0.75], 2);
    let code = || rows(&[2.0, 0.541_324_9], 2);
    let pictures = rows(&[1.0, 0.0], 2);
    let found = number(Vae::CODE.objective(&pictures, made.clone(), code(), 2));
    assert!((found - 3.039_721).abs() < 1e-5, "{found}");
    // With one channel of two pixels the sum is not divided: ln 8 + 2.
    let found = number(Vae::CODE.objective(&pictures, made.clone(), code(), 1));
    assert!((found - 4.079_442).abs() < 1e-5, "{found}");
    let (mean, deviation) = vae::moments(code());
    assert_eq!(mean.into_scalar::<f32>(), 2.0);
    assert!((deviation.into_scalar::<f32>() - 1.000_001).abs() < 1e-5);
    // A latent is mean + deviation * noise: 2 - 1 * 3.
    let latent = Vae::CODE.codes(code(), rows(&[-3.0], 1));
    assert!((latent.into_scalar::<f32>() + 1.0).abs() < 1e-5);
    // The plain auto-encoder has the cross entropy alone, and takes no noise.
    let plain = &ae_code::AeCode;
    let found = number(plain.objective(&pictures, made, rows(&[2.0], 1), 1));
    assert!((found - 2.079_442).abs() < 1e-5, "{found}");
    let latent = plain.codes(rows(&[2.0], 1), rows(&[-3.0], 1));
    assert_eq!(latent.into_scalar::<f32>(), 2.0);
}

#[test]
fn latent_optimisation_sums_squares_over_a_picture_and_means_over_pictures() {
    // Pictures (1, 0) and (0, 0), made (1/2, 1/2) and (0, 1): (1/4 + 1/4 + 0 + 1) / 2 = 0.75.
    let (pictures, made) = (
        rows(&[1.0, 0.0, 0.0, 0.0], 2),
        rows(&[0.5, 0.5, 0.0, 1.0], 2),
    );
    let code = rows(&[0.0, 0.0], 1);
    let found = number(glo::Glo.objective(&pictures, made, code, 1));
    assert!((found - 0.75).abs() < 1e-6, "{found}");
    // (3, 4) has the norm 5 and comes back to 1; (0.3, 0.4) is inside and stays.
    let mut codes = [3.0, 4.0, 0.3, 0.4];
    glo::into_ball(&mut codes, 2);
    assert_eq!(codes, [0.6, 0.8, 0.3, 0.4]);
}

#[test]
fn every_loss_has_a_name_of_its_own_and_a_source() {
    let all = Method::all();
    let mut names: Vec<&str> = all.iter().map(|method| method.card().name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len());
    for method in &all {
        let card = method.card();
        assert!(card.paper.contains("arXiv"), "{}", card.name);
        let other = format!("{}_paper", card.name);
        let two_forms = card.name.ends_with("_paper") || names.contains(&other.as_str());
        assert!(!two_forms || !card.differences.is_empty(), "{}", card.name);
    }
    let unknown = Method::find("wgan").err().unwrap();
    assert!(unknown.advice().unwrap().contains("wasserstein"));
}
