//! The builder: mistakes that it refuses, and what its operations compute (run by tract, expected by hand).

use super::*;

fn tiny() -> GraphBuilder {
    let mut graph = GraphBuilder::new("tiny", "");
    let x = graph.input("input", &Dim::batch_of(&[1, 2, 2]));
    let pooled = graph.global_average_pool("pooled", &x);
    let flat = graph.flatten("features", &pooled);
    graph.output(&flat, &Dim::batch_of(&[1]));
    graph
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    assert_eq!(tiny().finish().unwrap(), tiny().finish().unwrap());
}

#[test]
fn a_name_given_twice_is_refused() {
    let mut graph = tiny();
    graph.constant("pooled", &[1], &[0.0]);
    let error = graph.finish().unwrap_err();
    assert!(error.message().contains("pooled is given twice"), "{error}");
}

#[test]
fn a_constant_that_does_not_fill_its_shape_is_refused() {
    let mut graph = tiny();
    graph.constant("short", &[2, 3], &[0.0; 5]);
    let error = graph.finish().unwrap_err();
    assert!(error.message().contains("20 bytes"), "{error}");
}

#[test]
fn average_pools_do_not_count_their_padding() {
    let mut graph = tiny();
    graph.average_pool("mean", &Value::named("input"), Window::square(3, 1, 1));
    let node = graph.graph.node.last().unwrap();
    let counted = node
        .attribute
        .iter()
        .find(|a| a.name == "count_include_pad")
        .unwrap();
    assert_eq!(counted.i, 0);
    let pads = node.attribute.iter().find(|a| a.name == "pads").unwrap();
    assert_eq!(pads.ints, [1, 1, 1, 1]);
}

#[test]
fn a_value_used_before_it_is_made_is_refused() {
    let mut graph = tiny();
    graph.relu("late", &Value::named("nowhere"));
    let error = graph.finish().unwrap_err();
    assert!(error.message().contains("nowhere"), "{error}");
}

/// Runs a graph of one input and one output.
fn run(graph: GraphBuilder, shape: &[usize], x: &[f32]) -> Vec<f32> {
    use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, Tensor, tvec};
    let bytes = graph.finish().unwrap();
    let model = tract_onnx::onnx()
        .model_for_read(&mut bytes.as_slice())
        .unwrap();
    let model = model.into_optimized().unwrap().into_runnable().unwrap();
    let outputs = model
        .run(tvec!(Tensor::from_shape(shape, x).unwrap().into()))
        .unwrap();
    let bytes = outputs[0].as_bytes();
    bytes
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
        .collect()
}

fn fixed(shape: &[usize]) -> Vec<Dim> {
    shape.iter().map(|&size| Dim::Fixed(size)).collect()
}

#[test]
fn the_first_channels_transposed_stand_in_the_order_height_width_channel() {
    // Channel c, row y, column x holds 100 c + 10 y + x; channel 2 is left out.
    let x: Vec<f32> = vec![
        0.0, 1.0, 10.0, 11.0, 100.0, 101.0, 110.0, 111.0, 200.0, 201.0, 210.0, 211.0,
    ];
    let mut graph = GraphBuilder::new("spatial", "");
    let input = graph.input("input", &fixed(&[1, 3, 2, 2]));
    let two = graph.first_channels("two", &input, 2);
    let last = graph.transpose("last", &two, &[0, 2, 3, 1]);
    let flat = graph.flatten("flat", &last);
    graph.output(&flat, &fixed(&[1, 8]));
    assert_eq!(
        run(graph, &[1, 3, 2, 2], &x),
        [0.0, 100.0, 1.0, 101.0, 10.0, 110.0, 11.0, 111.0]
    );
}

#[test]
fn an_average_at_the_border_is_taken_over_what_exists() {
    // Every 3 x 3 window with padding 1 on a 2 x 2 map covers exactly its four values: (1 + 2 + 3 + 6) / 4 = 3. With
    // the padding counted it would be 12 / 9.
    let mut graph = GraphBuilder::new("average", "");
    let input = graph.input("input", &fixed(&[1, 1, 2, 2]));
    let mean = graph.average_pool("mean", &input, Window::square(3, 1, 1));
    graph.output(&mean, &fixed(&[1, 1, 2, 2]));
    assert_eq!(run(graph, &[1, 1, 2, 2], &[1.0, 2.0, 3.0, 6.0]), [3.0; 4]);
}

#[test]
fn a_linear_layer_takes_its_weights_as_torch_stores_them() {
    // [2, 3] weights: rows are outputs. 1*1 + 2*10 + 3*100 + 0.5 = 321.5, 4*1 + 5*10 + 6*100 - 1 = 653.
    let mut graph = GraphBuilder::new("linear", "");
    let input = graph.input("input", &fixed(&[1, 3]));
    let weight = graph.constant("weight", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let bias = graph.constant("bias", &[2], &[0.5, -1.0]);
    let y = graph.gemm("y", &input, &weight, Some(&bias));
    graph.output(&y, &fixed(&[1, 2]));
    assert_eq!(run(graph, &[1, 3], &[1.0, 10.0, 100.0]), [321.5, 653.0]);
}

#[test]
fn a_kernel_of_one_by_three_looks_along_the_width() {
    // [0.5, 1, 2] over the rows (1, 2, 3) and (4, 5, 6), zeros outside: 1*1 + 2*2 = 5, 0.5 + 2 + 6 = 8.5, 1 + 3 = 4; …
    let mut graph = GraphBuilder::new("wide", "");
    let input = graph.input("input", &fixed(&[1, 1, 2, 3]));
    let weight = graph.constant("weight", &[1, 1, 1, 3], &[0.5, 1.0, 2.0]);
    let window = Window {
        kernel: (1, 3),
        stride: (1, 1),
        pad: (0, 1),
    };
    let y = graph.conv("y", &input, &weight, None, window);
    graph.output(&y, &fixed(&[1, 1, 2, 3]));
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    // Second row: 4 + 10 = 14, 2 + 5 + 12 = 19, 2.5 + 6 = 8.5.
    assert_eq!(
        run(graph, &[1, 1, 2, 3], &x),
        [5.0, 8.5, 4.0, 14.0, 19.0, 8.5]
    );
}
