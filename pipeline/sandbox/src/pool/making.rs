//! Files made of files: what is asked of a worker, and what the caller gets.

use super::{Event, PageTrouble, Pool, Priority, ReadTrouble, Wish, inspected};
use crate::protocol::{Derivative, Request, Token};
use model::{Area, Failure, Refusal, RefusalReason};
use std::fs::File;
use std::sync::Arc;

/// Most places of one redaction: far more than a person marks, and few enough for one frame.
pub(crate) const MAX_AREAS: usize = 20_000;

/// A file that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What it is.
    pub media_type: String,
    /// How many pages it has.
    pub pages: u32,
    /// How many bytes.
    pub bytes: u64,
}

/// What is to be made, and where it is put.
#[derive(Debug)]
pub(crate) struct Order {
    what: What,
    into: File,
}

#[derive(Debug)]
enum What {
    Derivative(Derivative),
    Redaction(Vec<Area>),
}

impl Order {
    pub(crate) fn request(&self, token: Token) -> Request {
        match &self.what {
            What::Derivative(derivative) => Request::Derive {
                token,
                derivative: derivative.clone(),
            },
            What::Redaction(areas) => Request::Redact {
                token,
                areas: areas.clone(),
            },
        }
    }

    /// How many pages it will have; none where that is as many as the file has.
    pub(crate) fn pages(&self) -> Option<u32> {
        match &self.what {
            What::Derivative(Derivative::Master { pages }) => {
                Some(u32::try_from(pages.len()).unwrap_or(u32::MAX))
            }
            What::Redaction(_) => None,
        }
    }

    pub(crate) const fn into(&self) -> &File {
        &self.into
    }
}

impl Pool {
    /// Makes a file of a file and writes it into `into`, from its start; what that held is lost.
    /// The worker compares what it made with the file, page by page; the parent has it opened
    /// once more and counted, so that it is known to open.
    ///
    /// # Errors
    /// When the file is refused, it cannot be made as asked, or the pool was stopped. Nothing that
    /// `into` holds then is of any worth.
    pub fn derive(
        &self,
        file: &File,
        derivative: &Derivative,
        into: &File,
    ) -> Result<Made, PageTrouble> {
        let Derivative::Master { pages } = derivative;
        let most = self.0.shared.options().limits.pages as usize;
        if pages.is_empty() || pages.len() > most {
            let message = format!("{} pages cannot be made into a file", pages.len());
            return Err(unmade(RefusalReason::Limit, message));
        }
        self.make(file, What::Derivative(derivative.clone()), into)
    }

    /// Makes a copy of a file, as a PDF of images, on which the places are black and nothing lies
    /// beneath: no text on any page, no attachment, no description. Writes it into `into`.
    ///
    /// # Errors
    /// As [`Pool::derive`]; and when a place is not on its page. Half a redaction is none.
    pub fn redact(&self, file: &File, areas: &[Area], into: &File) -> Result<Made, PageTrouble> {
        if areas.len() > MAX_AREAS {
            let message = format!("{} places are more than {MAX_AREAS}", areas.len());
            return Err(unmade(RefusalReason::Limit, message));
        }
        self.make(file, What::Redaction(areas.to_vec()), into)
    }

    fn make(&self, file: &File, what: What, into: &File) -> Result<Made, PageTrouble> {
        let trouble = |trouble| match trouble {
            ReadTrouble::Refused(refusal) => PageTrouble::Refused(refusal),
            ReadTrouble::Stopped => PageTrouble::Stopped,
        };
        let unreachable = |error: std::io::Error| {
            let message = format!("what is made of it cannot be written: {error}");
            PageTrouble::Refused(Refusal::new(RefusalReason::Unreachable, message))
        };
        let order = Order {
            what,
            into: into.try_clone().map_err(unreachable)?,
        };
        let wish = Wish::Make(Arc::new(order));
        let submitted = self.0.shared.submit(file, (Priority::Interactive, 0), wish);
        let events = submitted.map_err(trouble)?;
        inspected(&events).map_err(trouble)?;
        let made = match events.recv().map_err(|_| PageTrouble::Stopped)? {
            Event::Made(made) => made,
            other => return Err(other.trouble()),
        };
        match self.inspect(into) {
            Ok(found) if (&found.media_type, found.pages) == (&made.media_type, made.pages) => {
                Ok(made)
            }
            Err(ReadTrouble::Stopped) => Err(PageTrouble::Stopped),
            Ok(_) | Err(ReadTrouble::Refused(_)) => {
                let message = "what was made of it does not open again";
                Err(unmade(RefusalReason::Damaged, message))
            }
        }
    }
}

fn unmade(reason: RefusalReason, message: impl Into<String>) -> PageTrouble {
    PageTrouble::Failed(Failure::new(reason, message).with_remedy("keep the file as it is"))
}
