//! Trees and proofs: known answers, and whatever the definition gives.

use crate::writer::{consistency, naive, path};
use proptest::prelude::*;
use verifier::{Frontier, Hash, is_consistent, is_included};

fn numbered(size: u64) -> Vec<Hash> {
    (0..size).map(|n| Hash::leaf(&n.to_be_bytes())).collect()
}

/// The leaves of Certificate Transparency's reference tests, and the roots of 1 to 8 of them.
#[test]
fn known_trees_have_known_roots() {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
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
    let mut tree = Frontier::default();
    assert_eq!(
        tree.root().to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for (leaf, root) in leaves.iter().zip(roots) {
        tree.push(Hash::leaf(leaf));
        assert_eq!(tree.root().to_string(), root, "{}", tree.size());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_tree_that_grows_is_the_tree_by_definition(size in 0u64..300) {
        let leaves = numbered(size);
        let mut tree = Frontier::default();
        for leaf in &leaves {
            tree.push(*leaf);
        }
        prop_assert_eq!(tree.root(), naive(&leaves));
        for height in 0..10 {
            let whole = 1 << height;
            let expected = (size > 0 && size.is_multiple_of(whole))
                .then(|| naive(&leaves[(size - whole) as usize..]));
            prop_assert_eq!(tree.completed(height), expected, "{}", height);
        }
    }

    #[test]
    fn only_the_right_leaf_at_the_right_place_is_included(
        size in 1u64..200, at in any::<u64>(), other in any::<u64>()
    ) {
        let leaves = numbered(size);
        let (root, at, other) = (naive(&leaves), at % size, other % size);
        let leaf = leaves[at as usize];
        let proof = path(at as usize, &leaves);
        prop_assert!(is_included(leaf, at, size, &proof, root));
        prop_assert!(!is_included(Hash::leaf(b"another"), at, size, &proof, root));
        if other != at {
            prop_assert!(!is_included(leaf, other, size, &proof, root));
        }
        if let Some(short) = proof.len().checked_sub(1) {
            prop_assert!(!is_included(leaf, at, size, &proof[..short], root));
        }
    }

    #[test]
    fn only_a_beginning_is_consistent(size in 1u64..200, at in any::<u64>()) {
        let leaves = numbered(size);
        let old = at % size + 1;
        let proof = consistency(old as usize, &leaves, true);
        let before = naive(&leaves[..old as usize]);
        let root = naive(&leaves);
        prop_assert!(is_consistent((old, before), (size, root), &proof));
        let other = Hash::leaf(b"another");
        prop_assert!(!is_consistent((old, other), (size, root), &proof));
        prop_assert!(!is_consistent((old, before), (size, other), &proof));
    }

    #[test]
    fn no_proof_makes_checking_panic(
        sizes in any::<(u64, u64)>(), count in 0usize..70, index in any::<u64>()
    ) {
        let proof = numbered(count as u64);
        let root = Hash::of(b"");
        let _ = is_included(root, index, sizes.0, &proof, root);
        let _ = is_consistent((sizes.0, root), (sizes.1, root), &proof);
    }
}
