//! Some pages of a PDF as a PDF of their own: their content, images and fonts byte for byte as they
//! are stored, and nothing that only other pages use.
//!
//! What is written is what can be reached from the pages, and a resource counts as reached only
//! where the content names it: files often share one dictionary between all pages. Left behind are
//! the document's parts (outline, names, form, attachments, metadata, structure) and every way to
//! another page. Fonts and JBIG2 symbol dictionaries that pages share are taken whole.

mod copier;
mod names;

use super::PdfFile;
use crate::damaged;
use copier::Copier;
use hayro_syntax::object::{Array, Dict, Name, Object};
use hayro_syntax::page::{Page, Rotation};
use lopdf::{Dictionary, Object as Out, ObjectId};
use model::{Failure, Limits};

/// What of a page travels as it is; the rest is made here or stays behind.
const PAGE_KEYS: [&str; 6] = [
    "ArtBox", "BleedBox", "Contents", "Group", "TrimBox", "UserUnit",
];
/// What of an annotation travels: all that is needed to show it, nothing that leads away.
const ANNOTATION_KEYS: [&str; 22] = [
    "AS",
    "BE",
    "BS",
    "Border",
    "C",
    "CA",
    "Contents",
    "DA",
    "F",
    "IC",
    "InkList",
    "L",
    "LE",
    "MK",
    "OC",
    "Q",
    "QuadPoints",
    "RD",
    "Rect",
    "Subtype",
    "Type",
    "Vertices",
];
/// Annotations that show nothing of their own.
const LEADING_AWAY: [&[u8]; 2] = [b"Link", b"Popup"];

/// Objects with numbers of their own: the catalogue and the page tree.
const CATALOGUE: ObjectId = (1, 0);
const TREE: ObjectId = (2, 0);

/// Writes pages counted from 1, in the order given.
pub(super) fn write(file: &PdfFile, pages: &[u32], limits: &Limits) -> Result<Vec<u8>, Failure> {
    let mut copier = Copier::new(&file.pdf, TREE.0 + 1, limits);
    let mut kids = Vec::new();
    for &number in pages {
        let page = file.leaf(number, limits)?;
        let dict = page_dict(page, &mut copier)?;
        kids.push(Out::Reference(copier.add(Out::Dictionary(dict))?));
        copier.finish_queue()?;
    }
    let mut tree = Dictionary::new();
    tree.set("Type", Out::Name(b"Pages".to_vec()));
    tree.set("Count", i64::try_from(kids.len()).unwrap_or(i64::MAX));
    tree.set("Kids", kids);
    let mut catalogue = Dictionary::new();
    catalogue.set("Type", Out::Name(b"Catalog".to_vec()));
    catalogue.set("Pages", Out::Reference(TREE));
    if let Some(layers) = layers(file, &copier) {
        catalogue.set("OCProperties", layers);
    }
    copier.place(TREE, Out::Dictionary(tree))?;
    copier.place(CATALOGUE, Out::Dictionary(catalogue))?;
    copier.written(CATALOGUE)
}

fn page_dict<'p>(page: &Page<'p>, copier: &mut Copier<'p>) -> Result<Dictionary, Failure> {
    let mut dict = copier.chosen(page.raw(), &PAGE_KEYS)?;
    dict.set("Type", Out::Name(b"Page".to_vec()));
    dict.set("Parent", Out::Reference(TREE));
    // Inherited ones too: the tree that they came from stays behind.
    for (key, area) in [("MediaBox", page.media_box()), ("CropBox", page.crop_box())] {
        let sides = [area.x0, area.y0, area.x1, area.y1];
        dict.set(key, sides.map(copier::number).to_vec());
    }
    let turned: i64 = match page.rotation() {
        Rotation::None => 0,
        Rotation::Horizontal => 90,
        Rotation::Flipped => 180,
        Rotation::FlippedHorizontal => 270,
    };
    dict.set("Rotate", turned);
    let content = page.page_stream().unwrap_or_default();
    let resources = copier.resources(page.resources(), names::used(content))?;
    dict.set("Resources", resources);
    let annotations = annotations(page, copier)?;
    if !annotations.is_empty() {
        dict.set("Annots", annotations);
    }
    Ok(dict)
}

/// The annotations that show something: stamps, notes, filled fields.
fn annotations<'p>(page: &Page<'p>, copier: &mut Copier<'p>) -> Result<Vec<Out>, Failure> {
    let mut kept = Vec::new();
    let Some(all) = page.raw().get::<Array<'_>>("Annots") else {
        return Ok(kept);
    };
    for annotation in all.iter::<Dict<'_>>() {
        let kind = annotation.get::<Name<'_>>("Subtype");
        if kind.is_some_and(|kind| LEADING_AWAY.contains(&kind.as_ref())) {
            continue;
        }
        let mut dict = copier.chosen(&annotation, &ANNOTATION_KEYS)?;
        // Of its appearances the normal one: the others show under a mouse only.
        if let Some(looks) = annotation.get::<Dict<'_>>("AP") {
            dict.set("AP", copier.chosen(&looks, &["N"])?);
        }
        kept.push(Out::Reference(copier.add(Out::Dictionary(dict))?));
    }
    Ok(kept)
}

/// Which layers are off: of those that the pages use, so that what was hidden stays hidden.
fn layers(file: &PdfFile, copier: &Copier<'_>) -> Option<Dictionary> {
    let root: Dict<'_> = file.pdf.xref().get(file.pdf.xref().root_id())?;
    let properties = root.get::<Dict<'_>>("OCProperties")?;
    let kept = |dict: &Dict<'_>, key: &str| -> Vec<Out> {
        let listed = dict.get::<Array<'_>>(key);
        let listed = listed.iter().flat_map(Array::raw_iter);
        let known = listed.filter_map(|entry| copier.known(entry.as_obj_ref()?.into()));
        known.map(Out::Reference).collect()
    };
    let groups = kept(&properties, "OCGs");
    if groups.is_empty() {
        return None;
    }
    let default = properties.get::<Dict<'_>>("D").unwrap_or_default();
    let mut state = Dictionary::new();
    if let Some(Object::Name(base)) = default.get::<Object<'_>>("BaseState") {
        state.set("BaseState", Out::Name(base.as_ref().to_vec()));
    }
    for key in ["ON", "OFF"] {
        state.set(key, kept(&default, key));
    }
    let mut out = Dictionary::new();
    out.set("OCGs", groups);
    out.set("D", state);
    Some(out)
}

/// A page of which something cannot be copied.
fn lost(what: &str) -> Failure {
    damaged(format!("{what} of it cannot be copied"))
}
