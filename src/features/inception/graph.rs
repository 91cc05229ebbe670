//! The topology of FID-Inception: which layer reads what.
//!
//! It differs from torchvision's `inception_v3` in three places, and each decides the value of the FID: average pools do
//! not count their padding, the pool branch of the last block (`Mixed_7c`) takes the *maximum*, and there are 1008
//! classes and no auxiliary head. Source: pytorch-fid's `inception.py` (`FIDInceptionA` … `FIDInceptionE_2`).

use crate::error::{Error, Result};
use crate::features::inception::layers::LAYERS;
use crate::features::onnx_file::{Dim, GraphBuilder, Value, Window};

/// Where the weights of a layer come from: `(name)` to convolution weights and bias.
pub type Weights<'a> = &'a mut dyn FnMut(&str) -> Result<(Vec<f32>, Vec<f32>)>;

/// The graph while its layers are appended.
pub struct Net<'a> {
    pub graph: GraphBuilder,
    pub weights: Weights<'a>,
}

impl Net<'_> {
    /// From the input to the last feature map `[N, 2048, 8, 8]`; also gives `Mixed_6d.branch1x1` `[N, 192, 17, 17]`.
    pub fn trunk(&mut self) -> Result<(Value, Value)> {
        let shrink = Window::square(3, 2, 0);
        let input = self.graph.input("input", &Dim::batch_of(&[3, 299, 299]));
        let x = self.chain(
            &input,
            "",
            &["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3"],
        )?;
        let x = self.graph.max_pool("maxpool1", &x, shrink);
        let x = self.chain(&x, "", &["Conv2d_3b_1x1", "Conv2d_4a_3x3"])?;
        let mut x = self.graph.max_pool("maxpool2", &x, shrink);
        for block in ["Mixed_5b", "Mixed_5c", "Mixed_5d"] {
            x = self.block_a(block, &x)?;
        }
        x = self.block_b("Mixed_6a", &x)?;
        let mut spatial = None;
        for block in ["Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"] {
            let (branch, joined) = self.block_c(block, &x)?;
            x = joined;
            if block == "Mixed_6d" {
                spatial = Some(branch);
            }
        }
        x = self.block_d("Mixed_7a", &x)?;
        x = self.block_e("Mixed_7b", &x, GraphBuilder::average_pool)?;
        x = self.block_e("Mixed_7c", &x, GraphBuilder::max_pool)?;
        let spatial = spatial.ok_or_else(|| Error::engine("the network has no block Mixed_6d"))?;
        Ok((x, spatial))
    }

    /// Convolution with the normalisation folded in, then ReLU.
    fn layer(&mut self, x: &Value, name: &str) -> Result<Value> {
        let layer = LAYERS.iter().find(|layer| layer.name == name);
        let layer =
            layer.ok_or_else(|| Error::engine(format!("the network has no layer {name}")))?;
        let (weight, bias) = (self.weights)(name)?;
        let (kernel_h, kernel_w) = layer.window.kernel;
        let shape = [layer.n_out, layer.n_in, kernel_h, kernel_w];
        let weight = self
            .graph
            .constant(&format!("{name}.weight"), &shape, &weight);
        let bias = self
            .graph
            .constant(&format!("{name}.bias"), &[layer.n_out], &bias);
        let x = self.graph.conv(
            &format!("{name}.conv"),
            x,
            &weight,
            Some(&bias),
            layer.window,
        );
        Ok(self.graph.relu(name, &x))
    }

    /// Layers one after the other, named `block.suffix`.
    fn chain(&mut self, x: &Value, block: &str, suffixes: &[&str]) -> Result<Value> {
        let mut x = x.clone();
        for suffix in suffixes {
            let name = if block.is_empty() {
                (*suffix).to_owned()
            } else {
                format!("{block}.{suffix}")
            };
            x = self.layer(&x, &name)?;
        }
        Ok(x)
    }

    /// The branch that pools over 3x3 at stride 1 and then convolves.
    fn pool_branch(&mut self, block: &str, x: &Value, pool: Pool) -> Result<Value> {
        let pooled = pool(
            &mut self.graph,
            &format!("{block}.pool"),
            x,
            Window::square(3, 1, 1),
        );
        self.chain(&pooled, block, &["branch_pool"])
    }

    fn block_a(&mut self, block: &str, x: &Value) -> Result<Value> {
        let one = self.chain(x, block, &["branch1x1"])?;
        let five = self.chain(x, block, &["branch5x5_1", "branch5x5_2"])?;
        let three = self.chain(
            x,
            block,
            &["branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"],
        )?;
        let pool = self.pool_branch(block, x, GraphBuilder::average_pool)?;
        Ok(self.graph.concat(block, &[&one, &five, &three, &pool], 1))
    }

    fn block_b(&mut self, block: &str, x: &Value) -> Result<Value> {
        let three = self.chain(x, block, &["branch3x3"])?;
        let double = self.chain(
            x,
            block,
            &["branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"],
        )?;
        let pool = self
            .graph
            .max_pool(&format!("{block}.pool"), x, Window::square(3, 2, 0));
        Ok(self.graph.concat(block, &[&three, &double, &pool], 1))
    }

    /// Gives its first branch too: sFID reads that of `Mixed_6d`.
    fn block_c(&mut self, block: &str, x: &Value) -> Result<(Value, Value)> {
        let one = self.chain(x, block, &["branch1x1"])?;
        let seven = self.chain(x, block, &["branch7x7_1", "branch7x7_2", "branch7x7_3"])?;
        let double = [
            "branch7x7dbl_1",
            "branch7x7dbl_2",
            "branch7x7dbl_3",
            "branch7x7dbl_4",
            "branch7x7dbl_5",
        ];
        let double = self.chain(x, block, &double)?;
        let pool = self.pool_branch(block, x, GraphBuilder::average_pool)?;
        let joined = self.graph.concat(block, &[&one, &seven, &double, &pool], 1);
        Ok((one, joined))
    }

    fn block_d(&mut self, block: &str, x: &Value) -> Result<Value> {
        let three = self.chain(x, block, &["branch3x3_1", "branch3x3_2"])?;
        let seven = [
            "branch7x7x3_1",
            "branch7x7x3_2",
            "branch7x7x3_3",
            "branch7x7x3_4",
        ];
        let seven = self.chain(x, block, &seven)?;
        let pool = self
            .graph
            .max_pool(&format!("{block}.pool"), x, Window::square(3, 2, 0));
        Ok(self.graph.concat(block, &[&three, &seven, &pool], 1))
    }

    fn block_e(&mut self, block: &str, x: &Value, pool: Pool) -> Result<Value> {
        let one = self.chain(x, block, &["branch1x1"])?;
        let stem = self.chain(x, block, &["branch3x3_1"])?;
        let wide = self.chain(&stem, block, &["branch3x3_2a"])?;
        let high = self.chain(&stem, block, &["branch3x3_2b"])?;
        let three = self
            .graph
            .concat(&format!("{block}.branch3x3"), &[&wide, &high], 1);
        let stem = self.chain(x, block, &["branch3x3dbl_1", "branch3x3dbl_2"])?;
        let wide = self.chain(&stem, block, &["branch3x3dbl_3a"])?;
        let high = self.chain(&stem, block, &["branch3x3dbl_3b"])?;
        let double = self
            .graph
            .concat(&format!("{block}.branch3x3dbl"), &[&wide, &high], 1);
        let pool = self.pool_branch(block, x, pool)?;
        Ok(self.graph.concat(block, &[&one, &three, &double, &pool], 1))
    }
}

