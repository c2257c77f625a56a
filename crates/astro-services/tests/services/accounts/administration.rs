use astro_core::accounts::TenantFields;
use astro_core::accounts::requests::{
    AcceptInviteRequest, CreateInviteRequest, CreateUserRequest, DeleteMeRequest, IssuedInvite,
};
use astro_core::ids::TenantId;
use astro_core::labels::LabelFields;
use astro_core::page::PageRequest;
use astro_core::patch::Patch;
use astro_services::Error;
use astro_testkit::on_both_engines;
use serde_json::{Value, json};

use super::*;

fn patch<F: serde::Serialize + serde::de::DeserializeOwned>(value: &Value) -> Patch<F> {
    Patch::new(value.as_object().unwrap().clone())
}

fn accept(issued: &IssuedInvite, password: &str) -> AcceptInviteRequest {
    AcceptInviteRequest {
        token: issued.token.clone(),
        password: secret(password),
        zone: None,
    }
}

async fn tenant(services: &Services, slug: &str) -> TenantId {
    let fields = TenantFields {
        slug: slug.to_owned(),
        title: slug.to_owned(),
        disabled: false,
    };
    let caller = admin_call(services).await;
    services.create_tenant(&caller, fields).await.unwrap().id
}

/// A user of a tenant, signed in.
async fn user_of(services: &Services, tenant: TenantId, email: &str, role: Role) -> (User, Call) {
    let request = CreateUserRequest {
        email: email.parse().unwrap(),
        password: secret(PASSWORD),
        role,
        zone: None,
        tenant_id: Some(tenant),
    };
    let caller = admin_call(services).await;
    let user = services.create_user(&caller, request).await.unwrap();
    let token = sign_in(services, email).await.access_token;
    let own = call(services, &token).await;
    (user, own)
}

