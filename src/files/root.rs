//! The folder that is served, which may be a link.
//!
//! Rule: the name is resolved again, so a link may change its target. If somebody points the link at another
//! folder to deploy another site, that folder is served from then on.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use crate::limits::BELIEVED;

/// The root, as it was given and as it is.
#[derive(Debug)]
pub(super) struct Root {
    given: PathBuf,
    now: RwLock<Known>,
}

#[derive(Clone, Debug)]
struct Known {
    /// Without links in it.
    real: Arc<Path>,
    looked: Instant,
}

impl Root {
    /// Errors: there is no such folder, or nothing in it may be opened (its mode has no x for us).
    pub(super) fn new(given: &Path) -> io::Result<Root> {
        let given = std::path::absolute(given)?;
        let looked = Instant::now();
        let real = given.canonicalize()?;
        if !real.is_dir() {
            return Err(ErrorKind::NotADirectory.into());
        }
        real.join(".").metadata()?;
        let now = RwLock::new(Known {
            real: real.into(),
            looked,
        });
        Ok(Root { given, now })
    }

    /// Where the root is at `now`, without links; whether that is another place than before.
    pub(super) fn look(&self, now: Instant) -> (Arc<Path>, bool) {
        let known = self.now.read().unwrap_or_else(PoisonError::into_inner);
        let (real, age) = (
            Arc::clone(&known.real),
            now.saturating_duration_since(known.looked),
        );
        drop(known);
        match age < BELIEVED {
            true => (real, false),
            false => self.look_again(real, now),
        }
    }

    #[cold]
    fn look_again(&self, before: Arc<Path>, now: Instant) -> (Arc<Path>, bool) {
        // While the name leads nowhere, in the middle of a change, the root stays what it was.
        let real = match self.given.canonicalize() {
            Ok(real) if *real != *before => real.into(),
            _ => Arc::clone(&before),
        };
        let mut known = self.now.write().unwrap_or_else(PoisonError::into_inner);
        known.looked = known.looked.max(now);
        known.real = Arc::clone(&real);
        let other = real != before;
        (real, other)
    }
}
