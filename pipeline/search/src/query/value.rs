//! Amounts, dates and identifiers as people type them.

use super::error::QueryErrorKind as Wrong;
use super::field::IdentifierKind;
use super::{Days, Node};
use jiff::civil::{Date, date};
use model::{DocumentId, Nip, Nrb, Pesel, Regon};

/// The two ends of `a..b`, `>=a`, `>a`, `<=b`, `<b`, or of one value that is both.
struct Ends<'t> {
    from: Option<&'t str>,
    to: Option<&'t str>,
    /// The end itself does not count.
    open: bool,
}

fn ends(written: &str) -> Ends<'_> {
    let some = |text: &'static str| written.strip_prefix(text);
    let (from, to, open) = if let Some(from) = some(">=") {
        (Some(from), None, false)
    } else if let Some(to) = some("<=") {
        (None, Some(to), false)
    } else if let Some(from) = some(">") {
        (Some(from), None, true)
    } else if let Some(to) = some("<") {
        (None, Some(to), true)
    } else if let Some((from, to)) = written.split_once("..") {
        let given = |text: &'_ str| !text.trim().is_empty();
        (
            Some(from).filter(|t| given(t)),
            Some(to).filter(|t| given(t)),
            false,
        )
    } else {
        (Some(written), Some(written), false)
    };
    Ends { from, to, open }
}

/// An amount or a range of amounts.
pub(super) fn amount(written: &str) -> Result<Node, Wrong> {
    let ends = ends(written);
    let end = |text: Option<&str>, step: i8| -> Result<Option<u64>, Wrong> {
        let Some(text) = text else { return Ok(None) };
        let minor = minor_units(text).ok_or(Wrong::Amount)?;
        Ok(Some(if ends.open {
            minor.saturating_add_signed(i64::from(step))
        } else {
            minor
        }))
    };
    let (from, to) = (end(ends.from, 1)?, end(ends.to, -1)?);
    match (from, to) {
        (None, None) => Err(Wrong::Amount),
        (Some(from), Some(to)) if from > to => Err(Wrong::Backwards),
        // `kwota:10000` means 10 000 and any cents.
        (Some(from), Some(to)) if from == to && !written.contains("..") && from % 100 == 0 => {
            Ok(Node::Amount {
                from: Some(from),
                to: Some(from + 99),
            })
        }
        (from, to) => Ok(Node::Amount { from, to }),
    }
}

/// Hundredths of an amount: `10000`, `10 000,50`, `10.000,50`, `10,000.50`, `10tys`, `1,5mln`.
fn minor_units(written: &str) -> Option<u64> {
    let compact: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    let lower = compact.to_lowercase();
    let lower = ["zł", "zl", "pln"]
        .iter()
        .find_map(|unit| lower.strip_suffix(unit))
        .unwrap_or(&lower);
    let (digits, times) = [
        ("tys.", 1_000),
        ("tys", 1_000),
        ("k", 1_000),
        ("mln", 1_000_000),
    ]
    .iter()
    .find_map(|(unit, times)| lower.strip_suffix(unit).map(|rest| (rest, *times)))
    .unwrap_or((lower, 1));
    let (whole, cents) = split_cents(digits, times > 1)?;
    whole
        .checked_mul(100)?
        .checked_add(cents)?
        .checked_mul(times)
        .filter(|&minor| i64::try_from(minor).is_ok())
}

/// Whole units and hundredths. The last separator is the decimal one when at most two digits
/// follow (any of `,` and `.`), or where a multiple is named; else it parts thousands.
fn split_cents(digits: &str, multiple: bool) -> Option<(u64, u64)> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, cents) = match digits.rfind([',', '.']) {
        Some(at) if digits.len() - at - 1 <= 2 => (&digits[..at], &digits[at + 1..]),
        Some(_) if multiple => return None,
        _ => (digits, ""),
    };
    let groups: Vec<&str> = whole.split([',', '.']).collect();
    let thousands = groups.len() > 1;
    if !groups.iter().all(|group| is_digits(group))
        || (thousands && groups[1..].iter().any(|group| group.len() != 3))
    {
        return None;
    }
    let cents = match cents.len() {
        0 if digits.ends_with([',', '.']) => return None,
        0 => 0,
        1 => cents.parse::<u64>().ok()? * 10,
        _ => cents.parse().ok()?,
    };
    Some((groups.concat().parse().ok()?, cents))
}

