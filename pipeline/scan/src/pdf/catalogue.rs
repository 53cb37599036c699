//! What a PDF's catalogue says beyond its pages: attachments, portfolio, signatures, dynamic form
//! (ISO 32000-2, Table 29). Noticed here, never opened.

use super::signature;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, ObjectIdentifier};
use model::Note;
use std::collections::BTreeSet;

/// Most entries of one array that are looked at.
const MOST_ENTRIES: usize = 20_000;
/// Most signatures that are checked; each is a pass over the file.
const MOST_SIGNATURES: usize = 64;

/// Adds what there is to know about a file of those bytes.
pub(super) fn notes(pdf: &Pdf, bytes: &[u8], root: &Dict<'_>, nesting: u32, notes: &mut Vec<Note>) {
    let mut counter = Counter {
        pdf,
        seen: BTreeSet::new(),
    };
    let names = root.get::<Dict<'_>>("Names");
    let files = names.and_then(|names| names.get::<Dict<'_>>("EmbeddedFiles"));
    match files.map_or(0, |files| counter.leaves(&files, nesting)) {
        0 => {}
        n => notes.push(Note::Attachments(n)),
    }
    if root.contains_key("Collection") {
        notes.push(Note::Portfolio);
    }
    let Some(form) = root.get::<Dict<'_>>("AcroForm") else {
        return;
    };
    let fields = form.get::<Array<'_>>("Fields");
    let mut signatures = Vec::new();
    if let Some(fields) = fields {
        counter.signatures(&fields, nesting, &mut signatures);
    }
    notes.extend(
        signatures
            .iter()
            .map(|signature| Note::Signature(signature::check(signature, bytes))),
    );
    if form.contains_key("XFA") {
        notes.push(Note::DynamicForm);
    }
}

/// Walks trees; an object counts once, however often it stands in them.
struct Counter<'p> {
    pdf: &'p Pdf,
    seen: BTreeSet<ObjectIdentifier>,
}

impl<'p> Counter<'p> {
    /// Dictionaries of an array that have not been met before.
    fn unmet(&mut self, array: &Array<'p>) -> Vec<Dict<'p>> {
        let resolve = |entry: MaybeRef<Object<'p>>| match entry {
            MaybeRef::Ref(id) => {
                let id = ObjectIdentifier::from(id);
                if self.seen.insert(id) {
                    self.pdf.xref().get::<Dict<'_>>(id)
                } else {
                    None
                }
            }
            MaybeRef::NotRef(object) => object.into_dict(),
        };
        array
            .raw_iter()
            .take(MOST_ENTRIES)
            .filter_map(resolve)
            .collect()
    }

    /// Entries of a name tree (7.9.6): two objects an entry.
    fn leaves(&mut self, node: &Dict<'p>, nesting: u32) -> u32 {
        if nesting == 0 {
            return 0;
        }
        let names = node.get::<Array<'_>>("Names");
        let own = names.map_or(0, |names| names.raw_iter().take(MOST_ENTRIES).count() / 2);
        let kids = node
            .get::<Array<'_>>("Kids")
            .map_or_else(Vec::new, |kids| self.unmet(&kids));
        let below: u32 = kids.iter().map(|kid| self.leaves(kid, nesting - 1)).sum();
        below.saturating_add(u32::try_from(own).unwrap_or(u32::MAX))
    }

    /// The signatures of fields that are signed (12.7.5.5).
    fn signatures(&mut self, fields: &Array<'p>, nesting: u32, found: &mut Vec<Dict<'p>>) {
        if nesting == 0 {
            return;
        }
        for field in self.unmet(fields) {
            let is_signature = field.get::<Name<'_>>("FT").as_deref() == Some(b"Sig");
            if let Some(signature) = field.get::<Dict<'_>>("V")
                && is_signature
                && found.len() < MOST_SIGNATURES
            {
                found.push(signature);
            }
            if let Some(kids) = field.get::<Array<'_>>("Kids") {
                self.signatures(&kids, nesting - 1, found);
            }
        }
    }
}
