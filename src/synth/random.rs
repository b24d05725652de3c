//! A small random number generator whose numbers are the same on every machine and in every version.

/// SplitMix64 (Steele, Lea and Flood, 2014): enough for made-up figures, and nothing else.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// A generator for one place of a run: the same seed and place give the same numbers, and different
    /// places give numbers that have nothing to do with each other.
    pub fn new(seed: u64, place: &[u64]) -> Self {
        let state = place.iter().fold(mix(seed), |state, part| {
            mix(state.wrapping_add(mix(part.wrapping_add(0x9e37_79b9_7f4a_7c15))))
        });
        Self { state }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number from 0 to `n` − 1; 0 where `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// A place in a list of `len`.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// True `permille` times in a thousand.
    pub fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < u64::from(permille)
    }

    /// One of a list; none of an empty one.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.index(list.len()))
    }

    /// A number from 1 to `most`, small ones far more often than large ones.
    pub fn skewed(&mut self, most: i64) -> i64 {
        let most = most.max(1) as u128;
        let part = |bits: u64| u128::from(bits >> 32);
        let (a, b, c) = (part(self.bits()), part(self.bits()), part(self.bits()));
        // The product of three even draws over 2^32 each.
        1 + ((most * ((a * b) >> 32) * c) >> 64) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_range_and_never_change() {
        let mut random = Random::new(7, &[1, 2]);
        let first: Vec<u64> = (0..4).map(|_| random.below(1000)).collect();
        let mut again = Random::new(7, &[1, 2]);
        assert_eq!(first, (0..4).map(|_| again.below(1000)).collect::<Vec<_>>());
        assert_ne!(
            Random::new(7, &[2, 1]).bits(),
            Random::new(7, &[1, 2]).bits()
        );
        let drawn: Vec<i64> = (0..10_000).map(|_| random.skewed(6)).collect();
        assert_eq!(drawn.iter().min(), Some(&1));
        assert_eq!(drawn.iter().max(), Some(&6));
        let ones = drawn.iter().filter(|n| **n == 1).count();
        assert!((4_000..8_000).contains(&ones), "{ones}");
    }
}
