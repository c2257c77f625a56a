//! A NATS server that is absent, killed, emptied, started again.

use std::time::{Duration, Instant};

use astro_infra::bus::{Bus, NatsBus, Received};
use astro_testkit::NatsServer;

use super::{messages, next, received, subscribe, until_last};

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long a refusal takes"
)]
fn now() -> Instant {
    Instant::now()
}

/// Publishes until it is taken.
async fn publish_patiently(bus: &NatsBus, from: u32) {
    for _ in 0..20 {
        if bus.publish(messages(from, from + 1)).await.is_ok() {
            return;
        }
    }
    panic!("publishing did not succeed again");
}

#[tokio::test]
async fn an_id_is_delivered_once() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let bus = NatsBus::connect(&server.url()).await.unwrap();
    let mut subscriber = subscribe(&bus).await;
    let sent = messages(0, 3);
    bus.publish(sent.clone()).await.unwrap();
    bus.publish(messages(1, 4)).await.unwrap();
    let all = messages(0, 4);
    assert_eq!(until_last(&mut subscriber, &all).await, received(&all));
}

#[tokio::test]
async fn two_processes_hear_each_other() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let one = NatsBus::connect(&server.url()).await.unwrap();
    let two = NatsBus::connect(&server.url()).await.unwrap();
    let mut at_two = subscribe(&two).await;
    let sent = messages(0, 100);
    one.publish(sent.clone()).await.unwrap();
    assert_eq!(until_last(&mut at_two, &sent).await, received(&sent));
}

#[tokio::test]
async fn a_killed_and_emptied_server_is_found_again() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let bus = NatsBus::connect(&server.url()).await.unwrap();
    let mut one = subscribe(&bus).await;
    let mut two = subscribe(&bus).await;
    let before = messages(0, 10);
    bus.publish(before.clone()).await.unwrap();
    assert_eq!(until_last(&mut one, &before).await, received(&before));
    assert_eq!(until_last(&mut two, &before).await, received(&before));
    for round in 1..=3 {
        server.kill();
        server.wipe();
        let start = now();
        assert!(bus.publish(messages(500, 510)).await.is_err());
        assert!(start.elapsed() < Duration::from_secs(3));
        server.start_again();
        assert_eq!(next(&mut one).await, Received::Gap);
        assert_eq!(next(&mut two).await, Received::Gap);
        // In every round: whether an id was taken before, an emptied server cannot know.
        let after = messages(1_000, 1_100);
        bus.publish(after.clone()).await.unwrap();
        assert_eq!(
            until_last(&mut one, &after).await,
            received(&after),
            "{round}"
        );
        assert_eq!(
            until_last(&mut two, &after).await,
            received(&after),
            "{round}"
        );
    }
}

#[tokio::test]
async fn a_restarted_server_that_kept_its_data_means_a_gap_too() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let bus = NatsBus::connect(&server.url()).await.unwrap();
    let mut subscriber = subscribe(&bus).await;
    bus.publish(messages(0, 1)).await.unwrap();
    next(&mut subscriber).await;
    server.kill();
    server.start_again();
    assert_eq!(next(&mut subscriber).await, Received::Gap);
    let after = messages(1, 2);
    bus.publish(after.clone()).await.unwrap();
    assert_eq!(
        next(&mut subscriber).await,
        Received::Message(after[0].clone())
    );
}

#[tokio::test]
async fn what_is_published_first_after_a_loss_arrives() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let bus = NatsBus::connect(&server.url()).await.unwrap();
    bus.publish(messages(0, 1)).await.unwrap();
    server.kill();
    server.wipe();
    server.start_again();
    // nobody subscribes, so that publishing alone must make the stream again
    publish_patiently(&bus, 1).await;
    let mut subscriber = subscribe(&bus).await;
    publish_patiently(&bus, 2).await;
    assert_eq!(
        next(&mut subscriber).await,
        Received::Message(messages(2, 3)[0].clone())
    );
}

#[tokio::test]
async fn a_server_that_hangs_is_refused_soon_and_then_means_a_gap() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let bus = NatsBus::connect(&server.url()).await.unwrap();
    let mut subscriber = subscribe(&bus).await;
    bus.publish(messages(0, 1)).await.unwrap();
    next(&mut subscriber).await;
    server.freeze();
    let start = now();
    assert!(bus.publish(messages(1, 2)).await.is_err());
    assert!(start.elapsed() < Duration::from_secs(3));
    let hanging = async {
        // longer than the silence that counts as an interruption
        tokio::time::sleep(Duration::from_secs(7)).await;
        server.thaw();
    };
    let (received, ()) = futures_util::future::join(next(&mut subscriber), hanging).await;
    assert_eq!(received, Received::Gap);
    // the refused message may have been taken after all
    publish_patiently(&bus, 2).await;
    let last = messages(2, 3);
    until_last(&mut subscriber, &last).await;
}

#[tokio::test]
async fn an_absent_server_does_not_hold_up_the_start() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    server.kill();
    let start = now();
    let bus = NatsBus::connect(&server.url()).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1));
    assert!(bus.publish(messages(0, 1)).await.is_err());
    let mut subscriber = subscribe(&bus).await;
    assert!(start.elapsed() < Duration::from_secs(6));
    server.start_again();
    assert_eq!(next(&mut subscriber).await, Received::Gap);
    publish_patiently(&bus, 1).await;
    assert_eq!(
        next(&mut subscriber).await,
        Received::Message(messages(1, 2)[0].clone())
    );
}
