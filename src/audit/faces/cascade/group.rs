//! OpenCV's `groupRectangles`: windows that agree become one face.

use super::{Box4, Found, round_half_even};

/// How far corners may lie apart, relative to the size.
const EPS: f64 = 0.2;

/// Groups windows that lie on the same place, drops groups of at most `min_neighbors`, and small groups inside larger
/// ones. With `min_neighbors` 0 every window stays.
pub(super) fn group(windows: &[Box4], min_neighbors: usize) -> Vec<Found> {
    if min_neighbors == 0 {
        return windows
            .iter()
            .map(|&place| Found {
                place,
                n_windows: 1,
            })
            .collect();
    }
    let groups = averages(windows, &classes(windows));
    let large: Vec<&Found> = groups
        .iter()
        .filter(|group| group.n_windows > min_neighbors)
        .collect();
    let is_swallowed = |one: &Found| {
        large.iter().any(|other| {
            !std::ptr::eq(*other, one) && contains(other, one) && outweighs(other, one)
        })
    };
    large
        .iter()
        .filter(|group| !is_swallowed(group))
        .map(|&&group| group)
        .collect()
}

fn outweighs(other: &Found, one: &Found) -> bool {
    other.n_windows > one.n_windows.max(3) || one.n_windows < 3
}

/// Does `one` lie in `other`, with a margin of 20 %?
fn contains(other: &Found, one: &Found) -> bool {
    let (a, b) = (one.place, other.place);
    let dx = round_half_even(f64::from(b.width) * EPS) as i32;
    let dy = round_half_even(f64::from(b.height) * EPS) as i32;
    a.x >= b.x - dx
        && a.y >= b.y - dy
        && a.x + a.width <= b.x + b.width + dx
        && a.y + a.height <= b.y + b.height + dy
}

fn is_similar(a: Box4, b: Box4) -> bool {
    let delta = EPS * f64::from(a.width.min(b.width) + a.height.min(b.height)) * 0.5;
    let near = |a: i32, b: i32| f64::from((a - b).abs()) <= delta;
    near(a.x, b.x)
        && near(a.y, b.y)
        && near(a.x + a.width, b.x + b.width)
        && near(a.y + a.height, b.y + b.height)
}

/// The class of every window: the connected components of similarity, numbered by their first windows.
fn classes(windows: &[Box4]) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..windows.len()).collect();
    // Similar windows are near in x, so a sweep from left to right sees every pair that may be.
    let reach = windows
        .iter()
        .map(|w| EPS * f64::from(w.width + w.height) * 0.5)
        .fold(0.0, f64::max);
    let mut sorted: Vec<(i32, usize)> = windows.iter().enumerate().map(|(i, w)| (w.x, i)).collect();
    sorted.sort_unstable();
    for (place, &(x, i)) in sorted.iter().enumerate() {
        let later = sorted.get(place + 1..).unwrap_or_default();
        for &(_, j) in later
            .iter()
            .take_while(|(other, _)| f64::from(other - x) <= reach)
        {
            let (Some(&a), Some(&b)) = (windows.get(i), windows.get(j)) else {
                continue;
            };
            if is_similar(a, b) {
                let (a, b) = (root(&mut parents, i), root(&mut parents, j));
                if let Some(parent) = parents.get_mut(a.max(b)) {
                    *parent = a.min(b);
                }
            }
        }
    }
    // Every root is the first window of its class.
    let mut names = vec![usize::MAX; windows.len()];
    let mut n = 0;
    (0..windows.len())
        .map(|i| {
            let root = root(&mut parents, i);
            let Some(name) = names.get_mut(root) else {
                return 0;
            };
            if *name == usize::MAX {
                *name = n;
                n += 1;
            }
            *name
        })
        .collect()
}

fn root(parents: &mut [usize], mut i: usize) -> usize {
    while let Some(&parent) = parents.get(i) {
        if parent == i {
            break;
        }
        let above = parents.get(parent).copied().unwrap_or(parent);
        if let Some(place) = parents.get_mut(i) {
            *place = above;
        }
        i = above;
    }
    i
}

/// The mean window of every class, in single precision, halves to even.
fn averages(windows: &[Box4], classes: &[usize]) -> Vec<Found> {
    let n = classes.iter().max().map_or(0, |last| last + 1);
    let nothing = Box4 {
        x: 0,
        y: 0,
        width: 0,
        height: 0,
    };
    let mut sums = vec![
        Found {
            place: nothing,
            n_windows: 0
        };
        n
    ];
    for (window, &class) in windows.iter().zip(classes) {
        if let Some(sum) = sums.get_mut(class) {
            sum.place.x = sum.place.x.wrapping_add(window.x);
            sum.place.y = sum.place.y.wrapping_add(window.y);
            sum.place.width = sum.place.width.wrapping_add(window.width);
            sum.place.height = sum.place.height.wrapping_add(window.height);
            sum.n_windows += 1;
        }
    }
    for sum in &mut sums {
        let share = 1.0 / sum.n_windows as f32;
        let mean = |total: i32| round_half_even(f64::from(total as f32 * share)) as i32;
        sum.place = Box4 {
            x: mean(sum.place.x),
            y: mean(sum.place.y),
            width: mean(sum.place.width),
            height: mean(sum.place.height),
        };
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(x: i32, y: i32, side: i32) -> Box4 {
        Box4 {
            x,
            y,
            width: side,
            height: side,
        }
    }

    #[test]
    fn a_group_must_have_more_windows_than_asked_for() {
        let windows = vec![window(10, 10, 24); 3];
        assert_eq!(group(&windows, 3), []);
        let found = Found {
            place: window(10, 10, 24),
            n_windows: 3,
        };
        assert_eq!(group(&windows, 2), [found]);
        assert_eq!(group(&windows, 0).len(), 3);
    }

    #[test]
    fn similarity_is_carried_along_chains() {
        // delta is 0.2 * 24 = 4.8: 0 and 4, 4 and 8 are similar, 0 and 8 are not; 5 apart is too far.
        let chain = [window(0, 0, 24), window(4, 0, 24), window(8, 0, 24)];
        assert_eq!(classes(&chain), [0, 0, 0]);
        assert_eq!(classes(&[window(0, 0, 24), window(5, 0, 24)]), [0, 1]);
        // (0 + 4 + 8) / 3.
        assert_eq!(group(&chain, 2)[0].place, window(4, 0, 24));
    }

    #[test]
    fn a_small_group_inside_a_larger_one_is_dropped() {
        let mut windows = vec![window(0, 0, 100); 5];
        windows.extend([window(30, 30, 24); 4]);
        assert_eq!(group(&windows, 1).len(), 1);
        // The inner one stays when it has as many windows as the outer one.
        windows.push(window(30, 30, 24));
        assert_eq!(group(&windows, 1).len(), 2);
        // With fewer than 3 windows it goes, whatever surrounds it.
        let mut few = vec![window(0, 0, 100); 2];
        few.extend([window(30, 30, 24); 2]);
        assert_eq!(group(&few, 1).len(), 1);
    }
}
