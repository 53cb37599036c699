//! One worker process as the parent sees it: asks, waits no longer than allowed, believes only
//! what passes the check, and always leaves it dead and reaped.

use crate::allowance::Allowance;
use crate::channel::{Channel, ChannelError, Descriptors, Patience};
use crate::check::{self, Violation};
use crate::loss::Loss;
use crate::pool::{Fence, Inspection, PoolOptions, StartError};
use crate::pool::{Made, Order};
use crate::protocol::{Colours, Hello, Reply, Request, Start, Token, VERSION};
use crate::start;
use model::{Bitmap, Failure, Limits, Page, Place, Refusal, RefusalReason};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::process::Child;
use std::time::Duration;

/// Seconds that a worker may take to get warm: loading the models takes a quarter of one.
const WARM_UP: Duration = Duration::from_secs(60);

/// Megabytes (10^6 bytes) of resident memory, beside the open file, above which a worker is
/// replaced after a page: a fresh one that has read a page stays under 160.
const WORN_MEGABYTES: u64 = 256;

/// A running worker.
pub(crate) struct Process {
    child: Child,
    channel: Channel,
    complaints: OwnedFd,
    /// The end of what it complained of.
    said: Vec<u8>,
    limits: Limits,
    open: Option<Open>,
    /// Pages it has read since it was started.
    pages_read: u32,
}

/// The file it holds.
struct Open {
    token: Token,
    pages: u32,
    bytes: u64,
}

/// What came of a request that was answered.
pub(crate) enum Answer {
    Inspected(Inspection),
    Refused(Refusal),
    Page(Box<Page>),
    PageFailed(Failure),
    View(Bitmap),
    Made(Made),
}

/// Why a request was not answered.
pub(crate) enum Unanswered {
    /// The worker is lost; it has been killed and reaped.
    Lost(Loss),
    /// Everything stops; nobody is to blame.
    Bell,
}

/// How long an answer may take, and what rings when everything has to stop.
#[derive(Clone, Copy)]
struct Allowed<'a> {
    time: Allowance,
    bell: BorrowedFd<'a>,
}

impl Process {
    /// Starts a worker and waits until it is warm and fenced in.
    pub(crate) fn start(options: &PoolOptions, bell: BorrowedFd<'_>) -> Result<Self, StartError> {
        let started = start::start(&options.program).map_err(|source| StartError::Spawn {
            program: options.program.clone(),
            source,
        })?;
        let mut process = Self {
            child: started.child,
            channel: Channel::new(started.socket),
            complaints: started.complaints,
            said: Vec::new(),
            limits: options.limits.clone(),
            open: None,
            pages_read: 0,
        };
        let request = Request::Start(Start {
            version: VERSION,
            limits: options.limits.clone(),
            models: options.models.clone(),
            languages: options.languages.clone(),
            passwords: options.passwords.clone(),
        });
        let allowed = process.allowed("warm-up", WARM_UP, bell);
        match process.exchange(&request, None, allowed) {
            Ok(Reply::Ready(hello)) => accept(&hello, options.fence).map(|()| process),
            Ok(Reply::Unable { message }) => Err(StartError::Unable(message)),
            Ok(_) => Err(StartError::Lost("it did not introduce itself".into())),
            Err(Unanswered::Lost(loss)) => Err(StartError::Lost(loss.to_string())),
            Err(Unanswered::Bell) => Err(StartError::Stopped),
        }
    }

    /// The process, by number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it holds that file open.
    pub(crate) fn holds(&self, token: Token) -> bool {
        self.open.as_ref().is_some_and(|open| open.token == token)
    }

