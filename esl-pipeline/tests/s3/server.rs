//! A storage service over HTTP that keeps its objects in a folder, and can be made to fail.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use esl_pipeline::providers::s3::{S3Bucket, S3Credentials, S3Options};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, RwLock, watch};
use tokio::task::JoinHandle;

pub(crate) const BUCKET: &str = "lessons";

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Nothing happens, and the answer has this status and code.
    Answer(u16, &'static str),
    /// Nothing happens, and the connection closes.
    DropBefore,
    /// The request is carried out, and the connection closes without an answer.
    DropAfter,
    /// Half of the answer's body arrives, then the connection closes.
    Truncate,
    /// The connection closes; the request is carried out this much later.
    CommitLate(Duration),
    /// Nothing happens until the caller gives up.
    HangBefore,
    /// The request is carried out; then nothing happens until the caller gives up.
    HangAfter,
    /// The body is stored whatever the conditions are.
    IgnoreConditions,
}

/// A request that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
}

/// Which requests go wrong, and how.
struct Rule {
    applies: Box<dyn Fn(&Logged) -> bool + Send>,
    /// Requests that still pass.
    pass: usize,
    /// Requests that then go wrong.
    times: usize,
    fault: Fault,
}

#[derive(Default)]
struct State {
    root: PathBuf,
    rules: Mutex<VecDeque<Rule>>,
    log: Mutex<Vec<Logged>>,
    hanging: Notify,
    /// Connections that are open, those that hang left out.
    open: watch::Sender<usize>,
    /// Requests that will be carried out late.
    late: watch::Sender<usize>,
    /// The folder takes one write at a time, so that its conditions hold.
    turns: RwLock<()>,
}

/// The service; it stops when dropped.
pub(crate) struct Server {
    address: String,
    pub(crate) root: tempfile::TempDir,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// A service with an empty bucket.
    pub(crate) async fn start() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root.path()).unwrap());
        service.set_auth(SimpleAuth::from_single("key", "do-not-tell"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            root: root.path().to_owned(),
            ..State::default()
        });
        let task = tokio::spawn(serve(listener, service.build(), state.clone()));
        Self {
            address,
            root,
            state,
            task,
        }
    }

    fn options(&self) -> S3Options {
        let mut options = S3Options::new(BUCKET, credentials("do-not-tell"));
        options.endpoint = Some(self.address.clone());
        options
    }

    pub(crate) fn bucket(&self) -> S3Bucket {
        self.bucket_with(|_| {})
    }

    /// The bucket, reached in another way.
    pub(crate) fn bucket_with(&self, change: impl FnOnce(&mut S3Options)) -> S3Bucket {
        let mut options = self.options();
        change(&mut options);
        S3Bucket::new(options).unwrap()
    }

    /// Lets requests that fit go wrong: after `pass` of them, `times` times.
    pub(crate) fn fail(
        &self,
        applies: impl Fn(&Logged) -> bool + Send + 'static,
        pass: usize,
        times: usize,
        fault: Fault,
    ) {
        self.state.rules.lock().unwrap().push_back(Rule {
            applies: Box::new(applies),
            pass,
            times,
            fault,
        });
    }

    pub(crate) fn log(&self) -> Vec<Logged> {
        self.state.log.lock().unwrap().clone()
    }

    /// Ends when a request hangs.
    pub(crate) async fn until_hanging(&self) {
        self.state.hanging.notified().await;
    }

    /// Ends when what dead callers sent has been carried out and they have hung up.
    pub(crate) async fn until_alone(&self) {
        let mut open = self.state.open.subscribe();
        open.wait_for(|open| *open == 0).await.unwrap();
    }

    /// Ends when nothing is left that happens late.
    pub(crate) async fn until_settled(&self) {
        let mut late = self.state.late.subscribe();
        late.wait_for(|late| *late == 0).await.unwrap();
    }

    /// The names of all objects, sorted.
    pub(crate) fn objects(&self) -> Vec<String> {
        let bucket = self.root.path().join(BUCKET);
        let mut folders = vec![bucket.clone()];
        let mut objects = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&bucket).unwrap();
                    objects.push(name.to_string_lossy().into_owned());
                }
            }
        }
        objects.sort();
        objects
    }

    /// Whether parts of an unfinished upload lie around.
    pub(crate) fn has_orphans(&self) -> bool {
        let names = std::fs::read_dir(self.root.path()).unwrap();
        let mut names = names.map(|entry| entry.unwrap().file_name());
        names.any(|name| name.to_string_lossy().contains(".part-"))
    }
}

pub(crate) fn credentials(secret: &str) -> S3Credentials {
    S3Credentials::Static {
        access_key_id: "key".into(),
        secret_access_key: secret.to_owned().into(),
        session_token: None,
    }
}

/// Requests that carry something out.
pub(crate) fn writes(request: &Logged) -> bool {
    request.method == "PUT" || request.method == "POST"
}