on_both_engines! {
    async fn a_tenant_admin_administers_the_own_tenant_only(db: TestStore) {
        let (services, first) = set_up(db).await;
        let (here, there) = (tenant(&services, "here").await, tenant(&services, "there").await);
        let (_, admin) = user_of(&services, here, "admin@example.org", Role::TenantAdmin).await;
        let (member, member_call) = user_of(&services, here, "member@example.org", Role::Member).await;
        let (stranger, _) = user_of(&services, there, "stranger@example.org", Role::Member).await;
        let seen = services.list_users(&admin, PageRequest::default()).await.unwrap();
        assert_eq!(seen.items.len(), 2);
        for id in [stranger.id, first.id] {
            assert!(matches!(services.get_user(&admin, id).await, Err(Error::NotFound("user"))));
            assert!(matches!(services.update_user(&admin, id, patch(&json!({"disabled": true}))).await, Err(Error::NotFound("user"))));
            assert!(matches!(services.delete_user(&admin, id).await, Err(Error::NotFound("user"))));
            assert!(matches!(services.reset_password(&admin, id).await, Err(Error::NotFound("user"))));
        }
        assert!(matches!(services.update_user(&admin, member.id, patch(&json!({"role": "instance_admin"}))).await, Err(Error::Forbidden(_))));
        let to_there = CreateInviteRequest { email: "x@example.org".parse().unwrap(), role: Role::Member, tenant_id: Some(there) };
        assert!(matches!(services.create_invite(&admin, to_there).await, Err(Error::Invalid(_))));
        let too_high = CreateInviteRequest { email: "x@example.org".parse().unwrap(), role: Role::InstanceAdmin, tenant_id: None };
        assert!(matches!(services.create_invite(&admin, too_high).await, Err(Error::Forbidden(_))));
        assert!(matches!(services.list_tenants(&admin, PageRequest::default()).await, Err(Error::Forbidden(_))));
        assert!(matches!(services.list_users(&member_call, PageRequest::default()).await, Err(Error::Forbidden(_))));
        let changed = services.update_user(&admin, member.id, patch(&json!({"role": "viewer"}))).await.unwrap();
        assert_eq!((changed.role, changed.version), (Role::Viewer, 2));
        let same = services.update_user(&admin, member.id, patch(&json!({}))).await.unwrap();
        assert_eq!(same.version, 2);
    }

    async fn a_stale_version_is_refused(db: TestStore) {
        let (services, _) = set_up(db).await;
        let user = add_user(&services, "member@example.org", Role::Member).await;
        let caller = Call { expected_version: Some(7.into()), ..admin_call(&services).await };
        let stale = services.update_user(&caller, user.id, patch(&json!({"role": "viewer"}))).await;
        assert!(matches!(stale, Err(Error::Stale { current: 1 })));
    }

    async fn the_last_instance_admin_stays(db: TestStore) {
        let (services, first) = set_up(db).await;
        let caller = admin_call(&services).await;
        let is_last = |error: Error| matches!(error, Error::Conflict { code: "last_admin", .. });
        for change in [json!({"role": "member"}), json!({"disabled": true})] {
            assert!(is_last(services.update_user(&caller, first.id, patch(&change)).await.unwrap_err()));
        }
        assert!(is_last(services.delete_user(&caller, first.id).await.unwrap_err()));
        let request = DeleteMeRequest { password: secret(PASSWORD) };
        assert!(is_last(services.delete_me(&caller, request, &Client::default()).await.unwrap_err()));
        let second = add_user(&services, "second@example.org", Role::InstanceAdmin).await;
        services.update_user(&caller, first.id, patch(&json!({"role": "member"}))).await.unwrap();
        let caller = admin_call(&services).await;
        assert!(is_last(services.delete_user(&caller, second.id).await.unwrap_err()));
    }

    async fn a_removed_account_takes_its_data_along(db: TestStore) {
        let (services, _) = set_up(db).await;
        let default = services.me(&admin_call(&services).await).await.unwrap().tenant.id;
        let (user, own) = user_of(&services, default, "member@example.org", Role::Member).await;
        services.create_label(&own, LabelFields { title: "calls".to_owned(), color: None }).await.unwrap();
        let request = DeleteMeRequest { password: secret(PASSWORD) };
        services.delete_me(&own, request, &Client::default()).await.unwrap();
        let late = services.create_label(&own, LabelFields { title: "late".to_owned(), color: None }).await;
        assert!(matches!(late, Err(Error::Unauthenticated(_))), "{late:?}");
        assert!(services.list_labels(&own, PageRequest::default()).await.unwrap().items.is_empty());
        assert!(matches!(services.get_user(&admin_call(&services).await, user.id).await, Err(Error::NotFound(_))));
        add_user(&services, "member@example.org", Role::Member).await;
    }

    async fn an_invite_makes_one_account(db: TestStore) {
        let (services, first) = set_up(db).await;
        let caller = admin_call(&services).await;
        let request = || CreateInviteRequest { email: "guest@example.org".parse().unwrap(), role: Role::Viewer, tenant_id: None };
        let issued = services.create_invite(&caller, request()).await.unwrap();
        assert!(services.accept_invite(accept(&issued, "too short"), &Client::default()).await.is_err());
        let tries = (0..5).map(|_| services.accept_invite(accept(&issued, PASSWORD), from_nowhere()));
        let made: Vec<_> = futures_util::future::join_all(tries).await.into_iter().filter_map(Result::ok).collect();
        assert_eq!(made.len(), 1);
        assert_eq!((made[0].role, made[0].tenant_id, made[0].email.as_str()), (Role::Viewer, first.tenant_id, "guest@example.org"));
        sign_in(&services, "guest@example.org").await;
        let revoked = services.create_invite(&caller, CreateInviteRequest { email: "late@example.org".parse().unwrap(), ..request() }).await.unwrap();
        assert_eq!(services.list_invites(&caller, PageRequest::default()).await.unwrap().items, std::slice::from_ref(&revoked.invite));
        services.revoke_invite(&caller, revoked.invite.id).await.unwrap();
        assert!(matches!(services.accept_invite(accept(&revoked, PASSWORD), from_nowhere()).await, Err(Error::Invalid(_))));
        let old = services.create_invite(&caller, CreateInviteRequest { email: "old@example.org".parse().unwrap(), ..request() }).await.unwrap();
        db.clock.advance(astro_core::limits::INVITE_TTL);
        assert!(matches!(services.accept_invite(accept(&old, PASSWORD), from_nowhere()).await, Err(Error::Invalid(_))));
    }

    async fn a_reset_gives_a_new_password_and_ends_everything(db: TestStore) {
        let (services, _) = set_up(db).await;
        let user = add_user(&services, "member@example.org", Role::Member).await;
        let signed_in = sign_in(&services, "member@example.org").await;
        let caller = admin_call(&services).await;
        let replaced = services.reset_password(&caller, user.id).await.unwrap();
        let issued = services.reset_password(&caller, user.id).await.unwrap();
        assert!(services.accept_invite(accept(&replaced, OTHER_PASSWORD), from_nowhere()).await.is_err());
        enter(&services, &signed_in.access_token).await.unwrap();
        services.accept_invite(accept(&issued, OTHER_PASSWORD), from_nowhere()).await.unwrap();
        assert!(enter(&services, &signed_in.access_token).await.is_err());
        assert!(services.login(login("member@example.org", PASSWORD), from_nowhere()).await.is_err());
        services.login(login("member@example.org", OTHER_PASSWORD), from_nowhere()).await.unwrap();
    }

    async fn an_address_in_two_tenants_names_the_tenant(db: TestStore) {
        let (services, _) = set_up(db).await;
        let there = tenant(&services, "there").await;
        let request = CreateUserRequest { email: ADMIN.parse().unwrap(), password: secret(OTHER_PASSWORD), role: Role::Member, zone: None, tenant_id: Some(there) };
        services.create_user(&admin_call(&services).await, request).await.unwrap();
        assert!(services.login(login(ADMIN, PASSWORD), from_nowhere()).await.is_err());
        for (slug, password, good) in [("default", PASSWORD, true), ("there", OTHER_PASSWORD, true), ("there", PASSWORD, false), ("nowhere", PASSWORD, false)] {
            let request = LoginRequest { tenant: Some(slug.to_owned()), ..login(ADMIN, password) };
            assert_eq!(services.login(request, from_nowhere()).await.is_ok(), good, "{slug}");
        }
        assert!(matches!(services.local_principal(Some(ADMIN), None).await, Err(Error::Invalid(_))));
        services.local_principal(Some(ADMIN), Some("there")).await.unwrap();
    }

    async fn nobody_of_a_disabled_tenant_gets_in(db: TestStore) {
        let (services, first) = set_up(db).await;
        let there = tenant(&services, "there").await;
        user_of(&services, there, "member@example.org", Role::Member).await;
        let token = sign_in(&services, "member@example.org").await.access_token;
        let caller = admin_call(&services).await;
        services.update_tenant(&caller, there, patch(&json!({"disabled": true}))).await.unwrap();
        assert!(enter(&services, &token).await.is_err());
        assert!(services.login(login("member@example.org", PASSWORD), from_nowhere()).await.is_err());
        let own = services.update_tenant(&caller, first.tenant_id, patch(&json!({"disabled": true}))).await;
        assert!(matches!(own, Err(Error::Conflict { code: "own_tenant", .. })));
        assert!(matches!(services.delete_tenant(&caller, there).await, Err(Error::Conflict { code: "has_users", .. })));
    }

    async fn pages_of_users_join_to_the_whole(db: TestStore) {
        let (services, _) = set_up(db).await;
        for n in 0..4 {
            add_user(&services, &format!("user{n}@example.org"), Role::Member).await;
        }
        let caller = admin_call(&services).await;
        let mut page = PageRequest { limit: 2, after: None };
        let mut seen = Vec::new();
        loop {
            let found = services.list_users(&caller, page.clone()).await.unwrap();
            seen.extend(found.items.into_iter().map(|user| user.id));
            match found.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 5);
    }
}

fn from_nowhere() -> &'static Client {
    static NOWHERE: Client = Client {
        address: None,
        agent: String::new(),
    };
    &NOWHERE
}
