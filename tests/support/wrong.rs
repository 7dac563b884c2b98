//! Wrong answers as transcripts: `labs/NN-slug/wrong/*.wire` and `tests/badpeers/*.wire`. Each names in its
//! headings the side, the conversation and the code that its check must end with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::badpeer;
use wirelab::check::diagnosis::first_words_after_fin;
use wirelab::check::program::CommandLine;
use wirelab::check::report;
use wirelab::check::{CheckError, Conversation, Outcome, Plan, Subject};
use wirelab::course::catalogue::{Lab, Script, Side, Weather, labs};
use wirelab::limits;
use wirelab::wire::Transcript;

/// The folder of the course.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The code that a check ends with, and its text; `passed` when it passes, `none` when it fails without
/// a code.
pub fn code(plan: &Plan) -> (String, String) {
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
            says_what_is_there(&text);
            (failed.and_then(|failure| failure.diagnosis.take()), text)
        }
        Err(CheckError::NotReady(unready)) => {
            let text = report::unready_text(&plan.place, &unready);
            says_what_is_there(&text);
            (unready.diagnosis, text)
        }
        Err(error) => panic!("{error}"),
    };
    let code = diagnosis.map_or("none", |found| found.page.code);
    (code.to_string(), text)
}

/// A check of `badpeer`, called with these words.
pub fn plan(side: Side, words: &[&str], script: Transcript, weathers: &[Weather]) -> Plan {
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
pub struct Wrong {
    /// Where it stands.
    pub file: PathBuf,
    /// The code.
    pub expect: String,
    /// The check.
    pub plan: Plan,
}

impl Wrong {
    /// Reads one; panics where the file does not say what it needs.
    pub fn read(file: PathBuf) -> Wrong {
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
        let kind = if text.has_datagrams() {
            "datagram-"
        } else {
            ""
        };
        let replay = format!("replay-{kind}{}", side.word());
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
pub fn script(name: &str) -> Transcript {
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

/// The `.wire` files in a folder, sorted; none where there is no folder.
pub fn wire_files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten();
    let files = files.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|e| e == "wire"))
        .collect();
    files.sort();
    files
}

/// Runs one; the complaint when it does not end with its own code.
pub fn complaint(wrong: &Wrong) -> Option<String> {
    let name = wrong.file.strip_prefix(root()).unwrap_or(&wrong.file);
    let (found, text) = code(&wrong.plan);
    let expect = &wrong.expect;
    (found != *expect)
        .then(|| format!("{}: expected {expect}, got {found}\n{text}", name.display()))
}

/// What a check prints, and whether it passed. Ports differ from run to run and are made equal.
pub fn text(plan: &Plan) -> (String, bool) {
    let (text, passed) = match plan.run() {
        Ok(report) => (report::text(&report, &[]), report.passed()),
        Err(CheckError::NotReady(unready)) => (report::unready_text(&plan.place, &unready), false),
        Err(error) => (error.to_string(), false),
    };
    says_what_is_there(&text);
    (without_ports(&text), passed)
}

/// Every report: numbers and nouns agree, and a sentence about lines above has such lines above it.
pub fn says_what_is_there(report: &str) {
    // The lines of the wire, and what a program printed, may say anything.
    let own = report
        .lines()
        .filter(|line| !line.starts_with([' ', 'C', 'S']) || own_words(line));
    let own: Vec<&str> = own.flat_map(str::split_whitespace).collect();
    for pair in own.windows(2) {
        let number = pair[0].trim_start_matches(['(', '`']);
        let noun = pair[1].trim_end_matches(['.', ',', ';', ':', ')']);
        let many = [
            "bytes", "lines", "pieces", "letters", "clients", "seconds", "requests", "blanks",
        ];
        let zero = number == "0" && noun.starts_with("line");
        let one = number == "1" && many.contains(&noun);
        assert!(!one && !zero, "{pair:?} in\n{report}");
    }
    let shows = |sign: &str| {
        report
            .lines()
            .any(|line| line.starts_with(sign) && line.contains("> "))
    };
    if own.join(" ").contains("the two lines above")
        || own.join(" ").contains("The two lines above")
    {
        assert!(
            shows(" - ") && shows(" + "),
            "no two lines are shown in\n{report}"
        );
    }
}

/// A paragraph of a report: three spaces and a sentence.
fn own_words(line: &str) -> bool {
    let words = line.strip_prefix("   ").unwrap_or_default();
    let notation =
        |who: &str| words.starts_with(&format!("{who}> ")) || words.starts_with(&format!("{who} "));
    words.starts_with(|c: char| c.is_ascii_alphanumeric()) && !notation("C") && !notation("S")
}

/// The same text on a busy machine, where a program may be silent for four times as long, and on an idle one.
pub fn without_patience(lab: &Lab, text: &str) -> String {
    let middle =
        |script: &Script| Transcript::parse(script.text()).is_ok_and(|it| it.legs().is_some());
    let usual = match lab.scripts.iter().any(middle) {
        true => limits::CHECK_SILENCE_BETWEEN,
        false => limits::CHECK_SILENCE,
    };
    let (usual, longest) = (usual.as_millis(), (usual * 4).as_millis());
    let text = text.replace(&format!("{longest} ms"), &format!("{usual} ms"));
    text.replace(&format!("{longest}ms"), &format!("{usual}ms"))
}

/// The same text whatever port the system chose.
pub fn without_ports(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let mut same = parts.next().unwrap_or_default().to_string();
    for part in parts {
        same.push_str("127.0.0.1:PORT");
        same.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    same
}
