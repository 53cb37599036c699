//! The worker's side: limits itself, gets warm, raises the fence, then answers requests until the
//! parent closes the socket.
//!
//! Holds one file at a time and keeps nothing of it. Opens no file, starts no thread, prints
//! nothing of a document: its panics say where, not what.

use crate::channel::{Channel, ChannelError, Descriptors, Patience};
use crate::compose::{compose, reread};
use crate::loss::PANIC_MARK;
use crate::pool::Inspection;
use crate::protocol::{
    Colours, Derivative, Hello, MAX_FRAME, MAX_VIEW_PIXELS, Reply, Request, Start, Token, VERSION,
};
use crate::{check, fence, start};
use model::{Area, Bitmap, Failure, Limits, Page, Pixels, Place, Refusal, RefusalReason};
use rustix::process::Pid;
use rustix::time::{ClockId, clock_gettime};
use scan::Derived;
use std::fs::File;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// Processor time of this process since it began.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Share of a page's seconds after which reading stops by itself and keeps what it has; the rest
/// is for handing it over before the parent's deadline.
const READING_SHARE: f64 = 0.8;

/// What reads files in a worker: `scan` and `ocr` in the program, something worse in tests.
pub trait FileReader {
    /// Opens a file, to be read in those of its languages, counted from 0, and says what it is. The
    /// file before it is forgotten.
    ///
    /// # Errors
    /// When the file is refused.
    fn open(&mut self, file: File, languages: usize) -> Result<Inspection, Refusal>;

    /// Reads one page of the open file, counted from 1.
    ///
    /// # Errors
    /// When this page cannot be read; others may.
    fn page(&mut self, number: u32) -> Result<Page, Failure>;

    /// One page of the open file as displayed, at most `width` columns wide.
    ///
    /// # Errors
    /// When this page cannot be decoded.
    fn view(&mut self, number: u32, width: u32) -> Result<Bitmap, Failure>;

    /// Reads a rectangle of one page again.
    ///
    /// # Errors
    /// When this page cannot be read, or the rectangle is not on it.
    fn reread(&mut self, number: u32, place: Place) -> Result<Page, Failure>;

    /// Makes a file of the open one.
    ///
    /// # Errors
    /// When it cannot be made as asked.
    fn derive(&mut self, derivative: &Derivative) -> Result<Derived, Failure>;

    /// Makes a copy of the open file on which places are black and nothing lies beneath.
    ///
    /// # Errors
    /// When one of the places or pages is not there, or cannot be decoded.
    fn redact(&mut self, areas: &[Area]) -> Result<Derived, Failure>;
}

/// What a reader is made from.
#[derive(Clone, Copy, Debug)]
pub struct Making<'a> {
    /// What one file may cost.
    pub limits: &'a Limits,
    /// The folder of the language models.
    pub models: &'a Path,
    /// The languages to read, each as `pol+eng`; a file says which.
    pub languages: &'a [String],
    /// Passwords to try on encrypted files.
    pub passwords: &'a [String],
}

/// Serves as a worker until the parent ends it. To be called first thing in `main` when the first
/// argument is [`crate::WORKER_ARGUMENT`], before any thread exists.
#[must_use]
pub fn serve_worker() -> ExitCode {
    serve_worker_with(Documents::new)
}

/// Serves as a worker with another reader; tests misbehave through it.
///
/// `warm_up` runs before the fence is raised and says what is missing where it fails.
#[must_use]
pub fn serve_worker_with<R: FileReader>(
    warm_up: impl FnOnce(Making<'_>) -> Result<R, String>,
) -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        complain(&format!("{PANIC_MARK}{place}\n"));
    }));
    match serve(warm_up) {
        // The parent closed the socket: that is how a worker is told to end.
        Ok(()) | Err(Trouble::Channel(ChannelError::Closed)) => ExitCode::SUCCESS,
        Err(trouble) => {
            complain(&format!("{trouble}\n"));
            ExitCode::FAILURE
        }
    }
}

