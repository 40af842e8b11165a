//! Enums of types that no tag distinguishes.

/// Implements [`Read`](crate::Read) and `Deserialize` for an enum whose variants hold one value each.
///
/// The variant is taken that names most of the value's keys, those of inner objects included, and whose required
/// members are there; among equals one that requires more of them, then one that keeps more keys in maps or free-form
/// JSON, then the first.
/// The value has to fit it as it is, without any repair; anything else is a mismatch, as another variant would be
/// read without the keys that it does not name.
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
            fn read(node: &mut $crate::Node<'_>) -> ::std::result::Result<Self, $crate::Mismatch> {
                let mut value = $crate::__private::Required(::std::option::Option::None);
                $crate::__attempt!(node.read_ahead(&mut |node, ahead| {
                    let mut chosen = $crate::__private::choose::<Self>(node, ahead, &[
                        $(|node| $crate::__private::weigh(node, Self::$variant)),+
                    ]);
                    $(if chosen.is_next() {
                        let content = $crate::__attempt!($crate::Read::read(node));
                        value.0 = ::std::option::Option::Some(Self::$variant(content));
                        return ::std::result::Result::Ok(());
                    })+
                    ::std::result::Result::Err(node.mismatch())
                }));
                value.into_value()
            }
        }
        $crate::__deserialize!($name);
    };
}
