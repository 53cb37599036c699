//! Identifiers of people, companies, accounts and land, parsed at the door with their check digits.
//!
//! Each has a private field and one constructor, `parse`, which drops the separators people write
//! and keeps the canonical form; a value that exists has been checked. Nothing here guesses: a
//! misread digit is repaired elsewhere, and only with proof.

use jiff::civil::Date;
use std::fmt;
use thiserror::Error;

/// Why a text is no such identifier.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum IdentifierError {
    /// Length, letters or grouping are not those of the identifier.
    #[error("not the form of a {0}")]
    Form(&'static str),
    /// The check digit does not fit.
    #[error("the check digit of the {0} does not fit")]
    Check(&'static str),
    /// The digits carry a date that never was.
    #[error("the {0} carries a date that does not exist")]
    Date(&'static str),
}

use IdentifierError::{Check, Form};

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The canonical form: no separators.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// The number of a natural person: 11 digits, the first six of them the birth date
    /// (Act of 24 September 2010 on population records, art. 15).
    Pesel
}
identifier! {
    /// The tax number of a taxpayer: 10 digits (Act of 13 October 1995, art. 2).
    Nip
}
identifier! {
    /// The statistical number of a business: 9 digits, or 14 for a local unit, whose first nine
    /// are a valid number of nine themselves.
    Regon
}
identifier! {
    /// The number in the National Court Register: 10 digits from `0`, without a check digit.
    Krs
}
identifier! {
    /// The series and number of an identity card: three letters and six digits, the first of them
    /// the check digit; the form in use since 2001.
    IdentityCard
}
identifier! {
    /// A Polish bank account: 26 digits (NRB), the two first of which check all.
    Nrb
}
identifier! {
    /// An international account number (ISO 13616), of the length its country prescribes.
    Iban
}
identifier! {
    /// The number of a land and mortgage register: court, eight digits, check digit:
    /// `WA1M/00012345/6` (Regulation of the Minister of Justice of 21 November 2013).
    LandRegister
}

/// The sex that a PESEL carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// An even tenth digit.
    Female,
    /// An odd tenth digit.
    Male,
}

impl Pesel {
    /// Eleven digits; spaces and hyphens between them are dropped.
    ///
    /// # Errors
    /// When the form, the check digit or the birth date is wrong.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        const NAME: &str = "PESEL";
        let digits = digits(&without(text, " -"), 11).ok_or(Form(NAME))?;
        if !weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10) {
            return Err(Check(NAME));
        }
        birth_date(&digits).ok_or(IdentifierError::Date(NAME))?;
        Ok(Self(join(&digits)))
    }

    /// The birth date it carries; the century is coded in the month.
    #[must_use]
    pub fn birth_date(&self) -> Date {
        let digits: Vec<u32> = self.0.bytes().map(|b| u32::from(b - b'0')).collect();
        birth_date(&digits).expect("the constructor has checked the date")
    }

    /// The sex it carries.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[9].is_multiple_of(2) {
            Sex::Female
        } else {
            Sex::Male
        }
    }
}

/// The date in the first six digits of a PESEL: the month is raised by 80 for the 1800s, 20 for
/// the 2000s, 40 for the 2100s, 60 for the 2200s.
fn birth_date(digits: &[u32]) -> Option<Date> {
    let pair = |at: usize| i16::try_from(digits[at] * 10 + digits[at + 1]).ok();
    let (year, month, day) = (pair(0)?, pair(2)?, i8::try_from(pair(4)?).ok()?);
    let century = [1900, 2000, 2100, 2200, 1800][usize::try_from(month / 20).ok()?];
    Date::new(century + year, i8::try_from(month % 20).ok()?, day).ok()
}

