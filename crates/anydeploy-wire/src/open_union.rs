//! Unions whose variants a tag distinguishes, and that keep a variant they do not know.

/// Declares an enum of objects whose variant one of their members names.
///
/// The whole object, tag included, is read as the variant that the tag names.
/// An object with an unknown tag or none becomes `Other`, which holds it, is sent back as it
/// came, and shows nothing in `Debug`.
/// Several words may name one variant: `= "A" | "B"`.
///
/// It implements `Clone`, `Debug`, [`Read`](crate::Read), `Deserialize` and `Serialize`; a union that
/// travels in one direction says so, `by "kind", Read` or `by "kind", Serialize`, and its variants
/// then need no more.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::{object, open_union, serde::Serialize};
///
/// #[derive(Clone, Debug, Serialize)]
/// struct Circle { kind: String, radius: u32 }
///
/// #[derive(Clone, Debug, Serialize)]
/// struct Square { kind: String, side: u32 }
///
/// object!(Circle: required { kind = "kind", radius = "radius" });
/// object!(Square: required { kind = "kind", side = "side" });
///
/// open_union! {
///     /// A shape.
///     pub enum Shape by "kind" {
///         Circle(Circle) = "CIRCLE",
///         /// Also sent under its old name.
///         Square(Square) = "SQUARE" | "BOX",
///     }
/// }
///
/// let shape: Shape = serde_json::from_str(r#"{"side": 2, "kind": "BOX"}"#)?;
/// assert!(matches!(shape, Shape::Square(square) if square.side == 2));
///
/// let shape: Shape = serde_json::from_str(r#"{"kind": "STAR", "rays": 5}"#)?;
/// assert_eq!(format!("{shape:?}"), "Other([redacted])");
/// assert_eq!(serde_json::to_string(&shape)?, r#"{"kind":"STAR","rays":5}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_union {
    ($(#[$meta:meta])* $vis:vis enum $name:ident by $tag:literal { $($variants:tt)* }) => {
        $crate::open_union!(@declare [$(#[$meta])*] [$vis] $name { $($variants)* });
        $crate::open_union!(@read $name $tag { $($variants)* });
        $crate::open_union!(@serialize $name { $($variants)* });
    };
    ($(#[$meta:meta])* $vis:vis enum $name:ident by $tag:literal, Read { $($variants:tt)* }) => {
        $crate::open_union!(@declare [$(#[$meta])*] [$vis] $name { $($variants)* });
        $crate::open_union!(@read $name $tag { $($variants)* });
    };
    ($(#[$meta:meta])* $vis:vis enum $name:ident by $tag:literal, Serialize { $($variants:tt)* }) => {
        $crate::open_union!(@declare [$(#[$meta])*] [$vis] $name { $($variants)* });
        $crate::open_union!(@serialize $name { $($variants)* });
    };
    (@declare [$($meta:tt)*] [$vis:vis] $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident($type:ty) = $($word:literal)|+),* $(,)?
    }) => {
        $($meta)*
        #[derive(Clone)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$variant_meta])* $variant(::std::boxed::Box<$type>),)*
            /// An object of a kind that this version does not know.
            Other($crate::__private::serde_json::Value),
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let (name, content): (&str, &dyn ::std::fmt::Debug) = match self {
                    $(Self::$variant(content) => (::std::stringify!($variant), content),)*
                    Self::Other(_) => ("Other", $crate::__private::REDACTED),
                };
                f.debug_tuple(name).field(content).finish()
            }
        }
    };
    (@read $name:ident $tag:literal {
        $($(#[$variant_meta:meta])* $variant:ident($type:ty) = $($word:literal)|+),* $(,)?
    }) => {
        impl $crate::Read for $name {
            #[inline]
            fn read(node: &mut $crate::Node<'_>) -> ::std::result::Result<Self, $crate::Mismatch> {
                let mut value = $crate::__private::Required(::std::option::Option::None);
                $crate::__attempt!(node.read_ahead(&mut |node, ahead| {
                    let word = $crate::__attempt!(ahead.tag($tag));
                    value.0 = ::std::option::Option::Some(match &*word {
                        $($($word)|+ => Self::$variant($crate::__attempt!($crate::Read::read(node))),)*
                        _ => Self::Other($crate::__attempt!($crate::Read::read(node))),
                    });
                    ::std::result::Result::Ok(())
                }));
                value.into_value()
            }
        }
        $crate::__deserialize!($name);
    };
    (@serialize $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident($type:ty) = $($word:literal)|+),* $(,)?
    }) => {
        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(content) => content.serialize(serializer),)*
                    Self::Other(content) => content.serialize(serializer),
                }
            }
        }
    };
}
