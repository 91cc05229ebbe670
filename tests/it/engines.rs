//! Engines: both run the same networks, bits do not depend on neighbours, and every fault says what was found.

use crate::networks::{INT64, Net, copying_kernel, extractor, logits_by_hand};
use crate::shared::shared;
use gavel::error::Kind;
use gavel::features::engine::{
    Choice, Discovery, EngineRequest, Origin, Provider, Surroundings, discover, discover_in, load,
};
use gavel::features::{Engine, Extractor, Network, Output, Role};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn tract() -> Discovery {
    discover(&EngineRequest {
        engine: Choice::Tract,
        ..EngineRequest::default()
    })
}

/// The ONNX Runtime of this machine, or `None` after saying that it is not checked.
fn onnx_runtime() -> Option<Discovery> {
    let discovery = discover(&EngineRequest::default());
    if discovery.library().is_none() {
        println!("SKIPPED: no ONNX Runtime on this machine, so only tract was checked");
        return None;
    }
    Some(discovery)
}

fn engines(extractor: &Extractor, threads: usize) -> Vec<Box<dyn Engine>> {
    [Some(tract()), onnx_runtime()]
        .iter()
        .flatten()
        .map(|discovery| load(extractor, discovery, threads).unwrap())
        .collect()
}

/// A tensor by formula, in [0, 1).
fn tensor(seed: usize, len: usize) -> Vec<f32> {
    (0..len)
        .map(|i| ((seed * 7919 + i * 104_729) % 1009) as f32 / 1009.0)
        .collect()
}

#[test]
fn features_and_logits_are_those_computed_by_hand() {
    let net = Net {
        kernel: copying_kernel(),
        ..Net::default()
    };
    // R is 0.5 in the right-most column and 0 elsewhere, G is 0.25, B is 0.125.
    let tensor: Vec<f32> = (0..3 * 64)
        .map(|i| match i / 64 {
            0 if i % 8 == 7 => 0.5,
            0 => 0.0,
            1 => 0.25,
            _ => 0.125,
        })
        .collect();
    // Feature 0: 8 of 64 pixels are 0.5 → 0.0625. Feature 3 looks one pixel to the left: the right-most column is
    // nobody's left neighbour, so 0. Mirrored or transposed input would give 0.0625 or 7/128.
    let features = [0.0625, 0.25, 0.125, 0.0];
    for engine in engines(&extractor(net.bytes(), 8), 1) {
        let result = engine.run(std::slice::from_ref(&tensor)).unwrap();
        assert_eq!(result[0][0], features, "{}", engine.describe());
        for (got, want) in result[0][1].iter().zip(logits_by_hand(&features)) {
            assert!(
                (got - want).abs() < 1e-6,
                "{}: {got} {want}",
                engine.describe()
            );
        }
    }
}

#[test]
fn outputs_come_in_the_extractors_order_not_in_the_files() {
    let mut extractor = extractor(Net::default().bytes(), 8);
    let plain: Vec<_> = engines(&extractor, 1)
        .iter()
        .map(|engine| engine.run(&[tensor(1, 192)]).unwrap())
        .collect();
    extractor.outputs.reverse();
    for (engine, plain) in engines(&extractor, 1).iter().zip(plain) {
        let swapped = engine.run(&[tensor(1, 192)]).unwrap();
        assert_eq!(swapped[0][0], plain[0][1], "{}", engine.describe());
        assert_eq!(swapped[0][1], plain[0][0], "{}", engine.describe());
    }
}

#[test]
fn a_tensor_gives_the_same_bits_alone_in_company_and_on_any_thread() {
    for engine in engines(&extractor(Net::default().bytes(), 8), 3) {
        let tensors: Vec<_> = (0..33).map(|seed| tensor(seed, 192)).collect();
        let alone: Vec<_> = tensors
            .iter()
            .map(|tensor| engine.run(std::slice::from_ref(tensor)).unwrap().remove(0))
            .collect();
        assert_eq!(
            engine.run(&tensors).unwrap(),
            alone,
            "{}",
            engine.describe()
        );
        assert_eq!(
            engine.run(&tensors[26..]).unwrap(),
            alone[26..],
            "{}",
            engine.describe()
        );
        // More callers than sessions.
        std::thread::scope(|scope| {
            for part in 0..8 {
                let (engine, tensors, alone) = (&engine, &tensors, &alone);
                scope.spawn(move || {
                    for index in (part..33).step_by(8) {
                        let got = engine.run(&tensors[index..=index]).unwrap();
                        assert_eq!(got[0], alone[index], "{}", engine.describe());
                    }
                });
            }
        });
    }
}

