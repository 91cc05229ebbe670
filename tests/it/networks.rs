//! Small networks with weights by formula, written as ONNX on the spot, and sources and extractors to go with them.

use gavel::error::{Error, Result};
use gavel::features::{Extractor, Network, Origin, Output, Role};
use gavel::preprocess::{Filter, InputSpec, Protocol, Range};
use gavel::sources::{Digest, Entry, ImageSource, Pixels, Stored, Visitor, Wanted};
use prost::Message;
use std::path::PathBuf;
use std::sync::Arc;
use tract_onnx::pb;

/// `TensorProto.DataType`.
pub const FLOAT: i32 = 1;
pub const INT64: i32 = 7;

/// A picture network: 3×3 convolution (4 channels, padding 1), ReLU, global mean → `features` [N, 4]; a linear layer on
/// these → `logits` [N, 3].
pub struct Net {
    /// Input dimensions; -1 is a free one.
    pub input: Vec<i64>,
    /// Element type of the input.
    pub element: i32,
    /// A second input?
    pub second_input: bool,
    /// The kernel, `[4][3][3][3]`.
    pub kernel: Vec<f32>,
}

impl Default for Net {
    fn default() -> Self {
        Self {
            input: vec![-1, 3, 8, 8],
            element: FLOAT,
            second_input: false,
            // Mixed signs, no two alike: sin(1 + i).
            kernel: (0..108).map(|i| (1.0 + i as f32).sin()).collect(),
        }
    }
}

/// `logits = features · W + b` with `W[i][j] = i - j` and `b[j] = j`.
pub fn logits_by_hand(features: &[f32]) -> Vec<f32> {
    (0..3)
        .map(|j| {
            let product: f32 = features
                .iter()
                .enumerate()
                .map(|(i, value)| value * (i as f32 - j as f32))
                .sum();
            product + j as f32
        })
        .collect()
}

impl Net {
    /// The ONNX file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut inputs = vec![value("input", self.element, &self.input)];
        if self.second_input {
            inputs.push(value("latent", FLOAT, &[-1, 16]));
        }
        let linear: Vec<f32> = (0..4)
            .flat_map(|i| (0..3).map(move |j| i as f32 - j as f32))
            .collect();
        let graph = pb::GraphProto {
            name: "formula".to_owned(),
            node: vec![
                node(
                    "Conv",
                    &["input", "kernel"],
                    "conv",
                    vec![ints("pads", &[1, 1, 1, 1])],
                ),
                node("Relu", &["conv"], "relu", vec![]),
                node("GlobalAveragePool", &["relu"], "mean", vec![]),
                node("Flatten", &["mean"], "features", vec![]),
                node("Gemm", &["features", "linear", "bias"], "logits", vec![]),
            ],
            initializer: vec![
                tensor("kernel", &[4, 3, 3, 3], &self.kernel),
                tensor("linear", &[4, 3], &linear),
                tensor("bias", &[3], &[0.0, 1.0, 2.0]),
            ],
            input: inputs,
            output: vec![
                value("features", FLOAT, &[-1, 4]),
                value("logits", FLOAT, &[-1, 3]),
            ],
            ..Default::default()
        };
        pb::ModelProto {
            ir_version: 8,
            opset_import: vec![pb::OperatorSetIdProto {
                domain: String::new(),
                version: 13,
            }],
            graph: Some(graph),
            ..Default::default()
        }
        .encode_to_vec()
    }
}

/// A kernel that copies: feature 0 is the mean of R, 1 of G, 2 of B; feature 3 is the mean of the pixel *left* of each
/// in R (zero outside).
pub fn copying_kernel() -> Vec<f32> {
    let mut kernel = vec![0.0; 108];
    for (feature, (channel, row, column)) in [(0, 1, 1), (1, 1, 1), (2, 1, 1), (0, 1, 0)]
        .into_iter()
        .enumerate()
    {
        kernel[feature * 27 + channel * 9 + row * 3 + column] = 1.0;
    }
    kernel
}

fn value(name: &str, element: i32, dims: &[i64]) -> pb::ValueInfoProto {
    use pb::tensor_shape_proto::{Dimension, dimension::Value};
    let dim = dims
        .iter()
        .map(|&dim| Dimension {
            denotation: String::new(),
            value: Some(if dim < 0 {
                Value::DimParam("N".to_owned())
            } else {
                Value::DimValue(dim)
            }),
        })
        .collect();
    let tensor = pb::type_proto::Tensor {
        elem_type: element,
        shape: Some(pb::TensorShapeProto { dim }),
    };
    pb::ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(pb::TypeProto {
            denotation: String::new(),
            value: Some(pb::type_proto::Value::TensorType(tensor)),
        }),
        doc_string: String::new(),
    }
}

