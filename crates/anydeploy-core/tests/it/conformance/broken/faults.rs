//! The faults, and the cases that catch them.

/// Declares the faults by the case that catches each of them.
macro_rules! faults {
    ($($case:ident: $($fault:ident),+;)+) => {
        /// Each fault with a case that catches it.
        pub(crate) const FAULTS: &[(Fault, &str)] = &[$($((Fault::$fault, stringify!($case)),)+)+];
    };
}

/// What a [`Broken`](super::Broken) deployer gets wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    // When it deploys.
    NamesAnotherPlatform,
    GivesAnUnreadableId,
    NeverAnswers,
    TriggersTwice,
    NamesOneDeploymentTwice,
    RepeatsBlindly,
    RepeatsWhereAHistoryExists,
    FindsTheOldest,
    CallsALostAnswerSafe,
    ClaimsThatNothingWasTriggered,
    FindsTheNewestWhenNothingArrived,
    AdoptsWhatRuns,
    RefusesToAdoptAnything,
    HidesTheEarlierDeployment,
    NamesAnotherAsTheEarlierDeployment,
    CallsAlreadyRunningUnsafe,
    TriggersAndSaysAlreadyRunning,
    StaysBusyWhenDropped,
    SendsInTheBackground,
    InventsTargets,
    CallsAnUnknownTargetTransient,
    SendsUnusableTargets,
    SendsEmptyIds,
    SearchesForAnyKind,
    AcceptsAnyKind,
    IgnoresOptions,
    RefusesAfterTheTrigger,
    RefusesWhatItOffers,
    DropsItsOptions,
    DropsTheCommit,
    SendsAnotherCommit,
    // When it deploys in two steps.
    SendsWhatItPrepares,
    SendsWhateverItIsGiven,
    RecoversTheOldest,
    RecoversNothing,
    // When it changes what runs.
    TakesAnyAction,
    TakesAnyTarget,
    RestartsTwice,
    RestartsByBuilding,
    StopsWhatIsStopped,
    StartsWhatRuns,
    ClaimsToHaveStopped,
    TakesStoppingForStopped,
    TakesUnknownStatesForStopped,
    CallsALostStopSafe,
    TakesALostStopForAccepted,
    RunsAnotherVersion,
    IgnoresObstacles,
    IgnoresLaterDeployments,
    ClaimsToHaveWritten,
    OverwritesVariables,
    HidesWhatWasWritten,
    CallsALostApplySafe,
    RemovesWhatThePlatformMade,
    PlansWithoutTheFlag,
    NotesValues,
    LeavesTheSettingBehind,
    OverwritesTheSetting,
    ForgetsTheCursor,
    EndsAHistoryEarly,
    FindsEverything,
    FindsSomethingNear,
    ForgetsAPreview,
    DeletesNoPreview,
    RefusesToDeleteTwice,
    NamesOneDeploymentForAll,
    DeploysWhatIsBeside,
    // When it reads a deployment.
    KnowsOnlyItsOwnIds,
    TakesAnOlderEnding,
    ReportsTheNewest,
    RenamesWhatItReads,
    MixesCallersUp,
    NeverResolves,
    ResolvesAtTheSecondRead,
    TakesFailureForSuccess,
    TakesCancelledForFailed,
    TakesQueuedForSuccess,
    TakesRunningForSuccess,
    TakesUnknownForSuccess,
    TakesUnknownForFailure,
    TakesUnknownForRunning,
    ForgetsUnknownWords,
    TriggersWhenItReads,
    TakesSilenceForSuccess,
    TakesSilenceForALoss,
    InventsWhatIsNotThere,
    PollsInTheBackground,
    ReadsForeignIds,
    IgnoresMalformedIds,
    PanicsOnHostileIds,
    SucceedsWithAnyRevision,
    ReportsTheRevisionThatWasAsked,
    // What its flags say.
    OffersWhatItLacks,
    // When it reads something else.
    ListsOldestFirst,
    IgnoresTheLimit,
    MixesTargetsInAHistory,
    ReportsAHistoryAsRunning,
    AnswersInAnyOrder,
    FailsTheWholeBatch,
    DropsFailuresFromABatch,
    SendsTheWholeLog,
    KeepsTheBeginningOfALog,
    HidesThatALogWasCut,
    GivesTheNewestLog,
    GivesTheOldestLog,
    ReportsAnotherService,
    InventsServices,
    ListsNothing,
    DeniesItsCredential,
    TriggersWhenItChecks,
    ListsUnknownWordsAsRunning,
    ReadsUnknownWordsInABatchAsFailure,
    // When it cancels.
    CancelsNothing,
    ClaimsToHaveCancelled,
    CancelsEverything,
    CancelsWhatIsOver,
    MissesWhatIsOver,
    // What it prints.
    PrintsItsToken,
    PrintsItsTokenAtLength,
    QuotesItsToken,
    LinksWithItsToken,
    LogsItsToken,
    ListsItsToken,
}

