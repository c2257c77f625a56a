use std::time::Duration;

use astro_core::accounts::requests::RefreshRequest;
use astro_core::patch::Patch;
use astro_core::principal::Permission;
use astro_services::accounts::{csrf_matches, mint_local_token};
use astro_services::{Error, access};
use astro_testkit::on_both_engines;
use serde_json::{Value, json};

use super::*;

fn refresh(token: &Secret) -> RefreshRequest {
    RefreshRequest {
        refresh_token: token.clone(),
    }
}

fn patch<F: serde::Serialize + serde::de::DeserializeOwned>(value: &Value) -> Patch<F> {
    Patch::new(value.as_object().unwrap().clone())
}

on_both_engines! {
    async fn of_twenty_who_show_a_refresh_token_one_succeeds_and_the_session_is_dead(db: TestStore) {
        let (services, _) = set_up(db).await;
        let signed_in = sign_in(&services, ADMIN).await;
        let requests: Vec<_> = (0..20).map(|_| refresh(&signed_in.refresh_token)).collect();
        let shown = futures_util::future::join_all(requests.iter().map(|request| services.refresh(request))).await;
        let renewed: Vec<_> = shown.into_iter().filter_map(Result::ok).collect();
        assert_eq!(renewed.len(), 1);
        assert!(services.refresh(&refresh(&renewed[0].refresh_token)).await.is_err());
        assert!(enter(&services, &renewed[0].access_token).await.is_err());
        assert!(enter(&services, &signed_in.access_token).await.is_err());
    }

    async fn a_chain_of_refreshes_goes_on_and_an_old_link_breaks_it(db: TestStore) {
        let (services, _) = set_up(db).await;
        let first = sign_in(&services, ADMIN).await;
        let second = services.refresh(&refresh(&first.refresh_token)).await.unwrap();
        let third = services.refresh(&refresh(&second.refresh_token)).await.unwrap();
        enter(&services, &third.access_token).await.unwrap();
        assert!(services.refresh(&refresh(&first.refresh_token)).await.is_err());
        assert!(services.refresh(&refresh(&third.refresh_token)).await.is_err());
    }

    async fn a_session_ends_after_two_idle_weeks_and_after_thirty_days(db: TestStore) {
        let (services, _) = set_up(db).await;
        let day = Duration::from_hours(24);
        let idle = sign_in(&services, ADMIN).await;
        db.clock.advance(day * 14);
        assert!(services.refresh(&refresh(&idle.refresh_token)).await.is_err());
        let mut busy = sign_in(&services, ADMIN).await;
        for _ in 0..3 {
            db.clock.advance(day * 9);
            busy = services.refresh(&refresh(&busy.refresh_token)).await.unwrap();
        }
        db.clock.advance(day * 3);
        assert!(services.refresh(&refresh(&busy.refresh_token)).await.is_err());
        services.purge_accounts().await.unwrap();
    }

    async fn what_one_process_revokes_every_other_refuses_within_five_seconds(db: TestStore) {
        let (here, admin) = set_up(db).await;
        let there = db.services();
        let user = add_user(&here, "member@example.org", Role::Member).await;
        let caller = admin_call(&here).await;
        let signed_in = sign_in(&here, "member@example.org").await;
        enter(&there, &signed_in.access_token).await.unwrap();
        here.update_user(&caller, user.id, patch(&json!({"role": "viewer"}))).await.unwrap();
        let viewer = enter(&here, &signed_in.access_token).await.unwrap();
        assert!(access::check(&viewer, Permission::TasksWrite).is_err());
        db.clock.advance(Duration::from_secs(5));
        let viewer = enter(&there, &signed_in.access_token).await.unwrap();
        assert_eq!(viewer.identity().role, Role::Viewer);
        here.update_user(&caller, user.id, patch(&json!({"disabled": true}))).await.unwrap();
        assert!(enter(&here, &signed_in.access_token).await.is_err());
        db.clock.advance(Duration::from_secs(5));
        assert!(enter(&there, &signed_in.access_token).await.is_err());
        assert_eq!(admin.role, Role::InstanceAdmin);
    }

    async fn signing_out_ends_this_session_and_no_other(db: TestStore) {
        let (services, _) = set_up(db).await;
        let (here, elsewhere) = (sign_in(&services, ADMIN).await, sign_in(&services, ADMIN).await);
        let caller = call(&services, &here.access_token).await;
        assert_eq!(services.list_sessions(&caller).await.unwrap().iter().filter(|one| one.current).count(), 1);
        services.logout(&caller).await.unwrap();
        assert!(enter(&services, &here.access_token).await.is_err());
        let caller = call(&services, &elsewhere.access_token).await;
        let left = services.list_sessions(&caller).await.unwrap();
        assert_eq!(left.len(), 1);
        services.revoke_session(&caller, left[0].id).await.unwrap();
        assert!(enter(&services, &elsewhere.access_token).await.is_err());
    }

    async fn another_users_session_is_not_there(db: TestStore) {
        let (services, _) = set_up(db).await;
        add_user(&services, "member@example.org", Role::Member).await;
        let (mine, theirs) = (sign_in(&services, "member@example.org").await, sign_in(&services, ADMIN).await);
        let their_call = call(&services, &theirs.access_token).await;
        let id = services.list_sessions(&their_call).await.unwrap()[0].id;
        let my_call = call(&services, &mine.access_token).await;
        assert!(matches!(services.revoke_session(&my_call, id).await, Err(Error::NotFound("session"))));
        enter(&services, &theirs.access_token).await.unwrap();
    }

    async fn a_browser_gets_in_by_its_cookie(db: TestStore) {
        let (services, _) = set_up(db).await;
        let browser = services.login_browser(login(ADMIN, PASSWORD), &Client::default()).await.unwrap();
        let cookie = Credential::Cookie(browser.cookie.clone());
        let principal = services.authenticate(&cookie).await.unwrap();
        assert!(csrf_matches(&browser.cookie, browser.response.csrf_token.expose()));
        assert!(!csrf_matches(&browser.cookie, ""));
        assert!(enter(&services, &browser.cookie).await.is_err(), "a cookie is no bearer token");
        services.logout(&Call::new(principal, TaskSource::Api)).await.unwrap();
        assert!(services.authenticate(&cookie).await.is_err());
    }

    async fn the_command_line_gets_in_by_the_keys(db: TestStore) {
        let (services, admin) = set_up(db).await;
        let member = add_user(&services, "member@example.org", Role::Member).await;
        let keys = db.directory().join("keys.json");
        for (email, id) in [(None, admin.id), (Some("Member@example.org"), member.id)] {
            let token = mint_local_token(&keys, services.now(), &db.random, email, None).unwrap();
            let principal = enter(&services, &token).await.unwrap();
            assert!(matches!(principal, Principal::Local { identity } if identity.user == id));
        }
        let unknown = mint_local_token(&keys, services.now(), &db.random, Some("nobody@example.org"), None).unwrap();
        assert!(matches!(enter(&services, &unknown).await, Err(Error::Unauthenticated(_))));
        services.update_user(&admin_call(&services).await, member.id, patch(&json!({"disabled": true}))).await.unwrap();
        let disabled = mint_local_token(&keys, services.now(), &db.random, Some("member@example.org"), None).unwrap();
        assert!(enter(&services, &disabled).await.is_err());
    }

    async fn garbage_is_refused_in_the_same_words(db: TestStore) {
        let (services, _) = set_up(db).await;
        let mut words = Vec::new();
        for text in ["", "garbage", "astro_pat_", "astro_pat_garbage", "astro_ses_x", "a.b.c"] {
            for credential in [Credential::Bearer(secret(text)), Credential::Cookie(secret(text))] {
                words.push(services.authenticate(&credential).await.unwrap_err().to_string());
            }
        }
        words.dedup();
        assert_eq!(words.len(), 1);
    }
}
