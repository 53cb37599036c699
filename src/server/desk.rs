//! The desk: the pages on which people work. They do what the API does, through the same functions, and
//! show it in Polish and English. Lists and forms need no script; the one island of script makes the
//! viewer and the review quick.

mod document;
mod files;
mod form;
mod frame;
mod log;
mod overview;
mod packages;
mod people;
mod records;
mod review;
mod scan;
mod sealed;
mod search;
mod session;
mod stations;
mod words;

pub(crate) use sealed::Seal;

use super::entrance::{Caller, guard};
use super::office::Office;
use super::problem::{Answer, Problem};
use ::records::access::Permission;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use frame::Frame;
use model::Digest;
use std::sync::{Arc, LazyLock};

/// The style, the script and the mark: browsers keep them until they change.
const STYLE: &str = include_str!("desk/assets/desk.css");
const SCRIPT: &str = include_str!("desk/assets/desk.js");
const MARK: &str = include_str!("desk/assets/mark.svg");
/// Where they are, by what is in them.
static ADDRESSES: LazyLock<[String; 2]> = LazyLock::new(|| {
    let of = |name: &str, body: &str| {
        let digest = Digest::of(body.as_bytes()).to_string();
        format!("/assets/{name}?{}", &digest[..12])
    };
    [of("desk.css", STYLE), of("desk.js", SCRIPT)]
});

/// A page and what it needs.
type Way = (&'static str, Permission, MethodRouter<Arc<Office>>);

/// Every page that needs a permission. The table of `docs/access.md` is made of it.
#[expect(
    clippy::too_many_lines,
    reason = "a table has as many rows as there are pages"
)]
fn ways() -> Vec<Way> {
    use Permission as P;
    vec![
        ("/search", P::Search, get(search::begin).post(search::ask)),
        ("/search/{asked}", P::Search, get(search::found)),
        ("/search/suggest", P::Search, post(search::suggest)),
        ("/searches", P::Search, post(search::keep)),
        ("/searches/forget", P::Search, post(search::forget)),
        ("/selection", P::Search, post(search::selected)),
        ("/documents/{id}", P::Read, get(document::show)),
        ("/documents/{id}/notes", P::Read, post(document::note)),
        ("/documents/{id}/print", P::Read, get(document::print)),
        (
            "/documents/{id}/rescans",
            P::Correct,
            post(document::rescan),
        ),
        (
            "/documents/{id}/fields/{name}",
            P::Correct,
            post(review::correct),
        ),
        ("/documents/{id}/review", P::Correct, post(review::judge)),
        ("/documents/{id}/file", P::StateEvents, post(files::join)),
        (
            "/documents/{id}/class",
            P::StateEvents,
            post(files::confirm_class),
        ),
        ("/files/{file}", P::Read, get(files::show)),
        (
            "/files/{file}/events",
            P::StateEvents,
            post(files::state_event),
        ),
        ("/review", P::Correct, get(review::queue)),
        ("/review/next", P::Correct, get(review::next)),
        ("/review/{id}", P::Correct, get(review::show)),
        ("/review/{id}/undo", P::Correct, post(review::undo)),
        ("/documents/{id}/kind", P::Correct, post(review::say_kind)),
        ("/review/{id}/read", P::Correct, post(review::read_again)),
        ("/stations", P::SeeStations, get(stations::all)),
        ("/stations/{station}", P::SeeStations, get(stations::one)),
        (
            "/stations/{station}/separators",
            P::SeeStations,
            get(stations::separators),
        ),
        (
            "/submissions",
            P::SeeSubmissions,
            get(stations::submissions),
        ),
        ("/work", P::Operate, post(stations::work)),
        ("/overview", P::SeeStations, get(overview::show)),
        ("/overview.csv", P::SeeStations, get(overview::csv)),
        ("/records", P::SeeHolds, get(records::show)),
        (
            "/holds/new",
            P::Hold,
            get(records::new_hold).post(records::place),
        ),
        ("/holds/{hold}/release", P::Hold, post(records::release)),
        ("/disposals", P::PrepareDisposals, post(records::prepare)),
        (
            "/disposals/{disposal}",
            P::SeeDisposals,
            get(records::disposal),
        ),
        (
            "/disposals/{disposal}/opinion",
            P::GiveOpinion,
            post(records::opinion),
        ),
        (
            "/disposals/{disposal}/approval",
            P::ApproveDisposals,
            post(records::approve),
        ),
        (
            "/disposals/{disposal}/abandon",
            P::PrepareDisposals,
            post(records::abandon),
        ),
        (
            "/packages",
            P::Disclose,
            get(packages::show).post(packages::ask),
        ),
        (
            "/people",
            P::ManagePeople,
            get(people::list).post(people::put),
        ),
        ("/people/change", P::ManagePeople, post(people::change)),
        ("/tokens", P::ManagePeople, post(people::make_token)),
        (
            "/tokens/{token}/revoke",
            P::ManagePeople,
            post(people::revoke),
        ),
        ("/audit", P::ReadAudit, get(log::show)),
    ]
}

