//! Sends a part of a file over a connection.
//!
//! Rule: without a recorder, the kernel sends all but the end of a long file (sendfile(2)).

use std::fs::File;
use std::io::{self, ErrorKind};

use super::{IoFailure, RecordedStream};
use crate::limits;

impl RecordedStream {
    /// Sends `length` bytes of a file from `first` on. Before the last of them leave, `unchanged` says whether
    /// all of them are from one state of the file; if not, this is [`IoFailure::FileChanged`].
    ///
    /// The kernel lends pages of the file to the socket, so a change of the file changes what is still under
    /// way. Therefore the end is copied: when the last bytes are asked for, the lent ones have arrived.
    pub fn send_file(
        &mut self,
        file: &File,
        first: u64,
        length: u64,
        unchanged: impl Fn() -> bool,
    ) -> Result<(), IoFailure> {
        let lent = match self.record.is_none() && cfg!(target_os = "linux") {
            true => length.saturating_sub(limits::COPIED_TAIL),
            false => 0,
        };
        self.send_by_kernel(file, first, lent)?;
        let (mut at, end) = (first + lent, first + length);
        let mut buffer = Vec::new();
        while at < end {
            let piece = (end - at).min(limits::CHUNK as u64);
            buffer.resize(piece as usize, 0);
            read_exact_at(file, &mut buffer, at)?;
            at += piece;
            if at == end && !unchanged() {
                return Err(IoFailure::FileChanged);
            }
            self.write(&buffer)?;
        }
        Ok(())
    }

    /// Lets the kernel copy from the file to the socket (sendfile(2)).
    #[cfg(target_os = "linux")]
    fn send_by_kernel(
        &self,
        file: &File,
        mut first: u64,
        mut length: u64,
    ) -> Result<(), IoFailure> {
        use std::num::NonZeroUsize;
        let socket = socket2::SockRef::from(&*self.stream);
        while length > 0 {
            let most = length.min(limits::SENDFILE_MAX as u64) as usize;
            let offset = usize::try_from(first).map_err(|_| IoFailure::FileShort)?;
            match socket.sendfile(file, offset, NonZeroUsize::new(most)) {
                Ok(0) => return Err(IoFailure::FileShort),
                Ok(sent) => {
                    first += sent as u64;
                    length -= sent as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(super::stop(&error)),
            }
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn send_by_kernel(&self, _: &File, _: u64, _: u64) -> Result<(), IoFailure> {
        Ok(())
    }
}

/// Fills the buffer from a file, from an offset on.
fn read_exact_at(file: &File, buffer: &mut [u8], mut first: u64) -> Result<(), IoFailure> {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match read_at(file, rest, first) {
            Ok(0) => return Err(IoFailure::FileShort),
            Ok(count) => {
                done += count;
                first += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(IoFailure::FileShort),
        }
    }
    Ok(())
}

/// Reads at an offset, without moving a place that other threads share (pread(2)).
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// Reads at an offset.
#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
