//! `gavel selftest`: the table that a user sees, and the exit code that a script sees.

use super::program::{command, gavel};
use super::shared::shared;

#[test]
fn known_values_without_any_file_agree() {
    let home = tempfile::tempdir().unwrap();
    let answer = gavel(home.path(), &["selftest"]);
    assert_eq!(answer.code, 0, "{}\n{}", answer.stdout, answer.stderr);
    for word in [
        "Fréchet distance of X and Y",
        "0.8758716",
        "pytorch-fid, torch-fidelity, clean-fid",
        " 0 disagree",
    ] {
        assert!(answer.stdout.contains(word), "{word}:\n{}", answer.stdout);
    }
}

#[test]
fn the_golden_values_of_the_kit_agree() {
    let Some(kit) = shared("conformance") else {
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let kit = kit.to_str().unwrap();
    let answer = gavel(
        home.path(),
        &["selftest", "--conformance", kit, "--json", "-"],
    );
    assert_eq!(answer.code, 0, "{}\n{}", answer.stdout, answer.stderr);
    let document = answer.results();
    assert_eq!(document["schema"], "gavel.selftest/1");
    assert_eq!(document["n_disagreeing"], 0);
    let agreements = document["agreements"].as_array().unwrap();
    for agreement in agreements {
        println!(
            "{}: golden {}, got {}, off {} ({})",
            agreement["id"],
            agreement["golden"],
            agreement["got"],
            agreement["off"],
            agreement["verdict"]
        );
    }
    let found = |id: &str| {
        agreements
            .iter()
            .any(|a| a["id"] == id && a["verdict"] == "ok")
    };
    for id in [
        "fid/A/ddof1",
        "kid/A/subsets",
        "is/C/splits10/in-order mean",
    ] {
        assert!(found(id), "{id}");
    }
}

/// A kit of one golden value, the others taken from the real kit's names with values that cannot be met.
fn wrong_kit(folder: &std::path::Path, ids: &[String]) {
    std::fs::create_dir_all(folder.join("golden")).unwrap();
    let items: Vec<serde_json::Value> = ids
        .iter()
        .map(
            |id| serde_json::json!({"id": id, "value": 1.0, "tolerance": {"rel": 0.0, "abs": 0.0}}),
        )
        .collect();
    let document = serde_json::json!({ "items": items });
    std::fs::write(folder.join("golden/features.json"), document.to_string()).unwrap();
}

#[test]
fn a_kit_that_lacks_what_it_should_have_is_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    gavel(home.path(), &["selftest", "--conformance", "nowhere"])
        .fails(3, &["features.json", "the kit's root"]);
    let kit = home.path().join("kit");
    wrong_kit(&kit, &["something/else".to_owned()]);
    gavel(home.path(), &["selftest", "--conformance", "kit"]).fails(3, &["fid/A/ddof1"]);
    std::fs::write(kit.join("golden/features.json"), "{}").unwrap();
    gavel(home.path(), &["selftest", "--conformance", "kit"]).fails(3, &["items"]);
}

#[test]
fn a_value_that_disagrees_is_exit_code_5_and_named() {
    let Some(real) = shared("conformance/golden/features.json") else {
        return;
    };
    // The real kit with one golden value moved by one part in a million: 100 times its tolerance.
    let mut document: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(real).unwrap()).unwrap();
    let items = document["items"].as_array_mut().unwrap();
    let item = items.iter_mut().find(|i| i["id"] == "fid/A/ddof1").unwrap();
    item["value"] = (item["value"].as_f64().unwrap() * (1.0 + 1e-6)).into();
    let home = tempfile::tempdir().unwrap();
    let kit = home.path().join("kit");
    std::fs::create_dir_all(kit.join("golden")).unwrap();
    std::fs::create_dir_all(kit.join("features")).unwrap();
    std::fs::write(kit.join("golden/features.json"), document.to_string()).unwrap();
    for entry in std::fs::read_dir(shared("conformance/features").unwrap()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, kit.join("features").join(path.file_name().unwrap())).unwrap();
    }
    let answer = gavel(home.path(), &["selftest", "--conformance", "kit"]);
    answer.fails(5, &["1 of", "fid/A/ddof1"]);
    let line = answer
        .stdout
        .lines()
        .find(|l| l.starts_with("fid/A/ddof1 "));
    assert!(line.unwrap().contains("FAIL"), "{line:?}");
}

#[test]
fn the_table_goes_to_a_file_when_asked() {
    let home = tempfile::tempdir().unwrap();
    gavel(home.path(), &["selftest", "--json", "no/such/folder.json"]).fails(2, &["no folder"]);
    let status = command(home.path())
        .args(["selftest", "--json", "table.json", "--quiet"])
        .output()
        .unwrap();
    assert!(status.status.success());
    let text = std::fs::read_to_string(home.path().join("table.json")).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let first = &document["agreements"][0];
    assert_eq!(first["verdict"], "ok");
    assert!(first["source"].as_str().unwrap().contains("numpy"));
}
