//! Sources: every form opens, order and labels are as documented, and what is broken or hostile is refused by name.

use crate::shared::shared;
use flate2::Compression;
use flate2::write::GzEncoder;
use gavel::error::Error;
use gavel::sources::arrays::{
    Array, read_features, read_statistics, write_features, write_npy, write_npz, write_statistics,
};
use gavel::sources::{ImageSource, Limits, OpenOptions, Opened, Stored, digest, open};
use ndarray::{Array1, Array2, Array4, ArrayD, IxDyn};
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use tempfile::{TempDir, tempdir};

fn images(spec: impl AsRef<Path>) -> Box<dyn ImageSource> {
    match open(spec.as_ref().to_str().unwrap(), &OpenOptions::default()) {
        Ok(Opened::Images(images)) => images,
        Ok(_) => panic!("not pictures"),
        Err(error) => panic!("{error}"),
    }
}

fn refusal(spec: impl AsRef<Path>) -> Error {
    match open(spec.as_ref().to_str().unwrap(), &OpenOptions::default()) {
        Ok(_) => panic!("{} opened", spec.as_ref().display()),
        Err(error) => error,
    }
}

fn names(source: &dyn ImageSource) -> Vec<&str> {
    source
        .entries()
        .iter()
        .map(|entry| entry.name.as_str())
        .collect()
}

fn labels(source: &dyn ImageSource) -> Vec<&str> {
    source
        .entries()
        .iter()
        .map(|entry| entry.label.as_deref().unwrap_or("-"))
        .collect()
}

/// Contents need not be pictures to be a set: only decoding looks inside.
fn put(folder: &TempDir, name: &str, bytes: &[u8]) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // `set_path` would refuse the hostile names that are wanted here.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const MEMBERS: [(&str, &[u8]); 7] = [
    ("b/2.PNG", b"two"),
    ("b/10.png", b"ten"),
    ("a/z.jpeg", b"zed"),
    ("top.bmp", b"top"),
    ("notes.txt", b"not a picture"),
    (".DS_Store", b"litter"),
    ("__MACOSX/b/._2.png", b"litter"),
];
const ORDER: [&str; 4] = ["a/z.jpeg", "b/10.png", "b/2.PNG", "top.bmp"];

#[test]
fn folder_tar_targz_and_zip_of_the_same_files_are_the_same_set() {
    let folder = tempdir().unwrap();
    let pictures = tempdir().unwrap();
    for (name, bytes) in MEMBERS {
        put(&pictures, name, bytes);
    }
    fs::write(folder.path().join("x.tar"), tar_of(&MEMBERS)).unwrap();
    // The name says nothing: content decides.
    fs::write(folder.path().join("x.bin"), gzip(&tar_of(&MEMBERS))).unwrap();
    fs::write(folder.path().join("x.zip"), zip_of(&MEMBERS)).unwrap();
    let reference = images(pictures.path());
    for name in ["x.tar", "x.bin", "x.zip"] {
        let source = images(folder.path().join(name));
        assert_eq!(names(&*source), ORDER, "{name}");
        assert_eq!(labels(&*source), ["a", "b", "b", "-"], "{name}");
        assert_eq!(
            source.fingerprint().unwrap(),
            reference.fingerprint().unwrap(),
            "{name}"
        );
        assert_eq!(source.notes().len(), 1, "{name}");
        assert!(source.notes()[0].contains("notes.txt"), "{name}");
        let mut seen = Vec::new();
        source
            .visit(&|index| index != 1, &mut |index, stored| {
                let stored = stored.unwrap();
                assert_eq!(digest(&stored), source.digests().unwrap()[index], "{name}");
                seen.push(index);
                Ok(())
            })
            .unwrap();
        seen.sort_unstable();
        assert_eq!(seen, [0, 2, 3], "{name}");
        assert!(
            matches!(source.read(1).unwrap(), Stored::File(bytes) if bytes == b"ten"),
            "{name}"
        );
        assert!(source.read(4).is_err(), "{name}");
    }
}

#[test]
fn a_visitor_that_fails_stops_the_visit() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("x.tgz"), gzip(&tar_of(&MEMBERS))).unwrap();
    let source = images(folder.path().join("x.tgz"));
    let mut n = 0;
    let result = source.visit(&|_| true, &mut |_, _| {
        n += 1;
        Err(Error::interrupted())
    });
    assert_eq!(result.unwrap_err().kind().exit_code(), 130);
    assert_eq!(n, 1);
}

