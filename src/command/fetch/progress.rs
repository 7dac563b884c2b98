//! The progress line of a long download, only if stderr is a terminal.

use crate::command::Screen;
use std::io::{self, IsTerminal, Write};
use std::time::Instant;
use wirelab::limits;

/// Passes bytes on, and counts them.
pub struct ProgressWriter<'a> {
    taker: &'a mut dyn Write,
    /// Where the line goes; `None` when stderr is no terminal.
    screen: Option<Screen>,
    /// How many bytes were there before.
    before: u64,
    done: u64,
    whole: Option<u64>,
    started: Instant,
    drawn: Instant,
    /// A line stands there.
    standing: bool,
}

impl<'a> ProgressWriter<'a> {
    /// Nothing is drawn before the first tick is over.
    pub fn new(taker: &'a mut dyn Write, before: u64, whole: Option<u64>) -> ProgressWriter<'a> {
        let now = Instant::now();
        ProgressWriter {
            taker,
            screen: io::stderr().is_terminal().then(Screen::stderr),
            before,
            done: before,
            whole,
            started: now,
            drawn: now,
            standing: false,
        }
    }

    /// Takes the line away.
    pub fn end(&mut self) {
        if let (true, Some(screen)) = (self.standing, &mut self.screen) {
            let _ = write!(screen, "\r{:60}\r", "");
        }
        self.standing = false;
    }

    fn draw(&mut self) {
        let Some(screen) = &mut self.screen else {
            return;
        };
        if self.drawn.elapsed() < limits::STOP_POLL {
            return;
        }
        self.drawn = Instant::now();
        let seconds = self.started.elapsed().as_secs_f64();
        let line = line(
            self.done,
            self.whole,
            (self.done - self.before) as f64 / seconds,
        );
        // A terminal that is gone is no reason to stop.
        let _ = write!(screen, "\r{line:60}");
        self.standing = true;
    }
}

impl Write for ProgressWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.taker.write(bytes)?;
        self.done += count as u64;
        self.draw();
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.taker.flush()
    }
}

/// `123.4 of 1024.0 MiB, 12 %, 98.3 MiB/s`; speed in bytes a second.
fn line(done: u64, whole: Option<u64>, speed: f64) -> String {
    let mebi = |bytes: f64| bytes / (1024.0 * 1024.0);
    let (so_far, speed) = (mebi(done as f64), mebi(speed));
    match whole {
        Some(whole) if whole > 0 => {
            let percent = done as f64 * 100.0 / whole as f64;
            let whole = mebi(whole as f64);
            format!("{so_far:.1} of {whole:.1} MiB, {percent:.0} %, {speed:.1} MiB/s")
        }
        _ => format!("{so_far:.1} MiB, {speed:.1} MiB/s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_is_known() {
        let mebibyte = 1024 * 1024;
        let speed = 2.0 * mebibyte as f64;
        let all = line(mebibyte, Some(4 * mebibyte), speed);
        assert_eq!(all, "1.0 of 4.0 MiB, 25 %, 2.0 MiB/s");
        assert_eq!(line(mebibyte, None, speed), "1.0 MiB, 2.0 MiB/s");
        assert_eq!(line(0, Some(0), 0.0), "0.0 MiB, 0.0 MiB/s");
    }
}
