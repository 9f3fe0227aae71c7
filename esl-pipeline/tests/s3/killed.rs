//! Programs that die at a request to the bucket, and are started again.

use std::sync::Arc;

use esl_testkit::run_test;

use crate::server::Fault;
use crate::world::World;

/// Kills a first run at each of its requests, one after the other, each time in a fresh world; then
/// runs again on the same machine.
async fn at_every_request(fault: Fault) {
    for number in 0.. {
        let world = World::new().await;
        let disk = Arc::new(tempfile::tempdir().unwrap());
        let doomed = world.process(disk.clone());
        world.server.fail(|_| true, number, 1, fault);
        let died = tokio::select! {
            ended = doomed.run() => {
                ended.unwrap();
                false
            }
            () = world.server.until_hanging() => true,
        };
        if !died {
            assert!(number > 15, "a run makes {number} requests");
            return;
        }
        drop(doomed);
        world.server.until_alone().await;
        let request = world.server.log().pop();
        let case = format!("{fault:?} at request {number}, {request:?}");
        let (kept, spoken) = (world.segments(), world.tts.calls());
        let resumed = world.process(disk.clone());
        resumed
            .run()
            .await
            .unwrap_or_else(|error| panic!("{case}: {error:?}"));
        world.check_done(&case).await;
        let (missing, spoken) = (world.segments() - kept, world.tts.calls() - spoken);
        assert!(
            spoken <= missing,
            "{spoken} spoken, {missing} missing, {case}"
        );
        assert!(!resumed.run().await.unwrap().changed, "{case}");
    }
}

#[test]
fn a_run_killed_before_any_request_is_resumed() {
    run_test(at_every_request(Fault::HangBefore));
}

#[test]
fn a_run_killed_after_any_request_is_resumed() {
    run_test(at_every_request(Fault::HangAfter));
}

#[test]
fn a_run_killed_between_upload_and_player_attaches_without_sending_again() {
    run_test(async {
        let world = World::new().await;
        let disk = Arc::new(tempfile::tempdir().unwrap());
        let doomed = world.process(disk.clone());
        // The first record after the upload may have begun before it; the second knows of it.
        let is_upload = |path: &str| path.contains("/audio/") && path.ends_with(".mp3");
        let uploaded = std::sync::atomic::AtomicBool::new(false);
        let hangs = move |request: &crate::server::Logged| {
            use std::sync::atomic::Ordering::Relaxed;
            let puts = request.method == "PUT";
            if puts && is_upload(&request.path) {
                uploaded.store(true, Relaxed);
            }
            puts && request.path.contains("/manifests/") && uploaded.load(Relaxed)
        };
        world.server.fail(hangs, 1, 1, Fault::HangAfter);
        tokio::select! {
            ended = doomed.run() => panic!("{ended:?}"),
            () = world.server.until_hanging() => {}
        }
        drop(doomed);
        world.process(disk).run().await.unwrap();
        world.check_done("killed after the upload").await;
        let log = world.server.log();
        let sent = log
            .iter()
            .filter(|request| request.method == "PUT" && is_upload(&request.path));
        assert_eq!(sent.count(), 1);
    });
}
