//! *Run it*: runs the lab's own programs over loopback and shows the recorded conversation in the page.
//!
//! Rule: a form can only choose a conversation and a weather of the catalogue.

use std::sync::Arc;

use super::form::Form;
use super::open_pages_and_programs::Live;
use super::page_state::{Page, Turn, Work};
use super::panel;
use super::recording_feed::Feed;
use crate::check::program::Ending;
use crate::course::catalogue::{Lab, Script};
use crate::course::run_lab::{Cast, LabRunError, Origin, Show, Shown};
use crate::net::Weather;

/// Starts a conversation; the page gets its events.
pub fn run(live: &Live, page: &Arc<Page>, lab: &'static Lab, form: &Form) -> Result<(), String> {
    let name = form.get("conversation");
    let script = lab.scripts.iter().find(|script| script.name == name);
    let script = script.ok_or("This lab has no such conversation.")?;
    let weather = Weather::parse(form.get("weather"));
    let weather = weather.filter(|weather| script.weathers.contains(weather));
    let weather = weather.ok_or("This conversation is not shown in such a weather.")?;
    let turn = page.begin(Work::Run);
    page.fill("run", "");
    page.fill("run-after", "");
    page.state(
        "run-state",
        "The lab's programs are started. Cargo builds them first if they are not built.",
    );
    let page = Arc::clone(page);
    live.spawn(move || play(&page, turn, lab, script, weather))
}

fn play(page: &Arc<Page>, turn: Turn, lab: &'static Lab, script: &Script, weather: Weather) {
    let (feed, recorder) = Feed::new(page, "run", turn);
    let show = Show {
        lab,
        script,
        weather,
        recorder: &recorder,
        goes_on: &|| page.wants(turn),
    };
    let shown = show.build().and_then(|is_here| {
        if page.wants(turn) {
            let sentence = if is_here { begins(show.cast()) } else { PLAYED };
            page.state("run-state", sentence);
        }
        show.run()
    });
    if !page.wants(turn) {
        return;
    }
    feed.keep(&match weather {
        Weather::Calm => script_title(script),
        weather => format!("{} · {}", script_title(script), weather.name()),
    });
    match &shown {
        Ok(shown) => page.fill("run-after", &after(shown)),
        Err(_) => page.fill("run-after", ""),
    }
    page.state("run-state", &ended(&shown, &feed));
    page.log.push("done", "run".to_string());
}

/// The title of a conversation, as its transcript has it.
pub fn script_title(script: &Script) -> String {
    let mut titles = script
        .text()
        .lines()
        .filter_map(|line| line.strip_prefix("@title "));
    titles.next_back().unwrap_or(script.name).to_string()
}

const PLAYED: &str = "The lab's own programs are in a clone of the course. Here the course's player plays both \
    sides from the transcript.";

fn begins(cast: Cast) -> &'static str {
    match cast {
        Cast::Pair => "The lab's server listens, and the lab's client connects to it.",
        Cast::Server => "The lab's server listens; the course's player plays the client's part.",
        Cast::Client => "The lab's client connects; the course's player plays the server's part.",
        Cast::NobodyListens => "The lab's client connects to a port where nobody listens.",
        Cast::BacklogFull => "The lab's client connects to a server whose backlog is full.",
    }
}

/// How it ended, in one or two sentences.
fn ended(shown: &Result<Shown, LabRunError>, feed: &Feed) -> String {
    let end = match shown {
        Err(error) => return format!("It could not be shown: {error}"),
        Ok(shown) => what_ended(shown),
    };
    end + &feed.left_out()
}

/// Which programs ended as they should not, if any did.
fn what_ended(shown: &Shown) -> String {
    let mut sentences = Vec::new();
    match shown.ending.filter(|ending| *ending != Ending::Status(0)) {
        Some(ending) => sentences.push(format!("The lab's client ended: {ending}.")),
        None if shown.client && shown.ending.is_none() => {
            sentences.push("The lab's client still ran after 20 s, so we ended it.".to_string());
        }
        None => {}
    }
    if let Some(ending) = shown.server_ending {
        sentences.push(format!("The lab's server ended: {ending}."));
    }
    if shown.gave_up {
        let side = if shown.client { "client" } else { "server" };
        sentences.push(format!(
            "The lab's {side} did not say what the conversation expects, so the player gave up."
        ));
    }
    match shown.origin {
        Origin::Programs => {}
        Origin::Played => {
            sentences.push(format!("{PLAYED} Every byte went over a real connection."))
        }
        Origin::Written => {
            return "The lab's own programs are in a clone of the course, and this conversation cannot be \
                played without them."
                .to_string();
        }
    }
    match sentences.is_empty() {
        true => "Done. Every byte below was recorded a moment ago.".to_string(),
        false => format!("Done. {}", sentences.join(" ")),
    }
}

/// What the programs printed.
fn after(shown: &Shown) -> String {
    let parts = [
        ("The client printed", &shown.printed),
        ("The client noted on stderr", &shown.noted),
        ("The server noted on stderr", &shown.server_noted),
    ];
    let parts = parts
        .into_iter()
        .map(|(title, text)| panel::printed(title, text));
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_labs_programs_said_is_told_as_theirs() {
        for (origin, expected) in [
            (
                Origin::Programs,
                "Done. Every byte below was recorded a moment ago.",
            ),
            (Origin::Played, "plays both sides from the transcript."),
            (Origin::Written, "cannot be played without them."),
        ] {
            let shown = Shown {
                printed: String::new(),
                noted: String::new(),
                ending: None,
                client: false,
                server_noted: String::new(),
                server_ending: None,
                gave_up: false,
                origin,
            };
            let told = what_ended(&shown);
            assert!(told.contains(expected), "{told}");
            assert_eq!(told.contains("clone"), origin != Origin::Programs, "{told}");
        }
    }
}
