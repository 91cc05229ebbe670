//! The same network for pictures of another size.

use crate::error::{Error, Result};
use prost::Message;
use tract_onnx::pb;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};

/// The ONNX file `bytes` with its one image input declared as `[1, 3, height, width]`, and no size declared for any
/// other value.
///
/// This serves networks of convolutions, whose files fix the size that they happened to be exported with. One that
/// depends on the size is refused by the engine when it is loaded or run.
///
/// # Errors
/// Engine: no ONNX file, or anything but one input of four dimensions.
pub fn with_input_size(bytes: &[u8], height: usize, width: usize) -> Result<Vec<u8>> {
    let mut model = pb::ModelProto::decode(bytes).map_err(|error| {
        Error::engine(format!("not an ONNX file, or a damaged one: {error}"))
            .mend("fetch the file again")
    })?;
    let refused = || {
        Error::engine("the network has no single image input [N, 3, H, W] whose size could be set")
    };
    let graph = model.graph.as_mut().ok_or_else(refused)?;
    let constants: Vec<String> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.clone())
        .collect();
    let mut inputs = graph
        .input
        .iter_mut()
        .filter(|input| !constants.contains(&input.name));
    let (Some(input), None) = (inputs.next(), inputs.next()) else {
        return Err(refused());
    };
    let dims = shape_of(input)
        .map(|shape| &mut shape.dim)
        .ok_or_else(refused)?;
    if dims.len() != 4 {
        return Err(refused());
    }
    for (dim, size) in dims.iter_mut().zip([1, 3, height, width]) {
        let size = i64::try_from(size).map_err(|_| refused())?;
        *dim = Dimension {
            denotation: String::new(),
            value: Some(dimension::Value::DimValue(size)),
        };
    }
    for output in &mut graph.output {
        if let Some(pb::type_proto::Value::TensorType(tensor)) =
            output.r#type.as_mut().and_then(|kind| kind.value.as_mut())
        {
            tensor.shape = None;
        }
    }
    graph.value_info.clear();
    Ok(model.encode_to_vec())
}

fn shape_of(value: &mut pb::ValueInfoProto) -> Option<&mut pb::TensorShapeProto> {
    match value.r#type.as_mut()?.value.as_mut()? {
        pb::type_proto::Value::TensorType(tensor) => tensor.shape.as_mut(),
        #[allow(
            unreachable_patterns,
            reason = "the message may come to know other types"
        )]
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::onnx_file::{Dim, GraphBuilder};
    use crate::features::onnx_header::Header;

    fn network(shape: &[usize]) -> Vec<u8> {
        let dims: Vec<Dim> = shape.iter().map(|&size| Dim::Fixed(size)).collect();
        let mut graph = GraphBuilder::new("test", "");
        let input = graph.input("input", &dims);
        let output = graph.relu("output", &input);
        graph.output(&output, &dims);
        graph.finish().unwrap()
    }

    #[test]
    fn the_size_is_declared_anew_and_the_outputs_are_left_open() {
        let resized = with_input_size(&network(&[1, 3, 640, 640]), 96, 128).unwrap();
        let header = Header::read(&resized).unwrap();
        let sizes: Vec<_> = (0..4).map(|axis| header.inputs[0].size(axis)).collect();
        assert_eq!(sizes, [Some(1), Some(3), Some(96), Some(128)]);
        assert_eq!(header.outputs[0].shape, None);
    }

    #[test]
    fn what_takes_no_pictures_is_refused() {
        assert!(with_input_size(&network(&[1, 640]), 96, 128).is_err());
        assert!(with_input_size(b"no network", 96, 128).is_err());
    }
}
