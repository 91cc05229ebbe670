//! Neighbours of both sides, looked for once for all metrics that ask.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Inputs;
use crate::error::Result;
use crate::statistics::neighbors::{Request, Tables};

/// What was announced and what was found, inside [`Inputs`].
#[derive(Debug, Default)]
pub(super) struct Neighborhood(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    wanted: Request,
    found: Option<(Request, Arc<Tables>)>,
}

impl Neighborhood {
    /// Says what will be asked for.
    pub fn announce(&self, request: &Request) {
        self.state().wanted.unite(request);
    }

    /// What was asked for and all that was announced; looked for at the first call, and again when more is asked for
    /// than was announced.
    ///
    /// # Errors
    /// Usage: a side without features. Input: other dimensions.
    pub fn tables(&self, inputs: &Inputs<'_>, request: &Request) -> Result<Arc<Tables>> {
        let mut state = self.state();
        if let Some((known, tables)) = &state.found
            && known.covers(request)
        {
            return Ok(Arc::clone(tables));
        }
        state.wanted.unite(request);
        let [reference, generated] = inputs.features()?;
        let halves = inputs.with_errors.then_some(inputs.seed);
        let tables = Arc::new(Tables::of(reference, generated, &state.wanted, halves)?);
        state.found = Some((state.wanted.clone(), Arc::clone(&tables)));
        Ok(tables)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held leaves a state that is still whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
