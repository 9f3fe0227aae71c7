//! `notify.email` over connections that are encrypted once they are open (STARTTLS).

use std::path::Path;
use std::process::Command;

use esl_core::job::FailureCode;
use esl_core::job::payload::NotifyEmail;
use esl_core::ports::JobError;
use esl_core::{Retry, Secret};

use crate::authority::Authority;
use crate::desk::{Desk, attempt, success};
use crate::email::{self, LOGIN};
use crate::mailbox::{Mailbox, Rules, tls};

/// An address that leads to this machine, and cannot be told from another one's.
const ELSEWHERE: &str = "0.0.0.0";

/// The port of a mailbox, for a process that trusts others than this one.
const PORT: &str = "ESL_TEST_CHILD_SMTP_PORT";

/// A server that takes the login, however the client sends it.
async fn mailbox(authority: Option<&Authority>) -> Mailbox {
    let rules = Rules {
        login: Some(LOGIN),
        tls: authority.map(|authority| tls(authority, ELSEWHERE)),
        ..Rules::default()
    };
    Mailbox::open(rules).await
}

/// Logs in to send a mail.
async fn send(host: &str, port: u16, user: Option<&str>) -> Result<(), JobError> {
    let desk = Desk::new();
    desk.ended(success()).await;
    let job = desk.notification::<NotifyEmail>().await;
    let mut settings = email::settings(port);
    settings.host = host.into();
    settings.user = user.map(str::to_owned);
    settings.password = Some(Secret::new("hush"));
    attempt(&email::mail(&desk, &settings), &job)
        .await
        .map(drop)
}

fn assert_misconfigured(sent: Result<(), JobError>) {
    let error = sent.unwrap_err();
    assert_eq!(error.failure.code, FailureCode::ENDPOINT_MISCONFIGURED);
    assert_eq!(error.retry, Retry::Never, "{}", error.failure.message);
}

#[tokio::test]
#[ignore = "a process of another test"]
async fn sends_a_mail() {
    let Ok(port) = std::env::var(PORT) else {
        return;
    };
    let sent = send(ELSEWHERE, port.parse().unwrap(), Some("user")).await;
    sent.unwrap();
}

/// Sends a mail by a process that trusts whom this file names.
async fn is_sent_trusting(authorities: &Path, port: u16) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "encrypted_email::sends_a_mail", "--ignored"]);
    child
        .env("SSL_CERT_FILE", authorities)
        .env_remove("SSL_CERT_DIR")
        .env(PORT, port.to_string());
    let ended = tokio::task::spawn_blocking(move || child.output()).await;
    ended.unwrap().unwrap().status.success()
}

#[tokio::test]
async fn a_mail_and_the_login_go_encrypted_to_a_server_that_somebody_known_vouches_for() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    for (known, is_known) in [(&authority, true), (&stranger, false)] {
        let mailbox = mailbox(Some(&authority)).await;
        let file = folder.path().join("authorities.pem");
        std::fs::write(&file, &known.certificate).unwrap();
        assert_eq!(is_sent_trusting(&file, mailbox.port).await, is_known);
        assert_eq!(mailbox.unencrypted(), ["EHLO", "STARTTLS"]);
        let arrived = mailbox.arrived();
        let logins = arrived.iter().filter(|mail| mail.is_encrypted);
        let logins: Vec<_> = logins.map(|mail| mail.login.as_deref()).collect();
        assert_eq!(logins, vec![Some(LOGIN); usize::from(is_known)]);
    }
}

/// Wherever it is, and whether or not anybody logs in: who begins to encrypt does not go on without.
#[tokio::test]
async fn a_server_that_nobody_known_vouches_for_is_told_nothing() {
    let stranger = Authority::new();
    for (host, user) in [
        (ELSEWHERE, Some("user")),
        (ELSEWHERE, None),
        ("127.0.0.1", Some("user")),
    ] {
        let mailbox = mailbox(Some(&stranger)).await;
        assert_misconfigured(send(host, mailbox.port, user).await);
        assert_eq!(mailbox.unencrypted(), ["EHLO", "STARTTLS"], "{host}");
    }
}

#[tokio::test]
async fn nobody_logs_in_to_another_machine_that_does_not_encrypt() {
    let mailbox = mailbox(None).await;
    assert_misconfigured(send(ELSEWHERE, mailbox.port, Some("user")).await);
    assert_eq!(mailbox.unencrypted(), ["EHLO"]);
    send(ELSEWHERE, mailbox.port, None).await.unwrap();
    assert_eq!(mailbox.arrived()[0].login, None);
}
