//! Operations that cost too much on a CPU when they are put together from burn's. Their values are the same to the last bit.

use super::Rows;
use super::table::Table;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, binary, unary};
use burn::backend::tensor::FloatTensor;
use burn::backend::{
    Autodiff, Backend, Dispatch, Flex, Shape, TensorMetadata, backend_extension,
    get_device_settings,
};
use burn::tensor::{IndexingUpdateOp, Slice, TensorData};
use rayon::prelude::*;

/// `x w`, whose gradients are the products that a CPU packs least for.
pub fn product(x: Rows, w: Rows) -> Rows {
    let y = <Dispatch as Operations>::product(x.into_dispatch(), w.into_dispatch());
    Rows::from_dispatch(y)
}

/// `x` where `x >= 0`, else `slope x`: one pass each way.
pub fn bend(x: Rows, slope: f32) -> Rows {
    Rows::from_dispatch(<Dispatch as Operations>::bend(x.into_dispatch(), slope))
}

/// What each window of `table` sees: `[n * from, c]` to `[n * to, taps * c]`, taps row by row, zero outside of the picture.
pub fn gather(x: Rows, table: Table) -> Rows {
    Rows::from_dispatch(<Dispatch as Operations>::gather(x.into_dispatch(), table))
}

/// The adjoint of [`gather`]: `[n * to, taps * c]` to `[n * from, c]`, each value added to the pixel that its tap saw.
pub fn scatter(seen: Rows, table: Table) -> Rows {
    let seen = seen.into_dispatch();
    Rows::from_dispatch(<Dispatch as Operations>::scatter(seen, table))
}

/// What a device may do in its own way; the bodies hold for every one.
#[backend_extension(Autodiff, Flex, Cube: cfg(feature = "cuda"))]
pub trait Operations: Backend {
    /// `a b`.
    fn product(a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_matmul(a, b)
    }

    /// `x` where `x >= 0`, else `slope x`.
    fn bend(x: FloatTensor<Self>, slope: f32) -> FloatTensor<Self> {
        Self::leaky_relu(x, slope.into())
    }

    /// See [`gather`].
    fn gather(x: FloatTensor<Self>, table: Table) -> FloatTensor<Self> {
        gather_by_index::<Self>(x, table)
    }

    /// See [`scatter`].
    fn scatter(seen: FloatTensor<Self>, table: Table) -> FloatTensor<Self> {
        scatter_by_index::<Self>(seen, table)
    }

    /// `g` where `x >= 0`, else `slope g`.
    fn bend_back(g: FloatTensor<Self>, x: FloatTensor<Self>, slope: f32) -> FloatTensor<Self> {
        bend_back_by_mask::<Self>(g, x, slope)
    }
}

#[cfg(feature = "cuda")]
impl Operations for burn::backend::Cube {}

impl Operations for Flex {
    fn bend_back(g: FloatTensor<Self>, x: FloatTensor<Self>, slope: f32) -> FloatTensor<Self> {
        let (mut all, x) = (g.to_contiguous(), x.to_contiguous());
        // Else the gradient is shared, and copied before it is changed.
        drop(g);
        for (g, x) in all.storage_mut::<f32>().iter_mut().zip(x.storage::<f32>()) {
            *g = if *x < 0.0 { slope * *g } else { *g };
        }
        all
    }

    fn gather(x: FloatTensor<Self>, table: Table) -> FloatTensor<Self> {
        let [rows, channels] = extent::<Self>(&x);
        let [from, to] = table.values(channels);
        let x = x.to_contiguous();
        let mut seen = vec![0.0_f32; rows * channels / from * to];
        let pictures = x.storage::<f32>().par_chunks(from);
        seen.par_chunks_mut(to).zip(pictures).for_each(|(seen, x)| {
            table.runs(|tap, pixel, n| {
                let (tap, pixel, n) = (tap * channels, pixel * channels, n * channels);
                seen[tap..tap + n].copy_from_slice(&x[pixel..pixel + n]);
            });
        });
        let width = table.taps() * channels;
        matrix(seen, width)
    }