/// The desk's routes.
pub(super) fn routes() -> Router<Arc<Office>> {
    let mut routes = Router::new()
        .route("/", get(session::home))
        .route("/sign-in", get(session::door).post(session::sign_in))
        .route("/sign-out", post(session::sign_out))
        .route("/me", get(session::me))
        .route("/me/password", post(session::change_password))
        .route("/me/factor", post(session::set_factor))
        .route("/look", post(session::look))
        .route(
            "/assets/desk.css",
            get(async || asset("text/css; charset=utf-8", STYLE)),
        )
        .route(
            "/assets/desk.js",
            get(async || asset("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route(
            "/assets/mark.svg",
            get(async || asset("image/svg+xml", MARK)),
        );
    for (path, permission, methods) in ways() {
        let guarded = methods.layer(from_fn_with_state(permission, guard));
        routes = routes.route(path, guarded);
    }
    routes.layer(from_fn(first_a_password))
}

fn asset(kind: &'static str, body: &'static str) -> Response {
    let head = [
        (header::CONTENT_TYPE, kind),
        // The address changes with what is in it.
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (head, body).into_response()
}

/// Whoever has a password that somebody else gave chooses one first.
async fn first_a_password(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let must_change = request
        .extensions()
        .get::<Caller>()
        .is_some_and(|caller| caller.must_change);
    let open = ["/me", "/sign-in", "/sign-out", "/look"];
    let allowed = path.starts_with("/me/") || path.starts_with("/assets/") || open.contains(&path);
    if must_change && !allowed {
        return Redirect::to("/me").into_response();
    }
    next.run(request).await
}

/// What goes wrong on a page, as a page; whoever is not signed in is asked to.
pub(super) async fn as_page(
    State(office): State<Arc<Office>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_page = !["/api", "/health", "/metrics"]
        .iter()
        .any(|beginning| path.starts_with(beginning));
    if !is_page {
        return next.run(request).await;
    }
    let reads = request.method() == Method::GET;
    let frame = Frame::new(&office, None, request.headers(), request.uri());
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else {
        return response;
    };
    if problem.status() == StatusCode::UNAUTHORIZED && frame.path != "/sign-in" {
        let to = if reads { frame.path.as_str() } else { "/" };
        return Redirect::to(&format!("/sign-in?to={to}")).into_response();
    }
    match session::problem(frame, &problem) {
        Ok(page) => {
            let (mut parts, _) = response.into_parts();
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            parts.headers.insert(header::CONTENT_TYPE, html);
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, page.0.into())
        }
        Err(_) => response,
    }
}

/// Back to a page, which says what was done.
fn back(to: &str, said: &str) -> Redirect {
    let mark = if to.contains('?') { '&' } else { '?' };
    match to.split_once('#') {
        Some((page, place)) => Redirect::to(&format!("{page}{mark}said={said}#{place}")),
        None => Redirect::to(&format!("{to}{mark}said={said}")),
    }
}

/// The seal of whoever asks: people have one, machines have no pages.
fn seal_of(caller: &Caller) -> Answer<&Seal> {
    caller.seal.as_ref().ok_or_else(|| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "pages are for people who sign in",
            "use the API with a token",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::ways;
    use ::records::access::{PersonRole, Rights};
    use axum::http::Method;
    use axum::routing::MethodRouter;
    use std::fmt::Write as _;
    use std::path::Path;

    /// The methods that a page answers, as the router says them.
    fn methods<S>(router: &MethodRouter<S>) -> Vec<&'static str> {
        let written = format!("{router:?}");
        [(Method::GET, "get"), (Method::POST, "post")]
            .iter()
            .filter(|(_, name)| !written.contains(&format!("{name}: None")))
            .map(|(_, name)| if *name == "get" { "GET" } else { "POST" })
            .collect()
    }

    #[test]
    fn the_table_of_pages_is_the_one_that_is_written_down() {
        let mut made = String::new();
        for (path, permission, router) in ways() {
            for method in methods(&router) {
                let _ = write!(made, "| `{method} {path}` |");
                for role in PersonRole::ALL {
                    let may = Rights::new([role], [], []).may(permission);
                    let _ = write!(made, " {} |", if may { '✓' } else { '–' });
                }
                made.push('\n');
            }
        }
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access.md");
        let text = std::fs::read_to_string(file).unwrap();
        let rows = text
            .lines()
            .filter(|row| row.starts_with("| `") && !row.contains(" /api/"));
        let written: String = rows.map(|row| format!("{row}\n")).collect();
        assert_eq!(made, written, "put the left one into docs/access.md");
    }
}
