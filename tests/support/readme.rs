//! A lab's README as a list of things that a reader types, and running them as the reader would.
//!
//! Every ```console fence holds one `$ command` and what it prints. A command that starts a server is
//! started and left running; all others are run to their end and must print exactly what stands there.
//! The README's ports (8001 …) are stood for by ports that the system chose, and put back in what is
//! printed, so that any number of READMEs can run at once.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use super::{Server, bin, have};
use wirelab::net::Closed;

/// One `$ command` of a README with what it prints.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// The line of the README where it stands, from 1.
    pub line: usize,
    /// The command, without `$ `.
    pub command: String,
    /// The lines below it. Empty: the README does not show what it prints.
    pub prints: Vec<String>,
}

/// The steps of a README, in order.
pub fn steps(readme: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (number, line) in readme.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside && let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                line: number + 1,
                command: command.to_string(),
                prints: Vec::new(),
            });
        } else if inside && let Some(step) = steps.last_mut() {
            step.prints.push(line.to_string());
        }
    }
    steps
}

/// Runs a README from top to bottom. `typed` are the lines that the reader types into telnet.
/// Answers how many commands were run, or skipped for want of a tool; panics at the first that prints
/// something else.
pub fn run(name: &str, readme: &str, typed: &[&str]) -> usize {
    let mut town = ReadmeSession::default();
    let mut count = 0;
    for step in steps(readme) {
        let place = format!("{name}/README.md:{}: $ {}", step.line, step.command);
        let Some(command) = own_programs(&step.command) else {
            continue;
        };
        if let Some(start) = starts_a_server(&step.command) {
            let ServerStart {
                now,
                program,
                words,
            } = start;
            let mut command = Command::new(bin(&program));
            command.arg("127.0.0.1:0");
            command.envs(now.map(|now| ("WIRELAB_NOW", now)));
            if program == "lab15-server" {
                // The relay's own default: it stands before lab 9's server.
                command.arg(town.translate("127.0.0.1:8009"));
            }
            if program.ends_with("30-server") {
                // A cache stands before its kitchen.
                command.arg(town.translate("127.0.0.1:9030"));
            }
            if program.ends_with("29-server") {
                // A balancer stands before two kitchens.
                let kitchens = ["127.0.0.1:9029", "127.0.0.1:9129"];
                command.args(kitchens.map(|addr| town.translate(addr)));
            }
            let mut words = words.iter();
            let port = words.next().and_then(|addr| addr.rsplit_once(':'));
            let port = port.map_or(readme_port(&program), |(_, port)| {
                port.parse().expect("a port")
            });
            command.args(words);
            let server = Server::start_with(&mut command);
            town.ports.insert(port, server.addr.port());
            town.running.push(server);
            count += 1;
            continue;
        }
        if !have(&tools_of(&step.command)) {
            count += 1;
            continue;
        }
        let command = town.translate(&command);
        let said = if step.command.starts_with("telnet ") {
            type_into(&command, typed)
        } else {
            shell(&command)
        };
        let said = town.translate_back(&said);
        let said: Vec<&str> = said
            .lines()
            .map(|line| line.trim_end_matches('\r'))
            .collect();
        assert!(
            step.prints.is_empty() || without_ages(&said) == without_ages(&step.prints),
            "{place}\nprinted {said:#?}\nthe README says {:#?}",
            step.prints
        );
        count += 1;
    }
    count
}

/// The lines without the number in "0 seconds old": a busy machine needs a second between two requests.
fn without_ages<L: AsRef<str>>(lines: &[L]) -> Vec<String> {
    let without_age = |line: &L| match line.as_ref().split_once(" seconds old") {
        Some((start, end)) => {
            let start = start.trim_end_matches(|c: char| c.is_ascii_digit());
            format!("{start} seconds old{end}")
        }
        None => line.as_ref().to_string(),
    };
    lines.iter().map(without_age).collect()
}

/// The servers that were started so far, and which port stands for which of the README's.
#[derive(Default)]
struct ReadmeSession {
    ports: HashMap<u16, u16>,
    running: Vec<Server>,
    /// Held, so that no other test listens where nobody should be.
    closed: Vec<Closed>,
}

impl ReadmeSession {
    /// Puts the real ports in. A port at which nothing was started yet becomes one where nobody is.
    fn translate(&mut self, command: &str) -> String {
        numbers(command, |number| {
            let labs_port =
                (8001..=8099).contains(&number) || matches!(number, 9029 | 9129 | 9229 | 9030);
            labs_port.then(|| {
                *self.ports.entry(number).or_insert_with(|| {
                    let closed = Closed::at(SocketAddr::from(([127, 0, 0, 1], 0)));
                    let closed = closed.expect("a free port");
                    let port = closed.addr.port();
                    self.closed.push(closed);
                    port
                })
            })
        })
    }

