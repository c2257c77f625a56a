//! Where a person's reminders go. Secrets are taken and never given back.

use astro_core::ids::DestinationId;
use astro_core::limits;
use astro_core::principal::Permission;
use astro_core::reminders::destinations::{Destination, NewDestination};
use astro_infra::channels::Channels;
use astro_store::destinations as rows;
use astro_store::{StoreError, Write, consumers};

use crate::outbox::WEBHOOKS;
use crate::{Call, Error, Result, Services, expected};

const NOUN: &str = "destination";

impl Services {
    /// Every destination, oldest first.
    pub async fn list_destinations(&self, call: &Call) -> Result<Vec<Destination>> {
        let scope = call.scope(Permission::AccountRead)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { rows::all(read).await.map_err(Error::from) })
            })
            .await
    }

    pub async fn get_destination(&self, call: &Call, id: DestinationId) -> Result<Destination> {
        let scope = call.scope(Permission::AccountRead)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { rows::get(read, id).await?.ok_or(Error::NotFound(NOUN)) })
            })
            .await
    }

    /// Keeps a destination that its channel can read.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every setting that the channel cannot use.
    pub async fn create_destination(
        &self,
        call: &Call,
        new: NewDestination,
    ) -> Result<Destination> {
        let scope = call.scope(Permission::AccountWrite)?;
        self.check_destination(&new)?;
        let now = self.now();
        let destination = Destination {
            id: self.random.id(now),
            channel: new.channel,
            title: new.title,
            settings: new.settings,
            has_secret: new.secret.is_some(),
            events: new.events,
            enabled: new.enabled,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        self.store
            .write(&scope, move |write| {
                Box::pin(async move {
                    if rows::all(write).await?.len() >= limits::DESTINATIONS {
                        return Err(Error::conflict(
                            "too_many",
                            format!("at most {} destinations are kept", limits::DESTINATIONS),
                        ));
                    }
                    rows::insert(write, &destination, new.secret.as_ref()).await?;
                    follow_events(write).await?;
                    Ok(destination)
                })
            })
            .await
    }

    /// Replaces what is kept of a destination; a secret that is not sent stays as it is.
    ///
    /// # Errors
    /// As [`Services::create_destination`]; a destination keeps its channel.
    pub async fn replace_destination(
        &self,
        call: &Call,
        id: DestinationId,
        new: NewDestination,
    ) -> Result<Destination> {
        let scope = call.scope(Permission::AccountWrite)?;
        let (expected, services) = (call.expected_version.clone(), self.clone());
        self.store
            .write(&scope, move |write| {
                Box::pin(async move { services.replace(write, id, new, expected.as_ref()).await })
            })
            .await
    }

    /// The key that browsers subscribe with.
    pub fn push_key(&self, call: &Call) -> Result<String> {
        call.scope(Permission::AccountRead)?;
        self.channels
            .as_ref()
            .and_then(Channels::vapid_public_key)
            .ok_or(Error::NotFound("push key"))
    }

    pub async fn delete_destination(&self, call: &Call, id: DestinationId) -> Result<()> {
        let scope = call.scope(Permission::AccountWrite)?;
        self.store
            .write(&scope, move |write| {
                Box::pin(async move {
                    let was_there = rows::delete(write, id).await?;
                    follow_events(write).await?;
                    was_there.then_some(()).ok_or(Error::NotFound(NOUN))
                })
            })
            .await
    }
}

impl Services {
    async fn replace(
        &self,
        write: &mut Write,
        id: DestinationId,
        mut new: NewDestination,
        expected: Option<&crate::Expected>,
    ) -> Result<Destination> {
        let (before, secret) = rows::to_send(write, id)
            .await?
            .ok_or(Error::NotFound(NOUN))?;
        expected::check(expected, before.version)?;
        if new.channel != before.channel {
            return Err(Error::invalid(
                "channel",
                "fixed",
                "a destination keeps its channel",
            ));
        }
        let sent = new.secret.take();
        new.secret = sent.clone().or(secret);
        self.check_destination(&new)?;
        let after = Destination {
            title: new.title,
            settings: new.settings,
            has_secret: new.secret.is_some(),
            events: new.events,
            enabled: new.enabled,
            version: before.version + 1,
            updated_at: self.now(),
            ..before
        };
        rows::update(write, &after).await?;
        if let Some(secret) = sent {
            rows::set_secret(write, id, Some(&secret)).await?;
        }
        follow_events(write).await?;
        Ok(after)
    }

    /// # Errors
    /// Every setting that the channel cannot use, here or anywhere.
    fn check_destination(&self, new: &NewDestination) -> Result<()> {
        new.check()?;
        let target = super::target(new.channel, &new.settings, new.secret.as_ref())?;
        match &self.channels {
            Some(channels) => channels.check(&target)?,
            None => target.check()?,
        }
        Ok(())
    }
}

/// Events are followed for as long as somebody is to be told.
async fn follow_events(write: &mut Write) -> Result<(), StoreError> {
    let tells = rows::all(write)
        .await?
        .iter()
        .any(|destination| destination.enabled && !destination.events.is_empty());
    if tells {
        consumers::begin(write, WEBHOOKS).await
    } else {
        consumers::end(write, WEBHOOKS).await
    }
}
