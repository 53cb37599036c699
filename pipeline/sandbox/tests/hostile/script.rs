//! The worker of these tests: a reader that does what the file says.

use model::{
    Area, Bitmap, Failure, Page, PageKind, Pixels, Place, Quality, Refusal, RefusalReason,
    TextSource, Turn,
};
use rustix::event::{Timespec, poll};
use sandbox::{Derivative, Derived, FileReader, Inspection, Making};
use std::fs::File;
use std::io::Read as _;
use std::net::TcpStream;
use std::os::fd::AsFd as _;
use std::process::Command;

/// One word for each page of the open file.
pub(crate) struct Script {
    pages: Vec<String>,
}

impl Script {
    pub(crate) fn warm_up(making: &Making<'_>) -> Result<Self, String> {
        match making.languages[0].as_str() {
            "missing" => Err("no model for missing: install it".into()),
            "dies" => std::process::abort(),
            _ => Ok(Self { pages: Vec::new() }),
        }
    }
}

fn inspected(media_type: &str, pages: u32) -> Inspection {
    Inspection {
        media_type: media_type.into(),
        pages,
        notes: Vec::new(),
        said: std::collections::BTreeMap::new(),
    }
}

impl FileReader for Script {
    fn open(&mut self, mut file: File, _: usize) -> Result<Inspection, Refusal> {
        let mut script = String::new();
        rustix::fs::seek(&file, rustix::fs::SeekFrom::Start(0)).expect("a file can be sought");
        file.read_to_string(&mut script).expect("a script is text");
        let mut words = script.split_whitespace().map(str::to_owned);
        let pages = words
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a script begins with a number");
        let opening = words.next().unwrap_or_default();
        self.pages = words.collect();
        match opening.as_str() {
            "refuse" => Err(Refusal::new(
                RefusalReason::Encrypted,
                "a password is needed",
            )),
            "html" => Ok(inspected("text/html", pages)),
            act => {
                perform(act);
                Ok(inspected("application/pdf", pages))
            }
        }
    }

    fn page(&mut self, number: u32) -> Result<Page, Failure> {
        let act = self.act(number);
        match act.as_str() {
            "fail" => Err(Failure::new(RefusalReason::Damaged, "it is torn")),
            "mumble" => Err(Failure::new(RefusalReason::Damaged, "no\0filter\n").with_remedy("")),
            "many" => {
                let mut page = blank(number);
                page.text = "x".repeat(3 << 20);
                Ok(page)
            }
            _ => {
                perform(&act);
                Ok(blank(number))
            }
        }
    }

    /// Page 1 is an honest page; the others are `act`ed.
    fn view(&mut self, number: u32, width: u32) -> Result<Bitmap, Failure> {
        let gray = |width: u32, height: u32| {
            let pixels = Pixels::Gray(vec![7; width as usize * height as usize]);
            Ok(Bitmap::new(width, height, pixels).expect("as many pixels as the size says"))
        };
        match self.act(number).as_str() {
            "fail" => self.page(number).map(|_| unreachable!("the page fails")),
            "wide" => gray(width + 1, 2),
            "large" => gray(width, 400_000),
            // The measures of an image, then fewer samples than it has, then an end.
            "short" => {
                let measures = r#""width":8,"height":8,"colours":"gray""#;
                let token = 1;
                frame(&format!(
                    r#"{{"view":{{"token":{token},"page":{number},{measures}}}}}"#
                ));
                say(b"\x08\0\0\0abcdefgh\0\0\0\0");
                perform("loop");
                gray(1, 1)
            }
            "long" => {
                let measures = r#""width":8,"height":1,"colours":"gray""#;
                frame(&format!(
                    r#"{{"view":{{"token":1,"page":{number},{measures}}}}}"#
                ));
                say(b"\x09\0\0\0abcdefghi");
                gray(1, 1)
            }
            act => {
                perform(act);
                gray(width.min(3_000), 3_000)
            }
        }
    }

    fn reread(&mut self, number: u32, _: Place) -> Result<Page, Failure> {
        self.page(number)
    }