    /// Has it open a file and count its pages.
    pub(crate) fn inspect(
        &mut self,
        (token, languages): (Token, usize),
        file: &File,
        bell: BorrowedFd<'_>,
    ) -> Result<Answer, Unanswered> {
        self.open = None;
        let bytes = file.metadata().map(|data| data.len()).unwrap_or_default();
        let seconds = Duration::from_secs(self.limits.open_seconds.into());
        let allowed = self.allowed("open_seconds", seconds, bell);
        let request = Request::Inspect { token, languages };
        let reply = self.exchange(&request, Some(file.as_fd()), allowed)?;
        let answer = match reply {
            Reply::Inspected {
                token: named,
                media_type,
                pages,
                notes,
                said,
            } if named == token => {
                let sound = check::inspection(&media_type, pages, &notes, &self.limits)
                    .and_then(|()| check::said(&said, pages));
                sound.map(|()| {
                    self.open = Some(Open {
                        token,
                        pages,
                        bytes,
                    });
                    Answer::Inspected(Inspection {
                        media_type,
                        pages,
                        notes,
                        said,
                    })
                })
            }
            Reply::Refused {
                token: named,
                refusal,
            } if named == token => {
                check::refusal(&refusal, &self.limits).map(|()| Answer::Refused(refusal))
            }
            _ => Err(another_question()),
        };
        answer.map_err(|broken| self.violation(&broken))
    }

    /// Has it read one page of the file it holds.
    pub(crate) fn read(
        &mut self,
        token: Token,
        page: u32,
        bell: BorrowedFd<'_>,
    ) -> Result<Answer, Unanswered> {
        self.read_as(&Request::Read { token, page }, (token, page), bell)
    }

    /// Has it read a rectangle of one page of the file it holds.
    pub(crate) fn reread(
        &mut self,
        token: Token,
        page: u32,
        place: Place,
        bell: BorrowedFd<'_>,
    ) -> Result<Answer, Unanswered> {
        let request = Request::Reread { token, page, place };
        self.read_as(&request, (token, page), bell)
    }

    fn read_as(
        &mut self,
        request: &Request,
        (token, page): (Token, u32),
        bell: BorrowedFd<'_>,
    ) -> Result<Answer, Unanswered> {
        let patience = self.patience_for_a_page(bell);
        let reply = self.exchange(request, None, patience)?;
        self.pages_read += 1;
        let answer = match reply {
            Reply::Page {
                token: named,
                page: read,
            } if named == token => {
                check::page(&read, page, &self.limits).map(|()| Answer::Page(read))
            }
            other => page_failed(other, token, page),
        };
        answer.map_err(|broken| self.violation(&broken))
    }

    /// Has it give one page of the file it holds to look at, at most `asked` pixels wide.
    pub(crate) fn view(
        &mut self,
        token: Token,
        page: u32,
        asked: u32,
        bell: BorrowedFd<'_>,
    ) -> Result<Answer, Unanswered> {
        let patience = self.patience_for_a_page(bell);
        let request = Request::View {
            token,
            page,
            width: asked,
        };
        let reply = self.exchange(&request, None, patience)?;
        self.pages_read += 1;
        let Reply::View {
            token: named,
            page: number,
            width,
            height,
            colours,
        } = reply
        else {
            return page_failed(reply, token, page).map_err(|broken| self.violation(&broken));
        };
        if named != token || number != page {
            return Err(self.violation(&another_question()));
        }
        check::view(width, height, asked).map_err(|broken| self.violation(&broken))?;
        self.samples((width, height), colours, patience)
            .map(Answer::View)
    }

    /// The samples that follow a view's measures: exactly as many as those say.
    fn samples(
        &mut self,
        (width, height): (u32, u32),
        colours: Colours,
        patience: Allowed<'_>,
    ) -> Result<Bitmap, Unanswered> {
        let needed = colours.bytes(width, height);
        let mut samples = Vec::with_capacity(needed);
        while samples.len() < needed {
            let part = self.receive(patience)?;
            if part.is_empty() {
                return Err(self.violation(&Violation("an image's samples do not end".into())));
            }
            samples.extend_from_slice(&part);
        }
        Bitmap::new(width, height, colours.pixels(samples))
            .map_err(|error| self.violation(&Violation(error.to_string())))
    }