impl Nip {
    /// Ten digits, plain or grouped 3-3-2-2 or 3-2-2-3, with or without the prefix `PL`.
    ///
    /// # Errors
    /// When the form or the check digit is wrong. A weighted sum that leaves 10 is never issued,
    /// and ten zeros are nobody's number.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        const NAME: &str = "NIP";
        let text = text.trim();
        let text = text.strip_prefix("PL").unwrap_or(text);
        let groups: Vec<usize> = text
            .split([' ', '-'])
            .map(str::len)
            .filter(|length| *length > 0)
            .collect();
        if !matches!(groups[..], [10] | [3, 3, 2, 2] | [3, 2, 2, 3]) {
            return Err(Form(NAME));
        }
        let digits = digits(&without(text, " -"), 10).ok_or(Form(NAME))?;
        let check = weighted(&digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11;
        if digits[..3] == [0, 0, 0] || check == 10 || check != digits[9] {
            return Err(Check(NAME));
        }
        Ok(Self(join(&digits)))
    }
}

impl Regon {
    /// Nine or fourteen digits; spaces and hyphens between them are dropped.
    ///
    /// # Errors
    /// When the form or a check digit is wrong: of fourteen digits both the last and the ninth
    /// must fit, since a local unit's number begins with that of its business. Zeros alone are
    /// nobody's number.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        const NAME: &str = "REGON";
        let text = without(text, " -");
        let digits = digits(&text, text.len()).ok_or(Form(NAME))?;
        if !matches!(digits.len(), 9 | 14) {
            return Err(Form(NAME));
        }
        let check = |weights: &[u32]| weighted(&digits, weights) % 11 % 10;
        let nine = check(&[8, 9, 2, 3, 4, 5, 6, 7]) == digits[8];
        let local =
            digits.len() == 9 || check(&[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]) == digits[13];
        if digits.iter().all(|d| *d == 0) || !nine || !local {
            return Err(Check(NAME));
        }
        Ok(Self(join(&digits)))
    }
}

impl Krs {
    /// Ten digits beginning with `0`; spaces between them are dropped.
    ///
    /// # Errors
    /// When the form is wrong; there is no check digit to fail.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        const NAME: &str = "KRS number";
        let digits = digits(&without(text, " "), 10).ok_or(Form(NAME))?;
        if digits[0] != 0 || digits.iter().all(|d| *d == 0) {
            return Err(Form(NAME));
        }
        Ok(Self(join(&digits)))
    }
}

impl IdentityCard {
    /// Three letters and six digits; spaces and hyphens are dropped, letters raised.
    ///
    /// # Errors
    /// When the form or the check digit is wrong.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        const NAME: &str = "identity card number";
        let text = without(text, " -").to_ascii_uppercase();
        let bytes = text.as_bytes();
        if bytes.len() != 9
            || !bytes[..3].iter().all(u8::is_ascii_uppercase)
            || !bytes[3..].iter().all(u8::is_ascii_digit)
        {
            return Err(Form(NAME));
        }
        let values: Vec<u32> = text.chars().filter_map(|c| c.to_digit(36)).collect();
        if !weighted(&values, &[7, 3, 1, 9, 7, 3, 1, 7, 3]).is_multiple_of(10) {
            return Err(Check(NAME));
        }
        Ok(Self(text))
    }
}

impl Nrb {
    /// Twenty-six digits; spaces and hyphens between them and a leading `PL` are dropped.
    ///
    /// # Errors
    /// When the form is wrong, the two check digits (ISO 7064 mod 97-10) do not fit the rest, or
    /// the last of the eight digits that name the bank's unit does not fit the other seven.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        const NAME: &str = "account number";
        let text = without(text, " -");
        let text = text.strip_prefix("PL").unwrap_or(&text);
        let digits = digits(text, 26).ok_or(Form(NAME))?;
        if mod_97(&format!("PL{text}")) != Some(1) || !unit_number_fits(&digits[2..10]) {
            return Err(Check(NAME));
        }
        Ok(Self(text.to_owned()))
    }

    /// The eight digits that name the bank and its unit (*numer rozliczeniowy*).
    #[must_use]
    pub fn bank_unit(&self) -> &str {
        &self.0[2..10]
    }
}

