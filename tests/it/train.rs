//! `gavel train` as its user types it. Without the cargo feature the command exists and says what to do.

use crate::program::{Answer, command};
use std::path::Path;
use std::process::Output;

fn train(home: &Path, arguments: &[&str]) -> Answer {
    let mut command = command(home);
    command.arg("train").args(arguments).current_dir(home);
    let answer: Output = command.output().unwrap();
    Answer::of(answer)
}

#[cfg(not(feature = "training"))]
#[test]
fn without_the_feature_the_command_says_how_to_build_it() {
    let home = tempfile::tempdir().unwrap();
    let answer = train(
        home.path(),
        &["--data", "polygons:triangles?n=64", "-o", "run"],
    );
    answer.fails(2, &["built without training", "--features training"]);
}

#[cfg(feature = "training")]
mod enabled {
    use super::train;
    use std::path::Path;
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    /// A run of a few seconds on triangles.
    fn tiny(steps: &str) -> Vec<&str> {
        let mut typed = "--data polygons:triangles?n=200 --model mlp --width 16 --batch-size 16 --loss dragan --threads 1"
            .split(' ')
            .collect::<Vec<_>>();
        typed.extend(["--look-every", "0", "--steps", steps]);
        typed
    }

    fn json(path: &Path) -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn a_run_leaves_its_record_its_samples_and_its_generator() {
        let home = tempfile::tempdir().unwrap();
        let mut typed = tiny("20");
        typed.retain(|word| !["--look-every", "0"].contains(word));
        typed.extend(["--look-every", "10", "--look-samples", "20", "-o", "run"]);
        let answer = train(home.path(), &typed);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        assert!(answer.stdout.is_empty(), "stdout is for data");
        assert!(answer.stderr.contains("FD"), "{}", answer.stderr);
        let run = home.path().join("run");
        let record = json(&run.join("run.json"));
        assert_eq!(record["status"], "ok");
        assert_eq!(record["steps"], 20);
        assert_eq!(record["settings"]["loss"], "dragan");
        assert_eq!(record["looks"].as_array().unwrap().len(), 2);
        for file in [
            "generator.onnx",
            "generator.toml",
            "samples/step-000020.png",
            "checkpoint.gavel",
        ] {
            assert!(run.join(file).exists(), "{file}");
        }
        train(home.path(), &typed).fails(2, &["holds another run", "--resume"]);
    }

    #[test]
    fn a_run_that_is_killed_goes_on_to_the_same_bits() {
        let home = tempfile::tempdir().unwrap();
        let with = |folder: &str| {
            let mut typed = tiny("400");
            typed.extend(["--checkpoint-every", "10"]);
            typed
                .into_iter()
                .map(str::to_owned)
                .chain(["-o".into(), folder.into()])
                .collect::<Vec<_>>()
        };
        let straight = with("straight");
        let straight: Vec<&str> = straight.iter().map(String::as_str).collect();
        assert_eq!(train(home.path(), &straight).code, 0);
        let mut child = super::command(home.path())
            .arg("train")
            .args(with("killed"))
            .current_dir(home.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let checkpoint = home.path().join("killed/checkpoint.gavel");
        let until = Instant::now() + Duration::from_mins(1);
        while !checkpoint.exists() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        // SIGKILL: no destructor runs.
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(
            !home.path().join("killed/run.json").exists(),
            "killed too late to test anything"
        );
        let answer = train(home.path(), &["-o", "killed", "--resume"]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        let onnx =
            |folder: &str| std::fs::read(home.path().join(folder).join("generator.onnx")).unwrap();
        assert!(onnx("straight") == onnx("killed"));
    }

    #[test]
    fn what_cannot_be_trained_is_said_before_anything_is_written() {
        let home = tempfile::tempdir().unwrap();
        let with = |more: &[&'static str]| {
            let mut typed = tiny("5");
            typed.extend(["-o", "run"]);
            typed.extend(more);
            typed
        };
        for (more, code, words) in [
            (vec!["--beta1", "1.5"], 2, vec!["beta1 is 1.5"]),
            (
                vec!["--size", "30"],
                2,
                vec!["[1, 2, 8, 16, 28, 32, 64] pixels, not of 30"],
            ),
            (vec!["--limit", "3"], 3, vec!["3 pictures, a batch has 16"]),
        ] {
            train(home.path(), &with(&more)).fails(code, &words);
        }
        let typed = ["--data", "polygons:triangles?n=64", "-o", "run"];
        train(home.path(), &[&typed[..], &["--loss", "wgan"]].concat())
            .fails(2, &["no loss `wgan`", "wasserstein"]);
        train(home.path(), &[&typed[..], &["--model", "vgg"]].concat())
            .fails(2, &["no model `vgg`", "info_gan"]);
        train(home.path(), &["-o", "run"]).fails(2, &["no training set"]);
        train(home.path(), &["-o", "nowhere", "--resume"]).fails(3, &["checkpoint.gavel"]);
    }

    #[test]
    fn a_run_whose_losses_are_no_numbers_is_recorded_and_fails() {
        let home = tempfile::tempdir().unwrap();
        let typed = "--data polygons:triangles?n=64 --model bad --loss wgan_gp --width 4 --batch-size 8 --steps 50 \
                     --learning-rate 1e30 --look-every 0 -o run";
        let typed: Vec<&str> = typed.split_whitespace().collect();
        train(home.path(), &typed).fails(5, &["the run failed after", "loss"]);
        assert_eq!(json(&home.path().join("run/run.json"))["status"], "failed");
    }
}
