//! Any ONNX file as an extractor: what its sidecar declares, and else what the file itself shows.

use crate::error::{Error, Result};
use crate::features::onnx_header::{Header, Port};
use crate::features::sidecar::{self, Layout, Sidecar, Size};
use crate::features::{Extractor, Network, Origin, digest, inception, model_error};
use crate::preprocess::{InputSpec, Range};
use std::path::Path;
use std::sync::Arc;

use super::outputs;

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
    let outputs = outputs::in_use(&header, &declared, &mut notes)?;
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
