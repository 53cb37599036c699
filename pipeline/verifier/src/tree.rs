//! The Merkle tree of RFC 6962 from the checker's side: leaves that come one after the other, and
//! proofs that somebody else made.

use crate::Hash;

/// The left part of a tree that grows at its right edge: one hash for each one in the binary form of
/// its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of perfect trees, the largest first.
    peaks: Vec<Hash>,
    /// The root of the last perfect tree of each height that came to its end.
    completed: Vec<Hash>,
}

impl Frontier {
    /// A tree of that size, of which only the perfect parts are known; none when there are not as
    /// many of them as such a tree has.
    #[must_use]
    pub fn of(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self {
            size,
            peaks,
            completed: Vec::new(),
        })
    }

    /// How many leaves it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        self.complete(0, hash);
        for height in 1..=self.size.trailing_ones() as usize {
            if let Some(left) = self.peaks.pop() {
                hash = Hash::node(left, hash);
                self.complete(height, hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    fn complete(&mut self, height: usize, hash: Hash) {
        if self.completed.len() <= height {
            self.completed.resize(height + 1, hash);
        }
        self.completed[height] = hash;
    }

    /// The root of the perfect tree of that height which the last leaf completed.
    #[must_use]
    pub fn completed(&self, height: u32) -> Option<Hash> {
        let ends = height < 64 && self.size > 0 && self.size.trailing_zeros() >= height;
        self.completed
            .get(height as usize)
            .copied()
            .filter(|_| ends)
    }

    /// Its root; of no leaves the hash of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return Hash::of(b"");
        };
        peaks.fold(*last, |right, left| Hash::node(*left, right))
    }
}

/// Whether the proof leads from a leaf at `index` (from 0) to the root of a tree of `size` leaves
/// (RFC 9162, section 2.1.3.2).
#[must_use]
pub fn is_included(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = Hash::node(*step, hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = Hash::node(hash, *step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && hash == root
}

/// Whether the proof shows that the tree of `old` leaves is the beginning of the one of `new` leaves
/// (RFC 9162, section 2.1.4.2).
#[must_use]
pub fn is_consistent(old: (u64, Hash), new: (u64, Hash), proof: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 || old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let mut steps = proof.iter().copied();
    // Of an old tree that is perfect the proof leaves its root out.
    let first = if old_size.is_power_of_two() {
        Some(old_root)
    } else {
        steps.next()
    };
    let Some(first) = first else {
        return false;
    };
    let (mut of_old, mut of_new) = (first, first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            of_old = Hash::node(step, of_old);
            of_new = Hash::node(step, of_new);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            of_new = Hash::node(of_new, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && of_old == old_root && of_new == new_root
}
