//! Who may do what: roles, what each lets a person do, and of which documents. Pure, and used alike by
//! whatever lets people in.
//!
//! The table [`MATRIX`] is the whole of it. Nothing is allowed that it does not say.

use ledger::branch_of;
use model::{DocumentType, Record};
use std::collections::BTreeSet;

/// What a person is to the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonRole {
    /// A scanner's operator: hands files in and sees what becomes of them.
    Station,
    /// Finds and reads documents.
    Archivist,
    /// Puts right what was read.
    Reviewer,
    /// Places holds, exports evidence, gives opinions.
    Compliance,
    /// Keeps the schedule: events, retention, disposal.
    RecordsManager,
    /// Reads what a scope allows until a day, and changes nothing.
    Auditor,
    /// Runs the machine and lets people in; reads no documents.
    Administrator,
}

impl PersonRole {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Station,
        Self::Archivist,
        Self::Reviewer,
        Self::Compliance,
        Self::RecordsManager,
        Self::Auditor,
        Self::Administrator,
    ];

    /// The word it is written as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Station => "station",
            Self::Archivist => "archivist",
            Self::Reviewer => "reviewer",
            Self::Compliance => "compliance",
            Self::RecordsManager => "records_manager",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// The role of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// Something that may be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Hand files in.
    Submit,
    /// See submissions: names of files, states, receipts.
    SeeSubmissions,
    /// See stations, their balance, and work by stage.
    SeeStations,
    /// Search, and list documents.
    Search,
    /// Read a document: its record, pages and words.
    Read,
    /// Take a document's original file away.
    TakeOriginal,
    /// Put fields right, ask for pages to be scanned again.
    Correct,
    /// See holds.
    SeeHolds,
    /// Place and release holds.
    Hold,
    /// State and reverse events that start terms; put documents into credit files; confirm classes.
    StateEvents,
    /// See lists of disposal.
    SeeDisposals,
    /// Prepare, collect and abandon lists of disposal.
    PrepareDisposals,
    /// Give an opinion on a list of disposal.
    GiveOpinion,
    /// Approve a list of disposal.
    ApproveDisposals,
    /// Give documents away as packages, and see to whom they were given.
    Disclose,
    /// Take confirmed data out for other systems.
    TakeData,
    /// Take up, set aside and skip parked work.
    Operate,
    /// Let people and machines in, and out.
    ManagePeople,
    /// Read the audit log.
    ReadAudit,
    /// Follow the change log.
    Follow,
}

impl Permission {
    /// Everything that may be allowed.
    pub const ALL: [Self; 20] = [
        Self::Submit,
        Self::SeeSubmissions,
        Self::SeeStations,
        Self::Search,
        Self::Read,
        Self::TakeOriginal,
        Self::Correct,
        Self::SeeHolds,
        Self::Hold,
        Self::StateEvents,
        Self::SeeDisposals,
        Self::PrepareDisposals,
        Self::GiveOpinion,
        Self::ApproveDisposals,
        Self::Disclose,
        Self::TakeData,
        Self::Operate,
        Self::ManagePeople,
        Self::ReadAudit,
        Self::Follow,
    ];

    /// What it lets one do, to be said to whoever lacks it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "hand files in",
            Self::SeeSubmissions => "see submissions",
            Self::SeeStations => "see stations and their balance",
            Self::Search => "search",
            Self::Read => "read documents",
            Self::TakeOriginal => "take originals away",
            Self::Correct => "correct fields",
            Self::SeeHolds => "see holds",
            Self::Hold => "place and release holds",
            Self::StateEvents => "state events and confirm retention",
            Self::SeeDisposals => "see lists of disposal",
            Self::PrepareDisposals => "prepare and collect lists of disposal",
            Self::GiveOpinion => "give opinions on disposal",
            Self::ApproveDisposals => "approve disposal",
            Self::Disclose => "give documents away",
            Self::TakeData => "take data out",
            Self::Operate => "take up or set aside work",
            Self::ManagePeople => "let people in and out",
            Self::ReadAudit => "read the audit log",
            Self::Follow => "follow changes",
        }
    }
}

