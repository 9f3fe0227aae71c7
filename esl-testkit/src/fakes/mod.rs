//! The outside services over real HTTP, in one process: strict, with memory, and able to fail.
//!
//! A request passes the service's [limits](ServiceLimits), meets at most one [fault](Fault), is
//! carried out by the service and stands in the [log](LoggedRequest). The same is reached over HTTP
//! at `/control`. Nothing in here calls out.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use esl_testkit::fakes::{Fakes, FakesOptions, Fault, Service};
//!
//! let fakes = Fakes::start(FakesOptions::default()).await?;
//! fakes.inject(Service::Notion, Fault::drop_after().on("POST", "/v1/pages"));
//! let base = fakes.url(Service::Notion); // for the client under test
//! assert!(fakes.requests(Service::Notion).is_empty());
//! # Ok(())
//! # }
//! ```

mod audio_file;
mod control;
pub mod elevenlabs;
mod faults;
mod frame;
mod limits;
mod log;
mod millis;
pub mod notion;
pub mod openai_speech;
mod reply;
pub mod s3;
mod schema;
mod server;
mod service;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use control::Control;
use elevenlabs::{ElevenLabsAccount, FakeElevenLabs};
pub use faults::{Answer, Fault, FaultKind};
use frame::Frame;
pub use limits::{Rate, ServiceLimits};
pub use log::{LoggedRequest, most_in_flight};
use notion::{FakeNotion, NotionOptions};
use openai_speech::{FakeOpenAi, OpenAiServer};
use s3::{FakeS3, S3Options};
use service::Fake;
pub use service::Service;

/// How the fakes start.
#[derive(Debug, Clone)]
pub struct FakesOptions {
    /// Where to listen; port 0 of 127.0.0.1 by default, which takes any free one.
    pub listen: SocketAddr,
    /// What the services take; services not named have no limits.
    pub limits: BTreeMap<Service, ServiceLimits>,
    /// Of the fake Notion.
    pub notion: NotionOptions,
    /// The account of the fake ElevenLabs.
    pub elevenlabs: ElevenLabsAccount,
    /// The OpenAI-compatible server that is faked.
    pub openai: OpenAiServer,
    /// Of the fake S3.
    pub s3: S3Options,
}

impl Default for FakesOptions {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            limits: BTreeMap::new(),
            notion: NotionOptions::default(),
            elevenlabs: ElevenLabsAccount::default(),
            openai: OpenAiServer::default(),
            s3: S3Options::default(),
        }
    }
}

/// The running fakes. They stop when this is dropped.
pub struct Fakes {
    base: String,
    control: Arc<Control>,
    notion: Arc<FakeNotion>,
    elevenlabs: Arc<FakeElevenLabs>,
    openai: Arc<FakeOpenAi>,
    s3: Arc<FakeS3>,
    server: JoinHandle<()>,
    /// Connections that are open.
    open: watch::Receiver<usize>,
}

impl Fakes {
    /// Starts all services on one port, on the present runtime.
    ///
    /// # Errors
    /// If the address cannot be listened on, or there is no room for a temporary folder.
    pub async fn start(options: FakesOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let url = |service: Service| format!("{base}/{}", service.name());
        let notion = Arc::new(FakeNotion::new(options.notion, url(Service::Notion)));
        let elevenlabs = Arc::new(FakeElevenLabs::new(options.elevenlabs));
        let openai = Arc::new(FakeOpenAi::new(options.openai));
        let s3 = Arc::new(FakeS3::new(options.s3, url(Service::S3))?);
        let limits = |service| options.limits.get(&service).copied().unwrap_or_default();
        let lane = |service, fake: Arc<dyn Fake>| (service, limits(service), fake);
        let frame = Frame::new([
            lane(Service::Notion, Arc::clone(&notion) as _),
            lane(Service::ElevenLabs, Arc::clone(&elevenlabs) as _),
            lane(Service::OpenAi, Arc::clone(&openai) as _),
            lane(Service::S3, Arc::clone(&s3) as _),
        ]);
        let environment = [
            notion.environment(),
            elevenlabs.environment(&base),
            openai.environment(&base),
            s3.environment(),
        ]
        .concat();
        let control = Arc::new(Control {
            frame: Arc::new(frame),
            environment,
        });
        let (connections, open) = watch::channel(0);
        let server = tokio::spawn(server::serve(listener, Arc::clone(&control), connections));
        Ok(Self {
            base,
            control,
            notion,
            elevenlabs,
            openai,
            s3,
            server,
            open,
        })
    }

    /// The base address of a service: `http://127.0.0.1:PORT/notion`.
    #[must_use]
    pub fn url(&self, service: Service) -> String {
        format!("{}/{}", self.base, service.name())
    }

    /// The base address of the control interface.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("{}/control", self.base)
    }

    /// The variables that point `esl`, and any other client, to these fakes.
    #[must_use]
    pub fn environment(&self) -> &[(&'static str, String)] {
        &self.control.environment
    }

    /// Lets something go wrong with requests to come.
    pub fn inject(&self, service: Service, fault: Fault) {
        self.control.frame.faults.inject(service, fault);
    }

    /// Forgets the faults that were injected.
    pub fn clear_faults(&self) {
        self.control.frame.faults.clear();
    }

    /// Sets what a service takes from now on.
    pub fn set_limits(&self, service: Service, limits: ServiceLimits) {
        self.control.frame.set_limits(service, limits);
    }

    /// The requests a service has received, in the order of their arrival.
    #[must_use]
    pub fn requests(&self, service: Service) -> Vec<LoggedRequest> {
        self.control.frame.log.requests(service)
    }

    /// Waits until a request that fits has been received; it may be in flight still.
    pub async fn until(&self, service: Service, fits: impl Fn(&LoggedRequest) -> bool) {
        self.control.frame.log.until(service, fits).await;
    }

    /// Waits until so many requests that fit have been received, by all services together.
    pub async fn until_some(&self, count: usize, fits: impl Fn(&LoggedRequest) -> bool) {
        self.control.frame.log.until_some(count, fits).await;
    }

    /// Waits until nobody is connected and whatever was asked has been carried out.
    pub async fn until_idle(&self) {
        // The server lives as long as this does.
        let _ = self.open.clone().wait_for(|open| *open == 0).await;
        self.control
            .frame
            .log
            .until_none(|request| request.ended.is_none())
            .await;
    }

    /// Forgets the requests received so far.
    pub fn clear_log(&self) {
        self.control.frame.log.clear();
    }

    /// Back to the start: no faults, an empty log, the services as they were seeded. Limits stay.
    pub fn reset(&self) {
        self.control.frame.reset();
    }

    /// What is in the fake Notion, and a hand in it.
    #[must_use]
    pub fn notion(&self) -> &FakeNotion {
        &self.notion
    }

    /// The account of the fake ElevenLabs.
    #[must_use]
    pub fn elevenlabs(&self) -> &FakeElevenLabs {
        &self.elevenlabs
    }

    /// The fake OpenAI-compatible server.
    #[must_use]
    pub fn openai(&self) -> &FakeOpenAi {
        &self.openai
    }

    /// What is in the fake S3, and a hand in it.
    #[must_use]
    pub fn s3(&self) -> &FakeS3 {
        &self.s3
    }
}

impl Drop for Fakes {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Fakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fakes")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}
