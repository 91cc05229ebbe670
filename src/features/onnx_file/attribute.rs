//! Attributes of nodes, for [`super::GraphBuilder::node`].

use super::extent;
use tract_onnx::pb;
use tract_onnx::pb::attribute_proto::AttributeType;

/// An integer attribute.
#[must_use]
pub fn int(name: &str, value: i64) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        r#type: AttributeType::Int.into(),
        i: value,
        ..pb::AttributeProto::default()
    }
}

/// A float attribute.
#[must_use]
pub fn float(name: &str, value: f32) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        r#type: AttributeType::Float.into(),
        f: value,
        ..pb::AttributeProto::default()
    }
}

/// A list of sizes as an attribute.
#[must_use]
pub fn ints(name: &str, values: &[usize]) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        r#type: AttributeType::Ints.into(),
        ints: values.iter().map(|&value| extent(value)).collect(),
        ..pb::AttributeProto::default()
    }
}
