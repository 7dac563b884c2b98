//! Classifies the errors and ends of a socket, for the relay and the player.

use crate::locks::lock;
use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::limits;

/// Nothing came, or went, within a tick; or a signal did. Unix says WouldBlock, Windows TimedOut.
pub(super) fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

/// Makes the coming close a reset (SO_LINGER with time 0; socket(7)).
pub(super) fn reset_on_close(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// Held by who starts a program, in common; by who closes a connection that must be over at once, alone.
///
/// The process of a new program has copies of all our sockets until its `exec`, and a connection is closed,
/// or reset, with its last copy: on a busy machine some tenths of a second later.
static STARTS: RwLock<()> = RwLock::new(());

/// Hold this while you start a program (fork(2), execve(2)).
pub fn starting() -> RwLockReadGuard<'static, ()> {
    STARTS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Closes what it is given now, on the wire too, and not when a program of ours has been started.
pub(super) fn close<T>(sockets: T) {
    let _nobody_starts = STARTS.write().unwrap_or_else(PoisonError::into_inner);
    drop(sockets);
}

/// Whether `stream`, on which a read has found the end, was reset rather than closed, as far as the
/// socket knows: one that we may still write to has no peer any more only after a reset. (`told`: we
/// have sent our FIN, so that the socket may be over in peace.)
///
/// The reset may have been reported to a write that is returning just now, under the lock `writing`.
/// It cannot block, the socket is dead: so this waits for it, and the caller finds what it noted.
pub(super) fn was_reset(stream: &TcpStream, told: bool, writing: &Mutex<()>) -> bool {
    let reset = !told && stream.peer_addr().is_err();
    if reset {
        drop(lock(writing));
    }
    reset
}

/// Whether something waits to be read, an end included, without taking it and without waiting.
/// WouldBlock: nothing does.
pub(super) fn waits(stream: &TcpStream) -> io::Result<()> {
    // MSG_PEEK and MSG_DONTWAIT (recv(2)); std and socket2 have no name for the second.
    let flags = if cfg!(target_os = "linux") {
        0x02 | 0x40
    } else if cfg!(unix) {
        0x02 | 0x80
    } else {
        return Err(ErrorKind::WouldBlock.into());
    };
    let byte = &mut [MaybeUninit::uninit()];
    SockRef::from(stream)
        .recv_with_flags(byte, flags)
        .map(|_| ())
}

/// A client that comes within `time`. std has no `accept` with a deadline. Linux has one, the receive timeout of the
/// listening socket (socket(7), SO_RCVTIMEO); elsewhere this looks again and again.
pub(super) fn accept_within(listener: &TcpListener, time: Duration) -> Option<TcpStream> {
    let until = Instant::now() + time;
    let kernel_waits = cfg!(target_os = "linux") && time >= limits::POLL_INTERVAL;
    listener.set_nonblocking(!kernel_waits).ok()?;
    let stream = loop {
        if kernel_waits {
            let left = until.saturating_duration_since(Instant::now());
            let left = left.max(limits::POLL_INTERVAL);
            SockRef::from(listener).set_read_timeout(Some(left)).ok()?;
        }
        match listener.accept() {
            Ok((stream, _)) => break Some(stream),
            // Invalid: it does not listen yet (see `net::bind`).
            Err(error)
                if (is_pause(&error) || error.kind() == ErrorKind::InvalidInput)
                    && Instant::now() < until =>
            {
                if !kernel_waits || error.kind() == ErrorKind::InvalidInput {
                    thread::sleep(limits::POLL_INTERVAL);
                }
            }
            Err(_) => break None,
        }
    };
    listener.set_nonblocking(false).ok()?;
    SockRef::from(listener).set_read_timeout(None).ok()?;
    // The connection inherits one or the other from the listener.
    stream.filter(|stream| {
        stream.set_nonblocking(false).is_ok() && stream.set_read_timeout(None).is_ok()
    })
}
