//! A connection to a real S3 server that fails on demand.

use crate::elsewhere::s3_request;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The server takes no connection.
    Refuses,
    /// The server takes the request and answers never.
    Silent,
    /// The connection is cut in the middle of the request.
    CutBefore,
    /// The server does what is asked, and the connection is cut before its answer.
    CutAfter,
    /// The server does what is asked, and says that it failed.
    ErrorAfter,
}

impl Fault {
    pub(super) const ALL: [Self; 5] = [
        Self::Refuses,
        Self::Silent,
        Self::CutBefore,
        Self::CutAfter,
        Self::ErrorAfter,
    ];
}

#[derive(Default)]
struct State {
    fault: Option<Fault>,
    failed: usize,
}

/// What stands between the program and the server.
pub(super) struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// Before the server at `endpoint`, `http://host:port`.
    pub(super) fn before(endpoint: &str) -> Self {
        let server = endpoint.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (server, state) = (server.clone(), Arc::clone(&shared));
                // A connection that breaks is what this is for.
                thread::spawn(move || drop(connect(client, &server, &state)));
            }
        });
        Self { port, state }
    }

    pub(super) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on requests fail so, or not.
    pub(super) fn set(&self, fault: Option<Fault>) {
        self.state.lock().unwrap().fault = fault;
    }

    /// Requests that failed by now.
    pub(super) fn failed(&self) -> usize {
        self.state.lock().unwrap().failed
    }

    /// The versions of originals that the server has, as their keys.
    pub(super) fn originals(&self, bucket: &str) -> Vec<String> {
        let query = format!(
            "{}/{bucket}?prefix=bank%2Forig%2F&versions=",
            self.endpoint()
        );
        let listing = s3_request("GET", &query, &[]);
        let keys = listing.split("<Key>").skip(1);
        keys.filter_map(|rest| rest.split_once("</Key>"))
            .map(|(key, _)| key.to_owned())
            .filter(|key| !key.ends_with(".seal"))
            .collect()
    }
}

/// Passes one connection on, request by request, and fails those it is told to fail.
fn connect(client: TcpStream, server: &str, state: &Arc<Mutex<State>>) -> std::io::Result<()> {
    let upstream = TcpStream::connect(server)?;
    let (mut answers, mut answered) = (upstream.try_clone()?, client.try_clone()?);
    let fails = Arc::clone(state);
    let back = thread::spawn(move || -> std::io::Result<()> {
        let mut buffer = vec![0; 65_536];
        loop {
            let length = answers.read(&mut buffer)?;
            let now = fails.lock().unwrap().fault;
            match now {
                _ if length == 0 => return answered.shutdown(Shutdown::Both),
                None => answered.write_all(&buffer[..length])?,
                Some(fault) => {
                    fails.lock().unwrap().failed += 1;
                    if fault == Fault::ErrorAfter {
                        let said = "HTTP/1.1 500 Internal Server Error\r\n\
                                    Content-Length: 0\r\nConnection: close\r\n\r\n";
                        answered.write_all(said.as_bytes())?;
                    }
                    return answered.shutdown(Shutdown::Both);
                }
            }
        }
    });
    let (mut asks, mut asked) = (client, upstream);
    let mut buffer = vec![0; 65_536];
    loop {
        let length = asks.read(&mut buffer)?;
        let now = state.lock().unwrap().fault;
        let meets = || state.lock().unwrap().failed += 1;
        match now {
            _ if length == 0 => break,
            Some(Fault::Refuses) => {
                meets();
                break;
            }
            Some(Fault::CutBefore) => {
                meets();
                asked.write_all(&buffer[..length / 2])?;
                break;
            }
            Some(Fault::Silent) => {
                meets();
                // Longer than anybody waits.
                thread::sleep(Duration::from_secs(10));
                break;
            }
            _ => asked.write_all(&buffer[..length])?,
        }
    }
    // Either may be closed already.
    let _ = asks.shutdown(Shutdown::Both);
    let _ = asked.shutdown(Shutdown::Both);
    drop(back.join());
    Ok(())
}
