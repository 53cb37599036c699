//! The clock: whether anybody keeps it right, and whether it agrees with what already happened.
//!
//! Terms, locks and signatures go by it. A clock that was wrong for an hour may end a term, so nothing
//! is deleted by time after a jump either (`records::clock`).

use super::Finding;
use crate::clock::now;
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use std::process::{Command, Stdio};

/// Before this program was written: a machine whose battery is empty starts in 1970.
const NO_EARLIER: &str = "2026-01-01T00:00:00Z";
/// How far ahead of the clock something may lie that has already happened.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(2);

/// What is known of the clock; `moments` have already happened, by the ledger's word, and nodes may
/// have `doubts`.
pub(super) fn clock(moments: &[Timestamp], doubts: &[String]) -> Finding {
    let now = now();
    if let Some(wrong) = contradiction(now, moments) {
        return Finding::missing(
            "clock",
            wrong,
            "set the clock right (`timedatectl set-ntp true`) before anything is stored or deleted",
        );
    }
    if let Some(doubt) = doubts.first() {
        return Finding::weak(
            "clock",
            doubt,
            "`timedatectl` shows what it says and who keeps it; nothing else waits for it",
        );
    }
    match synchronised() {
        Some(true) => Finding::good("clock", format!("{now:.0}, kept by a time service")),
        Some(false) => Finding::weak(
            "clock",
            format!("{now:.0}, kept by nobody"),
            "`apt-get install systemd-timesyncd` (or chrony) and `timedatectl set-ntp true`",
        ),
        None => Finding::weak(
            "clock",
            format!("{now:.0}; whether it is kept cannot be told here"),
            "in a container the host keeps it: see to it there, with `timedatectl`",
        ),
    }
}

/// Why the clock cannot be right.
fn contradiction(now: Timestamp, moments: &[Timestamp]) -> Option<String> {
    let earliest: Timestamp = NO_EARLIER.parse().expect("a moment is a moment");
    if now < earliest {
        return Some(format!("it says {now:.0}, which is over"));
    }
    let newest = moments.iter().max()?;
    let ahead = newest.duration_since(now);
    (ahead > TOLERANCE).then(|| {
        format!(
            "it says {now:.0}, but the ledger has something of {newest:.0}: it went back by {} s, \
             or was ahead then",
            ahead.as_secs()
        )
    })
}

/// Whether a time service says that it has set the clock; none where there is nobody to ask.
fn synchronised() -> Option<bool> {
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return Some(true);
    }
    let asked = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|answer| answer.status.success())?;
    match String::from_utf8_lossy(&asked.stdout).trim() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::contradiction;

    #[test]
    fn a_clock_that_contradicts_what_happened_is_wrong() {
        let at = |text: &str| text.parse().unwrap();
        let now = at("2026-11-28T09:00:00Z");
        let check = |now, moments: &[&str]| {
            let moments: Vec<_> = moments.iter().map(|moment| at(moment)).collect();
            contradiction(now, &moments)
        };
        assert_eq!(check(now, &[]), None);
        assert_eq!(
            check(now, &["2026-11-28T09:01:00Z"]),
            None,
            "a little ahead"
        );
        let back = check(now, &["2026-11-28T08:00:00Z", "2026-11-28T10:00:00Z"]).unwrap();
        assert!(back.contains("3600 s"), "{back}");
        assert!(
            check(at("1970-01-01T00:10:00Z"), &[]).is_some(),
            "no battery"
        );
    }
}
