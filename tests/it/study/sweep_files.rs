//! Sweep files: what they mean, and what is refused.

use gavel::verdicts::study::known;
use gavel::verdicts::study::sweep::{PRESETS, Sweep, plan, preset};
use std::collections::{BTreeMap, BTreeSet};

fn sweep(name: &str) -> Sweep {
    Sweep::parse(preset(name).unwrap(), name).unwrap()
}

const SMALL: &str = "losses = [\"wgan_gp\"]\narchitectures = [\"mlp\"]\nseeds = 1\nsteps = 10\n";
const DATA: &str = "[[data]]\nname = \"t\"\ntrain = \"a\"\ntest = \"b\"\n";

fn refused(top: &str, bottom: &str) -> String {
    let text = format!("{SMALL}{top}\n{DATA}{bottom}\n");
    Sweep::parse(&text, "s.toml").unwrap_err().to_string()
}

#[test]
fn the_presets_are_what_they_promise() {
    for (name, _) in PRESETS {
        assert_eq!(sweep(name).name, name);
    }
    let mini = sweep("mini");
    assert!(mini.losses.len() >= 8 && mini.seeds.len() >= 5);
    assert_eq!((mini.data.len(), mini.architectures.len()), (2, 2));
    assert_eq!(plan(&mini).unwrap().len(), 11 * 2 * 2 * 7);
    // Phase 1 of the study: 8 models, 100 configurations, one seed; 20 · 50000 // 64 and 100 · 50000 // 64 steps.
    let paper = sweep("paper");
    assert_eq!(
        (paper.losses.len(), paper.n_samples, paper.seeds.len()),
        (8, 100, 1)
    );
    assert_eq!(
        (paper.steps, paper.data[2].steps),
        (20 * 50_000 / 64, Some(100 * 50_000 / 64))
    );
    assert_eq!(paper.architectures, ["info_gan"]);
}

#[test]
fn a_plan_depends_on_its_file_alone_and_every_run_has_its_own_name() {
    let paper = sweep("paper");
    let (first, again) = (plan(&paper).unwrap(), plan(&paper).unwrap());
    assert_eq!(first, again);
    let ids: BTreeSet<&str> = first.iter().map(|run| run.id.as_str()).collect();
    assert_eq!(ids.len(), 8 * 100 * 4);
    let mut other = paper.clone();
    other.seed += 1;
    let other = plan(&other).unwrap();
    for (one, two) in first.iter().zip(&other) {
        // The default configuration is not drawn.
        assert_eq!(one.id == two.id, one.sample == 0, "{}", one.title());
    }
    // The first runs hold every loss once.
    let losses: BTreeSet<&str> = first.iter().take(8).map(|run| run.loss.as_str()).collect();
    assert_eq!(losses.len(), 8);
}

#[test]
fn configurations_are_shared_by_data_sets_and_stay_in_the_wide_range() {
    let runs = plan(&sweep("paper")).unwrap();
    let mut configurations: BTreeMap<(&str, u64), BTreeSet<String>> = BTreeMap::new();
    for run in &runs {
        let text = format!("{:?}", run.settings);
        configurations
            .entry((&run.loss, run.sample))
            .or_default()
            .insert(text);
        let number = |name: &str| {
            run.settings
                .get(name)
                .map(|text| text.parse::<f64>().unwrap())
        };
        assert!((1e-5..=1e-2).contains(&number("learning_rate").unwrap()));
        assert!((0.0..1.0).contains(&number("beta1").unwrap()));
        assert_eq!(
            number("weight_clipping").is_some(),
            run.loss == "wasserstein"
        );
        if let (Some(lambda), true) = (number("lambda"), run.sample > 0) {
            let range = if run.loss == "began" {
                1e-4..=1e-2
            } else {
                1e-1..=1e2
            };
            assert!(range.contains(&lambda), "{}: {lambda}", run.loss);
        }
    }
    assert!(configurations.values().all(|set| set.len() == 1));
    let distinct: BTreeSet<&String> = configurations.values().flatten().collect();
    // Sample 0 of minimax and non-saturating is the same row of the study's table.
    assert_eq!(distinct.len(), 8 * 100 - 1);
}

