//! The API's routes, each with what it needs; and their description, which is made of the same.

pub(super) mod data;
pub(super) mod documents;
pub(super) mod log;
pub(super) mod machine;
pub(super) mod packages;
pub(super) mod people;
pub(super) mod records;
pub(super) mod search;
pub(super) mod session;
pub(super) mod submissions;

use super::entrance::guard;
use super::office::Office;
use ::records::access::Permission;
use axum::Router;
use axum::body::Bytes;
use axum::middleware::from_fn_with_state;
use futures_util::{Stream, stream};
use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{self, ContentBuilder, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

/// What is said of the API as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kartoteka",
        description = "Loan agreements: handed in, found, read, put right, kept and disposed of. Every \
            answer that is no success is a problem of RFC 9457 with what to do. Every read of a document \
            is an event of the audit log."
    ),
    security(("token" = [])),
)]
struct Described;

type Routes = OpenApiRouter<Arc<Office>>;

/// A route that needs a permission. What it needs stands in the description too.
fn needing(
    permission: Permission,
    (schemas, mut paths, router): UtoipaMethodRouter<Arc<Office>>,
) -> UtoipaMethodRouter<Arc<Office>> {
    let needed = format!("{permission:?}");
    for operation in paths.paths.values_mut().flat_map(operations) {
        let extension = ExtensionsBuilder::new().add("x-permission", needed.as_str());
        operation.extensions = Some(extension.build());
    }
    (
        schemas,
        paths,
        router.layer(from_fn_with_state(permission, guard)),
    )
}

/// The operations of a path.
fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem {
        get,
        put,
        post,
        delete,
        patch,
        ..
    } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

/// The routes taken apart into what answers and what describes: every answer that an operation does
/// not name is a problem.
pub(super) fn taken_apart(routes: Routes) -> (Router<Arc<Office>>, openapi::OpenApi) {
    let (router, mut description) = routes.split_for_parts();
    let paths = std::mem::take(&mut description.paths.paths);
    let problem = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let otherwise = ResponseBuilder::new()
        .description("why it was not done, and what to do")
        .content("application/problem+json", problem)
        .build();
    description.paths.paths = paths
        .into_iter()
        .map(|(path, mut item)| {
            for operation in operations(&mut item) {
                let responses = &mut operation.responses.responses;
                for response in responses.values_mut() {
                    name_problems(response);
                }
                responses.insert("default".into(), otherwise.clone().into());
            }
            (format!("/api/v1{path}"), item)
        })
        .collect();
    (router, description)
}

/// A problem goes out as `application/problem+json`.
fn name_problems(response: &mut RefOr<openapi::Response>) {
    let RefOr::T(response) = response else { return };
    let content = std::mem::take(&mut response.content);
    response.content = content
        .into_iter()
        .map(|(kind, content)| {
            let is_problem = matches!(
                &content,
                RefOr::T(openapi::Content { schema: Some(RefOr::Ref(form)), .. })
                    if form.ref_location.ends_with("/Problem")
            );
            let kind = if is_problem {
                "application/problem+json".into()
            } else {
                kind
            };
            (kind, content)
        })
        .collect();
}