#[test]
fn selectors_choose_by_folder_label_and_count_from_left_to_right() {
    let folder = tempdir().unwrap();
    for name in [
        "train/cat/1.png",
        "train/cat/2.png",
        "train/category/3.png",
        "test/cat/4.png",
    ] {
        put(&folder, name, name.as_bytes());
    }
    let root = folder.path().to_str().unwrap();
    assert_eq!(
        names(&*images(format!("{root}#train/cat"))),
        ["train/cat/1.png", "train/cat/2.png"]
    );
    assert_eq!(
        names(&*images(format!("{root}#label=category"))),
        ["train/category/3.png"]
    );
    assert_eq!(
        names(&*images(format!("{root}#train&first=1"))),
        ["train/cat/1.png"]
    );
    assert_eq!(
        names(&*images(format!("{root}#first=2#train/cat"))),
        ["train/cat/1.png"]
    );
    let part = images(format!("{root}#train/category"));
    assert!(
        matches!(part.read(0).unwrap(), Stored::File(bytes) if bytes == b"train/category/3.png")
    );
    assert_eq!(
        part.digests().unwrap(),
        [*blake3::hash(b"train/category/3.png").as_bytes()]
    );
    let error = refusal(format!("{root}#label=dog"));
    assert!(error.message().contains("cat, category"), "{error}");
    assert_eq!(refusal(format!("{root}#first=0")).kind().exit_code(), 2);
}

#[test]
fn a_path_that_contains_a_hash_sign_is_found() {
    let folder = tempdir().unwrap();
    put(&folder, "odd#name/1.png", b"x");
    put(&folder, "odd#name/2.png", b"y");
    let root = folder.path().join("odd#name");
    assert_eq!(images(&root).len(), 2);
    assert_eq!(images(format!("{}#first=1", root.display())).len(), 1);
}

#[test]
fn a_list_keeps_its_own_order_and_is_relative_to_itself() {
    let folder = tempdir().unwrap();
    put(&folder, "p/b.png", b"b");
    put(&folder, "p/a.png", b"a");
    put(&folder, "list.txt", b"# two pictures\np/b.png\n\np/a.png\n");
    let source = images(format!("@{}", folder.path().join("list.txt").display()));
    assert_eq!(names(&*source), ["p/b.png", "p/a.png"]);
    put(&folder, "list.txt", b"p/b.png\np/gone.png\n");
    let source = images(format!("@{}", folder.path().join("list.txt").display()));
    assert!(source.read(1).unwrap_err().message().contains("gone.png"));
    assert_eq!(
        source.digests().unwrap().len(),
        2,
        "a missing file leaves the set a fingerprint"
    );
    put(&folder, "list.txt", b"p/b.png\np/b.png\n");
    assert!(
        refusal(format!("@{}", folder.path().join("list.txt").display()))
            .message()
            .contains("twice")
    );
}

#[test]
fn hostile_archive_members_are_refused_by_name() {
    let folder = tempdir().unwrap();
    for name in ["../evil.png", "/etc/evil.png", "a/../../evil.png"] {
        fs::write(
            folder.path().join("x.tar"),
            tar_of(&[("ok.png", b"x"), (name, b"x")]),
        )
        .unwrap();
        assert!(
            refusal(folder.path().join("x.tar"))
                .message()
                .contains("evil.png"),
            "tar {name}"
        );
        fs::write(
            folder.path().join("x.zip"),
            zip_of(&[("ok.png", b"x"), (name, b"x")]),
        )
        .unwrap();
        assert!(
            refusal(folder.path().join("x.zip"))
                .message()
                .contains("evil.png"),
            "zip {name}"
        );
    }
    for (kind, word) in [
        (tar::EntryType::Symlink, "symbolic link"),
        (tar::EntryType::Link, "hard link"),
        (tar::EntryType::Char, "device"),
        (tar::EntryType::Fifo, "pipe"),
    ] {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        builder
            .append_link(&mut header, "link.png", "/etc/passwd")
            .unwrap();
        fs::write(folder.path().join("x.tar"), builder.into_inner().unwrap()).unwrap();
        let error = refusal(folder.path().join("x.tar"));
        assert!(
            error.message().contains("link.png") && error.message().contains(word),
            "{error}"
        );
    }
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_symlink(
            "link.png",
            "/etc/passwd",
            zip::write::SimpleFileOptions::default(),
        )
        .unwrap();
    fs::write(
        folder.path().join("x.zip"),
        writer.finish().unwrap().into_inner(),
    )
    .unwrap();
    assert!(
        refusal(folder.path().join("x.zip"))
            .message()
            .contains("symbolic link")
    );
}