/// Uploads of a whole file.
pub(crate) fn puts(request: &Logged) -> bool {
    request.method == "PUT" && !is_probe(request) && !request.query.contains("uploadId")
}

/// The write that finds out whether conditions are honoured.
pub(crate) fn is_probe(request: &Logged) -> bool {
    request.method == "PUT" && request.path.ends_with(".conditional-write-probe")
}

async fn serve(listener: TcpListener, service: S3Service, state: Arc<State>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        connections.spawn(converse(stream, service.clone(), state.clone()));
    }
}

async fn converse(stream: TcpStream, service: S3Service, state: Arc<State>) {
    let _ = stream.set_nodelay(true);
    state.open.send_modify(|open| *open += 1);
    let counted = state.clone();
    let answer = service_fn(move |request| {
        let (service, state) = (service.clone(), state.clone());
        // Carried out to its end, even if the caller hangs up.
        async move {
            tokio::spawn(answer(request, service, state))
                .await
                .unwrap_or(Err(Dropped))
        }
    });
    let io = TokioIo::new(stream);
    let _ = http1::Builder::new().serve_connection(io, answer).await;
    counted.open.send_modify(|open| *open -= 1);
}

#[derive(Debug)]
struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dropped on purpose")
    }
}

impl std::error::Error for Dropped {}

type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, Dropped>;

async fn answer(
    request: Request<Incoming>,
    service: S3Service,
    state: Arc<State>,
) -> Result<Response<Body>, Dropped> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    let fault = state.fault(&Logged {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
    });
    let request = Request::from_parts(head.clone(), s3s::Body::from(body.clone()));
    let carry_out = |service: S3Service, state: Arc<State>| async move {
        let is_read = matches!(request.method().as_str(), "GET" | "HEAD");
        let response = if is_read {
            let _turn = state.turns.read().await;
            service.call(request).await
        } else {
            let _turn = state.turns.write().await;
            service.call(request).await
        };
        let (head, body) = response.map_err(|_| Dropped)?.into_parts();
        let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
        Ok(Response::from_parts(head, body))
    };
    match fault {
        None => carry_out(service, state)
            .await
            .map(|answer| answer.map(whole)),
        Some(Fault::IgnoreConditions) => {
            let path = state.root.join(head.uri.path().trim_start_matches('/'));
            std::fs::write(path, body).map_err(|_| Dropped)?;
            let response = Response::builder().header("etag", "\"0\"");
            Ok(response.body(whole(Bytes::new())).unwrap())
        }
        Some(Fault::Answer(status, code)) => Ok(refusal(status, code)),
        Some(Fault::DropBefore) => Err(Dropped),
        Some(Fault::DropAfter) => {
            carry_out(service, state).await?;
            Err(Dropped)
        }
        Some(Fault::Truncate) => Ok(truncated(carry_out(service, state).await?)),
        Some(Fault::CommitLate(delay)) => {
            state.late.send_modify(|late| *late += 1);
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                let _ = carry_out(service, state.clone()).await;
                state.late.send_modify(|late| *late -= 1);
            });
            Err(Dropped)
        }
        Some(Fault::HangBefore) => state.hang().await,
        Some(Fault::HangAfter) => {
            carry_out(service, state.clone()).await?;
            state.hang().await
        }
    }
}

impl State {
    fn fault(&self, request: &Logged) -> Option<Fault> {
        self.log.lock().unwrap().push(request.clone());
        let mut rules = self.rules.lock().unwrap();
        let rule = rules
            .iter_mut()
            .find(|rule| rule.times > 0 && (rule.applies)(request))?;
        if rule.pass > 0 {
            rule.pass -= 1;
            return None;
        }
        rule.times -= 1;
        Some(rule.fault)
    }

    async fn hang(&self) -> Result<Response<Body>, Dropped> {
        self.hanging.notify_one();
        std::future::pending().await
    }
}

fn whole(body: Bytes) -> Body {
    let infallible = |never: Infallible| match never {};
    Full::new(body).map_err(infallible).boxed_unsync()
}

fn refusal(status: u16, code: &str) -> Response<Body> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code>\
         <Message>no</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>"
    );
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/xml");
    response.body(whole(body.into())).unwrap()
}

/// The first half of the body, of which all was announced.
fn truncated(answer: Response<Bytes>) -> Response<Body> {
    let (mut head, body) = answer.into_parts();
    head.headers.insert("content-length", body.len().into());
    let half = hyper::body::Frame::data(body.slice(..body.len() / 2));
    let frames = Frames([Ok(half), Err(Dropped)].into());
    Response::from_parts(head, frames.boxed_unsync())
}

struct Frames(VecDeque<Result<hyper::body::Frame<Bytes>, Dropped>>);

impl hyper::body::Body for Frames {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Dropped>>> {
        std::task::Poll::Ready(self.0.pop_front())
    }
}
