//! Server-sent events (HTML Living Standard, section 9.2).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use astro_services::live::{Opened, Subscription, Told};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, Stream};

use super::{Counted, Said, after_absence, count};

/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(2);

/// A stream that is open.
struct Open {
    subscription: Subscription,
    /// What is to be said before anything new.
    first: VecDeque<Said>,
    /// The last change that was told of.
    seq: i64,
    _counted: Counted,
}

pub(super) fn answer(opened: Opened, heartbeat: Duration) -> Response {
    let change_seq = opened.change_seq;
    let mut first = VecDeque::from([Said::Hello { change_seq }]);
    first.extend(after_absence(opened.missed));
    let open = Open {
        subscription: opened.subscription,
        first,
        seq: change_seq,
        _counted: Counted::new("sse"),
    };
    Sse::new(events(open))
        .keep_alive(KeepAlive::new().interval(heartbeat))
        .into_response()
}

fn events(open: Open) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(open, |mut open| async move {
        loop {
            if let Some(said) = open.first.pop_front() {
                let event = open.event(&said);
                return Some((Ok(event), open));
            }
            match open.subscription.next().await {
                Told::Changed(notices) => open.first.extend(notices.into_iter().map(Said::Change)),
                Told::Everything => open.first.push_back(Said::Resync),
                // The end of the stream says enough: the browser comes again, and is let in or not.
                Told::Closed(_) => return None,
            }
        }
    })
}

impl Open {
    fn event(&mut self, said: &Said) -> Event {
        count(said);
        let event = Event::default().event(said.kind());
        let event = match said {
            Said::Hello { change_seq } => event.id(change_seq.to_string()).retry(RETRY),
            Said::Change(notice) => {
                self.seq = self.seq.max(notice.change_seq);
                event.id(self.seq.to_string())
            }
            Said::Resync => event,
        };
        let data = match said {
            Said::Change(notice) => serde_json::to_string(notice),
            other => serde_json::to_string(other),
        };
        event.data(data.unwrap_or_default())
    }
}