#[test]
fn a_name_that_comes_twice_is_refused() {
    let folder = tempdir().unwrap();
    fs::write(
        folder.path().join("x.tar"),
        tar_of(&[("a.png", b"1"), ("./a.png", b"2")]),
    )
    .unwrap();
    assert!(
        refusal(folder.path().join("x.tar"))
            .message()
            .contains("twice")
    );
}

#[test]
fn bombs_and_giants_are_refused() {
    let folder = tempdir().unwrap();
    let zeros = vec![0; 4 << 20];
    fs::write(
        folder.path().join("x.tgz"),
        gzip(&tar_of(&[("a.png", &zeros)])),
    )
    .unwrap();
    fs::write(folder.path().join("x.zip"), zip_of(&[("a.png", &zeros)])).unwrap();
    let tight = |limits| OpenOptions { limits };
    for name in ["x.tgz", "x.zip"] {
        let spec = folder.path().join(name);
        let open_with = |limits| open(spec.to_str().unwrap(), &tight(limits)).map(|_| ());
        assert!(
            open_with(Limits::default()).is_ok(),
            "4 MiB of zeros are no bomb"
        );
        let ratio = Limits {
            ratio_free_bytes: 1 << 20,
            max_ratio: 50,
            ..Limits::default()
        };
        assert!(
            open_with(ratio).unwrap_err().message().contains("expand"),
            "{name}"
        );
        let giant = Limits {
            max_member_bytes: (4 << 20) - 1,
            ..Limits::default()
        };
        assert!(
            open_with(giant).unwrap_err().message().contains("a.png"),
            "{name}"
        );
        let exact = Limits {
            max_member_bytes: 4 << 20,
            ..Limits::default()
        };
        assert!(open_with(exact).is_ok(), "{name}: the limit is inclusive");
        let none = Limits {
            max_members: 0,
            ..Limits::default()
        };
        assert!(
            open_with(none).unwrap_err().message().contains("members"),
            "{name}"
        );
    }
}

#[test]
fn truncated_archives_are_refused_at_every_cut() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("x.tgz");
    // Bytes that deflate cannot shrink, so that every cut takes data away.
    let noise: Vec<u8> = (0..5000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let whole = gzip(&tar_of(&[("a.png", &noise), ("b.png", &noise)]));
    for cut in [1, 8, 9, whole.len() / 2, whole.len() - 30] {
        fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        assert_eq!(refusal(&path).kind().exit_code(), 3, "{cut} bytes short");
    }
    let whole = tar_of(&[("a.png", &noise)]);
    fs::write(&path, &whole[..3000]).unwrap();
    assert!(refusal(&path).message().contains("truncated"));
    let whole = zip_of(&MEMBERS);
    fs::write(&path, &whole[..whole.len() - 10]).unwrap();
    assert_eq!(refusal(&path).kind().exit_code(), 3);
}

#[test]
fn empty_sets_say_what_was_found_instead() {
    let folder = tempdir().unwrap();
    assert!(refusal(folder.path()).message().contains("no pictures"));
    put(&folder, "readme.md", b"x");
    assert!(refusal(folder.path()).message().contains("readme.md"));
    fs::write(folder.path().join("x.zip"), zip_of(&[("readme.md", b"x")])).unwrap();
    assert!(
        refusal(folder.path().join("x.zip"))
            .message()
            .contains("readme.md")
    );
    fs::write(folder.path().join("zero.zip"), b"").unwrap();
    assert!(
        refusal(folder.path().join("zero.zip"))
            .message()
            .contains("0 bytes")
    );
    assert!(
        refusal(folder.path().join("gone"))
            .message()
            .contains("no such file")
    );
}

#[test]
fn files_that_are_no_sets_say_what_they_are() {
    let folder = tempdir().unwrap();
    for (name, bytes, word) in [
        ("net.onnx", &b"\x08\x07"[..], "ONNX"),
        ("one.png", b"\x89PNG\r\n\x1a\n", "single PNG"),
        ("list.txt", b"a.png", "text file"),
        ("data.parquet", b"PAR1", "parquet"),
        ("what.xyz", b"??", "unknown format"),
    ] {
        put(&folder, name, bytes);
        let error = refusal(folder.path().join(name));
        assert!(
            error.message().contains(word) && error.advice().is_some(),
            "{error}"
        );
    }
}

