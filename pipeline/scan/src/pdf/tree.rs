//! The page tree, leaf by leaf: which page comes where, which comes twice, which is missing.
//!
//! `hayro` lists each page object once and skips what it cannot resolve. A page that stands in the
//! tree twice is two pages, and one that cannot be found is a lost page, not none.

use hayro_syntax::Pdf;
use hayro_syntax::object::array::ArrayIter;
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, ObjectIdentifier};
use std::collections::{BTreeMap, BTreeSet};

/// For each page, its number in `hayro`'s list counted from 0; none where it is missing.
///
/// Stops after `most` + 1 entries or as many tree nodes.
pub(super) fn pages(pdf: &Pdf, root: &Dict<'_>, most: u32) -> Vec<Option<usize>> {
    let listed = pdf.pages().len();
    let walked = root
        .get::<Dict<'_>>("Pages")
        .and_then(|top| Walk::new(pdf, most).list(&top));
    // Where the tree is broken the list was made by searching the file for pages.
    walked
        .filter(|(_, met)| *met == listed)
        .map_or_else(|| (0..listed).map(Some).collect(), |w| w.0)
}

struct Walk<'p> {
    pdf: &'p Pdf,
    most: usize,
    steps: usize,
    /// Pages met for the first time, as `hayro` counts them.
    met: usize,
    known: BTreeMap<ObjectIdentifier, usize>,
    entered: BTreeSet<ObjectIdentifier>,
    out: Vec<Option<usize>>,
}

/// A node whose kids are being read; its object, to notice that it contains itself.
struct Frame<'p> {
    kids: ArrayIter<'p>,
    id: Option<ObjectIdentifier>,
    /// Pages below it have been met before, so `hayro` did not count them again.
    again: bool,
}

impl<'p> Walk<'p> {
    fn new(pdf: &'p Pdf, most: u32) -> Self {
        Self {
            pdf,
            most: most as usize,
            steps: 0,
            met: 0,
            known: BTreeMap::new(),
            entered: BTreeSet::new(),
            out: Vec::new(),
        }
    }

    fn list(mut self, top: &Dict<'p>) -> Option<(Vec<Option<usize>>, usize)> {
        let kids = top.get::<Array<'_>>("Kids")?.raw_iter();
        let id = top.obj_id();
        self.entered.extend(id);
        let mut path = vec![Frame {
            kids,
            id,
            again: false,
        }];
        while let Some(frame) = path.last_mut() {
            let Some(kid) = frame.kids.next() else {
                path.pop();
                continue;
            };
            self.steps += 1;
            if self.out.len() > self.most || self.steps > self.most.saturating_mul(4) {
                break;
            }
            let again = frame.again;
            let (id, dict) = match kid {
                MaybeRef::Ref(reference) => {
                    let id = ObjectIdentifier::from(reference);
                    if path.iter().any(|frame| frame.id == Some(id)) {
                        continue;
                    }
                    (Some(id), self.pdf.xref().get::<Dict<'_>>(id))
                }
                MaybeRef::NotRef(object) => (None, object.into_dict()),
            };
            let Some(dict) = dict else {
                self.out.push(None);
                continue;
            };
            if dict.get::<Name<'_>>("Type").as_deref() == Some(b"Pages") {
                let seen = id.is_some_and(|id| !self.entered.insert(id));
                if let Some(kids) = dict.get::<Array<'_>>("Kids") {
                    path.push(Frame {
                        kids: kids.raw_iter(),
                        id,
                        again: again || seen,
                    });
                }
            } else {
                self.leaf(id, again);
            }
        }
        Some((self.out, self.met))
    }

    fn leaf(&mut self, id: Option<ObjectIdentifier>, again: bool) {
        let known = id.and_then(|id| self.known.get(&id).copied());
        if known.is_some() || again {
            self.out.push(known);
            return;
        }
        self.out.push(Some(self.met));
        if let Some(id) = id {
            self.known.insert(id, self.met);
        }
        self.met += 1;
    }
}
