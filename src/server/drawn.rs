//! What was drawn lately, up to so many bytes: what was not looked at for the longest time goes first.

use axum::body::Bytes;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Drawn pages by name.
pub(crate) struct Drawn<N> {
    most: usize,
    bytes: usize,
    pages: HashMap<N, Bytes>,
    /// Names, the one that was looked at last at the end.
    order: VecDeque<N>,
}

impl<N: Clone + Eq + Hash> Drawn<N> {
    /// None yet, and never more than so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            bytes: 0,
            pages: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// A page, if it is kept.
    pub(crate) fn get(&mut self, name: &N) -> Option<Bytes> {
        let page = self.pages.get(name)?.clone();
        self.order.retain(|known| known != name);
        self.order.push_back(name.clone());
        Some(page)
    }

    /// Keeps a page. One that is too large for the whole is not kept.
    pub(crate) fn keep(&mut self, name: N, page: Bytes) {
        if page.len() > self.most {
            return;
        }
        self.bytes += page.len();
        if let Some(before) = self.pages.insert(name.clone(), page) {
            self.bytes -= before.len();
            self.order.retain(|known| *known != name);
        }
        self.order.push_back(name);
        while self.bytes > self.most {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            if let Some(page) = self.pages.remove(&oldest) {
                self.bytes -= page.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Drawn;
    use axum::body::Bytes;

    #[test]
    fn what_was_not_looked_at_goes_first() {
        let mut drawn = Drawn::new(10);
        let page = |length| Bytes::from(vec![0; length]);
        drawn.keep("a", page(4));
        drawn.keep("b", page(4));
        assert!(drawn.get(&"a").is_some());
        drawn.keep("c", page(4));
        assert!(drawn.get(&"b").is_none());
        assert!(drawn.get(&"a").is_some() && drawn.get(&"c").is_some());
        drawn.keep("a", page(6));
        assert_eq!(drawn.bytes, 10);
        drawn.keep("d", page(11));
        assert!(drawn.get(&"d").is_none(), "too large");
        drawn.keep("e", page(10));
        assert_eq!(
            (drawn.bytes, drawn.pages.len(), drawn.order.len()),
            (10, 1, 1)
        );
    }
}
