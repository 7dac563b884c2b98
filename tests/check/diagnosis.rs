//! Every code of the check has a program that shows it, and each of these programs gets its own code and
//! no other. Mistakes in bytes are transcripts (`labs/*/wrong`, `tests/badpeers`), those in behaviour are
//! flaws of `tests/badpeers/badpeer.rs`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{badpeer, side_by_side};
use wirelab::check::diagnosis::{first_words_after_fin, pages};
use wirelab::check::program::CommandLine;
use wirelab::check::report;
use wirelab::check::{CheckError, Conversation, Outcome, Plan, Subject};
use wirelab::course::catalogue::{Side, Weather, labs};
use wirelab::wire::Transcript;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The code that a check ends with, and its text; `passed` when it passes, `none` when it fails without
/// a code.
fn code(plan: &Plan) -> (String, String) {
    let (diagnosis, text) = match plan.run() {
        Ok(report) if report.passed() => return ("passed".to_string(), String::new()),
        Ok(mut report) => {
            let text = report::text(&report, &[]);
            let failed = report
                .runs
                .iter_mut()
                .find_map(|run| match &mut run.outcome {
                    Outcome::Failed(failure) => Some(failure),
                    _ => None,
                });
            (failed.and_then(|failure| failure.diagnosis.take()), text)
        }
        Err(CheckError::NotReady(unready)) => {
            let text = report::unready_text(&plan.place, &unready);
            (unready.diagnosis, text)
        }
        Err(error) => panic!("{error}"),
    };
    let code = diagnosis.map_or("none", |found| found.page.code);
    (code.to_string(), text)
}

fn plan(side: Side, words: &[&str], script: Transcript, weathers: &[Weather]) -> Plan {
    let line = CommandLine::of(Path::new(badpeer()), words);
    let name = "script".to_string();
    let conversation = Conversation {
        name,
        expected: script,
        weathers: weathers.to_vec(),
    };
    let plan = Plan::new(
        "a test".to_string(),
        side,
        Subject::Command(line),
        vec![conversation],
    );
    Plan {
        start_deadline: Duration::from_secs(5),
        ..plan
    }
}

/// A wrong answer as a transcript: what it says in its headings, and the check that it must fail.
struct Wrong {
    file: PathBuf,
    expect: String,
    plan: Plan,
}

impl Wrong {
    fn read(file: PathBuf) -> Wrong {
        let bytes = std::fs::read(&file).unwrap();
        let text =
            Transcript::parse_bytes(&bytes).unwrap_or_else(|e| panic!("{}:{e}", file.display()));
        let heading = |key| text.heading(key).map(str::to_string);
        let needed =
            |key| heading(key).unwrap_or_else(|| panic!("{}: @{key} is missing", file.display()));
        let side = match needed("side").as_str() {
            "server" => Side::Server,
            _ => Side::Client,
        };
        let weather =
            heading("weather").map_or(Weather::Calm, |name| Weather::parse(&name).unwrap());
        let replay = format!("replay-{}", side.word());
        let words = [&replay, "{addr}", file.to_str().unwrap()];
        let plan = plan(side, &words, script(&needed("script")), &[weather]);
        // A replay says the same however it is asked; asking again proves only what waits for our FIN,
        // and what does not depend on how it is asked (`@ask again`).
        let again = heading("ask").is_some();
        let triage = again || first_words_after_fin(&text, 1, side.who());
        Wrong {
            expect: needed("expect"),
            plan: Plan { triage, ..plan },
            file,
        }
    }
}

/// The conversation of a lab, or one beside the bad peers.
fn script(name: &str) -> Transcript {
    let mut scripts = labs().flat_map(|lab| &lab.scripts);
    match scripts.find(|script| script.name == name) {
        Some(script) => Transcript::parse(script.text()).unwrap(),
        None => {
            let file = root().join("tests/badpeers").join(format!("{name}.script"));
            let text =
                std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("no script {name}: {e}"));
            Transcript::parse(&text).unwrap()
        }
    }
}

fn wire_files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten();
    let files = files.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|e| e == "wire"))
        .collect();
    files.sort();
    files
}

fn wrong_answers() -> Vec<Wrong> {
    let mut files = wire_files(&root().join("tests/badpeers"));
    for lab in labs() {
        files.extend(wire_files(
            &root().join("labs").join(lab.slug).join("wrong"),
        ));
    }
    files.into_iter().map(Wrong::read).collect()
}

/// Runs checks side by side. Gives back what went wrong, in a stable order.
fn all(checks: Vec<(String, String, Plan)>) -> Vec<String> {
    let mut wrong = side_by_side(checks, |(name, expect, plan)| {
        let (found, text) = code(&plan);
        let line = || format!("{name}: expected {expect}, got {found}\n{text}");
        (found != expect).then(line)
    });
    wrong.sort();
    wrong.into_iter().flatten().collect()
}

