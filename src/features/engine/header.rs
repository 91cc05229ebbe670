//! What an ONNX file says of its own inputs and outputs, read without touching its weights.
//!
//! Both engines trust the caller in places (a missing output is a panic in one of them), so every file is checked here
//! first, with one wording for both. The messages below are the part of `onnx.proto3` that the check needs; prost
//! skips every other field, so that reading the header of a 95 MB network copies a few kilobytes.

use crate::error::{Error, Result};
use crate::features::Extractor;
use prost::Message;
use std::collections::HashSet;

#[derive(Clone, PartialEq, Message)]
struct Model {
    #[prost(message, optional, tag = "7")]
    graph: Option<Graph>,
}

#[derive(Clone, PartialEq, Message)]
struct Graph {
    #[prost(message, repeated, tag = "1")]
    nodes: Vec<Node>,
    #[prost(message, repeated, tag = "5")]
    initializers: Vec<Initializer>,
    #[prost(message, repeated, tag = "11")]
    inputs: Vec<ValueInfo>,
    #[prost(message, repeated, tag = "12")]
    outputs: Vec<ValueInfo>,
}

#[derive(Clone, PartialEq, Message)]
struct Node {
    #[prost(string, repeated, tag = "1")]
    inputs: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    outputs: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Initializer {
    #[prost(string, tag = "8")]
    name: String,
    #[prost(int32, tag = "14")]
    data_location: i32,
}

#[derive(Clone, PartialEq, Message)]
struct ValueInfo {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    value_type: Option<ValueType>,
}

#[derive(Clone, PartialEq, Message)]
struct ValueType {
    #[prost(message, optional, tag = "1")]
    tensor: Option<TensorType>,
}

#[derive(Clone, PartialEq, Message)]
struct TensorType {
    #[prost(int32, tag = "1")]
    element: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
struct Shape {
    #[prost(message, repeated, tag = "1")]
    dims: Vec<Dimension>,
}

#[derive(Clone, PartialEq, Message)]
struct Dimension {
    #[prost(int64, optional, tag = "1")]
    value: Option<i64>,
}

/// `TensorProto.DataType.FLOAT`.
const FLOAT: i32 = 1;

/// `TensorProto.DataLocation.EXTERNAL`.
const EXTERNAL: i32 = 1;

/// What an engine must know of a network that passed the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// The batch dimension where the file fixes one.
    pub fixed_batch: Option<usize>,
    /// The input's shape for one picture (or latent), without the batch dimension.
    pub picture: Vec<usize>,
    /// Position in the graph's list of outputs of each output of the extractor.
    pub positions: Vec<usize>,
}

impl Header {
    /// Values of one picture's tensor.
    pub(super) fn picture_len(&self) -> usize {
        self.picture.iter().product()
    }

