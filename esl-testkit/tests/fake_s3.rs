//! The fake S3 under Amazon's own client.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use esl_testkit::fakes::{Fakes, FakesOptions, Service};

async fn fakes() -> Fakes {
    Fakes::start(FakesOptions::default()).await.unwrap()
}

fn client_with(fakes: &Fakes, secret: &str) -> Client {
    let options = fakes.s3().options();
    let credentials = Credentials::new(&options.access_key_id, secret, None, None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials)
        .endpoint_url(format!("{}/", fakes.url(Service::S3)))
        .force_path_style(true)
        .region(Region::from_static(fakes.s3().region()))
        .retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}

fn client(fakes: &Fakes) -> Client {
    client_with(fakes, &fakes.s3().options().secret_access_key)
}

fn put(
    client: &Client,
    fakes: &Fakes,
    content: &'static str,
) -> aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder {
    client
        .put_object()
        .bucket(&fakes.s3().options().bucket)
        .key("lessons/a b.mp3")
        .content_type("audio/mpeg")
        .body(ByteStream::from_static(content.as_bytes()))
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.code().unwrap_or_default()
}

#[tokio::test]
async fn an_object_is_put_told_of_got_listed_and_deleted() {
    let fakes = fakes().await;
    let (client, bucket) = (client(&fakes), fakes.s3().options().bucket.clone());
    let key = "lessons/a b.mp3";
    put(&client, &fakes, "sound")
        .metadata("lesson", "7")
        .send()
        .await
        .unwrap();
    assert_eq!(fakes.s3().objects()[key], "sound");

    let head = client
        .head_object()
        .bucket(&bucket)
        .key(key)
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_length(), Some(5));
    assert_eq!(head.content_type(), Some("audio/mpeg"));
    assert_eq!(head.metadata().unwrap()["lesson"], "7");

    let got = client
        .get_object()
        .bucket(&bucket)
        .key(key)
        .range("bytes=1-2")
        .send()
        .await
        .unwrap();
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), "ou");

    let listed = client
        .list_objects_v2()
        .bucket(&bucket)
        .prefix("lessons/")
        .send()
        .await
        .unwrap();
    assert_eq!(listed.contents()[0].key(), Some(key));

    client
        .delete_object()
        .bucket(&bucket)
        .key(key)
        .send()
        .await
        .unwrap();
    let gone = client
        .get_object()
        .bucket(&bucket)
        .key(key)
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&gone), "NoSuchKey");
}

#[tokio::test]
async fn a_streamed_file_arrives_without_its_framing() {
    let fakes = fakes().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "sound").unwrap();
    let body = ByteStream::from_path(file.path()).await.unwrap();
    put(&client(&fakes), &fakes, "")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(fakes.s3().objects()["lessons/a b.mp3"], "sound");
}

#[tokio::test]
async fn a_conditional_put_sees_what_is_there() {
    let fakes = fakes().await;
    let client = client(&fakes);
    let absent = put(&client, &fakes, "x")
        .if_match("\"abc\"")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&absent), "NoSuchKey");

    let first = put(&client, &fakes, "one")
        .if_none_match("*")
        .send()
        .await
        .unwrap();
    let second = put(&client, &fakes, "two")
        .if_none_match("*")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&second), "PreconditionFailed");

    let tag = first.e_tag().unwrap();
    put(&client, &fakes, "three")
        .if_match(tag)
        .send()
        .await
        .unwrap();
    let stale = put(&client, &fakes, "four")
        .if_match(tag)
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&stale), "PreconditionFailed");
    assert_eq!(fakes.s3().objects()["lessons/a b.mp3"], "three");
}

#[tokio::test]
async fn of_many_conditional_puts_at_once_one_wins() {
    let fakes = fakes().await;
    let client = client(&fakes);
    let puts: Vec<_> = (0..8)
        .map(|_| tokio::spawn(put(&client, &fakes, "x").if_none_match("*").send()))
        .collect();
    let mut won = 0;
    for put in puts {
        won += usize::from(put.await.unwrap().is_ok());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn an_upload_in_parts_becomes_one_object() {
    let fakes = fakes().await;
    let (client, bucket) = (client(&fakes), fakes.s3().options().bucket.clone());
    let upload = client
        .create_multipart_upload()
        .bucket(&bucket)
        .key("long")
        .send()
        .await
        .unwrap();
    let id = upload.upload_id().unwrap();
    let mut parts = aws_sdk_s3::types::CompletedMultipartUpload::builder();
    for number in 1..=2 {
        let body = ByteStream::from(vec![b'a'; 5 << 20]);
        let part = client
            .upload_part()
            .bucket(&bucket)
            .key("long")
            .upload_id(id)
            .part_number(number);
        let sent = part.body(body).send().await.unwrap();
        let part = aws_sdk_s3::types::CompletedPart::builder().part_number(number);
        parts = parts.parts(part.e_tag(sent.e_tag().unwrap()).build());
    }
    let complete = client
        .complete_multipart_upload()
        .bucket(&bucket)
        .key("long")
        .upload_id(id);
    complete
        .multipart_upload(parts.build())
        .send()
        .await
        .unwrap();
    assert_eq!(fakes.s3().objects()["long"].len(), 10 << 20);
}

#[tokio::test]
async fn a_presigned_address_opens_until_it_is_tampered_with_or_expires() {
    let fakes = fakes().await;
    let client = client(&fakes);
    put(&client, &fakes, "sound").send().await.unwrap();
    let presign = async |start: std::time::SystemTime| {
        let expiry = PresigningConfig::builder()
            .start_time(start)
            .expires_in(Duration::from_secs(60));
        let get = client
            .get_object()
            .bucket(&fakes.s3().options().bucket)
            .key("lessons/a b.mp3");
        get.presigned(expiry.build().unwrap())
            .await
            .unwrap()
            .uri()
            .to_owned()
    };
    let now = std::time::SystemTime::now();
    let good = presign(now).await;
    let answer = reqwest::get(&good).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "audio/mpeg");
    assert_eq!(answer.text().await.unwrap(), "sound");

    let other = good.replace("a%20b", "b");
    assert_eq!(reqwest::get(other).await.unwrap().status(), 403);
    let old = presign(now - Duration::from_secs(120)).await;
    assert_eq!(reqwest::get(old).await.unwrap().status(), 403);
    let unsigned = good.split('?').next().unwrap();
    assert_eq!(reqwest::get(unsigned).await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_wrong_secret_a_missing_bucket_and_no_rights_are_told_apart() {
    let fakes = fakes().await;
    let wrong = put(&client_with(&fakes, "wrong"), &fakes, "x")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&wrong), "SignatureDoesNotMatch");

    let client = client(&fakes);
    fakes.s3().deny_access(true);
    let denied = put(&client, &fakes, "x").send().await.unwrap_err();
    assert_eq!(code(&denied), "AccessDenied");
    fakes.s3().deny_access(false);

    fakes.s3().delete_bucket().unwrap();
    let missing = put(&client, &fakes, "x").send().await.unwrap_err();
    assert_eq!(code(&missing), "NoSuchBucket");
    let bucket = &fakes.s3().options().bucket;
    let missing = client
        .head_bucket()
        .bucket(bucket)
        .send()
        .await
        .unwrap_err();
    assert!(missing.into_service_error().is_not_found());

    fakes.reset();
    put(&client, &fakes, "x").send().await.unwrap();
    assert_eq!(fakes.s3().objects().len(), 1);
}
