//! What a worker does, for programs that watch it: `GET /metrics` and `GET /healthz`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use esl_core::ErrorKind;
use esl_jobs::metrics::Metrics;
use esl_jobs::worker::Health;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::exit::{Exit, Failure};

/// How long a client may take to ask, and how long to wait after a connection that failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Listens on an address.
pub(crate) struct Exporter {
    listener: TcpListener,
    metrics: Arc<Metrics>,
}

/// What answers are made from.
#[derive(Clone)]
struct Figures {
    metrics: Arc<Metrics>,
    health: watch::Receiver<Health>,
}

impl Exporter {
    /// Listens on `address`, a host and a port.
    pub(crate) async fn listen(address: &str, metrics: Arc<Metrics>) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| {
            let message = format!("cannot listen on {address}");
            Failure {
                causes: vec![error.to_string()],
                ..Failure::new(Exit::Configuration, ErrorKind::Configuration, message)
            }
            .hint("give another address to --metrics or METRICS_LISTEN")
        };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        tracing::info!(event = "metrics_listening", %address, "figures can be read");
        Ok(Self { listener, metrics })
    }

    /// Answers until it is dropped.
    pub(crate) async fn serve(self, health: watch::Receiver<Health>) {
        let metrics = self.metrics;
        let figures = Figures { metrics, health };
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(converse(stream, figures.clone()));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "somebody who wants figures cannot be heard");
                        tokio::time::sleep(PATIENCE).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

async fn converse(stream: TcpStream, figures: Figures) {
    let service = service_fn(|request| figures.answer(request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "somebody who wanted figures hung up");
    }
}

impl Figures {
    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let is_read = [Method::GET, Method::HEAD].contains(request.method());
        let (status, kind, text) = match request.uri().path() {
            "/metrics" | "/healthz" if !is_read => plain(StatusCode::METHOD_NOT_ALLOWED),
            "/metrics" => {
                let text = self.metrics.render().await;
                (StatusCode::OK, Metrics::CONTENT_TYPE, text)
            }
            "/healthz" if *self.health.borrow() == Health::Working => plain(StatusCode::OK),
            "/healthz" => plain(StatusCode::SERVICE_UNAVAILABLE),
            _ => plain(StatusCode::NOT_FOUND),
        };
        let response = Response::builder()
            .status(status)
            .header(CONTENT_TYPE, kind);
        let response = response.body(Full::from(text));
        Ok(response.expect("status and type are well-formed"))
    }
}

/// The reason of a status, as text.
fn plain(status: StatusCode) -> (StatusCode, &'static str, String) {
    let reason = status.canonical_reason().unwrap_or_default();
    (status, "text/plain; charset=utf-8", format!("{reason}\n"))
}
