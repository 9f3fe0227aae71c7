//! HTTP/1.1 in front of the frame. No service is known here.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::control::Control;
use super::reply::{ConnectionDropped, Reply, ReplyBody};
use super::service::{FakeResponse, FullUri, Service, json_response};

/// The most that a request may carry: a part of a large upload and some more.
const MAX_BODY: usize = 64 << 20;

/// Serves until dropped; then all connections close.
pub(crate) async fn serve(
    listener: TcpListener,
    control: Arc<Control>,
    open: watch::Sender<usize>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(stream, Arc::clone(&control)));
                }
                // Out of file descriptors, most likely: others have to close first.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
        open.send_replace(connections.len());
    }
}

async fn serve_connection(stream: TcpStream, control: Arc<Control>) {
    // Without it small answers may wait for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(Arc::clone(&control), request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // An error means that one side hung up, which is what the faults are for.
    let _ = connection.await;
}

async fn answer(
    control: Arc<Control>,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, ConnectionDropped> {
    let (head, body) = request.into_parts();
    let (segment, path) = split(&head.uri);
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Reply::Whole(too_large(&control, &segment)).send();
        }
        Err(_) => return Err(ConnectionDropped),
    };
    let mut request = Request::from_parts(head, body);
    let full = std::mem::replace(request.uri_mut(), path);
    request.extensions_mut().insert(FullUri(full));
    // A request that is here is carried out even if the client hangs up, as with the real services.
    let exchange = tokio::spawn(async move { dispatch(&control, &segment, request).await });
    match exchange.await {
        Ok(reply) => reply.send(),
        Err(_) => Err(ConnectionDropped),
    }
}

async fn dispatch(control: &Control, segment: &str, request: Request<Bytes>) -> Reply {
    if segment == "control" {
        return Reply::Whole(control.respond(&request));
    }
    let reply = match Service::named(segment) {
        Some(service) => control.frame.exchange(service, request).await,
        None => None,
    };
    reply.unwrap_or_else(|| Reply::Whole(nothing_here()))
}

fn nothing_here() -> FakeResponse {
    let services: Vec<_> = Service::ALL.iter().map(|service| service.name()).collect();
    let message = format!("nothing here; try /control or /{}", services.join(", /"));
    json_response(
        StatusCode::NOT_FOUND,
        &serde_json::json!({ "error": message }),
    )
}

fn too_large(control: &Control, segment: &str) -> FakeResponse {
    let service = Service::named(segment);
    let failure = service.and_then(|service| {
        control
            .frame
            .failure(service, StatusCode::PAYLOAD_TOO_LARGE)
    });
    failure.unwrap_or_else(nothing_here)
}

/// The first segment and the address below it.
fn split(uri: &Uri) -> (String, Uri) {
    let rest = uri.path().trim_start_matches('/');
    let (segment, path) = rest.split_once('/').unwrap_or((rest, ""));
    let query = uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let below = format!("/{path}{query}").parse().unwrap_or_default();
    (segment.to_owned(), below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_split_after_its_first_segment() {
        let split = |uri: &'static str| {
            let (segment, path) = split(&Uri::from_static(uri));
            (segment, path.to_string())
        };
        assert_eq!(
            split("/notion/v1/pages?a=b"),
            ("notion".into(), "/v1/pages?a=b".into())
        );
        assert_eq!(split("/control"), ("control".into(), "/".into()));
        assert_eq!(split("/"), (String::new(), "/".into()));
    }
}
