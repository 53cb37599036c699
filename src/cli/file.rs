//! `kartoteka file`: puts documents into the credit file of an agreement, by a number that the
//! person has confirmed on the paper.

use super::records::{Desk, parsed, person};
use super::{Exit, print};
use crate::config::Config;
use crate::node;
use clap::Args;
use ledger::{CreditFileKey, Joining};

/// Put documents into a credit file, by a number that was confirmed on the paper
///
/// What happened to the file, and the holds on it, count for them from then on.
#[derive(Args)]
#[command(
    after_help = "Example:\n  kartoteka file 01jd8…-1 01jd8…-2 --agreement KK/12/2021 --client 774411"
)]
pub(crate) struct Arguments {
    /// Documents, as `search` shows them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// The agreement that opened the file
    #[arg(long, value_name = "NUMBER", required_unless_present = "client")]
    agreement: Option<String>,
    /// The client's number at the bank
    #[arg(long, value_name = "NUMBER")]
    client: Option<String>,
    /// The product's code
    #[arg(long, value_name = "CODE")]
    product: Option<String>,
    /// The branch that keeps the file
    #[arg(long, value_name = "CODE")]
    branch: Option<String>,
}

pub(super) fn file(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    let ids = parsed(&arguments.ids)?;
    node::block_on(async {
        let desk = Desk::open(config).await?;
        for document in ids {
            let joining = Joining {
                document,
                file: CreditFileKey {
                    client_number: arguments.client.clone(),
                    agreement_number: arguments.agreement.clone(),
                },
                product: arguments.product.clone(),
                branch: arguments.branch.clone(),
                customers: Vec::new(),
            };
            let file = desk
                .ledger
                .join_credit_file(&joining, &person(actor))
                .await?;
            print::out(&format!("{document} is in credit file {}", file.id));
        }
        desk.follow_up().await?;
        Ok(Exit::Done)
    })?
}
