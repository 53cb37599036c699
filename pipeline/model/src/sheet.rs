//! What a sheet of paper says by its marks instead of its words: patch codes and bar codes, which
//! part a batch into documents, the values a separator sheet carries, and a print of how the page
//! looks, by which the same paper is known again.

use crate::Place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// Marks found on one page, by whoever decoded it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sheet {
    /// The patch code on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<Patch>,
    /// The bar codes on it that could be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
    /// Marks that are there and could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unclear: Vec<Mark>,
    /// How the page looks, for a page with words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub print: Option<PagePrint>,
}

impl Sheet {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A patch code that separates. Fed upside down, T and 2 read as each other; both part documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Patch {
    /// PATCH-T: a new document.
    #[serde(rename = "T")]
    T,
    /// PATCH-2: a new document.
    #[serde(rename = "2")]
    Two,
    /// PATCH-3: a new batch; the values on its sheet hold for every document up to the next.
    #[serde(rename = "3")]
    Three,
}

impl fmt::Display for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::T => "PATCH-T",
            Self::Two => "PATCH-2",
            Self::Three => "PATCH-3",
        })
    }
}

/// A bar code that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// How it is written.
    pub symbology: Symbology,
    /// What it says.
    pub text: String,
    /// Where it stands, roughly: the box of the points it was found by.
    pub place: Place,
}

/// A way of writing bar codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Symbology {
    /// Code 39.
    Code39,
    /// Code 128.
    Code128,
    /// QR.
    Qr,
    /// DataMatrix.
    DataMatrix,
}

/// A kind of mark that can be seen without being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Four bars of a patch code's size, in no order that is one.
    Patch,
    /// A row of bars that no code was read from.
    Bars,
}

/// How a page looks, in 64 bits: pages that differ in few bits look alike. Serialised as 16
/// hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PagePrint(u64);

impl PagePrint {
    /// The print with those bits.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Its bits.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// In how many bits two differ.
    #[must_use]
    pub const fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

impl From<PagePrint> for String {
    fn from(print: PagePrint) -> Self {
        format!("{:016x}", print.0)
    }
}

impl TryFrom<String> for PagePrint {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match u64::from_str_radix(&text, 16) {
            Ok(bits) if text.len() == 16 => Ok(Self(bits)),
            _ => Err(format!("`{text}` is no print of a page")),
        }
    }
}

/// What a separator sheet of ours says of the document behind it.
///
/// Written `KT1%B0421%TANNEX%A12/2024`: letters, digits and `%` are what every symbology has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetValues(BTreeMap<SheetValue, String>);

/// One value of a separator sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SheetValue {
    /// The station that scans it.
    Station,
    /// The branch it comes from.
    Branch,
    /// The document's type.
    Type,
    /// The agreement's number.
    Agreement,
    /// The box that the paper goes to.
    Box,
    /// The ticket for a page that is scanned again.
    Rescan,
}

/// A code of ours that cannot be understood.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "the separator's code says `{0}`, which is none of S, B, T, A, X, R with 1 to 64 characters"
)]
pub struct SheetValuesError(String);

impl SheetValue {
    const ALL: [(Self, char, &'static str); 6] = [
        (Self::Station, 'S', "station"),
        (Self::Branch, 'B', "branch"),
        (Self::Type, 'T', "type"),
        (Self::Agreement, 'A', "agreement_number"),
        (Self::Box, 'X', "box"),
        (Self::Rescan, 'R', "rescan"),
    ];

    /// The name under which a document carries it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(value, ..)| *value == self)
            .map_or("", |(_, _, name)| name)
    }
}

impl SheetValues {
    /// What every code of ours begins with.
    pub const MARK: &'static str = "KT1";
    /// Longest value, in characters.
    pub const MAX_CHARS: usize = 64;