impl Fault {
    /// Whether it shows only where a lost answer is undecidable.
    pub(crate) fn needs_lost_answers(self) -> bool {
        matches!(
            self,
            Self::RepeatsBlindly
                | Self::RepeatsWhereAHistoryExists
                | Self::FindsTheOldest
                | Self::CallsALostAnswerSafe
                | Self::ClaimsThatNothingWasTriggered
                | Self::FindsTheNewestWhenNothingArrived
        )
    }

    /// Whether it shows only where triggers are merged.
    pub(crate) fn needs_merging(self) -> bool {
        matches!(
            self,
            Self::AdoptsWhatRuns
                | Self::RefusesToAdoptAnything
                | Self::HidesTheEarlierDeployment
                | Self::NamesAnotherAsTheEarlierDeployment
                | Self::CallsAlreadyRunningUnsafe
                | Self::TriggersAndSaysAlreadyRunning
        )
    }
}

faults! {
    deploy_names_its_deployment: NamesAnotherPlatform, GivesAnUnreadableId, NeverAnswers;
    another_process_can_watch_on: KnowsOnlyItsOwnIds;
    deploy_triggers_once: TriggersTwice, TriggersWhenItReads;
    an_older_ending_is_not_taken_for_the_new_one: TakesAnOlderEnding;
    each_id_keeps_to_its_own_deployment: ReportsTheNewest, RenamesWhatItReads;
    concurrent_callers_get_their_own_deployments: MixesCallersUp;
    a_second_deployment_is_new_or_adopted: NamesOneDeploymentTwice;
    a_lost_answer_is_reported_honestly: RepeatsBlindly, RepeatsWhereAHistoryExists, FindsTheOldest,
        CallsALostAnswerSafe, ClaimsThatNothingWasTriggered;
    a_trigger_that_never_arrived_is_not_an_older_deployment: FindsTheNewestWhenNothingArrived, FindsTheOldest;
    a_running_deployment_is_no_answer_to_a_fresh_request: AdoptsWhatRuns, RefusesToAdoptAnything,
        HidesTheEarlierDeployment, NamesAnotherAsTheEarlierDeployment, CallsAlreadyRunningUnsafe,
        TriggersAndSaysAlreadyRunning;
    a_success_is_reported: NeverResolves;
    a_failure_is_never_a_success: TakesFailureForSuccess;
    a_cancelled_deployment_is_reported: TakesCancelledForFailed;
    a_deadline_is_an_error_that_holds_the_last_state: TakesRunningForSuccess, TakesQueuedForSuccess;
    an_unknown_word_ends_nothing: TakesUnknownForSuccess, TakesUnknownForFailure, TakesUnknownForRunning,
        ForgetsUnknownWords, ListsUnknownWordsAsRunning, ReadsUnknownWordsInABatchAsFailure;
    a_deployment_that_vanishes_is_lost: InventsWhatIsNotThere;
    a_read_without_an_answer_decides_nothing: TakesSilenceForSuccess, TakesSilenceForALoss;
    a_watch_without_time_left_reads_once: ResolvesAtTheSecondRead;
    a_fresh_request_waits_for_what_runs: AdoptsWhatRuns, HidesTheEarlierDeployment, TriggersAndSaysAlreadyRunning;
    a_dropped_watch_leaves_nothing_running: PollsInTheBackground;
    a_dropped_trigger_breaks_nothing: StaysBusyWhenDropped, SendsInTheBackground;
    an_unknown_target_is_an_error: InventsTargets, CallsAnUnknownTargetTransient, InventsServices;
    an_unusable_target_is_invalid_input: SendsUnusableTargets, SendsEmptyIds;
    a_kind_that_is_not_offered_is_unsupported: SearchesForAnyKind, AcceptsAnyKind;
    an_id_of_another_platform_is_invalid_input: ReadsForeignIds;
    a_malformed_id_is_invalid_input: IgnoresMalformedIds;
    a_deployment_that_never_was_is_not_found: InventsWhatIsNotThere;
    a_hostile_id_never_succeeds: PanicsOnHostileIds;
    a_commit_is_taken_or_refused: IgnoresOptions, RefusesAfterTheTrigger, RefusesWhatItOffers, DropsItsOptions,
        DropsTheCommit, SendsAnotherCommit;
    an_image_tag_is_taken_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    what_was_deployed_is_taken_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    a_chart_version_is_taken_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    a_commit_of_values_is_taken_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    a_job_event_is_taken_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    a_terraform_action_is_taken_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    no_cache_is_taken_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    a_reason_is_taken_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    a_pull_request_is_taken_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    an_image_tag_is_set_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    a_branch_is_set_or_refused: IgnoresOptions, RefusesAfterTheTrigger, DropsItsOptions;
    a_success_ran_what_was_asked_for: SucceedsWithAnyRevision, ReportsTheRevisionThatWasAsked;
    an_intent_triggers_nothing_until_it_is_sent: SendsWhatItPrepares;
    an_intent_is_sent_once: SendsWhateverItIsGiven;
    an_intent_that_was_sent_is_recovered: RecoversTheOldest, RecoversNothing;
    an_intent_that_was_not_sent_is_not_triggered: RecoversTheOldest;
    each_action_is_taken_or_refused_as_the_capabilities_say: TakesAnyAction;
    each_ability_is_taken_or_refused_as_the_capabilities_say: TakesAnyTarget;
    a_restart_is_one_trigger_with_an_identity: RestartsTwice, RestartsByBuilding;
    a_restart_builds_nothing_where_the_platform_can: RestartsByBuilding;
    a_restart_intent_is_recovered: RecoversNothing;
    stopping_what_is_stopped_sends_nothing: StopsWhatIsStopped;
    starting_what_runs_sends_nothing: StartsWhatRuns;
    a_stop_is_accepted_before_it_is_true: ClaimsToHaveStopped;
    a_stop_during_a_deployment_is_not_reported_as_stopped: TakesStoppingForStopped;
    an_unknown_state_ends_no_wait: TakesUnknownStatesForStopped;
    a_lost_stop_is_found_by_the_state_or_open: CallsALostStopSafe, TakesALostStopForAccepted;
    a_rollback_runs_the_version_that_was_listed: RunsAnotherVersion;
    a_rollback_with_an_obstacle_sends_nothing: IgnoresObstacles;
    a_rollback_after_somebody_deployed_is_a_conflict: IgnoresLaterDeployments;
    a_second_plan_is_empty: ClaimsToHaveWritten;
    an_apply_after_a_change_is_a_conflict: OverwritesVariables;
    a_half_written_apply_names_both_halves: HidesWhatWasWritten;
    a_lost_apply_is_read_back: CallsALostApplySafe, ClaimsToHaveWritten;
    what_the_platform_made_is_never_removed: RemovesWhatThePlatformMade;
    an_empty_set_needs_a_flag: PlansWithoutTheFlag;
    values_are_printed_nowhere: NotesValues;
    a_set_tag_is_deployed_or_restored: LeavesTheSettingBehind;
    a_setting_changed_by_somebody_else_is_a_conflict: OverwritesTheSetting;
    a_paged_history_lists_each_deployment_once: ForgetsTheCursor, EndsAHistoryEarly;
    a_query_finds_what_it_means_and_nothing_else: FindsEverything, FindsSomethingNear;
    a_preview_is_deleted_once_and_is_gone: ForgetsAPreview, DeletesNoPreview, RefusesToDeleteTwice;
    a_selection_deploys_each_target_it_names_and_no_other: NamesOneDeploymentForAll, DeploysWhatIsBeside;
    prepare_works_if_it_is_offered: OffersWhatItLacks;
    history_works_if_it_is_offered: OffersWhatItLacks;
    cancel_works_if_it_is_offered: OffersWhatItLacks;
    logs_work_if_they_are_offered: OffersWhatItLacks;
    service_works_if_it_is_offered: OffersWhatItLacks;
    services_work_if_they_are_offered: OffersWhatItLacks;
    check_works_if_it_is_offered: OffersWhatItLacks;
    history_is_newest_first_and_limited: ListsOldestFirst, IgnoresTheLimit, MixesTargetsInAHistory,
        ReportsAHistoryAsRunning;
    a_batch_is_answered_in_order: AnswersInAnyOrder, FailsTheWholeBatch, DropsFailuresFromABatch;
    a_log_is_cut_to_its_end: SendsTheWholeLog, KeepsTheBeginningOfALog, HidesThatALogWasCut;
    a_log_is_that_of_its_own_deployment: GivesTheNewestLog, GivesTheOldestLog;
    reading_triggers_nothing: TriggersWhenItReads, TriggersWhenItChecks;
    a_service_is_the_one_asked_for: ReportsAnotherService;
    services_list_what_can_be_deployed: ListsNothing;
    a_good_credential_is_reported_as_good: DeniesItsCredential;
    a_cancel_takes_effect_or_says_why_not: CancelsNothing, ClaimsToHaveCancelled;
    cancelling_what_is_over_is_a_conflict: CancelsWhatIsOver, MissesWhatIsOver;
    a_cancel_stops_nothing_else: CancelsEverything;
    a_deployer_prints_no_secret: PrintsItsToken, PrintsItsTokenAtLength;
    answers_and_errors_print_no_secret: QuotesItsToken, LinksWithItsToken;
    lists_and_logs_print_no_secret: LogsItsToken, ListsItsToken;
}
