//! Hyper-parameters: their names, the study's defaults and ranges, and drawing from a range.

use crate::rng::Stream;
use std::collections::BTreeMap;

/// A hyper-parameter's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A count.
    Count(u64),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// As TOML and as tables write it.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Number(number) => format!("{number:?}"),
            Self::Count(count) => count.to_string(),
            Self::Flag(flag) => flag.to_string(),
        }
    }

    /// For a run's file.
    #[must_use]
    pub fn toml(self) -> toml::Value {
        match self {
            Self::Number(number) => toml::Value::Float(number),
            Self::Count(count) => toml::Value::Integer(count as i64),
            Self::Flag(flag) => toml::Value::Boolean(flag),
        }
    }
}

/// What a hyper-parameter is drawn from.
#[derive(Debug, Clone, PartialEq)]
pub enum Range {
    /// Between both, every number alike.
    Uniform(f64, f64),
    /// Between both, every power alike.
    LogUniform(f64, f64),
    /// One of these.
    Choice(Vec<Value>),
}

impl Range {
    /// One value.
    #[must_use]
    pub fn draw(&self, stream: &mut Stream) -> Option<Value> {
        let between = |low: f64, high: f64, share: f64| low + (high - low) * share;
        match self {
            Self::Uniform(low, high) => Some(Value::Number(between(*low, *high, stream.uniform()))),
            Self::LogUniform(low, high) => {
                let power = between(low.log10(), high.log10(), stream.uniform());
                Some(Value::Number(10f64.powf(power).clamp(*low, *high)))
            }
            Self::Choice(values) if values.is_empty() => None,
            Self::Choice(values) => values.get(stream.below(values.len())).copied(),
        }
    }
}

/// What kind of value a hyper-parameter has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Above 0.
    Positive,
    /// 0 to 1.
    Share,
    /// 0 or more.
    NotNegative,
    Count,
    Flag,
}

/// A hyper-parameter: its name for the trainer, its column in the study's table, its kind.
#[derive(Debug)]
pub(super) struct Parameter {
    pub name: &'static str,
    pub column: &'static str,
    pub kind: Kind,
}

const fn parameter(name: &'static str, column: &'static str, kind: Kind) -> Parameter {
    Parameter { name, column, kind }
}

pub(super) const PARAMETERS: [Parameter; 7] = [
    parameter("learning_rate", "learning_rate", Kind::Positive),
    parameter("beta1", "beta1", Kind::Share),
    parameter("n_critic", "disc_iters", Kind::Count),
    parameter("batch_norm", "discriminator_batchnorm", Kind::Flag),
    parameter("clip", "weight_clipping", Kind::Positive),
    parameter("lambda", "lambda", Kind::NotNegative),
    parameter("gamma", "gamma", Kind::NotNegative),
];

/// Does this loss have that hyper-parameter?
pub(super) fn has(loss: &str, parameter: &str) -> bool {
    match parameter {
        "clip" => loss == "wasserstein",
        "lambda" => matches!(loss, "wgan_gp" | "dragan" | "began"),
        "gamma" => loss == "began",
        "n_critic" => !super::super::known::is_baseline(loss),
        _ => true,
    }
}

/// The default configuration of a loss: the study's `GetDefaultParams`. The hinge loss is not in the study; its values are
/// those of SNGAN (Miyato et al. 2018, setting C of its table 1 with one discriminator update). The other baselines have
/// the VAE's.
pub(super) fn defaults(loss: &str) -> BTreeMap<&'static str, Value> {
    let (learning_rate, beta1, n_critic, batch_norm) = match loss {
        "minimax" | "non_saturating" => (5e-5, 0.0, 1, true),
        "least_squares" => (2e-4, 0.5, 1, true),
        "wasserstein" => (5e-5, 0.5, 5, true),
        "wgan_gp" | "began" => (1e-4, 0.5, 5, false),
        "dragan" => (1e-4, 0.5, 1, true),
        "hinge" => (2e-4, 0.5, 1, false),
        _ => (5e-5, 0.5, 1, true),
    };
    let (lambda, clip, gamma) = match loss {
        "began" => (1e-3, 0.01, 0.75),
        _ => (10.0, 0.01, 0.75),
    };
    let all = [
        ("learning_rate", Value::Number(learning_rate)),
        ("beta1", Value::Number(beta1)),
        ("n_critic", Value::Count(n_critic)),
        ("batch_norm", Value::Flag(batch_norm)),
        ("lambda", Value::Number(lambda)),
        ("clip", Value::Number(clip)),
        ("gamma", Value::Number(gamma)),
    ];
    all.into_iter()
        .filter(|(name, _)| has(loss, name))
        .collect()
}

