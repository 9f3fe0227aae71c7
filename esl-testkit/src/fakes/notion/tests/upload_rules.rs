//! File uploads: what is taken, in which order, until when.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use super::{Answer, Bench, Call};
use crate::fakes::service::Fake;

impl Call<'_> {
    /// A form with a file and perhaps the number of its part.
    fn form(self, content: &[u8], content_type: &str, part: Option<&str>) -> Self {
        let mut body = Vec::new();
        if let Some(part) = part {
            body.extend(
                format!(
                    "--B\r\ncontent-disposition: form-data; name=\"part_number\"\r\n\r\n{part}\r\n"
                )
                .bytes(),
            );
        }
        body.extend(
            format!("--B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\ncontent-type: {content_type}\r\n\r\n").bytes(),
        );
        body.extend(content);
        body.extend(b"\r\n--B--\r\n");
        self.body(body)
            .header("content-type", "multipart/form-data; boundary=B")
    }
}

async fn create(bench: &Bench, body: Value) -> Answer {
    bench
        .call("POST", "/v1/file_uploads")
        .json(&body)
        .send()
        .await
}

async fn created(bench: &Bench, body: Value) -> String {
    create(bench, body).await.ok()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn send(bench: &Bench, id: &str, content: &[u8], part: Option<&str>) -> Answer {
    let path = format!("/v1/file_uploads/{id}/send");
    bench
        .call("POST", path)
        .form(content, "audio/mpeg", part)
        .send()
        .await
}

fn audio(id: &str) -> Value {
    json!([{"audio": {"type": "file_upload", "file_upload": { "id": id }}}])
}

const MP3: &str = "audio/mpeg";

#[tokio::test]
async fn a_file_is_sent_attached_and_read_at_the_address_of_its_block() {
    let bench = Bench::new();
    let upload = create(&bench, json!({"filename": "a.mp3", "content_type": MP3}))
        .await
        .ok();
    assert_eq!(
        (&upload["status"], &upload["expiry_time"]),
        (&json!("pending"), &json!("2026-01-01T01:00:00.000Z"))
    );
    let id = upload["id"].as_str().unwrap();
    assert_eq!(
        upload["upload_url"],
        format!("http://fake/notion/v1/file_uploads/{id}/send")
    );
    let sent = send(&bench, id, b"sound", None).await.ok();
    assert_eq!(
        (&sent["status"], &sent["content_length"]),
        (&json!("uploaded"), &json!(5))
    );

    let block = bench.appended(audio(id)).await.ok()["results"][0].clone();
    assert_eq!(block["audio"]["type"], "file");
    let url = block["audio"]["file"]["url"]
        .as_str()
        .unwrap()
        .strip_prefix("http://fake/notion")
        .unwrap();
    let get = async |url: &str| {
        let request = bench.call("GET", url).request();
        let answer = bench.notion.respond(request).await;
        (answer.status().as_u16(), answer.into_body())
    };
    assert_eq!(get(url).await, (200, "sound".into()));
    assert_eq!(get(&url.replace("signature=", "signature=0")).await.0, 403);
    bench.clock.advance(Duration::from_secs(3600));
    assert_eq!(get(url).await.0, 403);

    let attached = bench
        .call("GET", format!("/v1/file_uploads/{id}"))
        .send()
        .await
        .ok();
    assert_eq!(
        (&attached["status"], &attached["expiry_time"]),
        (&json!("uploaded"), &Value::Null)
    );
    bench.appended(audio(id)).await.ok();
}

#[tokio::test]
async fn an_upload_is_attached_only_after_it_was_sent_and_before_it_expires() {
    let bench = Bench::new();
    let id = created(&bench, json!({"filename": "a.mp3"})).await;
    bench
        .appended(audio(&id))
        .await
        .invalid("is pending, not uploaded");
    send(&bench, &id, b"x", None).await.ok();
    send(&bench, &id, b"x", None)
        .await
        .invalid("is uploaded, not pending");
    let image = json!([{"image": {"file_upload": {"id": id}}}]);
    bench
        .appended(image)
        .await
        .invalid("cannot be shown in a block of type image");
    bench.clock.advance(Duration::from_secs(3600));
    bench
        .appended(audio(&id))
        .await
        .invalid("is expired, not uploaded");
    let unknown = bench
        .appended(audio("00000000-0000-4000-8000-000000000000"))
        .await;
    unknown.invalid("Could not find file upload");
}

#[tokio::test]
async fn parts_come_in_any_order_and_all_of_them() {
    let bench = Bench::new();
    let part = vec![7; 5 << 20];
    let upload = create(
        &bench,
        json!({"mode": "multi_part", "filename": "a.mp3", "number_of_parts": 2}),
    )
    .await
    .ok();
    let id = upload["id"].as_str().unwrap();
    assert_eq!(upload["number_of_parts"], json!({"total": 2, "sent": 0}));
    let complete = async || {
        bench
            .call("POST", format!("/v1/file_uploads/{id}/complete"))
            .json(&json!({}))
            .send()
            .await
    };

    send(&bench, id, &part, None)
        .await
        .invalid("body.part_number should be defined");
    send(&bench, id, &part, Some("3"))
        .await
        .invalid("≤ `2`, instead was `\"3\"`");
    assert_eq!(
        send(&bench, id, b"end", Some("2")).await.ok()["number_of_parts"]["sent"],
        1
    );
    complete().await.invalid("1 of 2 parts were sent");
    send(&bench, id, b"short", Some("1")).await.ok();
    complete().await.invalid("at least 5 MiB");
    send(&bench, id, &part, Some("1")).await.ok();
    assert_eq!(complete().await.ok()["content_length"], part.len() + 3);
}

#[tokio::test]
async fn a_file_that_is_not_taken_is_refused_when_it_is_announced() {
    let bench = Bench::new();
    let cases = [
        (
            json!({"filename": "a.opus"}),
            "Unsupported file type: opus.",
        ),
        (
            json!({"filename": "a.mp3", "content_type": "audio/mp3"}),
            "Unsupported file type: audio/mp3.",
        ),
        (
            json!({"mode": "multi_part", "number_of_parts": 2}),
            "body.filename should be defined",
        ),
        (
            json!({"mode": "multi_part", "filename": "a.mp3"}),
            "body.number_of_parts should be defined",
        ),
        (
            json!({"mode": "multi_part", "filename": "a.mp3", "number_of_parts": 1001}),
            "≤ `1000`",
        ),
        (
            json!({"number_of_parts": 2}),
            "body.number_of_parts should be not present",
        ),
        (json!({"mode": "external_url"}), "body.mode should be"),
        (
            json!({"filename": "x".repeat(901)}),
            "body.filename.length should be ≤ `900`",
        ),
    ];
    for (body, reason) in cases {
        create(&bench, body).await.invalid(reason);
    }
    create(&bench, json!({})).await.ok();
}

#[tokio::test]
async fn a_file_has_the_type_and_size_that_were_announced() {
    let mut bench = Bench::new();
    bench.notion.options.max_file_bytes = 10;
    let id = created(&bench, json!({"filename": "a.mp3", "content_type": MP3})).await;
    let path = format!("/v1/file_uploads/{id}/send");
    let other = bench
        .call("POST", path.as_str())
        .form(b"x", "audio/wav", None);
    other
        .send()
        .await
        .invalid("content type of the file is not the one declared");
    send(&bench, &id, b"more than ten", None)
        .await
        .invalid("larger than the workspace allows");
    let no_form = bench
        .call(Method::POST.as_str(), path.as_str())
        .json(&json!({}));
    no_form.send().await.invalid("must be multipart/form-data");
    let unnamed = bench
        .call("POST", path.as_str())
        .form(b"x", "application/octet-stream", None);
    unnamed.send().await.ok();
}
