//! Named random generators. Nothing here ever asks the clock.
//!
//! Two generators, each for its purpose:
//! * [`Mt19937`] — NumPy's legacy `RandomState`, bit for bit, where a peer's draws must be reproduced;
//! * [`Stream`] — SplitMix64-seeded xoshiro256++, one independent stream per work item, for everything of our own.

/// The one seed of a command (default 2020, torch-fidelity's). Streams are derived from it by name and index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The default seed of every command.
    pub const DEFAULT: Self = Self(2020);

    /// The independent stream number `index` of the purpose `name`.
    #[must_use]
    pub fn stream(self, name: &str, index: u64) -> Stream {
        // FNV-1a over the name keeps streams of different purposes apart; SplitMix64 does the mixing.
        let tag = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut state = self.0 ^ tag.rotate_left(17) ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Stream {
            s: std::array::from_fn(|_| split_mix(&mut state)),
        }
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// xoshiro256++ (Blackman and Vigna 2019).
#[derive(Debug, Clone)]
pub struct Stream {
    s: [u64; 4],
}

impl Stream {
    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.s;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in [0, 1) with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform integer in `0..n` without bias (Lemire's method). `n` must not be 0.
    pub fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        let threshold = n.wrapping_neg() % n;
        loop {
            let wide = u128::from(self.next_u64()) * u128::from(n);
            if wide as u64 >= threshold {
                return (wide >> 64) as usize;
            }
        }
    }

    /// Standard normal by the polar method (Marsaglia); the second value is thrown away to keep the stream stateless.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * s.ln() / s).sqrt();
            }
        }
    }

    /// A random order of `0..n` (Fisher–Yates).
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, self.below(i + 1));
        }
        order
    }
}

/// NumPy's legacy `RandomState`: MT19937 seeded by `init_genrand`, and the legacy shuffles.
#[derive(Clone)]
pub struct Mt19937 {
    state: [u32; 624],
    position: usize,
}

impl Mt19937 {
    /// `numpy.random.RandomState(seed)` for a 32-bit integer seed.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        let mut state = [0_u32; 624];
        state[0] = seed;
        for i in 1..624 {
            let previous = state[i - 1];
            state[i] = 1_812_433_253_u32
                .wrapping_mul(previous ^ (previous >> 30))
                .wrapping_add(i as u32);
        }
        Self {
            state,
            position: 624,
        }
    }

    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.position == 624 {
            self.refill();
        }
        let mut y = self.state[self.position];
        self.position += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn refill(&mut self) {
        for k in 0..624 {
            let y = (self.state[k] & 0x8000_0000) | (self.state[(k + 1) % 624] & 0x7fff_ffff);
            let twist = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[k] = self.state[(k + 397) % 624] ^ (y >> 1) ^ twist;
        }
        self.position = 0;
    }

    /// `random_sample()`: 53 bits in [0, 1) (`genrand_res53`).
    pub fn random_sample(&mut self) -> f64 {
        let a = f64::from(self.next_u32() >> 5);
        let b = f64::from(self.next_u32() >> 6);
        (a * 67_108_864.0 + b) / 9_007_199_254_740_992.0
    }

    /// Uniform in `0..=max` by masked rejection (the legacy `random_interval`).
    fn interval(&mut self, max: u64) -> u64 {
        if max == 0 {
            return 0;
        }
        let mask = u64::MAX >> max.leading_zeros();
        loop {
            let value = if u32::try_from(max).is_ok() {
                u64::from(self.next_u32()) & mask
            } else {
                let high = u64::from(self.next_u32());
                ((high << 32) | u64::from(self.next_u32())) & mask
            };
            if value <= max {
                return value;
            }
        }
    }

    /// `permutation(n)`.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, self.interval(i as u64) as usize);
        }
        order
    }

    /// `choice(n, size, replace=False)`: the head of a permutation.
    pub fn choice(&mut self, n: usize, size: usize) -> Vec<usize> {
        let mut order = self.permutation(n);
        order.truncate(size);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mt19937_equals_numpy() {
        // NumPy: RandomState(0).rand() and RandomState(0).permutation(10).
        assert!((Mt19937::new(0).random_sample() - 0.548_813_503_927_324_8).abs() < 1e-16);
        assert_eq!(
            Mt19937::new(0).permutation(10),
            [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]
        );
    }

    #[test]
    fn streams_differ_by_name_and_index() {
        let seed = Seed(7);
        let first = seed.stream("a", 0).next_u64();
        assert_ne!(first, seed.stream("a", 1).next_u64());
        assert_ne!(first, seed.stream("b", 0).next_u64());
        assert_eq!(first, seed.stream("a", 0).next_u64());
    }

    #[test]
    fn below_is_in_range_and_permutation_is_one() {
        let mut stream = Seed(1).stream("t", 0);
        assert!((0..1000).all(|_| stream.below(7) < 7));
        let mut order = stream.permutation(50);
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
    }
}
