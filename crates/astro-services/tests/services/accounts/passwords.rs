use std::time::Duration;

use astro_core::accounts::requests::DeleteMeRequest;
use astro_services::Error;
use astro_testkit::on_both_engines;

use super::*;

async fn outcome(services: &Services, email: &str, password: &str, client: &Client) -> String {
    match services.login(login(email, password), client).await {
        Ok(_) => "in".to_owned(),
        Err(error) => format!("{:?}: {error}", error.kind()),
    }
}

on_both_engines! {
    async fn known_unknown_and_disabled_names_get_the_same_answer(db: TestStore) {
        let (services, _) = set_up(db).await;
        let gone = add_user(&services, "gone@example.org", Role::Member).await;
        let disable = astro_core::patch::Patch::new(serde_json::json!({"disabled": true}).as_object().unwrap().clone());
        services.update_user(&admin_call(&services).await, gone.id, disable).await.unwrap();
        let client = Client::default();
        let known = outcome(&services, ADMIN, OTHER_PASSWORD, &client).await;
        assert_eq!(outcome(&services, "nobody@example.org", PASSWORD, &client).await, known);
        assert_eq!(outcome(&services, "gone@example.org", PASSWORD, &client).await, known);
        assert_eq!(outcome(&services, "", "", &client).await, known);
        assert_eq!(outcome(&services, &"x".repeat(100_000), &"y".repeat(100_000), &client).await, known);
    }

    async fn at_most_ten_passwords_a_minute_are_tried_on_an_account(db: TestStore) {
        let (services, _) = set_up(db).await;
        for (email, right) in [(ADMIN, true), ("nobody@example.org", false)] {
            let clients: Vec<Client> = (0..40).map(|n| from(&format!("192.0.2.{n}"))).collect();
            let tries = clients.iter().map(|client| outcome(&services, email, OTHER_PASSWORD, client));
            let tried = futures_util::future::join_all(tries).await;
            let effective = tried.iter().filter(|one| one.starts_with("Unauthenticated")).count();
            assert_eq!(effective, 10, "{tried:?}");
            let refused = services.login(login(email, PASSWORD), &from("198.51.100.1")).await;
            let Err(Error::TooMany { retry_after_s }) = refused else { panic!("{refused:?}") };
            db.clock.advance(Duration::from_secs(retry_after_s));
            assert_eq!(services.login(login(email, PASSWORD), &from("198.51.100.1")).await.is_ok(), right);
            db.clock.advance(Duration::from_secs(3700));
        }
    }

    async fn an_address_tries_at_most_twenty_times_a_minute(db: TestStore) {
        let (services, _) = set_up(db).await;
        let client = from("2001:db8::7");
        let mut effective = 0;
        for n in 0..30 {
            let tried = outcome(&services, &format!("user{n}@example.org"), PASSWORD, &client).await;
            effective += u32::from(tried.starts_with("Unauthenticated"));
        }
        assert_eq!(effective, 20);
        assert_eq!(outcome(&services, ADMIN, PASSWORD, &from("2001:db8::8")).await.split(':').next(), Some("TooMany"));
        assert_eq!(outcome(&services, ADMIN, PASSWORD, &from("2001:db8:1::7")).await, "in");
    }

    async fn a_success_takes_the_count_back(db: TestStore) {
        let (services, _) = set_up(db).await;
        let client = Client::default();
        for _ in 0..3 {
            for _ in 0..9 {
                assert!(outcome(&services, ADMIN, OTHER_PASSWORD, &client).await.starts_with("Unauthenticated"));
            }
            assert_eq!(outcome(&services, ADMIN, PASSWORD, &client).await, "in");
        }
    }

    async fn a_failed_sign_in_counts_in_every_process(db: TestStore) {
        let (services, _) = set_up(db).await;
        let other = db.services();
        for n in 0..10 {
            let one = if n % 2 == 0 { &services } else { &other };
            outcome(one, ADMIN, OTHER_PASSWORD, &Client::default()).await;
        }
        assert!(outcome(&services, ADMIN, PASSWORD, &Client::default()).await.starts_with("TooMany"));
        assert!(outcome(&other, ADMIN, PASSWORD, &Client::default()).await.starts_with("TooMany"));
    }

    async fn a_new_password_needs_the_old_one_and_ends_other_sessions(db: TestStore) {
        let (services, _) = set_up(db).await;
        let (here, elsewhere) = (sign_in(&services, ADMIN).await, sign_in(&services, ADMIN).await);
        let caller = call(&services, &here.access_token).await;
        let client = Client::default();
        let wrong = services.change_password(&caller, change_password(OTHER_PASSWORD, OTHER_PASSWORD), &client).await;
        assert!(matches!(wrong, Err(Error::Invalid(ref fields)) if fields[0].field == "current"), "{wrong:?}");
        let weak = services.change_password(&caller, change_password(PASSWORD, "owner@example.org1"), &client).await;
        assert!(matches!(weak, Err(Error::Invalid(ref fields)) if fields[0].field == "new"), "{weak:?}");
        services.change_password(&caller, change_password(PASSWORD, OTHER_PASSWORD), &client).await.unwrap();
        assert!(enter(&services, &here.access_token).await.is_ok());
        assert!(enter(&services, &elsewhere.access_token).await.is_err());
        assert!(outcome(&services, ADMIN, PASSWORD, &client).await.starts_with("Unauthenticated"));
        assert_eq!(outcome(&services, ADMIN, OTHER_PASSWORD, &client).await, "in");
    }

    async fn asking_for_the_password_again_is_counted_like_a_sign_in(db: TestStore) {
        let (services, _) = set_up(db).await;
        let caller = admin_call(&services).await;
        for _ in 0..10 {
            let request = DeleteMeRequest { password: secret(OTHER_PASSWORD) };
            assert!(matches!(services.delete_me(&caller, request, &Client::default()).await, Err(Error::Invalid(_))));
        }
        assert!(outcome(&services, ADMIN, PASSWORD, &Client::default()).await.starts_with("TooMany"));
    }
}
