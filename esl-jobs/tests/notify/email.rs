//! `notify.email`

use esl_core::job::FailureCode;
use esl_core::job::payload::NotifyEmail;
use esl_core::{Retry, Secret};
use esl_jobs::notify::email::{BadSettings, Mail, MailSettings};

use crate::desk::{Desk, attempt, failure, saying, success};
use crate::mailbox::{Mailbox, Rules};

/// NUL, "user", NUL, "hush" (RFC 4616).
pub(crate) const LOGIN: &str = "AHVzZXIAaHVzaA==";

pub(crate) fn settings(port: u16) -> MailSettings {
    let mut settings = MailSettings::default();
    settings.host = "127.0.0.1".into();
    settings.port = port;
    settings.from = "ESL <no-reply@school.example>".into();
    settings
}

pub(crate) fn mail(desk: &Desk, settings: &MailSettings) -> Mail {
    Mail::new(desk.jobs.clone(), settings).unwrap()
}

#[tokio::test]
async fn the_owner_is_told_which_lesson_ended_how_and_where_it_is() {
    let desk = Desk::new();
    desk.ended(success()).await;
    let mailbox = Mailbox::open(Rules::default()).await;
    let job = desk.notification::<NotifyEmail>().await;
    attempt(&mail(&desk, &settings(mailbox.port)), &job)
        .await
        .unwrap();
    let [arrived] = &mailbox.arrived()[..] else {
        panic!("one mail")
    };
    assert_eq!(arrived.from, "no-reply@school.example");
    assert_eq!(arrived.to, ["teacher@example.com"]);
    assert_eq!(arrived.login, None);
    assert_eq!(
        arrived.header("Subject"),
        "The lesson \"unit1.md\" is ready"
    );
    let id = format!("<{}@school.example>", job.head.id);
    assert_eq!(arrived.header("Message-ID"), id);
    assert!(arrived.header("Content-Type").starts_with("text/plain"));
    assert!(arrived.text().contains("Page: https://www.notion.so/1\n"));
}

#[tokio::test]
async fn a_batch_is_one_mail() {
    let desk = Desk::new();
    let mut ends = vec![success(); 5];
    ends.insert(2, failure());
    desk.ended_batch(ends).await;
    let mailbox = Mailbox::open(Rules::default()).await;
    let job = desk.notification::<NotifyEmail>().await;
    attempt(&mail(&desk, &settings(mailbox.port)), &job)
        .await
        .unwrap();
    let [arrived] = &mailbox.arrived()[..] else {
        panic!("one mail")
    };
    assert_eq!(arrived.header("Subject"), "5 of 6 succeeded");
    assert!(
        arrived
            .text()
            .contains("- lesson \"unit3.md\": failed (line 3: no title)\n")
    );
}

#[tokio::test]
async fn who_has_a_password_logs_in() {
    let desk = Desk::new();
    desk.ended(success()).await;
    let job = desk.notification::<NotifyEmail>().await;
    let login = Some(LOGIN);
    let mailbox = Mailbox::open(Rules {
        login,
        ..Rules::default()
    })
    .await;
    let mut settings = settings(mailbox.port);
    settings.user = Some("user".into());
    settings.password = Some(Secret::new("hush"));
    let good = mail(&desk, &settings);
    attempt(&good, &job).await.unwrap();
    assert_eq!(mailbox.arrived()[0].login.as_deref(), login);
    assert!(!format!("{settings:?}{good:?}").contains("hush"));

    settings.password = Some(Secret::new("wrong"));
    let error = attempt(&mail(&desk, &settings), &job).await.unwrap_err();
    assert_eq!(error.failure.code, FailureCode::CREDENTIALS_REJECTED);
    assert_eq!(error.retry, Retry::Never);
    assert_eq!(mailbox.arrived().len(), 1);
}

#[tokio::test]
async fn an_answer_decides_whether_to_try_again() {
    let desk = Desk::new();
    desk.ended(success()).await;
    let job = desk.notification::<NotifyEmail>().await;
    for (refusal, code, retry) in [
        (
            "550 teacher@example.com is unknown",
            FailureCode::PROVIDER_BAD_REQUEST,
            Retry::Never,
        ),
        (
            "451 try again later",
            FailureCode::PROVIDER_UNAVAILABLE,
            Retry::Backoff,
        ),
    ] {
        let refusal = Some(refusal);
        let mailbox = Mailbox::open(Rules {
            refusal,
            ..Rules::default()
        })
        .await;
        let error = attempt(&mail(&desk, &settings(mailbox.port)), &job)
            .await
            .unwrap_err();
        assert_eq!((&error.failure.code, error.retry), (&code, retry));
        assert!(
            !error.failure.message.contains('@'),
            "{}",
            error.failure.message
        );
        assert!(mailbox.arrived().is_empty());
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let desk = Desk::new();
    desk.ended(success()).await;
    let port = {
        let mailbox = Mailbox::open(Rules::default()).await;
        mailbox.port
    };
    let job = desk.notification::<NotifyEmail>().await;
    let error = attempt(&mail(&desk, &settings(port)), &job)
        .await
        .unwrap_err();
    assert_eq!(
        (error.failure.code, error.retry),
        (FailureCode::NETWORK, Retry::Backoff)
    );
}

#[tokio::test]
async fn what_is_no_address_is_not_tried_again() {
    let desk = Desk::new();
    desk.ended(success()).await;
    let job = desk.notification::<NotifyEmail>().await;
    let mut wish: NotifyEmail = job.payload().unwrap();
    wish.to = "teacher@example.com\r\nBcc: all@example.com".into();
    let error = attempt(&mail(&desk, &settings(1)), &saying(&job, &wish))
        .await
        .unwrap_err();
    assert_eq!(
        (error.failure.code, error.retry),
        (FailureCode::PAYLOAD_UNREADABLE, Retry::Never)
    );
    let mut settings = settings(1);
    settings.from = "nobody".into();
    let built = Mail::new(desk.jobs.clone(), &settings);
    assert!(matches!(built, Err(BadSettings::From(_))));
}
