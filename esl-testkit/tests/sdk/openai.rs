//! OpenAI's client for Python, with both dialects.

use esl_testkit::fakes::openai_speech::OpenAiServer;

use crate::{Client, fakes, run};

#[tokio::test(flavor = "multi_thread")]
async fn the_client_for_python_works_unmodified() {
    let fakes = fakes().await;
    run(Client::Python("openai_client.py"), &fakes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_for_python_works_with_a_local_server() {
    let fakes = fakes().await;
    fakes
        .openai()
        .update(|server| *server = OpenAiServer::kokoro());
    run(Client::Python("openai_client_local.py"), &fakes).await;
}
