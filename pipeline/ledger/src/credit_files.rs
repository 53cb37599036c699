//! Credit files and customers, joined to documents by confirmed numbers only. It guesses nothing:
//! whether a number is confirmed is for the caller to know.

use crate::database::{Row, Session, params};
use crate::follow_up::FOLLOW_UP;
use crate::pages::word;
use crate::writing::{LockedSubmission, Writing};
use crate::{Actor, ChangeKind, Ledger, LedgerError, NewJob};
use model::{CreditFile, Customer, CustomerKind, DocumentId};

/// What a credit file is known by. At least one of the two numbers is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreditFileKey {
    /// The client's number at the bank.
    pub client_number: Option<String>,
    /// The agreement that opened the file.
    pub agreement_number: Option<String>,
}

/// A customer, known by the identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCustomer {
    /// Person or company.
    pub kind: CustomerKind,
    /// Name in the nominative, or the company's as written.
    pub name: String,
    /// PESEL of a person or NIP of a company.
    pub identifier: String,
}

/// A document that belongs to a credit file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joining {
    /// The document.
    pub document: DocumentId,
    /// The credit file; made when there is none of that key.
    pub file: CreditFileKey,
    /// The product's code, where known; kept when the file has one.
    pub product: Option<String>,
    /// The branch that keeps the file, where known; kept when the file has one.
    pub branch: Option<String>,
    /// Whose file it is; those it already has stay.
    pub customers: Vec<NewCustomer>,
}

impl Ledger {
    /// Puts a document into a credit file. The file.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when the key has no number, [`LedgerError::Unknown`] when there
    /// is no such document, and when the ledger cannot be written.
    pub async fn join_credit_file(
        &self,
        joining: &Joining,
        actor: &Actor,
    ) -> Result<CreditFile, LedgerError> {
        let submission = joining.document.submission();
        let mut writing = self.begin(actor).await?;
        let locked = writing.lock(submission).await?;
        let file = writing.join(joining, &locked).await?;
        let file = load(&mut writing.tx, file)
            .await?
            .ok_or_else(|| LedgerError::unknown("credit file", file))?;
        writing.settle(&locked).await?;
        writing.commit().await?;
        Ok(file)
    }

    /// A credit file by the ledger's number.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn credit_file(&self, id: i64) -> Result<Option<CreditFile>, LedgerError> {
        load(&mut self.read().await?, id).await
    }

    /// Credit files with that agreement number; several when clients share it.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn credit_files_of_agreement(
        &self,
        agreement_number: &str,
    ) -> Result<Vec<CreditFile>, LedgerError> {
        let mut session = self.read().await?;
        let rows = session
            .rows(
                "SELECT id FROM credit_files WHERE agreement_number = $1 ORDER BY id",
                params![agreement_number],
            )
            .await?;
        let mut files = Vec::with_capacity(rows.len());
        for row in rows {
            files.extend(load(&mut session, row.integer("id")?).await?);
        }
        Ok(files)
    }
}

