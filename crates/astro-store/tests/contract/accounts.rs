//! Reference tables, and removing an owner.

use astro_core::accounts::{SessionKind, Tenant, User};
use astro_core::calendar::ZoneName;
use astro_core::clock::Clock as _;
use astro_core::ids::{SessionId, UserId};
use astro_core::principal::{Role, Scope};
use astro_store::accounts::sessions::SessionStart;
use astro_store::accounts::{attempts, sessions, tenants, users};
use astro_store::{Admin, StoreError, forget, owners};
use astro_testkit::{TestStore, on_both_engines};
use futures_util::future::BoxFuture;

async fn admin<T: Send + 'static>(
    db: &TestStore,
    work: impl for<'t> FnOnce(&'t mut Admin) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    db.store.admin(work).await
}

async fn tenant(db: &TestStore, slug: &str) -> Tenant {
    let now = db.clock.now();
    let tenant = Tenant {
        id: db.random.id(now),
        slug: slug.to_owned(),
        title: slug.to_owned(),
        disabled: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let kept = tenant.clone();
    admin(db, move |admin| {
        Box::pin(async move { tenants::insert(admin, &kept).await })
    })
    .await
    .unwrap();
    tenant
}

async fn user(
    db: &TestStore,
    tenant: &Tenant,
    email: &str,
    role: Role,
) -> Result<User, StoreError> {
    let now = db.clock.now();
    let user = User {
        id: db.random.id(now),
        tenant_id: tenant.id,
        email: email.parse().unwrap(),
        role,
        disabled: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let scope = Scope::service(tenant.id, user.id.into());
    let kept = user.clone();
    admin(db, move |admin| {
        Box::pin(async move {
            users::insert(admin, &kept).await?;
            owners::create(admin, &scope, &ZoneName::utc(), now).await
        })
    })
    .await?;
    Ok(user)
}

async fn session(db: &TestStore, user: UserId, token: [u8; 32]) -> SessionId {
    let now = db.clock.now();
    let start = SessionStart {
        id: db.random.id(now),
        user,
        kind: SessionKind::Tokens,
        secret_hash: None,
        client: String::new(),
        now,
        expires_at: now + std::time::Duration::from_hours(1),
    };
    let id = start.id;
    admin(db, move |admin| {
        Box::pin(async move {
            sessions::insert(admin, &start).await?;
            sessions::insert_token(admin, id, token, now).await
        })
    })
    .await
    .unwrap();
    id
}

on_both_engines! {
    async fn an_address_is_unique_in_its_tenant_only(db: TestStore) {
        let (one, other) = (tenant(db, "one").await, tenant(db, "other").await);
        user(db, &one, "owner@example.org", Role::Member).await.unwrap();
        user(db, &other, "owner@example.org", Role::Member).await.unwrap();
        let again = user(db, &one, "OWNER@example.org", Role::Member).await;
        assert!(matches!(again, Err(StoreError::Conflict { .. })), "{again:?}");
        let found = admin(db, |admin| Box::pin(async move { users::by_email(admin, "owner@example.org").await })).await.unwrap();
        assert_eq!(found.len(), 2);
    }

    async fn a_refresh_token_is_used_once_however_many_try(db: TestStore) {
        let tenant = tenant(db, "one").await;
        let user = user(db, &tenant, "owner@example.org", Role::Member).await.unwrap();
        session(db, user.id, [7; 32]).await;
        let now = db.clock.now();
        let tries = (0..20).map(|_| admin(db, move |admin| Box::pin(async move { sessions::use_token(admin, [7; 32], now).await })));
        let used = futures_util::future::join_all(tries).await;
        assert_eq!(used.into_iter().filter(|first| *first.as_ref().unwrap()).count(), 1);
    }

    async fn an_ended_session_takes_its_tokens_with_it(db: TestStore) {
        let tenant = tenant(db, "one").await;
        let user = user(db, &tenant, "owner@example.org", Role::Member).await.unwrap();
        let id = session(db, user.id, [7; 32]).await;
        let stranger: UserId = db.random.id(db.clock.now());
        let (strangers, owners, left) = admin(db, move |admin| Box::pin(async move {
            let strangers = sessions::delete_of(admin, id, stranger).await?;
            let owners = sessions::delete_of(admin, id, user.id).await?;
            Ok((strangers, owners, sessions::of_token(admin, [7; 32]).await?))
        })).await.unwrap();
        assert_eq!((strangers, owners, left), (false, true, None));
    }

    async fn counters_are_counted_one_after_the_other(db: TestStore) {
        let tries = (0..20_i64).map(|n| admin(db, move |admin| Box::pin(async move {
            let mut counter = attempts::lock(admin, [1; 32]).await?;
            counter.tries.push(n);
            counter.failures += 1;
            attempts::save(admin, [1; 32], &counter).await
        })));
        for done in futures_util::future::join_all(tries).await {
            done.unwrap();
        }
        let counter = admin(db, |admin| Box::pin(async move { attempts::lock(admin, [1; 32]).await })).await.unwrap();
        assert_eq!((counter.tries.len(), counter.failures), (20, 20));
    }

    async fn two_admins_cannot_both_be_taken_away_at_once(db: TestStore) {
        let tenant = tenant(db, "one").await;
        for email in ["one@example.org", "two@example.org"] {
            user(db, &tenant, email, Role::InstanceAdmin).await.unwrap();
        }
        let now = db.clock.now();
        let demote = |email: &'static str| admin(db, move |admin| Box::pin(async move {
            let admins = users::lock_admins(admin).await?;
            let user = users::by_email(admin, email).await?.remove(0);
            if admins.len() > 1 {
                let fields = astro_core::accounts::UserFields { role: Role::Member, ..user.fields() };
                users::update(admin, user.id, user.version, fields, now).await?;
            }
            Ok(())
        }));
        let (one, two) = tokio::join!(demote("one@example.org"), demote("two@example.org"));
        one.unwrap();
        two.unwrap();
        let left = admin(db, |admin| Box::pin(async move { users::lock_admins(admin).await })).await.unwrap();
        assert_eq!(left.len(), 1);
    }

    async fn forgetting_an_owner_knows_every_personal_table(db: TestStore) {
        assert_eq!(db.store.unforgettable().await.unwrap(), Vec::<String>::new());
    }

    async fn a_forgotten_owner_leaves_nothing_and_others_keep_theirs(db: TestStore) {
        let stranger = db.stranger().await;
        let gone = db.scope;
        admin(db, move |admin| Box::pin(async move { forget::owner(admin, &gone).await })).await.unwrap();
        let read = |scope: Scope| async move { db.store.read(&scope, |read| Box::pin(async move { owners::get(read).await })).await };
        assert!(matches!(read(gone).await, Err(StoreError::NoOwner)));
        assert!(read(stranger).await.is_ok());
    }
}