#[test]
fn unknown_names_are_refused_with_the_known_ones_and_their_line() {
    let text = SMALL.replace("wgan_gp", "wgan_pg");
    let error = Sweep::parse(&format!("{text}{DATA}"), "s.toml")
        .unwrap_err()
        .to_string();
    for known in known::LOSSES {
        assert!(error.contains(known.name), "{error}");
    }
    assert!(
        error.contains("s.toml:1") && error.contains("wgan_pg"),
        "{error}"
    );
    let text = SMALL.replace("mlp", "mlq");
    let error = Sweep::parse(&format!("{text}{DATA}"), "s.toml")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("s.toml:2") && error.contains("info_gan, dcgan, sngan, mlp, bad"),
        "{error}"
    );
    assert!(
        refused("", "[range.all]\nlerning_rate = { uniform = [0, 1] }")
            .contains("learning_rate, beta1")
    );
    assert!(
        refused("", "[range.hinge]\nbeta1 = { uniform = [0, 1] }")
            .contains("not of a loss of this sweep")
    );
    assert!(
        refused("", "[range.wgan_gp]\nclip = { uniform = [0.1, 1] }")
            .contains("has no hyper-parameter `clip`")
    );
    assert!(refused("ranges = \"broad\"", "").contains("\"wide\" or \"narrow\""));
    assert!(refused("stepz = 3", "").contains("stepz"));
    assert!(refused("", "[architecture.dcgan]\nwidth = 3").contains("not among the architectures"));
    assert!(refused("", "[settings]\nseed = 3").contains("`seed` is not a setting"));
    // Four lines of the sweep, an empty one, four of the data set: the table's head is line 10.
    let error = refused("", "[loss.hinge]\nspectral_norm = true");
    for words in ["s.toml:10", "not among the losses", "one of wgan_gp"] {
        assert!(error.contains(words), "{error}");
    }
    assert!(refused("", "[loss.wgan_gp]\nloss = \"hinge\"").contains("`loss` is not a setting"));
}

#[test]
fn ranges_upside_down_or_impossible_are_refused_with_their_line() {
    let range = |text: &str| refused("", &format!("[range.all]\n{text}"));
    let error = range("learning_rate = { log_uniform = [1e-2, 1e-5] }");
    // Four lines of the sweep, an empty one, four of the data set, the table's head.
    assert!(
        error.contains("s.toml:11") && error.contains("upside down"),
        "{error}"
    );
    assert!(range("learning_rate = { log_uniform = [0, 1] }").contains("above 0"));
    assert!(range("beta1 = { uniform = [0, 2] }").contains("from 0 to 1"));
    assert!(range("n_critic = { uniform = [1, 5] }").contains("choice"));
    assert!(range("n_critic = { choice = [0] }").contains("at least 1"));
    assert!(range("batch_norm = { choice = [1] }").contains("true or false"));
    assert!(range("lambda = { choice = [] }").contains("is not one"));
    assert!(range("lambda = { uniform = [1, 2], choice = [1] }").contains("is not one"));
    assert!(range("lambda = { uniform = [nan, 2] }").contains("cannot be NaN"));
    assert!(range("lambda = { uniform = [1, 2, 3] }").contains("is not one"));
    assert!(range("lambda = { log_uniform = [1] }").contains("[low, high]"));
}

#[test]
fn sweeps_without_a_run_or_with_too_many_are_refused() {
    assert!(refused("samples = 0", "").contains("expected at least 1"));
    assert!(refused("samples = 5", "").contains("no range to draw them from"));
    assert!(refused("samples = 200000\nranges = \"wide\"", "").contains("at most 100000"));
    let of = |text: &str| Sweep::parse(text, "s.toml").unwrap_err().to_string();
    assert!(
        of(&format!(
            "{}{DATA}",
            SMALL.replace("seeds = 1", "seeds = [1, 1]")
        ))
        .contains("twice")
    );
    assert!(
        of(&format!(
            "{}{DATA}",
            SMALL.replace("seeds = 1", "seeds = 0")
        ))
        .contains("empty")
    );
    assert!(
        of(&format!("{}{DATA}", SMALL.replace("[\"wgan_gp\"]", "[]")))
            .contains("`losses` is empty")
    );
    assert!(of(&format!("{SMALL}{DATA}{DATA}")).contains("stands twice"));
    assert!(of(&format!("schema = \"gavel.sweep/9\"\n{SMALL}{DATA}")).contains("gavel.sweep/1"));
    assert!(of("losses = [").contains("s.toml:1"));
}

