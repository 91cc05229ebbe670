//! Policies that are wrong: every message points at the line and names what is possible.

use super::{at_most, document, save};
use crate::program::gavel;
use gavel::verdicts::gate::Policy;

/// Policies, and what the message must say.
const WRONG: [(&str, &[&str]); 24] = [
    ("", &["holds no check", "[[limit]]"]),
    ("error_rate = 0.05\n", &["holds no check"]),
    ("[[limit]\nmetric = \"fd\"\n", &["policy.toml:1"]),
    (
        "[[limit]]\nmetric = \"fd\"\nat_mots = 3\n",
        &["policy.toml:3", "at_mots", "at_most"],
    ),
    ("colour = 3\n", &["policy.toml:1", "colour", "error_rate"]),
    (
        "[[limit]]\nmetric = \"fd\"\nat_most = \"3\"\n",
        &["policy.toml:3", "string", "expected a number"],
    ),
    ("[[limit]]\nat_most = 3\n", &["policy.toml:1", "metric"]),
    (
        "[[limit]]\nmetric = \"\"\nat_most = 3\n",
        &["policy.toml:2", "gavel metrics"],
    ),
    (
        "[[limit]]\nmetric = \"fd\"\n",
        &["policy.toml:2", "neither at_most nor at_least"],
    ),
    (
        "[[limit]]\nmetric = \"fd\"\nat_most = nan\n",
        &["policy.toml:3", "finite"],
    ),
    (
        "[[limit]]\nmetric = \"fd\"\nat_most = inf\n",
        &["policy.toml:3", "finite"],
    ),
    (
        "[[limit]]\nmetric = \"fd\"\nat_most = -1\n",
        &["policy.toml:3", "impossible", "never below 0"],
    ),
    (
        "[[limit]]\nmetric = \"recall\"\nat_least = 1.2\n",
        &["policy.toml:3", "never above 1"],
    ),
    (
        "[[limit]]\nmetric = \"fd\"\nat_least = 4\nat_most = 3\n",
        &["policy.toml:3", "above at_most = 3"],
    ),
    (
        "[[limit]]\nmetric = \"fd\"\nat_most = 3\njudged_by = \"uper\"\n",
        &["policy.toml:4", "uper", "upper"],
    ),
    (
        "[[limit]]\nmetric = \"fd\"\nat_most = 3\nerror_rate = 0.5\n",
        &["policy.toml:4", "between 0 and 0.5"],
    ),
    (
        "error_rate = 0\n[[limit]]\nmetric = \"fd\"\nat_most = 3\n",
        &["policy.toml:1", "between 0 and 0.5"],
    ),
    (
        "[[baseline]]\nmetric = \"fd\"\n",
        &["policy.toml:2", "neither margin nor margin_relative"],
    ),
    (
        "[[baseline]]\nmetric = \"fd\"\nmargin = -0.5\n",
        &["policy.toml:3", "at least 0"],
    ),
    (
        "[[baseline]]\nmetric = \"fd\"\nmargin = 1\nmargin_relative = 1\n",
        &["policy.toml", "expected one of them"],
    ),
    (
        "allow = [\"n\", \"colour\"]\n[audits]\n",
        &["policy.toml:1", "colour", "protocol, extractor"],
    ),
    (
        "[audits]\nrequired = [\n  \"copies\",\n  \"copy\"]\n",
        &["policy.toml:4", "copy", "copies, duplicates"],
    ),
    (
        "[audits]\nfail_on = \"bad\"\n",
        &["policy.toml:2", "bad", "serious"],
    ),
    (
        "schema = \"gavel.policy/2\"\n[audits]\n",
        &["policy.toml:1", "gavel.policy/2", "gavel.policy/1"],
    ),
];

#[test]
fn every_wrong_policy_is_told_with_its_line_and_what_is_possible() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "results.json", document(10.0, 1.0));
    for (policy, words) in WRONG {
        save(home.path(), "policy.toml", policy);
        let answer = gavel(
            home.path(),
            &["gate", "results.json", "--policy", "policy.toml"],
        );
        println!("{policy}\n{}", answer.stderr);
        answer.fails(3, words);
    }
    let both = "[audits]\nrequired = [\"copies\"]\nignore = [\"copies\"]\n";
    save(home.path(), "policy.toml", both);
    gavel(
        home.path(),
        &["gate", "results.json", "--policy", "policy.toml"],
    )
    .fails(3, &["both required and ignored"]);
}

