//! Layouts: what people key today, as rows for another system. Which documents, which fields, under
//! which titles is configuration; a row is made of confirmed values or not at all.

use model::{DocumentType, FieldStatus, Record, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// A layout of rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The types of document that rows are made of; all of them when none is named.
    #[serde(default)]
    pub types: BTreeSet<DocumentType>,
    /// What stands in a row, in this order.
    pub columns: Vec<Column>,
}

/// A column of a layout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What the other system calls it.
    pub title: String,
    /// The field; `document`, `type` and `version` are what they say.
    pub field: String,
    /// Whether there is no row without it.
    #[serde(default)]
    pub required: bool,
}

impl Layout {
    /// A document's row, as a JSON object with the layout's titles; none where the document is of
    /// another type, waits for a person, or lacks what is required. A field that occurs several times
    /// is a list.
    #[must_use]
    pub fn row(&self, record: &Record, to_review: bool) -> Option<Map<String, Json>> {
        let fits = self.types.is_empty() || self.types.contains(&record.kind);
        if !fits || to_review {
            return None;
        }
        let mut row = Map::new();
        for column in &self.columns {
            let value = value_of(record, &column.field)?;
            if column.required && value.is_null() {
                return None;
            }
            row.insert(column.title.clone(), value);
        }
        Some(row)
    }

    /// A row as a line of CSV (RFC 4180), behind its number; several values of a field are parted by
    /// `|`.
    #[must_use]
    pub fn line(&self, id: i64, row: &Map<String, Json>) -> String {
        let cells = self
            .columns
            .iter()
            .map(|column| match row.get(&column.title) {
                Some(Json::Array(values)) => values.iter().map(plain).collect::<Vec<_>>().join("|"),
                Some(value) => plain(value),
                None => String::new(),
            });
        let cells: Vec<String> = std::iter::once(id.to_string())
            .chain(cells)
            .map(|c| quoted(&c))
            .collect();
        cells.join(",") + "\r\n"
    }

    /// The head of its CSV.
    #[must_use]
    pub fn head(&self) -> String {
        let titles = self.columns.iter().map(|column| quoted(&column.title));
        let cells: Vec<String> = std::iter::once("row".to_owned()).chain(titles).collect();
        cells.join(",") + "\r\n"
    }
}

/// A field's value, null where there is none; nothing at all where it is not confirmed.
fn value_of(record: &Record, field: &str) -> Option<Json> {
    match field {
        "document" => return Some(record.id.to_string().into()),
        "type" => return Some(record.kind.to_string().into()),
        "version" => return Some(record.version.into()),
        _ => {}
    }
    let Some(found) = record.fields.get(field) else {
        return Some(Json::Null);
    };
    let sure = |value: &&model::FieldValue| value.status == FieldStatus::Accepted;
    let values: Vec<Json> = found
        .values()
        .iter()
        .filter(sure)
        .map(|v| json_of(&v.value))
        .collect();
    if values.len() < found.values().len() {
        return None;
    }
    Some(match found {
        model::Field::One(_) => values.into_iter().next().unwrap_or(Json::Null),
        model::Field::Many(_) => Json::Array(values),
    })
}

fn json_of(value: &Value) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A cell that no spreadsheet takes for a formula, quoted where it has to be.
fn quoted(cell: &str) -> String {
    let guarded = match cell.chars().next() {
        Some('=' | '+' | '@' | '\t' | '\r') => format!("'{cell}"),
        Some('-') if cell.parse::<f64>().is_err() => format!("'{cell}"),
        _ => cell.to_owned(),
    };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, Layout, quoted};
    use serde_json::{Map, json};

    #[test]
    fn cells_are_quoted_and_no_formulas() {
        for (cell, written) in [
            ("a", "a"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("=1+1", "'=1+1"),
            ("-5.5", "-5.5"),
            ("-a", "'-a"),
            ("@x", "'@x"),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }

    #[test]
    fn a_line_has_the_layout_s_columns_in_order() {
        let column = |title: &str| Column {
            title: title.into(),
            field: String::new(),
            required: false,
        };
        let layout = Layout {
            types: [].into(),
            columns: vec![column("NR"), column("OSOBY"), column("BRAK")],
        };
        let mut row = Map::new();
        row.insert("OSOBY".into(), json!(["Jan Kowalski", "Ewa Nowak"]));
        row.insert("NR".into(), json!("K/1,2"));
        row.insert("BRAK".into(), json!(null));
        assert_eq!(layout.head(), "row,NR,OSOBY,BRAK\r\n");
        assert_eq!(
            layout.line(7, &row),
            "7,\"K/1,2\",Jan Kowalski|Ewa Nowak,\r\n"
        );
    }
}
