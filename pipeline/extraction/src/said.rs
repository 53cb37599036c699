//! What a person says a field is: checked for its form, and put where it stands on the page. Whether
//! it is right is the person's to know.

use crate::schema::{FieldSchema, Kind, Schemas};
use jiff::civil::Date;
use model::{Evidence, Field, FieldStatus, FieldValue, Place, Record, Value};
use rust_decimal::Decimal;
use std::fmt;

/// Longest text of one value, in bytes.
const LONGEST: usize = 4_096;

/// Why something is no value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidError {
    field: String,
    wanted: &'static str,
}

impl fmt::Display for SaidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is {}", self.field, self.wanted)
    }
}

impl std::error::Error for SaidError {}

impl Schemas {
    /// Whether there is a field of that name.
    #[must_use]
    pub fn has_field(&self, name: &str) -> bool {
        self.named(name).is_some()
    }

    /// Whether the field of that name may occur several times.
    #[must_use]
    pub fn is_list(&self, name: &str) -> bool {
        self.named(name).is_some_and(|field| field.many)
    }

    fn named(&self, name: &str) -> Option<&FieldSchema> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A value as a person said it: accepted, and standing where it was said to or, unless that was said,
/// where it was read before.
///
/// # Errors
/// When it has not the form of the field's values.
pub fn said_value(
    name: &str,
    value: Value,
    on: Option<(u32, Place)>,
    record: &Record,
    schemas: &Schemas,
) -> Result<FieldValue, SaidError> {
    let wrong = |wanted| SaidError {
        field: name.into(),
        wanted,
    };
    let Some(field) = schemas.named(name) else {
        return Err(wrong("no field"));
    };
    fits(field, &value).map_err(wrong)?;
    let read = record.fields.get(name).and_then(|field| {
        let same = field.values().iter().find(|read| read.value == value);
        same.or_else(|| {
            field
                .values()
                .first()
                .filter(|_| matches!(field, Field::One(_)))
        })
    });
    let (page, place) = on.unwrap_or_else(|| {
        let first = record.pages.first().map_or(1, |page| page.number);
        read.map_or((first, Place::default()), |read| (read.page, read.place))
    });
    Ok(FieldValue {
        text: match read {
            Some(read) if read.value == value => read.text.clone(),
            _ => value.to_string(),
        },
        value,
        page,
        place,
        confidence: 1.0,
        status: FieldStatus::Accepted,
        repaired: false,
        evidence: Some(Evidence {
            label: String::new(),
            label_place: None,
            rule: "person".into(),
            score: 1.0,
        }),
    })
}

/// Whether a value has the form of a field's; otherwise what that is.
fn fits(field: &FieldSchema, value: &Value) -> Result<(), &'static str> {
    let (is_fit, wanted) = match (field.kind, value) {
        (Kind::Special, Value::Number(_)) => (true, ""),
        (Kind::Months | Kind::Count | Kind::Days, Value::Number(n)) => {
            ((0..=100_000).contains(n), "a whole number")
        }
        (Kind::Day, Value::Number(n)) => ((1..=31).contains(n), "a day of the month, 1 to 31"),
        (Kind::Months | Kind::Count | Kind::Days | Kind::Day, _) => (false, "a whole number"),
        (_, Value::Number(_)) => (false, "written as text"),
        (Kind::Money, Value::Text(text)) => (is_money(text), "an amount as `31000.00`"),
        (Kind::Rate | Kind::Points, Value::Text(text)) => (is_decimal(text), "a decimal as `7.62`"),
        (Kind::Date, Value::Text(text)) => (text.parse::<Date>().is_ok(), "a day as `2025-04-16`"),
        (Kind::Choice, Value::Text(text)) => (
            field.options.iter().any(|(option, _)| option == text),
            "one of its options",
        ),
        (_, Value::Text(text)) => (
            !text.trim().is_empty() && !text.chars().any(char::is_control) && text.len() <= LONGEST,
            "a text of one line, not empty, of at most 4,096 bytes",
        ),
        (_, Value::Parts(parts)) => (!parts.is_empty(), "made of parts"),
    };
    if is_fit { Ok(()) } else { Err(wanted) }
}

fn is_money(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.').is_some_and(|(whole, part)| {
        digits(whole) && digits(part) && part.len() == 2 && whole.len() <= 15
    })
}

fn is_decimal(text: &str) -> bool {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    plain && text.len() <= 20 && text.parse::<Decimal>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{fits, is_decimal, is_money};
    use crate::Schemas;
    use model::Value;

    #[test]
    fn forms_are_those_of_the_field() {
        let schemas = Schemas::built_in().unwrap();
        let check = |name: &str, value: Value| {
            let field = schemas
                .fields
                .iter()
                .find(|field| field.name == name)
                .unwrap();
            fits(field, &value).is_ok()
        };
        let text = |text: &str| Value::Text(text.into());
        assert!(check("rrso", text("5.45")) && !check("rrso", text("5,45")));
        assert!(
            check("agreement_date", text("2026-02-28"))
                && !check("agreement_date", text("2026-02-30"))
        );
        assert!(check("lender_name", text("Bank Dobry S.A.")) && !check("lender_name", text(" ")));
        assert!(!check("rrso", Value::Number(7)));
        assert!(
            is_money("31000.00")
                && !is_money("31000")
                && !is_money("31 000.00")
                && !is_money(".00")
        );
        assert!(is_decimal("-0.5") && !is_decimal("1e5") && !is_decimal("--"));
        assert!(
            schemas.has_field("rrso") && !schemas.has_field("rsso") && !schemas.is_list("rrso")
        );
    }
}
