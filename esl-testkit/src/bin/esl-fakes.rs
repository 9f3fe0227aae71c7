//! The fakes of the outside services on one port.
//!
//! Prints the addresses, and the variables that point `esl` to them, then serves until interrupted.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use esl_testkit::fakes::{Fakes, FakesOptions, Rate, Service, ServiceLimits};

/// Notion, ElevenLabs, OpenAI-compatible speech and S3, faked strictly on one port.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// How long requests take, in milliseconds: SERVICE=MS.
    #[arg(long, value_name = "SERVICE=MS", value_parser = setting::<u64>)]
    latency: Vec<(Service, u64)>,
    /// How many requests a second are taken: SERVICE=N. As many may come at once.
    #[arg(long, value_name = "SERVICE=N", value_parser = setting::<u32>)]
    rate: Vec<(Service, u32)>,
    /// How many requests are taken at once: SERVICE=N.
    #[arg(long, value_name = "SERVICE=N", value_parser = setting::<usize>)]
    concurrency: Vec<(Service, usize)>,
}

/// Reads `notion=150`.
fn setting<T: std::str::FromStr>(text: &str) -> Result<(Service, T), String> {
    let (name, value) = text.split_once('=').ok_or("expected SERVICE=NUMBER")?;
    let service: Service = name.parse()?;
    let value = value
        .parse()
        .map_err(|_| format!("{value:?} is not a whole number"))?;
    Ok((service, value))
}

impl Arguments {
    fn options(&self) -> FakesOptions {
        let mut options = FakesOptions {
            listen: self.listen,
            ..FakesOptions::default()
        };
        let limits = &mut options.limits;
        let mut change = |service, change: &dyn Fn(&mut ServiceLimits)| {
            change(limits.entry(service).or_default());
        };
        for (service, ms) in &self.latency {
            change(*service, &|limits| {
                limits.latency = Duration::from_millis(*ms);
            });
        }
        for (service, rate) in &self.rate {
            let rate = Rate {
                per_second: f64::from(*rate),
                burst: *rate,
            };
            change(*service, &|limits| limits.rate = Some(rate));
        }
        for (service, most) in &self.concurrency {
            change(*service, &|limits| limits.concurrency = Some(*most));
        }
        options
    }
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let fakes = Fakes::start(arguments.options()).await?;
        announce(&fakes, &mut io::stdout().lock())?;
        std::future::pending().await
    })
}

/// Lines a shell can source: comments and exports.
fn announce(fakes: &Fakes, to: &mut impl Write) -> io::Result<()> {
    for service in Service::ALL {
        writeln!(to, "# {}: {}", service.name(), fakes.url(service))?;
    }
    writeln!(to, "# control: {}", fakes.control_url())?;
    for (name, value) in fakes.environment() {
        writeln!(to, "export {name}={value}")?;
    }
    to.flush()
}
