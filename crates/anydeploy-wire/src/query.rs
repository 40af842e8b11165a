//! What can stand in a query string.

/// A value of a query parameter.
///
/// `None` sends nothing, a list repeats the key, everything else is sent once as its text.
/// Types made by [`open_enum!`](crate::open_enum) implement it too.
pub trait QueryValue {
    /// Hands each text of this value to `push`.
    fn each(&self, push: &mut dyn FnMut(&str));
}

impl QueryValue for str {
    fn each(&self, push: &mut dyn FnMut(&str)) {
        push(self);
    }
}

impl QueryValue for String {
    fn each(&self, push: &mut dyn FnMut(&str)) {
        push(self);
    }
}

macro_rules! by_display {
    ($($type:ty)*) => {$(
        impl QueryValue for $type {
            fn each(&self, push: &mut dyn FnMut(&str)) {
                push(&self.to_string());
            }
        }
    )*};
}

by_display!(bool i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64);

impl<T: QueryValue + ?Sized> QueryValue for &T {
    fn each(&self, push: &mut dyn FnMut(&str)) {
        (**self).each(push);
    }
}

impl<T: QueryValue> QueryValue for Option<T> {
    fn each(&self, push: &mut dyn FnMut(&str)) {
        if let Some(value) = self {
            value.each(push);
        }
    }
}

impl<T: QueryValue> QueryValue for [T] {
    fn each(&self, push: &mut dyn FnMut(&str)) {
        for value in self {
            value.each(push);
        }
    }
}

impl<T: QueryValue> QueryValue for Vec<T> {
    fn each(&self, push: &mut dyn FnMut(&str)) {
        self.as_slice().each(push);
    }
}
