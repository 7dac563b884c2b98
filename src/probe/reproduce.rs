//! Makes a shell command of one line that sends the bytes of a case again.
//!
//! Rule: the command uses only POSIX `printf`, `head`, `tr`, `sleep` and any `nc`. If it would be too long for
//! a line, there is no command.

use std::fmt::Write;
use std::time::Duration;

use crate::probe::Target;
use crate::probe::case::{Case, ClientAction};
use crate::probe::server_features::Baseline;

/// A run of one byte that is longer than this is made by `head` and `tr`.
const LONG_RUN: usize = 100;
/// The longest line that anybody copies.
const LONGEST: usize = 2_000;

/// The line; `None`: it would be too long.
pub fn line(case: &Case, target: &Target, baseline: &Baseline) -> Option<String> {
    let steps = case.steps(|text| baseline.fill(text)).ok()?;
    let mut parts = Vec::new();
    for step in steps {
        match step {
            ClientAction::Say(bytes) => parts.extend(said(&bytes)),
            ClientAction::Wait(time) => parts.push(format!("sleep {}", seconds(time))),
            ClientAction::Fin => {}
        }
    }
    let said = match &parts[..] {
        [one] => one.clone(),
        _ => format!("{{ {}; }}", parts.join("; ")),
    };
    let (host, port) = target.host.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let line = format!("{said} | nc -w 2 {host} {port}");
    (line.len() <= LONGEST).then_some(line)
}

/// The same bytes as commands, one after the other.
fn said(bytes: &[u8]) -> Vec<String> {
    let mut commands = Vec::new();
    let mut text = String::new();
    for run in bytes.chunk_by(|a, b| a == b) {
        let Some(byte) = run.first() else {
            continue;
        };
        if run.len() <= LONG_RUN {
            run.iter().for_each(|byte| text.push_str(&escaped(*byte)));
            continue;
        }
        if !text.is_empty() {
            commands.push(format!("printf '{}'", std::mem::take(&mut text)));
        }
        let count = run.len();
        commands.push(format!(
            "head -c {count} /dev/zero | tr '\\0' '\\{byte:03o}'"
        ));
    }
    if !text.is_empty() {
        commands.push(format!("printf '{text}'"));
    }
    commands
}

/// A byte in the format of `printf`, between single quotes.
fn escaped(byte: u8) -> String {
    match byte {
        b'\r' => "\\r".to_string(),
        b'\n' => "\\n".to_string(),
        b'\t' => "\\t".to_string(),
        b'%' => "%%".to_string(),
        b'\\' => "\\\\".to_string(),
        b' '..=b'~' if byte != b'\'' => char::from(byte).to_string(),
        _ => {
            let mut text = String::new();
            let _ = write!(text, "\\{byte:03o}");
            text
        }
    }
}

fn seconds(time: Duration) -> String {
    let text = format!("{:.3}", time.as_secs_f64());
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_printf_and_long_runs_head() {
        let line = said(b"GET /%41'\\ \x00\xff\r\n");
        assert_eq!(line, [r"printf 'GET /%%41\047\\ \000\377\r\n'"]);
        let long = [&b"a: "[..], &[b'b'; 300], b"\r\n"].concat();
        let commands = said(&long);
        assert_eq!(commands[0], "printf 'a: '");
        assert_eq!(commands[1], r"head -c 300 /dev/zero | tr '\0' '\142'");
        assert_eq!(commands[2], r"printf '\r\n'");
        assert_eq!(seconds(Duration::from_millis(300)), "0.3");
    }
}
