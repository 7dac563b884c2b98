//! A storm as text of at most 80 columns.

use crate::plural::count_of;
use std::fmt::Write;
use std::time::Duration;

use crate::probe::storm::half_request_crowd::Honest;
use crate::probe::storm::{Death, Storm};
use crate::wire::{Transcript, Who};

/// The findings in full, then the figures.
pub fn text(storm: &Storm) -> String {
    let mut text = String::new();
    for finding in &storm.findings {
        let _ = writeln!(text, "FINDING {}\n", finding.why);
        for line in finding.transcript.brief().render().lines() {
            let _ = writeln!(text, "  {line}");
        }
        text.push('\n');
    }
    let more = storm.wrong - storm.findings.len() as u64;
    if more > 0 {
        let _ = writeln!(text, "… and {}\n", count_of(more, "more finding"));
    }
    if let Some(death) = &storm.died {
        died(&mut text, death);
    }
    requests(&mut text, storm);
    clients(&mut text, storm);
    figures(&mut text, storm);
    let mut last = count_of(storm.wrong, "finding");
    let unanswered = storm.unanswered();
    if unanswered > 0 {
        let count = count_of(unanswered, "correct request");
        last += &format!(", {count} without their answer");
    }
    if storm.died.is_some() {
        last += ", the server died";
    }
    let _ = writeln!(text, "\n{last}, seed {}", storm.weather.seed);
    text
}

/// That the server died, and the requests that it may have been.
fn died(text: &mut String, death: &Death) {
    let _ = writeln!(text, "DIED during {}: {}", death.during, death.why);
    if death.suspects.is_empty() {
        text.push('\n');
        return;
    }
    let _ = writeln!(
        text,
        "after one of the last {}:\n",
        count_of(death.suspects.len(), "request")
    );
    for request in death.suspects.iter().take(SHOWN_SUSPECTS) {
        let mut shown = Transcript::new();
        shown.push_bytes(1, Who::Client, request);
        for line in shown
            .brief()
            .render()
            .lines()
            .filter(|line| !line.starts_with('@'))
        {
            let _ = writeln!(text, "  {line}");
        }
        text.push('\n');
    }
}

/// How many of the last requests are shown.
const SHOWN_SUSPECTS: usize = 3;

fn requests(text: &mut String, storm: &Storm) {
    let seconds = storm.took.as_secs_f64();
    let rate = storm.requests as f64 / seconds.max(0.001);
    let _ = writeln!(
        text,
        "{} random requests in {seconds:.1} s ({rate:.0} a second)",
        storm.requests
    );
    if storm.silences > 0 {
        let _ = writeln!(
            text,
            "{} faulty ones got neither answer nor end",
            storm.silences
        );
    }
    if storm.overloaded > 0 {
        let count = storm.overloaded;
        let _ = writeln!(text, "{count} got 429 or 503: nothing is said about these");
    }
}

fn clients(text: &mut String, storm: &Storm) {
    // Without the phases that a dead server did not live to see.
    if storm.honest.len() > 1 {
        rude(text, storm);
    }
    if storm.honest.len() > 2 {
        crowd(text, storm);
    }
    let _ = writeln!(
        text,
        "\ncorrect requests    answered  failed    median   longest"
    );
    let names = ["before", "among the rude", "in the crowd"];
    for (name, honest) in names.iter().zip(&storm.honest) {
        let Honest {
            answered,
            failed,
            median,
            longest,
        } = honest;
        let _ = writeln!(
            text,
            "  {name:17}{answered:>9}{failed:>8}{:>7} ms{:>7} ms",
            milliseconds(*median),
            milliseconds(*longest)
        );
    }
}

fn rude(text: &mut String, storm: &Storm) {
    let rude = storm.rude;
    let _ = writeln!(
        text,
        "{} reset, {} vanished, {} never read, {} went byte by byte",
        count_of(rude.resets, "client"),
        rude.vanished,
        rude.never_read,
        rude.byte_by_byte
    );
}

fn crowd(text: &mut String, storm: &Storm) {
    let _ = writeln!(
        text,
        "{} with half a request each",
        count_of(storm.crowd, "connection")
    );
    let away = storm.sent_away;
    let _ = writeln!(
        text,
        "  answered: {} with 408, {} with another status, {} closed without; {} stay",
        away.told, away.otherwise, away.silently, away.stay
    );
    if away.stay < storm.crowd {
        let _ = writeln!(
            text,
            "  the last of them after {:.1} s at most",
            away.after.as_secs_f64()
        );
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

fn figures(text: &mut String, storm: &Storm) {
    let Some(figures) = storm.figures else {
        return;
    };
    let _ = writeln!(text, "\nthe server          memory  descriptors  threads");
    for (name, it) in ["before", "at most", "after"].iter().zip(figures) {
        let memory = it.memory as f64 / 1024.0;
        let _ = writeln!(
            text,
            "  {name:13}{memory:>8.1} MiB{:>12}{:>9}",
            it.descriptors, it.threads
        );
    }
}