    fn patience_for_a_page<'a>(&self, bell: BorrowedFd<'a>) -> Allowed<'a> {
        self.patience_for_pages(1, bell)
    }

    /// As long as so many pages may take to be read one after another.
    fn patience_for_pages<'a>(&self, pages: u32, bell: BorrowedFd<'a>) -> Allowed<'a> {
        let seconds = self.limits.page_seconds.saturating_mul(pages.max(1));
        self.allowed("page_seconds", Duration::from_secs(seconds.into()), bell)
    }

    fn allowed<'a>(
        &self,
        limit: &'static str,
        processor: Duration,
        bell: BorrowedFd<'a>,
    ) -> Allowed<'a> {
        // What may take long by the processor may take as long by the clock, and more.
        let clock = Duration::from_secs(self.limits.wall_seconds.into()).max(processor * 2);
        let time = Allowance::from_now(limit, processor, clock, self.child.id());
        Allowed { time, bell }
    }

    /// Has it make a file of the one it holds; what is made is written into the order's file.
    pub(crate) fn make(
        &mut self,
        token: Token,
        order: &Order,
        bell: BorrowedFd<'_>,
    ) -> Result<Answer, Unanswered> {
        let pages = order.pages().unwrap_or_else(|| self.pages().unwrap_or(1));
        let patience = self.patience_for_pages(pages, bell);
        let reply = self.exchange(&order.request(token), None, patience)?;
        self.pages_read = self.pages_read.saturating_add(pages);
        let (media_type, made, bytes) = match reply {
            Reply::Made {
                token: named,
                media_type,
                pages,
                bytes,
            } if named == token => (media_type, pages, bytes),
            Reply::NotMade {
                token: named,
                failure,
            } if named == token => {
                return check::failure(&failure)
                    .map(|()| Answer::PageFailed(failure))
                    .map_err(|broken| self.violation(&broken));
            }
            _ => return Err(self.violation(&another_question())),
        };
        check::made((&media_type, made, bytes), pages, &self.limits)
            .map_err(|broken| self.violation(&broken))?;
        Ok(match self.take_bytes(bytes, order.into(), patience)? {
            Ok(()) => Answer::Made(Made {
                media_type,
                pages: made,
                bytes,
            }),
            Err(error) => Answer::PageFailed(unwritten(&error)),
        })
    }

    /// The bytes that follow: exactly as many as were announced. They are taken to the end even
    /// where they cannot be written, so that the worker can go on.
    fn take_bytes(
        &mut self,
        announced: u64,
        into: &File,
        patience: Allowed<'_>,
    ) -> Result<io::Result<()>, Unanswered> {
        // An attempt before this one may have left something.
        let mut written = into.set_len(0);
        let mut taken = 0u64;
        while taken < announced {
            let part = self.receive(patience)?;
            let end = taken + part.len() as u64;
            if part.is_empty() || end > announced {
                let broken = "a file's bytes are not as many as announced";
                return Err(self.violation(&Violation(broken.into())));
            }
            written = written.and_then(|()| into.write_all_at(&part, taken));
            taken = end;
        }
        Ok(written)
    }

    /// How many pages the file it holds has.
    pub(crate) fn pages(&self) -> Option<u32> {
        self.open.as_ref().map(|open| open.pages)
    }

    /// Whether it should be replaced before it reads on.
    pub(crate) fn is_worn(&self) -> bool {
        let held = self.open.as_ref().map_or(0, |open| open.bytes);
        self.pages_read >= self.limits.worker_pages
            || self
                .resident()
                .is_some_and(|bytes| bytes > held + WORN_MEGABYTES * 1_000_000)
    }

    /// Bytes of memory it has resident; none where the kernel does not say.
    fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim()
            .strip_suffix(" kB")?
            .trim()
            .parse::<u64>()
            .ok()
            .map(|kilobytes| kilobytes * 1024)
    }

    fn exchange(
        &mut self,
        request: &Request,
        file: Option<BorrowedFd<'_>>,
        allowed: Allowed<'_>,
    ) -> Result<Reply, Unanswered> {
        let frame = serde_json::to_vec(request)
            .map_err(|e| self.violation(&Violation(format!("the request is no JSON: {e}"))))?;
        let left = || allowed.time.left();
        let patience = Patience {
            left: Some(&left),
            bell: Some(allowed.bell),
        };
        self.channel
            .send(&frame, file, patience)
            .map_err(|error| self.unanswered(&error, allowed))?;
        let frame = self.receive(allowed)?;
        serde_json::from_slice(&frame)
            .map_err(|_| self.violation(&Violation("the reply is none of the protocol".into())))
    }

    fn receive(&mut self, allowed: Allowed<'_>) -> Result<Vec<u8>, Unanswered> {
        let left = || allowed.time.left();
        let patience = Patience {
            left: Some(&left),
            bell: Some(allowed.bell),
        };
        let received = self.channel.receive(Descriptors::Refuse, patience);
        self.listen();
        received
            .map(|(frame, _)| frame)
            .map_err(|error| self.unanswered(&error, allowed))
    }

    fn unanswered(&mut self, error: &ChannelError, allowed: Allowed<'_>) -> Unanswered {
        match error {
            ChannelError::Bell => Unanswered::Bell,
            ChannelError::Deadline => {
                let reached = allowed.time.reached();
                self.end();
                Unanswered::Lost(reached)
            }
            ChannelError::Closed => Unanswered::Lost(self.cause()),
            error => self.violation(&Violation(error.to_string())),
        }
    }

    fn violation(&mut self, broken: &Violation) -> Unanswered {
        self.end();
        Unanswered::Lost(Loss::Violation(broken.to_string()))
    }

    /// Why it closed its socket. One that is dying already keeps its own cause: the signal sent
    /// here comes too late to change it.
    fn cause(&mut self) -> Loss {
        let status = self.end();
        self.listen();
        status.map_or(Loss::Exit(0), |status| {
            Loss::of(status, &self.said, &self.limits)
        })
    }

    /// Kills and reaps it; a second time has no effect.
    fn end(&mut self) -> Option<std::process::ExitStatus> {
        // Neither can fail for a child that has not been reaped; where it has, nothing is left.
        self.child.kill().ok();
        self.child.wait().ok()
    }

    /// Takes what it complained of, and keeps the end.
    fn listen(&mut self) {
        let mut chunk = [0; 4_096];
        loop {
            match rustix::io::read(&self.complaints, &mut chunk) {
                Ok(0) => return,
                Ok(bytes) => {
                    self.said.extend_from_slice(&chunk[..bytes]);
                    let surplus = self.said.len().saturating_sub(chunk.len());
                    self.said.drain(..surplus);
                }
                Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// What was made could not be kept: nobody's fault but the disk's.
fn unwritten(error: &io::Error) -> Failure {
    let message = format!("what was made of it cannot be written: {error}");
    Failure::new(RefusalReason::Unreachable, message)
        .with_remedy("make room on the disk, then retry")
}

fn another_question() -> Violation {
    Violation("the reply is to another question".into())
}

/// A reply that the page asked for cannot be had.
fn page_failed(reply: Reply, token: Token, page: u32) -> Result<Answer, Violation> {
    match reply {
        Reply::PageFailed {
            token: named,
            page: number,
            failure,
        } if named == token && number == page => {
            check::failure(&failure).map(|()| Answer::PageFailed(failure))
        }
        _ => Err(another_question()),
    }
}

/// Whether a worker speaks the protocol and is fenced in as required.
fn accept(hello: &Hello, fence: Fence) -> Result<(), StartError> {
    if hello.version != VERSION {
        return Err(StartError::Lost(format!(
            "it speaks version {} of the protocol",
            hello.version
        )));
    }
    let mut missing = hello.fence.iter().filter(|part| !part.stands).peekable();
    if missing.peek().is_none() {
        tracing::debug!(engine = hello.engine, "a worker is ready");
        return Ok(());
    }
    let missing: Vec<String> = missing
        .map(|part| format!("{} ({})", part.name, part.detail))
        .collect();
    let missing = missing.join(", ");
    match fence {
        Fence::Required => Err(StartError::Fence { missing }),
        Fence::BestEffort => {
            tracing::warn!(
                missing,
                "a worker runs without its whole fence, as configured"
            );
            Ok(())
        }
    }
}
