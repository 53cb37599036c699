//! Copies objects from one PDF into another: each once, streams as they are stored, references
//! followed, ways back to pages cut.
//!
//! Objects are written as they are met, so that no second copy of a long file is held.

use super::lost;
use super::names::{Category, Used, used};
use crate::over_limit;
use crate::pdf::opening;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Number, Object, ObjectIdentifier, Stream};
use hayro_syntax::page::Resources;
use lopdf::{Dictionary, Object as Out, ObjectId, Stream as OutStream, StringFormat, Writer};
use model::{Failure, Limits};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

/// The colour spaces that content uses without naming them (ISO 32000-2, 8.6.5.6).
const IMPLIED: [&[u8]; 3] = [b"DefaultGray", b"DefaultRGB", b"DefaultCMYK"];
/// What leads from an object to what else its document has: other renditions, structure, files,
/// descriptions, an editor's private data.
const LEADS_AWAY: [&[u8]; 11] = [
    b"AF",
    b"Alternates",
    b"LastModified",
    b"Measure",
    b"Metadata",
    b"OPI",
    b"PieceInfo",
    b"PtData",
    b"Ref",
    b"StructParent",
    b"StructParents",
];
/// Types of dictionaries that belong to a document, not to a page's look.
const NOT_LOOKS: [&[u8]; 8] = [
    b"Catalog",
    b"Filespec",
    b"Outlines",
    b"Page",
    b"Pages",
    b"Sig",
    b"StructElem",
    b"StructTreeRoot",
];

pub(super) struct Copier<'p> {
    pdf: &'p Pdf,
    limits: &'p Limits,
    pages: BTreeSet<ObjectIdentifier>,
    numbers: BTreeMap<ObjectIdentifier, u32>,
    queue: Vec<(ObjectIdentifier, u32)>,
    next: u32,
    out: Vec<u8>,
    /// Where each object begins.
    places: BTreeMap<u32, usize>,
    depth: u32,
}

impl<'p> Copier<'p> {
    /// Of objects numbered from `first`.
    pub(super) fn new(pdf: &'p Pdf, first: u32, limits: &'p Limits) -> Self {
        let pages = pdf.pages().iter().filter_map(|page| page.raw().obj_id());
        Self {
            pdf,
            limits,
            pages: pages.collect(),
            numbers: BTreeMap::new(),
            queue: Vec::new(),
            next: first,
            // The second line tells transports that the file is not text (ISO 32000-2, 7.5.2).
            out: b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec(),
            places: BTreeMap::new(),
            depth: 0,
        }
    }

    /// Writes an object made here; gives its number.
    pub(super) fn add(&mut self, object: Out) -> Result<ObjectId, Failure> {
        let id = (self.next, 0);
        self.next += 1;
        self.place(id, object).map(|()| id)
    }

    /// Writes an object under a number.
    pub(super) fn place(&mut self, id: ObjectId, object: Out) -> Result<(), Failure> {
        self.places.insert(id.0, self.out.len());
        let lost = |_| lost("an object");
        writeln!(self.out, "{} 0 obj", id.0).map_err(lost)?;
        Writer::write_object(&mut self.out, &object).map_err(|_| self::lost("an object"))?;
        self.out.extend_from_slice(b"\nendobj\n");
        if self.out.len() as u64 > self.limits.file_bytes {
            return Err(over_limit(format!(
                "its own pages take more than the limit `file_bytes` of {}",
                self.limits.file_bytes
            )));
        }
        Ok(())
    }

    /// The file, its table of objects at its end.
    pub(super) fn written(mut self, root: ObjectId) -> Result<Vec<u8>, Failure> {
        let table = self.out.len();
        let lost = |_| lost("the table of objects");
        write!(self.out, "xref\n0 {}\n", self.next).map_err(lost)?;
        self.out.extend_from_slice(b"0000000000 65535 f\r\n");
        for number in 1..self.next {
            // Every number has been given to an object that was written.
            let place = self.places.get(&number).copied().unwrap_or_default();
            write!(self.out, "{place:010} 00000 n\r\n").map_err(lost)?;
        }
        let (size, root) = (self.next, root.0);
        write!(
            self.out,
            "trailer\n<</Size {size}/Root {root} 0 R>>\nstartxref\n{table}\n%%EOF\n"
        )
        .map_err(lost)?;
        Ok(self.out)
    }

    /// The new number of an object that has been copied.
    pub(super) fn known(&self, id: ObjectIdentifier) -> Option<ObjectId> {
        self.numbers.get(&id).map(|&number| (number, 0))
    }

