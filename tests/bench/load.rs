//! A load generator for the server: searches, followers, uploads, over plain HTTP/1.1 with connections
//! that are kept. Prints how many a second, how long they took, and with which status they ended.
//!
//! `load URL TOKEN search CLIENTS SECONDS`, `load URL TOKEN follow CLIENTS SECONDS`,
//! `load URL TOKEN upload CLIENTS FILE`

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What people look for: names inflected, numbers, phrases, fields, and several together.
const QUERIES: [&str; 16] = [
    "kowalskiego",
    "umowa kredytu hipotecznego",
    "nowak kwota:100000..300000",
    "\"kredyt konsumencki\"",
    "typ:aneks data:2023",
    "wiśniewska łódź",
    "pożyczka gotówkowa 2024",
    "zielińskiej",
    "oddział:Kraków kowalczyk",
    "hipoteka księga wieczysta",
    "spłata rata odsetki",
    "lewandowski -aneks",
    "woźniak OR mazur",
    "kamińsk*",
    "umowy data:2021-03..2021-06",
    "kredytobiorca dąbrowski",
];

struct Target {
    address: String,
    token: String,
}

#[tokio::main]
async fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, token, what, clients, last] = arguments.as_slice() else {
        return Err("usage: load URL TOKEN search|follow|upload CLIENTS SECONDS|FILE".into());
    };
    let address = url
        .strip_prefix("http://")
        .ok_or("the address begins with http://")?;
    let target = Arc::new(Target {
        address: address.trim_end_matches('/').to_owned(),
        token: token.clone(),
    });
    let clients: usize = clients.parse()?;
    let began = Instant::now();
    let mut running = JoinSet::new();
    for client in 0..clients {
        let target = Arc::clone(&target);
        match what.as_str() {
            "search" => {
                let until = began + Duration::from_secs(last.parse()?);
                running.spawn(async move { searches(&target, client, until).await });
            }
            "follow" => {
                let until = began + Duration::from_secs(last.parse()?);
                running.spawn(async move { follow(&target, until).await });
            }
            "upload" => {
                let file = Arc::new(tokio::fs::read(last).await?);
                running.spawn(async move { upload(&target, client, &file).await });
            }
            other => return Err(format!("there is no load `{other}`").into()),
        }
    }
    let (mut times, mut statuses, mut broken) = (Vec::new(), BTreeMap::new(), 0);
    while let Some(done) = running.join_next().await {
        match done? {
            Ok(answers) => {
                for (took, status) in answers {
                    times.push(took);
                    *statuses.entry(status).or_insert(0) += 1;
                }
            }
            Err(_) => broken += 1,
        }
    }
    report(began.elapsed(), &mut times, &statuses, broken);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "it is what the program is for")]
#[expect(clippy::cast_precision_loss, reason = "for people")]
fn report(took: Duration, times: &mut [Duration], statuses: &BTreeMap<u16, u32>, broken: u32) {
    times.sort_unstable();
    let at = |share: usize| {
        let index = (times.len() * share / 1000).min(times.len().saturating_sub(1));
        times
            .get(index)
            .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    println!(
        "{} answers in {:.1} s: {:.0}/s; p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, slowest {:.1} ms; {statuses:?}, {broken} broken off",
        times.len(),
        took.as_secs_f64(),
        times.len() as f64 / took.as_secs_f64(),
        at(500),
        at(950),
        at(990),
        at(1000),
    );
}

type Answers = Vec<(Duration, u16)>;

async fn searches(target: &Target, client: usize, until: Instant) -> Fallible<Answers> {
    let mut answers = Vec::new();
    let mut stream = BufReader::new(TcpStream::connect(&target.address).await?);
    let mut n = client;
    while Instant::now() < until {
        n += 1;
        let body = format!(
            "{{\"query\":{:?},\"limit\":20}}",
            QUERIES[n % QUERIES.len()]
        );
        let began = Instant::now();
        let head = head(target, "POST", "/api/v1/search", body.len());
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        stream.flush().await?;
        let status = answer(&mut stream).await?;
        answers.push((began.elapsed(), status));
        if status == 503 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    Ok(answers)
}

async fn follow(target: &Target, until: Instant) -> Fallible<Answers> {
    let began = Instant::now();
    let mut stream = BufReader::new(TcpStream::connect(&target.address).await?);
    let head = head(target, "GET", "/api/v1/changes/stream", 0);
    stream.write_all(head.as_bytes()).await?;
    let status = status(&mut stream).await?;
    let opened = began.elapsed();
    let mut buffer = [0; 4096];
    while Instant::now() < until {
        let left = until.saturating_duration_since(Instant::now());
        match tokio::time::timeout(left, stream.read(&mut buffer)).await {
            Ok(Ok(0)) => return Err("the stream ended".into()),
            Ok(read) => {
                read?;
            }
            Err(_) => break,
        }
    }
    Ok(vec![(opened, status)])
}

async fn upload(target: &Target, client: usize, file: &[u8]) -> Fallible<Answers> {
    let mut stream = BufReader::new(TcpStream::connect(&target.address).await?);
    let began = Instant::now();
    // Each its own bytes, behind the file's end.
    let tail = format!("\n% {client}\n");
    let head = head(
        target,
        "POST",
        "/api/v1/submissions?station=load",
        file.len() + tail.len(),
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(file).await?;
    stream.write_all(tail.as_bytes()).await?;
    stream.flush().await?;
    let status = answer(&mut stream).await?;
    Ok(vec![(began.elapsed(), status)])
}

fn head(target: &Target, method: &str, path: &str, bytes: usize) -> String {
    let Target { address, token } = target;
    format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: \
         application/json\r\nContent-Disposition: attachment; filename=\"load.pdf\"\r\nContent-Length: {bytes}\r\n\r\n"
    )
}

/// Reads an answer's head; its status.
async fn status(stream: &mut BufReader<TcpStream>) -> Fallible<u16> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let status = line.split(' ').nth(1).ok_or("no answer")?.parse()?;
    Ok(status)
}

/// Reads an answer to its end; its status.
async fn answer(stream: &mut BufReader<TcpStream>) -> Fallible<u16> {
    let status = status(stream).await?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(status)
}