#[test]
fn a_fixed_batch_dimension_changes_no_feature() {
    let free = engines(&extractor(Net::default().bytes(), 8), 1);
    for batch in [1, 4] {
        let net = Net {
            input: vec![batch, 3, 8, 8],
            ..Net::default()
        };
        for (fixed, free) in engines(&extractor(net.bytes(), 8), 1).iter().zip(&free) {
            let tensors = [tensor(1, 192), tensor(2, 192)];
            for (got, want) in fixed
                .run(&tensors)
                .unwrap()
                .iter()
                .zip(free.run(&tensors).unwrap())
            {
                for (got, want) in got[0].iter().zip(&want[0]) {
                    assert!((got - want).abs() <= 1e-6 * want.abs(), "{got} {want}");
                }
            }
        }
    }
}

#[test]
fn the_engines_agree_on_every_network_of_the_shared_folder() {
    let Some(folder) = shared("data/networks") else {
        return;
    };
    let Some(runtime) = onnx_runtime() else {
        return;
    };
    // Name, channels, size, top of the range, features, logits.
    let networks = [
        ("mnist-lenet5-ccoltong.onnx", 1, 28, 255.0, 84, 10),
        ("cifar10-resnet20-akamaster.onnx", 3, 32, 255.0, 64, 10),
        (
            "imagenet-mobilenet_v1_0.25_128.onnx",
            3,
            128,
            255.0,
            256,
            1001,
        ),
        (
            "imagenet-mobilenet_v2_1.0_224.onnx",
            3,
            224,
            255.0,
            1280,
            1001,
        ),
    ];
    for (name, channels, size, top, features, logits) in networks {
        let mut extractor = extractor(fs::read(folder.join(name)).unwrap(), size);
        extractor.input.channels = channels;
        extractor.outputs[0].width = features;
        extractor.outputs[1].width = logits;
        let input: Vec<f32> = tensor(3, channels * size * size)
            .iter()
            .map(|x| (x * top).round())
            .collect();
        let a = load(&extractor, &runtime, 1)
            .unwrap()
            .run(std::slice::from_ref(&input))
            .unwrap();
        let b = load(&extractor, &tract(), 1)
            .unwrap()
            .run(&[input])
            .unwrap();
        for (output, (a, b)) in a[0].iter().zip(&b[0]).enumerate() {
            let scale = a.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
            let gap = a
                .iter()
                .zip(b)
                .fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
            println!(
                "{name} output {output}: largest difference {:.1e} of the largest value",
                gap / scale
            );
            // Two float32 programs that sum in other orders: runtime-noise.json shows 2e-5 on Inception.
            assert!(
                gap <= 5e-5 * scale,
                "{name} output {output}: {gap} of {scale}"
            );
        }
    }
}

#[test]
fn pixels_need_no_engine() {
    let mut extractor = extractor(Vec::new(), 8);
    extractor.network = Network::Pixels;
    extractor.outputs = vec![Output {
        name: "pixels".to_owned(),
        role: Role::Features,
        width: 192,
    }];
    let engine = load(&extractor, &tract(), 1).unwrap();
    assert_eq!(engine.class(), "none");
    assert_eq!(engine.run(&[tensor(5, 192)]).unwrap(), [[tensor(5, 192)]]);
    extractor.outputs[0].width = 191;
    assert_eq!(
        load(&extractor, &tract(), 1).err().unwrap().kind(),
        Kind::Engine
    );
}

