//! The contracts of the stores, and what they make of a failing service.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use esl_core::manifest::Manifest;
use esl_core::ports::{
    ArtifactBody, ArtifactKey, ArtifactMeta, ArtifactStore, ManifestStore, Stored, UploadStore,
};
use esl_core::{Classify, Digest, ErrorKind, LessonId, Retry};
use esl_pipeline::providers::s3::{
    S3Addresses, S3ArtifactOptions, S3ArtifactStore, S3ManifestStore, S3UploadStore,
};
use esl_testkit::{Fixture, ManualClock, run_test};

use crate::server::{BUCKET, Fault, Server, credentials, is_probe, puts, writes};

async fn fresh_manifests() -> Fixture<dyn ManifestStore> {
    let server = Server::start().await;
    Fixture::guarded(Arc::new(S3ManifestStore::new(server.bucket())), server)
}

async fn fresh_artifacts() -> Fixture<dyn ArtifactStore> {
    let server = Server::start().await;
    Fixture::guarded(Arc::new(artifacts(&server)), server)
}

async fn fresh_uploads() -> Fixture<dyn UploadStore> {
    let server = Server::start().await;
    Fixture::guarded(Arc::new(S3UploadStore::new(server.bucket())), server)
}

esl_testkit::upload_store_suite!(fresh_uploads);
esl_testkit::manifest_store_suite!(fresh_manifests);
esl_testkit::artifact_store_suite!(fresh_artifacts);

fn artifacts(server: &Server) -> S3ArtifactStore {
    S3ArtifactStore::new(server.bucket(), S3ArtifactOptions::default()).unwrap()
}

fn key() -> ArtifactKey {
    ArtifactKey::of_content(&Digest::of("sound"), "mp3").unwrap()
}

fn sound() -> ArtifactBody {
    ArtifactBody::Bytes(Bytes::from_static(b"sound"))
}

fn meta() -> ArtifactMeta {
    ArtifactMeta {
        content_type: "audio/mpeg".into(),
        file_name: None,
    }
}

fn lesson() -> LessonId {
    LessonId::parse("unit 1/lesson.md").unwrap()
}

fn manifest(content: &str) -> Manifest {
    Manifest::new(
        &Digest::of(content),
        std::time::SystemTime::UNIX_EPOCH.into(),
    )
}

/// Failures that pass, in every form.
const PASSING: [Fault; 6] = [
    Fault::Answer(503, "SlowDown"),
    Fault::Answer(500, "InternalError"),
    Fault::Answer(409, "ConditionalRequestConflict"),
    Fault::Answer(400, "ExpiredToken"),
    Fault::DropBefore,
    Fault::DropAfter,
];

#[test]
fn an_upload_survives_failures_that_pass() {
    run_test(async {
        for fault in PASSING {
            let server = Server::start().await;
            let store = artifacts(&server);
            server.fail(puts, 0, 2, fault);
            store.put(&key(), sound(), &meta()).await.unwrap();
            let got = store.get(&key()).await.unwrap();
            assert_eq!(got.as_deref(), Some(&b"sound"[..]), "{fault:?}");
            let name = key().to_string();
            assert_eq!(server.objects(), [name], "{fault:?}");
        }
    });
}

#[test]
fn a_manifest_is_written_once_whatever_becomes_of_the_answers() {
    run_test(async {
        let late = Fault::CommitLate(Duration::from_millis(300));
        for fault in PASSING.into_iter().chain([late]) {
            let server = Server::start().await;
            let store = S3ManifestStore::new(server.bucket());
            server.fail(puts, 0, 2, fault);
            let first = store.write(&lesson(), &manifest("1"), None).await.unwrap();
            server.fail(puts, 0, 2, fault);
            let second = store.write(&lesson(), &manifest("2"), Some(&first)).await;
            let second = second.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
            server.until_settled().await;
            let found = store.read(&lesson()).await.unwrap().unwrap();
            assert_eq!(found.revision, second, "{fault:?}");
            assert_eq!(found.manifest, manifest("2"), "{fault:?}");
        }
    });
}

