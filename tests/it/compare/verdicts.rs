//! From differences to verdicts, ranks, tallies and warnings.

use gavel::metrics::comparison::Difference;
use gavel::statistics::estimate::Direction;
use gavel::verdicts::comparison::{
    Comparison, Contestant, LEVEL, SCHEMA, Verdict, csv, judge, label, markdown, terminal,
};
use gavel::verdicts::results::{Input, Row};
use std::collections::BTreeMap;

fn generator(index: usize, fingerprint: &str, n: u64, value: f64, direction: &str) -> Contestant {
    Contestant {
        label: label(index),
        input: Input {
            source: format!("set{index}|x"),
            n: Some(n),
            fingerprint: fingerprint.to_owned(),
            failed: Vec::new(),
            n_cached: 0,
        },
        metrics: vec![Row {
            id: "m".to_owned(),
            name: "m".to_owned(),
            value: Some(value),
            std_error: Some(1.0),
            interval: None,
            direction: direction.to_owned(),
            n_reference: Some(n),
            n_generated: n,
            params: BTreeMap::new(),
            details: BTreeMap::from([("neutral".to_owned(), 0.5.into())]),
            evidence: Vec::new(),
            curves: Vec::new(),
        }],
        won: 0,
        lost: 0,
        undecided: 0,
    }
}

fn difference(
    pair: (usize, usize),
    direction: Direction,
    values: [f64; 2],
    error: f64,
) -> Difference {
    Difference {
        id: "m".to_owned(),
        params: BTreeMap::new(),
        direction,
        neutral: (direction == Direction::Neither).then_some(0.5),
        pair,
        values: Some(values),
        value: Some(values[1] - values[0]),
        std_error: Some(error),
        method: "by hand".to_owned(),
        reference_is_fixed: false,
        why_absent: None,
    }
}

fn comparison(generators: Vec<Contestant>, differences: &[Difference]) -> Comparison {
    judge(
        Comparison {
            schema: SCHEMA.to_owned(),
            gavel: "0".to_owned(),
            command: Vec::new(),
            paired: true,
            level: LEVEL,
            inputs: BTreeMap::new(),
            generators,
            extractor: None,
            protocol: None,
            engine: None,
            seed: 1,
            differences: Vec::new(),
            rankings: Vec::new(),
            warnings: Vec::new(),
        },
        differences,
    )
}

/// The verdict on b of a single test.
fn verdict(direction: Direction, a: f64, b: f64, error: f64) -> Verdict {
    let name = direction.name();
    let generators = vec![
        generator(0, "f", 100, a, name),
        generator(1, "g", 100, b, name),
    ];
    comparison(generators, &[difference((0, 1), direction, [a, b], error)]).differences[0].verdict
}

#[test]
fn the_direction_decides_who_is_better() {
    use Direction::{Higher, Lower, Neither};
    assert_eq!(verdict(Lower, 10.0, 2.0, 1.0), Verdict::Better);
    assert_eq!(verdict(Lower, 2.0, 10.0, 1.0), Verdict::Worse);
    assert_eq!(verdict(Higher, 2.0, 10.0, 1.0), Verdict::Better);
    assert_eq!(verdict(Higher, 10.0, 2.0, 1.0), Verdict::Worse);
    // Neutral at 0.5: 0.6 is nearer than 0.9, 0.4 nearer than 0.1; across 0.5 neither is better.
    assert_eq!(verdict(Neither, 0.9, 0.6, 0.01), Verdict::Better);
    assert_eq!(verdict(Neither, 0.1, 0.4, 0.01), Verdict::Better);
    assert_eq!(verdict(Neither, 0.6, 0.9, 0.01), Verdict::Worse);
    assert_eq!(verdict(Neither, 0.2, 0.6, 0.01), Verdict::Different);
    // 1.9 errors are no verdict, 2.1 are.
    assert_eq!(verdict(Lower, 0.0, -1.9, 1.0), Verdict::CannotTell);
    assert_eq!(verdict(Lower, 0.0, -2.1, 1.0), Verdict::Better);
}

#[test]
fn many_tests_need_a_smaller_p_value_each() {
    let generators = (0..3)
        .map(|i| generator(i, &i.to_string(), 100, 0.0, "lower"))
        .collect();
    // 2.2 errors: p = 0.028 alone, 0.083 among three.
    let differences =
        [(0, 1), (0, 2), (1, 2)].map(|pair| difference(pair, Direction::Lower, [0.0, -2.2], 1.0));
    let found = comparison(generators, &differences);
    for row in &found.differences {
        assert_eq!(row.verdict, Verdict::CannotTell);
        assert!((row.p_value.unwrap() - 0.027_807).abs() < 1e-6);
        assert!((row.p_holm.unwrap() - 0.083_420).abs() < 1e-6);
        // (2.801585 / 2.2)² = 1.62166 times 100 pictures.
        assert_eq!(row.n_needed, Some(163));
    }
    assert_eq!(found.generators[0].undecided, 2);
}

