//! Runs whose manifests, speech and recordings are kept in a bucket.

use std::time::Duration;

use esl_core::manifest::UrlKind;
use esl_core::{Classify, ErrorKind, Stage};
use esl_pipeline::pipeline::{Action, ErrorClass, Standing, UploadTarget};
use esl_testkit::run_test;

use crate::server::{Fault, Logged, writes};
use crate::world::{World, context, lesson, request};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn sends_a_recording(request: &Logged) -> bool {
    request.method == "PUT" && request.path.contains("/audio/") && request.path.ends_with(".mp3")
}

#[test]
fn the_page_plays_the_recording_from_the_bucket() {
    run_test(async {
        let world = World::new().await;
        let machine = world.machine();
        let report = machine.run().await.unwrap();
        world.check_done("first run").await;
        let names = [
            "validate",
            "import",
            "colorize",
            "tts",
            "upload",
            "add-audio",
            "manifest",
        ];
        let steps = report
            .steps
            .iter()
            .filter(|step| !step.starts_with("colorize:"));
        assert!(steps.eq(names.iter()), "{:?}", report.steps);
        let audio = world.manifest().await.audio.unwrap();
        let sha256 = audio.sha256.unwrap();
        assert_eq!(audio.key, Some(format!("audio/{sha256}.mp3")));
        assert_eq!(audio.bucket.as_deref(), Some("lessons"));
        assert_eq!(audio.url_kind, Some(UrlKind::Presigned));
        assert_eq!(report.audio.unwrap().url, audio.url);

        let before = world.server.log().len();
        assert!(!machine.run().await.unwrap().changed);
        let again = world.server.log().split_off(before);
        assert!(!again.iter().any(writes), "{again:?}");
    });
}

#[test]
fn an_address_that_is_about_to_end_is_signed_again_and_our_player_plays_it() {
    run_test(async {
        let world = World::new().await;
        let machine = world.machine();
        machine.run().await.unwrap();
        let old = world.players().await;
        let status = machine.pipeline.status(&lesson()).await.unwrap();
        assert_eq!(status.next.to_string(), "nothing");

        world.clock.advance(6 * DAY);
        let status = machine.pipeline.status(&lesson()).await.unwrap();
        assert!(status.stale.upload && !status.stale.audio);
        assert_eq!(status.stages[&Stage::Upload].status, Standing::Stale);
        assert_eq!(status.next.to_string(), "rerun --steps upload,add-audio");

        let steps = [Stage::Upload, Stage::AddAudio];
        // A machine that never had the file can do it, too.
        let other = world.machine();
        other
            .pipeline
            .rerun(&steps, request(|_| {}), context())
            .await
            .unwrap();
        world.check_done("signed again").await;
        assert_ne!(world.players().await, old);
        let log = world.server.log();
        assert_eq!(
            log.iter()
                .filter(|request| sends_a_recording(request))
                .count(),
            1
        );
        assert!(!machine.run().await.unwrap().changed);

        world.clock.advance(30 * DAY);
        machine.run().await.unwrap();
        world.check_done("signed again after it had ended").await;
    });
}

#[test]
fn what_one_machine_has_spoken_no_other_speaks_again() {
    run_test(async {
        let world = World::new().await;
        world.machine().run().await.unwrap();
        let spoken = world.tts.calls();
        assert!(spoken > 0);
        let report = world
            .machine()
            .run_with(|options| options.force = true)
            .await
            .unwrap();
        assert_eq!(world.tts.calls(), spoken);
        let synthesis = report.audio.unwrap().synthesis.unwrap();
        assert_eq!(synthesis.cached_segments, synthesis.segments);
        world.check_done("on two machines").await;
    });
}

#[test]
fn of_two_runs_at_once_none_makes_anything_twice() {
    run_test(async {
        let world = World::new().await;
        let (one, other) = (world.machine(), world.machine());
        let (one, other) = tokio::join!(one.run(), other.run());
        for ended in [one, other] {
            if let Err(error) = ended {
                assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}");
            }
        }
        world.machine().run().await.unwrap();
        world.check_done("two at once").await;
    });
}