/// Which pooling a pool branch does.
type Pool = fn(&mut GraphBuilder, &str, &Value, Window) -> Value;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::onnx_header::Header;

    /// The trunk without values, and every layer that asked for weights.
    fn trunk() -> (Vec<u8>, Vec<String>) {
        let mut asked = Vec::new();
        let mut zeros = |name: &str| {
            asked.push(name.to_owned());
            let layer = LAYERS.iter().find(|layer| layer.name == name).unwrap();
            let (h, w) = layer.window.kernel;
            Ok((
                vec![0.0; layer.n_out * layer.n_in * h * w],
                vec![0.0; layer.n_out],
            ))
        };
        let mut net = Net {
            graph: GraphBuilder::new("trunk", ""),
            weights: &mut zeros,
        };
        let (map, branch) = net.trunk().unwrap();
        let mut graph = net.graph;
        // The pooling of the pool branches decides the value of the FID, so it is made visible as outputs.
        graph.output(&map, &Dim::batch_of(&[2048, 8, 8]));
        graph.output(&branch, &Dim::batch_of(&[192, 17, 17]));
        for block in ["5b", "5c", "5d", "6b", "6c", "6d", "6e", "7b", "7c"] {
            graph.output(&Value::named(&format!("Mixed_{block}.pool")), &[]);
        }
        (graph.finish().unwrap(), asked)
    }

    #[test]
    fn every_layer_is_used_once_in_the_order_of_the_table() {
        let (_, asked) = trunk();
        let table: Vec<&str> = LAYERS.iter().map(|layer| layer.name).collect();
        assert_eq!(asked, table);
    }

    #[test]
    fn the_last_block_pools_the_maximum_and_all_others_the_average() {
        let header = Header::read(&trunk().0).unwrap();
        for output in header.outputs.iter().skip(2) {
            let expected = if output.name == "Mixed_7c.pool" {
                "MaxPool"
            } else {
                "AveragePool"
            };
            assert_eq!(output.made_by, expected, "{}", output.name);
        }
        assert_eq!(header.outputs[1].name, "Mixed_6d.branch1x1");
        assert_eq!(header.outputs[1].made_by, "Relu");
    }
}
