//! What every engine does.

use std::time::Duration;

use astro_infra::bus::{Bus, MemoryBus, NatsBus, Received};
use astro_testkit::NatsServer;
use futures_util::StreamExt as _;

use super::{messages, next, received, subscribe, until_last};

/// Declares tests that run once in memory and once on a NATS server of their own.
macro_rules! on_both_engines {
    ($( async fn $name:ident($bus:ident: &dyn Bus) $body:block )+) => { $(
        mod $name {
            use super::*;

            async fn body($bus: &dyn Bus) $body

            #[tokio::test]
            async fn memory() {
                body(&MemoryBus::default()).await;
            }

            #[tokio::test]
            async fn nats() {
                if let Some(server) = NatsServer::start() {
                    body(&NatsBus::connect(&server.url()).await.unwrap()).await;
                }
            }
        }
    )+ };
}

on_both_engines! {
    async fn every_subscriber_receives_what_is_published_in_its_order(bus: &dyn Bus) {
        let mut one = subscribe(bus).await;
        let mut two = subscribe(bus).await;
        // more than are sent before their acknowledgements are awaited
        let sent = messages(0, 2_500);
        let (first, rest) = sent.split_at(1);
        bus.publish(first.to_vec()).await.unwrap();
        bus.publish(rest.to_vec()).await.unwrap();
        assert_eq!(until_last(&mut one, &sent).await, received(&sent));
        assert_eq!(until_last(&mut two, &sent).await, received(&sent));
    }

    async fn a_subscriber_receives_nothing_from_before(bus: &dyn Bus) {
        bus.publish(messages(0, 10)).await.unwrap();
        let mut late = subscribe(bus).await;
        let sent = messages(10, 11);
        bus.publish(sent.clone()).await.unwrap();
        assert_eq!(next(&mut late).await, Received::Message(sent[0].clone()));
    }

    async fn publishing_to_nobody_succeeds(bus: &dyn Bus) {
        bus.publish(messages(0, 10)).await.unwrap();
        bus.publish(Vec::new()).await.unwrap();
        drop(subscribe(bus).await);
        bus.publish(messages(10, 20)).await.unwrap();
    }

    async fn who_lags_too_far_is_told_and_goes_on(bus: &dyn Bus) {
        let mut slow = subscribe(bus).await;
        bus.publish(messages(0, 9_000)).await.unwrap();
        let mut count = 0;
        // Nothing follows the messages that were lost: the gap is told all the same.
        while next(&mut slow).await != Received::Gap {
            count += 1;
        }
        assert!(count < 9_000, "{count}");
        let sent = messages(9_000, 9_010);
        bus.publish(sent.clone()).await.unwrap();
        let arrived = until_last(&mut slow, &sent).await;
        assert!(arrived.ends_with(&received(&sent)), "{arrived:?}");
    }

    async fn nothing_arrives_while_nothing_is_published(bus: &dyn Bus) {
        let mut idle = subscribe(bus).await;
        // longer than the silence that counts as an interruption
        let quiet = tokio::time::timeout(Duration::from_secs(7), idle.next()).await;
        assert!(quiet.is_err(), "{quiet:?}");
    }
}
