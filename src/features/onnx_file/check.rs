//! Mistakes in a graph under construction, found before an engine stumbles over them.

use crate::error::{Error, Result};
use tract_onnx::pb;
use tract_onnx::pb::tensor_proto::DataType;

/// Constants fill their shapes, names are given once, and every value is made before it is used.
pub fn check(graph: &pb::GraphProto) -> Result<()> {
    let mut known = std::collections::HashSet::new();
    let fault = |what: String| Err(Error::engine(format!("graph {}: {what}", graph.name)));
    for constant in &graph.initializer {
        let width = if constant.data_type == i32::from(DataType::Int64) {
            8
        } else {
            4
        };
        let expected = constant.dims.iter().product::<i64>() as usize * width;
        if constant.raw_data.len() != expected {
            return fault(format!(
                "constant {} has {} bytes for the shape {:?}, expected {expected}",
                constant.name,
                constant.raw_data.len(),
                constant.dims
            ));
        }
    }
    let constants = graph.initializer.iter().map(|constant| &constant.name);
    for name in graph.input.iter().map(|input| &input.name).chain(constants) {
        if !known.insert(name) {
            return fault(format!("the name {name} is given twice"));
        }
    }
    for node in &graph.node {
        if let Some(missing) = node.input.iter().find(|name| !known.contains(name)) {
            return fault(format!(
                "{} uses {missing}, which nothing makes before it",
                node.name
            ));
        }
        if let Some(twice) = node.output.iter().find(|name| !known.insert(name)) {
            return fault(format!("the name {twice} is given twice"));
        }
    }
    match graph
        .output
        .iter()
        .find(|output| !known.contains(&output.name))
    {
        Some(missing) => fault(format!("the output {} is made by no node", missing.name)),
        None => Ok(()),
    }
}