/// A day, a month, a year, or a range of them.
pub(super) fn days(written: &str) -> Result<Days, Wrong> {
    let ends = ends(written);
    let read = |text: Option<&str>| text.map(|t| span(t).ok_or(Wrong::Date)).transpose();
    let (from, to) = (read(ends.from)?, read(ends.to)?);
    let shift = |day: Date, days: i32| day.checked_add(jiff::Span::new().days(days)).ok();
    let from = match from {
        Some((_, last)) if ends.open => Some(shift(last, 1).ok_or(Wrong::Date)?),
        from => from.map(|(first, _)| first),
    };
    let to = match to {
        Some((first, _)) if ends.open => Some(shift(first, -1).ok_or(Wrong::Date)?),
        to => to.map(|(_, last)| last),
    };
    match (from, to) {
        (None, None) => Err(Wrong::Date),
        (Some(from), Some(to)) if from > to => Err(Wrong::Backwards),
        (from, to) => Ok(Days { from, to }),
    }
}

/// The first and last day of what is written.
fn span(written: &str) -> Option<(Date, Date)> {
    let parts: Vec<&str> = written.trim().split(['-', '.', '/']).collect();
    let number = |text: &str| -> Option<i16> {
        let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    let parts: Vec<(usize, i16)> = parts
        .iter()
        .map(|part| Some((part.len(), number(part)?)))
        .collect::<Option<_>>()?;
    let small = |value: i16| i8::try_from(value).ok();
    let (year, month, day) = match parts[..] {
        [(4, year)] => (year, None, None),
        [(4, year), (_, month)] | [(_, month), (4, year)] => (year, Some(small(month)?), None),
        [(4, year), (_, month), (_, day)] | [(_, day), (_, month), (4, year)] => {
            (year, Some(small(month)?), Some(small(day)?))
        }
        _ => return None,
    };
    if !(1900..=2200).contains(&year) {
        return None;
    }
    match (month, day) {
        (None, _) => Some((date(year, 1, 1), date(year, 12, 31))),
        (Some(month), None) => {
            let first = Date::new(year, month, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        (Some(month), Some(day)) => Date::new(year, month, day).ok().map(|day| (day, day)),
    }
}

/// An identifier of a kind, whole and checked, or its beginning.
pub(super) fn identifier(kind: IdentifierKind, written: &str) -> Result<Node, Wrong> {
    let (written, prefix) = match written.strip_suffix('*') {
        Some(start) => (start, true),
        None => (written, false),
    };
    let kept: String = written.chars().filter(|c| c.is_alphanumeric()).collect();
    if kept.is_empty() {
        return Err(if prefix {
            Wrong::ShortPrefix
        } else {
            Wrong::NoValue
        });
    }
    if prefix && kept.chars().count() < super::limits::PREFIX {
        return Err(Wrong::ShortPrefix);
    }
    if !prefix {
        check(kind, written, &kept)?;
    }
    Ok(Node::Identifier {
        kind,
        value: written.to_owned(),
        prefix,
    })
}

/// Whether a whole identifier can be one.
fn check(kind: IdentifierKind, written: &str, kept: &str) -> Result<(), Wrong> {
    let lengths: &[usize] = match kind {
        IdentifierKind::Pesel => &[11],
        IdentifierKind::Nip | IdentifierKind::Krs => &[10],
        IdentifierKind::Regon => &[9, 14],
        IdentifierKind::Account if kept.bytes().all(|b| b.is_ascii_digit()) => &[26],
        IdentifierKind::Account
        | IdentifierKind::Agreement
        | IdentifierKind::Client
        | IdentifierKind::LandRegister => return Ok(()),
        IdentifierKind::Id => {
            let known = DocumentId::parse(&written.to_lowercase());
            return known.map(|_| ()).map_err(|_| Wrong::IdentifierForm);
        }
    };
    if !lengths.contains(&kept.len()) || !kept.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Wrong::IdentifierForm);
    }
    let sound = match kind {
        IdentifierKind::Pesel => Pesel::parse(kept).is_ok(),
        IdentifierKind::Nip => Nip::parse(kept).is_ok(),
        IdentifierKind::Regon => Regon::parse(kept).is_ok(),
        IdentifierKind::Account => Nrb::parse(kept).is_ok(),
        _ => true,
    };
    if sound {
        Ok(())
    } else {
        Err(Wrong::CheckDigit)
    }
}

/// How many digits a whole identifier of the kind has at most; none where that is not fixed.
pub(super) const fn digits_of(kind: IdentifierKind) -> Option<usize> {
    match kind {
        IdentifierKind::Pesel => Some(11),
        IdentifierKind::Nip | IdentifierKind::Krs => Some(10),
        IdentifierKind::Regon => Some(14),
        IdentifierKind::Account => Some(26),
        IdentifierKind::Id => Some(0),
        IdentifierKind::Agreement | IdentifierKind::Client | IdentifierKind::LandRegister => None,
    }
}

/// Whether the text is one whole day.
pub(super) fn day(written: &str) -> Option<Date> {
    let separators = written.matches(['-', '.', '/']).count();
    let (first, last) = span(written)?;
    (separators == 2 && first == last).then_some(first)
}