#[test]
fn the_latest_copies_of_a_manifest_stay_until_it_goes() {
    run_test(async {
        let server = Server::start().await;
        let store = S3ManifestStore::new(server.bucket());
        let revision = store.write(&lesson(), &manifest("1"), None).await.unwrap();
        for day in [1, 3, 2, 4] {
            let mut earlier = manifest("0");
            earlier.timestamp = format!("2025-01-0{day}T08:15:30Z").parse().unwrap();
            store.keep(&lesson(), &earlier, 2).await.unwrap();
        }
        let copies = || {
            let objects = server.objects().into_iter();
            objects.filter(|name| name.contains("/.lesson.manifest/"))
        };
        let expected =
            [3, 4].map(|day| format!("unit 1/.lesson.manifest/2025-01-0{day}T08-15-30.000Z.json"));
        assert!(
            copies()
                .zip(&expected)
                .all(|(name, end)| name.ends_with(end))
        );
        assert_eq!(copies().count(), 2);
        store.remove(&lesson(), &revision).await.unwrap();
        assert_eq!(copies().count(), 0);
    });
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    run_test(async {
        let server = Server::start().await;
        let store = S3ManifestStore::new(server.bucket());
        store.write(&lesson(), &manifest("1"), None).await.unwrap();
        server.fail(|request| request.method == "GET", 0, 2, Fault::Truncate);
        let found = store.read(&lesson()).await.unwrap().unwrap();
        assert_eq!(found.manifest, manifest("1"));
    });
}

#[test]
fn failures_that_stay_are_told_after_five_tries_and_not_to_be_repeated() {
    run_test(async {
        let server = Server::start().await;
        let store = artifacts(&server);
        server.fail(|_| true, 0, usize::MAX, Fault::Answer(503, "SlowDown"));
        let error = store.get(&key()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.retry(), Retry::Exhausted);
        assert_eq!(server.log().len(), 5);
    });
}

#[test]
fn refusals_are_told_at_once_with_bucket_and_region_and_without_secrets() {
    run_test(async {
        for (status, code, kind) in [
            (403, "AccessDenied", ErrorKind::Forbidden),
            (403, "InvalidAccessKeyId", ErrorKind::Unauthenticated),
            (403, "SignatureDoesNotMatch", ErrorKind::Unauthenticated),
            (404, "NoSuchBucket", ErrorKind::Configuration),
            (301, "PermanentRedirect", ErrorKind::Configuration),
        ] {
            let server = Server::start().await;
            let store = artifacts(&server);
            server.fail(|_| true, 0, usize::MAX, Fault::Answer(status, code));
            let error = store.check().await.unwrap_err();
            assert_eq!(
                (error.kind(), error.retry()),
                (kind, Retry::Never),
                "{code}"
            );
            assert_eq!(server.log().len(), 1, "{code}");
            let told = format!(
                "{error} {:?} {:?}",
                std::error::Error::source(&error),
                error.hint()
            );
            assert!(told.contains(code) && told.contains(BUCKET), "{told}");
            assert!(!told.contains("do-not-tell"), "{told}");
        }
    });
}

#[test]
fn what_cannot_be_used_is_found_out_without_writing() {
    run_test(async {
        let server = Server::start().await;
        artifacts(&server).check().await.unwrap();
        let elsewhere = server.bucket_with(|options| options.bucket = "no-such-bucket".to_owned());
        let guessed = server.bucket_with(|options| options.credentials = credentials("guessed"));
        for (bucket, kind) in [
            (elsewhere, ErrorKind::Configuration),
            (guessed, ErrorKind::Unauthenticated),
        ] {
            let store = S3ArtifactStore::new(bucket, S3ArtifactOptions::default()).unwrap();
            let error = store.check().await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error:?}");
        }
        assert!(!server.log().iter().any(writes));
    });
}

#[test]
fn a_service_that_ignores_conditions_is_refused_and_left_clean() {
    run_test(async {
        for fault in [
            Fault::IgnoreConditions,
            Fault::Answer(501, "NotImplemented"),
        ] {
            let server = Server::start().await;
            server.fail(is_probe, 0, usize::MAX, fault);
            let store = S3ManifestStore::new(server.bucket());
            let error = store
                .write(&lesson(), &manifest("1"), None)
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{error:?}");
            let cause = std::error::Error::source(&error).unwrap().to_string();
            assert!(cause.contains("conditional writes"), "{cause}");
            assert!(server.objects().is_empty());
        }
    });
}

#[test]
fn a_file_that_is_there_is_not_sent_again() {
    run_test(async {
        let server = Server::start().await;
        let store = artifacts(&server);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.mp3");
        std::fs::write(&path, vec![7; 300 << 10]).unwrap();
        let (key, meta) = (key(), meta());
        let put = || store.put(&key, ArtifactBody::File(path.clone()), &meta);
        assert_eq!(put().await.unwrap(), Stored::Created);
        let sent = server.log().iter().filter(|request| puts(request)).count();
        assert_eq!(put().await.unwrap(), Stored::AlreadyPresent);
        let again = server.log().iter().filter(|request| puts(request)).count();
        assert_eq!((sent, again), (1, 1));
        assert_eq!(store.head(&key).await.unwrap(), Some(300 << 10));
    });
}

