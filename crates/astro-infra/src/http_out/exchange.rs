//! One request and its answer over an open stream (HTTP/1.1, RFC 9112).

use std::pin::pin;

use astro_core::limits::OUTGOING_ANSWER_BYTES as MAX_BYTES;
use bytes::{Bytes, BytesMut};
use futures_util::future::{Either, select};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use url::{Position, Url};

use super::connect::Stream;
use super::{Answer, HttpError, Request};

const USER_AGENT: &str = concat!("AstroAssistance/", env!("CARGO_PKG_VERSION"));

pub(super) async fn exchange(
    stream: Stream,
    request: Request,
    host: &str,
) -> Result<Answer, HttpError> {
    // made before the connection is touched: what cannot be written is certainly not sent
    let request = written(request)?;
    let (sender, connection) = Builder::new()
        .max_buf_size(MAX_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| HttpError::NotSent(format!("{host}: {error}")))?;
    let answer = pin!(ask(sender, request, host));
    let connection = pin!(connection);
    // the connection does the work while the answer waits for it; where it ends first, the answer has
    // by then got all that it can get
    match select(answer, connection).await {
        Either::Left((answer, _)) => answer,
        Either::Right((_, answer)) => answer.await,
    }
}

async fn ask(
    mut sender: SendRequest<Full<Bytes>>,
    request: http::Request<Full<Bytes>>,
    host: &str,
) -> Result<Answer, HttpError> {
    let answer = sender
        .try_send_request(request)
        .await
        .map_err(|mut error| {
            let is_untouched = error.take_message().is_some();
            let reason = format!("{host} broke off: {}", error.into_error());
            if is_untouched {
                HttpError::NotSent(reason)
            } else {
                HttpError::Unknown(reason)
            }
        })?;
    let (head, body) = answer.into_parts();
    let (body, is_cut) = read(body).await;
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body,
        is_cut,
    })
}

/// The beginning of a body. The status has been said by now, so a body that breaks off is a short
/// one and no failure.
async fn read(mut body: Incoming) -> (Bytes, bool) {
    let mut kept = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return (kept.freeze(), true);
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let room = MAX_BYTES - kept.len();
        kept.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return (kept.freeze(), true);
        }
    }
    (kept.freeze(), false)
}

fn written(request: Request) -> Result<http::Request<Full<Bytes>>, HttpError> {
    let Request {
        method,
        url,
        mut headers,
        body,
    } = request;
    own_headers(&mut headers, &url)?;
    let unwritable =
        |error: http::Error| HttpError::Blocked(format!("not a usable address: {error}"));
    let mut written = http::Request::builder()
        .method(method)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .body(Full::new(body))
        .map_err(unwritable)?;
    *written.headers_mut() = headers;
    Ok(written)
}

fn own_headers(headers: &mut HeaderMap, url: &Url) -> Result<(), HttpError> {
    let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort])
        .map_err(|error| HttpError::Blocked(format!("not a usable host: {error}")))?;
    headers.insert(header::HOST, host);
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    Ok(())
}
