//! Enums of types that no tag tells apart.

/// Implements [`Read`](crate::Read) and `Deserialize` for an enum whose variants hold one value each.
///
/// The first variant is taken whose type the value fits as it is, without any repair; a value that
/// fits none is a fault.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::{choice, decode};
///
/// #[derive(Debug, PartialEq)]
/// enum Port { Name(String), Number(u16) }
///
/// choice!(Port: Name, Number);
///
/// let (ports, _) = decode::<Vec<Port>>(br#"[80, "80"]"#)?;
/// assert_eq!(ports, [Port::Number(80), Port::Name("80".to_owned())]);
/// # Ok::<(), anydeploy_wire::DecodeError>(())
/// ```
#[macro_export]
macro_rules! choice {
    ($name:ident: $($variant:ident),+ $(,)?) => {
        impl $crate::Read for $name {
            #[inline]
            fn read(node: &$crate::Node<'_>) -> ::std::result::Result<Self, $crate::Fault> {
                $(if let ::std::option::Option::Some(value) = node.fit() {
                    return ::std::result::Result::Ok(Self::$variant(value));
                })+
                ::std::result::Result::Err(node.unfit())
            }
        }
        $crate::__deserialize!($name);
    };
}
