//! One thing that was looked at, how it stands, and what to do about it; and the table of all.

use serde::Serialize;
use std::fmt::Write as _;

/// The version of the JSON form.
const FORMAT: u32 = 1;

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Good,
    /// Works, but not as well as it should.
    Weak,
    /// Does not work without it.
    Missing,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) state: State,
    pub(crate) what: &'static str,
    pub(crate) found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remedy: Option<String>,
}

impl Finding {
    pub(super) fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            state: State::Good,
            what,
            found: found.into(),
            remedy: None,
        }
    }

    pub(super) fn bad(
        state: State,
        what: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            state,
            what,
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }

    pub(super) fn weak(
        what: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::bad(State::Weak, what, found, remedy)
    }

    pub(super) fn missing(
        what: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::bad(State::Missing, what, found, remedy)
    }
}

/// The JSON form.
#[derive(Serialize)]
pub(super) struct Shown<'f> {
    format: u32,
    ready: bool,
    findings: &'f [Finding],
}

pub(super) fn shown(findings: &[Finding]) -> Shown<'_> {
    Shown {
        format: FORMAT,
        ready: findings.iter().all(|f| f.state != State::Missing),
        findings,
    }
}

/// The findings for people: what was looked at in a column, remedies under what they mend, and a last
/// line that says whether the program will run.
pub(crate) fn table(findings: &[Finding]) -> String {
    let width = findings.iter().map(|f| f.what.chars().count()).max();
    let width = width.unwrap_or_default();
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.state {
            State::Good => "good   ",
            State::Weak => "weak   ",
            State::Missing => "MISSING",
        };
        // Writing into a string does not fail.
        let _ = writeln!(
            text,
            "{mark}  {:<width$}  {}",
            finding.what,
            finding.found.replace('\n', " ")
        );
        if let Some(remedy) = &finding.remedy {
            let _ = writeln!(text, "         {:<width$}  → {remedy}", "");
        }
    }
    let _ = write!(text, "\n{}", verdict(findings));
    text
}

fn verdict(findings: &[Finding]) -> String {
    let named = |state| {
        let mut names: Vec<&str> = Vec::new();
        for finding in findings.iter().filter(|f| f.state == state) {
            if !names.contains(&finding.what) {
                names.push(finding.what);
            }
        }
        names.join(", ")
    };
    let (missing, weak) = (named(State::Missing), named(State::Weak));
    match (missing.as_str(), weak.as_str()) {
        ("", "") => "ready to run".into(),
        ("", weak) => format!("ready to run; could be better: {weak}"),
        (missing, _) => format!("it will not run until these are mended: {missing}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, table};

    #[test]
    fn the_last_line_says_what_to_do_first() {
        let good = Finding::good("disk", "79 GB free");
        let weak = Finding::weak("clock", "nobody keeps it", "apt-get install chrony");
        let missing = Finding::missing("language models", "no pol", "apt-get install x");
        assert!(table(&[good]).ends_with("\nready to run"));
        let weak = vec![weak];
        assert!(table(&weak).ends_with("ready to run; could be better: clock"));
        let text = table(&[missing, weak.into_iter().next().unwrap()]);
        assert!(
            text.contains("MISSING  language models  no pol\n"),
            "{text}"
        );
        assert!(text.contains("→ apt-get install x\n"), "{text}");
        assert!(
            text.ends_with("it will not run until these are mended: language models"),
            "{text}"
        );
    }
}