#[test]
fn a_policy_with_every_key_is_read() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "results.json", document(10.0, 1.0));
    save(home.path(), "baseline.json", document(10.5, 1.0));
    // The policy of the help text, for the rows that are here.
    let policy = "\
schema = \"gavel.policy/1\"
error_rate = 0.05
multiplicity = \"none\"
when_undecided = \"pass\"
allow = [\"engine\"]

[[limit]]
metric = \"fd\"
params = { ddof = 1 }
at_least = 1
at_most = 20.0
judged_by = \"interval\"
error_rate = 0.01

[[baseline]]
metric = \"fd\"
margin_relative = 0.5

[audits]
fail_on = \"serious\"
ignore = [\"format_mismatch\"]
";
    save(home.path(), "policy.toml", policy);
    let arguments = [
        "gate",
        "results.json",
        "--policy",
        "policy.toml",
        "--baseline",
        "baseline.json",
    ];
    // No findings are there for the audits.
    gavel(home.path(), &arguments).fails(3, &["policy.toml:19", "no finding of any audit"]);
    let (without, _) = policy.split_once("[audits]").unwrap();
    save(home.path(), "policy.toml", without);
    let answer = gavel(home.path(), &arguments);
    assert_eq!(answer.code, 0, "{}\n{}", answer.stdout, answer.stderr);
    assert!(
        answer.stdout.contains("3 of 3 checks passed"),
        "{}",
        answer.stdout
    );
}

#[test]
fn a_metric_that_the_results_lack_is_named_beside_those_that_are_there() {
    let home = tempfile::tempdir().unwrap();
    let mut results = document(10.0, 1.0);
    save(home.path(), "results.json", &results);
    let gate = ["gate", "results.json", "--policy", "policy.toml"];
    save(
        home.path(),
        "policy.toml",
        at_most(3.0).replace("fd", "kid"),
    );
    gavel(home.path(), &gate).fails(
        3,
        &["policy.toml:2", "kid is not in results.json, which has fd"],
    );
    save(
        home.path(),
        "policy.toml",
        at_most(3.0).replace("fd", "fid"),
    );
    gavel(home.path(), &gate).fails(3, &["metric = \"fd\"", "published Inception"]);
    // Two rows of one id need a parameter; the one of a class needs its class.
    let mut second = results["metrics"][0].clone();
    second["params"]["ddof"] = 0.into();
    second["value"] = 1.0.into();
    let mut of_class = second.clone();
    of_class["params"]["class"] = "cat".into();
    results["metrics"]
        .as_array_mut()
        .unwrap()
        .extend([second, of_class]);
    save(home.path(), "results.json", &results);
    save(home.path(), "policy.toml", at_most(3.0));
    gavel(home.path(), &gate).fails(3, &["2 rows of fd", "ddof=1; ddof=0", "params = {"]);
    save(
        home.path(),
        "policy.toml",
        format!("{}params = {{ ddof = 2 }}\n", at_most(3.0)),
    );
    gavel(home.path(), &gate).fails(3, &["but not with ddof=2"]);
    save(
        home.path(),
        "policy.toml",
        format!("{}params = {{ ddof = 1 }}\n", at_most(3.0)),
    );
    gavel(home.path(), &gate).fails(1, &["fd[ddof=1] at most 3"]);
    save(
        home.path(),
        "policy.toml",
        format!("{}params = {{ class = \"cat\" }}\n", at_most(30.0)),
    );
    assert_eq!(gavel(home.path(), &gate).code, 0);
}

#[test]
fn the_policies_of_the_documentation_and_of_the_help_are_valid() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let policy = Policy::read(&root.join("docs/ci/policy.toml")).unwrap();
    assert_eq!((policy.limits.len(), policy.baselines.len()), (2, 2));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let block = readme
        .split("```toml\n")
        .find(|block| block.starts_with("[[limit]]"))
        .unwrap();
    Policy::parse(block.split("```").next().unwrap(), "README.md").unwrap();
    let home = tempfile::tempdir().unwrap();
    let help = gavel(home.path(), &["gate", "--help"]).stdout;
    let from = help.find("  error_rate = 0.05").unwrap();
    let to = help.find("Exit code 0").unwrap();
    let policy = Policy::parse(&help[from..to], "help").unwrap();
    assert_eq!((policy.limits.len(), policy.baselines.len()), (1, 1));
    assert_eq!(policy.limits[0].limit, 12.0);
    // The module's own example has everything.
    let source = std::fs::read_to_string(root.join("src/verdicts/gate/policy/mod.rs")).unwrap();
    let block = source
        .split("//! ```")
        .nth(1)
        .unwrap()
        .trim_start_matches("toml");
    Policy::parse(&block.replace("//!", ""), "mod.rs").unwrap();
}
