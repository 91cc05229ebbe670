//! The arrows of `ARCHITECTURE.md`, read out of the sources: who may name whom, who may name which crate, who prints.
//!
//! Only product code counts: comments, the unit tests at the end of a file and files named `tests.rs` are left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Every module of `src/` and the modules that it may name. `cli` may name all of them, and nobody may name `cli`.
const ARROWS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("rng", &[]),
    ("progress", &[]),
    ("atomic_file", &[]),
    ("plots", &[]),
    ("statistics", &["rng", "error"]),
    ("sources", &["error", "rng", "progress", "atomic_file"]),
    ("preprocess", &["sources", "error"]),
    (
        "features",
        &[
            "sources",
            "preprocess",
            "error",
            "progress",
            "rng",
            "atomic_file",
        ],
    ),
    ("metrics", &["features", "statistics", "rng", "error"]),
    (
        "audit",
        &[
            "sources",
            "preprocess",
            "features",
            "metrics",
            "statistics",
            "error",
            "progress",
            "rng",
        ],
    ),
    (
        "verdicts",
        &[
            "metrics",
            "audit",
            "statistics",
            "plots",
            "error",
            "rng",
            "atomic_file",
        ],
    ),
    (
        "training",
        &[
            "sources",
            "preprocess",
            "features",
            "metrics",
            "statistics",
            "plots",
            "error",
            "progress",
            "rng",
            "atomic_file",
        ],
    ),
    ("cli", &[]),
];

/// Crates that belong to one stage.
const CRATES: &[(&str, &str)] = &[
    ("ort", "features"),
    ("tract_onnx", "features"),
    ("prost", "features"),
    ("burn", "training"),
    ("plotters", "plots"),
    ("plotters_backend", "plots"),
    ("clap", "cli"),
    ("indicatif", "cli"),
];

/// Macros that print; only `cli` may.
const PRINTING: [&str; 5] = ["println!", "eprintln!", "print!", "eprint!", "dbg!"];

/// What is wrong with the file `path` (relative to `src/`, with `/`), one line for each finding.
fn violations(path: &str, text: &str) -> Vec<String> {
    let stage = stage_of(path);
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == stage) else {
        return vec![format!(
            "{path}: the module `{stage}` is not in the table; give it its arrows"
        )];
    };
    let code = product_code(text);
    let mut found = Vec::new();
    for named in modules_named(&code, depth_of(path)) {
        let known = ARROWS.iter().any(|(name, _)| *name == named);
        let fine = named == stage || stage == "cli" || allowed.contains(&named.as_str());
        if known && !fine {
            found.push(format!("{path}: `{stage}` must not name `{named}`"));
        }
    }
    for (name, owner) in CRATES {
        if stage != *owner && names_crate(&code, name) {
            found.push(format!(
                "{path}: only `{owner}` may name the crate `{name}`"
            ));
        }
    }
    for word in PRINTING {
        if stage != "cli" && words(&code, word).next().is_some() {
            found.push(format!(
                "{path}: only `cli` may print, but here is `{word}`"
            ));
        }
    }
    found
}

/// `metrics/fid.rs` and `metrics.rs` belong to `metrics`.
fn stage_of(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or(path);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// How many `super::` lead from the file's own module to the crate's root.
fn depth_of(path: &str) -> usize {
    let folders = path.matches('/').count();
    folders + usize::from(!path.ends_with("/mod.rs"))
}

/// Without comments and without the unit tests at the end.
fn product_code(text: &str) -> String {
    let product = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text);
    product.lines().fold(String::new(), |mut code, line| {
        let code_of_line = line.split("//").next().unwrap_or(line);
        let _ = writeln!(code, "{code_of_line}");
        code
    })
}

/// Places where `word` stands with no identifier, path or quote glued to its front; what follows it.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(word).filter_map(move |(at, _)| {
        let before = code[..at].chars().next_back();
        let free = !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '"'));
        free.then(|| &code[at + word.len()..])
    })
}

fn names_crate(code: &str, name: &str) -> bool {
    words(code, name).any(|rest| rest.starts_with("::"))
        || words(code, "use ").any(|rest| {
            rest.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with([';', ' ']))
        })
}

/// First segments after `crate::`, and after as many `super::` as lead to the root.
fn modules_named(code: &str, depth: usize) -> Vec<String> {
    let to_root = "super::".repeat(depth);
    let from_crate = words(code, "crate::");
    from_crate
        .chain(words(code, &to_root))
        .flat_map(first_segments)
        .collect()
}

