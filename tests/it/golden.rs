//! Golden values and the arrays they belong to, read from `../shared/conformance`.

use std::fs::File;
use std::io::BufReader;

use ndarray::Array2;
use serde_json::Value;

use crate::shared::{close, shared};

/// One file of golden values.
pub struct Golden(Value);

impl Golden {
    /// `../shared/conformance/golden/<file>`, or `None` after saying so.
    pub fn load(file: &str) -> Option<Self> {
        let path = shared(&format!("conformance/golden/{file}"))?;
        let text = std::fs::read_to_string(path).expect("golden file");
        Some(Self(serde_json::from_str(&text).expect("golden JSON")))
    }

    /// Ids of all entries.
    pub fn ids(&self) -> Vec<&str> {
        self.items()
            .iter()
            .filter_map(|item| item["id"].as_str())
            .collect()
    }

    fn items(&self) -> &[Value] {
        self.0["items"].as_array().expect("items")
    }

    /// The entry of an id.
    pub fn item(&self, id: &str) -> &Value {
        self.items()
            .iter()
            .find(|item| item["id"] == id)
            .unwrap_or_else(|| panic!("no golden {id}"))
    }

    /// Holds `got` to the entry's value and tolerance.
    #[track_caller]
    pub fn check(&self, id: &str, got: f64) {
        self.check_part(id, "", got);
    }

    /// Holds `got` to a part of the entry's value, by JSON pointer, and the entry's tolerance.
    #[track_caller]
    pub fn check_part(&self, id: &str, pointer: &str, got: f64) {
        let item = self.item(id);
        let want = item["value"]
            .pointer(pointer)
            .and_then(Value::as_f64)
            .expect("a number");
        let tolerance = &item["tolerance"];
        let part = |name: &str| tolerance[name].as_f64().expect("a tolerance");
        println!(
            "{id}{pointer}: got {got:.15e}, golden {want:.15e}, off by {:.1e}",
            (got - want).abs() / want.abs().max(1e-300)
        );
        close(
            &format!("{id}{pointer}"),
            got,
            want,
            part("rel"),
            part("abs"),
        );
    }
}

/// A matrix `../shared/conformance/features/<name>.npy` of float32, or of float64 that is rounded to it.
pub fn features(name: &str) -> Option<Array2<f32>> {
    let file = npyz::NpyFile::new(BufReader::new(
        File::open(shared(&format!("conformance/features/{name}.npy"))?).expect("array"),
    ))
    .expect("npy");
    let shape: Vec<usize> = file.shape().iter().map(|&n| n as usize).collect();
    let values = match file.dtype().descr().as_str() {
        "'<f8'" => file
            .into_vec::<f64>()
            .map(|all| all.iter().map(|&v| v as f32).collect()),
        _ => file.into_vec::<f32>(),
    };
    Some(Array2::from_shape_vec((shape[0], shape[1]), values.expect("floats")).expect("a matrix"))
}

/// A float64 matrix `../shared/conformance/features/<name>.npy`.
pub fn features64(name: &str) -> Option<Array2<f64>> {
    let file = npyz::NpyFile::new(BufReader::new(
        File::open(shared(&format!("conformance/features/{name}.npy"))?).expect("array"),
    ))
    .expect("npy");
    let shape: Vec<usize> = file.shape().iter().map(|&n| n as usize).collect();
    let values = file.into_vec::<f64>().expect("float64");
    Some(Array2::from_shape_vec((shape[0], shape[1]), values).expect("a matrix"))
}

/// An int32 matrix of indices, row by row; a list is one row.
pub fn indices(name: &str) -> Option<Vec<Vec<usize>>> {
    let file = npyz::NpyFile::new(BufReader::new(
        File::open(shared(&format!("conformance/features/{name}.npy"))?).expect("array"),
    ))
    .expect("npy");
    let shape = file.shape();
    let width = *shape.get(1).unwrap_or(&shape[0]) as usize;
    let values = file.into_vec::<i32>().expect("int32");
    Some(
        values
            .chunks(width)
            .map(|row| row.iter().map(|&i| i as usize).collect())
            .collect(),
    )
}

/// An int32 vector of labels.
pub fn labels(name: &str) -> Option<Vec<usize>> {
    let file = npyz::NpyFile::new(BufReader::new(
        File::open(shared(&format!("conformance/features/{name}.npy"))?).expect("array"),
    ))
    .expect("npy");
    let values = file.into_vec::<i32>().expect("int32");
    Some(values.iter().map(|&label| label as usize).collect())
}

/// The formula data of the golden values: X `[40, 4]` (real) and Y `[36, 4]` (generated).
pub fn formula() -> [Array2<f64>; 2] {
    [
        Array2::from_shape_fn((40, 4), |(i, j)| {
            let (i, j) = (i as f64, j as f64);
            (0.7 * i + 1.3 * j + 0.05 * i * j).sin()
        }),
        Array2::from_shape_fn((36, 4), |(i, j)| {
            let (i, j) = (i as f64, j as f64);
            0.9 * (0.6 * i + 0.9 * j + 0.03 * i * j).cos() + 0.2
        }),
    ]
}
