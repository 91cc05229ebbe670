//! Any ONNX file as an extractor: what its sidecar declares, and else what the file itself shows.

use crate::error::{Error, Result};
use crate::features::onnx_header::{Header, Port};
use crate::features::sidecar::{self, Declared, Layout, Sidecar, Size};
use crate::features::{Extractor, Network, Origin, Output, Role, digest, inception, model_error};
use crate::preprocess::{InputSpec, Range};
use std::path::Path;
use std::sync::Arc;

/// Output names that say what they mean, most telling first.
const KNOWN: [(Role, &[&str]); 4] = [
    (
        Role::Features,
        &[
            "features",
            "pool3",
            "pool_3",
            "feature",
            "embedding",
            "embeddings",
            "image_embeds",
        ],
    ),
    (Role::Logits, &["logits_unbiased", "logits"]),
    (Role::Probabilities, &["probabilities", "probs", "softmax"]),
    (Role::Spatial, &["spatial"]),
];

/// How a documentation text says that pixels go in as they are.
const BYTES_HINTS: [&str; 4] = ["0..255", "0-255", "[0,255]", "[0, 255]"];

/// Loads an ONNX file and its sidecar.
pub fn load(path: &Path) -> Result<Extractor> {
    if path
        .extension()
        .is_some_and(|extension| extension == "pth" || extension == "pt")
    {
        let place = path.display();
        return Err(
            Error::engine(format!("{place}: PyTorch weights, expected an ONNX file")).mend(
                format!("gavel models convert {place} -o FILE.onnx, then --extractor FILE.onnx"),
            ),
        );
    }
    let bytes = std::fs::read(path).map_err(|error| model_error::reading(path, &error))?;
    let declared = sidecar::read(path)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    // A file may be called like the published network; its numbers may not.
    let stem = if stem.contains(inception::NAME) {
        "file".into()
    } else {
        stem
    };
    let mut extractor =
        from_bytes(&stem, bytes, declared).map_err(|error| model_error::of(path, &error))?;
    extractor.origin = Origin::File(path.to_owned());
    Ok(extractor)
}

/// The extractor of an ONNX file's bytes; named `stem-xxxxxxxx` by its hash.
pub fn from_bytes(stem: &str, bytes: Vec<u8>, declared: Option<Sidecar>) -> Result<Extractor> {
    let header = Header::read(&bytes)?;
    let has_sidecar = declared.is_some();
    let declared = declared.unwrap_or_default();
    let mut notes = Vec::new();
    let port = input_port(&header, &declared)?;
    let outputs = outputs(&header, &declared, &mut notes)?;
    let width = |name: &str| {
        outputs
            .iter()
            .find(|output| output.name == name)
            .map(|output| output.width)
    };
    let inception_layout = width("pool3") == Some(inception::N_FEATURES)
        && width("logits_unbiased") == Some(inception::N_CLASSES)
        && port.size(2) == Some(299);
    let mut input = input_spec(port, &declared)?;
    input.range = declared.input.range()?;
    if input.range.is_none() && !inception_layout {
        input.range = assumed_range(&header, &mut notes);
    }
    if !has_sidecar && !inception_layout {
        notes.push(format!(
            "without a sidecar: input `{}` {}, {} outputs in use; to declare it, write {stem}.toml beside the file",
            port.name,
            port.shape_text(),
            outputs.len()
        ));
    }
    let sha256 = digest::sha256(&bytes);
    Ok(Extractor {
        name: format!("{stem}-{}", sha256.get(..8).unwrap_or_default()),
        origin: Origin::File(format!("{stem}.onnx").into()),
        input_name: port.name.clone(),
        network: Network::Onnx(Arc::new(bytes)),
        sha256,
        input,
        outputs,
        inception_layout,
        notes,
    })
}

