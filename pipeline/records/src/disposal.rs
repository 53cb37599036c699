//! Disposal in two acts: a list that people agree to, then a collector that looks at every document
//! of it once more. Nothing is deleted in the act that decided it, and nobody decides alone.
//!
//! Prepared by one; looked at by archivist, compliance and data protection, and by an expert where
//! the file plan asks for one; approved by two others. What changed since is found by the
//! collector: a document that is held, locked, needed as paper, or no longer due stays, and the
//! protocol says why.

mod collect;
mod plan;
mod protocol;
mod reach;

pub use collect::{Collected, PurgeSources};
pub use plan::{Candidate, candidates};
pub use protocol::{PROTOCOL_FORMAT, Setting, protocol};
pub use reach::{Reach, reach};

use crate::{Category, RecordsError, Schedule};
use jiff::Timestamp;
use ledger::{Act, Actor, Disposal, DisposalAct, DisposalState, Ledger, Verdict};

/// Those who have to say that a disposal may be done.
pub const OPINIONS: [&str; 3] = ["archivist", "compliance", "data_protection"];
/// Who else has to, where a document's category is BE.
pub const EXPERT: &str = "expert";
/// How many others than the preparer have to approve.
pub const APPROVALS: usize = 2;

/// Adds an opinion or an approval; the state it brought the disposal to.
///
/// # Errors
/// [`RecordsError::Refused`], with why, when the person may not or it is not the time, and when the
/// ledger cannot be written.
pub async fn act(
    ledger: &Ledger,
    schedule: &Schedule,
    disposal: &Disposal,
    act: &DisposalAct,
    now: Timestamp,
) -> Result<DisposalState, RecordsError> {
    let act = DisposalAct {
        at: now,
        ..act.clone()
    };
    if let Some(why) = objection(schedule, disposal, &act) {
        return Err(RecordsError::Refused(why));
    }
    let mut acts = disposal.acts.clone();
    acts.push(act.clone());
    let next = match approvals(&acts) >= APPROVALS {
        true => DisposalState::Approved,
        false => DisposalState::Prepared,
    };
    let actor = Actor::person(&act.person);
    ledger.act_on_disposal(disposal, &act, next, &actor).await?;
    Ok(next)
}

/// Why a person may not do that now; none where it is in order.
#[must_use]
pub fn objection(schedule: &Schedule, disposal: &Disposal, act: &DisposalAct) -> Option<String> {
    let id = disposal.id;
    if disposal.state != DisposalState::Prepared {
        return Some(format!(
            "disposal {id} is {}: nobody acts on it any more",
            disposal.state.as_str()
        ));
    }
    match act.act {
        Act::Opinion => {
            let asked = asked(schedule, disposal);
            (!asked.contains(&act.role.as_str())).then(|| {
                format!(
                    "no opinion is asked for in the role `{}`; it is of: {}",
                    act.role,
                    asked.join(", ")
                )
            })
        }
        Act::Approval => {
            if act.person == disposal.prepared_by {
                return Some(format!(
                    "{} prepared disposal {id} and cannot approve it: two others do",
                    act.person
                ));
            }
            let missing = missing_opinions(schedule, disposal);
            if !missing.is_empty() {
                return Some(format!(
                    "disposal {id} cannot be approved yet, for want of an opinion for it by: {}",
                    missing.join(", ")
                ));
            }
            let approved = standing(&disposal.acts, Act::Approval, |other| {
                other.person == act.person
            });
            (approved == Some(Verdict::For) && act.verdict == Verdict::For).then(|| {
                format!(
                    "{} approved disposal {id} already: another person does",
                    act.person
                )
            })
        }
    }
}

/// The roles whose newest opinion is not for it.
#[must_use]
pub fn missing_opinions(schedule: &Schedule, disposal: &Disposal) -> Vec<&'static str> {
    let mut asked = asked(schedule, disposal);
    asked.retain(|role| {
        standing(&disposal.acts, Act::Opinion, |act| act.role == *role) != Some(Verdict::For)
    });
    asked
}

fn asked(schedule: &Schedule, disposal: &Disposal) -> Vec<&'static str> {
    let needs_expert = disposal.items.iter().any(|item| {
        let class = schedule.class(&item.class);
        class.is_none_or(|class| matches!(class.category, Some(Category::Be(_))))
    });
    let expert = needs_expert.then_some(EXPERT);
    OPINIONS.into_iter().chain(expert).collect()
}

/// How many people's newest word is that they approve.
fn approvals(acts: &[DisposalAct]) -> usize {
    let mut people: Vec<&str> = acts
        .iter()
        .filter(|act| act.act == Act::Approval)
        .map(|act| act.person.as_str())
        .collect();
    people.sort_unstable();
    people.dedup();
    let approves = |person: &&str| {
        standing(acts, Act::Approval, |act| act.person == **person) == Some(Verdict::For)
    };
    people.iter().filter(|person| approves(person)).count()
}

/// The newest word of that kind by whom it is asked of.
fn standing(acts: &[DisposalAct], kind: Act, by: impl Fn(&DisposalAct) -> bool) -> Option<Verdict> {
    let mut of_kind = acts.iter().rev().filter(|act| act.act == kind);
    of_kind.find(|act| by(act)).map(|act| act.verdict)
}
