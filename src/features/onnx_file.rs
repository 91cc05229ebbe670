//! Writes ONNX files: the nodes that convolutional extractors are made of.
//!
//! [`GraphBuilder`] appends nodes in the order of the calls and numbers nothing by itself, so the same calls give the
//! same bytes. Opset 13 and IR version 8: old enough for every ONNX Runtime since 1.9 and for tract, new enough for
//! per-axis arguments as inputs. Weights are stored as raw little-endian float32.
//!
//! Every operation takes the *name* of its result first; names must be unique within a graph, and
//! [`GraphBuilder::finish`] refuses a graph in which they are not.

mod attribute;
mod check;

use crate::error::Result;
use prost::Message;
use tract_onnx::pb;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};

pub use attribute::{float, int, ints};

/// The operator set that the files declare.
const OPSET: i64 = 13;
/// The file format version that goes with it.
const IR_VERSION: i64 = 8;

/// A size along one axis of an input or output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dim {
    /// Chosen at run time; the name stands for the same size wherever it is used (`N` for the batch).
    Free(String),
    /// Always this size.
    Fixed(usize),
}

impl Dim {
    /// `[N, rest...]`: a free batch and fixed sizes.
    #[must_use]
    pub fn batch_of(rest: &[usize]) -> Vec<Self> {
        std::iter::once(Self::Free("N".into()))
            .chain(rest.iter().map(|&size| Self::Fixed(size)))
            .collect()
    }
}

/// A value in the graph under construction: an input, a constant or a node's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value(String);

impl Value {
    /// The value that has this name in the graph; [`GraphBuilder::finish`] refuses it if there is none.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(name.into())
    }
}

/// Kernel geometry of a convolution or a pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Kernel height and width.
    pub kernel: (usize, usize),
    /// Step along height and width.
    pub stride: (usize, usize),
    /// Zeros (for pools: nothing) added above and below, and left and right.
    pub pad: (usize, usize),
}

impl Window {
    /// A square kernel with the same step and padding both ways.
    #[must_use]
    pub fn square(kernel: usize, stride: usize, pad: usize) -> Self {
        Self {
            kernel: (kernel, kernel),
            stride: (stride, stride),
            pad: (pad, pad),
        }
    }

    fn attributes(self) -> Vec<pb::AttributeProto> {
        let (pad_h, pad_w) = self.pad;
        vec![
            ints("kernel_shape", &[self.kernel.0, self.kernel.1]),
            ints("strides", &[self.stride.0, self.stride.1]),
            ints("pads", &[pad_h, pad_w, pad_h, pad_w]),
        ]
    }
}

/// An ONNX graph under construction.
#[derive(Debug)]
pub struct GraphBuilder {
    graph: pb::GraphProto,
    doc: String,
    metadata: Vec<pb::StringStringEntryProto>,
}

impl GraphBuilder {
    /// An empty graph. `name` is the graph's name in the file, `doc` what viewers show about it.
    #[must_use]
    pub fn new(name: &str, doc: &str) -> Self {
        Self {
            graph: pb::GraphProto {
                name: name.into(),
                ..pb::GraphProto::default()
            },
            doc: doc.into(),
            metadata: Vec::new(),
        }
    }

    /// Adds a key and a value to the file's metadata.
    pub fn metadata(&mut self, key: &str, value: &str) {
        self.metadata.push(pb::StringStringEntryProto {
            key: key.into(),
            value: value.into(),
        });
    }

    /// Declares a float32 input.
    pub fn input(&mut self, name: &str, shape: &[Dim]) -> Value {
        self.graph.input.push(value_info(name, shape));
        Value(name.into())
    }

    /// Declares `value` as a float32 output of the graph, under the name it has.
    pub fn output(&mut self, value: &Value, shape: &[Dim]) {
        self.graph.output.push(value_info(&value.0, shape));
    }