fn node(
    op: &str,
    inputs: &[&str],
    output: &str,
    attribute: Vec<pb::AttributeProto>,
) -> pb::NodeProto {
    pb::NodeProto {
        name: format!("{op}_{output}"),
        op_type: op.to_owned(),
        input: inputs.iter().map(|&name| name.to_owned()).collect(),
        output: vec![output.to_owned()],
        attribute,
        ..Default::default()
    }
}

fn ints(name: &str, values: &[i64]) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.to_owned(),
        r#type: pb::attribute_proto::AttributeType::Ints as i32,
        ints: values.to_vec(),
        ..Default::default()
    }
}

fn tensor(name: &str, dims: &[i64], values: &[f32]) -> pb::TensorProto {
    pb::TensorProto {
        name: name.to_owned(),
        dims: dims.to_vec(),
        data_type: FLOAT,
        float_data: values.to_vec(),
        ..Default::default()
    }
}

/// An extractor around `bytes` with an input of `size` × `size` RGB and the outputs of [`Net`].
pub fn extractor(bytes: Vec<u8>, size: usize) -> Extractor {
    Extractor {
        name: "formula".to_owned(),
        sha256: blake3::hash(&bytes).to_hex().to_string(),
        origin: Origin::File(PathBuf::from("formula.onnx")),
        network: Network::Onnx(Arc::new(bytes)),
        input_name: "input".to_owned(),
        input: InputSpec {
            size: (size, size),
            channels: 3,
            channels_last: false,
            range: Some(Range::Unit),
            filter: Some(Filter::None),
        },
        outputs: vec![
            Output {
                name: "features".to_owned(),
                role: Role::Features,
                width: 4,
            },
            Output {
                name: "logits".to_owned(),
                role: Role::Logits,
                width: 3,
            },
        ],
        inception_layout: false,
        notes: Vec::new(),
    }
}

/// The protocol that the extractor's own input asks for.
pub fn protocol(extractor: &Extractor) -> Protocol {
    Protocol::preset("clean")
        .expect("the default protocol exists")
        .for_input(&extractor.input)
}

/// An 8 × 8 picture by formula; its first pixel is `seed` in three bytes, so that no two are alike.
pub fn picture(seed: usize) -> Pixels {
    let rgb = (0..192).map(|i| match i {
        0..3 => (seed >> (8 * i)) as u8,
        _ => (seed * 37 + i * (5 + seed % 11)) as u8,
    });
    Pixels {
        width: 8,
        height: 8,
        rgb: rgb.collect(),
    }
}

/// A set in memory whose storage order, broken members and fetch errors the test decides.
pub struct MemorySource {
    items: Vec<Item>,
    entries: Vec<Entry>,
    digests: Vec<Digest>,
    /// The order in which `visit` hands out.
    pub storage_order: Vec<usize>,
}

/// One member of a [`MemorySource`].
#[derive(Clone)]
pub enum Item {
    /// A picture.
    Good(Pixels),
    /// Bytes that are no picture.
    NoPicture,
    /// Bytes that cannot be fetched; the digest is the one of a good picture.
    Unfetchable(Pixels),
}

impl MemorySource {
    pub fn new(items: Vec<Item>) -> Self {
        let digest = |item: &Item| match item {
            Item::Good(pixels) | Item::Unfetchable(pixels) => *blake3::hash(&pixels.rgb).as_bytes(),
            Item::NoPicture => *blake3::hash(b"no picture").as_bytes(),
        };
        Self {
            entries: (0..items.len())
                .map(|index| Entry {
                    name: format!("{index:05}.png"),
                    label: None,
                })
                .collect(),
            digests: items.iter().map(digest).collect(),
            storage_order: (0..items.len()).collect(),
            items,
        }
    }

    /// The pictures `0..n`.
    pub fn good(n: usize) -> Self {
        Self::new((0..n).map(|seed| Item::Good(picture(seed))).collect())
    }

    /// The same set, stored the other way round.
    pub fn reversed(mut self) -> Self {
        self.storage_order.reverse();
        self
    }
}

impl ImageSource for MemorySource {
    fn spec(&self) -> &'static str {
        "memory"
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn digests(&self) -> Result<&[Digest]> {
        Ok(&self.digests)
    }

    fn visit(&self, wanted: Wanted<'_>, visit: Visitor<'_>) -> Result<()> {
        for &index in &self.storage_order {
            if wanted(index) {
                visit(index, self.read(index))?;
            }
        }
        Ok(())
    }

    fn read(&self, index: usize) -> Result<Stored> {
        match &self.items[index] {
            Item::Good(pixels) => Ok(Stored::Raw(pixels.clone())),
            Item::NoPicture => Ok(Stored::File(b"no picture".to_vec())),
            Item::Unfetchable(_) => Err(Error::input("the disk gave up")),
        }
    }
}
