//! The report as JSON (RFC 8259), for programs: `cargo lab class` reads it.
//!
//! Rule: the order of the names is fixed, numbers are plain, and every text is one line of JSON.

use std::fmt::Write;

use crate::json::string;
use crate::wire::sha256;

use super::{Check, FORMAT, Graded, LeftOut, Played, Status};

/// A whole JSON document, with a newline at its end.
pub fn text(graded: &Graded) -> String {
    let mut text = String::from("{\n");
    let _ = writeln!(
        text,
        "  \"wirelab\": {},",
        string(env!("CARGO_PKG_VERSION"))
    );
    let _ = writeln!(text, "  \"format\": {FORMAT},");
    let seed = graded
        .seed
        .map_or("null".to_string(), |seed| seed.to_string());
    let _ = writeln!(text, "  \"seed\": {seed},");
    let _ = writeln!(text, "  \"exam\": {},", graded.exam);
    for (name, status) in [
        ("passed", Status::Passed),
        ("failed", Status::Failed),
        ("not_checked", Status::NotChecked),
    ] {
        let _ = writeln!(text, "  \"{name}\": {},", graded.count(status));
    }
    let _ = writeln!(
        text,
        "  \"checks\": [{}],",
        list(&graded.checks, check, "\n  ")
    );
    let _ = writeln!(
        text,
        "  \"left_out\": [{}],",
        list(&graded.left_out, left_out, "\n  ")
    );
    let hash = sha256::hex(text.as_bytes());
    text + HASH + &hash + "\"\n}\n"
}

/// What stands before the hash in the last line: that of the text before it.
const HASH: &str = "  \"sha256\": \"";

/// Whether the hash in a report is that of the text before it: nobody has changed the report since.
pub fn is_whole(text: &str) -> bool {
    let Some((before, hash)) = text.rsplit_once(HASH) else {
        return false;
    };
    hash.split('"').next() == Some(&sha256::hex(before.as_bytes()))
}

/// The items with commas between them, each on a line of its own.
fn list<T>(items: &[T], write: fn(&T) -> String, indent: &str) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|item| format!("{indent}  {}", write(item)))
        .collect();
    match items.is_empty() {
        true => String::new(),
        false => items.join(",") + indent,
    }
}

fn check(check: &Check) -> String {
    let lab = check.lab.map_or("null".to_string(), |lab| lab.to_string());
    let side = check
        .side
        .map_or("null".to_string(), |side| string(side.word()));
    let (code, mistake) = match check.code {
        Some((code, slug)) => (string(code), string(slug)),
        None => ("null".to_string(), "null".to_string()),
    };
    format!(
        "{{ \"lab\": {lab}, \"place\": {}, \"side\": {side}, \"status\": {},\n      \
         \"code\": {code}, \"mistake\": {mistake}, \"verdict\": {}, \"seconds\": {:.3},\n      \
         \"runs\": [{}],\n      \"output\": {} }}",
        string(&check.place),
        string(check.status.word()),
        string(&check.verdict),
        check.took.as_secs_f64(),
        list(&check.runs, run, "\n      "),
        string(&check.output),
    )
}

fn run(run: &Played) -> String {
    format!(
        "{{ \"conversation\": {}, \"weather\": {}, \"fresh\": {}, \"status\": {}, \"seconds\": {:.3} }}",
        string(&run.conversation),
        string(run.weather),
        run.fresh,
        string(run.status.word()),
        run.took.as_secs_f64()
    )
}

fn left_out(left_out: &LeftOut) -> String {
    format!(
        "{{ \"lab\": {}, \"side\": {}, \"why\": {} }}",
        left_out.lab,
        string(left_out.side.word()),
        string(left_out.why)
    )
}
