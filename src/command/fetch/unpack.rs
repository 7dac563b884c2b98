//! Unpacks a compressed body with the gzip program.

use anyhow::{Context, Result, bail};
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use wirelab::client::Answer;

/// Hands the body to `taker`, unpacked. Answers the length of the packed body, and how many bytes came
/// after it that nobody announced.
pub fn body(answer: Answer, taker: &mut (dyn Write + Send)) -> Result<(u64, usize)> {
    let mut gzip = Command::new("gzip");
    gzip.arg("-dc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let started = gzip.spawn();
    let mut gzip =
        started.context("--compressed needs the gzip program, which cannot be started")?;
    let (stdin, stdout) = (gzip.stdin.take(), gzip.stdout.take());
    let (Some(mut packed), Some(mut unpacked)) = (stdin, stdout) else {
        bail!("gzip has no pipes");
    };
    let (came, copied) = thread::scope(|scope| {
        let copying = scope.spawn(move || std::io::copy(&mut unpacked, taker));
        let came = answer.body(&mut packed);
        drop(packed);
        (came, copying.join())
    });
    let status = gzip.wait();
    // What the connection did comes first; a gzip that ends early only makes our writing fail.
    let came = came?;
    if let Ok(Err(error)) = copied {
        return Err(error.into());
    }
    match status {
        Ok(status) if status.success() => Ok(came),
        _ => bail!("the body is not gzip, or it is damaged"),
    }
}
