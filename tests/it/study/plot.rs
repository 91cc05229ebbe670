//! `gavel plot`.

use super::super::program::gavel;
use super::synthetic::{Plan, table};
use std::fs;

const FIGURES: [&str; 7] = [
    "fid_boxes",
    "expected_minimum",
    "precision_recall_f1",
    "fid_against_precision_recall",
    "hyper_parameters",
    "architectures",
    "training_curves",
];

#[test]
fn a_table_becomes_figures_in_both_formats_and_a_page() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("scores.csv"), table(&Plan::equal(3, 2))).unwrap();
    let answer = gavel(home.path(), &["plot", "scores.csv", "-o", "figures"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(
        answer.stderr.contains("not drawn: mode_dropping_and_noise"),
        "{}",
        answer.stderr
    );
    let out = home.path().join("figures");
    let page = fs::read_to_string(out.join("study.md")).unwrap();
    for stem in FIGURES {
        let svg = fs::read_to_string(out.join(format!("{stem}.svg"))).unwrap();
        assert!(svg.contains("</svg>") && !svg.contains("NaN"), "{stem}");
        let png = image::open(out.join(format!("{stem}.png"))).unwrap();
        assert!(png.width() >= 1000, "{stem}");
        assert!(page.contains(&format!("]({stem}.svg)")), "{stem}");
    }
    for words in [
        "“all GANs are equal”",
        "| MM GAN |",
        "gavel plot scores.csv -o figures",
        "## Failed runs",
        "## Does the loss or the architecture matter?",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    // The same bytes again.
    let first = fs::read(out.join("fid_boxes.png")).unwrap();
    gavel(
        home.path(),
        &["plot", "scores.csv", "-o", "again", "--format", "png"],
    );
    assert_eq!(
        first,
        fs::read(home.path().join("again/fid_boxes.png")).unwrap()
    );
    assert!(!home.path().join("again/fid_boxes.svg").exists());
}

#[test]
fn a_foreign_table_is_plotted_and_a_wrong_one_is_refused() {
    let home = tempfile::tempdir().unwrap();
    fs::write(
        home.path().join("theirs.csv"),
        "model,dataset,tf_seed,fid_score,sample_id\nGAN,mnist,0,9.5,0\nGAN,mnist,0,12.5,1\nVAE,mnist,0,31337,0\n",
    )
    .unwrap();
    let answer = gavel(home.path(), &["plot", "theirs.csv"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let page = fs::read_to_string(home.path().join("figures/study.md")).unwrap();
    assert!(
        page.contains("NS GAN") && page.contains("3 runs (1 failed)"),
        "{page}"
    );
    fs::write(home.path().join("empty.csv"), "").unwrap();
    gavel(home.path(), &["plot", "empty.csv"]).fails(3, &["empty.csv", "expected a header"]);
    fs::write(home.path().join("none.csv"), "loss,fid,dataset\n").unwrap();
    gavel(home.path(), &["plot", "none.csv"]).fails(3, &["none.csv", "no rows"]);
    gavel(home.path(), &["plot", "absent.csv"]).fails(3, &["absent.csv", "no such file"]);
    fs::write(home.path().join("bad.csv"), "loss,fid,dataset\nwgan,x,m\n").unwrap();
    gavel(home.path(), &["plot", "bad.csv"]).fails(3, &["bad.csv:2", "column 2 (fid)"]);
    fs::write(home.path().join("not.json"), "{}").unwrap();
    gavel(
        home.path(),
        &["plot", "theirs.csv", "--sensitivity", "not.json"],
    )
    .fails(3, &["not.json", "gavel sensitivity"]);
}
