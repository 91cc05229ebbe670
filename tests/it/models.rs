//! The registry of models: names, files, sidecars, and the folder of models.

use crate::shared::shared;
use gavel::error::Kind;
use gavel::features::onnx_file::{Dim, GraphBuilder, Value, Window};
use gavel::features::registry::{self, Record, State, resolve};
use gavel::features::{Extractor, Network, Origin, Role, digest, inception};
use gavel::preprocess::{Filter, Range};
use std::path::{Path, PathBuf};

#[path = "models/fetching.rs"]
mod fetching;

/// A network that averages each channel: `input` to `outputs`, all `[N, 3]`; built by our own builder.
fn averages(doc: &str, input: &[Dim], outputs: &[&str]) -> Vec<u8> {
    let mut graph = GraphBuilder::new("averages", doc);
    let x = graph.input("input", input);
    let pooled = graph.global_average_pool("pooled", &x);
    let flat = graph.flatten("flat", &pooled);
    for name in outputs {
        let value = match *name {
            "flat" => flat.clone(),
            "softmaxed" => graph.softmax(name, &flat),
            name => graph.relu(name, &flat),
        };
        graph.output(&value, &Dim::batch_of(&[3]));
    }
    graph.finish().unwrap()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn load(path: &Path) -> gavel::error::Result<Extractor> {
    resolve(path.to_str(), Path::new("no-models"))
}

fn roles(extractor: &Extractor) -> Vec<(&str, Role, usize)> {
    extractor
        .outputs
        .iter()
        .map(|output| (output.name.as_str(), output.role, output.width))
        .collect()
}

#[test]
fn an_unknown_name_is_a_fault_of_the_command_line_and_lists_the_known_ones() {
    let error = resolve(Some("inceptoin"), Path::new("no-models")).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    for model in registry::MODELS {
        assert!(error.message().contains(model.name), "{error}");
    }
}

#[test]
fn pixels_needs_no_network() {
    let extractor = resolve(Some("pixels"), Path::new("no-models")).unwrap();
    assert_eq!(extractor.origin, Origin::Pixels);
    assert!(matches!(extractor.network, Network::Pixels));
    assert_eq!(extractor.input.range, Some(Range::Unit));
    // 3 channels of 32 x 32.
    assert_eq!(roles(&extractor), [("pixels", Role::Features, 3072)]);
}

#[test]
fn without_inception_the_default_is_the_embedded_network() {
    let folder = tempfile::tempdir().unwrap();
    let extractor = resolve(None, folder.path()).unwrap();
    assert_eq!(
        (extractor.name.as_str(), &extractor.origin),
        ("embedded-v1", &Origin::Embedded)
    );
    // The bounds: 32 x 32 in, 128 to 256 features, at most 3 MB.
    assert_eq!(
        (extractor.input.size, &extractor.input.range),
        ((32, 32), &Some(Range::Bytes))
    );
    let expected = [
        ("features", Role::Features, 192),
        ("logits", Role::Logits, 33),
    ];
    assert_eq!(roles(&extractor), expected);
    let Network::Onnx(bytes) = &extractor.network else {
        panic!("the embedded network is an ONNX file");
    };
    assert!(bytes.len() <= 3_000_000, "{} bytes", bytes.len());
}

#[test]
fn the_networks_at_hand_are_understood_without_sidecar() {
    for (file, size, channels, width, classes) in [
        ("cifar10-resnet20-akamaster", 32, 3, 64, 10),
        ("imagenet-mobilenet_v1_0.25_128", 128, 3, 256, 1001),
        ("imagenet-mobilenet_v2_1.0_224", 224, 3, 1280, 1001),
        ("mnist-lenet5-ccoltong", 28, 1, 84, 10),
    ] {
        let Some(path) = shared(&format!("data/networks/{file}.onnx")) else {
            return;
        };
        let extractor = load(&path).unwrap();
        let hash = digest::sha256_file(&path).unwrap();
        assert_eq!(extractor.name, format!("{file}-{}", &hash[..8]));
        assert_eq!(extractor.sha256, hash);
        assert_eq!(
            (extractor.input.size, extractor.input.channels),
            ((size, size), channels),
            "{file}"
        );
        assert!(!extractor.input.channels_last && !extractor.inception_layout);
        assert_eq!(
            roles(&extractor),
            [
                ("features", Role::Features, width),
                ("logits", Role::Logits, classes)
            ]
        );
        // Their documentation says 0..255, and the assumption is told together with its mend.
        assert_eq!(extractor.input.range, Some(Range::Bytes), "{file}");
        assert!(
            extractor
                .notes
                .iter()
                .any(|note| note.contains("0..255") && note.contains("sidecar")),
            "{file}"
        );
    }
}

#[test]
fn an_undeclared_range_is_the_protocols_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let net = averages("", &Dim::batch_of(&[3, 8, 8]), &["features"]);
    let extractor = load(&write(folder.path(), "net.onnx", &net)).unwrap();
    assert_eq!(
        (extractor.input.range.clone(), extractor.input.filter),
        (None, None)
    );
    assert!(
        extractor
            .notes
            .iter()
            .any(|note| note.contains("range") && note.contains("[input]")),
        "{:?}",
        extractor.notes
    );
}

