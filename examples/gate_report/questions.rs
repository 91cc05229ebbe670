//! What is asked of the gate, and how often it gave each answer.

use gavel::error::Result;
use gavel::verdicts::gate::{Case, Check, Decision, Policy, judge};
use gavel::verdicts::results::Results;

use crate::scenario::Scenario;
use crate::simulate::Replicate;

/// One question, asked of every replicate.
pub struct Answers {
    pub metric: String,
    /// Who was judged, and what the policy asked.
    pub question: String,
    /// Where the error of the difference came from.
    pub errors: &'static str,
    /// Which answers the policy bounds at its error rate.
    pub bounded: [bool; 2],
    pub pass: usize,
    pub open: usize,
    pub fail: usize,
    /// Root mean square of the standard errors over the spread of what was tested.
    pub ratio: Option<f64>,
}

/// One scenario at one size.
pub struct Section {
    pub title: String,
    pub what: String,
    pub answers: Vec<Answers>,
}

/// Who is judged.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    Equal,
    Worse,
}

/// All questions to one scenario.
pub fn section(scenario: &Scenario, n: usize, replicates: &[Replicate]) -> Result<Section> {
    let mut answers = Vec::new();
    for metric in ["fd", "kid"] {
        let having: Vec<&Replicate> = replicates
            .iter()
            .filter(|r| r.equal.row(metric).is_some())
            .collect();
        if having.is_empty() {
            continue;
        }
        answers.extend(of_metric(metric, &having)?);
    }
    let both: Vec<&Replicate> = replicates
        .iter()
        .filter(|r| r.equal.row("kid").is_some())
        .collect();
    if !both.is_empty() {
        let policy = format!("{}{}", margin("fd", 0.0), margin("kid", 0.0));
        for paired in [false, true] {
            let mut all = ask(&policy, &both, Who::Equal, paired)?;
            "fd and kid".clone_into(&mut all.metric);
            "equal generators, margin 0, both checks with Holm".clone_into(&mut all.question);
            all.bounded = [true, true];
            all.ratio = None;
            answers.push(all);
        }
    }
    Ok(Section {
        title: format!("{}, n = {n}", scenario.name),
        what: scenario.what.clone(),
        answers,
    })
}

fn margin(metric: &str, margin: f64) -> String {
    format!("[[baseline]]\nmetric = \"{metric}\"\nmargin = {margin:?}\n")
}

fn of_metric(metric: &str, replicates: &[&Replicate]) -> Result<Vec<Answers>> {
    let mean = |values: &dyn Fn(&Replicate) -> Option<f64>| {
        let all: Vec<f64> = replicates.iter().filter_map(|r| values(r)).collect();
        all.iter().sum::<f64>() / all.len() as f64
    };
    let value = |results: &Results| results.row(metric)?.value;
    let truth = mean(&|r| value(&r.equal));
    let worsening = mean(&|r| Some(value(&r.worse)? - value(&r.baseline)?)).max(0.0);
    let mut answers = Vec::new();
    for paired in [false, true] {
        for (who, allowed, question, bounded) in [
            (Who::Equal, 0.0, "equal generators, margin 0", [true, true]),
            (
                Who::Worse,
                worsening,
                "worse by exactly the margin",
                [true, true],
            ),
            (
                Who::Equal,
                worsening,
                "equal generators, that margin",
                [false, true],
            ),
            (
                Who::Worse,
                0.0,
                "worse by that much, margin 0",
                [true, false],
            ),
        ] {
            let mut found = ask(&margin(metric, allowed), replicates, who, paired)?;
            metric.clone_into(&mut found.metric);
            question.clone_into(&mut found.question);
            found.bounded = bounded;
            answers.push(found);
        }
    }
    let limit = format!("[[limit]]\nmetric = \"{metric}\"\nat_most = {truth:?}\n");
    let mut found = ask(&limit, replicates, Who::Equal, false)?;
    metric.clone_into(&mut found.metric);
    "the truth on its limit".clone_into(&mut found.question);
    found.errors = "of the row";
    answers.push(found);
    Ok(answers)
}

/// Holds one policy against every replicate.
fn ask(text: &str, replicates: &[&Replicate], who: Who, paired: bool) -> Result<Answers> {
    let policy = Policy::parse(text, "policy.toml")?;
    let (mut counts, mut tested, mut squares) = ([0_usize; 3], Vec::new(), 0.0);
    for replicate in replicates {
        let results = match who {
            Who::Equal => &replicate.equal,
            Who::Worse => &replicate.worse,
        };
        let case = Case {
            baseline: Some(("baseline.json", &replicate.baseline)),
            comparison: paired.then_some(("comparison.json", &replicate.paired)),
            ..Case::default()
        };
        let gate = judge(&policy, ("results.json", results), case)?;
        counts[match gate.verdict {
            Decision::Pass => 0,
            Decision::CannotTell => 1,
            Decision::Fail => 2,
        }] += 1;
        let number = |check: &Check| check.worsening.or(check.value);
        if let Some((value, error)) = gate
            .checks
            .first()
            .and_then(|check| number(check).zip(check.std_error))
        {
            tested.push(value);
            squares += error * error;
        }
    }
    let n = tested.len() as f64;
    let mean = tested.iter().sum::<f64>() / n;
    let spread = tested.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Ok(Answers {
        metric: String::new(),
        question: String::new(),
        errors: if paired { "paired" } else { "saved" },
        bounded: [true, true],
        pass: counts[0],
        open: counts[1],
        fail: counts[2],
        ratio: (n > 1.0).then(|| (squares / n / spread).sqrt()),
    })
}
