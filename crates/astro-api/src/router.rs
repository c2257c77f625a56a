//! The only list of routes.

use std::sync::Arc;

use astro_core::limits;
use astro_core::principal::Permission;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Router, middleware};
use http::header;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::auth::{Authenticate, Gate, Guard, guard};
use crate::frame::{no_such_method, no_such_route, panicked, secure_headers};
use crate::rate::RateLimiter;
use crate::v1::{
    answers, auth, datapoints, deliveries, destinations, goals, health, history, interchange,
    labels, live, me, models, preferences, projects, quick_add, recommendations, reminders, series,
    sync, tasks, tenants, time_entries, trash, users,
};
use crate::{AppState, openapi, pages, request_id};

/// Where the OpenAPI document is.
const DOCUMENT: &str = "/api/v1/openapi.json";

/// Everything that the server answers.
pub fn router(app: AppState, gate: Arc<dyn Authenticate>) -> Router {
    let (router, generated) = api(&Gatekeeper::new(&app, gate)).split_for_parts();
    let document: Arc<str> = openapi::document(&generated).to_string().into();
    router
        .route(
            DOCUMENT,
            get(move || async move {
                (
                    [(header::CONTENT_TYPE, "application/json")],
                    document.to_string(),
                )
            }),
        )
        .merge(pages::routes())
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        .layer(
            // all in one: each layer of its own would cost every request another clone of its route
            ServiceBuilder::new()
                .layer(middleware::from_fn_with_state(
                    app.services.clone(),
                    request_id::layer,
                ))
                .layer(middleware::from_fn(secure_headers))
                .layer(CatchPanicLayer::custom(|_| panicked()))
                .layer(RequestBodyTimeoutLayer::new(limits::BODY_TIMEOUT))
                .layer(DefaultBodyLimit::max(limits::BODY_BYTES)),
        )
        .with_state(app)
}

fn api(gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    let router = OpenApiRouter::with_openapi(openapi::base());
    let router = advice(router, gatekeeper);
    let router = files(router, gatekeeper);
    let router = reaching(router, gatekeeper);
    let router = administration(account(router, gatekeeper), gatekeeper);
    let router = learning(router, gatekeeper);
    choices(aims(work(router, gatekeeper), gatekeeper), gatekeeper)
        .routes(routes!(health::health_live))
        .routes(routes!(health::health_ready))
        .routes(routes!(health::metrics))
        .routes(needs(Permission::TasksRead, routes!(labels::list_labels)))
        .routes(needs(Permission::TasksWrite, routes!(labels::create_label)))
        .routes(needs(Permission::TasksRead, routes!(labels::get_label)))
        .routes(needs(
            Permission::TasksWrite,
            routes!(labels::update_label, labels::delete_label),
        ))
        .routes(needs(
            Permission::TasksWrite,
            routes!(labels::restore_label),
        ))
        .routes(needs(
            Permission::TasksRead,
            routes!(projects::list_projects),
        ))
        .routes(needs(
            Permission::TasksWrite,
            routes!(projects::create_project),
        ))
        .routes(needs(Permission::TasksRead, routes!(projects::get_project)))
        .routes(needs(
            Permission::TasksWrite,
            routes!(projects::update_project, projects::delete_project),
        ))
        .routes(needs(
            Permission::TasksWrite,
            routes!(projects::restore_project),
        ))
        .routes(needs(Permission::TasksRead, routes!(tasks::list_tasks)))
        .routes(needs(Permission::TasksRead, routes!(tasks::get_today)))
        .routes(needs(Permission::TasksRead, routes!(quick_add::quick_add)))
        .routes(needs(Permission::TasksWrite, routes!(tasks::create_task)))
        .routes(needs(Permission::TasksRead, routes!(tasks::get_task)))
        .routes(needs(
            Permission::TasksWrite,
            routes!(tasks::update_task, tasks::delete_task),
        ))
        .routes(needs(Permission::TasksWrite, routes!(tasks::complete_task)))
        .routes(needs(Permission::TasksWrite, routes!(tasks::reopen_task)))
        .routes(needs(Permission::TasksWrite, routes!(tasks::restore_task)))
        .merge(recurring(gatekeeper))
        .merge(every_noun(gatekeeper))
}

fn recurring(gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    OpenApiRouter::new()
        .routes(needs(Permission::TasksRead, routes!(series::list_upcoming)))
        .routes(needs(
            Permission::TasksRead,
            routes!(series::list_occurrences),
        ))
        .routes(needs(
            Permission::TasksWrite,
            routes!(series::make_occurrence),
        ))
        .routes(needs(Permission::TasksWrite, routes!(series::skip_task)))
}

