//! The list of all cases.

use super::harness::Case;
use super::{
    actions, cancelling, finding, groups, identity, lifecycle, options, previews, reading, refusing, rollback, secrecy,
    selections, settings, two_phase, variables, waiting,
};

/// All cases, in the order they run.
#[must_use]
pub fn cases() -> &'static [Case] {
    CASES
}

macro_rules! cases {
    ($($module:ident { $($name:ident: $rule:literal,)+ })+) => {
        &[$($(Case {
            name: stringify!($name),
            rule: $rule,
            run: |harness| Box::pin($module::$name(harness)),
        },)+)+]
    };
}

static CASES: &[Case] = cases! {
    identity {
        deploy_names_its_deployment: "an id names platform and target, and its text is the whole of it",
        another_process_can_watch_on: "an id that was stored as text leads another deployer to the same deployment",
        deploy_triggers_once: "one call of `deploy` triggers one deployment",
        an_older_ending_is_not_taken_for_the_new_one: "what an older deployment ended as says nothing of the new one",
        each_id_keeps_to_its_own_deployment: "an id always leads to the deployment it was given for",
        concurrent_callers_get_their_own_deployments:
            "callers who deploy at the same time get their own deployments",
        a_second_deployment_is_new_or_adopted: "one deployment answers two calls only if the second is adopted",
        a_lost_answer_is_reported_honestly:
            "a trigger whose answer was lost is sent once, and the result agrees with the platform",
        a_trigger_that_never_arrived_is_not_an_older_deployment:
            "a trigger that never arrived is not reported as a deployment that was there before",
        a_running_deployment_is_no_answer_to_a_fresh_request:
            "a request is not answered by a deployment that ran before, unless any will do",
    }
    waiting {
        a_success_is_reported: "a success is reported once the deployment is over and proven to be the right one",
        a_failure_is_never_a_success: "a failure is reported as a failure, with its log or why there is none",
        a_cancelled_deployment_is_reported: "a deployment that was stopped is reported as cancelled",
        a_deadline_is_an_error_that_holds_the_last_state: "a deadline is an error that holds the last state read",
        an_unknown_word_ends_nothing: "a word that nobody knows is neither success nor failure",
        a_deployment_that_vanishes_is_lost: "a deployment that the platform forgot is lost",
        a_read_without_an_answer_decides_nothing: "a read whose answer was lost is neither an ending nor a loss",
        a_watch_without_time_left_reads_once: "a watch that begins after its deadline still reports what is over",
        a_fresh_request_waits_for_what_runs: "`deploy_and_wait` ends with a deployment of its own",
        a_dropped_watch_leaves_nothing_running: "a watch that is dropped asks nothing more and cancels nothing",
        a_dropped_trigger_breaks_nothing:
            "a trigger that is dropped is sent at most once, and not later, and leaves the deployer usable",
    }
    refusing {
        an_unknown_target_is_an_error: "a target that does not exist is an error, and never a deployment",
        an_unusable_target_is_invalid_input: "an id that cannot stand in a request is invalid input",
        a_kind_that_is_not_offered_is_unsupported: "a kind of target that is not offered is unsupported",
        an_id_of_another_platform_is_invalid_input: "an id of another platform is invalid input",
        a_malformed_id_is_invalid_input: "an id that lacks a detail, or holds a wrong one, is invalid input",
        a_deployment_that_never_was_is_not_found: "a deployment that never was is not found",
        a_hostile_id_never_succeeds: "an id with hostile details is answered without a panic and without a success",
    }
    options {
        a_commit_is_taken_or_refused: "a commit is taken, or refused before anything is triggered",
        an_image_tag_is_taken_or_refused: "an image tag is taken, or refused before anything is triggered",
        what_was_deployed_is_taken_or_refused:
            "to deploy once more what was deployed is taken, or refused before anything is triggered",
        a_chart_version_is_taken_or_refused: "a chart version is taken, or refused before anything is triggered",
        a_commit_of_values_is_taken_or_refused: "a commit of values is taken, or refused before anything is triggered",
        a_job_event_is_taken_or_refused: "the event of a job is taken, or refused before anything is triggered",
        a_terraform_action_is_taken_or_refused: "a Terraform action is taken, or refused before anything is triggered",
        no_cache_is_taken_or_refused: "to build without the cache is taken, or refused before anything is triggered",
        a_reason_is_taken_or_refused: "a reason is taken, or refused before anything is triggered",
        a_pull_request_is_taken_or_refused: "a pull request is taken, or refused before anything is triggered",
        an_image_tag_is_set_or_refused: "to set an image tag is taken, or refused before anything is triggered",
        a_branch_is_set_or_refused: "to set a branch is taken, or refused before anything is triggered",
        a_success_ran_what_was_asked_for: "a success ran the revision that was asked for, or says that it is unverified",
    }
    two_phase {
        an_intent_triggers_nothing_until_it_is_sent: "an intent is read back as it was prepared, and triggers once it is sent",
        an_intent_is_sent_once: "an intent that was sent is recovered, and not sent again",
        an_intent_that_was_sent_is_recovered: "another deployer finds what an intent started, and no older deployment",
        an_intent_that_was_not_sent_is_not_triggered: "an intent that was never sent is reported as not triggered",
    }
    actions {
        each_action_is_taken_or_refused_as_the_capabilities_say:
            "an action is refused, before anything is triggered, if and only if its kind of target does not list it",
        each_ability_is_taken_or_refused_as_the_capabilities_say:
            "an ability is refused, before anything is written, if and only if its kind of target does not list it",
        a_restart_is_one_trigger_with_an_identity: "a restart triggers once, and is watched to its end as a restart",
        a_restart_builds_nothing_where_the_platform_can: "a restart builds nothing where the platform can restart so",
        a_restart_intent_is_recovered: "another deployer finds the restart that an intent started",
    }
    lifecycle {
        stopping_what_is_stopped_sends_nothing: "to stop what is stopped succeeds and sends nothing",
        starting_what_runs_sends_nothing: "to start what runs succeeds and sends nothing",
        a_stop_is_accepted_before_it_is_true: "a stop and a start are sent once, and a wait ends when they are true",
        a_stop_during_a_deployment_is_not_reported_as_stopped:
            "a target that a deployment under way starts again is not reported as stopped",
        an_unknown_state_ends_no_wait: "a state with an unknown word is neither running nor stopped",
        a_lost_stop_is_found_by_the_state_or_open: "a stop that is lost is decided by the state, or reported as open",
    }
    rollback {
        a_rollback_runs_the_version_that_was_listed: "a rollback runs the version that was listed, or does not succeed",
        a_rollback_with_an_obstacle_sends_nothing: "a version with an obstacle is refused before anything is triggered",
        a_rollback_after_somebody_deployed_is_a_conflict:
            "a rollback after another deployment is a conflict, and triggers nothing",
    }
    variables {
        a_second_plan_is_empty: "after a plan was applied the next one has nothing to write",
        an_apply_after_a_change_is_a_conflict: "a plan of variables that were changed since is a conflict, and writes nothing",
        a_half_written_apply_names_both_halves: "an apply that is refused half-way names what was written and what was not",
        a_lost_apply_is_read_back: "an apply whose answer was lost is decided by reading, or reported as open",
        what_the_platform_made_is_never_removed: "no plan removes a variable that the platform made",
        an_empty_set_needs_a_flag: "no desired variable is an error unless it is allowed",
        values_are_printed_nowhere: "no value of a variable stands in a plan, an answer or an error",
    }
    settings {
        a_set_tag_is_deployed_or_restored: "a setting stays after a deployment, and is set back if there is none",
        a_setting_changed_by_somebody_else_is_a_conflict:
            "a setting that was changed since the intent is a conflict, and triggers nothing",
    }
    finding {
        a_paged_history_lists_each_deployment_once:
            "a history in pages holds each deployment once, also if another one begins meanwhile",
        a_query_finds_what_it_means_and_nothing_else:
            "a query finds the services that have each of its parts, and a name that none has is not found",
    }
    previews {
        a_preview_is_deleted_once_and_is_gone: "a preview is listed until it is deleted, and to delete it again is no error",
    }
    selections {
        a_selection_deploys_each_target_it_names_and_no_other:
            "a selection is one deployment of each target that it names, and of no other",
    }
    groups {
        prepare_works_if_it_is_offered: "`prepare` is unsupported if, and only if, its group is not offered",
        history_works_if_it_is_offered: "`history` is unsupported if, and only if, its group is not offered",
        cancel_works_if_it_is_offered: "`cancel` is unsupported if, and only if, its group is not offered",
        logs_work_if_they_are_offered: "`logs` is unsupported if, and only if, its group is not offered",
        service_works_if_it_is_offered: "`service` is unsupported if, and only if, its group is not offered",
        services_work_if_they_are_offered: "`services` is unsupported if, and only if, its group is not offered",
        check_works_if_it_is_offered: "`check` is unsupported if, and only if, its group is not offered",
    }
    reading {
        history_is_newest_first_and_limited: "a history begins with the newest, and is no longer than asked for",
        a_batch_is_answered_in_order: "each id of a batch has its own answer, in the order of the ids",
        a_log_is_cut_to_its_end: "a log is no longer than asked for, keeps its end, and says if it was cut",
        a_log_is_that_of_its_own_deployment: "a log is that of the deployment that was asked about",
        reading_triggers_nothing: "no read triggers a deployment",
        a_service_is_the_one_asked_for: "a service is the one that was asked for",
        services_list_what_can_be_deployed: "the list of services holds what can be deployed",
        a_good_credential_is_reported_as_good: "a credential that works is reported as one that works",
    }
    cancelling {
        a_cancel_takes_effect_or_says_why_not: "a cancel ends the deployment as cancelled, or says why it does not",
        cancelling_what_is_over_is_a_conflict: "to cancel what is over is a conflict, and changes nothing",
        a_cancel_stops_nothing_else: "a cancel leaves the deployments of other targets alone",
    }
    secrecy {
        a_deployer_prints_no_secret: "the `Debug` of a deployer holds no secret",
        answers_and_errors_print_no_secret: "answers and errors hold no secret",
        lists_and_logs_print_no_secret: "what can be read beside a deployment holds no secret",
    }
};
