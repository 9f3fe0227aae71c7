//! ElevenLabs' clients for JavaScript and Python.

use crate::{Client, fakes, run};

#[tokio::test(flavor = "multi_thread")]
async fn the_client_for_javascript_works_unmodified() {
    let fakes = fakes().await;
    run(Client::Node("elevenlabs.mjs"), &fakes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_for_python_works_unmodified() {
    let fakes = fakes().await;
    run(Client::Python("elevenlabs_client.py"), &fakes).await;
}
