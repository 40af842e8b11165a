//! A count, or a share of a whole.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Error, ErrorKind};

/// A number of members, or a share of them.
///
/// In JSON it is a number, or text such as `"25 %"`.
///
/// ```
/// use anydeploy_core::fleet::Amount;
///
/// assert_eq!("25 %".parse::<Amount>()?, Amount::Percent(25));
/// assert_eq!(Amount::Percent(25).of(10), 3, "a share is rounded up");
/// assert_eq!(Amount::Count(4).of(10), 4);
/// # Ok::<(), anydeploy_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Amount {
    /// So many.
    Count(usize),
    /// So many of a hundred, from 1 to 100.
    Percent(u8),
}

impl Amount {
    /// How many that is of a whole: a share is rounded up, and none is less than 1.
    #[must_use]
    pub const fn of(self, whole: usize) -> usize {
        let amount = match self {
            Self::Count(count) => count,
            Self::Percent(percent) => whole.saturating_mul(percent as usize).div_ceil(100),
        };
        if amount == 0 { 1 } else { amount }
    }

    /// Why it cannot be used, if it cannot.
    pub(super) const fn mistake(self) -> Option<&'static str> {
        match self {
            Self::Count(0) => Some("is 0, and at least 1 is needed"),
            Self::Percent(0 | 101..) => Some("is no share from 1 % to 100 %"),
            Self::Count(_) | Self::Percent(_) => None,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent} %"),
        }
    }
}

impl FromStr for Amount {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let unreadable = || {
            let message = format!("`{}` is neither a count nor a share such as `25 %`", crate::text::excerpt(text));
            Error::new(ErrorKind::InvalidInput, message)
        };
        let amount = match text.trim().strip_suffix('%') {
            Some(percent) => Self::Percent(percent.trim_end().parse().map_err(|_| unreadable())?),
            None => Self::Count(text.trim().parse().map_err(|_| unreadable())?),
        };
        amount.mistake().map_or(Ok(amount), |_| Err(unreadable()))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => count.serialize(serializer),
            Self::Percent(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Count(usize),
            Text(String),
        }
        match Form::deserialize(deserializer) {
            Ok(Form::Count(count)) => Ok(Self::Count(count)),
            Ok(Form::Text(text)) => text.parse().map_err(de::Error::custom),
            Err(_) => Err(de::Error::custom("expected a count, or a share such as `25 %`")),
        }
    }
}
