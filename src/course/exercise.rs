//! A learner's exercise: from what the progress file says to a check that can be run.
//!
//! Rule: nothing is judged here; a plan is made, and `check` runs it.

use super::cargo;
use super::catalogue::{Lab, Side, Weather};
use super::home;
use super::lab_files;
use super::progress::{By, Progress};
use crate::check::program::CommandLine;
use crate::check::{CheckError, Conversation, Plan, Report, Subject};
use crate::net;
use crate::wire::Transcript;

/// The whole check of one side of a lab, in all weathers, of the program that `by` names.
pub fn plan(lab: &Lab, side: Side, by: &By) -> Result<Plan, CheckError> {
    let subject = match by {
        By::Workbench => {
            let program = cargo::workbench_program(lab, side);
            Subject::Own(program.map_err(|error| CheckError::Build(error.to_string()))?)
        }
        By::Command(text) => Subject::Command(CommandLine::parse(text).map_err(CheckError::Start)?),
        By::Address(text) => {
            let address = net::address(text);
            let words = |error: net::AddressError| CheckError::Nothing(error.to_string());
            Subject::Address(address.map_err(words)?)
        }
    };
    plan_of(lab, side, subject, None)
}

/// The check of one side of a lab; `weather`: only this one.
pub fn plan_of(
    lab: &Lab,
    side: Side,
    subject: Subject,
    weather: Option<Weather>,
) -> Result<Plan, CheckError> {
    let mut conversations = Vec::new();
    for script in lab.scripts_for(side) {
        let expected = Transcript::parse(script.text());
        let expected =
            expected.map_err(|error| CheckError::Script(script.name.to_string(), error))?;
        let listed = script.weathers.iter().copied();
        let weathers: Vec<Weather> = listed
            .filter(|listed| weather.is_none_or(|w| w == *listed))
            .collect();
        conversations.push(Conversation {
            name: script.name.to_string(),
            expected,
            weathers,
        });
    }
    conversations.retain(|conversation| !conversation.weathers.is_empty());
    let place = format!("lab {:02}", lab.number);
    if conversations.is_empty() {
        let which = weather.map_or(String::new(), |weather| {
            format!(" in the weather {}", weather.name())
        });
        let text = format!(
            "{place} has no conversation that checks a {}{which}",
            side.word()
        );
        return Err(CheckError::Nothing(text));
    }
    Ok(Plan {
        root: lab_files::of(lab).map_err(CheckError::Files)?,
        ..Plan::new(place, side, subject, conversations)
    })
}

/// Writes down that a report of all weathers has passed. Without a workbench nothing is kept.
/// Errors: the progress file cannot be read or written; its name is in the message.
pub fn note(report: &Report, lab: &Lab, side: Side, by: &By) -> std::io::Result<()> {
    if !report.passed() || home::workbench().is_none() {
        return Ok(());
    }
    let mut progress = Progress::load()?;
    progress.set_passed(lab, side, by);
    progress.save()
}
