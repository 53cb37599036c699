//! A node that serves, and whoever talks to it over HTTP.

use crate::program::Bench;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use ureq::http::{Method, Request, Response};
use ureq::{Agent, Body};

/// How long something may take that takes seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// A node at work, and what it said when it started.
pub(crate) struct Served {
    pub(crate) bench: Bench,
    node: Child,
    pub(crate) url: String,
    /// The first administrator's one-time password.
    pub(crate) password: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}

impl Served {
    /// Starts a node with a configuration of its own, in a new place.
    pub(crate) fn start(configuration: &str) -> Self {
        Self::start_with(configuration, |_| ())
    }

    /// The same; `before` lays files in its inbox.
    pub(crate) fn start_with(configuration: &str, before: impl FnOnce(&Bench)) -> Self {
        let bench = Bench::new().also(vec![("KARTOTEKA_LOG_LEVEL", "info".into())]);
        std::fs::write(bench.path().join("kartoteka.toml"), configuration).unwrap();
        before(&bench);
        let mut node = bench
            .command(&["run", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(bench.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(node.stdout.take().unwrap());
        let mut url = String::new();
        said.read_line(&mut url).unwrap();
        let mut served = Self {
            node,
            url: url.trim().to_owned(),
            password: String::new(),
            bench,
        };
        let log = served.log();
        assert!(served.url.starts_with("http://127.0.0.1:"), "{url}{log}");
        let password = log.split("one-time password ").nth(1).unwrap_or(&log);
        served.password = password.split_whitespace().next().unwrap().to_owned();
        served
    }

    /// What the node said on standard error.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.bench.path().join("log")).unwrap()
    }

    /// Nobody, at the door.
    pub(crate) fn nobody(&self) -> Client {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        Client {
            agent: config.into(),
            url: self.url.clone(),
            headers: Vec::new(),
        }
    }

    /// Somebody who signed in.
    pub(crate) fn signed_in(&self, name: &str, password: &str) -> Client {
        let mut client = self.nobody();
        let answer = client.send(
            "POST",
            "/api/v1/session",
            &json!({"name": name, "password": password}),
        );
        assert_eq!(answer.status, 201, "{}", answer.json);
        let cookie = answer.cookie.split(';').next().unwrap().to_owned();
        let proof = answer.json["proof"].as_str().unwrap().to_owned();
        client.headers = vec![("cookie", cookie), ("x-kartoteka-proof", proof)];
        client
    }

    /// The first administrator, with a password of their own.
    pub(crate) fn administrator(&self) -> Client {
        let client = self.signed_in("administrator", &self.password);
        let change = json!({"current": self.password, "new": "siedem srok na płocie"});
        let answer = client.send("PUT", "/api/v1/session/password", &change);
        assert_eq!(answer.status, 204, "{}", answer.json);
        client
    }

    /// A machine with a token for somebody new of those roles, limited to those branches.
    pub(crate) fn machine(
        &self,
        administrator: &Client,
        roles: &[&str],
        branches: &[&str],
    ) -> Client {
        let number = branches.len();
        let name = format!("{}-{number}", roles.join("-").replace('_', "-"));
        let person = json!({
            "name": name, "full_name": "Ktoś", "roles": roles, "branches": branches, "until": "2099-12-31",
        });
        let answer = administrator.send("PUT", "/api/v1/people", &person);
        assert_eq!(answer.status, 200, "{}", answer.json);
        let token = json!({"title": "a test", "person": name, "roles": roles, "days": 1});
        let answer = administrator.send("POST", "/api/v1/tokens", &token);
        assert_eq!(answer.status, 201, "{}", answer.json);
        let mut client = self.nobody();
        let secret = answer.json["secret"].as_str().unwrap();
        client.headers = vec![("authorization", format!("Bearer {secret}"))];
        client
    }

    /// Waits until nothing is left to be done and everything can be found.
    pub(crate) fn settle(&self, by: &Client, documents: u64) {
        let until = Instant::now() + PATIENCE;
        loop {
            let status = by.get("/api/v1/status").json;
            let behind = status["nodes"][0]["index_behind"].as_u64();
            let waiting = status["submissions"]["waiting"].as_u64();
            if (waiting, behind) == (Some(0), Some(0)) && status["documents"] == documents {
                return;
            }
            assert!(Instant::now() < until, "{status:#}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Whoever sends requests.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) json: Value,
    pub(crate) bytes: Vec<u8>,
    pub(crate) kind: String,
    pub(crate) cookie: String,
    pub(crate) etag: String,
    pub(crate) location: String,
    pub(crate) offset: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Client {
    pub(crate) fn get(&self, path: &str) -> Got {
        self.bytes("GET", path, &[], &[])
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Got {
        let body = serde_json::to_vec(body).unwrap();
        self.bytes(method, path, &[("content-type", "application/json")], &body)
    }

    /// Sends a change that was made on a version.
    pub(crate) fn send_on(&self, method: &str, path: &str, etag: &str, body: &Value) -> Got {
        let body = serde_json::to_vec(body).unwrap();
        let headers = [("content-type", "application/json"), ("if-match", etag)];
        self.bytes(method, path, &headers, &body)
    }

    pub(crate) fn bytes(
        &self,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &[u8],
    ) -> Got {
        let response = self.stream(method, path, more, body);
        let header = |name: &str| {
            let value = response.headers().get(name);
            value.map_or_else(String::new, |v| v.to_str().unwrap().to_owned())
        };
        let all = response.headers().iter();
        let headers = all.map(|(n, v)| (n.to_string(), v.to_str().unwrap_or_default().to_owned()));
        let mut got = Got {
            status: response.status().as_u16(),
            json: Value::Null,
            bytes: Vec::new(),
            kind: header("content-type"),
            cookie: header("set-cookie"),
            etag: header("etag"),
            location: header("location"),
            offset: header("upload-offset"),
            headers: headers.collect(),
        };
        let mut body = response.into_body();
        body.as_reader().read_to_end(&mut got.bytes).unwrap();
        got.json = serde_json::from_slice(&got.bytes).unwrap_or_default();
        got
    }

    /// An answer whose body is still to come.
    pub(crate) fn stream(
        &self,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &[u8],
    ) -> Response<Body> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        self.agent.run(request.body(body).unwrap()).unwrap()
    }
}