    fn scatter(seen: FloatTensor<Self>, table: Table) -> FloatTensor<Self> {
        let [rows, width] = extent::<Self>(&seen);
        let channels = width / table.taps();
        let [from, to] = table.values(channels);
        let seen = seen.to_contiguous();
        let mut x = vec![0.0_f32; rows * width / to * from];
        let windows = seen.storage::<f32>().par_chunks(to);
        x.par_chunks_mut(from).zip(windows).for_each(|(x, seen)| {
            table.runs(|tap, pixel, n| {
                let (tap, pixel, n) = (tap * channels, pixel * channels, n * channels);
                let seen = &seen[tap..tap + n];
                x[pixel..pixel + n]
                    .iter_mut()
                    .zip(seen)
                    .for_each(|(x, s)| *x += s);
            });
        });
        matrix(x, channels)
    }
}

/// Rows of `width` values.
fn matrix(values: Vec<f32>, width: usize) -> FloatTensor<Flex> {
    let shape = [values.len() / width, width];
    FloatTensor::<Flex>::from_data(TensorData::new(values, shape))
}

fn bend_back_by_mask<B: Backend>(
    g: FloatTensor<B>,
    x: FloatTensor<B>,
    slope: f32,
) -> FloatTensor<B> {
    let kind = get_device_settings::<B>(&x.device()).bool_dtype;
    let below = B::float_lower_elem(x, 0.0_f32.into(), kind);
    let short = B::float_mul_scalar(g.clone(), slope.into());
    B::float_mask_where(g, below, short)
}

fn gather_by_index<B: Backend>(x: FloatTensor<B>, table: Table) -> FloatTensor<B> {
    let [rows, channels] = extent::<B>(&x);
    let (device, kind) = (x.device(), x.dtype().into());
    let indices = table.indices(rows / table.area());
    let indices = B::int_from_data(indices, &device);
    let nothing = B::float_zeros(Shape::new([1, channels]), &device, kind);
    let seen = B::float_select(B::float_cat(vec![x, nothing], 0), 0, indices);
    let [taps, _] = extent::<B>(&seen);
    let shape = [taps / table.taps(), table.taps() * channels];
    B::float_reshape(seen, Shape::new(shape))
}

fn scatter_by_index<B: Backend>(seen: FloatTensor<B>, table: Table) -> FloatTensor<B> {
    let [results, width] = extent::<B>(&seen);
    let channels = width / table.taps();
    let (device, kind) = (seen.device(), seen.dtype().into());
    let n = results / table.results();
    let indices = B::int_from_data(table.indices(n), &device);
    let seen = B::float_reshape(seen, Shape::new([results * table.taps(), channels]));
    let rows = n * table.area();
    let empty = B::float_zeros(Shape::new([rows + 1, channels]), &device, kind);
    let all = B::float_select_assign(empty, 0, indices, seen, IndexingUpdateOp::Add);
    B::float_slice(all, &[Slice::from(0..rows)])
}

impl<B: Operations, C: CheckpointStrategy> Operations for Autodiff<B, C> {
    fn product(a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self> {
        let are_tracked = (a.is_tracked(), b.is_tracked());
        let ((a, a_node), (b, b_node)) = (a.into_parts(), b.into_parts());
        let ready = Product.prepare::<C>([a_node, b_node]).compute_bound();
        match ready.stateful() {
            OpsKind::Tracked(ready) => {
                // The gradient of one asks for the other.
                let kept = (
                    are_tracked.1.then(|| a.clone()),
                    are_tracked.0.then(|| b.clone()),
                );
                ready.finish(kept, B::product(a, b))
            }
            OpsKind::UnTracked(ready) => ready.finish(B::product(a, b)),
        }
    }

    fn bend(x: FloatTensor<Self>, slope: f32) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        match Bent.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(ready) => ready.finish((x.clone(), slope), B::bend(x, slope)),
            OpsKind::UnTracked(ready) => ready.finish(B::bend(x, slope)),
        }
    }

    fn gather(x: FloatTensor<Self>, table: Table) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        match Gathered.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(ready) => ready.finish(table, B::gather(x, table)),
            OpsKind::UnTracked(ready) => ready.finish(B::gather(x, table)),
        }
    }

    fn scatter(seen: FloatTensor<Self>, table: Table) -> FloatTensor<Self> {
        let (seen, node) = seen.into_parts();
        match Scattered.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(ready) => ready.finish(table, B::scatter(seen, table)),
            OpsKind::UnTracked(ready) => ready.finish(B::scatter(seen, table)),
        }
    }
}

