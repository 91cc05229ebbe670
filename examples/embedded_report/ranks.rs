//! Do two lists rise together?

/// Spearman's rank correlation (1904): Pearson's of the ranks; equal values share their mean rank.
pub fn spearman(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = (ranks(x), ranks(y));
    let mean = (x.len() as f64 - 1.0) / 2.0;
    let sum = |f: &dyn Fn(f64, f64) -> f64| {
        x.iter()
            .zip(&y)
            .map(|(a, b)| f(a - mean, b - mean))
            .sum::<f64>()
    };
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

/// Kendall's tau-a (1938): concordant less discordant pairs, over all pairs.
pub fn kendall(x: &[f64], y: &[f64]) -> f64 {
    let (mut score, mut pairs) = (0.0, 0.0);
    for i in 0..x.len() {
        for j in 0..i {
            let product = (x[i] - x[j]) * (y[i] - y[j]);
            score += if product == 0.0 {
                0.0
            } else {
                product.signum()
            };
            pairs += 1.0;
        }
    }
    score / pairs
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |v: &f64| {
        let below = values.iter().filter(|w| *w < v).count();
        let equal = values.iter().filter(|w| *w == v).count();
        below as f64 + (equal as f64 - 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}