    /// A float32 constant. `data` is row-major and must have as many values as `shape` says.
    pub fn constant(&mut self, name: &str, shape: &[usize], data: &[f32]) -> Value {
        let raw_data = data.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.initializer(name, shape, DataType::Float, raw_data)
    }

    /// A one-dimensional int64 constant (axes, bounds, shapes).
    pub fn integers(&mut self, name: &str, data: &[i64]) -> Value {
        let raw_data = data.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.initializer(name, &[data.len()], DataType::Int64, raw_data)
    }

    fn initializer(
        &mut self,
        name: &str,
        shape: &[usize],
        kind: DataType,
        raw_data: Vec<u8>,
    ) -> Value {
        self.graph.initializer.push(pb::TensorProto {
            dims: shape.iter().map(|&size| extent(size)).collect(),
            data_type: kind.into(),
            name: name.into(),
            raw_data,
            ..pb::TensorProto::default()
        });
        Value(name.into())
    }

    /// Any operator with one result: the door for what has no method here.
    pub fn node(
        &mut self,
        name: &str,
        operator: &str,
        inputs: &[&Value],
        attributes: Vec<pb::AttributeProto>,
    ) -> Value {
        self.graph.node.push(pb::NodeProto {
            input: inputs.iter().map(|value| value.0.clone()).collect(),
            output: vec![name.into()],
            name: name.into(),
            op_type: operator.into(),
            attribute: attributes,
            ..pb::NodeProto::default()
        });
        Value(name.into())
    }

    /// `Conv`: `weight` is a constant `[out, in, kernel_h, kernel_w]`, `bias` a constant `[out]`.
    pub fn conv(
        &mut self,
        name: &str,
        x: &Value,
        weight: &Value,
        bias: Option<&Value>,
        window: Window,
    ) -> Value {
        let mut inputs = vec![x, weight];
        inputs.extend(bias);
        self.node(name, "Conv", &inputs, window.attributes())
    }

    /// `max(x, 0)`.
    pub fn relu(&mut self, name: &str, x: &Value) -> Value {
        self.node(name, "Relu", &[x], vec![])
    }

    /// `x` where positive, else `slope * x`.
    pub fn leaky_relu(&mut self, name: &str, x: &Value, slope: f32) -> Value {
        self.node(name, "LeakyRelu", &[x], vec![float("alpha", slope)])
    }

    /// Maximum over each window; padding never wins.
    pub fn max_pool(&mut self, name: &str, x: &Value, window: Window) -> Value {
        let mut attributes = window.attributes();
        attributes.push(int("ceil_mode", 0));
        self.node(name, "MaxPool", &[x], attributes)
    }

    /// Mean over each window, of the values that exist: padding is not counted.
    pub fn average_pool(&mut self, name: &str, x: &Value, window: Window) -> Value {
        let mut attributes = window.attributes();
        attributes.push(int("ceil_mode", 0));
        attributes.push(int("count_include_pad", 0));
        self.node(name, "AveragePool", &[x], attributes)
    }

    /// Mean over height and width: `[N, C, H, W]` to `[N, C, 1, 1]`.
    pub fn global_average_pool(&mut self, name: &str, x: &Value) -> Value {
        self.node(name, "GlobalAveragePool", &[x], vec![])
    }

    /// Maximum over height and width: `[N, C, H, W]` to `[N, C, 1, 1]`.
    pub fn global_max_pool(&mut self, name: &str, x: &Value) -> Value {
        self.node(name, "GlobalMaxPool", &[x], vec![])
    }

    /// `[N, ...]` to `[N, product of the rest]`, row-major.
    pub fn flatten(&mut self, name: &str, x: &Value) -> Value {
        self.node(name, "Flatten", &[x], vec![int("axis", 1)])
    }

    /// Joins along `axis` (1 is the channels).
    pub fn concat(&mut self, name: &str, parts: &[&Value], axis: i64) -> Value {
        self.node(name, "Concat", parts, vec![int("axis", axis)])
    }

