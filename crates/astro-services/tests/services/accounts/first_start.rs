use astro_core::accounts::DEFAULT_TENANT;
use astro_core::accounts::requests::{RegisterRequest, SetupRequest};
use astro_services::accounts::rotate_keys;
use astro_services::{Error, ServicesConfig};
use astro_testkit::on_both_engines;

use super::*;

fn setup(token: &Secret) -> SetupRequest {
    SetupRequest {
        token: token.clone(),
        email: ADMIN.parse().unwrap(),
        password: secret(PASSWORD),
        zone: Some("Europe/Madrid".parse().unwrap()),
    }
}

on_both_engines! {
    async fn the_printed_token_makes_one_instance_admin(db: TestStore) {
        let services = db.services();
        let replaced = services.setup_token().await.unwrap().unwrap();
        let token = services.setup_token().await.unwrap().unwrap();
        let client = Client::default();
        assert!(matches!(services.complete_setup(setup(&replaced), &client).await, Err(Error::Invalid(_))));
        let tries = (0..5).map(|_| services.complete_setup(setup(&token), &client));
        let made: Vec<_> = futures_util::future::join_all(tries).await.into_iter().filter_map(Result::ok).collect();
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].role, Role::InstanceAdmin);
        assert!(services.setup_token().await.unwrap().is_none());
        assert!(!services.needs_setup().await.unwrap());
        let signed_in = sign_in(&services, ADMIN).await;
        let me = services.me(&call(&services, &signed_in.access_token).await).await.unwrap();
        assert_eq!((me.tenant.slug.as_str(), me.user.id), (DEFAULT_TENANT, made[0].id));
    }

    async fn a_second_first_user_is_refused(db: TestStore) {
        let (services, _) = set_up(db).await;
        let again = services.create_first_user("other@example.org".parse().unwrap(), &secret(PASSWORD), None).await;
        assert!(matches!(again, Err(Error::Conflict { code: "set_up_already", .. })));
    }

    async fn registration_is_closed_unless_opened(db: TestStore) {
        let (services, first) = set_up(db).await;
        let request = || RegisterRequest { email: "other@example.org".parse().unwrap(), password: secret(PASSWORD), zone: None };
        assert!(matches!(services.register(request(), &Client::default()).await, Err(Error::Forbidden(_))));
        let folder = db.directory();
        let mut config = ServicesConfig::new(folder);
        config.accounts.registration = true;
        let open = db.services_with(&config);
        let user = open.register(request(), &Client::default()).await.unwrap();
        assert_eq!((user.role, user.tenant_id), (Role::Member, first.tenant_id));
        assert!(matches!(open.register(request(), &Client::default()).await, Err(Error::Conflict { code: "email_taken", .. })));
    }

    async fn nobody_is_signed_out_by_a_new_key(db: TestStore) {
        let (services, _) = set_up(db).await;
        let before = sign_in(&services, ADMIN).await;
        rotate_keys(&db.directory().join("keys.json"), services.now(), &db.random).unwrap();
        let other = db.services();
        let after = sign_in(&other, ADMIN).await;
        for token in [&before.access_token, &after.access_token] {
            enter(&services, token).await.unwrap();
            enter(&other, token).await.unwrap();
        }
    }
}
