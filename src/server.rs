//! The HTTP server: the one place that knows HTTP. It lets people and machines in, hands what they ask
//! to the parts that do it, and writes down what is read. It decides nothing about a document.

mod api;
mod asked;
mod desk;
mod door;
mod drawn;
mod entrance;
mod image;
mod metrics;
mod office;
mod once;
mod pace;
mod packages;
mod page;
mod problem;
mod reads;
mod secrets;
mod uploads;

pub(crate) use office::Parts;
pub(crate) use secrets::{hash, one_time_password};

use crate::config::Server as Settings;
use anyhow::Context as _;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use ledger::{Actor, Ledger, User, UserState};
use office::Office;
use problem::Problem;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Where it listens unless told otherwise.
pub(crate) const USUAL: &str = "127.0.0.1:8700";
/// Largest body of a request that is no file, in bytes.
const LARGEST_BODY: usize = 2 << 20;
/// How long a request's head may take to arrive.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How often certificates are read again.
const CERTIFICATES_EVERY: Duration = Duration::from_secs(60);
/// How long answers under way may go on once the node stops.
const DRAIN: Duration = Duration::from_secs(5);
/// How often the change log is looked at for those who follow it.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// A place to listen at, taken before anything else is opened, so that what is wrong is said at once.
pub(crate) struct Place {
    listener: TcpListener,
    tls: Option<RustlsConfig>,
}

impl Place {
    /// Takes the place that was asked for. The usual one, where it was not asked for and is taken, is
    /// given up for any free one: work does not stop for want of a port.
    ///
    /// # Errors
    /// When the place cannot be taken, or the certificate not be used; says what to do.
    pub(crate) async fn take(listen: Option<&str>, settings: &Settings) -> anyhow::Result<Self> {
        let tls = match (&settings.tls_certificate, &settings.tls_key) {
            (Some(certificate), Some(key)) => {
                // Twice is no harm: the first choice stays.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let tls = RustlsConfig::from_pem_file(certificate, key).await;
                let tls = tls.with_context(|| {
                    format!(
                        "the certificate {} and the key {} cannot be used: give PEM files that belong \
                         together and that the program may read",
                        certificate.display(),
                        key.display()
                    )
                })?;
                Some(tls)
            }
            (None, None) => None,
            _ => anyhow::bail!("TLS needs both `server.tls_certificate` and `server.tls_key`"),
        };
        let listener = match listen {
            Some(asked) => TcpListener::bind(asked).with_context(|| {
                format!(
                    "nobody can listen at {asked}: it is taken, or none of this machine's addresses"
                )
            })?,
            None => match TcpListener::bind(USUAL) {
                Err(why) if why.kind() == io::ErrorKind::AddrInUse => {
                    tracing::warn!("{USUAL} is taken; another port is used");
                    TcpListener::bind("127.0.0.1:0")?
                }
                bound => bound.with_context(|| format!("nobody can listen at {USUAL}"))?,
            },
        };
        let place = Self { listener, tls };
        let exposed = !place.listener.local_addr()?.ip().is_loopback();
        anyhow::ensure!(
            place.tls.is_some() || settings.behind_tls || !exposed,
            "without TLS the server listens at this machine's own addresses only: set \
             `server.tls_certificate` and `server.tls_key`, or `server.behind_tls` where a proxy before it \
             does TLS"
        );
        Ok(place)
    }

    /// The address that people type.
    ///
    /// # Errors
    /// When the system does not say where it listens.
    pub(crate) fn url(&self) -> anyhow::Result<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}", self.listener.local_addr()?))
    }
}

