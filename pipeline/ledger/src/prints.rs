//! How pages look, so that the same paper scanned again is known. It only proposes: pages that look
//! alike may be two copies of one form, and only their words tell them apart.

use crate::database::params;
use crate::writing::Writing;
use crate::{Ledger, LedgerError};
use model::{PagePrint, SubmissionId};

/// Most bits in which pages that look alike differ.
const ALIKE: u32 = 10;
/// Pages that are looked at for one.
const LOOKED_AT: i64 = 400;

/// A page that looks like another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlikePage {
    /// Whose page it is.
    pub submission: SubmissionId,
    /// Its number there.
    pub number: u32,
    /// In how many of 64 bits the two differ.
    pub distance: u32,
}

impl Ledger {
    /// Pages of earlier submissions that look like one, the most alike first, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn pages_like(
        &self,
        print: PagePrint,
        before: SubmissionId,
        limit: usize,
    ) -> Result<Vec<AlikePage>, LedgerError> {
        let [first, second, third, fourth] = quarters(print);
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT submission, number, print FROM page_prints
                 WHERE (first = $1 OR second = $2 OR third = $3 OR fourth = $4) AND submission < $5
                 ORDER BY submission DESC LIMIT $6",
                params![first, second, third, fourth, before, LOOKED_AT],
            )
            .await?;
        let mut alike = Vec::new();
        for row in &rows {
            let other = row.parsed("print", |text| PagePrint::try_from(text.to_owned()))?;
            let distance = print.distance(other);
            if distance <= ALIKE {
                alike.push(AlikePage {
                    submission: row.parsed("submission", SubmissionId::parse)?,
                    number: row.count("number")?,
                    distance,
                });
            }
        }
        alike.sort_by_key(|page| (page.distance, page.submission, page.number));
        alike.truncate(limit);
        Ok(alike)
    }
}

impl Writing {
    pub(crate) async fn put_print(
        &mut self,
        submission: SubmissionId,
        number: u32,
        print: PagePrint,
    ) -> Result<(), LedgerError> {
        let [first, second, third, fourth] = quarters(print);
        self.tx
            .run(
                "INSERT INTO page_prints (submission, number, print, first, second, third, fourth)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (submission, number) DO UPDATE SET print = excluded.print,
                    first = excluded.first, second = excluded.second, third = excluded.third,
                    fourth = excluded.fourth",
                params![
                    submission,
                    number,
                    String::from(print),
                    first,
                    second,
                    third,
                    fourth
                ],
            )
            .await?;
        Ok(())
    }
}

/// Two prints that differ in three bits agree in one quarter at least.
fn quarters(print: PagePrint) -> [i64; 4] {
    let bits = print.bits().to_be_bytes();
    [0, 2, 4, 6].map(|at| i64::from(u16::from_be_bytes([bits[at], bits[at + 1]])))
}