/// What each role may do.
pub const MATRIX: &[(PersonRole, &[Permission])] = {
    use Permission as P;
    &[
        (
            PersonRole::Station,
            &[P::Submit, P::SeeSubmissions, P::SeeStations],
        ),
        (
            PersonRole::Archivist,
            &[
                P::Submit,
                P::SeeSubmissions,
                P::SeeStations,
                P::Search,
                P::Read,
                P::TakeOriginal,
                P::Correct,
                P::SeeHolds,
                P::SeeDisposals,
                P::GiveOpinion,
                P::Operate,
                P::Follow,
            ],
        ),
        (
            PersonRole::Reviewer,
            &[P::SeeStations, P::Search, P::Read, P::Correct, P::Follow],
        ),
        (
            PersonRole::Compliance,
            &[
                P::SeeSubmissions,
                P::SeeStations,
                P::Search,
                P::Read,
                P::TakeOriginal,
                P::SeeHolds,
                P::Hold,
                P::SeeDisposals,
                P::GiveOpinion,
                P::ApproveDisposals,
                P::Disclose,
                P::TakeData,
                P::ReadAudit,
                P::Follow,
            ],
        ),
        (
            PersonRole::RecordsManager,
            &[
                P::SeeSubmissions,
                P::SeeStations,
                P::Search,
                P::Read,
                P::TakeOriginal,
                P::SeeHolds,
                P::StateEvents,
                P::SeeDisposals,
                P::PrepareDisposals,
                P::GiveOpinion,
                P::ApproveDisposals,
                P::Follow,
            ],
        ),
        (
            PersonRole::Auditor,
            &[
                P::SeeSubmissions,
                P::SeeStations,
                P::Search,
                P::Read,
                P::SeeHolds,
                P::SeeDisposals,
                P::ReadAudit,
            ],
        ),
        (
            PersonRole::Administrator,
            &[P::SeeStations, P::Operate, P::ManagePeople, P::ReadAudit],
        ),
    ]
};

/// What somebody who came in may do, and of which documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    roles: BTreeSet<PersonRole>,
    /// The branches whose documents are seen; all of them when none is named.
    branches: BTreeSet<String>,
    /// The types of document that are seen; all of them when none is named.
    kinds: BTreeSet<DocumentType>,
}

impl Rights {
    /// The rights of those roles over documents of those branches and types.
    #[must_use]
    pub fn new(
        roles: impl IntoIterator<Item = PersonRole>,
        branches: impl IntoIterator<Item = String>,
        kinds: impl IntoIterator<Item = DocumentType>,
    ) -> Self {
        Self {
            roles: roles.into_iter().collect(),
            branches: branches.into_iter().collect(),
            kinds: kinds.into_iter().collect(),
        }
    }

    /// The same rights, of these roles only: what a token may do of what its person may.
    #[must_use]
    pub fn within(mut self, roles: &[PersonRole]) -> Self {
        self.roles.retain(|role| roles.contains(role));
        self
    }

    /// The roles.
    pub fn roles(&self) -> impl Iterator<Item = PersonRole> {
        self.roles.iter().copied()
    }

    /// The branches whose documents are seen; none named is all of them.
    #[must_use]
    pub const fn branches(&self) -> &BTreeSet<String> {
        &self.branches
    }

    /// The types of document that are seen; none named is all of them.
    #[must_use]
    pub const fn kinds(&self) -> &BTreeSet<DocumentType> {
        &self.kinds
    }

    /// Whether something is allowed at all.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        MATRIX
            .iter()
            .any(|(role, allowed)| self.roles.contains(role) && allowed.contains(&permission))
    }

    /// Whether a document of that branch and type is one of those that are seen. One without a branch
    /// is nobody's who is limited to branches.
    #[must_use]
    pub fn reach(&self, branch: Option<&str>, kind: &DocumentType) -> bool {
        let of_branch =
            self.branches.is_empty() || branch.is_some_and(|branch| self.branches.contains(branch));
        of_branch && (self.kinds.is_empty() || self.kinds.contains(kind))
    }

    /// Whether that record's document is one of those that are seen.
    #[must_use]
    pub fn reach_record(&self, record: &Record) -> bool {
        self.reach(branch_of(record), &record.kind)
    }

    /// Whether every document is seen: what is about no single document asks for that.
    #[must_use]
    pub fn reach_all(&self) -> bool {
        self.branches.is_empty() && self.kinds.is_empty()
    }
}