#[derive(Debug)]
struct Gathered;

impl<B: Operations> Backward<B, 1> for Gathered {
    type State = Table;

    fn backward(self, ops: Ops<Table, 1>, found: &mut Gradients, _: &mut Checkpointer) {
        let back = |g| B::scatter(g, ops.state);
        unary::<B, _>(ops.parents, ops.node, found, back);
    }
}

#[derive(Debug)]
struct Scattered;

impl<B: Operations> Backward<B, 1> for Scattered {
    type State = Table;

    fn backward(self, ops: Ops<Table, 1>, found: &mut Gradients, _: &mut Checkpointer) {
        let back = |g| B::gather(g, ops.state);
        unary::<B, _>(ops.parents, ops.node, found, back);
    }
}

#[derive(Debug)]
struct Bent;

impl<B: Operations> Backward<B, 1> for Bent {
    type State = (FloatTensor<B>, f32);

    fn backward(self, ops: Ops<Self::State, 1>, found: &mut Gradients, _: &mut Checkpointer) {
        let (x, slope) = ops.state;
        unary::<B, _>(ops.parents, ops.node, found, |g| B::bend_back(g, x, slope));
    }
}

#[derive(Debug)]
struct Product;

impl<B: Backend> Backward<B, 2> for Product {
    type State = (Option<FloatTensor<B>>, Option<FloatTensor<B>>);

    fn backward(self, ops: Ops<Self::State, 2>, found: &mut Gradients, _: &mut Checkpointer) {
        let (a, b) = ops.state;
        // Only where a gradient is asked for was the other factor kept.
        let of_a = |g| match b {
            Some(b) => by_the_right::<B>(g, b),
            None => g,
        };
        let of_b = |g| match a {
            Some(a) => by_the_left::<B>(a, g),
            None => g,
        };
        binary::<B, _, _>(ops.parents, ops.node, found, of_a, of_b);
    }
}

/// `g bᵀ`, or `(b gᵀ)ᵀ`: of a matrix that is read across its rows a product packs every value by itself, so the smaller one
/// should be.
fn by_the_right<B: Backend>(g: FloatTensor<B>, b: FloatTensor<B>) -> FloatTensor<B> {
    let ([rows, inner], [columns, _]) = (extent::<B>(&g), extent::<B>(&b));
    if rows * (inner + columns) < columns * inner {
        return turned::<B>(B::float_matmul(b, B::float_transpose(g)));
    }
    B::float_matmul(g, B::float_transpose(b))
}

/// `aᵀ g`, or `(gᵀ a)ᵀ` for the same reason.
fn by_the_left<B: Backend>(a: FloatTensor<B>, g: FloatTensor<B>) -> FloatTensor<B> {
    let ([inner, rows], [_, columns]) = (extent::<B>(&a), extent::<B>(&g));
    if columns * (inner + rows) < rows * inner {
        return turned::<B>(B::float_matmul(B::float_transpose(g), a));
    }
    B::float_matmul(B::float_transpose(a), g)
}

fn extent<B: Backend>(matrix: &FloatTensor<B>) -> [usize; 2] {
    matrix.shape().dims()
}