/// All routes under `/api/v1`, and their description.
pub(super) fn routes() -> Routes {
    use Permission as P;
    let session = OpenApiRouter::with_openapi(described())
        // Open to whoever comes: they check for themselves.
        .routes(routes!(session::sign_in, session::who, session::sign_out))
        .routes(routes!(session::change_password))
        .routes(routes!(session::set_factor));
    let documents = OpenApiRouter::new()
        .routes(needing(P::Search, routes!(search::search)))
        .routes(needing(P::Search, routes!(documents::list)))
        .routes(needing(P::Read, routes!(documents::read)))
        .routes(needing(P::Read, routes!(documents::page)))
        .routes(needing(P::Read, routes!(documents::page_image)))
        .routes(needing(P::Read, routes!(documents::changes)))
        .routes(needing(P::TakeOriginal, routes!(documents::original)))
        .routes(needing(P::Correct, routes!(documents::correct)))
        .routes(needing(P::Correct, routes!(documents::rescan)));
    let submissions = OpenApiRouter::new()
        .routes(needing(P::Submit, routes!(submissions::submit)))
        .routes(needing(P::SeeSubmissions, routes!(submissions::list)))
        .routes(needing(P::SeeSubmissions, routes!(submissions::read)))
        .routes(needing(P::Submit, routes!(submissions::begin)))
        .routes(needing(P::Submit, routes!(submissions::standing)))
        .routes(needing(P::Submit, routes!(submissions::append)));
    let records = OpenApiRouter::new()
        .routes(needing(P::SeeHolds, routes!(records::holds)))
        .routes(needing(P::Hold, routes!(records::place)))
        .routes(needing(P::Hold, routes!(records::release)))
        .routes(needing(P::StateEvents, routes!(records::join)))
        .routes(needing(P::StateEvents, routes!(records::confirm_class)))
        .routes(needing(P::Read, routes!(records::find_files)))
        .routes(needing(P::Read, routes!(records::events)))
        .routes(needing(P::StateEvents, routes!(records::state_event)))
        .routes(needing(P::StateEvents, routes!(records::reverse_event)))
        .routes(needing(P::StateEvents, routes!(records::confirm_event)))
        .routes(needing(P::SeeDisposals, routes!(records::disposals)))
        .routes(needing(P::SeeDisposals, routes!(records::disposal)))
        .routes(needing(P::PrepareDisposals, routes!(records::prepare)))
        .routes(needing(P::GiveOpinion, routes!(records::opinion)))
        .routes(needing(P::ApproveDisposals, routes!(records::approve)))
        .routes(needing(P::PrepareDisposals, routes!(records::abandon)));
    let packages = OpenApiRouter::new()
        .routes(needing(P::Disclose, routes!(packages::recipients)))
        .routes(needing(P::Disclose, routes!(packages::list, packages::ask)))
        .routes(needing(P::Disclose, routes!(packages::take)));
    let machine = OpenApiRouter::new()
        .routes(needing(P::SeeStations, routes!(machine::status)))
        .routes(needing(P::SeeStations, routes!(machine::stations)))
        .routes(needing(P::SeeStations, routes!(machine::balance)))
        .routes(needing(P::Operate, routes!(machine::jobs)))
        .routes(needing(P::ManagePeople, routes!(people::list)))
        .routes(needing(P::ManagePeople, routes!(people::put)))
        .routes(needing(P::ManagePeople, routes!(people::tokens)))
        .routes(needing(P::ManagePeople, routes!(people::make_token)))
        .routes(needing(P::ManagePeople, routes!(people::revoke)))
        .routes(needing(P::ReadAudit, routes!(log::audit)))
        .routes(needing(P::TakeData, routes!(data::rows)))
        .routes(needing(P::TakeData, routes!(data::answer)))
        .routes(needing(P::Follow, routes!(log::changes)))
        .routes(needing(P::Follow, routes!(log::follow)));
    session
        .merge(documents)
        .merge(submissions)
        .merge(records)
        .merge(packages)
        .merge(machine)
}

fn described() -> utoipa::openapi::OpenApi {
    let mut described = Described::openapi();
    described.info.version = env!("CARGO_PKG_VERSION").into();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let components = described.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    described
}

/// A stored file as it goes out, a piece at a time.
fn stream_of(file: File) -> impl Stream<Item = std::io::Result<Bytes>> {
    const PIECE: usize = 1 << 17;
    stream::unfold(Some(file), |file| async move {
        let mut file = file?;
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece);
            (file, piece, read)
        });
        match read.await {
            Ok((_, _, Ok(0))) => None,
            Ok((file, mut piece, Ok(n))) => {
                piece.truncate(n);
                Some((Ok(Bytes::from(piece)), Some(file)))
            }
            Ok((_, _, Err(error))) => Some((Err(error), None)),
            Err(panic) => Some((Err(std::io::Error::other(panic)), None)),
        }
    })
}
