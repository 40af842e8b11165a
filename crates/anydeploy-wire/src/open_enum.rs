//! Enums that keep a word they do not know.

/// Declares an enum over words that a server may add to.
///
/// A word that is not listed becomes `Other` and is sent back as it came.
/// Two values are equal if their words are; order and hash go by the word too.
///
/// The enum has `KNOWN` (every listed variant, in order), `as_str`, `is_known`, and implements
/// `Clone`, `Debug`, `Display`, `FromStr` (which never fails), `From<&str>`, `From<String>`, `Eq`,
/// `Ord`, `Hash`, `Serialize`, `Deserialize`, [`Read`](crate::Read) (which takes a number or a bool as
/// its text) and [`QueryValue`](crate::QueryValue).
///
/// # Examples
///
/// ```
/// anydeploy_wire::open_enum! {
///     /// The state of a build.
///     pub enum BuildStatus {
///         /// It ended well.
///         Done = "done",
///         Failed = "failed",
///     }
/// }
///
/// let status: BuildStatus = serde_json::from_str(r#""paused""#)?;
/// assert_eq!(status, BuildStatus::Other("paused".to_owned()));
/// assert!(!status.is_known());
/// assert_eq!(serde_json::to_string(&status)?, r#""paused""#);
/// assert_eq!(BuildStatus::KNOWN, [BuildStatus::Done, BuildStatus::Failed]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A word that this version does not know.
            Other(::std::string::String),
        }

        // An enum that stays in one crate need not use all of this.
        #[allow(dead_code)]
        impl $name {
            /// Every word that this version knows.
            $vis const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The word as it is sent.
            #[inline]
            #[must_use]
            $vis fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }

            /// Whether this version knows the word.
            #[inline]
            #[must_use]
            $vis fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        impl ::std::convert::From<&str> for $name {
            #[inline]
            fn from(word: &str) -> Self {
                let known = $crate::__names!($($word),*).index_of(word).and_then(|index| Self::KNOWN.get(index));
                match known {
                    ::std::option::Option::Some(known) => known.clone(),
                    ::std::option::Option::None => Self::Other(word.to_owned()),
                }
            }
        }

        $crate::__open_enum_impls!($name);
    };
}

/// What does not depend on the words; `inline`, because then only what is in use is compiled.
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_impls {
    ($name:ident) => {
        impl ::std::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(word: ::std::string::String) -> Self {
                Self::from(word.as_str())
            }
        }
        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;
            #[inline]
            fn from_str(word: &str) -> ::std::result::Result<Self, Self::Err> {
                ::std::result::Result::Ok(Self::from(word))
            }
        }
        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl ::std::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }
        impl ::std::cmp::Eq for $name {}
        impl ::std::cmp::PartialOrd for $name {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> ::std::option::Option<::std::cmp::Ordering> {
                ::std::option::Option::Some(self.cmp(other))
            }
        }
        impl ::std::cmp::Ord for $name {
            #[inline]
            fn cmp(&self, other: &Self) -> ::std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }
        impl ::std::hash::Hash for $name {
            #[inline]
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }
        impl $crate::QueryValue for $name {
            #[inline]
            fn each(&self, push: &mut dyn ::std::ops::FnMut(&str)) {
                push(self.as_str());
            }
        }
        impl $crate::__private::serde::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl $crate::Read for $name {
            #[inline]
            fn read(node: &mut $crate::Node<'_>) -> ::std::result::Result<Self, $crate::Mismatch> {
                let mut value = $crate::__private::Required(::std::option::Option::None);
                $crate::__attempt!(node.word(&mut |word| value.0 = ::std::option::Option::Some(Self::from(word))));
                value.into_value()
            }
        }
        $crate::__deserialize!($name);
    };
}

#[cfg(test)]
mod tests {
    use std::{cmp::Ordering, collections::HashSet};

    use proptest::prelude::*;

    open_enum! {
        /// A state.
        pub(super) enum State {
            Building = "BUILDING",
            Deployed = "DEPLOYED",
        }
    }

    #[test]
    fn known_words_are_variants() {
        assert!(matches!(State::from("BUILDING"), State::Building));
        assert!(matches!("DEPLOYED".parse(), Ok(State::Deployed)));
        assert!(matches!(State::from("building"), State::Other(_)));
        assert_eq!(State::KNOWN.iter().map(State::as_str).collect::<Vec<_>>(), ["BUILDING", "DEPLOYED"]);
    }

    #[test]
    fn a_scalar_is_kept_as_its_text_and_null_is_refused() {
        let read = |text: &str| serde_json::from_str::<State>(text).ok().map(|state| state.to_string());
        assert_eq!(read("7"), Some("7".to_owned()));
        assert_eq!(read("-7"), Some("-7".to_owned()));
        assert_eq!(read("0.5"), Some("0.5".to_owned()));
        assert_eq!(read("true"), Some("true".to_owned()));
        assert_eq!(read("null"), None);
        assert_eq!(read("[]"), None);
    }

    #[test]
    fn equality_order_and_hash_go_by_the_word() {
        let spelled = State::Other("BUILDING".to_owned());
        assert_eq!(spelled, State::Building);
        assert_eq!(spelled.cmp(&State::Deployed), Ordering::Less);
        assert_eq!(HashSet::from([spelled, State::Building]).len(), 1);
    }

    #[test]
    fn display_keeps_to_a_width() {
        assert_eq!(format!("{:>10}|", State::Building), "  BUILDING|");
    }

    proptest! {
        #[test]
        fn every_word_round_trips(word: String) {
            let json = serde_json::to_string(&word).unwrap();
            let state: State = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(state.as_str(), &word);
            prop_assert_eq!(serde_json::to_string(&state).unwrap(), json);
            let again: State = state.to_string().parse().unwrap();
            prop_assert_eq!(again, state);
        }
    }
}
