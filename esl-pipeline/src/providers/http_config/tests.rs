use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// Gives these answers, one per request, and keeps the requests.
async fn service(answers: &[&str]) -> (BaseUrl, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/school/", listener.local_addr().unwrap());
    let mut answers: VecDeque<_> = answers.iter().map(ToString::to_string).collect();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Some(answer) = answers.pop_front() {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            log.lock()
                .unwrap()
                .push(String::from_utf8(request).unwrap());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (BaseUrl::parse(&address).unwrap(), requests)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

fn source(endpoint: BaseUrl, change: impl FnOnce(&mut HttpConfigOptions)) -> HttpConfigSource {
    let mut options = HttpConfigOptions::new(endpoint);
    options.token = Some("school-token".into());
    options.retry.base = Duration::ZERO;
    change(&mut options);
    HttpConfigSource::new(options).unwrap()
}

async fn text(source: &HttpConfigSource) -> Result<Vec<String>, ConfigError> {
    let parts = source.read(ConfigDocument::Presets).await?;
    Ok(parts.into_iter().map(|part| part.text).collect())
}

#[tokio::test]
async fn an_answer_is_asked_for_again_by_its_etag() {
    let first = answer("200 OK", "etag: \"1\"\r\n", "{}");
    let (endpoint, requests) = service(&[&first, &answer("304 Not Modified", "", "")]).await;
    let source = source(endpoint, |_| {});
    assert_eq!(text(&source).await.unwrap(), ["{}"]);
    assert_eq!(text(&source).await.unwrap(), ["{}"]);
    let requests = requests.lock().unwrap();
    assert!(
        requests[0].starts_with("GET /presets.json "),
        "{requests:?}"
    );
    assert!(
        requests[0].contains("authorization: Bearer school-token"),
        "{requests:?}"
    );
    assert!(requests[1].contains("if-none-match: \"1\""), "{requests:?}");
}

#[tokio::test]
async fn a_fresh_answer_is_not_asked_for_again() {
    let first = answer("200 OK", "cache-control: max-age=60\r\n", "{}");
    let (endpoint, requests) = service(&[&first]).await;
    let source = source(endpoint, |options| {
        options
            .paths
            .insert(ConfigDocument::Presets, "mine.json".to_owned());
    });
    text(&source).await.unwrap();
    assert_eq!(text(&source).await.unwrap(), ["{}"]);
    let requests = requests.lock().unwrap();
    assert!(
        requests[0].starts_with("GET /school/mine.json "),
        "{requests:?}"
    );
}

#[tokio::test]
async fn a_failing_service_is_asked_three_times() {
    let busy = answer("503 Service Unavailable", "", "");
    let (endpoint, requests) = service(&[&busy, &busy, &answer("200 OK", "", "{}")]).await;
    assert_eq!(text(&source(endpoint, |_| {})).await.unwrap(), ["{}"]);
    assert_eq!(requests.lock().unwrap().len(), 3);
    let (endpoint, _) = service(&[&busy, &busy, &busy]).await;
    let error = text(&source(endpoint, |_| {})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn an_old_answer_holds_only_if_asked_for() {
    for (stale_if_error, holds) in [(true, true), (false, false)] {
        let busy = answer("500 Internal Server Error", "", "");
        let (endpoint, _) = service(&[&answer("200 OK", "", "{}"), &busy, &busy, &busy]).await;
        let source = source(endpoint, |options| options.stale_if_error = stale_if_error);
        text(&source).await.unwrap();
        assert_eq!(text(&source).await.is_ok(), holds);
    }
}

#[tokio::test]
async fn nothing_there_is_no_document_and_a_refused_token_is_told() {
    let (endpoint, _) = service(&[&answer("404 Not Found", "", "")]).await;
    assert_eq!(text(&source(endpoint, |_| {})).await.unwrap(), [""; 0]);
    let (endpoint, _) = service(&[&answer("401 Unauthorized", "", "")]).await;
    let error = text(&source(endpoint, |_| {})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(!error.to_string().contains("school-token"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let away = answer("302 Found", "location: http://127.0.0.1:1/\r\n", "");
    let (endpoint, requests) = service(&[&away]).await;
    assert!(text(&source(endpoint, |_| {})).await.is_err());
    assert_eq!(requests.lock().unwrap().len(), 1);
}
