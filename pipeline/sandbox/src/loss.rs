//! How a worker was lost, as far as it can be told from outside, and how that is said to people.
//!
//! What a worker wrote to its error stream is evidence for two questions only: did memory run out,
//! and where in the source did it panic. None of it is passed on as it is.

use model::{Failure, Limits, Refusal, RefusalReason};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use thiserror::Error;

/// Most bytes of an error stream that are looked at, from its end.
const TAIL: usize = 4_096;

/// How a worker was lost.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It was killed at its deadline.
    #[error("it took longer than the limit `{limit}` of {seconds} s")]
    Deadline { limit: &'static str, seconds: u32 },
    /// It ran out of memory.
    #[error("it took more memory than the limit `worker_megabytes` of {0} MB")]
    Memory(u32),
    /// The fence killed it.
    #[error("it made a system call that the sandbox forbids")]
    Forbidden,
    /// It panicked, at this place in the source.
    #[error("its decoder failed at {0}")]
    Panic(String),
    /// A signal killed it.
    #[error("its worker crashed (signal {0})")]
    Signal(i32),
    /// It ended without having been asked to.
    #[error("its worker ended by itself (code {0})")]
    Exit(i32),
    /// Its reply cannot be believed.
    #[error("its worker broke the protocol: {0}")]
    Violation(String),
}

impl Loss {
    /// What an exit and the error stream tell.
    pub(crate) fn of(status: ExitStatus, complaints: &[u8], limits: &Limits) -> Self {
        let tail = &complaints[complaints.len().saturating_sub(TAIL)..];
        let tail = String::from_utf8_lossy(tail);
        let out_of_memory = ["memory allocation of ", "bad_alloc", "out of memory"];
        if out_of_memory.iter().any(|sign| tail.contains(sign)) {
            return Self::Memory(limits.worker_megabytes);
        }
        match (status.signal(), panicked_at(&tail)) {
            (Some(libc::SIGSYS), _) => Self::Forbidden,
            (_, Some(place)) => Self::Panic(place),
            (Some(signal), None) => Self::Signal(signal),
            (None, None) => Self::Exit(status.code().unwrap_or_default()),
        }
    }

    /// The kind of trouble, for people.
    const fn reason(&self) -> RefusalReason {
        match self {
            Self::Deadline { .. } | Self::Memory(_) => RefusalReason::Limit,
            _ => RefusalReason::WorkerLost,
        }
    }

    /// The page that lost its workers.
    pub(crate) fn failure(&self) -> Failure {
        let message = format!("it could not be read in two attempts: {self}");
        Failure::new(self.reason(), message)
    }

    /// The file that lost its workers before its pages could be counted.
    pub(crate) fn refusal(&self) -> Refusal {
        let message = format!("it could not be opened in two attempts: {self}");
        Refusal::new(self.reason(), message)
    }
}

/// The word with which a worker's panic hook begins its line.
pub(crate) const PANIC_MARK: &str = "kartoteka-worker-panic ";

/// The place of the last panic, where the hook wrote one and nothing but a place.
fn panicked_at(tail: &str) -> Option<String> {
    let (_, after) = tail.rsplit_once(PANIC_MARK)?;
    let place = after.lines().next()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b':' | b'_' | b'-');
    ((1..=200).contains(&place.len()) && place.bytes().all(plain)).then(|| place.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Loss;
    use model::Limits;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    fn check(wait_status: i32, complaints: &str, expected: &Loss) {
        let status = ExitStatus::from_raw(wait_status);
        let loss = Loss::of(status, complaints.as_bytes(), &Limits::default());
        assert_eq!(&loss, expected);
    }

    #[test]
    fn causes_are_told_apart() {
        let place = "kartoteka-worker-panic pipeline/scan/src/pdf.rs:12:3\n";
        check(libc::SIGSYS, "", &Loss::Forbidden);
        check(
            libc::SIGABRT,
            "memory allocation of 99 bytes failed\n",
            &Loss::Memory(1_500),
        );
        check(
            libc::SIGABRT,
            "what():  std::bad_alloc",
            &Loss::Memory(1_500),
        );
        check(
            101 << 8,
            place,
            &Loss::Panic("pipeline/scan/src/pdf.rs:12:3".into()),
        );
        check(libc::SIGSEGV, "", &Loss::Signal(libc::SIGSEGV));
        check(3 << 8, "anything", &Loss::Exit(3));
    }

    #[test]
    fn an_error_stream_is_never_passed_on() {
        check(
            101 << 8,
            "kartoteka-worker-panic PESEL 44051401359 Kowalska\n",
            &Loss::Exit(101),
        );
        let long = format!("kartoteka-worker-panic {}", "a".repeat(201));
        check(101 << 8, &long, &Loss::Exit(101));
    }
}
