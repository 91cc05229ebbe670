//! What an ONNX file says of itself: inputs, outputs, shapes, documentation. Weights are not looked at.

use crate::error::{Error, Result};
use crate::features::onnx_file::Dim;
use prost::Message;
use tract_onnx::pb;
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};
use tract_onnx::pb::tensor_shape_proto::dimension;

/// An input or an output of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// `FLOAT`, `FLOAT16`, `UINT8`, …; empty where the file does not say.
    pub element: String,
    /// Its shape, where the file says.
    pub shape: Option<Vec<Dim>>,
    /// The operator that makes it; empty for inputs.
    pub made_by: String,
}

impl Port {
    /// The fixed size of an axis.
    #[must_use]
    pub fn size(&self, axis: usize) -> Option<usize> {
        match self.shape.as_ref()?.get(axis)? {
            Dim::Fixed(size) => Some(*size),
            Dim::Free(_) => None,
        }
    }

    /// Values per picture, if this is `[N, D]` or `[N, D, 1, …]` with a known `D`.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        let rank = self.shape.as_ref()?.len();
        let trailing_ones = (2..rank).all(|axis| self.size(axis) == Some(1));
        if rank >= 2 && trailing_ones {
            self.size(1)
        } else {
            None
        }
    }

    /// The shape as text: `[N, 3, 32, 32]`, or `unknown shape`.
    #[must_use]
    pub fn shape_text(&self) -> String {
        let Some(shape) = &self.shape else {
            return "unknown shape".into();
        };
        let dims: Vec<String> = shape
            .iter()
            .map(|dim| match dim {
                Dim::Free(name) if name.is_empty() => "?".into(),
                Dim::Free(name) => name.clone(),
                Dim::Fixed(size) => size.to_string(),
            })
            .collect();
        format!("[{}]", dims.join(", "))
    }
}

/// The outside of an ONNX file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Inputs that must be fed (initialisers are not among them).
    pub inputs: Vec<Port>,
    /// Outputs in the file's order.
    pub outputs: Vec<Port>,
    /// The documentation strings of the model, the graph and the inputs, joined.
    pub doc: String,
    /// Metadata, in the file's order.
    pub metadata: Vec<(String, String)>,
}

impl Header {
    /// Reads the outside of an ONNX file.
    ///
    /// # Errors
    /// Bytes that are no ONNX model, a model without nodes or outputs, and weights kept in a second file.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let model = pb::ModelProto::decode(bytes).map_err(|error| {
            Error::engine(format!("not an ONNX file, or a damaged one: {error}"))
                .mend("export the network again, or fetch the file again")
        })?;
        let graph = model
            .graph
            .filter(|graph| !graph.node.is_empty() && !graph.output.is_empty());
        let Some(graph) = graph else {
            return Err(Error::engine(
                "not an ONNX file: it holds no graph with nodes and outputs",
            )
            .mend("name the .onnx file of a network"));
        };
        let external = i32::from(DataLocation::External);
        if let Some(outside) = graph
            .initializer
            .iter()
            .find(|tensor| tensor.data_location == Some(external))
        {
            return Err(Error::engine(format!(
                "the weights of `{}` are kept outside this file",
                outside.name
            ))
            .mend(
                "save the network with its weights inside: onnx.save(onnx.load(FILE), NEW_FILE)",
            ));
        }
        let is_constant = |name: &str| graph.initializer.iter().any(|tensor| tensor.name == name);
        let made_by = |name: &str| {
            let node = graph
                .node
                .iter()
                .find(|node| node.output.iter().any(|output| output == name));
            node.map(|node| node.op_type.clone()).unwrap_or_default()
        };
        let inputs: Vec<Port> = graph
            .input
            .iter()
            .filter(|input| !is_constant(&input.name))
            .map(|input| port(input, String::new()))
            .collect();
        let docs = [&model.doc_string, &graph.doc_string].into_iter();
        let docs = docs.chain(graph.input.iter().map(|input| &input.doc_string));
        let docs: Vec<&str> = docs
            .map(|doc| doc.trim())
            .filter(|doc| !doc.is_empty())
            .collect();
        Ok(Self {
            doc: docs.join("\n"),
            outputs: graph
                .output
                .iter()
                .map(|output| port(output, made_by(&output.name)))
                .collect(),
            inputs,
            metadata: model
                .metadata_props
                .into_iter()
                .map(|entry| (entry.key, entry.value))
                .collect(),
        })
    }

    /// The output of this name.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<&Port> {
        self.outputs.iter().find(|output| output.name == name)
    }

    /// The metadata value of this key.
    #[must_use]
    pub fn metadata(&self, key: &str) -> Option<&str> {
        let entry = self.metadata.iter().find(|(known, _)| known == key)?;
        Some(&entry.1)
    }
}

fn port(info: &pb::ValueInfoProto, made_by: String) -> Port {
    let kind = info.r#type.as_ref().and_then(|kind| kind.value.as_ref());
    let tensor = kind.map(|pb::type_proto::Value::TensorType(tensor)| tensor);
    let element = tensor.and_then(|tensor| DataType::try_from(tensor.elem_type).ok());
    let shape = tensor.and_then(|tensor| tensor.shape.as_ref());
    Port {
        name: info.name.clone(),
        element: element
            .map(|kind| kind.as_str_name().to_owned())
            .unwrap_or_default(),
        shape: shape.map(|shape| shape.dim.iter().map(size).collect()),
        made_by,
    }
}

fn size(dim: &pb::tensor_shape_proto::Dimension) -> Dim {
    match &dim.value {
        // Exporters write -1 or 0 for a size that is chosen at run time.
        Some(dimension::Value::DimValue(size)) if *size > 0 => Dim::Fixed(*size as usize),
        Some(dimension::Value::DimParam(name)) => Dim::Free(name.clone()),
        _ => Dim::Free(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::onnx_file::GraphBuilder;

    #[test]
    fn what_the_builder_wrote_is_read_back() {
        let mut graph = GraphBuilder::new("tiny", "takes 0..255");
        graph.metadata("key", "value");
        let x = graph.input("picture", &Dim::batch_of(&[3, 8, 9]));
        let pooled = graph.global_average_pool("pooled", &x);
        let features = graph.flatten("features", &pooled);
        graph.output(&features, &Dim::batch_of(&[3]));
        graph.output(&pooled, &Dim::batch_of(&[3, 1, 1]));
        let header = Header::read(&graph.finish().unwrap()).unwrap();
        assert_eq!(header.inputs.len(), 1);
        assert_eq!(header.inputs[0].shape_text(), "[N, 3, 8, 9]");
        assert_eq!(header.inputs[0].element, "FLOAT");
        assert_eq!(header.output("features").unwrap().width(), Some(3));
        assert_eq!(header.output("pooled").unwrap().width(), Some(3));
        assert_eq!(
            header.output("pooled").unwrap().made_by,
            "GlobalAveragePool"
        );
        assert_eq!(
            (header.doc.as_str(), header.metadata("key")),
            ("takes 0..255", Some("value"))
        );
    }

    #[test]
    fn text_and_emptiness_are_no_networks() {
        assert!(Header::read(b"just some text, no network").is_err());
        assert!(Header::read(b"").is_err());
    }
}
