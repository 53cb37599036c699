//! The Merkle tree over the leaves (RFC 6962, section 2.1), kept as roots of full tiles (C2SP
//! tlog-tiles): a root or a proof reads at most 255 hashes of each level, however many events there
//! are, and a checkpoint adds only the tiles that were filled since the last.

use crate::database::{Session, params};
use crate::{Ledger, LedgerError};
use model::{Digest, Digester};

/// Leaves of a tile, and hashes of a level that make one of the next.
const TILE: u64 = 256;
const TILE_LEAVES: usize = 256;
/// A tile's height.
const TILE_HEIGHT: u32 = 8;
/// Levels that are kept: more events than there will be milliseconds.
const LEVELS: u32 = 8;
/// Full tiles that are written in one transaction.
const TILES_AT_ONCE: u64 = 64;

fn node(left: Digest, right: Digest) -> Digest {
    let mut digester = Digester::default();
    digester.update(&[1]);
    digester.update(left.as_bytes());
    digester.update(right.as_bytes());
    digester.finish()
}

/// The root over hashes, as many as a power of two.
fn perfect(mut hashes: Vec<Digest>) -> Digest {
    while hashes.len() > 1 {
        let pairs = hashes.chunks(2);
        hashes = pairs
            .map(|pair| pair.iter().copied().reduce(node).unwrap_or(pair[0]))
            .collect();
    }
    hashes.pop().unwrap_or_else(|| Digest::of(b""))
}

/// Leaves `start` to `end`, without `end`.
type Span = (u64, u64);

/// The largest power of two that is smaller than `n`, which is at least 2.
const fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// What the proof consists of that a leaf is in a tree (RFC 6962, section 2.1.1).
fn inclusion((mut start, mut end): Span, index: u64) -> Vec<Span> {
    let mut spans = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            spans.push((middle, end));
            end = middle;
        } else {
            spans.push((start, middle));
            start = middle;
        }
    }
    spans.reverse();
    spans
}

/// What the proof consists of that a tree is the beginning of another (RFC 6962, section 2.1.2).
fn consistency(old: u64, new: u64) -> Vec<Span> {
    let (mut start, mut end) = (0, new);
    let mut spans = Vec::new();
    // Whether the old tree is what is left, whole: then whoever asks knows its root.
    let mut is_whole = true;
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            spans.push((middle, end));
            end = middle;
        } else {
            spans.push((start, middle));
            start = middle;
            is_whole = false;
        }
    }
    if !is_whole {
        spans.push((start, end));
    }
    spans.reverse();
    spans
}

/// The perfect trees over a span, the largest first: where each begins, and its height.
pub(super) fn peaks((mut start, end): Span) -> Vec<(u64, u32)> {
    let mut peaks = Vec::new();
    while start < end {
        let height = 63 - (end - start).leading_zeros();
        peaks.push((start, height));
        start += 1 << height;
    }
    peaks
}

/// The hashes `from` to `to` of a level; leaves are level 0.
async fn hashes(
    session: &mut Session,
    level: u32,
    (from, to): Span,
) -> Result<Vec<Digest>, LedgerError> {
    const LEAVES: &str = "SELECT seq - 1 AS number, leaf AS hash FROM events
         WHERE seq > $1 AND seq <= $2 AND leaf IS NOT NULL ORDER BY seq";
    const TILES: &str = "SELECT number, hash FROM audit_tiles
         WHERE level = $3 AND number >= $1 AND number < $2 ORDER BY number";
    let (from, to) = (from.cast_signed(), to.cast_signed());
    let rows = match level {
        0 => session.rows(LEAVES, params![from, to]).await?,
        _ => session.rows(TILES, params![from, to, level]).await?,
    };
    let mut hashes = Vec::with_capacity(rows.len());
    for (row, number) in rows.iter().zip(from..) {
        if row.integer("number")? != number {
            break;
        }
        hashes.push(row.parsed("hash", Digest::parse)?);
    }
    let lacking = from.cast_unsigned() + hashes.len() as u64;
    if lacking == to.cast_unsigned() {
        return Ok(hashes);
    }
    let why = match level {
        0 => format!("event {} is not there", lacking + 1),
        _ => format!("hash {lacking} of level {level} is not there"),
    };
    Err(LedgerError::damaged("audit log", why))
}

