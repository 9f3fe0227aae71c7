//! Notion's clients for JavaScript and Python.

use crate::{Client, fakes, run};

#[tokio::test(flavor = "multi_thread")]
async fn the_client_for_javascript_works_unmodified() {
    let fakes = fakes().await;
    run(Client::Node("notion.mjs"), &fakes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_for_python_works_unmodified() {
    let fakes = fakes().await;
    run(Client::Python("notion_python.py"), &fakes).await;
}