#[test]
fn a_sidecar_decides_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let net = averages(
        "takes 0..255",
        &Dim::batch_of(&[3, 8, 9]),
        &["features", "second"],
    );
    let path = write(folder.path(), "net.onnx", &net);
    let toml = "[input]\nrange = \"unit\"\nfilter = \"nearest\"\n[outputs]\nfeatures = \"second\"\nlogits = \"features\"\n";
    write(folder.path(), "net.toml", toml.as_bytes());
    let extractor = load(&path).unwrap();
    assert_eq!(extractor.input.size, (8, 9));
    assert_eq!(extractor.input.range, Some(Range::Unit));
    assert_eq!(extractor.input.filter, Some(Filter::Nearest));
    assert_eq!(
        roles(&extractor),
        [("second", Role::Features, 3), ("features", Role::Logits, 3)]
    );
    assert!(extractor.notes.is_empty(), "{:?}", extractor.notes);
}

#[test]
fn a_sidecar_gives_what_the_file_leaves_open() {
    let folder = tempfile::tempdir().unwrap();
    let free = |name: &str| Dim::Free(name.into());
    let net = averages(
        "",
        &[free("n"), Dim::Fixed(3), free("h"), free("w")],
        &["features"],
    );
    let path = write(folder.path(), "net.onnx", &net);
    let error = load(&path).unwrap_err();
    assert!(error.message().contains("height is free"), "{error}");
    assert!(error.advice().unwrap().contains("size = [H, W]"), "{error}");
    write(
        folder.path(),
        "net.toml",
        b"[input]\nsize = [10, 20]\nmean = [0.5, 0.5, 0.5]\nstd = [0.25, 0.5, 1.0]\n",
    );
    let extractor = load(&path).unwrap();
    assert_eq!(extractor.input.size, (10, 20));
    let (mean, std) = (vec![0.5; 3], vec![0.25, 0.5, 1.0]);
    assert_eq!(extractor.input.range, Some(Range::MeanStd { mean, std }));
}

#[test]
fn a_sidecar_that_contradicts_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let net = averages("", &Dim::batch_of(&[3, 8, 8]), &["features"]);
    let path = write(folder.path(), "net.onnx", &net);
    for (toml, found) in [
        ("[input]\nsize = 9", "height 9"),
        ("[input]\nchannels = 1", "channels 1"),
        ("[input]\nname = \"x\"", "no input `x`"),
        ("[input]\nsize = \"large\"", "net.toml"),
        (
            "[outputs]\nfeatures = \"x\"",
            "no output `x`; it has `features` [N, 3]",
        ),
        ("[outputs]\nlogits = \"features\"", "none of them features"),
        (
            "[outputs]\nfeatures = { name = \"features\", width = 4 }",
            "width 4",
        ),
        ("[inputs]\nsize = 8", "inputs"),
    ] {
        write(folder.path(), "net.toml", toml.as_bytes());
        let error = load(&path).unwrap_err();
        assert_eq!(error.kind(), Kind::Engine, "{toml}: {error}");
        assert!(error.message().contains(found), "{toml}: {error}");
        assert!(error.advice().is_some(), "{toml}: {error}");
    }
}

