//! Points in the plane: what the commands say of them, and a sweep of them. The arithmetic is tested beside it.

use crate::program::{Answer, command, gavel};
use gavel::verdicts::study::known;
use gavel::verdicts::study::scores::{Measure, Outcome, read};
use gavel::verdicts::study::sweep::{Sweep, plan};
use std::fs;
use std::path::Path;

const SWEEP: &str = "losses = [\"wgan_gp\"]\narchitectures = [\"mlp\"]\nseeds = 2\nsteps = 10\n[settings]\nbatch_size = 16\n\
                     width = 8\nlook_every = 5\nlook_samples = 50\n";

/// A sweep with one data set of these further keys.
fn sweep(keys: &str) -> String {
    format!("{SWEEP}[[data]]\nname = \"ring8\"\n{keys}\n")
}

const RING: &str = "train = \"mixtures:ring?n=200\"\ntest = \"mixtures:ring?split=test\"";

#[test]
fn commands_for_pictures_say_what_a_mixture_is_and_what_to_type() {
    let home = tempfile::tempdir().unwrap();
    let triangles = "polygons:triangles?n=8";
    for typed in [
        &["evaluate", "mixtures:ring", triangles][..],
        &["evaluate", triangles, "mixtures:grid?modes=9"],
        &["evaluate", triangles, triangles, "--train", "mixtures:ring"],
        &["audit", triangles, "mixtures:ring#first=4"],
        &["compare", triangles, triangles, "mixtures:ring"],
        &["protocols", triangles, "mixtures:ring"],
        &["stats", "save", "mixtures:ring", "-o", "s.npz"],
        &["features", "mixtures:ring", "-o", "f.npz"],
    ] {
        let answer = gavel(home.path(), typed);
        answer.fails(
            2,
            &["mixtures:", "points in the plane", "gavel train --data"],
        );
    }
}

#[test]
fn a_sweep_of_points_knows_their_size_and_channels() {
    let typed = format!("{RING}\nsize = 1\nchannels = 2");
    for keys in [RING, &typed] {
        let checked = Sweep::parse(&sweep(keys), "s.toml").unwrap();
        assert_eq!((checked.data[0].size, checked.data[0].channels), (1, 2));
        let runs = plan(&checked).unwrap();
        let text = runs[0].toml("mixtures:ring?n=200").unwrap();
        assert!(
            text.contains("size = 1\n") && text.contains("channels = 2\n"),
            "{text}"
        );
    }
    assert_eq!(known::dataset_title("ring8"), "Ring of 8");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sweeps/mixtures.toml");
    let example = Sweep::parse(&fs::read_to_string(example).unwrap(), "mixtures.toml").unwrap();
    assert!(example.data.iter().all(|data| data.channels == 2));
    let pictures = Sweep::parse(&sweep("train = \"a\"\ntest = \"b\""), "s.toml").unwrap();
    assert_eq!((pictures.data[0].size, pictures.data[0].channels), (28, 1));
    let refused = |keys: &str| {
        Sweep::parse(&sweep(keys), "s.toml")
            .unwrap_err()
            .to_string()
    };
    let error = refused(&format!("{RING}\nsize = 28"));
    // Nine lines of the sweep, then the table's head, the name and both sets.
    assert!(
        error.contains("s.toml:14") && error.contains("size = 1 and channels = 2"),
        "{error}"
    );
    assert!(refused(&format!("{RING}\nchannels = 3")).contains("channels = 3, expected size = 1"));
    assert!(
        refused("train = \"a\"\ntest = \"b\"\nchannels = 2").contains("1 (gray) or 3 (colour)")
    );
    let mixed = refused("train = \"mixtures:ring\"\ntest = \"b\"");
    assert!(
        mixed.contains("the other is not") && mixed.contains("split=test"),
        "{mixed}"
    );
}

/// A trainer that writes `told` as its run.json and nothing else.
#[cfg(unix)]
fn trainer(home: &Path, told: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = home.join("trainer.sh");
    let script = format!(
        "#!/bin/sh\nwhile [ $# -gt 0 ]; do case \"$1\" in -o) out=\"$2\"; shift;; esac; shift; done\n\
         cat > \"$out/run.json\" <<'END'\n{told}\nEND\n"
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(home.join("s.toml"), sweep(RING)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_trainer_that_measured_the_distance_itself_needs_no_evaluation() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let told = r#"{"status": "ok", "steps": 10, "seconds": 1.0, "looks": [{"step": 5, "fd": 90.0}, {"step": 10, "fd": 40.0}],
        "extractor": "points", "measures": {"precision": 0.75, "recall": 0.5, "f1": 0.6, "jensen_shannon": null, "fid_score": 31.5}}"#;
    trainer(home, told);
    let typed = ["sweep", "s.toml", "-o", "out", "--trainer", "trainer.sh"];
    let answer = gavel(home, &typed);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let rows = read(&home.join("out/scores.csv")).unwrap();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!((&row.outcome, row.fid()), (&Outcome::Done, Some(31.5)));
        assert_eq!(row.extractor, "points");
        assert_eq!(row.measure(Measure::Precision), Some(0.75));
        assert_eq!(row.measure(Measure::F1), Some(0.6));
        let run = home.join("out/runs").join(&row.run);
        assert!(!run.join("scores.json").exists());
    }
    let curves = read(&home.join("out/curves.csv")).unwrap();
    assert_eq!((curves.len(), curves[0].extractor.as_str()), (4, "points"));
    let plot = gavel(home, &["plot", "out/scores.csv", "--format", "svg"]);
    assert_eq!(plot.code, 0, "{}", plot.stderr);
    let boxes = fs::read_to_string(home.join("figures/fid_boxes.svg")).unwrap();
    assert!(
        boxes.contains("Ring of 8") && boxes.contains("FD (points)"),
        "{boxes}"
    );
}