/// `a::b` gives `a`; `{a::b, c::{d, e}}` gives `a` and `c`.
fn first_segments(rest: &str) -> Vec<String> {
    let identifier = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(list) = rest.strip_prefix('{') else {
        return vec![identifier(rest)];
    };
    let (mut depth, mut segments, mut current) = (0, Vec::new(), String::new());
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => segments.push(std::mem::take(&mut current)),
            _ if depth == 0 => current.push(c),
            _ => {}
        }
    }
    segments.push(current);
    segments.iter().map(|s| identifier(s.trim())).collect()
}

/// All Rust files below `folder`, by their path relative to `src/`.
fn sources(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            sources(&path, &format!("{prefix}{name}/"), found);
        } else if path.extension().is_some_and(|e| e == "rs") && name != "tests.rs" {
            found.insert(
                format!("{prefix}{name}"),
                std::fs::read_to_string(&path).unwrap(),
            );
        }
    }
}

fn tree() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        "",
        &mut found,
    );
    found.remove("lib.rs");
    found.remove("main.rs");
    assert!(found.len() > 10, "the sources were not found");
    found
}

#[test]
fn arrows_point_one_way() {
    let found: Vec<String> = tree()
        .iter()
        .flat_map(|(path, text)| violations(path, text))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_module_is_described() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let document = std::fs::read_to_string(path).unwrap();
    for path in tree().keys() {
        let stage = stage_of(path);
        assert!(
            document.contains(&format!("| `{stage}` |")),
            "ARCHITECTURE.md has no row for `{stage}`"
        );
    }
}

#[test]
fn the_table_itself_has_no_circle() {
    // Remove what depends on nothing that is left, until nothing moves.
    let mut left: Vec<_> = ARROWS.iter().filter(|(name, _)| *name != "cli").collect();
    while !left.is_empty() {
        let names: Vec<&str> = left.iter().map(|(name, _)| *name).collect();
        let before = left.len();
        left.retain(|(_, allowed)| allowed.iter().any(|name| names.contains(name)));
        assert!(left.len() < before, "a circle among {names:?}");
    }
    assert!(ARROWS.iter().all(|(_, allowed)| !allowed.contains(&"cli")));
}

#[test]
fn the_checker_catches_each_kind_of_violation() {
    let caught = |path: &str, text: &str| violations(path, text).len();
    // A stage that looks forward, in each way of writing it.
    assert_eq!(
        caught("sources/zip.rs", "use crate::features::Extractor;"),
        1
    );
    assert_eq!(
        caught(
            "sources/zip.rs",
            "use crate::{error::Result, metrics::{Metric, select}};"
        ),
        1
    );
    assert_eq!(
        caught("sources/zip.rs", "fn f() -> crate::verdicts::Row {}"),
        1
    );
    assert_eq!(
        caught("sources/zip.rs", "use super::super::features::Engine;"),
        1
    );
    assert_eq!(caught("sources/mod.rs", "use super::features::Engine;"), 1);
    assert_eq!(
        caught("statistics/moments.rs", "use crate::sources::Pixels;"),
        1
    );
    assert_eq!(
        caught("metrics/fid.rs", "use crate::cli::console::Console;"),
        1
    );
    // Crates outside their stage, and printing.
    assert_eq!(caught("metrics/fid.rs", "use ort::session::Session;"), 1);
    assert_eq!(
        caught("training/run.rs", "let graph = tract_onnx::onnx();"),
        1
    );
    assert_eq!(
        caught("features/engine/mod.rs", "use burn::tensor::Tensor;"),
        1
    );
    assert_eq!(
        caught("features/engine/mod.rs", "    println!(\"found it\");"),
        1
    );
    // A module that nobody gave arrows.
    assert_eq!(caught("helpers.rs", ""), 1);
}

#[test]
fn the_checker_leaves_what_is_allowed_alone() {
    let caught = |path: &str, text: &str| violations(path, text);
    let none: Vec<String> = Vec::new();
    for (path, text) in [
        (
            "metrics/fid.rs",
            "use crate::features::Extraction;\nuse super::Metric;",
        ),
        ("sources/zip.rs", "use super::{ImageSource, features};"),
        (
            "sources/zip.rs",
            "// as crate::features wants it\n/// [`crate::metrics`]",
        ),
        (
            "sources/zip.rs",
            "fn f() {}\n#[cfg(test)]\nmod tests { use crate::features::X; }",
        ),
        (
            "features/engine/ort.rs",
            "use ort::session::Session;\nuse crate::sources::Pixels;",
        ),
        (
            "sources/zip.rs",
            "values.sort::<u8>(); let x = effort::new();",
        ),
        ("sources/zip.rs", "writeln!(text, \"{x}\")?; blueprint!(x);"),
        (
            "cli/evaluate.rs",
            "use crate::metrics::METRICS;\nprintln!(\"{x}\");",
        ),
    ] {
        assert_eq!(caught(path, text), none, "{path}: {text}");
    }
}
