//! Path, version, token and JSON, in the order in which they are looked at.

use serde_json::json;

use super::Bench;

#[tokio::test]
async fn an_unknown_path_is_told_before_anything_else() {
    let bench = Bench::new();
    let call = bench
        .call("GET", "/v1/nothing")
        .without("notion-version")
        .without("authorization");
    call.send()
        .await
        .is(400, "invalid_request_url", "Invalid request URL.");
    let wrong_method = bench.call("DELETE", "/v1/pages");
    wrong_method.send().await.is(400, "invalid_request_url", "");
}

#[tokio::test]
async fn the_version_is_needed_and_one_of_two() {
    let bench = Bench::new();
    let missing = bench
        .call("GET", "/v1/users/me")
        .without("notion-version")
        .without("authorization");
    missing.send().await.is(
        400,
        "missing_version",
        "should be defined, instead was `undefined`.",
    );
    let unknown = bench
        .call("GET", "/v1/users/me")
        .header("notion-version", "2022-06-28");
    unknown
        .send()
        .await
        .invalid("`\"2025-09-03\"` or `\"2026-03-11\"`, instead was `\"2022-06-28\"`.");
    assert_eq!(
        bench.call("GET", "/v1/users/me").old().send().await.status,
        200
    );
}

#[tokio::test]
async fn the_token_is_needed_and_can_be_revoked() {
    let bench = Bench::new();
    let missing = bench
        .call("POST", "/v1/pages")
        .without("authorization")
        .body("{");
    missing
        .send()
        .await
        .is(401, "unauthorized", "API token is invalid.");
    let wrong = bench
        .call("GET", "/v1/users/me")
        .header("authorization", "Bearer ntn_x");
    wrong.send().await.is(401, "unauthorized", "");
    bench.notion.revoke_token();
    bench
        .call("GET", "/v1/users/me")
        .send()
        .await
        .is(401, "unauthorized", "");
    bench.notion.restore_token();
    assert_eq!(
        bench.call("GET", "/v1/users/me").send().await.ok()["type"],
        "bot"
    );
}

#[tokio::test]
async fn a_body_has_to_be_json_and_say_so() {
    let bench = Bench::new();
    let broken = bench.call("POST", "/v1/pages").json(&json!({})).body("{");
    broken
        .send()
        .await
        .is(400, "invalid_json", "Error parsing JSON body.");
    let untold = bench.call("POST", "/v1/pages").body("{}");
    untold.send().await.is(400, "invalid_json", "");
}

#[tokio::test]
async fn an_id_in_the_path_has_to_be_one_and_lead_somewhere() {
    let bench = Bench::new();
    let bad = bench.call("GET", "/v1/blocks/abc").send().await;
    bad.invalid(
        "path failed validation: path.block_id should be a valid uuid, instead was `\"abc\"`.",
    );
    let unknown = "00000000-0000-4000-8000-000000000000";
    for path in [
        "blocks",
        "pages",
        "databases",
        "data_sources",
        "file_uploads",
    ] {
        let answer = bench
            .call("GET", format!("/v1/{path}/{unknown}"))
            .send()
            .await;
        answer.is(404, "object_not_found", unknown);
    }
}