#[test]
fn channels_last_is_seen_in_the_shape() {
    let folder = tempfile::tempdir().unwrap();
    let mut graph = GraphBuilder::new("nhwc", "");
    let x = graph.input("input", &Dim::batch_of(&[5, 6, 3]));
    let first = graph.transpose("nchw", &x, &[0, 3, 1, 2]);
    let pooled = graph.global_average_pool("pooled", &first);
    let features = graph.flatten("features", &pooled);
    graph.output(&features, &Dim::batch_of(&[3]));
    let extractor = load(&write(folder.path(), "net.onnx", &graph.finish().unwrap())).unwrap();
    assert!(extractor.input.channels_last);
    assert_eq!(
        (extractor.input.size, extractor.input.channels),
        ((5, 6), 3)
    );
}

#[test]
fn outputs_without_telling_names_are_guessed_and_told() {
    let folder = tempfile::tempdir().unwrap();
    // The wider output is taken, and what a softmax made never is.
    let mut graph = GraphBuilder::new("two", "");
    let x = graph.input("input", &Dim::batch_of(&[3, 4, 4]));
    let wide = graph.flatten("wide", &x);
    let pooled = graph.global_average_pool("pooled", &x);
    let narrow = graph.flatten("narrow", &pooled);
    let soft = graph.softmax("soft", &wide);
    graph.output(&soft, &Dim::batch_of(&[48]));
    graph.output(&narrow, &Dim::batch_of(&[3]));
    graph.output(&wide, &Dim::batch_of(&[48]));
    let extractor = load(&write(folder.path(), "net.onnx", &graph.finish().unwrap())).unwrap();
    assert_eq!(roles(&extractor), [("wide", Role::Features, 48)]);
    assert!(
        extractor
            .notes
            .iter()
            .any(|note| note.contains("`wide`") && note.contains("[outputs]"))
    );
}

#[test]
fn files_that_cannot_serve_are_refused_with_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let batch = |dims: &[usize]| Dim::batch_of(dims);
    let fixed = |dims: &[usize]| {
        dims.iter()
            .map(|&size| Dim::Fixed(size))
            .collect::<Vec<_>>()
    };
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("text.onnx", b"not a network".to_vec(), "not an ONNX file"),
        ("empty.onnx", Vec::new(), "not an ONNX file"),
        (
            "flat.onnx",
            averages("", &batch(&[784]), &["features"]),
            "[N, 784], expected pictures",
        ),
        (
            "four.onnx",
            averages("", &batch(&[4, 8, 8]), &["features"]),
            "4 channels, expected 3 or 1",
        ),
        (
            "batch.onnx",
            averages("", &fixed(&[8, 3, 8, 8]), &["features"]),
            "the batch is fixed",
        ),
        (
            "soft.onnx",
            averages("", &batch(&[3, 8, 8]), &["softmaxed"]),
            "can be features",
        ),
    ];
    for (name, bytes, found) in cases {
        let error = load(&write(folder.path(), name, &bytes)).unwrap_err();
        assert_eq!(error.kind(), Kind::Engine, "{name}: {error}");
        assert!(
            error.message().contains(name) && error.message().contains(found),
            "{name}: {error}"
        );
        assert!(error.advice().is_some(), "{name}: {error}");
    }
    assert_eq!(
        load(&folder.path().join("nowhere.onnx"))
            .unwrap_err()
            .kind(),
        Kind::Engine
    );
    let error = load(&write(folder.path(), "weights.pth", b"PK")).unwrap_err();
    assert!(
        error.advice().unwrap().contains("gavel models convert"),
        "{error}"
    );
}

/// A network with the outputs of Inception, and of a few kilobytes only.
fn inception_like() -> Vec<u8> {
    let mut graph = GraphBuilder::new("like", "");
    let x = graph.input("input", &Dim::batch_of(&[3, 299, 299]));
    let pooled = graph.global_average_pool("pooled", &x);
    let mut widen = |name: &str, width: usize| -> Value {
        let weight = graph.constant(
            &format!("{name}.weight"),
            &[width, 3, 1, 1],
            &vec![0.5; 3 * width],
        );
        let map = graph.conv(
            &format!("{name}.conv"),
            &pooled,
            &weight,
            None,
            Window::square(1, 1, 0),
        );
        graph.flatten(name, &map)
    };
    let outputs = [
        ("pool3", 2048),
        ("logits_unbiased", 1008),
        ("logits", 1008),
        ("spatial", 2023),
    ];
    let values = outputs.map(|(name, width)| (widen(name, width), width));
    for (value, width) in values {
        graph.output(&value, &Dim::batch_of(&[width]));
    }
    graph.finish().unwrap()
}

