//! Services that tests start, use and stop: real ones, on this machine, out of reach of the network.
//!
//! A service that is not installed skips the tests that need it, with a line that says how to install
//! it; where `ESL_TEST_REQUIRE` names it, its absence is a failure. A server ends with the process that
//! started it, also if that is killed.

use std::net::TcpListener;

mod account;
pub mod postgres;
mod programs;
pub mod redis;
mod watchdog;

/// Ends a search for a service that is not installed.
///
/// # Panics
/// If `ESL_TEST_REQUIRE` names the service.
fn missing(service: &str, package: &str) {
    let required = std::env::var("ESL_TEST_REQUIRE").unwrap_or_default();
    let is_required = required.split(',').any(|name| name.trim() == service);
    assert!(
        !is_required,
        "{service} is required: apt-get install {package}"
    );
    // A skipped test that says nothing looks like one that ran.
    #[expect(clippy::print_stderr, reason = "there is nowhere else to say so")]
    {
        eprintln!("skipped: no {service} here (apt-get install {package})");
    }
}

/// A port of this machine that nobody listens at.
fn free_port() -> u16 {
    let any = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr());
    any.expect("a port is free").port()
}