/// Every fault of a file is an engine error (exit 4) from either engine, and its message has these words.
#[test]
fn a_wrong_network_is_refused_with_what_was_found_and_expected() {
    let good = Net::default().bytes();
    let with = |change: &dyn Fn(&mut Net)| {
        let mut net = Net::default();
        change(&mut net);
        net.bytes()
    };
    let cases: Vec<(Vec<u8>, &[&str])> = vec![
        (good[..good.len() / 2].to_vec(), &["no complete ONNX file"]),
        (good[..good.len() - 1].to_vec(), &["no complete ONNX file"]),
        (
            b"this is a text file, not a network\n".to_vec(),
            &["no complete ONNX file"],
        ),
        (Vec::new(), &["no complete ONNX file", "0 bytes"]),
        (
            with(&|net| net.second_input = true),
            &["2 inputs", "input, latent", "exactly one"],
        ),
        (
            with(&|net| net.element = INT64),
            &["takes int64", "expected float32"],
        ),
        (
            with(&|net| net.input = vec![-1, 192]),
            &["[?, 192]", "[N, 3, 8, 8]"],
        ),
        (
            with(&|net| net.input = vec![-1, 3, 16, 8]),
            &["[?, 3, 16, 8]", "[N, 3, 8, 8]"],
        ),
        (
            with(&|net| net.input = vec![-1, 8, 8, 3]),
            &["[?, 8, 8, 3]", "[N, 3, 8, 8]"],
        ),
    ];
    for discovery in [Some(tract()), onnx_runtime()].iter().flatten() {
        for (bytes, words) in &cases {
            let error = load(&extractor(bytes.clone(), 8), discovery, 1)
                .err()
                .unwrap();
            assert_eq!(error.kind(), Kind::Engine);
            for word in *words {
                assert!(
                    error.message().contains(word),
                    "`{word}` is not in: {error}"
                );
            }
        }
    }
}

#[test]
fn a_missing_output_is_named_beside_those_that_exist() {
    let mut extractor = extractor(Net::default().bytes(), 8);
    extractor.outputs[0].name = "pool3".to_owned();
    let error = load(&extractor, &tract(), 1).err().unwrap();
    assert!(error.message().contains("`pool3`") && error.message().contains("features, logits"));
    assert_eq!(error.kind(), Kind::Engine);
}

#[test]
fn an_output_of_another_width_is_an_error_when_it_runs() {
    let mut extractor = extractor(Net::default().bytes(), 8);
    extractor.outputs[0].width = 5;
    for engine in engines(&extractor, 1) {
        let error = engine.run(&[tensor(1, 192)]).err().unwrap();
        assert!(
            error.message().contains("4 values") && error.message().contains("declares 5"),
            "{error}"
        );
    }
}

#[test]
fn a_tensor_of_another_length_is_an_error_not_a_panic() {
    for engine in engines(&extractor(Net::default().bytes(), 8), 1) {
        let error = engine.run(&[tensor(1, 191)]).err().unwrap();
        assert!(error.message().contains("191") && error.message().contains("192"));
    }
}

#[test]
fn kernels_that_contradict_the_input_are_an_error_of_the_engine() {
    // The header is in order; only running the shapes through shows that 5 channels meet a kernel for 3.
    let net = Net {
        input: vec![-1, 5, 8, 8],
        ..Net::default()
    };
    let mut extractor = extractor(net.bytes(), 8);
    extractor.input.channels = 5;
    for discovery in [Some(tract()), onnx_runtime()].iter().flatten() {
        let error = load(&extractor, discovery, 1)
            .and_then(|engine| engine.run(&[tensor(1, 320)]))
            .err()
            .unwrap();
        assert_eq!(error.kind(), Kind::Engine);
    }
}

// Discovery.

fn auto(option: Option<&Path>, around: &Surroundings) -> Discovery {
    discover_in(
        &EngineRequest {
            onnxruntime: option.map(Path::to_owned),
            ..EngineRequest::default()
        },
        around,
    )
}

/// An ELF file that is whole and names itself ONNX Runtime `version`.
fn pretended_library(version: &str) -> Vec<u8> {
    let mut bytes = vec![0; 64];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes.extend_from_slice(format!("OrtGetApiBase\0VERS_{version}\0").as_bytes());
    bytes
}

