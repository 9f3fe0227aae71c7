//! The contract of [`JobStore`](esl_core::ports::JobStore).

mod claims;
mod dedupe;
mod leases;
mod notifications;
mod order;
mod reports;
mod retention;
mod submission;

pub use claims::*;
pub use dedupe::*;
pub use leases::*;
pub use notifications::*;
pub use order::*;
pub use reports::*;
pub use retention::*;
pub use submission::*;

/// Makes one test of each clause of the `JobStore` contract.
///
/// `$fixture` names an `async fn() -> Option<JobsFixture>` of the calling module; none skips the test,
/// for a service that is not installed and not required.
#[macro_export]
macro_rules! job_store_suite {
    ($fixture:ident) => {
        $crate::__clauses_if_there!(
            job_store,
            $fixture,
            [
                a_submitted_job_is_stored_whole,
                text_of_any_kind_goes_in_and_out,
                the_same_submission_again_changes_nothing,
                a_job_named_twice_is_one,
                a_job_of_another_namespace_is_not_reused,
                a_thousand_jobs_go_through_at_once,
                an_empty_call_is_answered,
                a_call_that_is_dropped_does_all_or_nothing,
                one_process_sees_what_another_did,
                namespaces_do_not_see_each_other,
                listing_filters_and_goes_on,
                jobs_are_counted_by_state,
                what_waits_and_runs_is_counted_by_kind_and_priority,
                of_active_jobs_with_one_key_there_is_one,
                an_ended_job_blocks_nothing,
                of_a_race_of_equal_submissions_one_is_accepted,
                keys_of_another_namespace_do_not_count,
                urgent_jobs_start_first,
                equally_urgent_jobs_start_in_their_order,
                an_owner_with_many_jobs_does_not_hold_up_another,
                whatever_waits_gets_its_turn,
                a_claim_starts_what_it_returns,
                no_job_is_started_twice,
                a_claim_can_name_its_jobs,
                an_edit_that_counts_is_seen_by_the_claim,
                a_delayed_job_waits_for_its_time,
                jobs_are_announced_once_and_again_when_lost,
                a_result_is_kept_with_the_job,
                the_same_result_twice_counts_once,
                a_failed_attempt_is_repeated_after_its_time,
                the_last_failure_is_final,
                a_worker_that_lost_the_job_cannot_write,
                a_cancelled_job_never_starts,
                a_cancelled_run_has_no_result,
                what_follows_is_accepted_with_the_result,
                what_follows_an_ignored_report_is_not_accepted,
                an_edit_changes_the_fields_it_names,
                reports_on_one_job_see_each_other,
                a_report_on_an_unknown_job_is_ignored,
                what_a_worker_holds_is_known,
                a_renewed_lease_lives_on,
                a_lease_that_ran_out_is_taken_away,
                a_job_that_kills_its_workers_is_given_up,
                a_lost_job_is_taken_away_once,
                a_job_knows_since_when_it_could_start,
                each_end_is_told_whoever_reports_it,
                an_end_and_what_tells_of_it_are_one,
                the_last_member_has_its_batch_told_of,
                members_may_end_at_the_same_time,
                only_accepted_jobs_are_members,
                jobs_that_ended_long_ago_are_forgotten,
                jobs_are_forgotten_in_batches,
                upkeep_is_forgotten_apart_from_the_rest,
                what_follows_from_a_forgotten_job_stays,
            ]
        );
    };
}
