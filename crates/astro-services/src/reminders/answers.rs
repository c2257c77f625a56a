//! Answering a reminder from where it arrived. A link in a message carries a token that can do that one
//! thing: it names the delivery and is signed with a key of this installation, so nothing of it is kept.

use std::time::Duration;

use astro_core::calendar::When;
use astro_core::ids::{DeliveryId, OwnerId, UserId};
use astro_core::limits;
use astro_core::principal::{Identity, Permission, Principal, Scope};
use astro_core::reminders::Reminder;
use astro_core::reminders::answers::{Answer, Answerable};
use astro_core::secret::Secret;
use astro_core::tasks::{Task, TaskSource};
use astro_store::accounts::users;
use astro_store::{StoreError, deliveries, documents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::accounts::Client;
use crate::changes::before;
use crate::{Call, Error, Result, Services};

/// Bytes of a token: owner, delivery, and half of an HMAC-SHA-256 (RFC 2104, section 5).
const BYTES: usize = 48;
const KEY: &str = "answers";
const GONE: Error = Error::NotFound("reminder under this link");

impl Services {
    /// A token that answers this delivery, until [`limits::ANSWER_TTL`] after it called.
    pub(super) async fn answer_token(&self, scope: Scope, delivery: DeliveryId) -> Result<String> {
        let key = self.instance_key(KEY).await?;
        let named = named(scope.owner(), delivery);
        let token = [named.as_slice(), &seal(&key, &named)?[..16]].concat();
        Ok(URL_SAFE_NO_PAD.encode(token))
    }

    /// What a link is about.
    ///
    /// # Errors
    /// [`Error::NotFound`] for every token that is not, or no longer, good.
    pub async fn answerable(&self, token: &Secret, client: &Client) -> Result<Answerable> {
        let (_, reminder, task) = self.open_answer(token, client).await?;
        Ok(Answerable {
            title: task.title.clone(),
            due: task.due.clone(),
            is_done: !task.is_open(),
            is_answered: reminder.acknowledged_at.is_some(),
        })
    }

    /// Answers the reminder of a link, on every channel at once.
    ///
    /// # Errors
    /// As [`Services::answerable`].
    pub async fn answer(&self, token: &Secret, answer: Answer, client: &Client) -> Result<()> {
        let (call, reminder, task) = self.open_answer(token, client).await?;
        match answer {
            Answer::Acknowledge => self
                .acknowledge_reminder(&call, reminder.id)
                .await
                .map(drop),
            Answer::Complete => self.complete_task(&call, task.id).await.map(drop),
            Answer::Snooze { minutes } => {
                let by = Duration::from_mins(u64::from(minutes.clamp(1, 7 * 24 * 60)));
                let until = self.now().checked_add(by).map_err(Error::internal)?;
                self.snooze_reminder(&call, reminder.id, When::Utc(until))
                    .await
                    .map(drop)
            }
        }
    }

    async fn open_answer(&self, token: &Secret, client: &Client) -> Result<(Call, Reminder, Task)> {
        self.count_try(None, client.address).await?;
        let bytes = URL_SAFE_NO_PAD.decode(token.expose()).map_err(|_| GONE)?;
        let bytes: [u8; BYTES] = bytes.try_into().map_err(|_| GONE)?;
        let (named, sealed) = bytes.split_at(32);
        let key = self.instance_key(KEY).await?;
        if !bool::from(seal(&key, named)?[..16].ct_eq(sealed)) {
            return Err(GONE);
        }
        let (owner, delivery) = named.split_at(16);
        let owner = OwnerId::new(Uuid::from_slice(owner).map_err(|_| GONE)?);
        let delivery = DeliveryId::new(Uuid::from_slice(delivery).map_err(|_| GONE)?);
        let call = self.answering(owner, delivery).await?;
        let scope = Scope::of(&call.principal);
        let since = before(self.now(), limits::ANSWER_TTL);
        let found = self
            .store
            .read(&scope, |read| {
                Box::pin(async move {
                    let Some(delivery) = deliveries::get(read, delivery).await? else {
                        return Ok(None);
                    };
                    let reminder: Option<Reminder> =
                        documents::get(read, delivery.reminder_id.uuid()).await?;
                    let task: Option<Task> = documents::get(read, delivery.task_id.uuid()).await?;
                    Ok::<_, StoreError>(reminder.zip(task).map(|(r, t)| (delivery, r, t)))
                })
            })
            .await?;
        match found {
            Some((delivery, reminder, task))
                if delivery.fired_at > since
                    && reminder.deleted_at.is_none()
                    && task.deleted_at.is_none() =>
            {
                Ok((call, reminder, task))
            }
            _ => Err(GONE),
        }
    }

    /// A call that may do what a link can: it is a token named by its delivery.
    async fn answering(&self, owner: OwnerId, delivery: DeliveryId) -> Result<Call> {
        let user: UserId = owner.into();
        let standing = self
            .store
            .admin_read(move |admin| Box::pin(async move { users::standing(admin, user).await }))
            .await
            .map_err(Error::from)?
            .ok_or(GONE)?;
        let identity: Identity = crate::accounts::admit(&standing).map_err(|_| GONE)?;
        let principal = Principal::Token {
            identity,
            token: delivery.uuid().into(),
            scopes: vec![Permission::TasksRead, Permission::TasksWrite],
        };
        Ok(Call::new(principal, TaskSource::Api))
    }
}

fn named(owner: OwnerId, delivery: DeliveryId) -> [u8; 32] {
    let mut named = [0; 32];
    named[..16].copy_from_slice(owner.uuid().as_bytes());
    named[16..].copy_from_slice(delivery.uuid().as_bytes());
    named
}

fn seal(key: &[u8; 32], named: &[u8]) -> Result<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Error::internal)?;
    mac.update(named);
    Ok(mac.finalize().into_bytes().into())
}
