//! Ends a program when our own process ends: at a return, a panic, Ctrl-C or SIGKILL.
//!
//! Rule 1: a program runs in a process group of its own, so that what it forks ends with it.
//! Rule 2: the program does not run before its guard knows the group. The *gate* is a small `sh` that waits for
//! one line from us and then becomes the program (`exec` keeps the process number). If our process dies first,
//! the gate reads end of file and does not start the program.
//! Rule 3: the *guard* is another `sh` that waits on a pipe from us. When our end of the pipe closes, the guard
//! ends the group: SIGTERM, then SIGKILL for processes that ignore SIGTERM. Then it ends what left the group and
//! has the program's token in its environment; while we live we do this ourselves (see `outside_group`). Elsewhere
//! than on Unix there is no group; the one process is killed when we drop it.

use std::io;
#[cfg(unix)]
use std::io::{Read, Write};
#[cfg(unix)]
use std::os::unix::process::CommandExt;
#[cfg(unix)]
use std::process::Stdio;
use std::process::{Child, Command};
#[cfg(unix)]
use std::time::{Duration, Instant};

use super::outside_group;
#[cfg(unix)]
use crate::limits;

/// Reads the "go" line, then becomes the program; its own input is empty from then on.
#[cfg(unix)]
const GATE: &str = r#"read -r go && exec "$@" </dev/null"#;

/// Reads the group's number and the token, then waits for another line, or for end of file when we are gone. A
/// further line, or end of file, tells that whoever we can reap is reaped. The group is gone when signal 0 finds
/// nobody; 10 rounds of 25 ms later whoever is left is killed. (`kill -TERM -- -GROUP`, without `-s`, is
/// refused by dash.) The last line says that we have looked for the token; at end of file the guard does, until ten
/// looks have found nobody, because a process has no environment for a moment while it starts. A look at all of them
/// at once starts two programs; only if it finds somebody, each is looked at. It needs `cat`, `tr` and `sleep`
/// (coreutils) and the shell, and no other tool: `grep` may be missing.
#[cfg(unix)]
const GUARD: &str = r#"trap '' HUP INT TERM PIPE
read -r group token || exit 0
read -r end
if kill -s TERM -- "-$group"; then
    read -r reaped
    rounds=10
    while kill -s 0 -- "-$group"; do
        [ $rounds -gt 0 ] || { kill -s KILL -- "-$group"; break; }
        rounds=$((rounds - 1))
        sleep 0.025
    done
fi
echo gone
read -r looked && exit 0
rounds=0 quiet=0 signal=TERM
while [ $quiet -lt 10 ] && [ $rounds -lt 200 ]; do
    quiet=$((quiet + 1)) rounds=$((rounds + 1))
    case $(cat /proc/[0-9]*/environ | tr '\0' '\n') in *"$token"*)
        quiet=0
        for file in /proc/[0-9]*/environ; do
            case $(tr '\0' '\n' <"$file") in *"$token"*)
                pid=${file#/proc/}
                kill -s $signal "${pid%/environ}" ;;
            esac
        done ;;
    esac
    signal=KILL
    sleep 0.1
done"#;

/// The process that ends the program's group when this value is dropped or we die.
#[derive(Debug)]
pub(super) struct Guard {
    /// The guarding `sh`; its standard input is the pipe that matters.
    #[cfg(unix)]
    sh: Child,
    /// What stands in the environment of all that the program started.
    #[cfg(unix)]
    token: String,
}

/// The command that starts `program` at the gate (Unix), or directly.
pub(super) fn command(program: &std::path::Path, token: &str) -> Command {
    #[cfg(unix)]
    let mut command = {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", GATE, "gate"]).arg(program);
        command.process_group(0).stdin(Stdio::piped());
        command
    };
    #[cfg(not(unix))]
    let mut command = {
        let mut command = Command::new(program);
        command.stdin(std::process::Stdio::null());
        command
    };
    command.env(outside_group::TOKEN, token);
    command
}

impl Guard {
    /// Starts the guard of `child`, which waits at its gate, and opens the gate.
    #[cfg(unix)]
    pub(super) fn of(child: &mut Child, token: String) -> io::Result<Guard> {
        let mut sh = Command::new("/bin/sh")
            .args(["-c", GUARD, "guard"])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(pipe) = &mut sh.stdin {
            writeln!(pipe, "{} {token}", child.id())?;
        }
        if let Some(mut gate) = child.stdin.take() {
            gate.write_all(b"go\n")?;
        }
        Ok(Guard { sh, token })
    }

    /// There is nothing to start.
    #[cfg(not(unix))]
    pub(super) fn of(_child: &mut Child, _token: String) -> io::Result<Guard> {
        Ok(Guard {})
    }

    /// Ends the group and what has left it, and waits until they are gone. Reaps the child meanwhile: until its
    /// process number is reaped, the group counts as alive. Gives back the command lines of what had left.
    #[cfg(unix)]
    pub(super) fn end(mut self, child: &mut Child) -> Vec<String> {
        // Only the number of a process that is not reaped is surely its own.
        let family = match child.try_wait() {
            Ok(None) => outside_group::descendants(child.id()),
            _ => Vec::new(),
        };
        self.tell("end");
        let begun = Instant::now();
        let mut told = false;
        while let Ok(None) = child.try_wait() {
            if begun.elapsed() > limits::GUARD_GRACE && !told {
                self.tell("go on");
                told = true;
            }
            if begun.elapsed() > limits::GUARD_DEADLINE {
                let _ = child.kill();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        if !told {
            self.tell("reaped");
        }
        // `gone`, or the end of a guard that was killed.
        if let Some(pipe) = &mut self.sh.stdout {
            let _ = pipe.read_exact(&mut [0; b"gone\n".len()]);
        }
        let strays = outside_group::end(&self.token, child.id(), &family);
        self.tell("looked");
        drop(self.sh.stdin.take());
        let _ = self.sh.wait();
        strays
    }

    /// There is no group.
    #[cfg(not(unix))]
    pub(super) fn end(self, child: &mut Child) -> Vec<String> {
        let _ = child.kill();
        let _ = child.wait();
        Vec::new()
    }

    /// Writes a line to the guard; one that is gone needs none.
    #[cfg(unix)]
    fn tell(&mut self, line: &str) {
        if let Some(pipe) = &mut self.sh.stdin {
            let _ = writeln!(pipe, "{line}");
        }
    }
}
