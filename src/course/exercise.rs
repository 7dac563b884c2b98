//! A learner's exercise: from what the progress file says to a check that can be run.
//!
//! Rule: nothing is judged here; a plan is made, and `check` runs it.

use super::cargo;
use super::catalogue::{Lab, Side};
use super::progress::{By, Progress};
use crate::check::program::CommandLine;
use crate::check::{CheckError, Plan, Report, Subject};
use crate::net;

/// The whole check of one side of a lab, in all weathers, of the program that `by` names.
pub fn plan(lab: &Lab, side: Side, by: &By) -> Result<Plan, CheckError> {
    let Some(built) = &lab.built else {
        let text = format!("lab {:02} is not built yet", lab.number);
        return Err(CheckError::Nothing(text));
    };
    let subject = match by {
        By::Workbench => {
            let program = cargo::workbench_program(lab, side);
            Subject::Own(program.map_err(CheckError::Build)?)
        }
        By::Command(text) => Subject::Command(CommandLine::parse(text).map_err(CheckError::Start)?),
        By::Address(text) => {
            let address = net::address(text);
            let words = |error: net::AddressError| CheckError::Nothing(error.to_string());
            Subject::Address(address.map_err(words)?)
        }
    };
    Plan::for_lab(lab, built, side, subject, None)
}

/// Writes down that a report of all weathers has passed. Outside the repository nothing is kept.
/// Errors: the progress file cannot be read or written; its name is in the message.
pub fn note(report: &Report, lab: &Lab, side: Side, by: &By) -> std::io::Result<()> {
    if !report.passed() || cargo::repository().is_none() {
        return Ok(());
    }
    let mut progress = Progress::load()?;
    progress.set_passed(lab, side, by);
    progress.save()
}