    /// The input's shape for a batch.
    pub(super) fn shape(&self, batch: usize) -> Vec<usize> {
        std::iter::once(batch)
            .chain(self.picture.iter().copied())
            .collect()
    }
}

/// Reads the header of `bytes` and holds it against what `extractor` declares.
///
/// # Errors
/// Engine errors that say what was found and expected: bytes that are no ONNX graph, weights kept in other files,
/// anything but one input, an element type other than float32, a rank other than 4, sizes other than the extractor's,
/// an output that the graph does not have or never computes.
pub(super) fn check(bytes: &[u8], extractor: &Extractor) -> Result<Header> {
    let spec = &extractor.input;
    let (height, width) = spec.size;
    let picture = if spec.channels_last {
        [height, width, spec.channels]
    } else {
        [spec.channels, height, width]
    };
    check_for(bytes, extractor, &picture)
}

/// As [`check`], for inputs of another shape than a picture's.
pub(super) fn check_for(bytes: &[u8], extractor: &Extractor, item: &[usize]) -> Result<Header> {
    let name = &extractor.name;
    let graph = Model::decode(bytes)
        .map_err(|error| damaged(name, &format!("after {} bytes: {error}", bytes.len())))?
        .graph
        .filter(|graph| !graph.nodes.is_empty())
        .ok_or_else(|| damaged(name, &format!("{} bytes without a graph", bytes.len())))?;
    if let Some(weights) = graph
        .initializers
        .iter()
        .find(|weights| weights.data_location == EXTERNAL)
    {
        return Err(Error::engine(format!(
            "{name}: the weights `{}` are kept outside the ONNX file; expected one self-contained file",
            weights.name
        ))
        .mend("save the model again with its weights inside (onnx.save_model(..., save_as_external_data=False))"));
    }
    let fixed_batch = check_input(&graph, extractor, item)?;
    let positions = check_outputs(&graph, extractor)?;
    Ok(Header {
        fixed_batch,
        picture: item.to_vec(),
        positions,
    })
}

fn damaged(name: &str, what: &str) -> Error {
    Error::engine(format!(
        "{name}: this is no complete ONNX file ({what}); it is truncated, corrupt or of another format"
    ))
    .mend("fetch or convert the file again, and compare its sha256 with the publisher's")
}

fn check_input(graph: &Graph, extractor: &Extractor, wanted: &[usize]) -> Result<Option<usize>> {
    let name = &extractor.name;
    let constants: HashSet<&str> = graph
        .initializers
        .iter()
        .map(|weights| weights.name.as_str())
        .collect();
    let inputs: Vec<&ValueInfo> = graph
        .inputs
        .iter()
        .filter(|input| !constants.contains(input.name.as_str()))
        .collect();
    let [input] = inputs[..] else {
        let found: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
        return Err(Error::engine(format!(
            "{name}: found {} inputs [{}], expected exactly one image input",
            found.len(),
            found.join(", ")
        ))
        .mend("export the part of the network that takes one image tensor"));
    };
    if input.name != extractor.input_name {
        return Err(Error::engine(format!(
            "{name}: the network's input is `{}`, but the extractor names `{}`",
            input.name, extractor.input_name
        )));
    }
    let tensor = input
        .value_type
        .as_ref()
        .and_then(|kind| kind.tensor.as_ref())
        .ok_or_else(|| {
            Error::engine(format!(
                "{name}: the input `{}` is no tensor; expected float32 [N, C, H, W]",
                input.name
            ))
        })?;
    if tensor.element != FLOAT {
        return Err(Error::engine(format!(
            "{name}: the input `{}` takes {}, expected float32",
            input.name,
            element_name(tensor.element)
        ))
        .mend("export the network with a float32 input"));
    }
    // Without a declared shape nothing contradicts the extractor.
    let Some(shape) = &tensor.shape else {
        return Ok(None);
    };
    let dims: Vec<Option<i64>> = shape.dims.iter().map(|dim| dim.value).collect();
    let mismatch = |dim: &Option<i64>, want: usize| {
        dim.is_some_and(|dim| dim > 0 && usize::try_from(dim) != Ok(want))
    };
    if dims.len() != wanted.len() + 1
        || dims
            .iter()
            .skip(1)
            .zip(wanted)
            .any(|(dim, want)| mismatch(dim, *want))
    {
        return Err(Error::engine(format!(
            "{name}: the input `{}` has the shape {}, but the extractor hands over [N, {}]",
            input.name,
            shape_name(&dims),
            wanted
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        ))
        .mend("declare the input's size, channels and layout in the sidecar file beside the ONNX file"));
    }
    let fixed_batch = dims[0]
        .and_then(|dim| usize::try_from(dim).ok())
        .filter(|&dim| dim > 0);
    Ok(fixed_batch)
}

fn check_outputs(graph: &Graph, extractor: &Extractor) -> Result<Vec<usize>> {
    let name = &extractor.name;
    let computed: HashSet<&str> = graph
        .nodes
        .iter()
        .flat_map(|node| node.outputs.iter())
        .map(String::as_str)
        .collect();
    if let Some(orphan) = graph
        .outputs
        .iter()
        .find(|output| !computed.contains(output.name.as_str()))
    {
        return Err(damaged(
            name,
            &format!("no node computes its output `{}`", orphan.name),
        ));
    }
    if extractor.outputs.is_empty() {
        return Err(Error::engine(format!(
            "{name}: the extractor uses none of the network's outputs"
        )));
    }
    extractor
        .outputs
        .iter()
        .map(|wanted| {
            graph
                .outputs
                .iter()
                .position(|output| output.name == wanted.name)
                .ok_or_else(|| {
                    let found: Vec<&str> = graph
                        .outputs
                        .iter()
                        .map(|output| output.name.as_str())
                        .collect();
                    Error::engine(format!(
                        "{name}: the network has no output `{}`; found [{}]",
                        wanted.name,
                        found.join(", ")
                    ))
                    .mend("name one of these outputs in the sidecar file beside the ONNX file")
                })
        })
        .collect()
}

fn shape_name(dims: &[Option<i64>]) -> String {
    let dims: Vec<String> = dims
        .iter()
        .map(|dim| dim.map_or_else(|| "?".to_owned(), |dim| dim.to_string()))
        .collect();
    format!("[{}]", dims.join(", "))
}

fn element_name(element: i32) -> String {
    let names = [
        "an undefined type",
        "float32",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "int32",
        "int64",
        "strings",
        "bool",
        "float16",
        "float64",
        "uint32",
        "uint64",
        "complex64",
        "complex128",
        "bfloat16",
    ];
    usize::try_from(element)
        .ok()
        .and_then(|element| names.get(element))
        .map_or_else(
            || format!("element type {element}"),
            |name| (*name).to_owned(),
        )
}