#[cfg(unix)]
#[test]
fn a_distance_in_nobodys_features_is_none_and_the_generator_is_evaluated() {
    // Without `extractor` the number is not taken for the whole result; the generator is looked for, and is not there.
    let home = tempfile::tempdir().unwrap();
    let told = r#"{"status": "ok", "measures": {"fid_score": 31.5}}"#;
    trainer(home.path(), told);
    let typed = ["sweep", "s.toml", "-o", "out", "--trainer", "trainer.sh"];
    gavel(home.path(), &typed).fails(2, &["the evaluation ended"]);
}

/// `gavel train` in `home`.
fn train(home: &Path, typed: &[&str]) -> Answer {
    let mut command = command(home);
    Answer::of(command.arg("train").args(typed).output().unwrap())
}

#[cfg(not(feature = "training"))]
#[test]
fn without_the_feature_points_are_no_exception() {
    let home = tempfile::tempdir().unwrap();
    train(home.path(), &["--data", "mixtures:ring", "-o", "run"])
        .fails(2, &["built without training"]);
}

#[cfg(feature = "training")]
mod enabled {
    use super::*;

    /// A run of a second.
    fn tiny(data: &str) -> Vec<&str> {
        let typed = "--model mlp --width 16 --batch-size 16 --steps 10 --look-every 5 --threads 1 -o run --data";
        typed.split(' ').chain([data]).collect()
    }

    #[test]
    fn size_and_channels_follow_and_the_run_measures_itself() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let answer = train(home, &tiny("mixtures:ring?n=500"));
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        assert!(answer.stderr.contains("recall"), "{}", answer.stderr);
        let text = fs::read_to_string(home.join("run/run.json")).unwrap();
        let record: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(record["settings"]["size"], 1);
        assert_eq!(record["settings"]["channels"], 2);
        assert_eq!(record["n_train"], 500);
        assert_eq!(record["looks"].as_array().unwrap().len(), 2);
        assert_eq!(record["extractor"], "points");
        for name in ["precision", "recall", "f1", "fid_score"] {
            assert!(record["measures"][name].is_number(), "{name}: {text}");
        }
        let sheet = image::open(home.join("run/samples/step-000010.png")).unwrap();
        assert_eq!((sheet.width(), sheet.height()), (512, 512));
        // The generator is none of pictures.
        let typed = ["evaluate", "polygons:triangles?n=16", "run/generator.onnx"];
        let words = ["points in the plane", "[N, 2]", "run.json"];
        gavel(home, &typed).fails(3, &words);
        let more = ["-o", "run", "--resume", "--steps", "12"];
        assert_eq!(train(home, &more).code, 0);
    }

    #[test]
    fn what_cannot_be_trained_is_said_before_anything_is_written() {
        let home = tempfile::tempdir().unwrap();
        for (data, words) in [
            ("mixtures:rnig", "ring and grid"),
            ("mixtures:ring?modes=0", "modes=0"),
            ("mixtures:grid?modes=10", "square number"),
            ("mixtures:ring?std=-1", "std=-1"),
            ("mixtures:ring?color=1", "color=1"),
        ] {
            train(home.path(), &tiny(data)).fails(2, &[words, "mixtures:ring?modes=8"]);
        }
        let with = |more: [&'static str; 2]| [tiny("mixtures:ring"), more.to_vec()].concat();
        let other = ["--data", "mixtures:ring", "-o", "run"];
        train(home.path(), &other).fails(2, &["info_gan makes pictures", "mlp"]);
        train(home.path(), &with(["--size", "32"])).fails(2, &["points have size 1"]);
        train(home.path(), &with(["--channels", "3"])).fails(2, &["2 channels"]);
        train(home.path(), &with(["--limit", "7"])).fails(3, &["7 points, a batch has 16"]);
        let pictures = tiny("polygons:triangles?n=64");
        let typed = [&pictures[..], &["--size", "1", "--channels", "2"]].concat();
        train(home.path(), &typed).fails(2, &["1 or 3 channels, not 2"]);
        assert!(!home.path().join("run").exists());
    }

    #[test]
    fn a_sweep_of_points_is_trained_measured_and_plotted() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        fs::write(home.join("s.toml"), sweep(RING)).unwrap();
        let answer = gavel(home, &["sweep", "s.toml", "-o", "out"]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        let rows = read(&home.join("out/scores.csv")).unwrap();
        assert_eq!(rows.len(), 2);
        assert!(
            rows.iter()
                .all(|row| row.fid().is_some() && row.extractor == "points")
        );
        let typed = ["plot", "out/scores.csv", "--curves", "out/curves.csv"];
        assert_eq!(gavel(home, &typed).code, 0);
        assert!(home.join("figures/precision_recall_f1.svg").exists());
    }
}
