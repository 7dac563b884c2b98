//! Metadata of a file that changes whenever the file changes.
//!
//! Rule 1: the time of the last change of any kind (ctime; stat(2)) is part of it. A program can set the time
//! of modification back, but no program can set the ctime.
//! Rule 2: two changes can have the same time if they are closer together than a tick of the file system's
//! clock. A stamp is a proof only if the file has not changed for longer than that ([`SETTLED`]).

use std::fs::{File, Metadata};
use std::io;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::limits::SETTLED;

/// The state of a file, from its metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) length: u64,
    pub(super) modified: Option<SystemTime>,
    /// 0 in all of it where the system has none.
    identity: Identity,
}

/// Which file it is, and when anything about it changed, its names included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Identity {
    device: u64,
    number: u64,
    names: u64,
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            identity: identity(metadata),
        }
    }

    /// Whether a file of which the system says this is the one that was stamped, and unchanged.
    pub(super) fn is_of(&self, metadata: &Metadata) -> bool {
        metadata.is_file() && *self == Stamp::of(metadata)
    }

    /// The stamp of an open file. If the file has just changed, this waits until it has rested once.
    /// `true`: it has, so a later change will show in the stamp.
    pub(super) fn settled(file: &File) -> io::Result<(Stamp, bool)> {
        let stamp = Stamp::of(&file.metadata()?);
        let Some(rest) = stamp.rest() else {
            return Ok((stamp, true));
        };
        thread::sleep(rest);
        let stamp = Stamp::of(&file.metadata()?);
        Ok((stamp, stamp.rest().is_none()))
    }

    /// How much longer the file must rest; `None` when it has rested for long enough.
    fn rest(&self) -> Option<Duration> {
        let age = SystemTime::now().duration_since(self.changed()?).ok()?;
        SETTLED.checked_sub(age).filter(|rest| !rest.is_zero())
    }

    /// When it last changed in any way.
    fn changed(&self) -> Option<SystemTime> {
        match self.identity.changed {
            (0, 0) => self.modified,
            (seconds, nanoseconds) => {
                let seconds = u64::try_from(seconds).ok()?;
                let nanoseconds = u32::try_from(nanoseconds).ok()?;
                UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
            }
        }
    }

    /// Whether the file was modified before the other one.
    pub(super) fn is_older_than(&self, other: &Stamp) -> bool {
        matches!((self.modified, other.modified), (Some(own), Some(other)) if own < other)
    }

    /// A strong entity tag in quotes: length, time of the last change, number of the file.
    pub(super) fn tag(&self) -> String {
        let since = self
            .changed()
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let nanoseconds = since.map_or(0, |since| since.as_nanos());
        format!(
            "\"{:x}-{nanoseconds:x}-{:x}\"",
            self.length, self.identity.number
        )
    }

    /// When it was modified, in seconds since 1970, also before it; `None` where the system does not know.
    pub(super) fn seconds(&self) -> Option<i64> {
        match self.modified?.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).ok(),
            Err(before) => {
                let before = before.duration();
                let whole = i64::try_from(before.as_secs()).ok()?;
                Some(-whole - i64::from(before.subsec_nanos() > 0))
            }
        }
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity {
        device: metadata.dev(),
        number: metadata.ino(),
        names: metadata.nlink(),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    }
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {
    Identity::default()
}