#[test]
fn where_nothing_is_found_tract_runs_and_says_so() {
    let discovery = auto(None, &Surroundings::default());
    assert!(discovery.library().is_none() && discovery.problem().is_none());
    assert!(
        discovery
            .notes
            .iter()
            .any(|note| note.contains("tract") && note.contains("pip install onnxruntime"))
    );
    let engine = load(&extractor(Net::default().bytes(), 8), &discovery, 1).unwrap();
    assert_eq!(engine.class(), "tract");
}

#[test]
fn a_named_library_that_does_not_work_is_an_engine_error() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("libonnxruntime.so");
    fs::write(&text, "not a library").unwrap();
    let old = folder.path().join("old.so");
    fs::write(&old, pretended_library("1.16.3")).unwrap();
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let cases: [(PathBuf, &str); 4] = [
        (text, "not"),
        (old, "1.16.3 is too old"),
        (folder.path().join("absent.so"), "cannot be read"),
        (empty, "nothing here"),
    ];
    for (path, words) in &cases {
        for as_option in [true, false] {
            let around = Surroundings {
                dylib_path: (!as_option).then(|| path.clone().into()),
                ..Surroundings::default()
            };
            let discovery = auto(as_option.then_some(path), &around);
            let problem = discovery.problem().unwrap();
            assert_eq!(problem.kind().exit_code(), 4);
            let named = if as_option {
                "--onnxruntime"
            } else {
                "ORT_DYLIB_PATH"
            };
            for word in [words, &path.to_str().unwrap(), &named] {
                assert!(
                    problem.message().contains(word),
                    "`{word}` is not in: {problem}"
                );
            }
            let error = load(&extractor(Net::default().bytes(), 8), &discovery, 1)
                .err()
                .unwrap();
            assert_eq!(error.kind(), Kind::Engine);
        }
    }
}

#[test]
fn a_truncated_library_is_refused_before_it_is_loaded() {
    let Some(runtime) = onnx_runtime() else {
        return;
    };
    let whole = fs::read(&runtime.library().unwrap().path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libonnxruntime.so");
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let problem = auto(Some(&path), &Surroundings::default())
        .problem()
        .cloned()
        .unwrap();
    assert!(problem.message().contains("truncated"), "{problem}");
}

#[test]
fn a_broken_library_that_nobody_named_is_passed_over_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let capi = folder
        .path()
        .join("lib/python3.11/site-packages/onnxruntime/capi");
    fs::create_dir_all(&capi).unwrap();
    fs::write(
        capi.join("libonnxruntime.so.1.16.3"),
        pretended_library("1.16.3"),
    )
    .unwrap();
    let around = Surroundings {
        python_environments: vec![folder.path().to_owned()],
        ..Surroundings::default()
    };
    let discovery = auto(None, &around);
    assert!(discovery.problem().is_none());
    assert_eq!(discovery.places[0].origin, Origin::PythonEnvironment);
    assert!(
        discovery.places[0].found.contains("too old"),
        "{:?}",
        discovery.places
    );
    assert!(discovery.notes[0].contains("too old") && discovery.notes[0].contains("tract"));
    let demanded = EngineRequest {
        engine: Choice::OnnxRuntime,
        ..EngineRequest::default()
    };
    let discovery = discover_in(&demanded, &around);
    assert_eq!(discovery.problem().unwrap().kind(), Kind::Engine);
}

#[test]
fn places_are_looked_at_in_the_documented_order_and_no_further_than_needed() {
    let Some(runtime) = onnx_runtime() else {
        return;
    };
    let library = runtime.library().unwrap().path.clone();
    let folder = tempfile::tempdir().unwrap();
    let around = Surroundings {
        dylib_path: None,
        python_environments: vec![folder.path().join("no-environment")],
        pythons: vec![folder.path().join("no-python")],
        system_folders: vec![
            folder.path().to_owned(),
            library.parent().unwrap().to_owned(),
        ],
    };
    let discovery = auto(None, &around);
    let origins: Vec<Origin> = discovery.places.iter().map(|place| place.origin).collect();
    assert_eq!(
        origins,
        [Origin::PythonEnvironment, Origin::Python, Origin::System]
    );
    assert_eq!(discovery.library().unwrap().path, library);
    assert!(
        discovery
            .library()
            .unwrap()
            .providers
            .contains(&"CPUExecutionProvider")
    );
    let explicit = auto(Some(&library), &around);
    assert_eq!(explicit.places.len(), 1);
    // A folder serves as well as the file in it.
    assert_eq!(
        auto(library.parent(), &around).library().unwrap().path,
        library
    );
}