    /// Puts the README's ports back.
    fn translate_back(&self, said: &str) -> String {
        numbers(said, |number| {
            self.ports
                .iter()
                .find(|(_, real)| **real == number)
                .map(|(port, _)| *port)
        })
    }
}

/// The text with every number for which there is another replaced by it.
fn numbers(text: &str, mut other: impl FnMut(u16) -> Option<u16>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[at..]
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len() - at);
        let number = &rest[at..at + digits];
        out.push_str(&rest[..at]);
        match number.parse().ok().and_then(&mut other) {
            Some(replaced) => out.push_str(&replaced.to_string()),
            None => out.push_str(number),
        }
        rest = &rest[at + digits..];
    }
    out.push_str(rest);
    out
}

/// `cargo run -q --bin X` becomes the path of X; other cargo commands are run by other tests (`None`).
fn own_programs(command: &str) -> Option<String> {
    if let Some(rest) = command.strip_prefix("curl ") {
        // curl shows its progress only where the output is no terminal, as here.
        return Some(format!("curl --silent --show-error {rest}"));
    }
    let Some(rest) = command.strip_prefix("cargo ") else {
        return Some(command.to_string());
    };
    let rest = rest.strip_prefix("run -q --bin ")?;
    let (program, words) = rest.split_once(' ').unwrap_or((rest, ""));
    let program = bin(program);
    // cargo takes `--` away before the program sees its arguments.
    let words = words.strip_prefix("-- ").unwrap_or(words);
    // A client that is told no address takes its lab's own port; here it has to be told.
    let default = format!("127.0.0.1:{}", readme_port(rest.split(' ').next()?));
    let words = if words.is_empty() { &default } else { words };
    Some(format!("'{}' {words}", program.display()))
}

/// A command that starts a server.
struct ServerStart {
    /// The second that it is told to use as now.
    now: Option<String>,
    program: String,
    /// Its address, if it has another one than its own default, and what follows the address.
    words: Vec<String>,
}

/// The server that the command starts, if it does.
fn starts_a_server(command: &str) -> Option<ServerStart> {
    let (now, command) = match command.strip_prefix("WIRELAB_NOW=") {
        Some(rest) => rest.split_once(' ').map(|(now, rest)| (Some(now), rest))?,
        None => (None, command),
    };
    let command = command.strip_prefix("cargo run -q --bin ")?;
    let mut words = command.split(' ').map(str::to_string);
    let program = words.next()?;
    let words: Vec<String> = words.collect();
    let kitchen = program.ends_with("-kitchen");
    let server = program.ends_with("-server") && words.is_empty();
    (server || kitchen).then(|| ServerStart {
        now: now.map(str::to_string),
        program,
        words,
    })
}

fn readme_port(program: &str) -> u16 {
    let digits: String = program.chars().filter(char::is_ascii_digit).collect();
    let base = match program.ends_with("-kitchen") {
        true => 9000,
        false => 8000,
    };
    base + digits
        .parse::<u16>()
        .expect("a program's name has its lab's number")
}

/// What a machine with a shell and the core utilities need not have.
const TOOLS: [&str; 11] = [
    "nc", "telnet", "curl", "wget", "script", "cmp", "grep", "sed", "openssl", "dig", "xxd",
];

fn tools_of(command: &str) -> Vec<&str> {
    let words = command.split_whitespace();
    words.filter(|word| TOOLS.contains(word)).collect()
}

fn shell(command: &str) -> String {
    let output = Command::new("timeout")
        .args(["20", "sh", "-c", &format!("{{ {command}\n}} 2>&1")])
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a telnet session on a terminal of its own, as a person would: wait until it is connected,
/// type the lines, each with the Enter key, read until the other side hangs up.
fn type_into(command: &str, typed: &[&str]) -> String {
    let mut script = Command::new("timeout");
    script.args(["20", "script", "-q", "-c", command, "/dev/null"]);
    let mut script = script
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script(1) starts");
    let mut keyboard = script.stdin.take().expect("stdin is piped");
    let mut screen = script.stdout.take().expect("stdout is piped");

    let mut said = Vec::new();
    while !said.ends_with(b"'^]'.\r\n") {
        let mut byte = [0];
        if screen.read(&mut byte).expect("the terminal can be read") == 0 {
            break;
        }
        said.push(byte[0]);
    }
    for line in typed {
        keyboard
            .write_all(format!("{line}\r").as_bytes())
            .expect("the terminal takes a line");
    }
    screen
        .read_to_end(&mut said)
        .expect("the terminal can be read");
    drop(keyboard);
    let _ = script.wait();
    String::from_utf8_lossy(&said).into_owned()
}
