//! What progenitor 0.15.1 makes of `statuses.json`, a part of `specs/qovery` without its extensions.

#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    ///`EnvironmentDeploymentStatusEnum`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum EnvironmentDeploymentStatusEnum {
        #[serde(rename = "NEVER_DEPLOYED")]
        NeverDeployed,
        #[serde(rename = "OUT_OF_DATE")]
        OutOfDate,
        #[serde(rename = "UP_TO_DATE")]
        UpToDate,
    }
    impl ::std::fmt::Display for EnvironmentDeploymentStatusEnum {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::NeverDeployed => f.write_str("NEVER_DEPLOYED"),
                Self::OutOfDate => f.write_str("OUT_OF_DATE"),
                Self::UpToDate => f.write_str("UP_TO_DATE"),
            }
        }
    }
    impl ::std::str::FromStr for EnvironmentDeploymentStatusEnum {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "NEVER_DEPLOYED" => Ok(Self::NeverDeployed),
                "OUT_OF_DATE" => Ok(Self::OutOfDate),
                "UP_TO_DATE" => Ok(Self::UpToDate),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for EnvironmentDeploymentStatusEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String>
    for EnvironmentDeploymentStatusEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`EnvironmentStatus`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct EnvironmentStatus {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub deployment_request_id: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub deployment_status: ::std::option::Option<EnvironmentDeploymentStatusEnum>,
        pub id: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub last_deployment_date: ::std::option::Option<
            ::chrono::DateTime<::chrono::offset::Utc>,
        >,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub last_deployment_id: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub last_deployment_state: ::std::option::Option<StateEnum>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub metrics: ::std::option::Option<::std::vec::Vec<StageStepMetrics>>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub origin: ::std::option::Option<EnvironmentStatusEventOriginEnum>,
        pub state: StateEnum,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub total_deployment_duration_in_seconds: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub triggered_by: ::std::option::Option<::std::string::String>,
    }
    ///`EnvironmentStatusEventOriginEnum`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum EnvironmentStatusEventOriginEnum {
        #[serde(rename = "API")]
        Api,
        #[serde(rename = "CLI")]
        Cli,
        #[serde(rename = "CONSOLE")]
        Console,
        #[serde(rename = "GIT")]
        Git,
        #[serde(rename = "QOVERY_INTERNAL")]
        QoveryInternal,
        #[serde(rename = "SKILL")]
        Skill,
        #[serde(rename = "TERRAFORM_PROVIDER")]
        TerraformProvider,
    }
    impl ::std::fmt::Display for EnvironmentStatusEventOriginEnum {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Api => f.write_str("API"),
                Self::Cli => f.write_str("CLI"),
                Self::Console => f.write_str("CONSOLE"),
                Self::Git => f.write_str("GIT"),
                Self::QoveryInternal => f.write_str("QOVERY_INTERNAL"),
                Self::Skill => f.write_str("SKILL"),
                Self::TerraformProvider => f.write_str("TERRAFORM_PROVIDER"),
            }
        }
    }
    impl ::std::str::FromStr for EnvironmentStatusEventOriginEnum {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "API" => Ok(Self::Api),
                "CLI" => Ok(Self::Cli),
                "CONSOLE" => Ok(Self::Console),
                "GIT" => Ok(Self::Git),
                "QOVERY_INTERNAL" => Ok(Self::QoveryInternal),
                "SKILL" => Ok(Self::Skill),
                "TERRAFORM_PROVIDER" => Ok(Self::TerraformProvider),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for EnvironmentStatusEventOriginEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String>
    for EnvironmentStatusEventOriginEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`EnvironmentStatuses`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct EnvironmentStatuses {
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub agentic_workflows: ::std::vec::Vec<Status>,
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub applications: ::std::vec::Vec<Status>,
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub containers: ::std::vec::Vec<Status>,
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub databases: ::std::vec::Vec<Status>,
        pub environment: EnvironmentStatus,
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub helms: ::std::vec::Vec<Status>,
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub jobs: ::std::vec::Vec<Status>,
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub terraforms: ::std::vec::Vec<Status>,
    }
    ///`ServiceActionEnum`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ServiceActionEnum {
        #[serde(rename = "DEPLOY")]
        Deploy,
        #[serde(rename = "DELETE")]
        Delete,
        #[serde(rename = "RESTART")]
        Restart,
        #[serde(rename = "STOP")]
        Stop,
        #[serde(rename = "UNKNOWN")]
        Unknown,
    }
    impl ::std::fmt::Display for ServiceActionEnum {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Deploy => f.write_str("DEPLOY"),
                Self::Delete => f.write_str("DELETE"),
                Self::Restart => f.write_str("RESTART"),
                Self::Stop => f.write_str("STOP"),
                Self::Unknown => f.write_str("UNKNOWN"),
            }
        }
    }
    impl ::std::str::FromStr for ServiceActionEnum {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "DEPLOY" => Ok(Self::Deploy),
                "DELETE" => Ok(Self::Delete),
                "RESTART" => Ok(Self::Restart),
                "STOP" => Ok(Self::Stop),
                "UNKNOWN" => Ok(Self::Unknown),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ServiceActionEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ServiceActionEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`ServiceActionStatusEnum`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ServiceActionStatusEnum {
        #[serde(rename = "QUEUED")]
        Queued,
        #[serde(rename = "ONGOING")]
        Ongoing,
        #[serde(rename = "SUCCESS")]
        Success,
        #[serde(rename = "ERROR")]
        Error,
        #[serde(rename = "EXECUTING")]
        Executing,
        #[serde(rename = "CANCELED")]
        Canceled,
        #[serde(rename = "CANCELING")]
        Canceling,
        #[serde(rename = "NEVER")]
        Never,
    }
    impl ::std::fmt::Display for ServiceActionStatusEnum {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Queued => f.write_str("QUEUED"),
                Self::Ongoing => f.write_str("ONGOING"),
                Self::Success => f.write_str("SUCCESS"),
                Self::Error => f.write_str("ERROR"),
                Self::Executing => f.write_str("EXECUTING"),
                Self::Canceled => f.write_str("CANCELED"),
                Self::Canceling => f.write_str("CANCELING"),
                Self::Never => f.write_str("NEVER"),
            }
        }
    }
    impl ::std::str::FromStr for ServiceActionStatusEnum {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "QUEUED" => Ok(Self::Queued),
                "ONGOING" => Ok(Self::Ongoing),
                "SUCCESS" => Ok(Self::Success),
                "ERROR" => Ok(Self::Error),
                "EXECUTING" => Ok(Self::Executing),
                "CANCELED" => Ok(Self::Canceled),
                "CANCELING" => Ok(Self::Canceling),
                "NEVER" => Ok(Self::Never),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ServiceActionStatusEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ServiceActionStatusEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`ServiceDeploymentStatusEnum`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ServiceDeploymentStatusEnum {
        #[serde(rename = "NEVER_DEPLOYED")]
        NeverDeployed,
        #[serde(rename = "OUT_OF_DATE")]
        OutOfDate,
        #[serde(rename = "UP_TO_DATE")]
        UpToDate,
    }
    impl ::std::fmt::Display for ServiceDeploymentStatusEnum {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::NeverDeployed => f.write_str("NEVER_DEPLOYED"),
                Self::OutOfDate => f.write_str("OUT_OF_DATE"),
                Self::UpToDate => f.write_str("UP_TO_DATE"),
            }
        }
    }
    impl ::std::str::FromStr for ServiceDeploymentStatusEnum {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "NEVER_DEPLOYED" => Ok(Self::NeverDeployed),
                "OUT_OF_DATE" => Ok(Self::OutOfDate),
                "UP_TO_DATE" => Ok(Self::UpToDate),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ServiceDeploymentStatusEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ServiceDeploymentStatusEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`ServiceStepMetric`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct ServiceStepMetric {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub duration_sec: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub status: ::std::option::Option<StepMetricStatusEnum>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub step_name: ::std::option::Option<ServiceStepMetricNameEnum>,
    }
    ///`ServiceStepMetricNameEnum`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ServiceStepMetricNameEnum {
        #[serde(rename = "REGISTRY_CREATE_REPOSITORY")]
        RegistryCreateRepository,
        #[serde(rename = "GIT_CLONE")]
        GitClone,
        #[serde(rename = "BUILD_QUEUEING")]
        BuildQueueing,
        #[serde(rename = "BUILD")]
        Build,
        #[serde(rename = "DEPLOYMENT_QUEUEING")]
        DeploymentQueueing,
        #[serde(rename = "DEPLOYMENT")]
        Deployment,
        #[serde(rename = "ROUTER_DEPLOYMENT")]
        RouterDeployment,
        #[serde(rename = "MIRROR_IMAGE")]
        MirrorImage,
        #[serde(rename = "EXECUTING")]
        Executing,
    }
    impl ::std::fmt::Display for ServiceStepMetricNameEnum {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::RegistryCreateRepository => {
                    f.write_str("REGISTRY_CREATE_REPOSITORY")
                }
                Self::GitClone => f.write_str("GIT_CLONE"),
                Self::BuildQueueing => f.write_str("BUILD_QUEUEING"),
                Self::Build => f.write_str("BUILD"),
                Self::DeploymentQueueing => f.write_str("DEPLOYMENT_QUEUEING"),
                Self::Deployment => f.write_str("DEPLOYMENT"),
                Self::RouterDeployment => f.write_str("ROUTER_DEPLOYMENT"),
                Self::MirrorImage => f.write_str("MIRROR_IMAGE"),
                Self::Executing => f.write_str("EXECUTING"),
            }
        }
    }
    impl ::std::str::FromStr for ServiceStepMetricNameEnum {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "REGISTRY_CREATE_REPOSITORY" => Ok(Self::RegistryCreateRepository),
                "GIT_CLONE" => Ok(Self::GitClone),
                "BUILD_QUEUEING" => Ok(Self::BuildQueueing),
                "BUILD" => Ok(Self::Build),
                "DEPLOYMENT_QUEUEING" => Ok(Self::DeploymentQueueing),
                "DEPLOYMENT" => Ok(Self::Deployment),
                "ROUTER_DEPLOYMENT" => Ok(Self::RouterDeployment),
                "MIRROR_IMAGE" => Ok(Self::MirrorImage),
                "EXECUTING" => Ok(Self::Executing),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ServiceStepMetricNameEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ServiceStepMetricNameEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`ServiceStepMetrics`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct ServiceStepMetrics {
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub details: ::std::vec::Vec<ServiceStepMetric>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub total_computing_duration_sec: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub total_duration_sec: ::std::option::Option<i64>,
    }
    ///`ServiceSubActionEnum`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ServiceSubActionEnum {
        #[serde(rename = "NONE")]
        None,
        #[serde(rename = "TERRAFORM_PLAN_ONLY")]
        TerraformPlanOnly,
        #[serde(rename = "TERRAFORM_PLAN_AND_APPLY")]
        TerraformPlanAndApply,
        #[serde(rename = "TERRAFORM_DESTROY")]
        TerraformDestroy,
        #[serde(rename = "TERRAFORM_FORCE_UNLOCK_STATE")]
        TerraformForceUnlockState,
        #[serde(rename = "TERRAFORM_MIGRATE_STATE")]
        TerraformMigrateState,
    }
    impl ::std::fmt::Display for ServiceSubActionEnum {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::None => f.write_str("NONE"),
                Self::TerraformPlanOnly => f.write_str("TERRAFORM_PLAN_ONLY"),
                Self::TerraformPlanAndApply => f.write_str("TERRAFORM_PLAN_AND_APPLY"),
                Self::TerraformDestroy => f.write_str("TERRAFORM_DESTROY"),
                Self::TerraformForceUnlockState => {
                    f.write_str("TERRAFORM_FORCE_UNLOCK_STATE")
                }
                Self::TerraformMigrateState => f.write_str("TERRAFORM_MIGRATE_STATE"),
            }
        }
    }
    impl ::std::str::FromStr for ServiceSubActionEnum {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "NONE" => Ok(Self::None),
                "TERRAFORM_PLAN_ONLY" => Ok(Self::TerraformPlanOnly),
                "TERRAFORM_PLAN_AND_APPLY" => Ok(Self::TerraformPlanAndApply),
                "TERRAFORM_DESTROY" => Ok(Self::TerraformDestroy),
                "TERRAFORM_FORCE_UNLOCK_STATE" => Ok(Self::TerraformForceUnlockState),
                "TERRAFORM_MIGRATE_STATE" => Ok(Self::TerraformMigrateState),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ServiceSubActionEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ServiceSubActionEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`StageStepMetric`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct StageStepMetric {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub duration_sec: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stage_id: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub status: ::std::option::Option<StepMetricStatusEnum>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub step_name: ::std::option::Option<StageStepMetricNameEnum>,
    }
    ///`StageStepMetricNameEnum`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum StageStepMetricNameEnum {
        #[serde(rename = "PROVISION_BUILDER")]
        ProvisionBuilder,
        #[serde(rename = "QUEUEING")]
        Queueing,
        #[serde(rename = "TOTAL")]
        Total,
    }
    impl ::std::fmt::Display for StageStepMetricNameEnum {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::ProvisionBuilder => f.write_str("PROVISION_BUILDER"),
                Self::Queueing => f.write_str("QUEUEING"),
                Self::Total => f.write_str("TOTAL"),
            }
        }
    }
    impl ::std::str::FromStr for StageStepMetricNameEnum {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "PROVISION_BUILDER" => Ok(Self::ProvisionBuilder),
                "QUEUEING" => Ok(Self::Queueing),
                "TOTAL" => Ok(Self::Total),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for StageStepMetricNameEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for StageStepMetricNameEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`StageStepMetrics`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct StageStepMetrics {
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub details: ::std::vec::Vec<StageStepMetric>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stage_id: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub total_duration_sec: ::std::option::Option<i64>,
    }
    ///`StateEnum`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum StateEnum {
        #[serde(rename = "BUILDING")]
        Building,
        #[serde(rename = "BUILD_ERROR")]
        BuildError,
        #[serde(rename = "CANCELED")]
        Canceled,
        #[serde(rename = "CANCELING")]
        Canceling,
        #[serde(rename = "DELETED")]
        Deleted,
        #[serde(rename = "DELETE_ERROR")]
        DeleteError,
        #[serde(rename = "DELETE_QUEUED")]
        DeleteQueued,
        #[serde(rename = "DELETING")]
        Deleting,
        #[serde(rename = "DEPLOYED")]
        Deployed,
        #[serde(rename = "DEPLOYING")]
        Deploying,
        #[serde(rename = "DEPLOYMENT_ERROR")]
        DeploymentError,
        #[serde(rename = "DEPLOYMENT_QUEUED")]
        DeploymentQueued,
        #[serde(rename = "EXECUTING")]
        Executing,
        #[serde(rename = "QUEUED")]
        Queued,
        #[serde(rename = "READY")]
        Ready,
        #[serde(rename = "RECAP")]
        Recap,
        #[serde(rename = "RESTARTED")]
        Restarted,
        #[serde(rename = "RESTARTING")]
        Restarting,
        #[serde(rename = "RESTART_ERROR")]
        RestartError,
        #[serde(rename = "RESTART_QUEUED")]
        RestartQueued,
        #[serde(rename = "STOPPED")]
        Stopped,
        #[serde(rename = "STOPPING")]
        Stopping,
        #[serde(rename = "STOP_ERROR")]
        StopError,
        #[serde(rename = "STOP_QUEUED")]
        StopQueued,
        #[serde(rename = "UNAVAILABLE")]
        Unavailable,
        #[serde(rename = "WAITING_DELETING")]
        WaitingDeleting,
        #[serde(rename = "WAITING_RESTARTING")]
        WaitingRestarting,
        #[serde(rename = "WAITING_RUNNING")]
        WaitingRunning,
        #[serde(rename = "WAITING_STOPPING")]
        WaitingStopping,
    }
    impl ::std::fmt::Display for StateEnum {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Building => f.write_str("BUILDING"),
                Self::BuildError => f.write_str("BUILD_ERROR"),
                Self::Canceled => f.write_str("CANCELED"),
                Self::Canceling => f.write_str("CANCELING"),
                Self::Deleted => f.write_str("DELETED"),
                Self::DeleteError => f.write_str("DELETE_ERROR"),
                Self::DeleteQueued => f.write_str("DELETE_QUEUED"),
                Self::Deleting => f.write_str("DELETING"),
                Self::Deployed => f.write_str("DEPLOYED"),
                Self::Deploying => f.write_str("DEPLOYING"),
                Self::DeploymentError => f.write_str("DEPLOYMENT_ERROR"),
                Self::DeploymentQueued => f.write_str("DEPLOYMENT_QUEUED"),
                Self::Executing => f.write_str("EXECUTING"),
                Self::Queued => f.write_str("QUEUED"),
                Self::Ready => f.write_str("READY"),
                Self::Recap => f.write_str("RECAP"),
                Self::Restarted => f.write_str("RESTARTED"),
                Self::Restarting => f.write_str("RESTARTING"),
                Self::RestartError => f.write_str("RESTART_ERROR"),
                Self::RestartQueued => f.write_str("RESTART_QUEUED"),
                Self::Stopped => f.write_str("STOPPED"),
                Self::Stopping => f.write_str("STOPPING"),
                Self::StopError => f.write_str("STOP_ERROR"),
                Self::StopQueued => f.write_str("STOP_QUEUED"),
                Self::Unavailable => f.write_str("UNAVAILABLE"),
                Self::WaitingDeleting => f.write_str("WAITING_DELETING"),
                Self::WaitingRestarting => f.write_str("WAITING_RESTARTING"),
                Self::WaitingRunning => f.write_str("WAITING_RUNNING"),
                Self::WaitingStopping => f.write_str("WAITING_STOPPING"),
            }
        }
    }
    impl ::std::str::FromStr for StateEnum {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "BUILDING" => Ok(Self::Building),
                "BUILD_ERROR" => Ok(Self::BuildError),
                "CANCELED" => Ok(Self::Canceled),
                "CANCELING" => Ok(Self::Canceling),
                "DELETED" => Ok(Self::Deleted),
                "DELETE_ERROR" => Ok(Self::DeleteError),
                "DELETE_QUEUED" => Ok(Self::DeleteQueued),
                "DELETING" => Ok(Self::Deleting),
                "DEPLOYED" => Ok(Self::Deployed),
                "DEPLOYING" => Ok(Self::Deploying),
                "DEPLOYMENT_ERROR" => Ok(Self::DeploymentError),
                "DEPLOYMENT_QUEUED" => Ok(Self::DeploymentQueued),
                "EXECUTING" => Ok(Self::Executing),
                "QUEUED" => Ok(Self::Queued),
                "READY" => Ok(Self::Ready),
                "RECAP" => Ok(Self::Recap),
                "RESTARTED" => Ok(Self::Restarted),
                "RESTARTING" => Ok(Self::Restarting),
                "RESTART_ERROR" => Ok(Self::RestartError),
                "RESTART_QUEUED" => Ok(Self::RestartQueued),
                "STOPPED" => Ok(Self::Stopped),
                "STOPPING" => Ok(Self::Stopping),
                "STOP_ERROR" => Ok(Self::StopError),
                "STOP_QUEUED" => Ok(Self::StopQueued),
                "UNAVAILABLE" => Ok(Self::Unavailable),
                "WAITING_DELETING" => Ok(Self::WaitingDeleting),
                "WAITING_RESTARTING" => Ok(Self::WaitingRestarting),
                "WAITING_RUNNING" => Ok(Self::WaitingRunning),
                "WAITING_STOPPING" => Ok(Self::WaitingStopping),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for StateEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for StateEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`Status`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Status {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub deployment_request_id: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub deployment_requests_count: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub execution_id: ::std::option::Option<::std::string::String>,
        pub id: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub is_part_last_deployment: ::std::option::Option<bool>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub last_deployment_date: ::std::option::Option<
            ::chrono::DateTime<::chrono::offset::Utc>,
        >,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub service_deployment_status: ::std::option::Option<
            ServiceDeploymentStatusEnum,
        >,
        pub state: StateEnum,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub status_details: ::std::option::Option<StatusDetails>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub steps: ::std::option::Option<ServiceStepMetrics>,
    }
    ///`StatusDetails`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct StatusDetails {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub action: ::std::option::Option<ServiceActionEnum>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub status: ::std::option::Option<ServiceActionStatusEnum>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub sub_action: ::std::option::Option<ServiceSubActionEnum>,
    }
    ///`StepMetricStatusEnum`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum StepMetricStatusEnum {
        #[serde(rename = "SUCCESS")]
        Success,
        #[serde(rename = "ERROR")]
        Error,
        #[serde(rename = "CANCEL")]
        Cancel,
        #[serde(rename = "SKIP")]
        Skip,
    }
    impl ::std::fmt::Display for StepMetricStatusEnum {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Success => f.write_str("SUCCESS"),
                Self::Error => f.write_str("ERROR"),
                Self::Cancel => f.write_str("CANCEL"),
                Self::Skip => f.write_str("SKIP"),
            }
        }
    }
    impl ::std::str::FromStr for StepMetricStatusEnum {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "SUCCESS" => Ok(Self::Success),
                "ERROR" => Ok(Self::Error),
                "CANCEL" => Ok(Self::Cancel),
                "SKIP" => Ok(Self::Skip),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for StepMetricStatusEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for StepMetricStatusEnum {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
}
#[derive(Clone, Debug)]
/**Client for Qovery, the statuses of an environment

Version: 2026-08-20*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
}
impl Client {
    /// Create a new client.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new(baseurl: &str) -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        let client = {
            let dur = ::std::time::Duration::from_secs(15u64);
            reqwest::ClientBuilder::new().connect_timeout(dur).timeout(dur)
        };
        #[cfg(target_arch = "wasm32")]
        let client = reqwest::ClientBuilder::new();
        Self::new_with_client(baseurl, client.build().unwrap())
    }
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new_with_client(baseurl: &str, client: reqwest::Client) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
        }
    }
}
impl ClientInfo<()> for Client {
    fn api_version() -> &'static str {
        "2026-08-20"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &() {
        &()
    }
}
impl ClientHooks<()> for &Client {}
#[allow(clippy::all)]
impl Client {
    /**Read the states of an environment and of all its services

Sends a `GET` request to `/environment/{environmentId}/statuses`

*/
    pub async fn get_environment_statuses<'a>(
        &'a self,
        environment_id: &'a str,
    ) -> Result<ResponseValue<types::EnvironmentStatuses>, Error<()>> {
        let url = format!(
            "{}/environment/{}/statuses", self.baseurl, encode_path(& environment_id
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "get_environment_statuses",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}
/// Items consumers will typically use such as the Client.
pub mod prelude {
    #[allow(unused_imports)]
    pub use super::Client;
}