#[cfg(unix)]
#[test]
fn a_python_on_the_path_is_asked_where_its_package_is() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let capi = folder.path().join("onnxruntime/capi");
    fs::create_dir_all(&capi).unwrap();
    fs::write(
        capi.join("libonnxruntime.so.1.2.3"),
        pretended_library("1.2.3"),
    )
    .unwrap();
    let python = folder.path().join("python3");
    fs::write(
        &python,
        format!("#!/bin/sh\necho {}/onnxruntime\n", folder.path().display()),
    )
    .unwrap();
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
    let around = Surroundings {
        pythons: vec![python],
        ..Surroundings::default()
    };
    let discovery = auto(None, &around);
    assert!(
        discovery.places[0]
            .found
            .contains("ONNX Runtime 1.2.3 is too old"),
        "{:?}",
        discovery.places
    );
}

#[test]
fn cuda_without_its_library_is_an_engine_error_that_says_what_was_found() {
    let request = EngineRequest {
        provider: Provider::Cuda,
        ..EngineRequest::default()
    };
    let nothing = discover_in(&request, &Surroundings::default());
    assert_eq!(nothing.problem().unwrap().kind(), Kind::Engine);
    if let Some(runtime) = onnx_runtime()
        && !runtime
            .library()
            .unwrap()
            .providers
            .contains(&"CUDAExecutionProvider")
    {
        let around = Surroundings {
            system_folders: vec![runtime.library().unwrap().path.parent().unwrap().to_owned()],
            ..Surroundings::default()
        };
        let discovery = discover_in(&request, &around);
        let problem = discovery.problem().unwrap();
        assert!(
            problem.message().contains("without the CUDA provider"),
            "{problem}"
        );
        assert!(problem.advice().unwrap().contains("onnxruntime-gpu"));
    }
}

#[test]
fn tract_on_a_gpu_is_a_usage_error() {
    let discovery = discover(&EngineRequest {
        engine: Choice::Tract,
        provider: Provider::Cuda,
        onnxruntime: None,
    });
    assert_eq!(discovery.problem().unwrap().kind(), Kind::Usage);
    assert!(discovery.places.is_empty());
}

#[test]
fn the_names_on_the_command_line_are_those_of_the_contract() {
    assert_eq!("auto".parse::<Choice>().unwrap(), Choice::Auto);
    assert_eq!(
        "onnxruntime".parse::<Choice>().unwrap(),
        Choice::OnnxRuntime
    );
    assert_eq!("tract".parse::<Choice>().unwrap(), Choice::Tract);
    assert_eq!("cuda".parse::<Provider>().unwrap(), Provider::Cuda);
    assert_eq!("gpu".parse::<Provider>().err().unwrap().kind(), Kind::Usage);
    assert_eq!("torch".parse::<Choice>().err().unwrap().kind(), Kind::Usage);
}

#[test]
fn an_engine_outlives_the_extractor_that_it_was_loaded_from() {
    let bytes = Arc::new(Net::default().bytes());
    for discovery in [Some(tract()), onnx_runtime()].iter().flatten() {
        let engine = {
            let mut extractor = extractor(bytes.to_vec(), 8);
            extractor.name = "gone".to_owned();
            load(&extractor, discovery, 2).unwrap()
        };
        assert_eq!(engine.run(&[tensor(1, 192)]).unwrap()[0][0].len(), 4);
    }
}

#[test]
fn more_callers_than_sessions_built_at_once_get_theirs_when_they_come() {
    let Some(runtime) = onnx_runtime() else {
        return;
    };
    let engine = load(&extractor(Net::default().bytes(), 8), &runtime, 9).unwrap();
    let want = engine.run(&[tensor(1, 192)]).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..12 {
            let (engine, want) = (&engine, &want);
            scope.spawn(move || {
                for _ in 0..20 {
                    assert_eq!(&engine.run(&[tensor(1, 192)]).unwrap(), want);
                }
            });
        }
    });
}
