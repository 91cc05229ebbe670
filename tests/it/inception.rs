//! Weights files of PyTorch, and the conversion of Inception.

use crate::shared::shared;
use gavel::error::Kind;
use gavel::features::onnx_header::Header;
use gavel::features::torch_file::TorchFile;
use gavel::features::{Origin, Role, digest, inception, registry};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What torch 2.15 writes for `OrderedDict(w=arange(6.).reshape(2, 3), t=w.t(), h=tensor([1.5, -2.]).half(), n=tensor(7))`
/// with `_use_new_zipfile_serialization=False`: the format in which the published weights are stored.
const STREAM: &[u8] = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}q\x00(X\x10\x00\x00\x00protocol_versionq\x01M\xe9\x03X\r\x00\x00\x00little_endianq\x02\x88X\n\x00\x00\x00type_sizesq\x03}q\x04(X\x05\x00\x00\x00shortq\x05K\x02X\x03\x00\x00\x00intq\x06K\x04X\x04\x00\x00\x00longq\x07K\x04uu.\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01(X\x01\x00\x00\x00wq\x02ctorch._utils\n_rebuild_tensor_v2\nq\x03((X\x07\x00\x00\x00storageq\x04ctorch\nFloatStorage\nq\x05X\x0e\x00\x00\x0093884745709568q\x06X\x03\x00\x00\x00cpuq\x07K\x06Ntq\x08QK\x00K\x02K\x03\x86q\tK\x03K\x01\x86q\n\x89h\x00)Rq\x0btq\x0cRq\rX\x01\x00\x00\x00tq\x0eh\x03((h\x04h\x05X\x0e\x00\x00\x0093884745709568q\x0fh\x07K\x06Ntq\x10QK\x00K\x03K\x02\x86q\x11K\x01K\x03\x86q\x12\x89h\x00)Rq\x13tq\x14Rq\x15X\x01\x00\x00\x00hq\x16h\x03((h\x04ctorch\nHalfStorage\nq\x17X\x0e\x00\x00\x0093884629355680q\x18h\x07K\x02Ntq\x19QK\x00K\x02\x85q\x1aK\x01\x85q\x1b\x89h\x00)Rq\x1ctq\x1dRq\x1eX\x01\x00\x00\x00nq\x1fh\x03((h\x04ctorch\nLongStorage\nq X\x0e\x00\x00\x0093884629324576q!h\x07K\x01Ntq\"QK\x00))\x89h\x00)Rq#tq$Rq%u.\x80\x02]q\x00(X\x0e\x00\x00\x0093884629324576q\x01X\x0e\x00\x00\x0093884629355680q\x02X\x0e\x00\x00\x0093884745709568q\x03e.\x01\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00>\x00\xc0\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80?\x00\x00\x00@\x00\x00@@\x00\x00\x80@\x00\x00\xa0@";

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A state dict in torch's zip format, as `torch.save` lays it out: a pickle that names storages, and the storages.
fn torch_zip(tensors: &[(&str, &[usize], &[f32])]) -> Vec<u8> {
    let text = |pickle: &mut Vec<u8>, text: &str| {
        pickle.push(b'X');
        pickle.extend((text.len() as u32).to_le_bytes());
        pickle.extend(text.as_bytes());
    };
    let sizes = |pickle: &mut Vec<u8>, sizes: &[usize]| {
        pickle.push(b'(');
        for &size in sizes {
            pickle.push(b'J');
            pickle.extend((size as u32).to_le_bytes());
        }
        pickle.push(b't');
    };
    let mut pickle = b"\x80\x02}(".to_vec();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (key, (name, shape, values)) in tensors.iter().enumerate() {
        text(&mut pickle, name);
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut pickle, "storage");
        pickle.extend(b"ctorch\nFloatStorage\n");
        text(&mut pickle, &key.to_string());
        text(&mut pickle, "cpu");
        pickle.push(b'J');
        pickle.extend((values.len() as u32).to_le_bytes());
        pickle.extend(b"tQK\x00");
        sizes(&mut pickle, shape);
        let strides: Vec<usize> = (0..shape.len())
            .map(|i| shape[i + 1..].iter().product())
            .collect();
        sizes(&mut pickle, &strides);
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
        archive
            .start_file(format!("net/data/{key}"), stored)
            .unwrap();
        let raw: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        archive.write_all(&raw).unwrap();
    }
    pickle.extend(b"u.");
    archive.start_file("net/data.pkl", stored).unwrap();
    archive.write_all(&pickle).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn torchs_old_stream_format_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = TorchFile::open(&write(folder.path(), "old.pth", STREAM)).unwrap();
    let shapes: Vec<(String, Vec<usize>)> = file
        .tensors()
        .map(|(name, shape)| (name.into(), shape.into()))
        .collect();
    let expected = [
        ("h", vec![2]),
        ("n", vec![]),
        ("t", vec![3, 2]),
        ("w", vec![2, 3]),
    ];
    assert_eq!(
        shapes,
        expected.map(|(name, shape)| (name.to_owned(), shape))
    );
    assert_eq!(file.read("w").unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    // The transpose shares the storage of `w` with other strides.
    assert_eq!(file.read("t").unwrap(), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    assert_eq!(file.read("h").unwrap(), [1.5, -2.0]);
    let error = file.read("n").unwrap_err();
    assert!(error.message().contains("integers"), "{error}");
}

#[test]
fn torchs_zip_format_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = torch_zip(&[
        ("a.weight", &[2, 2], &[1.0, 2.0, 3.0, 4.0]),
        ("b", &[1], &[-7.5]),
    ]);
    let mut file = TorchFile::open(&write(folder.path(), "new.pth", &bytes)).unwrap();
    assert_eq!(file.shape("a.weight"), Some(&[2, 2][..]));
    assert_eq!(file.read("a.weight").unwrap(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(file.read("b").unwrap(), [-7.5]);
    assert!(file.read("c").is_err());
}

#[test]
fn damaged_and_foreign_files_are_errors_of_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let zip = torch_zip(&[("a", &[4], &[1.0; 4])]);
    let mut cases: Vec<(String, Vec<u8>)> = vec![
        ("empty".into(), Vec::new()),
        (
            "text".into(),
            b"version https://git-lfs.github.com/spec/v1\n".to_vec(),
        ),
        ("another pickle".into(), b"\x80\x02}q\x00.".to_vec()),
        (
            "a call of os.system".into(),
            [&STREAM[..STREAM.len() - 400], b"\x80\x02cos\nsystem\n."].concat(),
        ),
    ];
    for cut in [1, 20, 100, zip.len() / 2, zip.len() - 1] {
        cases.push((format!("zip cut at {cut}"), zip[..cut].to_vec()));
    }
    for cut in [1, 14, 30, 200, 600, STREAM.len() - 1] {
        cases.push((format!("stream cut at {cut}"), STREAM[..cut].to_vec()));
    }
    for (what, bytes) in cases {
        let path = write(folder.path(), "case.pth", &bytes);
        let opened = TorchFile::open(&path).and_then(|mut file| {
            let names: Vec<String> = file.tensors().map(|(name, _)| name.to_owned()).collect();
            names
                .iter()
                .filter(|name| *name != "n")
                .try_for_each(|name| file.read(name).map(drop))
        });
        let error = opened.expect_err(&what);
        assert_eq!(error.kind(), Kind::Engine, "{what}: {error}");
        assert!(error.message().contains("case.pth"), "{what}: {error}");
        assert!(error.advice().is_some(), "{what}: {error}");
    }
    let missing = TorchFile::open(&folder.path().join("nowhere.pth")).unwrap_err();
    assert_eq!(missing.kind(), Kind::Engine);
}

#[test]
fn a_flipped_bit_in_a_zip_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = torch_zip(&[("a", &[4], &[1.0; 4])]);
    let at = bytes
        .windows(4)
        .position(|window| window == 1.0_f32.to_le_bytes())
        .unwrap();
    bytes[at] ^= 1;
    let mut file = TorchFile::open(&write(folder.path(), "bit.pth", &bytes)).unwrap();
    assert!(file.read("a").is_err());
}

#[test]
fn values_that_are_not_finite_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = torch_zip(&[("a", &[2], &[1.0, f32::NAN])]);
    let error = TorchFile::open(&write(folder.path(), "nan.pth", &bytes))
        .unwrap()
        .read("a")
        .unwrap_err();
    assert!(error.message().contains("value 1 is NaN"), "{error}");
}

#[test]
fn other_networks_are_told_apart_from_inception() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = torch_zip(&[
        ("fc.weight", &[1, 2], &[0.0; 2]),
        ("conv1.weight", &[1], &[0.0]),
    ]);
    let path = write(folder.path(), "other.pth", &bytes);
    let error = inception::convert(&path, &folder.path().join("other.onnx")).unwrap_err();
    assert_eq!(error.kind(), Kind::Engine);
    for part in [
        "472 tensors expected, 2 found",
        "Conv2d_1a_3x3.conv.weight is missing",
    ] {
        assert!(error.message().contains(part), "{error}");
    }
    assert!(!folder.path().join("other.onnx").exists());
}

#[test]
fn the_surrogate_is_converted_and_named_by_its_own_hash() {
    let (Some(weights), Some(sums)) = (
        shared("conformance/surrogate-inception.pth"),
        shared("conformance/surrogate-inception.sha256"),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("surrogate.onnx");
    let converted = inception::convert(&weights, &output).unwrap();
    let published = std::fs::read_to_string(sums).unwrap();
    assert_eq!(
        published.split_whitespace().next(),
        Some(converted.source_sha256.as_str())
    );
    assert!(!converted.verified);
    assert_eq!(digest::sha256_file(&output).unwrap(), converted.onnx_sha256);

    let header = Header::read(&std::fs::read(&output).unwrap()).unwrap();
    assert_eq!(
        header.metadata(inception::SOURCE_KEY),
        Some(converted.source_sha256.as_str())
    );
    let mut ports = String::new();
    for port in header.inputs.iter().chain(&header.outputs) {
        write!(ports, "{}{} ", port.name, port.shape_text()).unwrap();
    }
    assert_eq!(
        ports,
        "input[N, 3, 299, 299] pool3[N, 2048] logits_unbiased[N, 1008] logits[N, 1008] spatial[N, 2023] "
    );

    // The same weights give the same bytes.
    let again = inception::convert(&weights, &folder.path().join("again.onnx")).unwrap();
    assert_eq!(again.onnx_sha256, converted.onnx_sha256);

    let extractor = registry::resolve(output.to_str(), folder.path()).unwrap();
    assert_eq!(
        extractor.name,
        format!("surrogate-{}", &converted.onnx_sha256[..8])
    );
    assert_eq!(extractor.origin, Origin::File(output));
    assert!(extractor.inception_layout);
    assert_eq!(
        (extractor.input.range.clone(), extractor.input.filter),
        (None, None)
    );
    let roles: Vec<(Role, usize)> = extractor
        .outputs
        .iter()
        .map(|output| (output.role, output.width))
        .collect();
    assert_eq!(
        roles,
        [
            (Role::Features, 2048),
            (Role::Logits, 1008),
            (Role::Spatial, 2023)
        ]
    );

    // Nothing else than the published weights can be installed under the name of the published network.
    let error = registry::install(&weights, folder.path()).unwrap_err();
    assert!(
        error.message().contains(&converted.source_sha256),
        "{error}"
    );
    assert!(!registry::record_path(folder.path()).exists());
}