/// Puts a network and a record into a folder of models, as the converter would.
fn place(folder: &Path, onnx: &[u8], change: impl Fn(&mut Record)) {
    let mut record = Record {
        name: inception::NAME.into(),
        source_sha256: inception::SHA256.into(),
        onnx_sha256: digest::sha256(onnx),
        converter: "a test".into(),
    };
    change(&mut record);
    write(folder, "inception-2015-12-05.onnx", onnx);
    std::fs::write(
        registry::record_path(folder),
        toml::to_string(&record).unwrap(),
    )
    .unwrap();
}

#[test]
fn an_installed_network_is_the_default_and_carries_the_published_name() {
    let folder = tempfile::tempdir().unwrap();
    place(folder.path(), &inception_like(), |_| ());
    for name in [None, Some("inception"), Some("inception-2015-12-05")] {
        let extractor = resolve(name, folder.path()).unwrap();
        assert_eq!(extractor.name, "inception-2015-12-05");
        assert_eq!(extractor.origin, Origin::InceptionVerified);
        assert!(extractor.inception_layout && extractor.notes.is_empty());
    }
    // The same file by its path is a file like any other.
    let path = folder.path().join("inception-2015-12-05.onnx");
    std::fs::remove_file(registry::record_path(folder.path())).unwrap();
    let extractor = load(&path).unwrap();
    assert_eq!(extractor.origin, Origin::File(path));
    assert!(
        !extractor.name.contains("inception-2015-12-05"),
        "{}",
        extractor.name
    );
}

/// Fills a folder of models with something that must not be used.
type Spoil = Box<dyn Fn(&Path)>;

#[test]
fn an_installed_network_that_was_changed_is_refused_and_never_passed_over() {
    let other = "0".repeat(64);
    let cases: [(&str, Spoil); 5] = [
        (
            "changed since it was converted",
            Box::new(|folder| {
                place(folder, &inception_like(), |_| ());
                let path = folder.join("inception-2015-12-05.onnx");
                let mut bytes = std::fs::read(&path).unwrap();
                *bytes.last_mut().unwrap() ^= 1;
                std::fs::write(path, bytes).unwrap();
            }),
        ),
        (
            "made from weights with sha256 000",
            Box::new(move |folder| {
                place(folder, &inception_like(), |record| {
                    record.source_sha256.clone_from(&other);
                });
            }),
        ),
        (
            "not the network that the converter writes",
            Box::new(|folder| {
                place(
                    folder,
                    &averages("", &Dim::batch_of(&[3, 8, 8]), &["features"]),
                    |_| (),
                );
            }),
        ),
        (
            "no such file",
            Box::new(|folder| {
                place(folder, &inception_like(), |_| ());
                std::fs::remove_file(registry::record_path(folder)).unwrap();
            }),
        ),
        (
            "not a record",
            Box::new(|folder| {
                place(folder, &inception_like(), |_| ());
                std::fs::write(registry::record_path(folder), "name = 3").unwrap();
            }),
        ),
    ];
    for (found, prepare) in cases {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        for name in [None, Some("inception")] {
            let error = resolve(name, folder.path()).unwrap_err();
            assert_eq!(error.kind(), Kind::Engine, "{error}");
            assert!(error.message().contains(found), "{found}: {error}");
            assert!(
                error.advice().unwrap().contains("gavel models convert"),
                "{error}"
            );
        }
        let listed = registry::list(folder.path());
        assert!(
            listed
                .iter()
                .any(|listed| matches!(listed.state, State::Refused(_))),
            "{found}"
        );
        assert!(registry::verify(None, folder.path()).is_err());
    }
}

#[test]
fn what_is_not_installed_is_listed_as_missing_with_the_way_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let listed = registry::list(folder.path());
    let inception = listed
        .iter()
        .find(|listed| listed.model.name == "inception")
        .unwrap();
    assert!(matches!(inception.state, State::Missing));
    let error = resolve(Some("inception"), folder.path()).unwrap_err();
    assert_eq!(error.kind(), Kind::Engine);
    assert!(
        error
            .advice()
            .unwrap()
            .contains("gavel models fetch inception"),
        "{error}"
    );
    assert!(registry::verify(Some("inception"), folder.path()).is_err());
    assert!(registry::verify(None, folder.path()).is_ok());
    assert_eq!(
        registry::verify(Some("nothing"), folder.path())
            .unwrap_err()
            .kind(),
        Kind::Usage
    );
}