/// Whether somebody may sign in by that name: 2 to 64 of a to z, 0 to 9, point and hyphen.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    (2..=64).contains(&name.len()) && name.chars().all(letters)
}

/// Why no account may have these roles, with or without a last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// An administrator runs the machine and reads no documents: the other roles are another
    /// account's.
    AdministratorReads,
    /// An auditor's access has an end.
    AuditorWithoutEnd,
}

/// Whether an account may have these roles; if not, why.
#[must_use]
pub fn unfit(roles: &[PersonRole], has_end: bool) -> Option<Unfit> {
    if roles.contains(&PersonRole::Administrator) && roles.len() > 1 {
        return Some(Unfit::AdministratorReads);
    }
    (roles.contains(&PersonRole::Auditor) && !has_end).then_some(Unfit::AuditorWithoutEnd)
}

#[cfg(test)]
mod tests {
    use super::{MATRIX, Permission, PersonRole, Rights};
    use model::DocumentType;

    fn rights(role: PersonRole, branches: &[&str]) -> Rights {
        Rights::new([role], branches.iter().map(|b| (*b).to_owned()), [])
    }

    #[test]
    fn every_role_is_in_the_table_once_and_parses_back() {
        for role in PersonRole::ALL {
            assert_eq!(MATRIX.iter().filter(|row| row.0 == role).count(), 1);
            assert_eq!(PersonRole::parse(role.as_str()), Some(role));
        }
        assert_eq!(PersonRole::parse("root"), None);
    }

    #[test]
    fn everything_is_somebody_s_to_do() {
        for permission in Permission::ALL {
            assert!(
                PersonRole::ALL
                    .iter()
                    .any(|role| rights(*role, &[]).may(permission)),
                "{permission:?}"
            );
        }
    }

    #[test]
    fn an_administrator_reads_nothing_and_an_auditor_changes_nothing() {
        use Permission as P;
        let administrator = rights(PersonRole::Administrator, &[]);
        for reading in [
            P::Search,
            P::Read,
            P::TakeOriginal,
            P::TakeData,
            P::SeeSubmissions,
            P::Follow,
        ] {
            assert!(!administrator.may(reading), "{reading:?}");
        }
        let auditor = rights(PersonRole::Auditor, &[]);
        for changing in [
            P::Submit,
            P::Correct,
            P::Hold,
            P::StateEvents,
            P::PrepareDisposals,
            P::GiveOpinion,
            P::ApproveDisposals,
            P::Disclose,
            P::Operate,
            P::ManagePeople,
        ] {
            assert!(!auditor.may(changing), "{changing:?}");
        }
    }

    #[test]
    fn limits_are_kept() {
        let annex = DocumentType::parse("annex").unwrap();
        let own = rights(PersonRole::Archivist, &["Łódź 1"]);
        assert!(own.reach(Some("Łódź 1"), &annex));
        assert!(!own.reach(Some("Łódź 2"), &annex));
        assert!(
            !own.reach(None, &annex),
            "a document without a branch is nobody's of a branch"
        );
        let all = rights(PersonRole::Archivist, &[]);
        assert!(all.reach(None, &annex) && all.reach_all() && !own.reach_all());
        let other = DocumentType::parse("assignment").unwrap();
        let annexes = Rights::new([PersonRole::Reviewer], [], [annex.clone()]);
        assert!(annexes.reach(None, &annex) && !annexes.reach(None, &other));
        let token = Rights::new([PersonRole::Reviewer, PersonRole::Compliance], [], [])
            .within(&[PersonRole::Reviewer, PersonRole::Administrator]);
        assert!(token.may(Permission::Correct));
        assert!(!token.may(Permission::Hold) && !token.may(Permission::ManagePeople));
    }
}
