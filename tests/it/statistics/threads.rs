//! The same bits for any number of threads.

use gavel::rng::Seed;
use gavel::statistics::frechet::{Ddof, Side, floor, frechet_with_error};
use gavel::statistics::inception_score::{Scale, inception_score};
use gavel::statistics::mmd::{Arithmetic, draws_seeded, subsets};
use gavel::statistics::moments::Moments;

use super::{normal, rows};

#[test]
fn no_bit_depends_on_the_number_of_threads() {
    let (x, y) = (
        normal(1, 2500, 300, 0.1, 1.0),
        normal(2, 1200, 300, 0.3, 1.2),
    );
    let logits = normal(3, 500, 20, 0.0, 3.0);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let (r, g) = (
                Moments::of(x.view()).unwrap(),
                Moments::of(y.view()).unwrap(),
            );
            let side = |moments, samples| Side::Many {
                moments,
                samples: Some(samples),
            };
            let dense =
                frechet_with_error(&side(&r, x.view()), &side(&g, y.view()), Ddof::One).unwrap();
            let (a, b) = (rows(&x, ..250), rows(&y, ..200));
            let few = frechet_with_error(&Side::Few(a), &Side::Few(b), Ddof::One).unwrap();
            let one_by_one = subsets(
                x.view(),
                y.view(),
                &draws_seeded(2500, 1200, 3, 400, Seed(1)),
                Arithmetic::Auto,
            )
            .unwrap();
            let by_membership = subsets(
                x.view(),
                y.view(),
                &draws_seeded(2500, 1200, 60, 900, Seed(1)),
                Arithmetic::Auto,
            )
            .unwrap();
            let score = inception_score(logits.view(), Scale::Logits, 10, None).unwrap();
            let found = floor(y.view(), 500, Ddof::One, Seed(1)).unwrap();
            (r, g, dense, few, one_by_one, by_membership, score, found)
        })
    };
    let one = run(1);
    assert!(one == run(2), "1 and 2 threads differ");
    assert!(one == run(5), "1 and 5 threads differ");
}