    /// Copies what is referred to, and what that refers to.
    pub(super) fn finish_queue(&mut self) -> Result<(), Failure> {
        while let Some((id, number)) = self.queue.pop() {
            let object = self.pdf.xref().get::<Object<'_>>(id);
            let copied = object.map_or(Ok(Out::Null), |object| self.object(&object))?;
            self.place((number, 0), copied)?;
        }
        Ok(())
    }

    /// Some entries of a dictionary.
    pub(super) fn chosen(&mut self, dict: &Dict<'p>, keys: &[&str]) -> Result<Dictionary, Failure> {
        let mut out = Dictionary::new();
        for key in keys {
            if let Some(value) = dict.get_raw::<Object<'_>>(key) {
                out.set(*key, self.value(value)?);
            }
        }
        Ok(out)
    }

    /// The resources that are named in some content, and in what that draws where it has none of
    /// its own.
    pub(super) fn resources(
        &mut self,
        resources: &Resources<'p>,
        mut names: Used,
    ) -> Result<Dictionary, Failure> {
        let mut open: Vec<_> = names.iter().cloned().collect();
        while let Some((category, name)) = open.pop() {
            for content in self.borrowing(resources, category, &name)? {
                let found = used(&content);
                open.extend(found.difference(&names).cloned());
                names.extend(found);
            }
        }
        let implied = IMPLIED.map(|name| (Category::ColourSpace, name.to_vec()));
        names.extend(implied);
        let mut out = Dictionary::new();
        for category in Category::ALL {
            let mut kept = Dictionary::new();
            for (name, value) in category.of(resources).entries() {
                if names.contains(&(category, name.as_ref().to_vec())) {
                    kept.set(name.as_ref(), self.value(value)?);
                }
            }
            if !kept.is_empty() {
                out.set(category.key(), kept);
            }
        }
        Ok(out)
    }

    /// Content of a named resource that uses the resources of who names it, having none of its own.
    fn borrowing(
        &self,
        resources: &Resources<'p>,
        category: Category,
        name: &[u8],
    ) -> Result<Vec<Vec<u8>>, Failure> {
        let name = Name::new_unescaped(name);
        let form = |stream: Option<Stream<'p>>| stream.into_iter().collect::<Vec<_>>();
        let streams = match category {
            Category::Object => form(resources.get_x_object(&name)),
            Category::Pattern => form(
                (resources.get_pattern(&name)).and_then(hayro_syntax::object::Object::into_stream),
            ),
            Category::GraphicsState => {
                let state = resources.get_ext_g_state(&name).unwrap_or_default();
                let mask = state.get::<Dict<'_>>("SMask").unwrap_or_default();
                form(mask.get::<Stream<'_>>("G"))
            }
            Category::Font => {
                let font = resources.get_font(&name).unwrap_or_default();
                if font.contains_key("Resources") {
                    return Ok(Vec::new());
                }
                let glyphs = font.get::<Dict<'_>>("CharProcs").unwrap_or_default();
                let keys: Vec<Name<'_>> = glyphs.keys().collect();
                keys.iter().filter_map(|key| glyphs.get(key)).collect()
            }
            Category::ColourSpace | Category::Properties | Category::Shading => Vec::new(),
        };
        let borrows = |stream: &Stream<'_>| {
            let dict = stream.dict();
            !dict.contains_key("Resources")
                && dict.get::<Name<'_>>("Subtype").as_deref() != Some(b"Image")
        };
        let borrowing = streams.iter().filter(|stream| borrows(stream));
        borrowing.map(|stream| self.content(stream)).collect()
    }

    fn content(&self, stream: &Stream<'_>) -> Result<Vec<u8>, Failure> {
        opening::check_stream(stream, self.limits).map_err(over_limit)?;
        Ok(stream.decoded_data().unwrap_or_default().into_owned())
    }

    fn value(&mut self, value: MaybeRef<Object<'p>>) -> Result<Out, Failure> {
        match value {
            MaybeRef::NotRef(object) => self.object(&object),
            MaybeRef::Ref(reference) => {
                let id = ObjectIdentifier::from(reference);
                if self.pages.contains(&id) {
                    return Ok(Out::Null);
                }
                if let Some(known) = self.known(id) {
                    return Ok(Out::Reference(known));
                }
                if self.next >= self.limits.pdf_objects {
                    return Err(over_limit("its pages use more than `pdf_objects` objects"));
                }
                let number = self.next;
                self.next += 1;
                self.numbers.insert(id, number);
                self.queue.push((id, number));
                Ok(Out::Reference((number, 0)))
            }
        }
    }

    fn object(&mut self, object: &Object<'p>) -> Result<Out, Failure> {
        if self.depth > self.limits.nesting {
            return Err(over_limit(format!(
                "objects within objects exceed the limit `nesting` of {}",
                self.limits.nesting
            )));
        }
        self.depth += 1;
        let copied = match object {
            Object::Null(_) => Ok(Out::Null),
            Object::Boolean(value) => Ok(Out::Boolean(*value)),
            Object::Number(value) => Ok(exact(*value)),
            Object::String(text) => Ok(Out::String(
                text.as_bytes().to_vec(),
                StringFormat::Hexadecimal,
            )),
            Object::Name(name) => Ok(Out::Name(name.as_ref().to_vec())),
            Object::Array(array) => self.array(array),
            Object::Dict(dict) => self.dict(dict, None),
            Object::Stream(stream) => self.stream(stream),
        };
        self.depth -= 1;
        copied
    }

    fn array(&mut self, array: &Array<'p>) -> Result<Out, Failure> {
        let entries = array.raw_iter().map(|entry| self.value(entry));
        entries.collect::<Result<Vec<_>, _>>().map(Out::Array)
    }

    /// A dictionary, with the content that its resources are for where it is a stream's.
    fn dict(&mut self, dict: &Dict<'p>, content: Option<&Stream<'p>>) -> Result<Out, Failure> {
        let kind = dict.get::<Name<'_>>("Type");
        if kind.is_some_and(|kind| NOT_LOOKS.contains(&kind.as_ref())) {
            return Ok(Out::Null);
        }
        let mut out = Dictionary::new();
        for (key, value) in dict.entries() {
            match key.as_ref() {
                key if LEADS_AWAY.contains(&key) => {}
                b"Resources" => {}
                key => out.set(key, self.value(value)?),
            }
        }
        if let Some(resources) = dict.get::<Dict<'_>>("Resources") {
            let names = match content {
                Some(stream) => used(&self.content(stream)?),
                None => self.glyph_names(dict)?,
            };
            out.set(
                "Resources",
                self.resources(&Resources::new(resources), names)?,
            );
        }
        Ok(Out::Dictionary(out))
    }

    /// What the glyphs of a font name that are drawn by content streams.
    fn glyph_names(&self, font: &Dict<'p>) -> Result<Used, Failure> {
        let glyphs = font.get::<Dict<'_>>("CharProcs").unwrap_or_default();
        let mut names = Used::new();
        for key in glyphs.keys() {
            if let Some(glyph) = glyphs.get::<Stream<'_>>(&key) {
                names.extend(used(&self.content(&glyph)?));
            }
        }
        Ok(names)
    }

    fn stream(&mut self, stream: &Stream<'p>) -> Result<Out, Failure> {
        let Out::Dictionary(mut dict) = self.dict(stream.dict(), Some(stream))? else {
            return Ok(Out::Null);
        };
        without_encryption(&mut dict);
        let mut out = OutStream::new(dict, stream.raw_data().into_owned());
        out.allows_compression = false;
        Ok(Out::Stream(out))
    }
}

/// The data is decrypted by now: the filter that says how (7.4.10) comes off.
fn without_encryption(dict: &mut Dictionary) {
    const CRYPT: &[u8] = b"Crypt";
    let is_crypt = |object: &Out| object.as_name().is_ok_and(|name| name == CRYPT);
    let drops_first = match dict.get(b"Filter") {
        Ok(Out::Array(filters)) => filters.first().is_some_and(is_crypt),
        Ok(name) if is_crypt(name) => {
            dict.remove(b"Filter");
            dict.remove(b"DecodeParms");
            false
        }
        _ => false,
    };
    if drops_first {
        for key in [&b"Filter"[..], b"DecodeParms"] {
            if let Ok(Out::Array(entries)) = dict.get_mut(key)
                && !entries.is_empty()
            {
                entries.remove(0);
            }
        }
    }
}

/// A number as it was: whole where it was whole.
fn exact(value: Number) -> Out {
    number(value.as_f64())
}

/// A number, whole where it is.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole numbers below 2^53 are exact; others have the precision of a PDF's reals"
)]
pub(super) fn number(value: f64) -> Out {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        Out::Integer(value as i64)
    } else {
        Out::Real(value as f32)
    }
}
