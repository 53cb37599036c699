//! Why a query cannot be understood: where, and what to do.

use super::limits;
use model::Language;
use std::fmt;

/// What is wrong with a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// The first character it is about, counted from 0.
    pub at: usize,
    /// How many characters it is about; 0 at the end of the query.
    pub length: usize,
    /// What is wrong.
    pub kind: QueryErrorKind,
}

/// What is wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryErrorKind {
    /// Nothing to search for.
    Empty,
    /// More than [`limits::CHARACTERS`].
    TooLong,
    /// More than [`limits::TERMS`].
    TooManyTerms,
    /// More than [`limits::DEPTH`].
    TooDeep,
    /// No such field.
    UnknownField,
    /// A field without a value.
    NoValue,
    /// A `"` that is never closed.
    OpenQuote,
    /// A `(` that is never closed.
    OpenBracket,
    /// A `)` that was never opened.
    StrayBracket,
    /// `OR` or `-` with nothing beside it.
    Dangling,
    /// Fewer letters than [`limits::PREFIX`] before `*`.
    ShortPrefix,
    /// No amount, or none we can read.
    Amount,
    /// No date, or none that ever was.
    Date,
    /// A range whose end comes before its beginning.
    Backwards,
    /// The identifier's check digit does not fit.
    CheckDigit,
    /// The identifier has too few or too many digits.
    IdentifierForm,
    /// No such state.
    UnknownState,
}

impl QueryErrorKind {
    const fn english(self) -> &'static str {
        match self {
            Self::Empty => "nothing to search for: type a word, or * for everything",
            Self::TooLong => "the query is too long: 1000 characters at most",
            Self::TooManyTerms => "too many words: 64 at most",
            Self::TooDeep => "too many brackets inside brackets: 16 at most",
            Self::UnknownField => {
                "no such field: use amount, date, received, year, type, branch, station, class, status, name, pesel, nip, regon, krs, account, agreement, client, land; or put the text in quotes"
            }
            Self::NoValue => "the field has no value: type one behind the colon, without a space",
            Self::OpenQuote => "the quotation mark is never closed: add \" at the end",
            Self::OpenBracket => "the bracket is never closed: add )",
            Self::StrayBracket => "this bracket was never opened: remove it, or add (",
            Self::Dangling => "a word is missing beside this: add one, or put it in quotes",
            Self::ShortPrefix => "too few letters before *: type two at least",
            Self::Amount => "not an amount: type 10000, 10000..50000, >10000 or \"10 000,50\"",
            Self::Date => {
                "not a date: type 2021, 2021-03, 2021-03-31, 31.03.2021, or two with .. between"
            }
            Self::Backwards => "the range ends before it begins: swap its ends",
            Self::CheckDigit => {
                "the check digit does not fit: look at the digits again, or search for a part of it with *"
            }
            Self::IdentifierForm => {
                "not a whole number of this kind: type all of it, or its beginning with *"
            }
            Self::UnknownState => "no such status: use review, done, hold or errors",
        }
    }

    const fn polish(self) -> &'static str {
        match self {
            Self::Empty => "nie ma czego szukać: wpisz słowo albo *, aby znaleźć wszystko",
            Self::TooLong => "zapytanie jest za długie: najwyżej 1000 znaków",
            Self::TooManyTerms => "za dużo słów: najwyżej 64",
            Self::TooDeep => "za dużo nawiasów w nawiasach: najwyżej 16",
            Self::UnknownField => {
                "nie ma takiego pola: użyj kwota, data, przyjęto, rok, typ, oddział, stacja, klasa, stan, nazwisko, pesel, nip, regon, krs, konto, umowa, klient, kw; albo ujmij tekst w cudzysłów"
            }
            Self::NoValue => "pole nie ma wartości: wpisz ją po dwukropku, bez odstępu",
            Self::OpenQuote => "cudzysłów nie jest zamknięty: dodaj \" na końcu",
            Self::OpenBracket => "nawias nie jest zamknięty: dodaj )",
            Self::StrayBracket => "tego nawiasu nic nie otwiera: usuń go albo dodaj (",
            Self::Dangling => "obok brakuje słowa: dopisz je albo ujmij to w cudzysłów",
            Self::ShortPrefix => "za mało liter przed *: wpisz co najmniej dwie",
            Self::Amount => "to nie kwota: wpisz 10000, 10000..50000, >10000 albo \"10 000,50\"",
            Self::Date => {
                "to nie data: wpisz 2021, 2021-03, 2021-03-31, 31.03.2021 albo dwie z .. pomiędzy"
            }
            Self::Backwards => "zakres kończy się przed początkiem: zamień jego końce",
            Self::CheckDigit => {
                "cyfra kontrolna się nie zgadza: sprawdź cyfry albo szukaj części numeru z *"
            }
            Self::IdentifierForm => {
                "to nie cały numer tego rodzaju: wpisz wszystkie cyfry albo początek z *"
            }
            Self::UnknownState => {
                "nie ma takiego stanu: użyj do_sprawdzenia, gotowe, wstrzymane albo błędy"
            }
        }
    }
}

impl QueryError {
    /// What is wrong and what to do, in a person's language.
    #[must_use]
    pub const fn message(&self, language: Language) -> &'static str {
        match language {
            Language::Pl => self.kind.polish(),
            Language::En => self.kind.english(),
        }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "at character {}: {}",
            self.at + 1,
            self.message(Language::En)
        )
    }
}

impl std::error::Error for QueryError {}

const _: () = assert!(
    limits::CHARACTERS == 1_000
        && limits::TERMS == 64
        && limits::DEPTH == 16
        && limits::PREFIX == 2,
    "the messages above name the limits"
);
