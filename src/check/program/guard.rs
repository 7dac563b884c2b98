//! Ends a program when our own process ends: at a return, a panic, Ctrl-C or SIGKILL.
//!
//! Rule 1: a program runs in a process group of its own, so that what it forks ends with it.
//! Rule 2: the program does not run before its guard knows the group. The *gate* is a small `sh` that waits for
//! one line from us and then becomes the program (`exec` keeps the process number). If our process dies first,
//! the gate reads end of file and does not start the program.
//! Rule 3: the *guard* is another `sh` that waits on a pipe from us. When our end of the pipe closes, the guard
//! ends the group: SIGTERM, then SIGKILL for processes that ignore SIGTERM. Elsewhere than on Unix there is no
//! group; the one process is killed when we drop it.

use std::io;
#[cfg(unix)]
use std::io::Write;
#[cfg(unix)]
use std::os::unix::process::CommandExt;
#[cfg(unix)]
use std::process::Stdio;
use std::process::{Child, Command};
#[cfg(unix)]
use std::time::{Duration, Instant};

#[cfg(unix)]
use crate::limits;

/// Reads the "go" line, then becomes the program; its own input is empty from then on.
#[cfg(unix)]
const GATE: &str = r#"read -r go && exec "$@" </dev/null"#;

/// Reads the group's number, then waits for another line, or for end of file when we are gone. A further
/// line, or end of file, tells that whoever we can reap is reaped. The group is gone when signal 0 finds
/// nobody; 10 rounds of 25 ms later whoever is left is killed. (`kill -TERM -- -GROUP`, without `-s`, is
/// refused by dash.)
#[cfg(unix)]
const GUARD: &str = r#"trap '' HUP INT TERM
read -r group || exit 0
read -r end
kill -s TERM -- "-$group" || exit 0
read -r reaped
rounds=10
while kill -s 0 -- "-$group"; do
    [ $rounds -gt 0 ] || { kill -s KILL -- "-$group"; exit 0; }
    rounds=$((rounds - 1))
    sleep 0.025
done"#;

/// The process that ends the program's group when this value is dropped or we die.
#[derive(Debug)]
pub(super) struct Guard {
    /// The guarding `sh`; its standard input is the pipe that matters.
    #[cfg(unix)]
    sh: Child,
}

/// The command that starts `program` at the gate (Unix), or directly.
pub(super) fn command(program: &std::path::Path) -> Command {
    #[cfg(unix)]
    {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", GATE, "gate"]).arg(program);
        command.process_group(0).stdin(Stdio::piped());
        command
    }
    #[cfg(not(unix))]
    {
        let mut command = Command::new(program);
        command.stdin(std::process::Stdio::null());
        command
    }
}

impl Guard {
    /// Starts the guard of `child`, which waits at its gate, and opens the gate.
    #[cfg(unix)]
    pub(super) fn of(child: &mut Child) -> io::Result<Guard> {
        let mut sh = Command::new("/bin/sh")
            .args(["-c", GUARD, "guard"])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(pipe) = &mut sh.stdin {
            writeln!(pipe, "{}", child.id())?;
        }
        if let Some(mut gate) = child.stdin.take() {
            gate.write_all(b"go\n")?;
        }
        Ok(Guard { sh })
    }

    /// There is nothing to start.
    #[cfg(not(unix))]
    pub(super) fn of(_child: &mut Child) -> io::Result<Guard> {
        Ok(Guard {})
    }

    /// Ends the group and waits until it is gone. Reaps the child meanwhile: until its process number
    /// is reaped, the group counts as alive.
    pub(super) fn end(mut self, child: &mut Child) {
        #[cfg(unix)]
        {
            if let Some(pipe) = &mut self.sh.stdin {
                let _ = pipe.write_all(b"end\n");
            }
            let begun = Instant::now();
            while let Ok(None) = child.try_wait() {
                if begun.elapsed() > limits::GUARD_GRACE {
                    drop(self.sh.stdin.take());
                }
                if begun.elapsed() > limits::GUARD_DEADLINE {
                    let _ = child.kill();
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            drop(self.sh.stdin.take());
            let _ = self.sh.wait();
        }
        #[cfg(not(unix))]
        {
            let _ = &mut self;
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
