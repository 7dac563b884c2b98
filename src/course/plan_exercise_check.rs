//! Makes a check of a learner's exercise, from the progress file.
//!
//! Rule: this file only makes a plan; `check` runs it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::catalogue::{Lab, Language, Side, Weather};
use super::fresh::{self, Fresh};
use super::lab_server_files;
use super::locate_and_build_programs::{self, BuildError};
use super::locations;
use super::progress::{By, Progress};
use super::workbench;
use crate::check::program::CommandLine;
use crate::check::{CheckError, Conversation, Plan, Report, ServedFolder, Subject};
use crate::net;
use crate::wire::Transcript;

/// The whole check of one side of a lab, in all weathers, of the program that `by` names, with the learner's
/// own seed.
pub fn plan(lab: &Lab, side: Side, by: &By) -> Result<Plan, CheckError> {
    plan_with(lab, side, by, seed().map_err(CheckError::Files)?)
}

/// The same; `seed`: what the fresh conversations are made from.
pub fn plan_with(lab: &Lab, side: Side, by: &By, seed: u64) -> Result<Plan, CheckError> {
    plan_of(lab, side, subject(lab, side, by)?, None, seed)
}

/// What is started, or asked, for the program that `by` names; one in the workbench is built first.
pub fn subject(lab: &Lab, side: Side, by: &By) -> Result<Subject, CheckError> {
    match by {
        By::Workbench => in_workbench(lab, side),
        By::Command(text) => {
            let line = CommandLine::parse(text).map_err(CheckError::Start)?;
            Ok(line.own().map_or(Subject::Command(line), Subject::Own))
        }
        By::Address(text) => {
            let address = net::address(text);
            let words = |error: net::AddressError| CheckError::Nothing(error.to_string());
            Ok(Subject::Address(address.map_err(words)?))
        }
    }
}

/// The learner's program in the workbench, in whatever language it is.
fn in_workbench(lab: &Lab, side: Side) -> Result<Subject, CheckError> {
    let built = |program: Result<PathBuf, BuildError>| {
        program.map_err(|error| CheckError::Build(error.to_string()))
    };
    let rust = || built(locate_and_build_programs::workbench_program(lab, side)).map(Subject::Own);
    let (Some(workbench), Some((language, file))) =
        (locations::workbench(), workbench::program(lab, side))
    else {
        return rust();
    };
    let source = workbench.root.join(file);
    let interpreter = match language {
        Language::Rust => return rust(),
        Language::Go | Language::C => {
            let program = built(locate_and_build_programs::compiled(
                &workbench.root,
                &source,
                language,
            ))?;
            return Ok(Subject::Command(CommandLine::of(&program, &[])));
        }
        Language::Python => "python3",
        Language::Node => "node",
    };
    let line = CommandLine::of(Path::new(interpreter), &[&source.to_string_lossy()]);
    Ok(Subject::Command(line))
}

/// Which program of the learner's a check without further words takes: the one of the last command, or else
/// the one in the workbench. `None`: neither is there.
pub fn chosen(progress: &Progress, lab: &Lab, side: Side) -> Option<By> {
    match progress.last_command(lab, side) {
        Some(command) => Some(By::Command(command)),
        None => workbench::program(lab, side).map(|_| By::Workbench),
    }
}

/// Writes down which program a check was told to take, for the next one. An address is not kept: nobody may
/// listen there tomorrow.
pub fn remember(lab: &Lab, side: Side, by: &By) -> std::io::Result<()> {
    let command = match by {
        By::Workbench => None,
        By::Command(command) => Some(command.as_str()),
        By::Address(_) => return Ok(()),
    };
    if locations::workbench().is_none() {
        return Ok(());
    }
    Progress::update(|progress| progress.set_last_command(lab, side, command))
}

/// The check of one side of a lab; `weather`: only this one; `seed`: what the fresh conversations are made
/// from.
pub fn plan_of(
    lab: &Lab,
    side: Side,
    subject: Subject,
    weather: Option<Weather>,
    seed: u64,
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
        root: lab_server_files::of(lab).map_err(CheckError::Files)?,
        network_seed: seed,
        datagrams: lab.has_datagrams(),
        then: fresh_plan(lab, side, &subject, weather, seed)?.map(Box::new),
        ..Plan::new(place, side, subject, conversations)
    })
}

/// The fresh conversations, with a folder of fresh files. A server that runs already keeps the folder that it
/// was started with, so it gets those of labs without files alone.
fn fresh_plan(
    lab: &Lab,
    side: Side,
    subject: &Subject,
    weather: Option<Weather>,
    seed: u64,
) -> Result<Option<Plan>, CheckError> {
    let fresh = Fresh::of(lab, side, seed)
        .map_err(|error| CheckError::Fresh(lab.slug.to_string(), error.to_string()))?;
    let elsewhere = matches!(subject, Subject::Address(_)) && fresh.has_files();
    let conversations: Vec<Conversation> = fresh
        .conversations
        .iter()
        .map(|conversation| Conversation {
            name: conversation.name.clone(),
            expected: conversation.expected.clone(),
            weathers: (conversation.weathers.iter().copied())
                .filter(|listed| weather.is_none_or(|only| only == *listed))
                .collect(),
        })
        .filter(|conversation| !conversation.weathers.is_empty())
        .collect();
    if conversations.is_empty() || elsewhere {
        return Ok(None);
    }
    let root = match fresh.has_files() {
        true => {
            let folder = ServedFolder::temporary("files", |folder| fresh.write_files(folder));
            Some(Arc::new(folder.map_err(CheckError::Files)?))
        }
        false => None,
    };
    let place = format!("lab {:02}", lab.number);
    Ok(Some(Plan {
        root,
        seed: Some(seed),
        network_seed: seed.wrapping_add(1),
        datagrams: lab.has_datagrams(),
        ..Plan::new(place, side, subject.clone(), conversations)
    }))
}

/// The learner's seed. It is made once, and stays in the progress file; without a workbench it is 1.
/// Errors: the progress file cannot be read or written; its name is in the message.
pub fn seed() -> std::io::Result<u64> {
    if locations::workbench().is_none() {
        return Ok(1);
    }
    if let Some(seed) = Progress::load()?.seed() {
        return Ok(seed);
    }
    Progress::update(|progress| {
        // Another command may have made it a moment ago.
        let seed = progress.seed().unwrap_or_else(fresh::new_seed);
        progress.set_seed(seed);
        seed
    })
}

/// Writes down that a report of all weathers has passed. Without a workbench nothing is kept.
/// Errors: the progress file cannot be read or written; its name is in the message.
pub fn note(report: &Report, lab: &Lab, side: Side, by: &By) -> std::io::Result<()> {
    if !report.passed() || locations::workbench().is_none() {
        return Ok(());
    }
    Progress::update(|progress| progress.set_passed(lab, side, by))
}
