//! Handing mails to an SMTP server.

use std::error::Error as _;
use std::net::IpAddr;
use std::time::Duration;
use std::{io, iter};

use esl_core::job::{FailureCode, JobId};
use esl_core::ports::JobError;
use lettre::address::AddressError;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{self, AsyncSmtpTransport};
use lettre::{AsyncTransport, Message, Tokio1Executor};

use super::MailSettings;
use super::letter::Letter;

/// How long a server may take for a mail.
const PATIENCE: Duration = Duration::from_secs(30);

/// Mails cannot be sent with these settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadSettings {
    /// The sender is no address.
    #[error("the sender is no mail address; write one such as no-reply@example.com")]
    From(#[from] AddressError),
    /// No encryption can be set up.
    #[error("cannot set up encryption for mails")]
    Tls(#[from] smtp::Error),
}

/// The way to the server.
#[derive(Debug)]
pub(super) struct Post {
    from: Mailbox,
    server: AsyncSmtpTransport<Tokio1Executor>,
}

impl Post {
    pub(super) fn new(settings: &MailSettings) -> Result<Self, BadSettings> {
        let login = settings.user.as_ref().zip(settings.password.as_ref());
        let tls = tls(settings, login.is_some())?;
        let server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host);
        let mut server = server.port(settings.port).tls(tls).timeout(Some(PATIENCE));
        if let Some((user, password)) = login {
            let password = password.expose().to_owned();
            server = server.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Self {
            from: settings.from.parse()?,
            server: server.build(),
        })
    }

    /// Sends a mail under the name of a job.
    pub(super) async fn send(&self, to: &str, letter: Letter, job: JobId) -> Result<(), JobError> {
        let message = self.message(to, letter, job)?;
        let sending = tokio::time::timeout(PATIENCE, self.server.send(message)).await;
        match sending {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(unsent(&error)),
            Err(_) => Err(timed_out()),
        }
    }

    fn message(&self, to: &str, letter: Letter, job: JobId) -> Result<Message, JobError> {
        // The address stays out of the messages: they go to the log.
        let unreadable = |what| JobError::permanent(FailureCode::PAYLOAD_UNREADABLE, what);
        let to: Mailbox = to
            .parse()
            .map_err(|_| unreadable("what the mail is addressed to is no mail address"))?;
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject)
            .message_id(Some(format!("<{job}@{}>", self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
            .map_err(|_| unreadable("the mail cannot be written"))
    }
}

fn tls(settings: &MailSettings, logs_in: bool) -> Result<Tls, smtp::Error> {
    let parameters = TlsParameters::new(settings.host.clone())?;
    Ok(
        match (settings.secure, logs_in && !is_this_machine(&settings.host)) {
            (true, _) => Tls::Wrapper(parameters),
            (false, true) => Tls::Required(parameters),
            (false, false) => Tls::Opportunistic(parameters),
        },
    )
}

fn is_this_machine(host: &str) -> bool {
    let address: Option<IpAddr> = host.parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

/// What became of a mail. What the server said stays out of the message: it may repeat the address.
fn unsent(error: &smtp::Error) -> JobError {
    let Some(status) = error.status() else {
        return without_answer(error);
    };
    let message = format!("the mail server answered {status}");
    if !error.is_permanent() {
        return JobError::transient(FailureCode::PROVIDER_UNAVAILABLE, message);
    }
    let code = match status.to_string().as_str() {
        "530" | "534" | "535" | "538" => FailureCode::CREDENTIALS_REJECTED,
        _ => FailureCode::PROVIDER_BAD_REQUEST,
    };
    JobError::permanent(code, message)
}

fn without_answer(error: &smtp::Error) -> JobError {
    if error.is_timeout() {
        return timed_out();
    }
    let misconfigured = |message| JobError::permanent(FailureCode::ENDPOINT_MISCONFIGURED, message);
    if error.is_client() {
        return misconfigured("the mail server does not offer what the settings ask for");
    }
    if is_about_encryption(error) {
        return misconfigured(
            "no encrypted connection to the mail server can be made; check its certificate, and \
             whether it encrypts from the beginning",
        );
    }
    JobError::transient(FailureCode::NETWORK, "the mail server cannot be reached")
}

/// Whether the server was reached, and what it sent was refused while a connection was encrypted.
fn is_about_encryption(error: &smtp::Error) -> bool {
    let mut causes = iter::successors(error.source(), |&cause| cause.source());
    let found = causes.find_map(|cause| cause.downcast_ref::<io::Error>());
    found.is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
}

fn timed_out() -> JobError {
    JobError::transient(
        FailureCode::TIMEOUT,
        "the mail server did not answer in time",
    )
}
