//! `gavel plot --samples`.

use super::super::program::gavel;
use super::generators::constant;
use gavel::verdicts::study::sweep::{Manifest, Sweep, plan};
use image::{Rgb, RgbImage};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const HEADER: &str = "checkpoint_path,run,loss,architecture,dataset,seed,fid,status\n";

/// The sheet, and the gray value of the first picture in each of its rows.
fn grays(path: &Path, label: u32) -> Vec<u8> {
    let sheet: RgbImage = image::open(path).unwrap().to_rgb8();
    // Two gaps and 8 pixels a letter left of the pictures; rows are 64 pixels high with gaps of 4.
    let left = 8 + 8 * label;
    let rows = (sheet.height() - 4) / 68;
    (0..rows)
        .map(|row| {
            let Rgb([r, g, b]) = *sheet.get_pixel(left + 30, 4 + 68 * row + 30);
            assert!(r == g && g == b);
            r
        })
        .collect()
}

#[test]
fn the_median_run_of_each_cell_is_drawn_and_rows_without_a_generator_are_left_out() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let mut table = HEADER.to_owned();
    // Distances 30, 10, 20: the median run is seed 2. Its samples are 2 · 40 / 255 gray.
    for (seed, fid) in [30, 10, 20].into_iter().enumerate() {
        let _ = writeln!(table, "runs/a{seed},a{seed},wgan,mlp,a/b,{seed},{fid},ok");
        let gray = 40.0 * seed as f32 / 255.0;
        constant(&home.join(format!("out/runs/a{seed}")), 8, &[gray; 64]);
    }
    table += "runs/gone,gone,hinge,mlp,a/b,0,5,ok\nruns/f,f,vae,mlp,a/b,0,,failed\n";
    // The same name for a careless file system.
    table += "runs/a1,b,wgan,mlp,A/B,0,5,ok\n";
    fs::write(home.join("out/scores.csv"), &table).unwrap();
    let words = ["plot", "out/scores.csv", "--format", "svg", "--samples"];
    let answer = gavel(home, &words);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(
        answer
            .stderr
            .contains("not on the sheet of a/b: Hinge with MLP: there is no out/runs/gone"),
        "{}",
        answer.stderr
    );
    let sheet = home.join("figures/samples_a_b-2.png");
    // Upper case sorts first. The failed row has its label (21 letters) and no picture: paper, 250.
    assert_eq!(grays(&sheet, 21), [80, 250]);
    assert_eq!(grays(&home.join("figures/samples_A_B.png"), 15), [40]);
    let page = fs::read_to_string(home.join("figures/study.md")).unwrap();
    for words in [
        "## Samples",
        "](samples_a_b-2.png)",
        "](samples_A_B.png)",
        "neither the best nor chosen by eye",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    // Elsewhere by name, and the same bytes again.
    let first = fs::read(&sheet).unwrap();
    fs::rename(home.join("out/runs"), home.join("runs")).unwrap();
    let there = [&words[..], &[".", "-o", "again"]].concat();
    assert_eq!(gavel(home, &there).code, 0);
    assert_eq!(
        first,
        fs::read(home.join("again/samples_a_b-2.png")).unwrap()
    );
}

#[test]
fn without_any_generator_the_error_says_where_it_looked_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    constant(&home.join("outside"), 8, &[0.5; 64]);
    fs::create_dir(home.join("sweep")).unwrap();
    let outside = home.join("outside");
    for (place, words) in [
        ("runs/a", "there is no sweep/runs/a/generator.onnx"),
        ("", "checkpoint_path is \"\""),
        // A table from elsewhere opens nothing outside the sweep's folder.
        ("../outside", "expected a folder below that of the sweep"),
        (outside.to_str().unwrap(), "expected a folder below"),
    ] {
        let table = format!("{HEADER}{place},a,wgan,mlp,m,0,3,ok\n");
        fs::write(home.join("sweep/scores.csv"), table).unwrap();
        gavel(home, &["plot", "sweep/scores.csv", "--samples"])
            .fails(3, &["no generator", "below sweep", words, "--samples DIR"]);
        assert!(!home.join("figures").exists());
    }
    gavel(home, &["plot", "sweep/scores.csv", "--samples", "nowhere"])
        .fails(3, &["--samples nowhere: no such folder"]);
}

#[test]
fn real_pictures_stand_on_top_where_the_plan_of_the_sweep_tells_them() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let text = "losses = [\"hinge\"]\narchitectures = [\"mlp\"]\nseeds = 1\nsteps = 10\n[[data]]\nname = \"triangles\"\n\
                train = \"polygons:triangles?n=40&split=train\"\ntest = \"polygons:triangles?n=40&split=test\"\n";
    let runs = plan(&Sweep::parse(text, "s.toml").unwrap()).unwrap();
    let id = runs[0].id.clone();
    Manifest::of("s", home, runs)
        .settle(&home.join("out"))
        .unwrap();
    constant(&home.join("out/runs").join(&id), 28, &[0.0; 784]);
    let row = format!("runs/{id},{id},hinge,mlp,triangles,0,3,ok\n");
    fs::write(home.join("out/scores.csv"), format!("{HEADER}{row}")).unwrap();
    let words = ["plot", "out/scores.csv", "--samples", "--format", "svg"];
    let answer = gavel(home, &words);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let sheet = image::open(home.join("figures/samples_triangles.png"))
        .unwrap()
        .to_rgb8();
    // Pictures of 28 are shown as 56, two rows of them; the corners of a triangle's picture are white.
    assert_eq!(sheet.height(), 4 + 2 * 60);
    let left = 8 + 8 * "FID 3.0, seed 0".len() as u32;
    assert_eq!(sheet.get_pixel(left, 4), &Rgb([255; 3]));
    assert_eq!(sheet.get_pixel(left, 64), &Rgb([0; 3]));
    let page = fs::read_to_string(home.join("figures/study.md")).unwrap();
    assert!(page.contains("On top pictures of the test set."), "{page}");
    // A plan whose data went away costs the row and nothing else.
    let plan = home.join("out/sweep.json");
    let gone = fs::read_to_string(&plan)
        .unwrap()
        .replace("polygons:triangles", "gone");
    fs::write(&plan, gone).unwrap();
    let answer = gavel(home, &words);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(
        answer
            .stderr
            .contains("no real pictures on the sheet of Triangles"),
        "{}",
        answer.stderr
    );
}