/// The root over a span: one that a proof or a root of the tree is made of.
pub(super) async fn root_of(session: &mut Session, span: Span) -> Result<Digest, LedgerError> {
    let mut roots = Vec::new();
    for (start, height) in peaks(span) {
        let level = (height / TILE_HEIGHT).min(LEVELS);
        let from = start >> (level * TILE_HEIGHT);
        let count = 1 << (height - level * TILE_HEIGHT);
        roots.push(perfect(hashes(session, level, (from, from + count)).await?));
    }
    let root = roots
        .into_iter()
        .rev()
        .reduce(|right, left| node(left, right));
    Ok(root.unwrap_or_else(|| Digest::of(b"")))
}

async fn roots_of(session: &mut Session, spans: &[Span]) -> Result<Vec<Digest>, LedgerError> {
    let mut roots = Vec::with_capacity(spans.len());
    for span in spans {
        roots.push(root_of(session, *span).await?);
    }
    Ok(roots)
}

/// The proof that a tree is the beginning of another, both at most as large as the log.
pub(super) async fn prove_consistency(
    session: &mut Session,
    old: u64,
    new: u64,
) -> Result<Vec<Digest>, LedgerError> {
    if old == 0 || old > new {
        return Err(LedgerError::Refused(format!(
            "a log of {old} events is not the beginning of one of {new}"
        )));
    }
    roots_of(session, &consistency(old, new)).await
}

/// The proof that event number `seq` is in the log of `size` events.
pub(super) async fn prove_inclusion(
    session: &mut Session,
    seq: u64,
    size: u64,
) -> Result<Vec<Digest>, LedgerError> {
    if seq == 0 || seq > size {
        return Err(LedgerError::Refused(format!(
            "event {seq} is not in a log of {size} events"
        )));
    }
    roots_of(session, &inclusion((0, size), seq - 1)).await
}

impl Ledger {
    /// Numbers what has no number and keeps the roots of the tiles that are full since; how many
    /// events there are then.
    pub(crate) async fn grow(&self) -> Result<u64, LedgerError> {
        self.sequence().await?;
        self.fix_leaves().await?;
        let mut session = self.read().await?;
        let size = session
            .only("SELECT coalesce(max(seq), 0) AS seq FROM events", params![])
            .await?
            .count("seq")?;
        drop(session);
        let mut below = size;
        for level in 1..=LEVELS {
            below = self.fill(level, below / TILE).await?;
            if below == 0 {
                break;
            }
        }
        Ok(size)
    }

    /// Keeps the hashes of a level up to `complete`.
    async fn fill(&self, level: u32, complete: u64) -> Result<u64, LedgerError> {
        let newest =
            "SELECT coalesce(max(number), -1) + 1 AS number FROM audit_tiles WHERE level = $1";
        let mut session = self.read().await?;
        let mut have: u64 = session
            .only(newest, params![level])
            .await?
            .count("number")?;
        drop(session);
        while have < complete {
            let to = complete.min(have + TILES_AT_ONCE);
            let mut session = self.read().await?;
            let below = hashes(&mut session, level - 1, (have * TILE, to * TILE)).await?;
            drop(session);
            let mut tx = self.database.write().await?;
            for (tile, number) in below.chunks(TILE_LEAVES).zip(have.cast_signed()..) {
                let hash = perfect(tile.to_vec());
                tx.run(
                    "INSERT INTO audit_tiles (level, number, hash) VALUES ($1, $2, $3)
                     ON CONFLICT (level, number) DO NOTHING",
                    params![level, number, hash],
                )
                .await?;
            }
            tx.commit().await?;
            have = to;
        }
        Ok(complete)
    }