    /// The values of a code; none when it is not one of ours.
    ///
    /// # Errors
    /// When it is one of ours and says something that is not known.
    pub fn parse(code: &str) -> Option<Result<Self, SheetValuesError>> {
        let mut parts = code.split('%');
        if parts.next() != Some(Self::MARK) {
            return None;
        }
        let mut values = Self::default();
        for part in parts {
            let mut rest = part.chars();
            let key = rest.next();
            let known = SheetValue::ALL
                .iter()
                .find(|(_, letter, _)| Some(*letter) == key);
            let said = known.and_then(|(value, ..)| values.set(*value, rest.as_str()).ok());
            if said.is_none() {
                return Some(Err(SheetValuesError(part.chars().take(80).collect())));
            }
        }
        Some(Ok(values))
    }

    /// Sets a value. Types are written in small letters with `_`, whatever case a code has.
    ///
    /// # Errors
    /// When it is empty, too long, already set, or has a character that codes do not carry.
    pub fn set(&mut self, value: SheetValue, text: &str) -> Result<(), SheetValuesError> {
        let allowed = |c: char| (' '..='~').contains(&c) && c != '%';
        let length = text.chars().count();
        let fits = (1..=Self::MAX_CHARS).contains(&length) && text.chars().all(allowed);
        if !fits || self.0.contains_key(&value) {
            return Err(SheetValuesError(text.chars().take(80).collect()));
        }
        let text = match value {
            SheetValue::Type => text.to_ascii_lowercase().replace(['-', ' '], "_"),
            _ => text.to_owned(),
        };
        self.0.insert(value, text);
        Ok(())
    }

    /// One of the values.
    #[must_use]
    pub fn get(&self, value: SheetValue) -> Option<&str> {
        self.0.get(&value).map(String::as_str)
    }

    /// The values in the order they are written.
    pub fn iter(&self) -> impl Iterator<Item = (SheetValue, &str)> {
        self.0.iter().map(|(value, text)| (*value, text.as_str()))
    }

    /// Takes over what `other` says and this does not.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        for (value, text) in &other.0 {
            self.0.entry(*value).or_insert_with(|| text.clone());
        }
        self
    }
}

impl fmt::Display for SheetValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::MARK)?;
        for (value, letter, _) in SheetValue::ALL {
            if let Some(text) = self.0.get(&value) {
                write!(f, "%{letter}{text}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{PagePrint, Sheet, SheetValue, SheetValues};
    use proptest::prelude::*;

    #[test]
    fn a_sheet_of_another_make_is_not_ours_and_a_garbled_one_is_refused() {
        assert_eq!(SheetValues::parse("5901234123457"), None);
        assert_eq!(SheetValues::parse("KT12%B1"), None);
        let sound = SheetValues::parse("KT1%B0421%TCONSUMER-CREDIT%A12/2024").unwrap();
        let sound = sound.unwrap();
        assert_eq!(sound.get(SheetValue::Type), Some("consumer_credit"));
        assert_eq!(sound.get(SheetValue::Agreement), Some("12/2024"));
        for garbled in ["KT1%", "KT1%B", "KT1%Q1", "KT1%B1%B2", "KT1%B\u{7}"] {
            assert!(SheetValues::parse(garbled).unwrap().is_err(), "{garbled}");
        }
    }

    #[test]
    fn an_empty_sheet_takes_no_room_and_a_print_is_text() {
        assert_eq!(serde_json::to_string(&Sheet::default()).unwrap(), "{}");
        let print = PagePrint::from_bits(0xF0);
        let json = serde_json::to_string(&print).unwrap();
        assert_eq!(json, "\"00000000000000f0\"");
        assert_eq!(serde_json::from_str::<PagePrint>(&json).unwrap(), print);
        assert!(serde_json::from_str::<PagePrint>("\"f0\"").is_err());
        assert_eq!(print.distance(PagePrint::from_bits(0)), 4);
    }

    proptest! {
        #[test]
        fn values_come_back_from_their_code(
            branch in "[ -$&-~]{1,64}", kind in "[a-z_]{1,64}", number in "[0-9/A-Z]{1,64}"
        ) {
            let mut values = SheetValues::default();
            values.set(SheetValue::Branch, &branch).unwrap();
            values.set(SheetValue::Type, &kind).unwrap();
            values.set(SheetValue::Agreement, &number).unwrap();
            let back = SheetValues::parse(&values.to_string()).unwrap().unwrap();
            prop_assert_eq!(back, values);
        }
    }
}
