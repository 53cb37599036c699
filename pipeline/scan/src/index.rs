//! Index files of scanning programs: in which order pages come, and what is known of them. XML, CSV
//! and JSON, without a schema: every system writes its own.

use model::{Refusal, RefusalReason, names_a_file, source_name};
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeMap;

/// Largest index, in bytes.
const LARGEST: usize = 4 << 20;
/// Most values that are kept.
const MOST_VALUES: usize = 100;
/// Longest value, in characters; a longer one is cut.
const LONGEST: usize = 500;
/// Endings of files that are pages.
const PAGES: [&str; 9] = [
    "tif", "tiff", "jpg", "jpeg", "png", "pdf", "bmp", "webp", "gif",
];
/// What an index says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Index {
    /// Names of pages' files, in order.
    pub(crate) order: Vec<String>,
    /// Values by name.
    pub(crate) said: BTreeMap<String, String>,
}

/// Whether a file's name is that of an index.
pub(crate) fn is_index(name: &str) -> bool {
    let ending = name.rsplit('.').next().unwrap_or_default();
    ["xml", "csv", "json"]
        .iter()
        .any(|index| ending.eq_ignore_ascii_case(index))
}

/// Reads an index of the form that its name says.
pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Index, Refusal> {
    if bytes.len() > LARGEST {
        let message = format!("its index has {} bytes, more than {LARGEST}", bytes.len());
        return Err(Refusal::new(RefusalReason::Limit, message));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let name = name.to_ascii_lowercase();
    match name.rsplit('.').next() {
        Some("xml") => xml(text),
        Some("json") => json(text),
        _ => Ok(csv(text)),
    }
}

impl Index {
    fn say(&mut self, name: &str, value: &str) {
        let (name, value) = (source_name(name), value.trim());
        let value: String = value
            .chars()
            .take(LONGEST)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if name.is_empty() || value.trim().is_empty() || self.said.len() >= MOST_VALUES {
            return;
        }
        self.said.entry(name).or_insert(value);
    }

    /// A page's file, once.
    fn page(&mut self, name: &str) {
        let name = name.trim().to_owned();
        if !self.order.contains(&name) {
            self.order.push(name);
        }
    }
}

fn is_page(name: &str) -> bool {
    let ending = name.trim().rsplit('.').next().unwrap_or_default();
    name.contains('.') && PAGES.iter().any(|page| ending.eq_ignore_ascii_case(page))
}

fn xml(text: &str) -> Result<Index, Refusal> {
    let options = ParsingOptions {
        allow_dtd: false, // Entities could unfold without end.
        nodes_limit: 200_000,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)
        .map_err(|_| unreadable("it is no sound XML"))?;
    let mut index = Index::default();
    for node in document.descendants().filter(Node::is_element) {
        let attribute = |wanted: &str| {
            let found = node
                .attributes()
                .find(|a| a.name().eq_ignore_ascii_case(wanted));
            found.map(|a| a.value())
        };
        if let (Some(name), Some(value)) = (attribute("name"), attribute("value")) {
            index.say(name, value);
            continue;
        }
        for attribute in node.attributes() {
            if is_page(attribute.value()) {
                index.page(attribute.value());
            } else {
                index.say(attribute.name(), attribute.value());
            }
        }
        let leaf = !node.children().any(|child| child.is_element());
        match node
            .text()
            .map(str::trim)
            .filter(|text| leaf && !text.is_empty())
        {
            Some(text) if is_page(text) => index.page(text),
            Some(text) => match attribute("name") {
                Some(name) => index.say(name, text),
                None => index.say(node.tag_name().name(), text),
            },
            None => {}
        }
    }
    Ok(index)
}

fn json(text: &str) -> Result<Index, Refusal> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|_| unreadable("it is no sound JSON"))?;
    let mut index = Index::default();
    take(&mut index, "", &value);
    Ok(index)
}

/// Takes what is in a JSON value: names of pages wherever they stand, scalars under their names.
fn take(index: &mut Index, name: &str, value: &serde_json::Value) {
    match value {
        serde_json::Value::Object(object) => {
            for (name, value) in object {
                take(index, name, value);
            }
        }
        serde_json::Value::Array(values) => {
            for value in values {
                take(index, name, value);
            }
        }
        serde_json::Value::String(text) if is_page(text) => index.page(text),
        serde_json::Value::String(text) => index.say(name, text),
        serde_json::Value::Number(number) => index.say(name, &number.to_string()),
        serde_json::Value::Bool(_) | serde_json::Value::Null => {}
    }
}

fn csv(text: &str) -> Index {
    let mut index = Index::default();
    let mut rows = model::rows(text).into_iter();
    let header: Vec<String> = rows.next().unwrap_or_default();
    for row in rows {
        for (name, value) in header.iter().zip(&row) {
            let names_page = names_a_file(&source_name(name));
            if is_page(value) {
                index.page(value);
            } else if !names_page {
                index.say(name, value);
            }
        }
    }
    index
}

fn unreadable(why: &str) -> Refusal {
    Refusal::new(
        RefusalReason::Damaged,
        format!("its index cannot be read: {why}"),
    )
    .with_remedy("write the index again; what is dropped is kept")
}

#[cfg(test)]
mod tests {
    use super::{is_index, parse};
    use proptest::prelude::*;

    fn check(name: &str, text: &str, order: &[&str], said: &[(&str, &str)]) {
        let index = parse(name, text.as_bytes()).unwrap();
        assert_eq!(index.order, order, "{text}");
        let read: Vec<(&str, &str)> = index
            .said
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(read, said, "{text}");
    }

    #[test]
    fn indices_of_several_makes_are_read() {
        check(
            "Batch.XML",
            r#"<?xml version="1.0"?><ImportSession><Batches><Batch Name="P1"><Documents>
               <Document><IndexFields><IndexField Name="Nr umowy" Value="KG/7"/></IndexFields>
               <Pages><Page ImportFileName="0001.tif"/><Page ImportFileName="0002.tif"/></Pages>
               </Document></Documents></Batch></Batches></ImportSession>"#,
            &["0001.tif", "0002.tif"],
            &[("agreement_number", "KG/7"), ("name", "P1")],
        );
        check(
            "f.csv",
            "file;operator;data skanowania\n2.tif;jk;2026-03-01\n1.tif;;\n",
            &["2.tif", "1.tif"],
            &[("operator", "jk"), ("scanned_at", "2026-03-01")],
        );
        check(
            "umowa.pdf.json",
            r#"{"Oddział": 421, "x": null}"#,
            &[],
            &[("branch", "421")],
        );
    }

    #[test]
    fn what_is_broken_or_boundless_is_refused() {
        assert!(is_index("a.XML") && !is_index("a.tif"));
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>"#;
        for (name, text) in [("a.xml", "<a>"), ("a.xml", bomb), ("a.json", "{")] {
            assert!(parse(name, text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse("a.csv", b"\xFF\xFE").is_err());
        assert!(parse("a.csv", &vec![b'a'; 5 << 20]).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            for name in ["a.xml", "a.csv", "a.json"] {
                drop(parse(name, text.as_bytes()));
            }
        }
    }
}
