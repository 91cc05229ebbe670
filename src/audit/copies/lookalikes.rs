//! `training_lookalikes`: what is nearer to a training picture than honest ones are, and no copy by its pixels.

use std::collections::{BTreeSet, HashSet};

use super::examine::Outcome;
use super::near::Near;
use crate::audit::{Evidence, Finding, Severity};
use crate::statistics::estimate::SetSide;
use crate::statistics::proportions::wilson;

/// Most pairs shown for each look.
const MOST_EVIDENCE: usize = 24;

/// The finding; `None` where nothing was looked at in any of these ways. At most a note: pictures of one kind have like
/// features, and only pixels prove a copy.
#[must_use]
pub fn finding(outcome: &Outcome, fdr: f64) -> Option<Finding> {
    let copies: HashSet<usize> = outcome.suspects.iter().map(|s| s.generated).collect();
    let mut beyond = BTreeSet::new();
    let mut said = Vec::new();
    let mut finding = Finding::new("training_lookalikes", Severity::Clear, String::new());
    for look in &outcome.neighbours {
        let unusual = look.is_unusual(outcome.n_open);
        let others: Vec<&(usize, Near, f64)> = look
            .rows
            .iter()
            .filter(|(row, ..)| !copies.contains(row))
            .collect();
        said.push(format!(
            "by {} {} of {} generated images are nearer to a training image than honest images are, {} of them no copies by their pixels (of {} honest ones {} come as near{})",
            look.name,
            look.rows.len(),
            outcome.n_open,
            others.len(),
            look.n_honest,
            look.n_honest_as_near,
            if unusual || look.rows.is_empty() {
                ""
            } else {
                ", as often"
            }
        ));
        let key = look.name.replace(' ', "_");
        for (what, count) in [
            ("n_near", look.rows.len()),
            ("n_near_and_no_copy", others.len()),
            ("n_honest_as_near", look.n_honest_as_near),
        ] {
            finding
                .details
                .insert(format!("{key}.{what}"), count as f64);
        }
        if !unusual {
            continue;
        }
        beyond.extend(others.iter().map(|(row, ..)| *row));
        let shown = others.iter().take(MOST_EVIDENCE);
        finding
            .evidence
            .extend(shown.map(|(row, near, p)| Evidence {
                label: format!("near by {}", look.name),
                pictures: vec![(SetSide::Generated, *row), (SetSide::Train, near.row)],
                distance: Some(near.distance),
                p_value: Some(*p),
                ..Evidence::default()
            }));
    }
    if said.is_empty() {
        return None;
    }
    finding.text = format!(
        "{}; false discovery rate {:.0} %",
        said.join("; "),
        fdr * 100.0
    );
    let n = outcome.n_generated as f64;
    if n > 0.0 {
        let share = beyond.len() as f64 / n;
        finding.value = Some(share);
        finding.interval = Some(wilson(share, n));
    }
    if !beyond.is_empty() {
        finding.severity = Severity::Note;
        "look at the pairs: are they the same scene, or only the same kind of picture?"
            .clone_into(&mut finding.mend);
    }
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::copies::near::Called;
    use crate::audit::copies::{Explanation, Family, Suspect};

    fn outcome(called: &[usize]) -> Outcome {
        let near = Near {
            row: 3,
            distance: 0.1,
            score: 2.0,
        };
        Outcome {
            suspects: vec![Suspect {
                generated: 5,
                train: 3,
                explanation: Explanation {
                    family: Family::Copy,
                    transform: "re-encoded".to_owned(),
                    text: "re-encoded".to_owned(),
                    distance: 0.01,
                    is_near_exact: false,
                },
                p_value: 1e-6,
            }],
            n_generated: 50,
            n_blank: 0,
            n_open: 50,
            null: None,
            neighbours: vec![Called {
                name: "perceptual hash",
                rows: called.iter().map(|&row| (row, near, 1e-5)).collect(),
                n_honest_as_near: 0,
                n_honest: 200,
            }],
            n_shared: 0,
        }
    }

    #[test]
    fn what_pixels_do_not_call_a_copy_is_a_note_and_copies_are_not_said_twice() {
        let found = finding(&outcome(&[5, 7]), 0.01).unwrap();
        assert_eq!(found.severity, Severity::Note);
        assert_eq!(found.evidence.len(), 1);
        assert_eq!(found.evidence[0].pictures[0], (SetSide::Generated, 7));
        assert_eq!(found.details["perceptual_hash.n_near"], 2.0);
        assert_eq!(found.details["perceptual_hash.n_near_and_no_copy"], 1.0);
        // 1 of 50.
        assert_eq!(found.value, Some(0.02));
    }

    #[test]
    fn what_honest_pictures_do_as_often_is_nothing_to_say() {
        let mut usual = outcome(&[5, 7]);
        // 2 of 50 and 8 of 200 are the same share.
        usual.neighbours[0].n_honest_as_near = 8;
        let found = finding(&usual, 0.01).unwrap();
        assert_eq!((found.severity, found.evidence.len()), (Severity::Clear, 0));
        assert_eq!(found.details["perceptual_hash.n_near_and_no_copy"], 1.0);
        assert!(found.text.contains("8 come as near, as often"));
    }

    #[test]
    fn with_copies_alone_it_is_clear_and_without_a_look_there_is_nothing_to_say() {
        let found = finding(&outcome(&[5]), 0.01).unwrap();
        assert_eq!(found.severity, Severity::Clear);
        let none = Outcome {
            neighbours: Vec::new(),
            ..outcome(&[])
        };
        assert!(finding(&none, 0.01).is_none());
    }
}
