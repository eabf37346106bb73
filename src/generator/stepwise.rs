//! What is computed in steps, so that it can be left between two of them.

/// A computation under way.
pub trait Stepwise<T> {
    /// Goes on by one step; false once there is none left.
    fn advance(&mut self) -> bool;

    /// How many steps the whole of it takes.
    fn steps(&self) -> usize;

    /// What comes of it, once all steps are taken.
    fn result(&self) -> Option<T>;
}

/// Takes all steps that are left.
pub fn complete<T>(mut computation: Box<dyn Stepwise<T>>) -> T {
    while computation.advance() {}
    computation.result().expect("all steps are taken")
}

/// The computation that carries a state through `steps` steps, of which each is told its number from 0 on, and reads its
/// result in the last state.
pub fn fold<S: 'static, T>(
    steps: usize,
    state: S,
    step: impl FnMut(S, usize) -> S + 'static,
    result: impl Fn(&S) -> T + 'static,
) -> Box<dyn Stepwise<T>> {
    Box::new(Fold { state: Some(state), steps, done: 0, step, result })
}

/// The computation of a single step.
pub fn at_once<T: Clone + 'static>(compute: impl FnOnce() -> T + 'static) -> Box<dyn Stepwise<T>> {
    let mut compute = Some(compute);
    fold(
        1,
        None,
        move |_, _| compute.take().map(|compute| compute()),
        |found| found.clone().expect("its step is taken"),
    )
}

struct Fold<S, F, G> {
    /// Missing only while a step is taken.
    state: Option<S>,
    steps: usize,
    done: usize,
    step: F,
    result: G,
}

impl<S, T, F: FnMut(S, usize) -> S, G: Fn(&S) -> T> Stepwise<T> for Fold<S, F, G> {
    fn advance(&mut self) -> bool {
        if self.done == self.steps {
            return false;
        }
        self.state = self.state.take().map(|state| (self.step)(state, self.done));
        self.done += 1;
        true
    }

    fn steps(&self) -> usize {
        self.steps
    }

    fn result(&self) -> Option<T> {
        self.state.as_ref().filter(|_| self.done == self.steps).map(&self.result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_there_when_all_steps_are_taken() {
        let mut sum = fold(3, 10, |sum, step| sum + step, |sum| *sum);
        assert_eq!(sum.steps(), 3);
        for _ in 0..3 {
            assert_eq!(sum.result(), None);
            assert!(sum.advance());
        }
        assert!(!sum.advance() && !sum.advance());
        assert_eq!(sum.result(), Some(13));
        assert_eq!(complete(sum), 13);
    }

    #[test]
    fn what_is_done_at_once_is_done_in_its_step_and_not_before() {
        let called = std::rc::Rc::new(std::cell::Cell::new(0));
        let counted = called.clone();
        let mut once = at_once(move || counted.replace(counted.get() + 1));
        assert_eq!((once.steps(), once.result(), called.get()), (1, None, 0));
        assert!(once.advance() && !once.advance());
        assert_eq!((once.result(), called.get()), (Some(0), 1));
    }
}
