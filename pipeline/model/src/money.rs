//! Money and rates: integer minor units with their currency, and exact decimals; never a float.
//!
//! Only canonical forms are parsed here (`31000.00`, `7.62`). What people write on paper, with
//! spaces, commas and words, is read by `extraction`.

use rust_decimal::Decimal;
use std::fmt;
use thiserror::Error;

/// The text is no amount or rate in canonical form.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("not a canonical {0}")]
pub struct NumberError(&'static str);

/// A currency by its three letters (ISO 4217).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Polish złoty.
    pub const PLN: Self = Self(*b"PLN");

    /// Three capital letters.
    ///
    /// # Errors
    /// When the text is anything else; whether the code is in use is not asked.
    pub fn parse(code: &str) -> Result<Self, NumberError> {
        match *code.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(NumberError("currency code")),
        }
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency has three ASCII letters")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount of money: hundredths of its currency's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// An amount from hundredths.
    #[must_use]
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The canonical amount, `31000.00`, in a currency.
    ///
    /// # Errors
    /// When the text is not digits, a point and two digits, or does not fit 64 bits.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, NumberError> {
        const WRONG: NumberError = NumberError("amount");
        let (whole, cents) = text.split_once('.').ok_or(WRONG)?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || cents.len() != 2 || !digits(cents) {
            return Err(WRONG);
        }
        let minor = format!("{whole}{cents}").parse().map_err(|_| WRONG)?;
        Ok(Self { minor, currency })
    }

    /// Hundredths of the unit.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// Its currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount as a decimal number of units.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.minor, 2)
    }
}

/// The canonical amount, without the currency: `31000.00`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        write!(f, "{sign}{}.{:02}", minor / 100, minor % 100)
    }
}

/// A rate in percent a year, or a margin in percentage points, exact as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(Decimal);

impl Rate {
    /// A rate from a decimal number of percent.
    #[must_use]
    pub const fn from_percent(percent: Decimal) -> Self {
        Self(percent)
    }

    /// The canonical rate: digits, perhaps a point and more digits, perhaps a minus sign.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let number = text.strip_prefix('-').unwrap_or(text);
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let sound = match number.split_once('.') {
            Some((whole, rest)) => digits(whole) && digits(rest),
            None => digits(number),
        };
        if !sound {
            return Err(NumberError("rate"));
        }
        text.parse().map(Self).map_err(|_| NumberError("rate"))
    }

    /// Percent a year.
    #[must_use]
    pub const fn percent(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Currency, Money, Rate};
    use proptest::prelude::*;

    #[test]
    fn only_canonical_forms_are_taken() {
        let pln = |text| Money::parse(text, Currency::PLN).map(Money::minor).ok();
        assert_eq!(pln("31000.00"), Some(3_100_000));
        for wrong in [
            "31000",
            "31 000.00",
            "31000.0",
            ".00",
            "-1.00",
            "31000,00",
            "+1.00",
        ] {
            assert_eq!(pln(wrong), None, "{wrong}");
        }
        assert_eq!(Rate::parse("7.62").unwrap().to_string(), "7.62");
        assert_eq!(Rate::parse("-0.5").unwrap().to_string(), "-0.5");
        for wrong in ["7,62", "7.", ".5", "", "7.6.2", "1e5", "1_000"] {
            assert!(Rate::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Currency::parse("zł").is_err() && Currency::parse("EUR").is_ok());
    }

    proptest! {
        #[test]
        fn what_is_written_parses_back(minor in 0i64..) {
            let money = Money::from_minor(minor, Currency::PLN);
            prop_assert_eq!(Money::parse(&money.to_string(), Currency::PLN), Ok(money));
        }
    }
}