#[test]
fn a_bucket_that_cannot_be_used_is_found_out_before_anything_is_done() {
    run_test(async {
        for (status, code) in [(404, "NoSuchBucket"), (403, "AccessDenied")] {
            let world = World::new().await;
            let is_listing = |request: &Logged| request.query.contains("list-type=2");
            world
                .server
                .fail(is_listing, 0, usize::MAX, Fault::Answer(status, code));
            let error = world.machine().run().await.unwrap_err();
            assert_eq!(error.class(), ErrorClass::ConfigurationError, "{error:?}");
            assert_eq!(error.stage(), Some(Stage::Upload));
            assert!(error.hint().unwrap().contains("lessons"));
            assert!(!world.server.log().iter().any(writes));
            assert_eq!(world.notion.page_count(), 0);
        }
    });
}

#[test]
fn a_recording_that_somebody_deleted_is_uploaded_again() {
    run_test(async {
        let world = World::new().await;
        let machine = world.machine();
        machine.run().await.unwrap();
        let object = world.recordings().remove(0);
        let path = world.server.root.path().join("lessons").join(object);
        std::fs::remove_file(path).unwrap();
        machine.run().await.unwrap();
        world.check_done("uploaded again").await;
    });
}

#[test]
fn a_plan_names_the_object_and_changes_nothing() {
    run_test(async {
        let world = World::new().await;
        let machine = world.machine();
        let plan = machine
            .pipeline
            .plan(request(|_| {}), context())
            .await
            .unwrap();
        let upload = plan.upload.unwrap();
        assert_eq!(
            (upload.bucket.as_deref(), upload.key),
            (Some("lessons"), None)
        );
        assert!(!world.server.log().iter().any(writes));

        machine
            .run_with(|options| options.upload = Some(UploadTarget::None))
            .await
            .unwrap();
        assert!(world.players().await.is_empty() && world.recordings().is_empty());
        let plan = machine
            .pipeline
            .plan(request(|_| {}), context())
            .await
            .unwrap();
        let upload = plan.upload.unwrap();
        let sha256 = world.manifest().await.audio.unwrap().sha256.unwrap();
        assert_eq!(upload.key, Some(format!("audio/{sha256}.mp3")));
        assert_eq!(upload.url_kind, UrlKind::Presigned);
        assert!(!upload.url.unwrap().contains("X-Amz-Signature"));
        assert!(world.recordings().is_empty());
    });
}

#[test]
fn the_workspace_takes_the_file_if_asked_and_keeps_it_until_asked_otherwise() {
    run_test(async {
        let world = World::new().await;
        let machine = world.machine();
        machine
            .run_with(|options| options.upload = Some(UploadTarget::Notion))
            .await
            .unwrap();
        assert_eq!(world.players().await, ["a file of the workspace"]);
        assert!(world.recordings().is_empty());
        assert!(!machine.run().await.unwrap().changed);
        machine
            .run_with(|options| options.upload = Some(UploadTarget::S3))
            .await
            .unwrap();
        world.check_done("moved to the bucket").await;
    });
}

#[test]
fn skipping_the_upload_leaves_object_and_player_as_they_are() {
    run_test(async {
        let world = World::new().await;
        let machine = world.machine();
        let skip = |request: &mut esl_pipeline::pipeline::RunOptions| request.skip_upload = true;
        let error = machine.run_with(skip).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::ManifestError);
        machine.run().await.unwrap();
        let players = world.players().await;
        world.clock.advance(6 * DAY);
        let report = machine.run_with(skip).await.unwrap();
        assert_eq!(report.steps, ["validate", "skip:upload", "skip:add-audio"]);
        assert_eq!(world.players().await, players);
        let plan = machine
            .pipeline
            .plan(request(skip), context())
            .await
            .unwrap();
        assert_eq!(plan.stages[4].action, Action::Skip);
    });
}