    /// A linear layer as torch stores it: `x [N, in] * weight [out, in]^T + bias [out]`.
    pub fn gemm(&mut self, name: &str, x: &Value, weight: &Value, bias: Option<&Value>) -> Value {
        let mut inputs = vec![x, weight];
        inputs.extend(bias);
        self.node(name, "Gemm", &inputs, vec![int("transB", 1)])
    }

    /// `a + b`, broadcast as in NumPy.
    pub fn add(&mut self, name: &str, a: &Value, b: &Value) -> Value {
        self.node(name, "Add", &[a, b], vec![])
    }

    /// `a - b`, broadcast as in NumPy.
    pub fn sub(&mut self, name: &str, a: &Value, b: &Value) -> Value {
        self.node(name, "Sub", &[a, b], vec![])
    }

    /// `a * b`, broadcast as in NumPy.
    pub fn mul(&mut self, name: &str, a: &Value, b: &Value) -> Value {
        self.node(name, "Mul", &[a, b], vec![])
    }

    /// `a / b`, broadcast as in NumPy.
    pub fn div(&mut self, name: &str, a: &Value, b: &Value) -> Value {
        self.node(name, "Div", &[a, b], vec![])
    }

    /// Softmax over the last axis.
    pub fn softmax(&mut self, name: &str, x: &Value) -> Value {
        self.node(name, "Softmax", &[x], vec![int("axis", -1)])
    }

    /// Channels `0..count` of `[N, C, H, W]`.
    pub fn first_channels(&mut self, name: &str, x: &Value, count: usize) -> Value {
        let starts = self.integers(&format!("{name}.starts"), &[0]);
        let ends = self.integers(&format!("{name}.ends"), &[extent(count)]);
        let axes = self.integers(&format!("{name}.axes"), &[1]);
        self.node(name, "Slice", &[x, &starts, &ends, &axes], vec![])
    }

    /// Axes in another order: `[0, 2, 3, 1]` turns `[N, C, H, W]` into `[N, H, W, C]`.
    pub fn transpose(&mut self, name: &str, x: &Value, order: &[usize]) -> Value {
        self.node(name, "Transpose", &[x], vec![ints("perm", order)])
    }

    /// The bytes of the ONNX file.
    ///
    /// # Errors
    /// A constant whose data do not fill its shape, a name that is given twice or a value that nothing makes before it
    /// is used: mistakes of the caller, found here instead of in an engine.
    pub fn finish(self) -> Result<Vec<u8>> {
        check::check(&self.graph)?;
        let model = pb::ModelProto {
            ir_version: IR_VERSION,
            opset_import: vec![pb::OperatorSetIdProto {
                domain: String::new(),
                version: OPSET,
            }],
            producer_name: "gavel".into(),
            doc_string: self.doc,
            graph: Some(self.graph),
            metadata_props: self.metadata,
            ..pb::ModelProto::default()
        };
        Ok(model.encode_to_vec())
    }
}

/// A size as ONNX writes it.
fn extent(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn value_info(name: &str, shape: &[Dim]) -> pb::ValueInfoProto {
    let dimension = |dim: &Dim| Dimension {
        denotation: String::new(),
        value: Some(match dim {
            Dim::Free(name) => dimension::Value::DimParam(name.clone()),
            Dim::Fixed(size) => dimension::Value::DimValue(extent(*size)),
        }),
    };
    let tensor = pb::type_proto::Tensor {
        elem_type: DataType::Float.into(),
        shape: Some(pb::TensorShapeProto {
            dim: shape.iter().map(dimension).collect(),
        }),
    };
    pb::ValueInfoProto {
        name: name.into(),
        r#type: Some(pb::TypeProto {
            denotation: String::new(),
            value: Some(pb::type_proto::Value::TensorType(tensor)),
        }),
        doc_string: String::new(),
    }
}

#[cfg(test)]
mod tests;