#[test]
fn the_settings_of_a_loss_go_before_those_of_an_architecture_and_these_before_those_of_all() {
    let base = SMALL
        .replace("[\"wgan_gp\"]", "[\"wgan_gp\", \"hinge\"]")
        .replace("[\"mlp\"]", "[\"mlp\", \"dcgan\"]");
    let runs = |tables: &str| {
        let text = format!("{base}{DATA}{tables}");
        plan(&Sweep::parse(&text, "s.toml").unwrap()).unwrap()
    };
    let tables = "[settings]\nwidth = 1\nema = 0.1\nlambda = 1.5\n\
        [architecture.dcgan]\nwidth = 2\nema = 0.2\n[loss.hinge]\nwidth = 3\nspectral_norm = true\n\
        [loss.wgan_gp]\nlambda = 5.0\n";
    let all = runs(tables);
    let of = |architecture: &str, loss: &str| {
        let found = all
            .iter()
            .find(|run| run.architecture == architecture && run.loss == loss);
        found.unwrap()
    };
    let number =
        |architecture: &str, loss: &str, key: &str| of(architecture, loss).file[key].to_string();
    for (architecture, loss, width, ema) in [
        ("mlp", "wgan_gp", "1", "0.1"),
        ("dcgan", "wgan_gp", "2", "0.2"),
        ("mlp", "hinge", "3", "0.1"),
        ("dcgan", "hinge", "3", "0.2"),
    ] {
        assert_eq!(
            number(architecture, loss, "width"),
            width,
            "{architecture} {loss}"
        );
        assert_eq!(
            number(architecture, loss, "ema"),
            ema,
            "{architecture} {loss}"
        );
        let run = of(architecture, loss);
        assert_eq!(run.file.contains_key("spectral_norm"), loss == "hinge");
    }
    // A hyper-parameter of the study is a column as ever, another setting is none.
    assert_eq!(of("mlp", "wgan_gp").settings["lambda"], "5.0");
    assert!(!of("mlp", "hinge").settings.contains_key("spectral_norm"));
    // The id of a run covers its loss's settings, and nobody else's.
    let other = runs(&tables.replace("spectral_norm = true", "spectral_norm = false"));
    for (one, two) in all.iter().zip(&other) {
        assert_eq!(one.id == two.id, one.loss != "hinge", "{}", one.title());
    }
}

#[test]
fn training_pictures_are_part_of_a_run_where_they_are_asked_for() {
    let ids = |more: &str| -> Vec<String> {
        let text = format!("{SMALL}{DATA}[evaluate]\nn = 5\n{more}");
        let runs = plan(&Sweep::parse(&text, "s.toml").unwrap()).unwrap();
        runs.into_iter().map(|run| run.id).collect()
    };
    assert_eq!(ids(""), ids("train = 0\n"));
    assert_ne!(ids(""), ids("train = 100\n"));
    let error = refused("", "[evaluate]\ntrain = 1");
    assert!(
        error.contains("s.toml:11: train = 1, expected at least 2"),
        "{error}"
    );
    // An id is the hash of this text: sweeps of before the key keep theirs.
    let text = serde_json::to_string(&plan(&sweep("smoke")).unwrap()).unwrap();
    assert!(!text.contains("n_train"), "{text}");
    let mini = sweep("mini");
    assert!(mini.evaluate.n_train > 0);
}

#[test]
fn what_gavel_train_cannot_do_is_told_before_the_first_run() {
    let sized = |size: u64, architectures: &str| {
        let text = format!("{SMALL}{DATA}size = {size}\n").replace("\"mlp\"", architectures);
        Sweep::parse(&text, "s.toml").unwrap().check_trainable()
    };
    assert!(sized(28, "\"mlp\", \"info_gan\"").is_ok());
    assert!(sized(2, "\"mlp\"").is_ok());
    let error = sized(16, "\"mlp\", \"info_gan\"").unwrap_err().to_string();
    for words in ["\"t\" has size = 16", "info_gan", "one of [8, 28, 32, 64]"] {
        assert!(error.contains(words), "{error}");
    }
}
