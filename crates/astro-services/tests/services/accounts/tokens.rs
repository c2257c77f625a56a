use std::time::Duration;

use astro_core::accounts::requests::CreateAccessTokenRequest;
use astro_core::principal::Permission;
use astro_services::{Error, access};
use astro_testkit::on_both_engines;

use super::*;

fn wanted(services: &Services, scopes: &[Permission], days: u64) -> CreateAccessTokenRequest {
    CreateAccessTokenRequest {
        title: "script".to_owned(),
        scopes: scopes.to_vec(),
        expires_at: services.now() + Duration::from_secs(days * 24 * 3600),
    }
}

on_both_engines! {
    async fn a_token_does_what_its_scopes_say_and_nothing_else(db: TestStore) {
        let (services, _) = set_up(db).await;
        let caller = admin_call(&services).await;
        let issued = services.create_access_token(&caller, wanted(&services, &[Permission::TasksRead], 30)).await.unwrap();
        assert!(issued.token.expose().starts_with("astro_pat_") && issued.token.expose().starts_with(&issued.access_token.prefix));
        assert!(!format!("{issued:?}").contains(issued.token.expose()));
        let principal = enter(&services, &issued.token).await.unwrap();
        for permission in Permission::ALL {
            assert_eq!(access::check(&principal, *permission).is_ok(), *permission == Permission::TasksRead, "{permission}");
        }
        let listed = services.list_access_tokens(&caller).await.unwrap();
        assert_eq!((listed.len(), listed[0].last_used_at), (1, Some(services.now())));
    }

    async fn what_no_token_may_carry_is_refused_when_it_is_made(db: TestStore) {
        let (services, _) = set_up(db).await;
        let caller = admin_call(&services).await;
        for permission in Permission::ALL {
            let made = services.create_access_token(&caller, wanted(&services, &[*permission], 30)).await;
            assert_eq!(made.is_ok(), access::grantable(*permission), "{permission}");
        }
        add_user(&services, "viewer@example.org", Role::Viewer).await;
        let signed_in = sign_in(&services, "viewer@example.org").await;
        let viewer = call(&services, &signed_in.access_token).await;
        assert!(services.create_access_token(&viewer, wanted(&services, &[Permission::TasksWrite], 30)).await.is_err());
        for days in [0, 367] {
            assert!(services.create_access_token(&caller, wanted(&services, &[Permission::TasksRead], days)).await.is_err());
        }
        assert!(services.create_access_token(&caller, wanted(&services, &[], 30)).await.is_err());
    }

    async fn a_token_cannot_make_another_or_see_to_the_account(db: TestStore) {
        let (services, _) = set_up(db).await;
        let caller = admin_call(&services).await;
        let every: Vec<Permission> = Permission::ALL.iter().copied().filter(|one| access::grantable(*one)).collect();
        let issued = services.create_access_token(&caller, wanted(&services, &every, 30)).await.unwrap();
        let program = call(&services, &issued.token).await;
        assert!(matches!(services.create_access_token(&program, wanted(&services, &every, 30)).await, Err(Error::Forbidden(_))));
        assert!(matches!(services.logout(&program).await, Err(Error::Forbidden(_))));
        assert!(matches!(services.list_users(&program, astro_core::page::PageRequest::default()).await, Err(Error::Forbidden(_))));
        assert!(services.me(&program).await.is_ok());
    }

    async fn expired_and_revoked_tokens_are_refused(db: TestStore) {
        let (services, _) = set_up(db).await;
        let caller = admin_call(&services).await;
        let short = services.create_access_token(&caller, wanted(&services, &[Permission::TasksRead], 1)).await.unwrap();
        let long = services.create_access_token(&caller, wanted(&services, &[Permission::TasksRead], 9)).await.unwrap();
        for issued in [&short, &long] {
            enter(&services, &issued.token).await.unwrap();
        }
        db.clock.advance(Duration::from_hours(24));
        assert!(enter(&services, &short.token).await.is_err());
        enter(&services, &long.token).await.unwrap();
        add_user(&services, "member@example.org", Role::Member).await;
        let stranger = call(&services, &sign_in(&services, "member@example.org").await.access_token).await;
        let id = long.access_token.id;
        assert!(matches!(services.revoke_access_token(&stranger, id).await, Err(Error::NotFound("token"))));
        services.revoke_access_token(&caller, id).await.unwrap();
        assert!(enter(&services, &long.token).await.is_err());
    }

    async fn a_demoted_users_token_loses_what_the_role_lost(db: TestStore) {
        let (services, _) = set_up(db).await;
        let user = add_user(&services, "member@example.org", Role::Member).await;
        let member = call(&services, &sign_in(&services, "member@example.org").await.access_token).await;
        let issued = services.create_access_token(&member, wanted(&services, &[Permission::TasksWrite], 30)).await.unwrap();
        let to_viewer = astro_core::patch::Patch::new(serde_json::json!({"role": "viewer"}).as_object().unwrap().clone());
        services.update_user(&admin_call(&services).await, user.id, to_viewer).await.unwrap();
        let principal = enter(&services, &issued.token).await.unwrap();
        assert!(access::check(&principal, Permission::TasksWrite).is_err());
    }
}