#[cfg(unix)]
#[test]
fn links_that_leave_the_folder_are_noted_and_loops_end() {
    let outside = tempdir().unwrap();
    put(&outside, "secret.png", b"s");
    let folder = tempdir().unwrap();
    put(&folder, "a.png", b"a");
    let link = |target: &Path, name: &str| {
        std::os::unix::fs::symlink(target, folder.path().join(name)).unwrap();
    };
    link(&outside.path().join("secret.png"), "out.png");
    link(folder.path(), "loop");
    link(&folder.path().join("gone.png"), "dangling.png");
    link(&folder.path().join("a.png"), "b.png");
    let source = images(folder.path());
    assert_eq!(names(&*source), ["a.png", "b.png"]);
    assert!(
        source.notes()[0].starts_with("3 symbolic links"),
        "{:?}",
        source.notes()
    );
}

fn idx(n: u32, height: u32, width: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0, 0, 8, 3];
    for side in [n, height, width] {
        out.extend(side.to_be_bytes());
    }
    out.extend(bytes);
    out
}

#[test]
fn idx_pictures_find_their_labels_beside_them() {
    let folder = tempdir().unwrap();
    // Two pictures of 1 x 2.
    put(
        &folder,
        "t-images-idx3-ubyte.gz",
        &gzip(&idx(2, 1, 2, &[1, 2, 3, 4])),
    );
    put(
        &folder,
        "t-labels-idx1-ubyte",
        &[0, 0, 8, 1, 0, 0, 0, 2, 7, 9],
    );
    let source = images(folder.path().join("t-images-idx3-ubyte.gz"));
    assert_eq!(names(&*source), ["t-images[0]", "t-images[1]"]);
    assert_eq!(labels(&*source), ["7", "9"]);
    let Stored::Raw(pixels) = source.read(1).unwrap() else {
        panic!("is raw")
    };
    assert_eq!(
        (pixels.width, pixels.height, pixels.rgb),
        (2, 1, vec![3, 3, 3, 4, 4, 4])
    );
    put(&folder, "t-labels-idx1-ubyte", &[0, 0, 8, 1, 0, 0, 0, 1, 7]);
    assert!(
        refusal(folder.path().join("t-images-idx3-ubyte.gz"))
            .message()
            .contains("labels")
    );
    put(
        &folder,
        "short-images-idx3-ubyte",
        &idx(2, 1, 2, &[1, 2, 3]),
    );
    let short = images(folder.path().join("short-images-idx3-ubyte"));
    assert!(
        short
            .digests()
            .unwrap_err()
            .message()
            .contains("picture 1 of 2")
    );
}

#[test]
fn mnist_has_its_published_counts_and_first_labels() {
    let Some(path) = shared("data/mnist/t10k-images-idx3-ubyte.gz") else {
        return;
    };
    let source = images(&path);
    assert_eq!(source.len(), 10_000);
    // The first ten labels of the MNIST test set, as every tutorial shows them.
    assert_eq!(
        labels(&*source)[..10],
        ["7", "2", "1", "0", "4", "1", "4", "9", "5", "9"]
    );
    assert_eq!(images(format!("{}#label=3", path.display())).len(), 1010);
}

fn cifar_record(label: u8, red: u8) -> Vec<u8> {
    let mut record = vec![label];
    for value in [red, 20, 30] {
        record.extend(std::iter::repeat_n(value, 1024));
    }
    record
}

#[test]
fn cifar_binary_batches_are_planes_of_red_green_and_blue() {
    let folder = tempdir().unwrap();
    let train = [cifar_record(3, 10), cifar_record(0, 11)].concat();
    let test = cifar_record(9, 12);
    let archive = tar_of(&[
        ("c/test_batch.bin", &test),
        ("c/data_batch_1.bin", &train),
        ("c/readme.html", b"x"),
    ]);
    fs::write(folder.path().join("cifar.tar.gz"), gzip(&archive)).unwrap();
    put(&folder, "c/test_batch.bin", &test);
    put(&folder, "c/data_batch_1.bin", &train);
    for place in ["cifar.tar.gz", "c"] {
        let source = images(folder.path().join(place));
        assert_eq!(
            names(&*source),
            [
                "train/cat/00000",
                "train/airplane/00001",
                "test/truck/00000"
            ],
            "{place}"
        );
        let Stored::Raw(pixels) = source.read(2).unwrap() else {
            panic!("is raw")
        };
        assert_eq!((pixels.width, pixels.height), (32, 32));
        assert!(
            pixels
                .rgb
                .chunks_exact(3)
                .all(|pixel| pixel == [12, 20, 30]),
            "{place}"
        );
    }
    let selected = images(format!(
        "{}#train/cat",
        folder.path().join("cifar.tar.gz").display()
    ));
    assert_eq!(names(&*selected), ["train/cat/00000"]);
    assert_eq!(images(folder.path().join("c/data_batch_1.bin")).len(), 2);
    put(&folder, "c/data_batch_1.bin", &train[..5000]);
    assert!(
        refusal(folder.path().join("c"))
            .message()
            .contains("1927 of 3073")
    );
}