fn input_port<'a>(header: &'a Header, declared: &Sidecar) -> Result<&'a Port> {
    let names = || {
        header
            .inputs
            .iter()
            .map(|port| format!("`{}` {}", port.name, port.shape_text()))
    };
    let all = || names().collect::<Vec<_>>().join(", ");
    if header.inputs.len() != 1 {
        return Err(Error::engine(format!(
            "has {} inputs ({}), expected one",
            header.inputs.len(),
            all()
        ))
        .mend("export the network with the picture as its only input"));
    }
    let named = declared.input.name.as_deref();
    let Some(port) = header
        .inputs
        .iter()
        .find(|port| named.is_none_or(|name| name == port.name))
    else {
        let name = named.unwrap_or_default();
        return Err(
            Error::engine(format!("has no input `{name}`; it has {}", all()))
                .mend("correct [input] name in the sidecar"),
        );
    };
    if !matches!(port.element.as_str(), "FLOAT" | "") {
        return Err(Error::engine(format!(
            "input `{}` takes {}, expected FLOAT (float32)",
            port.name, port.element
        ))
        .mend("export the network with a float32 input"));
    }
    let Some(shape) = &port.shape else {
        return Ok(port);
    };
    if shape.len() != 4 {
        return Err(Error::engine(format!(
            "input `{}` is {}, expected pictures: [N, C, H, W] or [N, H, W, C]",
            port.name,
            port.shape_text()
        ))
        .mend("this network does not take pictures; export one that does"));
    }
    if port.size(0).is_some_and(|batch| batch != 1) {
        return Err(Error::engine(format!(
            "input `{}` is {}: the batch is fixed",
            port.name,
            port.shape_text()
        ))
        .mend("export the network with a free batch size (or 1)"));
    }
    Ok(port)
}

/// Size, channels and layout: declared, or read from the shape. Range and filter are left to the caller.
fn input_spec(port: &Port, declared: &Sidecar) -> Result<InputSpec> {
    let is_channels = |axis: usize| matches!(port.size(axis), Some(1 | 3));
    let channels_last = match declared.input.layout {
        Some(layout) => layout == Layout::Nhwc,
        None => !is_channels(1) && is_channels(3),
    };
    let (channel_axis, height_axis, width_axis) = if channels_last { (3, 1, 2) } else { (1, 2, 3) };
    let agree = |what: &str, declared: Option<usize>, axis: usize| match (declared, port.size(axis))
    {
        (Some(declared), Some(found)) if declared != found => Err(Error::engine(format!(
            "the sidecar declares {what} {declared}, input `{}` is {}",
            port.name,
            port.shape_text()
        ))
        .mend("correct the sidecar")),
        (Some(size), _) | (None, Some(size)) => Ok(size),
        (None, None) => Err(Error::engine(format!(
            "input `{}` is {}: the {what} is free",
            port.name,
            port.shape_text()
        ))
        .mend("declare it in the sidecar FILE.toml: [input] size = [H, W], channels = 3")),
    };
    let size = declared.input.size.map(Size::pair);
    let channels = agree("channels", declared.input.channels, channel_axis)?;
    if !matches!(channels, 1 | 3) {
        return Err(Error::engine(format!(
            "input `{}` is {}: {channels} channels, expected 3 or 1",
            port.name,
            port.shape_text()
        ))
        .mend("export the network for RGB or gray pictures"));
    }
    Ok(InputSpec {
        size: (
            agree("height", size.map(|size| size.0), height_axis)?,
            agree("width", size.map(|size| size.1), width_axis)?,
        ),
        channels,
        channels_last,
        range: None,
        filter: declared.input.filter(),
    })
}

/// Without a declaration the file's own words decide, and else the protocol: its range is centred, as most networks'.
fn assumed_range(header: &Header, notes: &mut Vec<String>) -> Option<Range> {
    let mend = "declare it in the sidecar: [input] range = \"bytes\", \"unit\", \"minus1_1\" or mean and std";
    if let Some(hint) = BYTES_HINTS.iter().find(|hint| header.doc.contains(**hint)) {
        notes.push(format!(
            "the file's documentation says `{hint}`, so pixels go in as 0..255; {mend}"
        ));
        return Some(Range::Bytes);
    }
    notes.push(format!(
        "the file does not say which range its input has, so the protocol's is taken; {mend}"
    ));
    None
}