/// The transposed matrix, in memory too: what comes next is slow on a view.
fn turned<B: Backend>(matrix: FloatTensor<B>) -> FloatTensor<B> {
    let [rows, columns] = extent::<B>(&matrix);
    let flat = B::float_reshape(B::float_transpose(matrix), Shape::new([rows * columns]));
    B::float_reshape(flat, Shape::new([columns, rows]))
}

#[cfg(test)]
mod tests {
    use super::super::Extent;
    use super::*;
    use burn::tensor::Device;

    /// Values in (-1, 1), of both signs.
    fn some(n: usize) -> Vec<f32> {
        (0..n).map(|i| (i as f32 * 1.7).sin()).collect()
    }

    fn rows(n: usize, width: usize) -> Rows {
        let device = Device::default();
        Rows::from_data(TensorData::new(some(n * width), [n, width]), &device)
    }

    fn bits(tensor: FloatTensor<Flex>) -> Vec<u32> {
        let tensor = tensor.to_contiguous();
        tensor
            .storage::<f32>()
            .iter()
            .map(|v| v.to_bits())
            .collect()
    }

    fn tracked(n: usize, width: usize) -> Rows {
        rows(n, width).autodiff().require_grad()
    }

    /// The gradients of `Σ y c` by `a` and `b`, for a `c` that differs everywhere.
    fn gradients(y: Rows, [a, b]: [&Rows; 2]) -> [TensorData; 2] {
        let [n, width] = y.dims();
        let found = (y * rows(n, width)).sum().backward();
        [a, b].map(|t| t.grad(&found).unwrap().into_data())
    }

    #[test]
    fn the_gradients_of_a_product_are_burns_to_the_bit() {
        // Few rows of many values, many rows of few, and neither: the first gradient turned, the second, none. One column, as at
        // a discriminator's end, is a product with a vector.
        for (n, inner, outer) in [(3, 200, 70), (300, 80, 2), (40, 30, 20), (64, 1024, 1)] {
            let (a, b) = (tracked(n, inner), tracked(inner, outer));
            let ours = gradients(product(a.clone(), b.clone()), [&a, &b]);
            let burns = gradients(a.clone().matmul(b.clone()), [&a, &b]);
            for (ours, burns) in ours.iter().zip(&burns) {
                ours.assert_eq(burns, true);
            }
        }
    }

    #[test]
    fn a_bend_shortens_what_is_below_zero_and_its_gradient() {
        let data = TensorData::from([[-2.0_f32, 0.0, 3.0]]);
        let x = Rows::from_data(data, &Device::default())
            .autodiff()
            .require_grad();
        let y = bend(x.clone(), 0.25);
        y.clone()
            .into_data()
            .assert_eq(&TensorData::from([[-0.5_f32, 0.0, 3.0]]), true);
        let found = y.square().sum().backward();
        // 2 y y': 2 (-0.5) 0.25, 0, 2 * 3.
        let expected = TensorData::from([[-0.25_f32, 0.0, 6.0]]);
        x.grad(&found)
            .unwrap()
            .into_data()
            .assert_eq(&expected, true);
    }

    #[test]
    fn a_cpu_does_what_every_device_does_to_the_bit() {
        let table = Table::same(Extent::square(7, 3), 4, 2);
        let [from, to] = table.values(3);
        let x = matrix(some(2 * from), 3);
        let seen = matrix(some(2 * to), 3 * table.taps());
        let flex = bits(<Flex as Operations>::gather(x.clone(), table));
        assert_eq!(flex, bits(gather_by_index::<Flex>(x, table)));
        let flex = bits(<Flex as Operations>::scatter(seen.clone(), table));
        assert_eq!(flex, bits(scatter_by_index::<Flex>(seen, table)));
        let (g, x) = (matrix(some(60), 6), matrix(some(66)[6..].to_vec(), 6));
        let flex = bits(<Flex as Operations>::bend_back(g.clone(), x.clone(), 0.2));
        assert_eq!(flex, bits(bend_back_by_mask::<Flex>(g, x, 0.2)));
    }
}