/// What speaks of all nouns at once. Each noun's own permission is checked where it is touched.
fn every_noun(gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    OpenApiRouter::new()
        .routes(needs(Permission::TasksRead, routes!(sync::read_changes)))
        .routes(needs(Permission::TasksWrite, routes!(sync::apply_ops)))
        .routes(needs(Permission::TasksRead, routes!(live::stream_events)))
        .routes(needs(Permission::TasksRead, routes!(live::open_socket)))
        .routes(needs(Permission::TasksRead, routes!(history::list_history)))
        .routes(needs(Permission::TasksWrite, routes!(history::undo_write)))
        .routes(needs(Permission::TasksRead, routes!(trash::list_trash)))
        .routes(needs(Permission::TasksWrite, routes!(trash::empty_trash)))
}

/// Everything at once; files are larger than other bodies.
fn files(router: OpenApiRouter<AppState>, gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let (schemas, paths, import) =
        gatekeeper.needs(Permission::DataImport, routes!(interchange::import_file));
    let import = import.layer(DefaultBodyLimit::max(limits::IMPORT_BYTES));
    router
        .routes((schemas, paths, import))
        .routes(gatekeeper.needs(Permission::DataExport, routes!(interchange::export_file)))
}

/// Work on tasks, and what calls them to mind.
fn work(router: OpenApiRouter<AppState>, gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    let (read, write) = (Permission::TasksRead, Permission::TasksWrite);
    router
        .routes(needs(read, routes!(time_entries::list_time_entries)))
        .routes(needs(write, routes!(time_entries::create_time_entry)))
        .routes(needs(read, routes!(time_entries::get_time_entry)))
        .routes(needs(
            write,
            routes!(
                time_entries::update_time_entry,
                time_entries::delete_time_entry
            ),
        ))
        .routes(needs(write, routes!(time_entries::restore_time_entry)))
        .routes(needs(write, routes!(time_entries::start_task)))
        .routes(needs(write, routes!(time_entries::stop_task)))
        .routes(needs(read, routes!(reminders::list_reminders)))
        .routes(needs(write, routes!(reminders::create_reminder)))
        .routes(needs(read, routes!(reminders::get_reminder)))
        .routes(needs(
            write,
            routes!(reminders::update_reminder, reminders::delete_reminder),
        ))
        .routes(needs(write, routes!(reminders::restore_reminder)))
        .routes(needs(write, routes!(reminders::acknowledge_reminder)))
        .routes(needs(write, routes!(reminders::snooze_reminder)))
        .routes(needs(read, routes!(deliveries::list_deliveries)))
        .routes(needs(read, routes!(deliveries::list_jobs)))
        .routes(needs(write, routes!(deliveries::retry_job)))
}

/// How reminders reach a person, and how the person answers from there.
fn reaching(router: OpenApiRouter<AppState>, gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    let (read, write) = (Permission::AccountRead, Permission::AccountWrite);
    router
        .routes(routes!(answers::open_answer))
        .routes(routes!(answers::answer_reminder))
        .routes(needs(read, routes!(destinations::list_destinations)))
        .routes(needs(write, routes!(destinations::create_destination)))
        .routes(needs(read, routes!(destinations::get_destination)))
        .routes(needs(
            write,
            routes!(
                destinations::replace_destination,
                destinations::delete_destination
            ),
        ))
        .routes(needs(write, routes!(destinations::test_reminder)))
        .routes(needs(read, routes!(destinations::get_push_key)))
}

/// What tasks are for.
fn aims(router: OpenApiRouter<AppState>, gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    let (read, write) = (Permission::GoalsRead, Permission::GoalsWrite);
    router
        .routes(needs(read, routes!(goals::list_goals)))
        .routes(needs(write, routes!(goals::create_goal)))
        .routes(needs(read, routes!(goals::get_goal)))
        .routes(needs(
            write,
            routes!(goals::update_goal, goals::delete_goal),
        ))
        .routes(needs(write, routes!(goals::restore_goal)))
        .routes(needs(read, routes!(goals::get_goal_progress)))
        .routes(needs(read, routes!(datapoints::list_datapoints)))
        .routes(needs(write, routes!(datapoints::create_datapoint)))
        .routes(needs(read, routes!(datapoints::get_datapoint)))
        .routes(needs(
            write,
            routes!(datapoints::update_datapoint, datapoints::delete_datapoint),
        ))
        .routes(needs(write, routes!(datapoints::restore_datapoint)))
}