/// `pickle.dumps({"data": array, "labels": [6]}, protocol 2)` as Python 2 with numpy wrote it, opcode by opcode.
fn cifar_pickle(pixels: &[u8]) -> Vec<u8> {
    let mut out = b"\x80\x02}(U\x04datacnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R".to_vec();
    out.extend(b"(K\x01K\x01M\x00\x0c\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T");
    out.extend((pixels.len() as u32).to_le_bytes());
    out.extend(pixels);
    out.extend(b"tbU\x06labels]K\x06au.");
    out
}

#[test]
fn cifar_python_batches_are_read_without_python() {
    let folder = tempdir().unwrap();
    let batch = cifar_pickle(&cifar_record(0, 10)[1..]);
    let archive = tar_of(&[
        ("cifar-10-batches-py/data_batch_1", &batch),
        ("cifar-10-batches-py/batches.meta", b"x"),
    ]);
    fs::write(folder.path().join("cifar-10-python.tar.gz"), gzip(&archive)).unwrap();
    put(&folder, "data_batch_1", &batch);
    for place in ["cifar-10-python.tar.gz", "data_batch_1"] {
        let source = images(folder.path().join(place));
        assert_eq!(names(&*source), ["train/frog/00000"], "{place}");
        let Stored::Raw(pixels) = source.read(0).unwrap() else {
            panic!("is raw")
        };
        assert!(
            pixels
                .rgb
                .chunks_exact(3)
                .all(|pixel| pixel == [10, 20, 30]),
            "{place}"
        );
    }
    put(
        &folder,
        "evil/data_batch_1",
        b"\x80\x02cos\nsystem\nU\x04true\x85R.",
    );
    assert!(
        refusal(folder.path().join("evil"))
            .message()
            .contains("os.system")
    );
}

#[test]
fn stylegan_labels_win_over_folder_names() {
    let folder = tempdir().unwrap();
    let labels_json = br#"{"labels": [["00000/a.png", 4]]}"#;
    fs::write(
        folder.path().join("x.zip"),
        zip_of(&[
            ("00000/a.png", b"x"),
            ("00000/b.png", b"y"),
            ("dataset.json", labels_json),
        ]),
    )
    .unwrap();
    let source = images(folder.path().join("x.zip"));
    assert_eq!(labels(&*source), ["4", "00000"]);
    assert!(source.notes().is_empty());
}

#[test]
fn arr_0_is_read_as_pictures_with_its_labels() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("x.npz");
    let pixels = Array4::from_shape_fn((2, 1, 2, 3), |(n, _, x, c)| (n * 10 + x * 3 + c) as u8);
    let classes = ndarray::Array1::from_vec(vec![5_u8, 6]);
    write_npz(
        &path,
        &[
            ("arr_0", Array::U8(pixels.view().into_dyn())),
            ("arr_1", Array::U8(classes.view().into_dyn())),
        ],
    )
    .unwrap();
    let source = images(&path);
    assert_eq!(names(&*source), ["arr_0[0]", "arr_0[1]"]);
    assert_eq!(labels(&*source), ["5", "6"]);
    let Stored::Raw(second) = source.read(1).unwrap() else {
        panic!("is raw")
    };
    assert_eq!(
        (second.width, second.height, second.rgb),
        (2, 1, vec![10, 11, 12, 13, 14, 15])
    );
    let planes = Array4::<u8>::zeros((2, 3, 8, 8));
    write_npy(&path, &Array::U8(planes.view().into_dyn())).unwrap();
    assert!(refusal(&path).advice().unwrap().contains("transpose"));
}

