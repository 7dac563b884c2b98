//! Every code of the check has a program that shows it, and each of these programs gets its own code and
//! no other. Mistakes in bytes are transcripts (`labs/*/wrong`, `tests/badpeers`), those in behaviour are
//! flaws of `tests/badpeers/badpeer.rs`.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::time::Duration;

use crate::flaws::programs;
use crate::support::side_by_side;
use crate::support::wrong::{Wrong, code, complaint, plan, root, script, wire_files};
use wirelab::check::Plan;
use wirelab::check::diagnosis::pages;
use wirelab::course::catalogue::{Side, Weather, labs};

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
fn every_bad_peer_of_bytes_fails_with_its_own_code_and_no_other() {
    let files = wire_files(&root().join("tests/badpeers"));
    let wrong = side_by_side(files, |file| complaint(&Wrong::read(file)));
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
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
    let has_ipv6 = TcpListener::bind("[::1]:0").is_ok();
    let other = match has_ipv6 {
        true => "[::1]:{port}",
        false => "127.0.0.2:{port}",
    };
    let elsewhere = plan(
        Side::Server,
        &["listens-elsewhere", "{addr}", other],
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
    let programs = programs().into_iter();
    shown.extend(programs.filter_map(|program| program.accepted.into_iter().next()));
    shown.extend(PREPARED.map(str::to_string));
    shown.extend(AWAITED.map(str::to_string));
    let missing: Vec<&str> = pages()
        .iter()
        .map(|page| page.code)
        .filter(|code| !shown.contains(*code))
        .collect();
    assert!(missing.is_empty(), "nothing shows {missing:?}");
}
