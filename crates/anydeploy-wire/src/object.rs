//! Structs that are read from JSON objects.

/// Implements [`Read`](crate::Read) and `Deserialize` for a struct.
///
/// Each field says which member of the object it is.
/// A required member has to be there; an optional one that is absent leaves its field at its `Default`.
/// Members that the struct does not know are passed over.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::{decode, object};
///
/// struct Application { uuid: String, build_pack: Option<String>, tags: Vec<String> }
///
/// object! {
///     Application:
///     required { uuid = "uuid" }
///     optional { build_pack = "buildPack", tags = "tags" }
/// }
///
/// let (application, _) = decode::<Application>(br#"{"uuid": "a1", "buildPack": "nixpacks"}"#)?;
/// assert_eq!(application.uuid, "a1");
/// assert_eq!(application.build_pack.as_deref(), Some("nixpacks"));
/// assert!(application.tags.is_empty());
/// assert!(decode::<Application>(b"{}").is_err());
/// # Ok::<(), anydeploy_wire::DecodeError>(())
/// ```
#[macro_export]
macro_rules! object {
    ($name:ident:
        $(required { $($required:ident = $required_member:literal),* $(,)? })?
        $(optional { $($optional:ident = $optional_member:literal),* $(,)? })?
    ) => {
        impl $crate::Read for $name {
            #[inline]
            fn read(node: &mut $crate::Node<'_>) -> ::std::result::Result<Self, $crate::Mismatch> {
                $($(let mut $required = $crate::__private::Required(::std::option::Option::None);)*)?
                $($(let mut $optional = ::std::default::Default::default();)*)?
                $crate::__attempt!(node.object(
                    $crate::__names!($($($required_member,)*)? $($($optional_member,)*)?),
                    &mut [$($(&mut $required,)*)?],
                    &mut [$($(&mut $optional,)*)?],
                ));
                ::std::result::Result::Ok(Self {
                    $($($required: match $required.0 {
                        ::std::option::Option::Some(value) => value,
                        ::std::option::Option::None => return ::std::result::Result::Err(node.lacks($required_member)),
                    },)*)?
                    $($($optional,)*)?
                })
            }
        }
        $crate::__deserialize!($name);
    };
}

/// The names that a type knows, as a constant that only code in use is compiled with.
#[doc(hidden)]
#[macro_export]
macro_rules! __names {
    ($($name:literal),* $(,)?) => {
        const {
            const NAMES: &[&str] = &[$($name),*];
            const LENGTH: usize = $crate::__private::table_length(NAMES.len());
            const TABLE: &[u16] = &$crate::__private::table::<LENGTH>(NAMES);
            &$crate::__private::Names::new(NAMES, TABLE)
        }
    };
}

/// What `?` does, without two functions of the standard library for each type it meets: in code
/// that is compiled hundreds of times this counts.
#[doc(hidden)]
#[macro_export]
macro_rules! __attempt {
    ($result:expr) => {
        match $result {
            ::std::result::Result::Ok(value) => value,
            ::std::result::Result::Err(mismatch) => return ::std::result::Result::Err(mismatch),
        }
    };
}

/// What makes a type that can be read known to serde.
#[doc(hidden)]
#[macro_export]
macro_rules! __deserialize {
    ($name:ident) => {
        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::__private::deserialize(deserializer)
            }
        }
    };
}
