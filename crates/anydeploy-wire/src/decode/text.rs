//! Reading values from the text of a body, and no further ahead than a type asks for.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value, value::RawValue};

use super::{
    expected::Expected,
    mismatch::Mismatch,
    names::Names,
    scalar::Scalar,
    source::{IsList, ReadTree, Source, Take, TakeMember},
    tree::{Tree, number_in},
    unescape::unescape,
};

/// A value of the text that a deserializer stands before.
pub(super) struct Text<'de, D: Deserializer<'de>> {
    /// `None` once the value was read.
    deserializer: Option<D>,
    error: Option<D::Error>,
}

impl<'de, D: Deserializer<'de>> Text<'de, D> {
    fn new(deserializer: D) -> Self {
        Self { deserializer: Some(deserializer), error: None }
    }

    /// Runs `read` with the deserializer; an error of the deserializer waits in `self` while the mismatch travels up.
    fn run<T>(&mut self, read: impl FnOnce(D) -> Result<T, D::Error>) -> Result<T, Mismatch> {
        let read_twice = || Mismatch::new(Expected::Other, false).into_final();
        let deserializer = self.deserializer.take().ok_or_else(read_twice)?;
        read(deserializer).map_err(|error| {
            self.error = Some(error);
            Mismatch::no_json()
        })
    }

    fn visit<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Mismatch> {
        self.run(|deserializer| deserializer.deserialize_any(visitor))
    }
}

impl<'de, D: Deserializer<'de>> Source for Text<'de, D> {
    fn scalar(&mut self, take: &mut dyn FnMut(Scalar<'_>)) -> Result<(), Mismatch> {
        self.visit(ScalarVisitor(take))
    }

    fn object(&mut self, names: &Names, take: &mut TakeMember<'_>) -> Result<bool, Mismatch> {
        let mut failure = None;
        let result = self.visit(ObjectVisitor { names, take, failure: &mut failure });
        failure.map_or(result, Err)
    }

    fn list(&mut self, take: &mut Take<'_>) -> Result<Option<IsList>, Mismatch> {
        let mut failure = None;
        let result = self.visit(ListVisitor { take, failure: &mut failure });
        failure.map_or(result, Err)
    }

    fn tree(&mut self, read: &mut ReadTree<'_>) -> Result<(), Mismatch> {
        let tree = self.run(Tree::deserialize)?;
        read(&tree, true)
    }

    fn json(&mut self) -> Result<Value, Mismatch> {
        self.run(Value::deserialize)
    }

    fn long_text(&mut self) -> Result<Option<(String, bool)>, Mismatch> {
        let raw = self.run(<&RawValue>::deserialize)?.get();
        Ok(raw.strip_prefix('"').and_then(|text| text.strip_suffix('"')).map(unescape))
    }
}

/// The next value of the text, for `take`; where it stops, its mismatch is in `failure`.
pub(super) struct Next<'a, 'b> {
    pub(super) take: &'a mut Take<'b>,
    pub(super) failure: &'a mut Option<Mismatch>,
}

impl<'de> DeserializeSeed<'de> for Next<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Next<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        (self.take)(&mut &Tree::Null, true).map_err(|mismatch| {
            *self.failure = Some(mismatch);
            E::custom("")
        })
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let mut text = Text::new(deserializer);
        match (self.take)(&mut text, false) {
            // A type may leave its value unread.
            Ok(()) => text.deserializer.map_or(Ok(()), |rest| IgnoredAny::deserialize(rest).map(drop)),
            Err(mismatch) => {
                *self.failure = Some(mismatch);
                Err(text.error.unwrap_or_else(|| D::Error::custom("")))
            }
        }
    }
}

/// A visitor's answers to what is not its kind of value.
macro_rules! scalars {
    ($value:ty: $answer:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }

        fn visit_unit<E>(self) -> Result<$value, E> {
            Ok($answer)
        }

        fn visit_bool<E>(self, _: bool) -> Result<$value, E> {
            Ok($answer)
        }

        fn visit_i64<E>(self, _: i64) -> Result<$value, E> {
            Ok($answer)
        }

        fn visit_u64<E>(self, _: u64) -> Result<$value, E> {
            Ok($answer)
        }

        fn visit_f64<E>(self, _: f64) -> Result<$value, E> {
            Ok($answer)
        }

        fn visit_str<E>(self, _: &str) -> Result<$value, E> {
            Ok($answer)
        }
    };
}

struct ScalarVisitor<'a>(&'a mut dyn FnMut(Scalar<'_>));

impl<'de> Visitor<'de> for ScalarVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        (self.0)(Scalar::None);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        (self.0)(Scalar::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        (self.0)(Scalar::Number(&value.into()));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        (self.0)(Scalar::Number(&value.into()));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        // The text of JSON has no number that is none.
        (self.0)(Number::from_f64(value).as_ref().map_or(Scalar::None, Scalar::Number));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        (self.0)(Scalar::Text(value));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        (self.0)(Scalar::None);
        pass_over(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let number = number_in(map)?;
        (self.0)(number.as_ref().map_or(Scalar::None, Scalar::Number));
        Ok(())
    }
}

struct ObjectVisitor<'a, 'b> {
    names: &'a Names,
    take: &'a mut TakeMember<'b>,
    failure: &'a mut Option<Mismatch>,
}

impl<'de> Visitor<'de> for ObjectVisitor<'_, '_> {
    type Value = bool;

    scalars!(bool: false);

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<bool, A::Error> {
        pass_over(seq).map(|()| false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while let Some(index) = map.next_key_seed(self.names)? {
            let Some(index) = index else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let take = &mut |source: &mut dyn Source, is_null| (self.take)(index, source, is_null);
            map.next_value_seed(Next { take, failure: self.failure })?;
        }
        Ok(true)
    }
}

struct ListVisitor<'a, 'b> {
    take: &'a mut Take<'b>,
    failure: &'a mut Option<Mismatch>,
}

impl<'de> Visitor<'de> for ListVisitor<'_, '_> {
    type Value = Option<IsList>;

    scalars!(Option<IsList>: None);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element_seed(Next { take: self.take, failure: self.failure })?.is_some() {}
        Ok(Some(IsList::Plain))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        // Their order is known when all keys are.
        (&Tree::of_map(map)?).list(self.take).map_err(|mismatch| {
            *self.failure = Some(mismatch);
            A::Error::custom("")
        })
    }
}

/// The index of a key among the names, without a copy of the key.
impl<'de> DeserializeSeed<'de> for &Names {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for &Names {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.index_of(key))
    }
}

fn pass_over<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}
