//! Of boxes that overlap, only the best stays.

/// Left, top, right and bottom edge.
pub(super) type Edges = [f32; 4];

/// UltraFace's hard suppression: only the `top` best take part, and one that overlaps a better one by more than
/// `threshold` goes. The overlap is the intersection over (union + 1e-5), in single precision and in unit-square
/// coordinates, as in the model's own `box_utils_numpy.py`. Gives indices, best first.
pub(super) fn hard(boxes: &[Edges], scores: &[f32], top: usize, threshold: f32) -> Vec<usize> {
    let overlap = |a: &Edges, b: &Edges| {
        let common =
            extent(a[0].max(b[0]), a[2].min(b[2])) * extent(a[1].max(b[1]), a[3].min(b[3]));
        common / (area(a) + area(b) - common + 1e-5)
    };
    keep(boxes, scores, top, |a, b| overlap(a, b) <= threshold)
}

/// OpenCV's `NMSBoxes` on boxes cut to whole pixels: x, y, width and height. Gives indices, best first.
pub(super) fn of_whole_pixels(
    boxes: &[[i32; 4]],
    scores: &[f32],
    top: usize,
    threshold: f32,
) -> Vec<usize> {
    keep(boxes, scores, top, |a, b| jaccard(*a, *b) <= threshold)
}

/// `1.f - (float) jaccardDistance(a, b)` of whole rectangles.
fn jaccard(a: [i32; 4], b: [i32; 4]) -> f32 {
    let [a, b] = [a, b].map(|r| r.map(f64::from));
    let side = |start: usize, size: usize| {
        let end = (a[start] + a[size]).min(b[start] + b[size]);
        (end - a[start].max(b[start])).max(0.0)
    };
    let (area_a, area_b) = (a[2] * a[3], b[2] * b[3]);
    if area_a + area_b <= f64::EPSILON {
        return 1.0;
    }
    let common = side(0, 2) * side(1, 3);
    1.0 - (1.0 - common / (area_a + area_b - common)) as f32
}

fn extent(from: f32, to: f32) -> f32 {
    (to - from).max(0.0)
}

fn area(edges: &Edges) -> f32 {
    extent(edges[0], edges[2]) * extent(edges[1], edges[3])
}

/// Indices of the `top` best, in falling order (ties in the order of the list), less those that may not stand beside
/// a better one.
fn keep<B>(
    boxes: &[B],
    scores: &[f32],
    top: usize,
    may_stand: impl Fn(&B, &B) -> bool,
) -> Vec<usize> {
    let mut order: Vec<(usize, f32)> = scores.iter().copied().enumerate().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    order.truncate(top);
    let mut kept: Vec<usize> = Vec::new();
    for (index, _) in order {
        let Some(one) = boxes.get(index) else {
            continue;
        };
        let mut better = kept.iter().filter_map(|&other| boxes.get(other));
        if better.all(|other| may_stand(one, other)) {
            kept.push(index);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_of_two_that_overlap_stays() {
        // [0, 0.5] and [0.1, 0.6] in x: common 0.4, union 0.6, overlap 2/3.
        let boxes = [
            [0.0, 0.0, 0.5, 1.0],
            [0.1, 0.0, 0.6, 1.0],
            [0.7, 0.0, 0.9, 1.0],
        ];
        let scores = [0.8, 0.9, 0.7];
        assert_eq!(hard(&boxes, &scores, 200, 0.3), [1, 2]);
        assert_eq!(hard(&boxes, &scores, 200, 0.67), [1, 0, 2]);
        assert_eq!(hard(&boxes, &scores, 1, 0.3), [1]);
    }

    #[test]
    fn an_overlap_of_just_the_threshold_is_allowed() {
        // 10 x 10 and 10 x 10, moved by 5: common 50, union 150.
        let boxes = [[0, 0, 10, 10], [5, 0, 10, 10]];
        assert_eq!(of_whole_pixels(&boxes, &[0.9, 0.8], 5000, 0.34), [0, 1]);
        assert_eq!(of_whole_pixels(&boxes, &[0.9, 0.8], 5000, 0.33), [0]);
        assert_eq!(jaccard([0, 0, 10, 10], [0, 0, 5, 10]), 0.5);
        assert_eq!(
            of_whole_pixels(&[[0, 0, 10, 10], [0, 0, 5, 10]], &[0.9, 0.8], 9, 0.5),
            [0, 1]
        );
    }
}