/// What the product proposes, and what people say of it.
fn advice(router: OpenApiRouter<AppState>, gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    let (read, write) = (
        Permission::RecommendationsRead,
        Permission::RecommendationsWrite,
    );
    router
        .routes(needs(read, routes!(recommendations::list_recommendations)))
        .routes(needs(write, routes!(recommendations::recommend)))
        .routes(needs(read, routes!(recommendations::get_recommendation)))
        .routes(needs(read, routes!(recommendations::list_feedback)))
        .routes(needs(write, routes!(recommendations::give_feedback)))
        .routes(needs(write, routes!(recommendations::show_recommendation)))
        .routes(needs(
            write,
            routes!(recommendations::accept_recommendation),
        ))
        .routes(needs(
            write,
            routes!(recommendations::dismiss_recommendation),
        ))
        .routes(needs(
            write,
            routes!(recommendations::snooze_recommendation),
        ))
        .routes(needs(read, routes!(recommendations::get_decision)))
}

/// What a person prefers.
fn choices(router: OpenApiRouter<AppState>, gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    let (read, write) = (Permission::PreferencesRead, Permission::PreferencesWrite);
    router
        .routes(needs(read, routes!(preferences::list_preferences)))
        .routes(needs(read, routes!(preferences::get_preference)))
        .routes(needs(
            write,
            routes!(preferences::put_preference, preferences::delete_preference),
        ))
}

/// Getting in and out, and one's own account.
fn account(router: OpenApiRouter<AppState>, gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    let (read, write) = (Permission::AccountRead, Permission::AccountWrite);
    router
        .routes(routes!(auth::complete_setup))
        .routes(routes!(auth::register))
        .routes(routes!(auth::accept_invite))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::create_session))
        .routes(needs(read, routes!(auth::get_session)))
        .routes(needs(write, routes!(auth::logout)))
        .routes(needs(read, routes!(me::get_me)))
        .routes(needs(write, routes!(me::delete_me)))
        .routes(needs(write, routes!(me::change_password)))
        .routes(needs(read, routes!(me::list_sessions)))
        .routes(needs(write, routes!(me::revoke_session)))
        .routes(needs(read, routes!(me::list_access_tokens)))
        .routes(needs(write, routes!(me::create_access_token)))
        .routes(needs(write, routes!(me::revoke_access_token)))
}

/// Users and tenants.
fn administration(
    router: OpenApiRouter<AppState>,
    gatekeeper: &Gatekeeper,
) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    let (users, all) = (Permission::UsersAdmin, Permission::InstanceAdmin);
    router
        .routes(needs(users, routes!(users::list_users, users::create_user)))
        .routes(needs(
            users,
            routes!(users::get_user, users::update_user, users::delete_user),
        ))
        .routes(needs(users, routes!(users::reset_password)))
        .routes(needs(
            users,
            routes!(users::list_invites, users::create_invite),
        ))
        .routes(needs(users, routes!(users::revoke_invite)))
        .routes(needs(
            all,
            routes!(tenants::list_tenants, tenants::create_tenant),
        ))
        .routes(needs(
            all,
            routes!(
                tenants::get_tenant,
                tenants::update_tenant,
                tenants::delete_tenant
            ),
        ))
}

/// What was learnt.
fn learning(router: OpenApiRouter<AppState>, gatekeeper: &Gatekeeper) -> OpenApiRouter<AppState> {
    let needs = |permission, route| gatekeeper.needs(permission, route);
    let admin = Permission::InstanceAdmin;
    router
        .routes(needs(
            Permission::TasksRead,
            routes!(tasks::get_task_outlook),
        ))
        .routes(needs(admin, routes!(models::list_models)))
        .routes(needs(admin, routes!(models::train_model)))
        .routes(needs(admin, routes!(models::get_model)))
        .routes(needs(admin, routes!(models::get_model_report)))
        .routes(needs(admin, routes!(models::promote_model)))
        .routes(needs(admin, routes!(models::roll_back_model)))
}

/// Puts guards in front of routes.
struct Gatekeeper(Arc<Gate>);

impl Gatekeeper {
    fn new(app: &AppState, login: Arc<dyn Authenticate>) -> Self {
        Self(Arc::new(Gate {
            login,
            clock: app.services.clock.clone(),
            limiter: RateLimiter::new(app.http.requests_per_minute),
            http: app.http.clone(),
        }))
    }

    /// Puts the guard in front of a route and the permission into its documentation.
    fn needs(
        &self,
        permission: Permission,
        (schemas, mut paths, method): UtoipaMethodRouter<AppState>,
    ) -> UtoipaMethodRouter<AppState> {
        openapi::require(&mut paths, permission);
        let state = Guard {
            gate: self.0.clone(),
            permission,
        };
        (
            schemas,
            paths,
            method.layer(middleware::from_fn_with_state(state, guard)),
        )
    }
}
