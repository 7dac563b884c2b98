//! `cargo lab N`: the page of a lab, with what its two programs said a moment ago.

use std::process::{Command, Stdio};

use super::support::WIRELAB;
use wirelab::course::catalogue::Lab;
use wirelab::wire::Transcript;

/// The page is there, fits 80 columns, and shows the bytes of the lab's main snapshot.
pub fn is_told(lab: &Lab) {
    let mut command = Command::new(WIRELAB);
    command.arg(lab.number.to_string()).stdin(Stdio::null());
    command.env("WIRELAB_COURSE", env!("CARGO_MANIFEST_DIR"));
    let output = command.output().expect("wirelab starts");
    assert!(output.status.success(), "lab {}: {output:?}", lab.number);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let wide = text.lines().find(|line| line.chars().count() > 80);
    assert!(wide.is_none(), "wider than 80 columns: {wide:?}");
    assert!(!text.contains('\x1b'), "colour where no terminal is");
    shows_its_snapshot(lab, &text);
}

/// What the two programs said is what the lab's main snapshot says. (Where addresses are the subject,
/// they differ from run to run.)
fn shows_its_snapshot(lab: &Lab, output: &str) {
    let Some(script) = lab.scripts.first() else {
        return;
    };
    let mut said = Transcript::parse(script.text()).expect("a transcript");
    // What fills the holes differs from run to run, and so does the order of several connections.
    if said.has_masks() || said.connections().len() > 1 {
        return;
    }
    let datagrams = said.has_datagrams();
    said.headings.clear();
    let said = said.render_brief();
    // Where a time is demanded, it is a line of the script alone.
    let said: String = said
        .lines()
        .filter(|line| !line.starts_with("~ "))
        .fold(String::new(), |all, line| all + line + "\n");
    if said.contains("{addr}") || said.contains("{port}") {
        return;
    }
    // A client of datagrams sends again what is not answered in time, which happens on a busy machine. Then
    // there are more lines, in the same order.
    let shown = match datagrams {
        true => in_order(&said, output),
        false => output.contains(&said),
    };
    assert!(shown, "lab {}:\n{output}", lab.number);
}

/// Whether the lines of a text are lines of another one, in their order.
fn in_order(text: &str, all: &str) -> bool {
    let mut lines = all.lines();
    text.lines().all(|line| lines.any(|other| other == line))
}