/// Whether the eighth digit of a bank unit's number fits the first seven (weights 3 9 7 1 3 9 7,
/// modulo 10; order of the President of the National Bank on unit numbers).
fn unit_number_fits(digits: &[u32]) -> bool {
    weighted(digits, &[3, 9, 7, 1, 3, 9, 7, 1]).is_multiple_of(10)
}

impl Iban {
    /// Country, check digits and account; spaces, hyphens and dots are dropped, letters raised.
    ///
    /// # Errors
    /// When the form, the length for the country or the check digits are wrong; a Polish one must
    /// be a sound [`Nrb`].
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        const NAME: &str = "IBAN";
        let text = without(text, " -.").to_ascii_uppercase();
        let bytes = text.as_bytes();
        if !(15..=34).contains(&bytes.len())
            || !bytes[..2].iter().all(u8::is_ascii_uppercase)
            || !bytes[2..4].iter().all(u8::is_ascii_digit)
            || !bytes.iter().all(u8::is_ascii_alphanumeric)
            || iban_length(&text[..2]).is_some_and(|length| length != bytes.len())
        {
            return Err(Form(NAME));
        }
        if mod_97(&text) != Some(1) {
            return Err(Check(NAME));
        }
        if text.starts_with("PL") {
            Nrb::parse(&text)?;
        }
        Ok(Self(text))
    }
}

/// The length of a country's account number (the ISO 13616 registry); none where it is not known.
fn iban_length(country: &str) -> Option<usize> {
    const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 \
        CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 \
        IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 \
        MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 SI19 \
        SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";
    let entry = LENGTHS
        .split_ascii_whitespace()
        .find(|entry| entry.starts_with(country))?;
    entry[2..].parse().ok()
}

impl LandRegister {
    /// Court, eight digits and check digit, parted by `/`; spaces are dropped, letters raised.
    ///
    /// # Errors
    /// When the form or the check digit is wrong; a shorter number is not filled up with zeros.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        const NAME: &str = "land register number";
        const ALPHABET: &str = "0123456789XABCDEFGHIJKLMNOPRSTUWYZ";
        let text = without(text, " ").to_ascii_uppercase();
        let parts: Vec<&str> = text.split('/').collect();
        let [court, number, check] = parts[..] else {
            return Err(Form(NAME));
        };
        let digit = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let court_form = court.len() == 4
            && court.bytes().take(2).all(|b| b.is_ascii_uppercase())
            && court.as_bytes().get(3).is_some_and(u8::is_ascii_uppercase);
        if !court_form || number.len() != 8 || check.len() != 1 || !digit(number) || !digit(check) {
            return Err(Form(NAME));
        }
        let values: Option<Vec<u32>> = court
            .chars()
            .chain(number.chars())
            .map(|c| ALPHABET.find(c).and_then(|at| u32::try_from(at).ok()))
            .collect();
        let sum = weighted(
            &values.ok_or(Form(NAME))?,
            &[1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7],
        );
        if check.parse() != Ok(sum % 10) {
            return Err(Check(NAME));
        }
        Ok(Self(text))
    }
}

fn without(text: &str, separators: &str) -> String {
    text.chars()
        .filter(|c| !separators.contains(*c) && *c != '\u{a0}')
        .collect()
}

fn digits(text: &str, count: usize) -> Option<Vec<u32>> {
    let digits: Vec<u32> = text
        .chars()
        .map(|c| c.to_digit(10))
        .collect::<Option<_>>()?;
    (digits.len() == count).then_some(digits)
}

fn join(digits: &[u32]) -> String {
    digits
        .iter()
        .filter_map(|d| char::from_digit(*d, 10))
        .collect()
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum()
}

/// The remainder modulo 97 of an account number with its first four characters moved to the end
/// and letters counted from 10 (ISO 7064); none where it has other characters.
fn mod_97(text: &str) -> Option<u32> {
    let moved = text.chars().skip(4).chain(text.chars().take(4));
    moved.map(|c| c.to_digit(36)).try_fold(0, |rest, value| {
        let value = value?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    })
}

#[cfg(test)]
mod tests {
    use super::{
        Iban, IdentifierError, IdentityCard, Krs, LandRegister, Nip, Nrb, Pesel, Regon, Sex,
    };
    use proptest::prelude::*;

