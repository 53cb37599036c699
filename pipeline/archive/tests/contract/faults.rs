//! A network that fails at the worst moments, between the store and a real server.

use crate::server::{self, Bucket};
use archive::{Content, Lock, PutOutcome, StoreError};
use model::Disposition;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The server carries it out; the answer never comes.
    AnswerCut,
    /// The server carries it out; something in between says 500.
    ServerError,
    /// It is cut before the server has it all.
    RequestCut,
    /// Nothing is forwarded and nothing answered.
    BlackHole,
    /// Half of the answer comes.
    HalfAnswer,
}

/// A proxy that lets everything through but the requests it was told to spoil.
struct Proxy {
    endpoint: String,
    faults: Arc<Mutex<Vec<(&'static str, Fault)>>>,
}

impl Proxy {
    /// Spoils the next requests with these methods on originals, in this order.
    fn start(faults: &[(&'static str, Fault)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let faults = Arc::new(Mutex::new(faults.iter().rev().copied().collect::<Vec<_>>()));
        let shared = Arc::clone(&faults);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || drop(serve(&stream, &shared)));
            }
        });
        Self { endpoint, faults }
    }

    fn is_used_up(&self) -> bool {
        self.faults.lock().unwrap().is_empty()
    }
}

/// One request a connection: both sides are told to close after it.
fn serve(client: &TcpStream, faults: &Mutex<Vec<(&'static str, Fault)>>) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            head.push_str("connection: close\r\n\r\n");
            break;
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let fault = {
        let mut faults = faults.lock().unwrap();
        let hit = |(method, _): &(&str, Fault)| {
            head.starts_with(method) && head.lines().next().unwrap().contains("/orig/")
        };
        faults
            .last()
            .is_some_and(hit)
            .then(|| faults.pop().unwrap().1)
    };
    match fault {
        Some(Fault::BlackHole) => std::thread::sleep(Duration::from_secs(60)),
        Some(Fault::RequestCut) => forward(&head, &body[..length / 2]).map(drop)?,
        Some(Fault::AnswerCut) => drop(forward(&head, &body)?),
        Some(Fault::ServerError) => {
            forward(&head, &body)?;
            let answer = "HTTP/1.1 500 Internal Server Error\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            (&mut &*client).write_all(answer.as_bytes())?;
        }
        Some(Fault::HalfAnswer) => {
            let answer = forward(&head, &body)?;
            (&mut &*client).write_all(&answer[..answer.len() - answer.len() / 4])?;
        }
        None => (&mut &*client).write_all(&forward(&head, &body)?)?,
    }
    client.shutdown(Shutdown::Both)
}

fn forward(head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    let address = server::endpoint().strip_prefix("http://").unwrap();
    let mut upstream = TcpStream::connect(address)?;
    upstream.write_all(head.as_bytes())?;
    upstream.write_all(body)?;
    if head.to_ascii_lowercase().contains("content-length:") {
        // Where less was sent than announced, the server must see that no more comes.
        upstream.shutdown(Shutdown::Write).ok();
    }
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    Ok(answer)
}

async fn put_through(bucket: &Bucket, faults: &[(&'static str, Fault)]) -> PutOutcome {
    let proxy = Proxy::start(faults);
    let store = bucket.open_at("", &server::options(&proxy.endpoint)).await;
    let content = archive::contract::some_bytes(50_000, fastrand::u64(..));
    let stored = store
        .put_original(Content::bytes(content.clone()), Lock::NONE)
        .await
        .unwrap();
    assert!(proxy.is_used_up(), "{faults:?} did not happen");
    assert_eq!(
        bucket.versions(&stored.key).await,
        1,
        "{faults:?}: there once"
    );
    assert_eq!(store.bytes(&stored.key, 1 << 20).await.unwrap(), content);
    stored.outcome
}

#[tokio::test]
async fn a_put_whose_answer_is_lost_is_adopted_not_repeated() {
    let bucket = Bucket::with_locks().await;
    for fault in [Fault::AnswerCut, Fault::ServerError] {
        assert_eq!(
            put_through(&bucket, &[("PUT", fault)]).await,
            PutOutcome::Adopted
        );
    }
}

#[tokio::test]
async fn a_put_that_did_not_arrive_is_sent_again() {
    let bucket = Bucket::with_locks().await;
    let cut = ("PUT", Fault::RequestCut);
    assert_eq!(put_through(&bucket, &[cut]).await, PutOutcome::Created);
    assert_eq!(put_through(&bucket, &[cut, cut]).await, PutOutcome::Created);
}

#[tokio::test]
async fn a_server_that_stays_silent_makes_work_pause_and_loses_nothing() {
    let bucket = Bucket::with_locks().await;
    let proxy = Proxy::start(&[("PUT", Fault::BlackHole); 2]);
    let mut options = server::options(&proxy.endpoint);
    options.patience.answer = Duration::from_secs(1);
    options.patience.tries = 2;
    let store = bucket.open_at("", &options).await;
    let started = Instant::now();
    let error = store
        .put_original(Content::bytes("silence"), Lock::NONE)
        .await
        .unwrap_err();
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    assert_eq!(error.disposition(), Disposition::Pause);
    let stored = store
        .put_original(Content::bytes("silence"), Lock::NONE)
        .await
        .unwrap();
    assert_eq!(stored.outcome, PutOutcome::Created, "once it answers again");
}

#[tokio::test]
async fn half_an_answer_is_never_taken_for_the_whole() {
    let bucket = Bucket::with_locks().await;
    let proxy = Proxy::start(&[("GET", Fault::HalfAnswer)]);
    let direct = bucket.open("").await;
    let bytes = archive::contract::some_bytes(100_000, 3);
    let stored = direct
        .put_original(Content::bytes(bytes.clone()), Lock::NONE)
        .await
        .unwrap();
    let store = bucket.open_at("", &server::options(&proxy.endpoint)).await;
    let error = store.bytes(&stored.key, 1 << 20).await.unwrap_err();
    assert_eq!(error.disposition(), Disposition::Pause, "{error}");
    assert_eq!(store.bytes(&stored.key, 1 << 20).await.unwrap(), bytes);
}
