//! A PostgreSQL of its own that can be restarted without good-bye, and the wire to it that can be
//! cut: a proxy that stops carrying bytes, in both directions, without telling anybody.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The server; it ends with this value.
pub(crate) struct Server {
    process: Child,
    said: BufReader<ChildStdout>,
    /// Its address through its own socket, which is never cut.
    pub(crate) url: String,
}

impl Server {
    /// Starts one. It does not wait for the disk: what its processes have written survives their
    /// death in the system's memory, and only the machine's own death would lose it.
    pub(crate) fn start() -> Self {
        let mut process = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres.sh"))
            .arg("fsync=off")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("postgres.sh is in the tree");
        let mut said = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut url = String::new();
        said.read_line(&mut url).expect("it says its address");
        assert!(
            url.contains("postgres"),
            "`make setup-test` installs PostgreSQL"
        );
        let url = url.trim().to_owned();
        Self { process, said, url }
    }

    /// As `pg_ctl restart -m immediate`; returns when it accepts connections again.
    pub(crate) fn restart(&mut self) {
        let stdin = self.process.stdin.as_mut().expect("it is piped");
        stdin.write_all(b"restart\n").expect("the script reads");
        let mut line = String::new();
        self.said
            .read_line(&mut line)
            .expect("it says when it is back");
        assert_eq!(line.trim(), "restarted");
    }

    fn socket(&self) -> PathBuf {
        let (_, directory) = self.url.split_once("host=").expect("the address has it");
        Path::new(directory).join(".s.PGSQL.5432")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The script ends with its standard input, and takes the server along.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The wire between nodes and server.
pub(crate) struct Wire {
    whole: watch::Sender<bool>,
    port: u16,
    _carrying: JoinSet<()>,
}

impl Wire {
    pub(crate) async fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let (whole, seen) = watch::channel(true);
        let (socket, mut carrying) = (server.socket(), JoinSet::new());
        carrying.spawn(async move {
            let mut pairs = JoinSet::new();
            while let Ok((node, _)) = listener.accept().await {
                let (socket, seen) = (socket.clone(), seen.clone());
                pairs.spawn(async move {
                    let Ok(server) = UnixStream::connect(socket).await else {
                        return;
                    };
                    let (from_node, to_node) = node.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::select! {
                        () = carry(from_node, to_server, seen.clone()) => {}
                        () = carry(from_server, to_node, seen) => {}
                    }
                });
            }
        });
        Self {
            whole,
            port,
            _carrying: carrying,
        }
    }

    /// The server's address through the wire.
    pub(crate) fn url(&self) -> String {
        format!(
            "postgres://kartoteka@127.0.0.1:{}/postgres?sslmode=disable",
            self.port
        )
    }

    pub(crate) fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub(crate) fn mend(&self) {
        self.whole.send_replace(true);
    }
}

/// Carries bytes while the wire is whole, and holds them while it is not.
async fn carry(
    mut from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
    mut whole: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count) = from.read(&mut buffer).await {
        if count == 0 || whole.wait_for(|whole| *whole).await.is_err() {
            return;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