/// A credit file with its customers.
pub(crate) async fn load(
    session: &mut Session,
    id: i64,
) -> Result<Option<CreditFile>, LedgerError> {
    let row = session
        .row(
            "SELECT id, client_number, agreement_number, product, branch FROM credit_files WHERE id = $1",
            params![id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let customers = session
        .rows(
            "SELECT customers.id, kind, name, identifier FROM customers
             JOIN credit_file_customers ON customer = customers.id WHERE credit_file = $1 ORDER BY customers.id",
            params![id],
        )
        .await?;
    Ok(Some(CreditFile {
        id,
        client_number: row.maybe_text("client_number")?,
        agreement_number: row.maybe_text("agreement_number")?,
        product: row.maybe_text("product")?,
        branch: row.maybe_text("branch")?,
        customers: customers
            .iter()
            .map(customer_of)
            .collect::<Result<_, _>>()?,
    }))
}

fn customer_of(row: &Row) -> Result<Customer, LedgerError> {
    Ok(Customer {
        id: row.integer("id")?,
        kind: match row.text("kind")?.as_str() {
            "person" => CustomerKind::Person,
            "company" => CustomerKind::Company,
            other => return Err(LedgerError::damaged("customer kind", other)),
        },
        name: row.text("name")?,
        identifier: row.maybe_text("identifier")?,
    })
}

impl Writing {
    /// Joins a document of that submission to its credit file, making file and customers that are
    /// missing. The file's number.
    pub(crate) async fn join(
        &mut self,
        joining: &Joining,
        locked: &LockedSubmission,
    ) -> Result<i64, LedgerError> {
        let id = joining.document;
        if id.submission() != locked.id {
            return Err(LedgerError::Refused(format!(
                "{id} is no document of {}",
                locked.id
            )));
        }
        let file = self.upsert_credit_file(joining).await?;
        for customer in &joining.customers {
            if self.add_customer(file, customer).await? {
                self.follow_new_customer(file, locked).await?;
            }
        }
        let row = self
            .tx
            .row(
                "SELECT credit_file, version FROM documents WHERE id = $1",
                params![id],
            )
            .await?
            .ok_or_else(|| LedgerError::unknown("document", id))?;
        if row.maybe_integer("credit_file")? != Some(file) {
            self.tx
                .run(
                    "UPDATE documents SET credit_file = $2 WHERE id = $1",
                    params![id, file],
                )
                .await?;
            self.event("joined", id, format!("credit file {file}"))
                .await?;
            // What happened to the file, and the holds on it, count for the document from now on.
            let now = self.now().await?;
            let cause = format!("credit file {file} at {now}");
            self.enqueue(&NewJob::new(id, FOLLOW_UP, cause), locked)
                .await?;
            self.changed(ChangeKind::Document, id, row.count("version")?)
                .await?;
        }
        Ok(file)
    }

    async fn upsert_credit_file(&mut self, joining: &Joining) -> Result<i64, LedgerError> {
        let key = &joining.file;
        if key.client_number.is_none() && key.agreement_number.is_none() {
            return Err(LedgerError::Refused(
                "a credit file is known by a client or agreement number".into(),
            ));
        }
        self.tx
            .only(
                "INSERT INTO credit_files (client_number, agreement_number, product, branch) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (coalesce(client_number, ''), coalesce(agreement_number, '')) DO UPDATE SET
                    product = coalesce(credit_files.product, excluded.product),
                    branch = coalesce(credit_files.branch, excluded.branch)
                 RETURNING id",
                params![
                    key.client_number.clone(),
                    key.agreement_number.clone(),
                    joining.product.clone(),
                    joining.branch.clone()
                ],
            )
            .await?
            .integer("id")
    }

    /// Whether the customer is new to the file.
    async fn add_customer(
        &mut self,
        file: i64,
        customer: &NewCustomer,
    ) -> Result<bool, LedgerError> {
        let id = self
            .tx
            .only(
                "INSERT INTO customers (kind, name, identifier) VALUES ($1, $2, $3)
                 ON CONFLICT (kind, identifier) WHERE identifier IS NOT NULL DO UPDATE SET name = customers.name
                 RETURNING id",
                params![word(customer.kind)?, &customer.name, &customer.identifier],
            )
            .await?
            .integer("id")?;
        let added = self
            .tx
            .run(
                "INSERT INTO credit_file_customers (credit_file, customer) VALUES ($1, $2)
                 ON CONFLICT (credit_file, customer) DO NOTHING",
                params![file, id],
            )
            .await?;
        Ok(added == 1)
    }

    /// The file's documents, which a hold on that customer, or its events, may now be about.
    async fn follow_new_customer(
        &mut self,
        file: i64,
        locked: &LockedSubmission,
    ) -> Result<(), LedgerError> {
        let now = self.now().await?;
        let rows = self
            .tx
            .rows(
                "SELECT id FROM documents WHERE credit_file = $1 ORDER BY id",
                params![file],
            )
            .await?;
        let (mut ours, mut others) = (Vec::new(), Vec::new());
        for row in &rows {
            let id = row.parsed("id", DocumentId::parse)?;
            if id.submission() == locked.id {
                ours.push(id);
            } else {
                others.push(id);
            }
        }
        let cause = format!("customer at {now}");
        for id in ours {
            self.enqueue(&NewJob::new(id, FOLLOW_UP, &*cause), locked)
                .await?;
        }
        self.follow_up(&others, &cause).await
    }
}