    /// The first page asked for says how it is made.
    fn derive(&mut self, derivative: &Derivative) -> Result<Derived, Failure> {
        let Derivative::Master { pages } = derivative;
        let act = self.act(pages[0]);
        let count = u32::try_from(pages.len()).expect("they are few");
        let file = |text: &str| {
            Ok(Derived {
                media_type: "application/pdf",
                pages: count,
                bytes: text.as_bytes().to_vec(),
            })
        };
        let announced = |bytes: u32| {
            frame(&format!(
                r#"{{"made":{{"token":1,"media_type":"application/pdf","pages":{count},"bytes":{bytes}}}}}"#
            ));
        };
        match act.as_str() {
            "fail" => Err(Failure::new(RefusalReason::Damaged, "it is torn")),
            "more" => {
                announced(4);
                say(b"\x05\0\0\0 fine");
                file("")
            }
            "less" => {
                announced(4);
                say(b"\x02\0\0\0 f\0\0\0\0");
                perform("loop");
                file("")
            }
            "other" => file("7 fine"),
            "refused" => file("1 refuse"),
            "long" => file(&format!("{count} fine {}", "fine ".repeat(4 << 20))),
            act => {
                perform(act);
                file(&format!("{count} fine"))
            }
        }
    }

    fn redact(&mut self, areas: &[Area]) -> Result<Derived, Failure> {
        Ok(Derived {
            media_type: "application/pdf",
            pages: u32::try_from(self.pages.len()).expect("they are few"),
            bytes: format!("{} fine {}", self.pages.len(), areas.len()).into_bytes(),
        })
    }
}

impl Script {
    fn act(&self, number: u32) -> String {
        let act = self.pages.get(number as usize - 1);
        act.cloned().unwrap_or_default()
    }
}

fn blank(number: u32) -> Page {
    Page {
        number,
        width: 100,
        height: 200,
        dpi: [300, 300],
        rotation: Turn::None,
        skew: 0.0,
        kind: PageKind::Blank,
        source: TextSource::None,
        quality: Quality::default(),
        text: String::new(),
        words: Vec::new(),
        sheet: model::Sheet::default(),
        failure: None,
    }
}

/// Misbehaves. What returns from here was harmless.
fn perform(act: &str) {
    match act {
        "passwd" => drop(std::fs::read_to_string("/etc/passwd")),
        "write_passwd" => write("/etc/passwd"),
        "write_sink" => write("/dev/null"),
        "connect" => drop(TcpStream::connect("127.0.0.1:1")),
        "run" => drop(Command::new("/bin/true").spawn()),
        "thread" => drop(std::thread::Builder::new().spawn(|| ())),
        "allocate" => allocate_without_end(),
        "overflow" => assert!(overflow(1) > 0, "the stack ends first"),
        "panic" => panic!("the name of a customer"),
        "abort" => std::process::abort(),
        "exit" => std::process::exit(7),
        "wait" => {
            let day = Timespec {
                tv_sec: 86_400,
                tv_nsec: 0,
            };
            poll(&mut [], Some(&day)).ok();
        }
        "loop" => loop {
            std::hint::spin_loop();
        },
        "garbage" => say(b"\x04\0\0\0{}}}"),
        "huge" => say(b"\xff\xff\xff\xff"),
        "half" => {
            say(b"\xff\0\0\0{\"page\"");
            std::process::exit(0)
        }
        // As sound as the honest reply, but about another page and another file.
        "other_page" => {
            let page = serde_json_of(&blank(9));
            frame(&format!(r#"{{"page":{{"token":1,"page":{page}}}}}"#));
        }
        "other_file" => {
            let page = serde_json_of(&blank(1));
            frame(&format!(r#"{{"page":{{"token":99,"page":{page}}}}}"#));
        }
        _ => {}
    }
}

/// As C's `fopen(path, "w")` does. The page is read only where the sink, and nothing else, opened.
fn write(path: &str) {
    let opened = File::create(path).is_ok();
    assert_eq!(opened, path == "/dev/null", "{path}");
}

fn serde_json_of(page: &Page) -> String {
    serde_json::to_string(page).expect("a page is JSON")
}

fn say(bytes: &[u8]) {
    rustix::io::write(std::io::stdin().as_fd(), bytes).expect("the socket is open");
}

fn frame(json: &str) {
    let length = u32::try_from(json.len()).expect("it is short");
    say(&length.to_le_bytes());
    say(json.as_bytes());
}

fn allocate_without_end() {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(Vec::with_capacity(16 << 20));
        std::hint::black_box(&kept);
    }
}

fn overflow(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 512]);
    if depth == 0 {
        0
    } else {
        overflow(depth + 1) + room[17]
    }
}