/// Why a worker ends early. None of it names anything of a document.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the worker cannot limit itself: {0}")]
    Limits(#[from] std::io::Error),
    #[error("channel: {0}")]
    Channel(#[from] ChannelError),
    #[error("not a request of this protocol")]
    Request(#[from] serde_json::Error),
    #[error("the requests came in the wrong order")]
    Order,
}

fn complain(line: &str) {
    // Where even this fails there is nobody left to tell: the parent sees the exit code.
    rustix::io::write(rustix::stdio::stderr(), line.as_bytes()).ok();
}

fn serve<R: FileReader>(
    warm_up: impl FnOnce(Making<'_>) -> Result<R, String>,
) -> Result<(), Trouble> {
    let parent = std::env::args()
        .nth(2)
        .and_then(|pid| pid.parse().ok())
        .and_then(Pid::from_raw);
    start::first_acts(parent)?;
    let channel = Channel::new(std::io::stdin().as_fd().try_clone_to_owned()?);
    let (frame, _) = channel.receive(Descriptors::Refuse, Patience::default())?;
    let Request::Start(start) = serde_json::from_slice(&frame)? else {
        return Err(Trouble::Order);
    };
    start::limit_memory(start.limits.worker_megabytes)?;
    let mut reader = match get_warm(&start, warm_up) {
        Ok(reader) => reader,
        Err(message) => return reply(&channel, &Reply::Unable { message }),
    };
    let hello = Hello {
        version: VERSION,
        engine: ocr::engine_version(),
        fence: fence::raise(),
    };
    reply(&channel, &Reply::Ready(hello))?;
    answer(&channel, &mut reader, &start.limits)
}

fn get_warm<R>(
    start: &Start,
    warm_up: impl FnOnce(Making<'_>) -> Result<R, String>,
) -> Result<R, String> {
    if start.version != VERSION {
        return Err(format!(
            "the program was replaced while it ran (worker protocol {VERSION}, not {}): restart it",
            start.version
        ));
    }
    warm_up(Making {
        limits: &start.limits,
        models: &start.models,
        languages: &start.languages,
        passwords: &start.passwords,
    })
}

fn answer(channel: &Channel, reader: &mut impl FileReader, limits: &Limits) -> Result<(), Trouble> {
    let mut open: Option<Token> = None;
    loop {
        let (frame, file) = channel.receive(Descriptors::Take, Patience::default())?;
        let mut follows = Vec::new();
        let said = match (serde_json::from_slice(&frame)?, file) {
            (Request::Inspect { token, languages }, Some(file)) => {
                open = Some(token);
                inspect(reader, (token, languages), File::from(file))
            }
            (Request::Read { token, page }, None) if open == Some(token) => {
                read(reader.page(page), (token, page), limits)
            }
            (Request::Reread { token, page, place }, None) if open == Some(token) => {
                read(reader.reread(page, place), (token, page), limits)
            }
            (Request::View { token, page, width }, None) if open == Some(token) => {
                match reader.view(page, width) {
                    Ok(image) => {
                        let said = view(&image, token, page);
                        follows = samples(image);
                        said
                    }
                    Err(failure) => page_failed(failure, token, page),
                }
            }
            (Request::Derive { token, derivative }, None) if open == Some(token) => {
                made(reader.derive(&derivative), token, &mut follows)
            }
            (Request::Redact { token, areas }, None) if open == Some(token) => {
                made(reader.redact(&areas), token, &mut follows)
            }
            _ => return Err(Trouble::Order),
        };
        reply(channel, &said)?;
        for part in follows.chunks(MAX_FRAME) {
            channel.send(part, None, Patience::default())?;
        }
    }
}

/// What is said of a file that was made, and its bytes, which follow.
fn made(made: Result<Derived, Failure>, token: Token, follows: &mut Vec<u8>) -> Reply {
    match made {
        Ok(derived) => {
            *follows = derived.bytes;
            Reply::Made {
                token,
                media_type: derived.media_type.to_owned(),
                pages: derived.pages,
                bytes: follows.len() as u64,
            }
        }
        Err(failure) => Reply::NotMade {
            token,
            failure: told(failure),
        },
    }
}

fn view(image: &Bitmap, token: Token, page: u32) -> Reply {
    Reply::View {
        token,
        page,
        width: image.width(),
        height: image.height(),
        colours: Colours::of(image),
    }
}

fn samples(image: Bitmap) -> Vec<u8> {
    let (Pixels::Bilevel(samples) | Pixels::Gray(samples) | Pixels::Rgb(samples)) =
        image.into_pixels();
    samples
}

fn inspect(reader: &mut impl FileReader, (token, languages): (Token, usize), file: File) -> Reply {
    match reader.open(file, languages) {
        Ok(Inspection {
            media_type,
            pages,
            notes,
            said,
        }) => Reply::Inspected {
            token,
            media_type,
            pages,
            notes,
            said,
        },
        Err(mut refusal) => {
            refusal.message = check::presentable(&refusal.message);
            refusal.remedy = check::presentable(&refusal.remedy);
            Reply::Refused { token, refusal }
        }
    }
}

fn read(read: Result<Page, Failure>, (token, page): (Token, u32), limits: &Limits) -> Reply {
    match read.and_then(|read| presentable(read, page, limits)) {
        Ok(page) => Reply::Page {
            token,
            page: Box::new(page),
        },
        Err(failure) => page_failed(failure, token, page),
    }
}

fn page_failed(failure: Failure, token: Token, page: u32) -> Reply {
    Reply::PageFailed {
        token,
        page,
        failure: told(failure),
    }
}

/// A failure as the parent takes it.
fn told(failure: Failure) -> Failure {
    Failure {
        reason: failure.reason,
        message: check::presentable(&failure.message),
        remedy: check::presentable(&failure.remedy),
    }
}

/// A page that the parent would not take is a failed page, and says which rule it breaks.
fn presentable(page: Page, number: u32, limits: &Limits) -> Result<Page, Failure> {
    match check::page(&page, number, limits) {
        Ok(()) => Ok(page),
        Err(broken) => {
            let message = format!("what was read of it breaks a rule: {broken}");
            Err(Failure::new(RefusalReason::Limit, message))
        }
    }
}

fn reply(channel: &Channel, reply: &Reply) -> Result<(), Trouble> {
    let mut frame = serde_json::to_vec(reply)?;
    if let (Reply::Page { token, page }, true) = (reply, frame.len() > MAX_FRAME) {
        let size = frame.len();
        let message = format!("its words take {size} bytes, more than the {MAX_FRAME} allowed");
        let failed = Reply::PageFailed {
            token: *token,
            page: page.number,
            failure: Failure::new(RefusalReason::Limit, message),
        };
        frame = serde_json::to_vec(&failed)?;
    }
    Ok(channel.send(&frame, None, Patience::default())?)
}

/// The program's own reader.
struct Documents {
    limits: Limits,
    passwords: Vec<String>,
    reader: ocr::Reader,
    source: Option<scan::Source>,
}

impl Documents {
    fn new(making: Making<'_>) -> Result<Self, String> {
        // The first look at the clock asks the kernel where it is, which the fence forbids later.
        processor_time();
        let reader = ocr::Reader::new(making.models, making.languages);
        Ok(Self {
            limits: making.limits.clone(),
            passwords: making.passwords.to_vec(),
            reader: reader.map_err(|error| error.to_string())?,
            source: None,
        })
    }
}

impl Documents {
    fn open_source(&mut self) -> Result<&mut scan::Source, Failure> {
        self.source
            .as_mut()
            .ok_or_else(|| Failure::new(RefusalReason::Unreachable, "its file is not open"))
    }

    /// How much of the processor recognition may take of a page that was begun at that time.
    fn time_left(&self, started: Duration) -> Duration {
        let share = f64::from(self.limits.page_seconds) * READING_SHARE;
        let used = processor_time().saturating_sub(started);
        Duration::from_secs_f64(share).saturating_sub(used)
    }
}

impl FileReader for Documents {
    fn open(&mut self, file: File, languages: usize) -> Result<Inspection, Refusal> {
        self.reader.choose(languages);
        // First let go of the file before: two large ones need not fit into memory.
        self.source = None;
        let source = scan::open(file, &self.limits, &self.passwords)?;
        let inspection = Inspection {
            media_type: source.media_type().to_owned(),
            pages: source.page_count(),
            notes: source.notes().to_vec(),
            said: source.said().clone(),
        };
        self.source = Some(source);
        Ok(inspection)
    }

    fn page(&mut self, number: u32) -> Result<Page, Failure> {
        let started = processor_time();
        let scanned = self.open_source()?.page(number)?;
        let left = self.time_left(started);
        compose(number, scanned, &mut self.reader, left)
    }

    fn view(&mut self, number: u32, width: u32) -> Result<Bitmap, Failure> {
        self.open_source()?.view(number, width, MAX_VIEW_PIXELS)
    }

    fn reread(&mut self, number: u32, place: Place) -> Result<Page, Failure> {
        let started = processor_time();
        let scanned = self.open_source()?.page(number)?;
        let left = self.time_left(started);
        reread((number, place), scanned, &mut self.reader, left)
    }

    fn derive(&mut self, derivative: &Derivative) -> Result<Derived, Failure> {
        match derivative {
            Derivative::Master { pages } => self.open_source()?.master(pages),
        }
    }

    fn redact(&mut self, areas: &[Area]) -> Result<Derived, Failure> {
        self.open_source()?.redacted(areas)
    }
}
