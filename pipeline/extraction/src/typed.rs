//! A value as a person types it from the paper, with spaces, commas and Polish dates, brought into the
//! field's own form. Nothing is guessed: what can be read in two ways is left as it is, to be refused.

use crate::schema::{Kind, Schemas};
use jiff::civil::Date;
use model::Value;

/// What a field's value looks like, for whoever has to type one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An amount: `31 000,00`.
    Amount,
    /// A decimal: `7,62`.
    Decimal,
    /// A day: `16.04.2025`.
    Day,
    /// A whole number.
    Number,
    /// Digits and letters without blanks.
    Identifier,
    /// One of the options.
    Choice,
    /// Text of one line.
    Text,
}

impl Schemas {
    /// What a value of that field looks like.
    #[must_use]
    pub fn wanted(&self, name: &str) -> Wanted {
        let Some(field) = self.fields.iter().find(|field| field.name == name) else {
            return Wanted::Text;
        };
        match field.kind {
            Kind::Money => Wanted::Amount,
            Kind::Rate | Kind::Points => Wanted::Decimal,
            Kind::Date => Wanted::Day,
            Kind::Months | Kind::Count | Kind::Days | Kind::Day => Wanted::Number,
            Kind::Account => Wanted::Identifier,
            Kind::Choice => Wanted::Choice,
            Kind::Special => of_party(name),
            _ => Wanted::Text,
        }
    }

    /// The options of a field of which one has to be chosen; none for others.
    pub fn options<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        let field = self.fields.iter().find(|field| field.name == name);
        let options = field.into_iter().flat_map(|field| &field.options);
        options.map(|(option, _)| option.as_str())
    }

    /// Every field there is, in the order of `fields.toml`.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// A value as it is typed, in the field's own form where it can be brought into it. What cannot
    /// stays as typed, and [`crate::said_value`] refuses it with what it should be.
    #[must_use]
    pub fn typed(&self, name: &str, text: &str) -> Value {
        let text = text.trim();
        let brought = match self.wanted(name) {
            Wanted::Amount => amount(text),
            Wanted::Decimal => decimal(text),
            Wanted::Day => day(text).map(|day| day.to_string()),
            Wanted::Identifier => Some(without_blanks(text)),
            Wanted::Number => {
                let number = without_blanks(text).parse();
                return number.map_or_else(|_| Value::Text(text.into()), Value::Number);
            }
            Wanted::Choice | Wanted::Text => None,
        };
        Value::Text(brought.unwrap_or_else(|| text.to_owned()))
    }
}

fn of_party(name: &str) -> Wanted {
    let is = |ending: &str| name.ends_with(ending);
    if is("_birth_date") {
        Wanted::Day
    } else if [
        "_pesel",
        "_nip",
        "_regon",
        "_krs",
        "_id_document",
        "_passport",
    ]
    .iter()
    .any(|ending| is(ending))
    {
        Wanted::Identifier
    } else {
        Wanted::Text
    }
}

fn without_blanks(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    kept.collect::<String>().to_uppercase()
}

