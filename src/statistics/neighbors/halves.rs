//! The radius of a ball inside half of its set, read from the neighbours in the whole set.
//!
//! In half of a set the k-th nearest other row of `r` is the k-th of its neighbours that are in that half. The list of the
//! whole set is long enough to hold it almost surely; where it is not, its last row stands in.

use crate::statistics::resample::N_HALVES;

/// Neighbours to list so that the k-th in a half is among them: the 2k-th on average, and four standard deviations.
pub(super) fn list_width(k: usize) -> usize {
    2 * k + (8.0 * (k as f64).sqrt()).ceil() as usize
}

/// For every half, which neighbour of a list (counted from 0) is the k-th in that half. `list` is not empty.
pub(super) fn ranks(list: &[u32], members: &[u64], k: usize) -> [u32; N_HALVES] {
    let mut counts = [0_usize; N_HALVES];
    let mut ranks = [list.len().saturating_sub(1) as u32; N_HALVES];
    let mut open = u64::MAX;
    for (rank, &row) in list.iter().enumerate() {
        let mut here = members[row as usize] & open;
        while here != 0 {
            let half = here.trailing_zeros() as usize;
            here &= here - 1;
            counts[half] += 1;
            if counts[half] == k {
                ranks[half] = rank as u32;
                open &= !(1 << half);
            }
        }
        if open == 0 {
            break;
        }
    }
    ranks
}

/// For every neighbour of the list, the halves whose radius reaches it.
pub(super) fn reaching(ranks: &[u32; N_HALVES], width: usize) -> Vec<u64> {
    let mut words = vec![0_u64; width];
    for (half, &rank) in ranks.iter().enumerate() {
        for word in words.iter_mut().take(rank as usize + 1) {
            *word |= 1 << half;
        }
    }
    words
}

/// For every half, the share of its rows whose bit is set in `words`.
pub(super) fn shares(words: &[u64], members: &[u64]) -> [f64; N_HALVES] {
    let (mut hits, mut rows) = ([0_u32; N_HALVES], [0_u32; N_HALVES]);
    for (word, member) in words.iter().zip(members) {
        for half in 0..N_HALVES {
            rows[half] += (member >> half & 1) as u32;
            hits[half] += ((member & word) >> half & 1) as u32;
        }
    }
    std::array::from_fn(|half| f64::from(hits[half]) / f64::from(rows[half]))
}

/// Adds 1 for every half of a word.
pub(super) fn count(counts: &mut [u64; N_HALVES], mut word: u64) {
    while word != 0 {
        counts[word.trailing_zeros() as usize] += 1;
        word &= word - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_in_each_half_is_found_and_reached() {
        // Rows 0..4 by distance 2, 0, 3, 1. Half 0 has rows 2, 3, 1: its second is row 3, at rank 2. Half 1 has rows 2
        // and 0: rank 1. Half 2 has row 0 alone: the last rank stands in.
        let members = [0b110, 0b001, 0b011, 0b001];
        let ranks = ranks(&[2, 0, 3, 1], &members, 2);
        assert_eq!(ranks[..3], [2, 1, 3]);
        let words = reaching(&ranks, 4);
        assert_eq!(
            words.iter().map(|word| word & 0b111).collect::<Vec<_>>(),
            [0b111, 0b111, 0b101, 0b100]
        );
    }

    #[test]
    fn shares_count_members_alone() {
        // Half 0 has rows 0 and 1, of which row 1 is hit; row 2 is hit but not in it.
        let shares = shares(&[0b0, 0b1, 0b1], &[0b1, 0b1, 0b0]);
        assert_eq!(shares[0], 0.5);
    }
}
