//! Trying a channel: a message now, to every destination of it, and what came of each.

use astro_core::ids::DestinationId;
use astro_core::principal::Permission;
use astro_core::reminders::Channel;
use astro_core::reminders::answers::Probed;
use astro_core::secret::Secret;
use astro_infra::channels::{Message, Target};
use astro_store::destinations as rows;
use serde_json::json;
use uuid::Uuid;

use crate::{Call, Error, Result, Services};

impl Services {
    /// Sends a message to try a channel.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the channel leads nowhere; [`Error::TooMany`] when it was tried a moment
    /// ago.
    pub async fn probe_channel(&self, call: &Call, channel: Channel) -> Result<Vec<Probed>> {
        let scope = call.scope(Permission::AccountWrite)?;
        let user = call.principal.identity().user;
        if !self.probes.admits(user, self.now()) {
            return Err(Error::TooMany { retry_after_s: 2 });
        }
        let targets = match channel {
            Channel::InApp => return Ok(vec![in_app()]),
            Channel::Email => vec![self.own_address(scope).await?],
            _ => self
                .store
                .read(&scope, |read| {
                    Box::pin(async move {
                        let mut found = Vec::new();
                        for one in rows::all(read).await? {
                            if one.channel == channel && one.enabled {
                                found.extend(rows::to_send(read, one.id).await?);
                            }
                        }
                        Ok::<_, Error>(found)
                    })
                })
                .await?
                .into_iter()
                .map(|(destination, secret): (_, Option<Secret>)| {
                    let target = super::target(channel, &destination.settings, secret.as_ref());
                    (Some(destination.id), destination.title, target.ok())
                })
                .collect(),
        };
        if targets.is_empty() {
            return Err(Error::conflict(
                "no_destination",
                format!("there is no destination for {channel}; add one first"),
            ));
        }
        let mut probed = Vec::new();
        for (destination_id, title, target) in targets {
            let error = self.probe(target).await.err();
            probed.push(Probed {
                destination_id,
                title,
                sent: error.is_none(),
                error,
            });
        }
        Ok(probed)
    }

    async fn own_address(
        &self,
        scope: astro_core::principal::Scope,
    ) -> Result<(Option<DestinationId>, String, Option<Target>)> {
        let address = self
            .address_of(scope)
            .await?
            .ok_or(Error::NotFound("user"))?;
        let target = Target::Email {
            address: address.clone(),
        };
        Ok((None, address, Some(target)))
    }

    async fn probe(&self, target: Option<Target>) -> std::result::Result<(), String> {
        let target = target.ok_or("its settings cannot be read")?;
        let now = self.now();
        let id: Uuid = self.random.id(now);
        let message = Message {
            id: id.to_string(),
            title: "AstroAssistance can reach you here".to_owned(),
            body: "This was a test. Reminders will look like it.".to_owned(),
            url: self.public_url.clone(),
            actions: Vec::new(),
            tag: "test".to_owned(),
            is_urgent: false,
            at: now,
            data: json!({ "type": "test", "timestamp": now, "data": {} }),
        };
        let sent = self.send(&target, &message).await;
        sent.map(drop).map_err(|error| error.reason().to_owned())
    }
}

/// Whoever asks is in the product already.
fn in_app() -> Probed {
    Probed {
        destination_id: None,
        title: "AstroAssistance".to_owned(),
        sent: true,
        error: None,
    }
}