#[test]
fn every_wrong_answer_fails_with_its_own_code_and_no_other() {
    let checks = wrong_answers().into_iter().map(|wrong| {
        let name = wrong
            .file
            .strip_prefix(root())
            .unwrap()
            .display()
            .to_string();
        (name, wrong.expect, wrong.plan)
    });
    let wrong = all(checks.collect());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A flaw of behaviour, the conversation that shows it, and its code.
struct Flaw {
    name: &'static str,
    side: Side,
    script: &'static str,
    weathers: &'static [Weather],
    code: &'static str,
}

const fn flaw(
    name: &'static str,
    script: &'static str,
    weathers: &'static [Weather],
    code: &'static str,
) -> Flaw {
    Flaw {
        name,
        side: Side::Server,
        script,
        weathers,
        code,
    }
}

const fn client(name: &'static str, script: &'static str, code: &'static str) -> Flaw {
    Flaw {
        name,
        side: Side::Client,
        script,
        weathers: &[Weather::Calm],
        code,
    }
}

const LAB9: &str = "lab09-smallest-answer";
const CALM: &[Weather] = &[Weather::Calm];

const FLAWS: &[Flaw] = &[
    flaw(
        "good",
        LAB9,
        &[
            Weather::Calm,
            Weather::Dribble,
            Weather::Glue,
            Weather::Slow,
            Weather::Rude,
            Weather::Ghost,
        ],
        "passed",
    ),
    flaw(
        "single-read",
        LAB9,
        &[Weather::Calm, Weather::Dribble],
        "W18",
    ),
    flaw("single-read", LAB9, &[Weather::Dribble], "W18"),
    flaw("never-reads", LAB9, CALM, "W24"),
    flaw(
        "never-reads",
        LAB9,
        &[Weather::Calm, Weather::Dribble],
        "W24",
    ),
    flaw("read-to-eof", LAB9, CALM, "W19"),
    flaw("not-flushed", "shouting", CALM, "W20"),
    flaw("lost-in-buffer", "upload", CALM, "W21"),
    flaw("loses-the-rest", "lab02-order-in-crumbs", CALM, "W33"),
    flaw("whole-buffer", "one-line", CALM, "W22"),
    flaw("short-write", "long-answer", CALM, "W23"),
    flaw(
        "died-on-empty",
        LAB9,
        &[Weather::Calm, Weather::Ghost],
        "W27",
    ),
    flaw(
        "died-on-reset",
        LAB9,
        &[Weather::Calm, Weather::Rude],
        "W41",
    ),
    flaw("good", "two-clients", CALM, "W28"),
    flaw("would-block", LAB9, &[Weather::Calm, Weather::Slow], "W29"),
    flaw("closes-at-once", LAB9, CALM, "W61"),
    flaw("closes-in-the-head", LAB9, CALM, "none"),
    client("client-not-flushed", LAB9, "W20"),
    client("client-read-to-eof", "kept-open", "W19"),
    client("client-calls-elsewhere", LAB9, "W25"),
    client("address-syntax", LAB9, "W30"),
];

impl Flaw {
    fn check(&self) -> (String, String, Plan) {
        let words = [self.name, "{addr}"];
        let plan = plan(self.side, &words, script(self.script), self.weathers);
        (
            format!("{} in {:?}", self.name, self.weathers),
            self.code.to_string(),
            plan,
        )
    }
}

#[test]
fn every_flaw_of_behaviour_gets_its_own_code_and_no_other() {
    let wrong = all(FLAWS.iter().map(Flaw::check).collect());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Codes whose labs are not built yet.
const AWAITED: [&str; 4] = ["W57", "W58", "W59", "W60"];

/// Codes that need a prepared place.
const PREPARED: [&str; 2] = ["W25", "W26"];

#[test]
fn a_server_elsewhere_or_at_a_taken_address_is_told_so() {
    let taken = wirelab::net::listen("127.0.0.1:0".parse().unwrap(), 1).unwrap();
    let taken = taken
        .local_addr()
        .map(|addr| (addr.to_string(), taken))
        .unwrap();
    let at_taken = plan(Side::Server, &["echo", &taken.0], script(LAB9), CALM);
    assert_eq!(code(&at_taken).0, "W26");
    let short = Duration::from_millis(300);
    let elsewhere = plan(
        Side::Server,
        &["listens-elsewhere", "{addr}", "[::1]:{port}"],
        script(LAB9),
        CALM,
    );
    assert_eq!(
        code(&Plan {
            start_deadline: short,
            ..elsewhere
        })
        .0,
        "W25"
    );
    let never = plan(Side::Server, &["never-listens"], script(LAB9), CALM);
    assert_eq!(
        code(&Plan {
            start_deadline: short,
            ..never
        })
        .0,
        "W25"
    );
}

#[test]
fn every_code_has_a_program_that_shows_it() {
    let mut shown: BTreeSet<String> = wrong_answers()
        .into_iter()
        .map(|wrong| wrong.expect)
        .collect();
    shown.extend(FLAWS.iter().map(|flaw| flaw.code.to_string()));
    shown.extend(PREPARED.map(str::to_string));
    shown.extend(AWAITED.map(str::to_string));
    let missing: Vec<&str> = pages()
        .iter()
        .map(|page| page.code)
        .filter(|code| !shown.contains(*code))
        .collect();
    assert!(missing.is_empty(), "nothing shows {missing:?}");
}
