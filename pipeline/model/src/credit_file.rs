//! The credit file (*teczka*) a document belongs to, and the customers it belongs to.

use serde::{Deserialize, Serialize};

/// A credit file: what the bank keeps together for one agreement of one client.
///
/// It is known by its client number and agreement number together; either may be missing until a
/// person or a confirmed reading gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditFile {
    /// The ledger's number for it.
    pub id: i64,
    /// The client's number at the bank.
    pub client_number: Option<String>,
    /// The agreement that opened the file.
    pub agreement_number: Option<String>,
    /// The product's code at the bank.
    pub product: Option<String>,
    /// The branch that keeps the file.
    pub branch: Option<String>,
    /// Whose file it is.
    #[serde(default)]
    pub customers: Vec<Customer>,
}

/// A customer: a person or a company that credit files belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The ledger's number for the customer.
    pub id: i64,
    /// Person or company.
    pub kind: CustomerKind,
    /// Name in the nominative, or the company's as written.
    pub name: String,
    /// PESEL of a person or NIP of a company, where known.
    pub identifier: Option<String>,
}

/// Person or company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKind {
    /// A natural person.
    Person,
    /// A company or another organisation.
    Company,
}