/// The outputs in use, features first.
fn outputs(header: &Header, declared: &Sidecar, notes: &mut Vec<String>) -> Result<Vec<Output>> {
    let named = [
        (Role::Features, &declared.outputs.features),
        (Role::Logits, &declared.outputs.logits),
        (Role::Probabilities, &declared.outputs.probabilities),
        (Role::Spatial, &declared.outputs.spatial),
    ];
    let mut used: Vec<Output> = Vec::new();
    if named.iter().any(|(_, name)| name.is_some()) {
        for (role, declared) in named {
            if let Some(declared) = declared {
                used.push(declared_output(header, role, declared)?);
            }
        }
    } else {
        for (role, names) in KNOWN {
            let found = names.iter().find_map(|name| header.output(name));
            used.extend(found.and_then(|port| Some(output(role, port, port.width()?))));
        }
        if !used.iter().any(|output| output.role == Role::Features) {
            used.extend(guessed_features(header, &used, notes)?);
        }
    }
    // Logits make probabilities; where both are there, the logits are the better conditioned.
    if used.iter().any(|output| output.role == Role::Logits) {
        used.retain(|output| output.role != Role::Probabilities);
    }
    used.sort_by_key(|output| output.role != Role::Features);
    match used.first() {
        Some(first) if first.role == Role::Features => Ok(used),
        _ => Err(
            Error::engine("the sidecar declares outputs, none of them features")
                .mend("add [outputs] features = \"NAME\""),
        ),
    }
}

fn output(role: Role, port: &Port, width: usize) -> Output {
    Output {
        name: port.name.clone(),
        role,
        width,
    }
}

fn declared_output(header: &Header, role: Role, declared: &Declared) -> Result<Output> {
    let (name, width) = declared.parts();
    let Some(port) = header.output(name) else {
        return Err(Error::engine(format!(
            "has no output `{name}`; it has {}",
            output_names(header)
        ))
        .mend("correct [outputs] in the sidecar"));
    };
    match (width, port.width()) {
        (Some(declared), Some(found)) if declared != found => {
            Err(Error::engine(format!("the sidecar declares width {declared}, output `{name}` is {}", port.shape_text()))
                .mend("correct [outputs] in the sidecar"))
        }
        (Some(width), _) | (None, Some(width)) => Ok(output(role, port, width)),
        (None, None) => Err(Error::engine(format!("output `{name}` is {}, expected [N, D]", port.shape_text()))
            .mend(format!("declare its width in the sidecar: {{ name = \"{name}\", width = D }}, or name another output"))),
    }
}

/// No output has a telling name: the widest of the free ones is taken, but never one that a softmax made.
fn guessed_features(
    header: &Header,
    used: &[Output],
    notes: &mut Vec<String>,
) -> Result<Option<Output>> {
    let is_free = |port: &&Port| {
        port.made_by != "Softmax" && !used.iter().any(|output| output.name == port.name)
    };
    let sized = header
        .outputs
        .iter()
        .filter(is_free)
        .filter_map(|port| Some((port, port.width()?)));
    // Of equal widths the first: max_by_key would give the last.
    let widest = sized.rev().max_by_key(|(_, width)| *width);
    let Some((port, width)) = widest else {
        return Err(Error::engine(format!(
            "none of its outputs can be features: {}",
            output_names(header)
        ))
        .mend("name an output [N, D] in the sidecar FILE.toml: [outputs] features = \"NAME\""));
    };
    notes.push(format!(
        "output `{}` {} is taken for the features ({} in the file); declare it in the sidecar: [outputs] features = \"{}\"",
        port.name,
        port.shape_text(),
        output_names(header),
        port.name
    ));
    Ok(Some(output(Role::Features, port, width)))
}

fn output_names(header: &Header) -> String {
    let names: Vec<String> = header
        .outputs
        .iter()
        .map(|port| format!("`{}` {}", port.name, port.shape_text()))
        .collect();
    names.join(", ")
}
