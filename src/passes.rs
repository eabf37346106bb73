//! Passes through the parts of a model, counted in tests only: what a card says of them is held to what is done.

/// Counts a pass through a part.
#[inline]
pub(crate) fn count(_part: &'static str) {
    #[cfg(test)]
    counted::COUNTS.with_borrow_mut(|counts| *counts.entry(_part).or_default() += 1);
}

#[cfg(test)]
pub(crate) mod counted {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    thread_local! {
        pub(super) static COUNTS: RefCell<BTreeMap<&'static str, usize>> = const { RefCell::new(BTreeMap::new()) };
    }

    /// What `act` returns, and how many passes it made through each part.
    pub fn during<T>(act: impl FnOnce() -> T) -> (T, BTreeMap<&'static str, usize>) {
        COUNTS.take();
        (act(), COUNTS.take())
    }
}
