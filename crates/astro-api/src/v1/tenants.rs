//! Administering tenants.

use astro_core::accounts::{Tenant, TenantFields};
use astro_core::ids::TenantId;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::auth::Caller;
use crate::body::Json;
use crate::paging::{self, List, PageQuery};
use crate::patch::{MergePatch, patch_schema};
use crate::problem::Result;
use crate::query::{Path, Query};
use crate::{AppState, etag, reply};

patch_schema!(TenantPatch, TenantFields);

/// Tenants, oldest first
#[utoipa::path(get, path = "/api/v1/tenants", tag = "administration", params(PageQuery), responses((status = 200, body = List<Tenant>)))]
pub(crate) async fn list_tenants(
    State(app): State<AppState>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Response> {
    let page = page.request("created")?;
    let page = app.services.list_tenants(&caller.reading(), page).await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Add a tenant
#[utoipa::path(post, path = "/api/v1/tenants", tag = "administration", request_body = TenantFields, responses((status = 201, body = Tenant), (status = 409, description = "The slug is taken")))]
pub(crate) async fn create_tenant(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<TenantFields>,
) -> Result<Response> {
    let call = caller.reading();
    let tenant = app.services.create_tenant(&call, body.value).await?;
    let tag = etag::of(tenant.version, false);
    let mut response = reply::tagged(StatusCode::CREATED, tag, &tenant);
    reply::locate(&mut response, "/api/v1/tenants", tenant.id.uuid());
    Ok(response)
}

/// One tenant
#[utoipa::path(get, path = "/api/v1/tenants/{id}", tag = "administration", params(("id" = TenantId, Path)), responses((status = 200, body = Tenant), (status = 304), (status = 404)))]
pub(crate) async fn get_tenant(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TenantId>,
) -> Result<Response> {
    let tenant = app.services.get_tenant(&caller.reading(), id).await?;
    let tag = etag::of(tenant.version, false);
    Ok(reply::found_as(&caller.headers, &tag, &tenant))
}

/// Change a tenant
///
/// Nobody of a disabled tenant gets in.
#[utoipa::path(patch, path = "/api/v1/tenants/{id}", tag = "administration", params(("id" = TenantId, Path)), request_body(content = TenantPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = Tenant), (status = 404), (status = 409, description = "The slug is taken, or it is the caller's own tenant that would be disabled"), (status = 412)))]
pub(crate) async fn update_tenant(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TenantId>,
    body: MergePatch<TenantFields>,
) -> Result<Response> {
    let call = caller.administering()?;
    let tenant = app.services.update_tenant(&call, id, body.patch).await?;
    let tag = etag::of(tenant.version, false);
    Ok(reply::tagged(StatusCode::OK, tag, &tenant))
}

/// Remove a tenant
///
/// Only one without users.
#[utoipa::path(delete, path = "/api/v1/tenants/{id}", tag = "administration", params(("id" = TenantId, Path)), responses((status = 204), (status = 404), (status = 409, description = "It has users"), (status = 412)))]
pub(crate) async fn delete_tenant(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TenantId>,
) -> Result<Response> {
    app.services
        .delete_tenant(&caller.administering()?, id)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