#[test]
fn features_come_back_as_they_were_written() {
    let folder = tempdir().unwrap();
    let values = Array2::from_shape_fn((3, 2), |(i, j)| i as f32 * 0.1 - j as f32);
    for name in ["f.npy", "f.npz"] {
        let path = folder.path().join(name);
        write_features(&path, values.view(), Some("{\"from\": \"ü\"}")).unwrap();
        let Ok(Opened::Features(read)) = open(path.to_str().unwrap(), &OpenOptions::default())
        else {
            panic!("{name}")
        };
        assert_eq!(read.values, values, "{name}");
        assert!(read.notes.is_empty());
        let Ok(Opened::Features(part)) = open(
            &format!("{}#first=2", path.display()),
            &OpenOptions::default(),
        ) else {
            panic!("{name}")
        };
        assert_eq!(part.values.nrows(), 2);
        assert_ne!(part.fingerprint, read.fingerprint);
        assert_eq!(
            refusal(format!("{}#label=1", path.display()))
                .kind()
                .exit_code(),
            2
        );
    }
    let leftovers = fs::read_dir(folder.path()).unwrap().filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .contains("part")
    });
    assert_eq!(leftovers.count(), 0);
}

#[test]
fn features_that_are_not_finite_are_named_by_row_and_column() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("f.npy");
    let mut values = Array2::<f32>::zeros((4, 3));
    values[[2, 1]] = f32::NAN;
    values[[3, 0]] = f32::INFINITY;
    write_npy(&path, &Array::F32(values.view().into_dyn())).unwrap();
    let error = read_features("f.npy", &path).unwrap_err();
    assert!(
        error.message().contains("row 2, column 1 is NaN"),
        "{error}"
    );
}

#[test]
fn float64_features_are_rounded_and_said_to_be() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("f.npy");
    let values = ndarray::array![[0.5_f64, 0.1], [1.0, 2.0]];
    write_npy(&path, &Array::F64(values.view().into_dyn())).unwrap();
    let read = read_features("f.npy", &path).unwrap();
    assert_eq!(read.values[[0, 1]], 0.1_f32);
    assert!(read.notes[0].starts_with("1 float64"), "{:?}", read.notes);
    write_npy(&path, &Array::F64(ArrayD::zeros(IxDyn(&[4])).view())).unwrap();
    assert!(
        read_features("f.npy", &path)
            .unwrap_err()
            .message()
            .contains("[4]")
    );
}

#[test]
fn statistics_keep_their_count_and_provenance_and_may_lack_both() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s.npz");
    let mean = Array1::from_vec(vec![1.0, 2.0]);
    let covariance = ndarray::array![[1.0, 0.5], [0.25, 2.0]];
    write_statistics(
        &path,
        mean.view(),
        covariance.view(),
        Some(50_000),
        Some("{}"),
    )
    .unwrap();
    let Ok(Opened::Statistics(read)) = open(path.to_str().unwrap(), &OpenOptions::default()) else {
        panic!("statistics")
    };
    assert_eq!(
        (read.n, read.provenance.as_deref()),
        (Some(50_000), Some("{}"))
    );
    assert_eq!(read.covariance[[0, 1]], 0.5);
    assert_eq!(
        refusal(format!("{}#first=3", path.display()))
            .kind()
            .exit_code(),
        2
    );
    write_statistics(&path, mean.view(), covariance.view(), None, None).unwrap();
    let bare = read_statistics("s.npz", &path).unwrap();
    assert_eq!((bare.n, bare.provenance), (None, None));
    assert_eq!(bare.mean, mean);
    let narrow = Array1::from_vec(vec![1.0]);
    write_statistics(&path, narrow.view(), covariance.view(), None, None).unwrap();
    assert!(read_statistics("s.npz", &path).is_err());
    let broken = ndarray::array![[1.0, f64::NAN], [0.0, 1.0]];
    write_statistics(&path, mean.view(), broken.view(), None, None).unwrap();
    assert!(
        read_statistics("s.npz", &path)
            .unwrap_err()
            .message()
            .contains("sigma is NaN")
    );
}

#[test]
fn numpys_own_files_are_read() {
    let Some(path) = shared("conformance/features/A_real.npy") else {
        return;
    };
    let read = read_features("A_real.npy", &path).unwrap();
    assert!(read.values.nrows() > 100 && read.values.iter().all(|v| v.is_finite()));
}

#[test]
fn truncated_arrays_are_errors() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("f.npy");
    write_npy(&path, &Array::F32(ArrayD::zeros(IxDyn(&[10, 10])).view())).unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert!(refusal(&path).message().contains("399 of its 400"));
    fs::write(&path, &whole[..20]).unwrap();
    assert_eq!(refusal(&path).kind().exit_code(), 3);
}
