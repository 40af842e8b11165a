//! The throttles of this process, by origin and credential.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};

use reqwest::header::HeaderValue;

use super::{budget::Budget, gate::Throttle};

/// An origin, and a hash of the credential, which is never kept itself.
type Key = (String, Option<u64>);

/// Held weakly: a throttle ends with the last connection that uses it.
static THROTTLES: LazyLock<Mutex<HashMap<Key, Weak<Throttle>>>> = LazyLock::new(Mutex::default);

/// Keyed at random in each process, so that a hash says nothing elsewhere.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The throttle of a credential on an origin, which is shared by all that ask for it.
pub(crate) fn shared(
    origin: &str,
    credential: Option<&HeaderValue>,
    budget: Option<Budget>,
    max_in_flight: Option<u32>,
) -> Arc<Throttle> {
    let key = (origin.to_owned(), credential.map(|credential| HASHER.hash_one(credential.as_bytes())));
    let budget = budget.unwrap_or(Budget::unknown());
    // What a panic leaves of a map of weak references is still one.
    let mut throttles = THROTTLES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(throttle) = throttles.get(&key).and_then(Weak::upgrade) {
        throttle.merge(budget, max_in_flight);
        return throttle;
    }
    throttles.retain(|_, throttle| throttle.strong_count() > 0);
    let throttle = Arc::new(Throttle::new(budget, max_in_flight));
    throttles.insert(key, Arc::downgrade(&throttle));
    throttle
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(origin: &str, credential: &'static str) -> Arc<Throttle> {
        shared(origin, Some(&HeaderValue::from_static(credential)), None, None)
    }

    #[test]
    fn one_credential_on_one_origin_has_one_throttle() {
        let first = of("https://registry.test", "a");
        assert!(Arc::ptr_eq(&first, &of("https://registry.test", "a")));
        assert!(!Arc::ptr_eq(&first, &of("https://registry.test", "b")));
        assert!(!Arc::ptr_eq(&first, &of("https://registry.test:8443", "a")));
        assert!(!Arc::ptr_eq(&first, &shared("https://registry.test", None, None, None)));
    }

    #[test]
    fn a_throttle_ends_with_the_last_that_uses_it() {
        let weak = Arc::downgrade(&of("https://dropped.test", "planted"));
        assert!(weak.upgrade().is_none());
        // The next one that is made sweeps the dead.
        let _other = of("https://other.test", "a");
        let throttles = THROTTLES.lock().unwrap();
        assert!(throttles.keys().all(|(origin, _)| origin != "https://dropped.test"));
        assert!(!format!("{throttles:?}").contains("planted"));
    }
}