#[test]
fn ranks_follow_the_direction_and_equal_numbers_share_one() {
    let ranks = |direction: &str, values: [f64; 3]| {
        let generators = values
            .iter()
            .enumerate()
            .map(|(i, value)| generator(i, &i.to_string(), 100, *value, direction))
            .collect();
        let found = comparison(generators, &[]);
        let places = &found.rankings[0].places;
        places
            .iter()
            .map(|place| (place.generator.clone(), place.rank))
            .collect::<Vec<_>>()
    };
    let expected =
        |all: [(&str, usize); 3]| all.map(|(name, rank)| (name.to_owned(), rank)).to_vec();
    assert_eq!(
        ranks("lower", [3.0, 1.0, 2.0]),
        expected([("B", 1), ("C", 2), ("A", 3)])
    );
    assert_eq!(
        ranks("higher", [3.0, 1.0, 2.0]),
        expected([("A", 1), ("C", 2), ("B", 3)])
    );
    assert_eq!(
        ranks("neither", [0.9, 0.4, 0.8]),
        expected([("B", 1), ("C", 2), ("A", 3)])
    );
    assert_eq!(
        ranks("lower", [1.0, 1.0, 2.0]),
        expected([("A", 1), ("B", 1), ("C", 3)])
    );
}

#[test]
fn the_same_pictures_are_said_to_be_the_same_and_are_no_test() {
    let generators = vec![
        generator(0, "same", 100, 1.0, "lower"),
        generator(1, "same", 100, 1.0, "lower"),
    ];
    let found = comparison(
        generators,
        &[difference((0, 1), Direction::Lower, [1.0, 1.0], 1.0)],
    );
    assert_eq!(found.differences[0].verdict, Verdict::Identical);
    assert_eq!(found.differences[0].p_value, None);
    assert_eq!(found.warnings[0].code, "identical_sets");
    assert!(found.tells_something());
    assert_eq!(found.generators[0].undecided, 0);
}

#[test]
fn other_sizes_are_a_warning_with_the_limit_that_mends_it() {
    let generators = vec![
        generator(0, "f", 300, 1.0, "lower"),
        generator(1, "g", 200, 2.0, "lower"),
    ];
    let found = comparison(
        generators,
        &[difference((0, 1), Direction::Lower, [1.0, 2.0], 1.0)],
    );
    assert_eq!(found.warnings[0].code, "different_sizes");
    assert_eq!(found.warnings[0].mend, "--limit 200");
    // The smaller set is the one that the needed number is counted from: (2.801585 / 1)² = 7.848879 times 200.
    assert_eq!(found.differences[0].n_needed, Some(1570));
}

#[test]
fn an_error_of_zero_or_none_is_no_test_and_no_difference_needs_no_end_of_pictures() {
    let generators = || {
        vec![
            generator(0, "f", 100, 1.0, "lower"),
            generator(1, "g", 100, 1.0, "lower"),
        ]
    };
    let certain = comparison(
        generators(),
        &[difference((0, 1), Direction::Lower, [1.0, 2.0], 0.0)],
    );
    assert_eq!(certain.differences[0].verdict, Verdict::CannotTell);
    assert!(certain.differences[0].why_absent.is_some());
    assert!(!certain.tells_something());
    let none = comparison(
        generators(),
        &[difference((0, 1), Direction::Lower, [1.0, 1.0], 1.0)],
    );
    assert_eq!(none.differences[0].p_value, Some(1.0));
    assert_eq!(none.differences[0].n_needed, None);
}

#[test]
fn all_renderings_name_the_verdict_and_no_name_breaks_a_table() {
    let generators = vec![
        generator(0, "f", 100, 1.0, "lower"),
        generator(1, "g", 100, 9.0, "lower"),
    ];
    let found = comparison(
        generators,
        &[difference((0, 1), Direction::Lower, [1.0, 9.0], 1.0)],
    );
    assert!(terminal(&found).contains("A is better"));
    let markdown = markdown(&found);
    assert!(markdown.contains("A is better"));
    assert!(markdown.contains("set0\\|x"));
    assert!(
        csv(&found)
            .unwrap()
            .lines()
            .nth(1)
            .unwrap()
            .contains(",worse,")
    );
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["schema"], "gavel.comparison/1");
    assert_eq!(json["differences"][0]["verdict"], "worse");
    assert_eq!(label(25), "Z");
    assert_eq!(label(26), "G27");
}