    fn parse(kind: &str, text: &str) -> Result<String, IdentifierError> {
        match kind {
            "PESEL" => Pesel::parse(text).map(|id| id.to_string()),
            "NIP" => Nip::parse(text).map(|id| id.to_string()),
            "REGON" => Regon::parse(text).map(|id| id.to_string()),
            "KRS" => Krs::parse(text).map(|id| id.to_string()),
            "card" => IdentityCard::parse(text).map(|id| id.to_string()),
            "NRB" => Nrb::parse(text).map(|id| id.to_string()),
            "IBAN" => Iban::parse(text).map(|id| id.to_string()),
            _ => LandRegister::parse(text).map(|id| id.to_string()),
        }
    }

    #[test]
    fn sound_identifiers_take_their_canonical_form() {
        for (kind, text, canonical) in [
            ("PESEL", "440514 01359", "44051401359"),
            ("NIP", "PL 856-734-62-15", "8567346215"),
            ("NIP", "856-73-46-215", "8567346215"),
            ("REGON", "123-456-785 123 47", "12345678512347"),
            ("REGON", "391023200", "391023200"), // 11 leaves 10: the digit is 0
            ("KRS", "0000 123456", "0000123456"),
            ("card", "abc 123458", "ABC123458"),
            (
                "NRB",
                "61 1090 1014 0000 0712 1981 2874",
                "61109010140000071219812874",
            ),
            (
                "IBAN",
                "PL61 1090 1014 0000 0712 1981 2874",
                "PL61109010140000071219812874",
            ),
            ("IBAN", "NO07.8380.08.06006", "NO0783800806006"),
            ("KW", "wa4m / 00123456 / 4", "WA4M/00123456/4"),
        ] {
            assert_eq!(parse(kind, text).as_deref(), Ok(canonical), "{kind} {text}");
        }
    }

    #[test]
    fn a_wrong_digit_or_form_is_refused() {
        for (kind, text) in [
            ("PESEL", "44051401358"),
            ("PESEL", "01222901359"), // 29 February 2001
            ("PESEL", "00000000000"),
            ("NIP", "8567346216"),
            ("NIP", "1234567890"), // 11 leaves 10: never issued
            ("NIP", "0000000000"),
            ("NIP", "85-67-346-215"),
            ("REGON", "12345678901235"), // the first nine are no number
            ("REGON", "000000000"),
            ("KRS", "1000000000"),
            ("card", "ABC123457"),
            ("NRB", "61 1090 1014 0000 0712 1981 2875"),
            ("IBAN", "PL61 9999 1014 0000 0712 1981 8140"), // no such bank unit
            ("IBAN", "AD48 0001 2030 2003 5910 01"),
            ("KW", "WA4M/00123456/9"),
            ("KW", "WA4Q/12345678/1"),
        ] {
            assert!(parse(kind, text).is_err(), "{kind} {text}");
        }
    }

    #[test]
    fn a_pesel_tells_birth_date_and_sex() {
        let pesel = Pesel::parse("02261773497").unwrap();
        assert_eq!(pesel.birth_date(), jiff::civil::date(2002, 6, 17));
        assert_eq!(pesel.sex(), Sex::Male);
    }

    proptest! {
        #[test]
        fn no_text_makes_parsing_panic(text in "\\PC{0,40}") {
            for kind in ["PESEL", "NIP", "REGON", "KRS", "card", "NRB", "IBAN", "KW"] {
                if let Ok(canonical) = parse(kind, &text) {
                    prop_assert_eq!(parse(kind, &canonical), Ok(canonical.clone()));
                }
            }
        }

        #[test]
        fn one_changed_digit_of_an_account_never_passes(at in 0usize..26, by in 1u8..10) {
            let mut account = *b"61109010140000071219812874";
            account[at] = (account[at] - b'0' + by) % 10 + b'0';
            prop_assert!(Nrb::parse(std::str::from_utf8(&account).unwrap()).is_err());
        }
    }
}