/// Digits with one decimal sign, the thousands parted by blanks or by the other sign.
fn number(text: &str) -> Option<(String, Option<String>)> {
    let text = text.trim_end_matches(|c: char| c.is_alphabetic() || matches!(c, '%' | ' ' | '.'));
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.is_empty()
        || !plain
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
    {
        return None;
    }
    let signs: Vec<char> = plain.chars().filter(|c| !c.is_ascii_digit()).collect();
    let digits = |part: &str| {
        part.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let Some(last) = signs.last() else {
        return Some((plain, None));
    };
    let (whole, part) = plain.rsplit_once(*last)?;
    let repeated = signs.iter().filter(|sign| *sign == last).count() > 1;
    let grouped = |whole: &str| {
        let mut groups = whole.split([',', '.']);
        let first = groups.next().unwrap_or_default();
        (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
    };
    if repeated || (part.len() == 3 && signs.len() == 1) {
        // `31.000` or `1.310.000`: all of them part thousands, if each leaves three digits.
        return grouped(&plain).then(|| (digits(&plain), None));
    }
    let whole_fits = signs.len() == 1 || grouped(whole);
    (whole_fits && !whole.is_empty()).then(|| (digits(whole), Some(part.to_owned())))
}

fn amount(text: &str) -> Option<String> {
    let (whole, part) = number(text)?;
    let cents = match part.as_deref() {
        None => "00".to_owned(),
        Some(part) if part.len() <= 2 => format!("{part:0<2}"),
        Some(_) => return None,
    };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(format!("{whole}.{cents}"))
}

fn decimal(text: &str) -> Option<String> {
    let (sign, text) = match text.strip_prefix(['-', '−', '–']) {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    // A rate has no thousands: one sign, whatever stands behind it.
    let text = text.trim_end_matches(|c: char| c.is_alphabetic() || matches!(c, '%' | ' '));
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.replacen(',', ".", 1);
    let fits = plain.chars().all(|c| c.is_ascii_digit() || c == '.')
        && plain.starts_with(|c: char| c.is_ascii_digit())
        && plain.matches('.').count() <= 1;
    fits.then(|| format!("{sign}{}", plain.trim_end_matches('.')))
}

const MONTHS: [&str; 12] = [
    "sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "pa", "lis", "gru",
];

fn day(text: &str) -> Option<Date> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let text = text.trim_end_matches(['r', '.', ' ', 'o', 'k', 'u']);
    let parts: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | '/' | '-'))
        .filter(|part| !part.is_empty())
        .collect();
    let [day, month, year] = parts[..] else {
        return None;
    };
    let month = month.parse().ok().or_else(|| {
        let month = month.to_lowercase();
        let found = MONTHS.iter().position(|known| month.starts_with(known))?;
        i8::try_from(found + 1).ok()
    })?;
    Date::new(
        year.parse().ok().filter(|year| *year >= 1800)?,
        month,
        day.parse().ok()?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::{Wanted, amount, day, decimal};
    use crate::Schemas;
    use model::Value;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (typed, expected) in [
            ("31 000,00 zł", Some("31000.00")),
            ("31\u{a0}000", Some("31000.00")),
            ("31.000,50", Some("31000.50")),
            ("31,000.5", Some("31000.50")),
            ("1.310.000", Some("1310000.00")),
            ("31.000", Some("31000.00")),
            ("12,5", Some("12.50")),
            ("0,99", Some("0.99")),
            ("1,23,4", None),
            ("1.2345", None),
            ("sto", None),
            ("", None),
        ] {
            assert_eq!(amount(typed).as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn rates_and_days_are_read_as_people_write_them() {
        for (typed, expected) in [
            ("7,62 %", Some("7.62")),
            ("7.625", Some("7.625")),
            ("-0,5", Some("-0.5")),
            ("7", Some("7")),
            ("7,6,2", None),
            ("-", None),
        ] {
            assert_eq!(decimal(typed).as_deref(), expected, "{typed}");
        }
        for (typed, expected) in [
            ("2025-04-16", Some("2025-04-16")),
            ("16.04.2025 r.", Some("2025-04-16")),
            ("16 kwietnia 2025 roku", Some("2025-04-16")),
            ("1 października 2020", Some("2020-10-01")),
            ("31/12/2019", Some("2019-12-31")),
            ("30.02.2025", None),
            ("16.04.25", None),
        ] {
            let read = day(typed).map(|day| day.to_string());
            assert_eq!(read.as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn what_is_typed_takes_the_field_s_own_form() {
        let schemas = Schemas::built_in().unwrap();
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(
            schemas.typed("credit_amount", "31 000,00"),
            text("31000.00")
        );
        assert_eq!(schemas.typed("term_months", " 120 "), Value::Number(120));
        assert_eq!(schemas.typed("term_months", "dużo"), text("dużo"));
        assert_eq!(
            schemas.typed("borrower_pesel", "440514 01359"),
            text("44051401359")
        );
        assert_eq!(
            schemas.typed("borrower_name", " Jan Kowalski "),
            text("Jan Kowalski")
        );
        assert_eq!(schemas.wanted("interest_type"), Wanted::Choice);
        assert!(
            schemas
                .options("interest_type")
                .any(|option| option == "fixed")
        );
        assert_eq!(schemas.options("rrso").count(), 0);
    }

    proptest! {
        #[test]
        fn nothing_typed_harms(text in "\\PC{0,40}") {
            let schemas = Schemas::built_in().unwrap();
            for name in ["credit_amount", "rrso", "agreement_date", "term_months", "repayment_account"] {
                let _ = schemas.typed(name, &text);
            }
        }

        #[test]
        fn an_amount_written_in_polish_is_the_amount(minor in 0u64..1_000_000_000_000) {
            let (whole, cents) = (minor / 100, minor % 100);
            let mut grouped = whole.to_string();
            let mut at = grouped.len();
            while at > 3 {
                at -= 3;
                grouped.insert(at, ' ');
            }
            let read = amount(&format!("{grouped},{cents:02}"));
            prop_assert_eq!(read, Some(format!("{whole}.{cents:02}")));
        }
    }
}
