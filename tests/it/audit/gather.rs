//! One pass over a set: every picture at its row, broken ones listed.

use super::sets::{disks, exhibit, gathered};
use gavel::audit::gather::{GatherOptions, gather};
use gavel::error::Kind;
use gavel::features::extract::OnError;
use gavel::progress::{Observer, Silent};
use gavel::sources::{OpenOptions, Opened, Pixels, Stored, digest, open};
use ndarray::Array2;

fn folder(bad: &[usize]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (i, picture) in disks(1, 6).iter().enumerate() {
        let path = folder.path().join(format!("{i}.ppm"));
        let mut bytes = b"P6 32 32 255\n".to_vec();
        bytes.extend(&picture.rgb);
        if bad.contains(&i) {
            bytes.truncate(500);
        }
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn gathered_from(
    folder: &tempfile::TempDir,
    threads: usize,
    on_error: OnError,
) -> gavel::error::Result<gavel::audit::gather::Gathered> {
    let spec = folder.path().display().to_string();
    let Opened::Images(source) = open(&spec, &OpenOptions::default()).unwrap() else {
        panic!("no pictures");
    };
    gather(
        source.as_ref(),
        &GatherOptions { threads, on_error },
        &Silent,
    )
}

#[test]
fn every_picture_is_at_its_row_whatever_the_number_of_threads() {
    let pictures = disks(1, 6);
    let folder = folder(&[]);
    for threads in [1, 3] {
        let got = gathered_from(&folder, threads, OnError::Fail).unwrap();
        assert_eq!(got.indices, [0, 1, 2, 3, 4, 5]);
        for (row, picture) in pictures.iter().enumerate() {
            let item = &got.exhibit.items[row];
            assert_eq!(item.name, format!("{row}.ppm"));
            // The pixels' digest is that of the bare pixels, and the file has another.
            assert_eq!(item.pixels, digest(&Stored::Raw(picture.clone())));
            assert_ne!(item.stored, item.pixels);
            // A picture of the thumbnail's size is its own thumbnail.
            assert_eq!(got.exhibit.thumbnails.get(row), picture.rgb);
        }
    }
}

#[test]
fn broken_pictures_are_skipped_and_listed_with_their_reasons() {
    let folder = folder(&[1, 4]);
    let got = gathered_from(&folder, 2, OnError::Skip { max_bad: None }).unwrap();
    assert_eq!(got.indices, [0, 2, 3, 5]);
    assert_eq!(got.exhibit.len(), 4);
    assert_eq!(got.exhibit.thumbnails.get(1), disks(1, 6)[2].rgb);
    let names: Vec<&str> = got.broken.iter().map(|b| b.name.as_str()).collect();
    assert_eq!(names, ["1.ppm", "4.ppm"]);
    assert!(got.broken.iter().all(|b| !b.reason.is_empty()));
}

#[test]
fn the_first_broken_picture_fails_a_pass_that_may_not_skip() {
    let folder = folder(&[1, 4]);
    for threads in [1, 4] {
        let error = gathered_from(&folder, threads, OnError::Fail).unwrap_err();
        assert_eq!(error.kind(), Kind::Input);
        assert!(error.message().contains("1.ppm"), "{error}");
        let error =
            gathered_from(&folder, threads, OnError::Skip { max_bad: Some(1) }).unwrap_err();
        assert!(error.message().contains("--max-bad"), "{error}");
    }
    let all = self::folder(&[0, 1, 2, 3, 4, 5]);
    let error = gathered_from(&all, 2, OnError::Skip { max_bad: None }).unwrap_err();
    assert!(error.message().contains("none of 6 pictures"), "{error}");
}

#[test]
fn features_keep_to_their_pictures_where_one_pass_could_not_read_some() {
    let folder = folder(&[1]);
    let mut got = gathered_from(&folder, 2, OnError::Skip { max_bad: None }).unwrap();
    // The other pass could read 1 and not 3: row i of its features says 10 times the index.
    let indices = [0, 1, 2, 4, 5];
    let features = Array2::from_shape_fn((5, 1), |(row, _)| 10.0 * indices[row] as f32);
    got.attach(features.view(), &indices).unwrap();
    assert_eq!(got.indices, [0, 2, 4, 5]);
    let names: Vec<&str> = got
        .exhibit
        .items
        .iter()
        .map(|item| item.name.as_str())
        .collect();
    assert_eq!(names, ["0.ppm", "2.ppm", "4.ppm", "5.ppm"]);
    let kept = got.exhibit.features.as_ref().unwrap();
    assert_eq!(kept.column(0).to_vec(), [0.0, 20.0, 40.0, 50.0]);
    assert_eq!(got.exhibit.thumbnails.get(2), disks(1, 6)[4].rgb);
    assert!(got.attach(features.view(), &[0]).is_err());
}

#[test]
fn a_picture_of_one_color_is_blank() {
    let plain = |values: [u8; 3]| Pixels {
        width: 2,
        height: 1,
        rgb: [values, values].concat(),
    };
    let mut almost = plain([7, 8, 9]);
    almost.rgb[5] = 10;
    let set = exhibit("blank", vec![plain([7, 8, 9]), almost]);
    assert!(set.items[0].blank && !set.items[1].blank);
}

#[test]
fn an_observer_that_asks_to_stop_is_obeyed() {
    struct Stop;
    impl Observer for Stop {
        fn begin(&self, _: &str, _: usize) {}
        fn advance(&self, _: usize) {}
        fn end(&self) {}
        fn stop_requested(&self) -> bool {
            true
        }
    }
    let source = gavel::sources::memory::MemorySource::new("m", disks(1, 3));
    let error = gather(&source, &GatherOptions::default(), &Stop).unwrap_err();
    assert_eq!(error.kind(), Kind::Interrupted);
    assert_eq!(gathered("m", disks(1, 3)).indices.len(), 3);
}
