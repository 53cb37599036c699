//! The fields a query may name, and the names people give them.

use crate::analysis::fold;
use serde::Serialize;

/// A field, by what its value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueryField {
    Amount,
    Dated,
    Received,
    Name,
    Identifier(IdentifierKind),
    Label(Label),
    State,
}

/// What a document is filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// The document's type.
    Type,
    /// The branch that keeps the credit file.
    Branch,
    /// The station that scanned it.
    Station,
    /// The retention class.
    Class,
}

/// The kinds of identifier that can be asked for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentifierKind {
    /// A person's number.
    Pesel,
    /// A tax number.
    Nip,
    /// A statistical number.
    Regon,
    /// A number in the court register.
    Krs,
    /// A bank account.
    Account,
    /// The number of an agreement.
    Agreement,
    /// A client's number at the bank.
    Client,
    /// A land and mortgage register.
    LandRegister,
    /// The document's identity in the archive.
    Id,
}

/// The state a document is in; a document may be in several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A person has to look at it.
    Review,
    /// Nobody has to look at it.
    Done,
    /// A hold forbids its disposal.
    Hold,
    /// A check found an error.
    Errors,
}

impl State {
    /// The name it is indexed and shown under.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Done => "done",
            Self::Hold => "hold",
            Self::Errors => "errors",
        }
    }

    pub(super) fn parse(written: &str) -> Option<Self> {
        Some(match key(written).trim().replace(' ', "_").as_str() {
            "review" | "to_review" | "dosprawdzenia" | "do_sprawdzenia" | "sprawdz"
            | "sprawdzenie" => Self::Review,
            "done" | "ok" | "gotowe" | "gotowy" => Self::Done,
            "hold" | "held" | "wstrzymane" | "wstrzymany" | "blokada" => Self::Hold,
            "errors" | "error" | "bledy" | "blad" => Self::Errors,
            _ => return None,
        })
    }
}

/// The field of a name as typed, in Polish or English, with or without accents.
pub(super) fn parse(written: &str) -> Option<QueryField> {
    use IdentifierKind as Kind;
    Some(match key(written).as_str() {
        "kwota" | "amount" => QueryField::Amount,
        "data" | "date" | "rok" | "year" => QueryField::Dated,
        "przyjeto" | "wplynelo" | "odebrano" | "received" => QueryField::Received,
        "nazwisko" | "nazwa" | "imie" | "strona" | "name" | "party" => QueryField::Name,
        "typ" | "rodzaj" | "type" => QueryField::Label(Label::Type),
        "oddzial" | "branch" => QueryField::Label(Label::Branch),
        "stacja" | "skaner" | "station" => QueryField::Label(Label::Station),
        "klasa" | "class" => QueryField::Label(Label::Class),
        "stan" | "status" | "state" => QueryField::State,
        "pesel" => QueryField::Identifier(Kind::Pesel),
        "nip" => QueryField::Identifier(Kind::Nip),
        "regon" => QueryField::Identifier(Kind::Regon),
        "krs" => QueryField::Identifier(Kind::Krs),
        "konto" | "rachunek" | "account" | "nrb" | "iban" => QueryField::Identifier(Kind::Account),
        "umowa" | "numer" | "nr" | "agreement" | "number" => {
            QueryField::Identifier(Kind::Agreement)
        }
        "klient" | "client" => QueryField::Identifier(Kind::Client),
        "kw" | "ksiega" | "land" => QueryField::Identifier(Kind::LandRegister),
        "id" => QueryField::Identifier(Kind::Id),
        _ => return None,
    })
}

fn key(written: &str) -> String {
    fold(&written.to_lowercase()).into_owned()
}