/// The study's ranges for a loss, `wide` (phase 1) or `narrow` (phase 2); `None` for another word.
pub(super) fn of_study(word: &str, loss: &str) -> Option<BTreeMap<String, Range>> {
    let counts = |all: &[u64]| Range::Choice(all.iter().map(|n| Value::Count(*n)).collect());
    let flags = |all: &[bool]| Range::Choice(all.iter().map(|f| Value::Flag(*f)).collect());
    let is_penalised = matches!(loss, "wgan_gp" | "dragan");
    let is_balanced = loss == "began";
    let all = match word {
        "wide" => [
            ("beta1", Range::Uniform(0.0, 1.0)),
            ("learning_rate", Range::LogUniform(1e-5, 1e-2)),
            ("n_critic", counts(&[1, 5])),
            ("batch_norm", flags(&[true, false])),
            ("clip", Range::LogUniform(1e-3, 1.0)),
            (
                "lambda",
                if is_balanced {
                    Range::LogUniform(1e-4, 1e-2)
                } else {
                    Range::LogUniform(1e-1, 1e2)
                },
            ),
            ("gamma", Range::Uniform(0.0, 1.0)),
        ],
        "narrow" => [
            ("beta1", Range::Choice(vec![Value::Number(0.5)])),
            ("learning_rate", Range::LogUniform(1e-4, 1e-3)),
            ("n_critic", counts(&[1])),
            (
                "batch_norm",
                flags(if is_penalised {
                    &[false]
                } else {
                    &[true, false]
                }),
            ),
            ("clip", Range::LogUniform(1e-2, 1.0)),
            (
                "lambda",
                if is_balanced {
                    Range::Choice(vec![Value::Number(1e-3)])
                } else {
                    Range::LogUniform(1e-1, 1e1)
                },
            ),
            ("gamma", Range::Uniform(0.6, 0.9)),
        ],
        _ => return None,
    };
    Some(
        all.into_iter()
            .filter(|(name, _)| has(loss, name))
            .map(|(name, range)| (name.to_owned(), range))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn draws_stay_in_their_range_and_a_logarithmic_one_has_its_median_at_the_geometric_mean() {
        let range = Range::LogUniform(1e-5, 1e-2);
        let mut stream = Seed(1).stream("t", 0);
        let mut drawn: Vec<f64> = (0..2001)
            .filter_map(|_| match range.draw(&mut stream) {
                Some(Value::Number(number)) => Some(number),
                _ => None,
            })
            .collect();
        drawn.sort_by(f64::total_cmp);
        assert!(drawn[0] >= 1e-5 && drawn[2000] <= 1e-2);
        // sqrt(1e-5 · 1e-2) = 10^-3.5; the median of 2001 powers over 3 decades is off by 3 / 2 / sqrt(2001) = 0.034.
        assert!((drawn[1000].log10() + 3.5).abs() < 0.14);
        let mut uniform: Vec<f64> = (0..2001).map(|_| stream.uniform()).collect();
        uniform.sort_by(f64::total_cmp);
        assert!((uniform[1000] - 0.5).abs() < 0.05);
    }

    #[test]
    fn the_studys_tables_are_there() {
        // compare_gan's params.py by way of the table of the specification.
        assert_eq!(defaults("wasserstein")["clip"], Value::Number(0.01));
        assert_eq!(defaults("wasserstein")["n_critic"], Value::Count(5));
        assert_eq!(defaults("non_saturating")["beta1"], Value::Number(0.0));
        assert_eq!(defaults("began")["lambda"], Value::Number(1e-3));
        assert!(!defaults("minimax").contains_key("lambda"));
        let wide = of_study("wide", "wgan_gp").unwrap();
        assert_eq!(wide["lambda"], Range::LogUniform(0.1, 100.0));
        let narrow = of_study("narrow", "wgan_gp").unwrap();
        assert_eq!(
            narrow["batch_norm"],
            Range::Choice(vec![Value::Flag(false)])
        );
        assert_eq!(
            of_study("narrow", "began").unwrap()["gamma"],
            Range::Uniform(0.6, 0.9)
        );
        assert!(of_study("broad", "began").is_none());
    }
}
