//! What Prometheus is told.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::CancellationToken;
use esl_core::job::payload::NotifyWebhook;
use esl_core::job::{FailureCode, Job, NewJob, Priority, WorkerId};
use esl_core::ports::{Claim, Clock, Done, HandlePayload, JobContext, JobError, JobStore};
use esl_jobs::metrics::Metrics;

use crate::handlers::Chore;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Tells;

#[async_trait]
impl HandlePayload<NotifyWebhook> for Tells {
    async fn run(&self, wish: NotifyWebhook, _: &Job, _: &JobContext) -> Result<Done, JobError> {
        match wish.endpoint_id.as_str() {
            "good" => Ok(Done::default()),
            _ => Err(JobError::permanent(FailureCode::PROVIDER_BAD_REQUEST, "no")),
        }
    }
}

fn metrics(world: &World) -> Arc<Metrics> {
    Arc::new(Metrics::new(world.jobs.clone(), world.clock.clone()))
}

fn run(world: &World, metrics: &Arc<Metrics>) {
    let builder = world.builder().handles::<NotifyWebhook>(Tells);
    let worker = builder.observer(metrics.clone()).build().unwrap();
    tokio::spawn(worker.run(CancellationToken::new()));
}

/// The number that stands behind a series, 0 if it is not there.
fn value(text: &str, series: &str) -> f64 {
    let value = text.lines().find_map(|line| line.strip_prefix(series));
    value.map_or(0.0, |value| value.trim().parse().unwrap())
}

#[tokio::test(start_paused = true)]
async fn what_a_worker_did_is_counted_and_measured() {
    let world = World::new();
    let metrics = metrics(&world);
    let failing = NewJob {
        max_attempts: 3,
        ..NewJob::new(&Chore::FailForNow)
    };
    let submitted = [
        world.submit(Chore::Take { seconds: 2 }).await,
        world.submit_job(failing).await,
        world.submit(Chore::Stages).await,
    ];
    tokio::time::sleep(5 * SECOND).await;
    run(&world, &metrics);
    for id in submitted {
        world.ended(id).await;
    }
    let text = metrics.render().await;
    let of = |series: &str| value(&text, series);
    let kind = r#"{type="test.chore"}"#;
    assert_eq!(
        of(r#"esl_jobs_ended_total{type="test.chore",state="succeeded"}"#),
        2.0
    );
    assert_eq!(
        of(r#"esl_jobs_ended_total{type="test.chore",state="failed"}"#),
        1.0
    );
    assert_eq!(of(&format!("esl_job_retries_total{kind}")), 2.0);
    assert_eq!(of(&format!("esl_job_run_seconds_count{kind}")), 5.0);
    assert_eq!(of(&format!("esl_job_run_seconds_sum{kind}")).round(), 5.0);
    assert_eq!(
        of(&format!("esl_job_claim_latency_seconds_count{kind}")),
        5.0
    );
    // Three waited five seconds for the worker; the repeated ones started when they could.
    assert_eq!(
        of(&format!("esl_job_claim_latency_seconds_sum{kind}")).round(),
        15.0
    );
    for (stage, status, took) in [
        ("tts", "success", 3.0),
        ("import", "failed", 2.0),
        ("upload", "skipped", 0.0),
    ] {
        let labels = format!(r#"{{stage="{stage}",status="{status}"}}"#);
        assert_eq!(
            of(&format!("esl_stage_seconds_count{labels}")),
            1.0,
            "{stage}"
        );
        assert_eq!(
            of(&format!("esl_stage_seconds_sum{labels}")).round(),
            took,
            "{stage}"
        );
    }
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test(start_paused = true)]
async fn lost_jobs_are_counted() {
    let world = World::new();
    let id = world.submit(Chore::Succeed).await;
    let dead = Claim::next(WorkerId::new(), 1, 60 * SECOND);
    world.jobs.claim(dead).await.unwrap();
    let metrics = metrics(&world);
    run(&world, &metrics);
    world.ended(id).await;
    let text = metrics.render().await;
    let lost = value(&text, r#"esl_job_leases_lost_total{type="test.chore"}"#);
    assert_eq!(lost, 1.0);
}

#[tokio::test(start_paused = true)]
async fn notifications_are_counted_by_what_became_of_them() {
    let world = World::new();
    let metrics = metrics(&world);
    run(&world, &metrics);
    for endpoint in ["good", "bad", "good"] {
        let wish = NotifyWebhook {
            endpoint_id: endpoint.into(),
            ..NotifyWebhook::default()
        };
        let id = world.submit_job(NewJob::new(&wish)).await;
        world.ended(id).await;
    }
    let text = metrics.render().await;
    let of = |result| {
        let labels = format!(r#"{{channel="webhook",result="{result}"}}"#);
        value(&text, &format!("esl_notifications_total{labels}"))
    };
    assert_eq!((of("sent"), of("failed")), (2.0, 1.0));
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_asked_for_every_few_seconds() {
    let world = World::new();
    let metrics = metrics(&world);
    for _ in 0..2 {
        world.submit(Chore::Succeed).await;
    }
    tokio::time::sleep(60 * SECOND).await;
    let later = world.clock.now().plus(SECOND * 3600);
    let delayed = NewJob {
        not_before: Some(later),
        priority: Priority::LOW,
        ..NewJob::new(&Chore::Succeed)
    };
    world.submit_job(delayed).await;
    let text = metrics.render().await;
    let of = |series: &str| value(&text, series);
    assert_eq!(of(r#"esl_jobs{state="ready",type="test.chore"}"#), 2.0);
    assert_eq!(of(r#"esl_jobs{state="delayed",type="test.chore"}"#), 1.0);
    assert_eq!(of(r#"esl_queue_depth{state="ready",priority="5"}"#), 2.0);
    assert_eq!(of(r#"esl_queue_depth{state="delayed",priority="8"}"#), 1.0);
    assert_eq!(of(r#"esl_queue_oldest_seconds{priority="5"}"#), 60.0);
    assert_eq!(of("esl_job_store_up"), 1.0);
    world.submit(Chore::Succeed).await;
    assert_eq!(metrics.render().await, text);
    tokio::time::sleep(5 * SECOND).await;
    let fresh = metrics.render().await;
    assert_eq!(
        value(&fresh, r#"esl_queue_depth{state="ready",priority="5"}"#),
        3.0
    );
}
