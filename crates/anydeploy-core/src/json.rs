//! The rules of the JSON form that all values share: its version, and how times are written.

use std::fmt;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The version of a value's JSON form, written as the member `"v": 1`.
///
/// A value without the member is read as version 1.
/// Any other version is refused: the version is raised when a member is added that a reader must not ignore.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct VersionOne;

impl VersionOne {
    const NUMBER: u64 = 1;
}

impl fmt::Debug for VersionOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Self::NUMBER, f)
    }
}

impl Serialize for VersionOne {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for VersionOne {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            Self::NUMBER => Ok(Self),
            other => Err(de::Error::custom(format_args!(
                "version {other} of this value is not known; this library reads version {}",
                Self::NUMBER
            ))),
        }
    }
}

/// A duration as whole milliseconds; `null` is no limit, [`Duration::MAX`].
pub(crate) mod millis {
    use super::{Deserialize, Deserializer, Duration, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        to_number(*duration).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Duration::MAX, Duration::from_millis))
    }

    /// The milliseconds of a duration; `None` if they are more than a number holds.
    pub(crate) fn to_number(duration: Duration) -> Option<u64> {
        u64::try_from(duration.as_millis()).ok()
    }
}

/// An optional duration as whole milliseconds.
pub(crate) mod optional_millis {
    use super::{Deserialize, Deserializer, Duration, Serialize, Serializer, millis};

    #[expect(clippy::ref_option, reason = "the signature is that of serde's `with`")]
    pub(crate) fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        duration.map(|duration| millis::to_number(duration).unwrap_or(u64::MAX)).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::deserialize(deserializer)?.map(Duration::from_millis))
    }
}

/// An optional moment of this machine's clock as text of RFC 3339 in UTC.
pub(crate) mod optional_moment {
    use serde::ser;

    use super::{DateTime, Deserialize, Deserializer, Serialize, Serializer, SystemTime, Utc};

    #[expect(clippy::ref_option, reason = "the signature is that of serde's `with`")]
    pub(crate) fn serialize<S: Serializer>(moment: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(moment) = moment else { return serializer.serialize_none() };
        let elapsed = moment.duration_since(SystemTime::UNIX_EPOCH).ok();
        let utc = elapsed.and_then(|elapsed| {
            DateTime::<Utc>::from_timestamp(i64::try_from(elapsed.as_secs()).ok()?, elapsed.subsec_nanos())
        });
        utc.ok_or_else(|| ser::Error::custom("a moment before 1970 or after the year 262000"))?.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SystemTime>, D::Error> {
        Ok(Option::<DateTime<Utc>>::deserialize(deserializer)?.map(SystemTime::from))
    }
}