/// A store whose parts are small, and a file of three of them.
fn in_parts(server: &Server) -> (S3ArtifactStore, ArtifactBody) {
    let bucket = server.bucket_with(|options| options.max_part_bytes = 6 << 20);
    let store = S3ArtifactStore::new(bucket, S3ArtifactOptions::default()).unwrap();
    let bytes: Vec<u8> = (0..17_u32 << 20).map(|at| (at % 251) as u8).collect();
    (store, ArtifactBody::Bytes(bytes.into()))
}

#[test]
fn a_large_file_goes_in_parts() {
    run_test(async {
        let server = Server::start().await;
        let (store, body) = in_parts(&server);
        server.fail(
            |request| request.query.contains("partNumber=2"),
            0,
            1,
            Fault::DropAfter,
        );
        let stored = store.put(&key(), body.clone(), &meta()).await.unwrap();
        assert_eq!(stored, Stored::Created);
        let ArtifactBody::Bytes(sent) = body else {
            unreachable!()
        };
        let got = store.get(&key()).await.unwrap().unwrap();
        assert!(got == sent);
        assert!(!server.has_orphans());
    });
}

#[test]
fn an_upload_in_parts_that_fails_or_is_dropped_leaves_nothing() {
    run_test(async {
        let second = |request: &crate::server::Logged| request.query.contains("partNumber=2");
        let server = Server::start().await;
        let (store, body) = in_parts(&server);
        server.fail(second, 0, 1, Fault::Answer(403, "AccessDenied"));
        store.put(&key(), body.clone(), &meta()).await.unwrap_err();
        assert!(!server.has_orphans());
        assert!(server.objects().is_empty());

        server.fail(second, 0, 1, Fault::HangBefore);
        let (key, meta) = (key(), meta());
        tokio::select! {
            _ = store.put(&key, body, &meta) => unreachable!("it hangs"),
            () = server.until_hanging() => {}
        }
        let is_abort = |request: &crate::server::Logged| {
            request.method == "DELETE" && request.query.contains("uploadId")
        };
        while server.has_orphans() {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            server
                .log()
                .iter()
                .filter(|request| is_abort(request))
                .count(),
            2
        );
    });
}

/// The status line of the answer to a plain request.
async fn status_of(url: &str) -> String {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    let (host, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.unwrap();
    line.trim().to_owned()
}

#[test]
fn everybody_can_fetch_from_a_signed_address_and_from_no_other() {
    run_test(async {
        let server = Server::start().await;
        let store = artifacts(&server);
        store.put(&key(), sound(), &meta()).await.unwrap();
        let url = store.url(&key()).await.unwrap().unwrap();
        assert_eq!(status_of(&url.url).await, "HTTP/1.1 200 OK");
        let place = store.place(&key()).unwrap();
        assert_eq!(status_of(&place.url).await, "HTTP/1.1 403 Forbidden");
    });
}

#[test]
fn a_signed_address_tells_when_it_ends() {
    run_test(async {
        let server = Server::start().await;
        let clock = Arc::new(ManualClock::at("2026-01-31T08:00:00Z".parse().unwrap()));
        let store = artifacts(&server).with_clock(clock);
        let url = store.url(&key()).await.unwrap().unwrap();
        assert!(url.url.contains("X-Amz-Expires=604800"), "{}", url.url);
        let end = url.expires_at.unwrap().to_string();
        assert_eq!(end, "2026-02-07T08:00:00.000Z");
        assert!(!url.url.contains("do-not-tell"));
        let place = store.place(&key()).unwrap();
        assert!(url.url.starts_with(&place.url), "{} {}", url.url, place.url);
    });
}

#[test]
fn a_bucket_without_access_lists_takes_public_uploads() {
    run_test(async {
        let server = Server::start().await;
        let mut options = S3ArtifactOptions::default();
        options.addresses = S3Addresses::Public;
        options.public_read = true;
        let store = S3ArtifactStore::new(server.bucket(), options).unwrap();
        server.fail(
            puts,
            0,
            1,
            Fault::Answer(400, "AccessControlListNotSupported"),
        );
        let stored = store.put(&key(), sound(), &meta()).await.unwrap();
        assert_eq!(stored, Stored::Created);
        assert_eq!(store.url(&key()).await.unwrap().unwrap().expires_at, None);
    });
}
