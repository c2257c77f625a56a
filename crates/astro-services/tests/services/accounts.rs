//! Who gets in, and who does not any more.

mod administration;
mod first_start;
mod passwords;
mod revocation;
mod tokens;

use astro_core::accounts::User;
use astro_core::accounts::requests::{
    CreateUserRequest, LoginRequest, PasswordChange, TokenResponse,
};
use astro_core::principal::{Principal, Role};
use astro_core::secret::Secret;
use astro_core::tasks::TaskSource;
use astro_services::accounts::{Client, Credential};
use astro_services::{Call, Result, Services};
use astro_testkit::TestStore;

pub const PASSWORD: &str = "lantern gravel umbrage tofu";
pub const OTHER_PASSWORD: &str = "hedgehogs whittle brass oars";
pub const ADMIN: &str = "owner@example.org";

pub fn secret(text: &str) -> Secret {
    Secret::new(text)
}

/// Services with a first user.
pub async fn set_up(db: &TestStore) -> (Services, User) {
    let services = db.services();
    let (email, password) = (ADMIN.parse().unwrap(), secret(PASSWORD));
    let first = services
        .create_first_user(email, &password, None)
        .await
        .unwrap();
    (services, first)
}

pub fn login(email: &str, password: &str) -> LoginRequest {
    LoginRequest {
        email: email.to_owned(),
        password: secret(password),
        tenant: None,
    }
}

pub async fn sign_in(services: &Services, email: &str) -> TokenResponse {
    let client = Client::default();
    services
        .login(login(email, PASSWORD), &client)
        .await
        .unwrap()
}

pub async fn enter(services: &Services, token: &Secret) -> Result<Principal> {
    let credential = Credential::Bearer(token.clone());
    services.authenticate(&credential).await
}

/// A call of whoever holds that access token.
pub async fn call(services: &Services, token: &Secret) -> Call {
    let principal = enter(services, token).await.unwrap();
    Call::new(principal, TaskSource::Api)
}

/// A call of the first user, from the command line.
pub async fn admin_call(services: &Services) -> Call {
    let principal = services.local_principal(None, None).await.unwrap();
    Call::new(principal, TaskSource::Api)
}

pub async fn add_user(services: &Services, email: &str, role: Role) -> User {
    let request = CreateUserRequest {
        email: email.parse().unwrap(),
        password: secret(PASSWORD),
        role,
        zone: None,
        tenant_id: None,
    };
    let call = admin_call(services).await;
    services.create_user(&call, request).await.unwrap()
}

pub fn change_password(current: &str, new: &str) -> PasswordChange {
    PasswordChange {
        current: secret(current),
        new: secret(new),
    }
}

pub fn from(address: &str) -> Client {
    Client {
        address: Some(address.parse().unwrap()),
        agent: "test".to_owned(),
    }
}