/// Serves until told to stop; answers under way get a moment to end.
///
/// # Errors
/// When the place is lost.
pub(crate) async fn serve(
    place: Place,
    parts: Parts,
    settings: Settings,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let Place { listener, tls } = place;
    let (reads, writing) = reads::Reads::into(parts.ledger.clone());
    let office = Arc::new(Office::new(parts, reads, tls.is_some()));
    uploads::finish_left(&office).await;
    let mut side = JoinSet::new();
    side.spawn(writing);
    side.spawn(Arc::clone(&office).look_for_changes(LOOK_EVERY, stop.clone()));
    let app =
        app(Arc::clone(&office), &settings).into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    side.spawn({
        let handle = handle.clone();
        async move {
            stop.cancelled().await;
            handle.graceful_shutdown(Some(DRAIN));
        }
    });
    let served = match tls {
        Some(tls) => {
            side.spawn(renew(tls.clone(), settings.clone()));
            let mut server = axum_server::from_tcp_rustls(listener, tls)?.handle(handle);
            server
                .http_builder()
                .http1()
                .header_read_timeout(HEAD_WITHIN);
            server.serve(app).await
        }
        None => {
            let mut server = axum_server::from_tcp(listener)?.handle(handle);
            server
                .http_builder()
                .http1()
                .header_read_timeout(HEAD_WITHIN);
            server.serve(app).await
        }
    };
    office.following_up.close();
    // What does not end in time is a node's to do, at the next start.
    let _ = tokio::time::timeout(DRAIN, office.following_up.wait()).await;
    side.shutdown().await;
    served.context("the server ended")
}

/// Reads the certificate again now and then, so that a renewed one is in force without a restart.
async fn renew(tls: RustlsConfig, settings: Settings) {
    let (Some(certificate), Some(key)) = (settings.tls_certificate, settings.tls_key) else {
        return;
    };
    loop {
        tokio::time::sleep(CERTIFICATES_EVERY).await;
        if let Err(error) = tls.reload_from_pem_file(&certificate, &key).await {
            tracing::warn!(%error, "the certificate cannot be read again; the one until now stays in force");
        }
    }
}

fn app(office: Arc<Office>, settings: &Settings) -> Router {
    let (api, description) = api::taken_apart(api::routes());
    let description = Arc::new(description);
    let door = Arc::new(door::Door::new(settings));
    let described = Arc::clone(&description);
    Router::new()
        .nest("/api/v1", api)
        .route(
            "/api/v1/openapi.json",
            get(move || async move { axum::Json((*described).clone()) }),
        )
        .route("/api", get(move || async move { page::of(&description) }))
        .route("/metrics", get(metrics::metrics))
        .route("/health/live", get(|| async { StatusCode::NO_CONTENT }))
        .route("/health/ready", get(ready))
        .merge(desk::routes())
        .fallback(|| async { Problem::unknown("page") })
        .method_not_allowed_fallback(|| async {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "that cannot be done there",
                "look at /api for what can",
            )
        })
        .layer(from_fn_with_state(Arc::clone(&office), once::once))
        .layer(from_fn_with_state(Arc::clone(&office), entrance::identify))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(door, door::let_in))
        .layer(from_fn_with_state(Arc::clone(&office), desk::as_page))
        .layer(from_fn(hardened))
        .with_state(office)
}

/// Whether requests can be answered: ledger, archive and index are there.
async fn ready(State(office): State<Arc<Office>>) -> Response {
    let ledger = office.ledger().newest_change().await.is_ok();
    let index = office.index().is_ok();
    match ledger && index {
        true => StatusCode::NO_CONTENT.into_response(),
        false => Problem::away("the ledger or the index is away").into_response(),
    }
}

/// What every answer says to browsers, and a name for each request.
async fn hardened(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// The first person, where there is none yet: an administrator with a one-time password, which is
/// returned to be said once.
///
/// # Errors
/// When the ledger cannot be written.
pub(crate) async fn first_person(ledger: &Ledger) -> anyhow::Result<Option<(String, String)>> {
    if !ledger.users().await?.is_empty() {
        return Ok(None);
    }
    let password = one_time_password()?;
    let user = User {
        name: "administrator".into(),
        full_name: "Administrator".into(),
        roles: vec!["administrator".into()],
        branches: Vec::new(),
        kinds: Vec::new(),
        until: None,
        secret: Some(hash(&password)?),
        change_secret: true,
        second_factor: None,
        state: UserState::Active,
    };
    let name = user.name.clone();
    let first = ledger
        .put_first_user(&user, &Actor::stage("first start", "server"))
        .await?;
    Ok(first.then_some((name, password)))
}