    /// The proof that event number `seq` is in the log of `size` events: hashes from the leaf
    /// upwards (RFC 6962, section 2.1.1).
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when it is not; when the ledger cannot be asked.
    pub async fn inclusion_proof(&self, seq: u64, size: u64) -> Result<Vec<Digest>, LedgerError> {
        self.grow().await?;
        prove_inclusion(&mut self.read().await?, seq, size).await
    }

    /// The proof that the log of `old` events is the beginning of the one of `new` events (RFC 6962,
    /// section 2.1.2).
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when `old` is 0 or more than `new`; when the ledger cannot be asked.
    pub async fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Digest>, LedgerError> {
        self.grow().await?;
        prove_consistency(&mut self.read().await?, old, new).await
    }

    /// The root of the tree over the first `size` events.
    ///
    /// # Errors
    /// When there are fewer events, or the ledger cannot be asked.
    pub async fn audit_root(&self, size: u64) -> Result<Digest, LedgerError> {
        self.grow().await?;
        root_of(&mut self.read().await?, (0, size)).await
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "trees of tests are small")]
mod tests {
    use super::{Span, consistency, inclusion, node, peaks, perfect, split};
    use model::{Digest, Digester};
    use proptest::prelude::*;

    fn leaf(bytes: &[u8]) -> Digest {
        let mut digester = Digester::default();
        digester.update(&[0]);
        digester.update(bytes);
        digester.finish()
    }

    /// MTH as RFC 6962 writes it.
    fn naive(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::of(b""),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
                node(naive(left), naive(right))
            }
        }
    }

    fn of(leaves: &[Digest], (start, end): Span) -> Digest {
        naive(&leaves[start as usize..end as usize])
    }

    /// The leaves of Certificate Transparency's reference tests, and the roots of 1 to 8 of them.
    #[test]
    fn known_trees_have_known_roots() {
        let hex = |text: &str| {
            (0..text.len() / 2)
                .map(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).unwrap())
                .collect::<Vec<u8>>()
        };
        let leaves: Vec<Digest> = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ]
        .iter()
        .map(|text| leaf(&hex(text)))
        .collect();
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (size, root) in roots.iter().enumerate() {
            assert_eq!(naive(&leaves[..=size]).to_string(), *root, "{}", size + 1);
            let trees = peaks((0, size as u64 + 1));
            let roots = trees.iter().map(|(start, height)| {
                perfect(leaves[*start as usize..(start + (1 << height)) as usize].to_vec())
            });
            let whole = roots.rev().reduce(|right, left| node(left, right));
            assert_eq!(whole.unwrap().to_string(), *root, "{} by peaks", size + 1);
        }
        assert_eq!(inclusion((0, 7), 0), [(1, 2), (2, 4), (4, 7)]);
        assert_eq!(consistency(3, 7), [(2, 3), (3, 4), (0, 2), (4, 7)]);
        assert_eq!(consistency(4, 7), [(4, 7)]);
        assert_eq!(consistency(6, 7), [(4, 6), (6, 7), (0, 4)]);
    }

    proptest! {
        #[test]
        fn a_leaf_and_its_proof_lead_to_the_root(size in 1u64..600, at in any::<u64>()) {
            let leaves: Vec<Digest> = (0..size).map(|n| leaf(&n.to_be_bytes())).collect();
            let index = at % size;
            let (mut hash, mut start, mut end) = (leaves[index as usize], index, index + 1);
            for span in inclusion((0, size), index) {
                let other = of(&leaves, span);
                if span.0 == end {
                    (hash, end) = (node(hash, other), span.1);
                } else {
                    prop_assert_eq!(span.1, start);
                    (hash, start) = (node(other, hash), span.0);
                }
            }
            prop_assert_eq!((start, end), (0, size));
            prop_assert_eq!(hash, naive(&leaves));
        }

        #[test]
        fn spans_of_proofs_are_what_tiles_can_give(size in 1u64..100_000, at in any::<u64>()) {
            for span in inclusion((0, size), at % size).into_iter().chain(consistency(at % size + 1, size)) {
                for (start, height) in peaks(span) {
                    prop_assert_eq!(start % (1 << height), 0);
                }
            }
        }
    }
}
