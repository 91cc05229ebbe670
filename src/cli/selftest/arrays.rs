//! The arrays of the checks: made by formula here, or read from a conformance kit.

use crate::error::{Error, Result};
use ndarray::{Array2, Array3, Axis};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Arrays by name.
pub struct Arrays {
    kit: Option<PathBuf>,
}

impl Arrays {
    /// With the arrays of a kit, or those by formula alone.
    #[must_use]
    pub fn new(kit: Option<&Path>) -> Self {
        Self {
            kit: kit.map(Path::to_path_buf),
        }
    }

    /// A float32 matrix: `X`, `Y` and the others of [`by_formula`], else `features/<name>.npy` of the kit. `[a:b]`
    /// behind the name takes rows.
    ///
    /// # Errors
    /// Input: no such array, or not a float32 matrix.
    pub fn matrix(&self, name: &str) -> Result<Array2<f32>> {
        let (name, rows) = sliced(name)?;
        let whole = match by_formula(name) {
            Some(values) => values,
            None => self.file::<f32>(name)?,
        };
        let (first, last) = rows;
        let last = last.unwrap_or(whole.nrows());
        if first > last || last > whole.nrows() {
            return Err(Error::input(format!(
                "{name}[{first}:{last}]: the array has {} rows",
                whole.nrows()
            )));
        }
        Ok(whole.slice_axis(Axis(0), (first..last).into()).to_owned())
    }

    /// A float64 matrix of the kit.
    ///
    /// # Errors
    /// Input: no such array, or another kind.
    pub fn matrix64(&self, name: &str) -> Result<Array2<f64>> {
        self.file::<f64>(name)
    }

    /// Integers of the kit that are no negative, all in one row.
    ///
    /// # Errors
    /// Input: no such array, or another kind.
    pub fn indices(&self, name: &str) -> Result<Vec<usize>> {
        let values = self.file::<i32>(name)?;
        values
            .iter()
            .map(|&i| usize::try_from(i))
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| Error::input(format!("{name}: holds a negative index")))
    }

    /// A picture of the kit, uint8 `[height, width, 3]`, as numbers.
    ///
    /// # Errors
    /// Input: no such array, or another kind.
    pub fn picture(&self, name: &str) -> Result<Array3<f64>> {
        let (shape, values) = self.read::<u8>(name)?;
        let values = values.into_iter().map(f64::from).collect();
        match shape[..] {
            [height, width, 3] => Array3::from_shape_vec((height, width, 3), values).ok(),
            _ => None,
        }
        .ok_or_else(|| {
            Error::input(format!(
                "{name}: has shape {shape:?}, expected [height, width, 3]"
            ))
        })
    }

    fn file<T: npyz::Deserialize>(&self, name: &str) -> Result<Array2<T>> {
        let (shape, values) = self.read::<T>(name)?;
        let (rows, columns) = match shape[..] {
            [n] => (1, n),
            [n, d] => (n, d),
            _ => (0, 0),
        };
        Array2::from_shape_vec((rows, columns), values).map_err(|_| {
            Error::input(format!(
                "{name}: has shape {shape:?}, expected one or two dimensions"
            ))
        })
    }

    fn read<T: npyz::Deserialize>(&self, name: &str) -> Result<(Vec<usize>, Vec<T>)> {
        let Some(kit) = &self.kit else {
            return Err(Error::input(format!("there is no array {name} by formula")));
        };
        let path = kit.join("features").join(format!("{name}.npy"));
        let file = File::open(&path).map_err(|e| Error::io(&path, &e))?;
        let damaged = |e: std::io::Error| Error::input(format!("{}: {e}", path.display()));
        let file = npyz::NpyFile::new(BufReader::new(file)).map_err(damaged)?;
        let shape: Vec<usize> = file.shape().iter().map(|&n| n as usize).collect();
        let values = file.into_vec::<T>().map_err(damaged)?;
        Ok((shape, values))
    }
}

/// `A_real[:10]` is `A_real` and its rows from 0 up to 10.
fn sliced(name: &str) -> Result<(&str, (usize, Option<usize>))> {
    let Some((array, rows)) = name.strip_suffix(']').and_then(|rest| rest.split_once('[')) else {
        return Ok((name, (0, None)));
    };
    let wrong = || Error::usage(format!("{name}: the rows are not of the form [a:b]"));
    let (first, last) = rows.split_once(':').ok_or_else(wrong)?;
    let number = |text: &str| match text {
        "" => Ok(None),
        digits => digits.parse().map(Some).map_err(|_| wrong()),
    };
    Ok((array, (number(first)?.unwrap_or(0), number(last)?)))
}

/// Row `i`, column `j` of the formula data that the peers' programs were run on: X `[40, 4]`.
#[must_use]
pub fn x(i: usize, j: usize) -> f64 {
    let (i, j) = (i as f64, j as f64);
    (0.7 * i + 1.3 * j + 0.05 * i * j).sin()
}

/// Row `i`, column `j` of the formula data: Y `[36, 4]`.
#[must_use]
pub fn y(i: usize, j: usize) -> f64 {
    let (i, j) = (i as f64, j as f64);
    0.9 * (0.6 * i + 0.9 * j + 0.03 * i * j).cos() + 0.2
}

/// The arrays that need no file.
fn by_formula(name: &str) -> Option<Array2<f32>> {
    Some(match name {
        "X" => Array2::from_shape_fn((40, 4), |(i, j)| x(i, j) as f32),
        "Y" => Array2::from_shape_fn((36, 4), |(i, j)| y(i, j) as f32),
        "3X" => Array2::from_shape_fn((40, 4), |(i, j)| (3.0 * x(i, j)) as f32),
        "six identical points" => Array2::ones((6, 4)),
        // compare_gan's own test: ones, and nines, with half of the first and of the second column set to 2.
        "compare_gan real" => {
            Array2::from_shape_fn((100, 2), |(i, j)| if j == 0 && i < 50 { 2.0 } else { 1.0 })
        }
        "compare_gan generated" => {
            Array2::from_shape_fn((100, 2), |(i, j)| if j == 0 && i >= 50 { 2.0 } else { 9.0 })
        }
        // Ten classes, each as often and each certain.
        "certain and even" => {
            Array2::from_shape_fn((100, 10), |(i, j)| if i % 10 == j { 200.0 } else { 0.0 })
        }
        "certain and one" => {
            Array2::from_shape_fn((100, 10), |(_, j)| if j == 0 { 200.0 } else { 0.0 })
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_taken_as_numpy_takes_them() {
        let arrays = Arrays::new(None);
        assert_eq!(arrays.matrix("X").unwrap().dim(), (40, 4));
        assert_eq!(arrays.matrix("X[:3]").unwrap().nrows(), 3);
        let tail = arrays.matrix("X[38:]").unwrap();
        assert_eq!(tail.nrows(), 2);
        assert_eq!(tail[[0, 1]], x(38, 1) as f32);
        for wrong in ["X[:41]", "X[5:3]", "X[3]", "nothing"] {
            assert!(arrays.matrix(wrong).is_err(), "{wrong}");
        }
    }
}
