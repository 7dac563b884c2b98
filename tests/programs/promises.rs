//! Every command that a text of the course names can be typed: those of the READMEs, of the stubs' heads, of
//! the hints, of the help pages, of the explanations and of the reports.
//!
//! Rule 1: a command must be understood and do its work: its exit code is 0, or 1 when an untouched exercise
//! fails. One that serves until Ctrl-C has done so when it says its first line.
//! Rule 2: words that stand for something (`N`, `ADDR`, `DIR`) become such a thing.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::support::{Server, WIRELAB, bin, have, side_by_side, soon};
use wirelab::check::{diagnosis, shell_words};
use wirelab::course::catalogue;

/// Those that go on until Ctrl-C, or longer than a test may take; the first line is enough.
const ENDLESS: [&str; 8] = [
    "nc", "tap", "serve", "web", "watch", "probe", "storm", "grid",
];

fn root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Each text with its name.
fn texts() -> Vec<(String, String)> {
    let mut files = vec![
        root("README.md"),
        root("CONTRIBUTING.md"),
        root("labs/README.md"),
    ];
    for lab in catalogue::labs() {
        let folder = fs::read_dir(root("labs").join(lab.slug)).expect("the lab's folder");
        let names = folder.map(|entry| entry.expect("an entry").path());
        files.extend(names.filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("start-")
                || ["README.md", "TEACHING.md", "hints.txt"].contains(&&*name)
        }));
    }
    for folder in ["tests/labs/snapshots", "tests/check/snapshots"] {
        let entries = fs::read_dir(root(folder)).into_iter().flatten();
        files.extend(entries.map(|entry| entry.expect("an entry").path()));
    }
    let read = |path: &PathBuf| Some((path.display().to_string(), fs::read_to_string(path).ok()?));
    let mut texts: Vec<(String, String)> = files.iter().filter_map(read).collect();
    let said = |words: &[&str]| {
        let output = Command::new(WIRELAB)
            .args(words)
            .output()
            .expect("it starts");
        (
            words.join(" "),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let overview = said(&["help"]);
    let rows = overview
        .1
        .lines()
        .filter_map(|line| line.strip_prefix("  "));
    let names: Vec<&str> = rows
        .filter_map(|row| row.split(' ').next().filter(|name| !name.is_empty()))
        .collect();
    assert!(names.len() > 10, "{names:?}");
    texts.extend(names.iter().map(|name| said(&["help", name])));
    texts.extend(
        diagnosis::pages()
            .iter()
            .map(|page| said(&["explain", page.code])),
    );
    texts.push(overview.clone());
    texts
}

/// The commands that a text names: in backquotes, after `$` in a fence, after `Check it with:`. The line in
/// which one stands may end inside of it.
fn commands_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines = text.lines().map(|line| {
        let bare = line.trim_start();
        let marks = ["//! ", "// ", "# ", "* "];
        let mark = marks.iter().find_map(|mark| bare.strip_prefix(mark));
        mark.unwrap_or(bare)
    });
    let lines: Vec<&str> = lines.collect();
    for line in &lines {
        if let Some(command) = line.strip_prefix("$ ") {
            found.push(command.to_string());
        }
    }
    // A fence would turn the quotes around.
    let joined = lines.join(" ").replace("```", " ");
    for (index, piece) in joined.split('`').enumerate() {
        if index % 2 == 1 {
            found.push(piece.to_string());
        }
        if let Some((_, command)) = piece.split_once("Check it with: ") {
            let is_word = |word: &&str| {
                ["cargo", "lab", "check"].contains(word)
                    || word.starts_with("--")
                    || word.bytes().all(|byte| byte.is_ascii_digit()) && !word.is_empty()
            };
            // A full stop ends it.
            let sentence = command.split(". ").next().unwrap_or_default();
            let words = sentence.trim_end_matches('.').split(' ');
            found.push(words.take_while(is_word).collect::<Vec<_>>().join(" "));
        }
    }
    // A name that the reader gives is none of ours.
    found.retain(|command| command.starts_with("cargo lab") && !command.contains("name-of-"));
    found
}

/// Words that stand for a thing, and the thing.
fn stands_for(word: &str, addr: &str) -> Option<String> {
    let port_of = |text: &str| {
        let (host, port) = text.rsplit_once(':')?;
        (host == "127.0.0.1" && port.parse::<u16>().is_ok()).then_some(())
    };
    Some(match word {
        "N" | "[N]" => "9".to_string(),
        "DIR" => "new-folder".to_string(),
        "FILE" | "F.wire" => "visit.wire".to_string(),
        "ADDR" | "HOST:PORT" | "UPSTREAM" | "A" | "B" | "C" => addr.to_string(),
        "LISTEN" => "127.0.0.1:0".to_string(),
        "URL" => format!("http://{addr}/"),
        "CODE" | "[CODE]" => "W18".to_string(),
        "COMMAND" | "[COMMAND]" => "check".to_string(),
        "CMD" => "python3 client.py".to_string(),
        _ if port_of(word).is_some() => addr.to_string(),
        _ => {
            let rest = word.strip_prefix("http://")?;
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            port_of(authority).map(|()| format!("http://{addr}/{path}"))?
        }
    })
}

/// A course folder in which every exercise is started, with the files that texts name.
fn course() -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("promises");
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(path.join("labs/workbench/src/bin")).expect("a folder");
    fs::write(path.join("labs/workbench/Cargo.toml"), "").expect("a file");
    fs::create_dir_all(path.join("other/labs/workbench/src/bin")).expect("a folder");
    fs::write(path.join("other/labs/workbench/Cargo.toml"), "").expect("a file");
    symlink(root("snapshots"), path.join("snapshots")).expect("a link");
    for lab in catalogue::labs() {
        let folder = root("labs").join(lab.slug);
        symlink(&folder, path.join("labs").join(lab.slug)).expect("a link");
        let number = lab.number.to_string();
        let mut start = Command::new(WIRELAB);
        start.args(["start", &number, "--lang", "python"]);
        let start = start.env("WIRELAB_COURSE", &path).stdout(Stdio::null());
        let started = start.status().expect("wirelab starts").success();
        assert!(started || lab.exercises().is_empty(), "lab {number}");
    }
    let copy = |from: &str, to: &str| {
        fs::copy(root(from), path.join(to)).unwrap_or_else(|error| panic!("{from}: {error}"));
    };
    copy("labs/01-three-tacos/start-server.py", "taqueria.py");
    copy("labs/01-three-tacos/start-client.py", "client.py");
    copy("labs/01-three-tacos/start-client.js", "order.js");
    fs::create_dir(path.join("reports")).expect("a folder");
    // Every clone has this folder after the first command.
    fs::create_dir(path.join("target")).expect("a folder");
    let mut check = Command::new(WIRELAB);
    let server = format!("'{}' {{addr}}", bin("lab09-server").display());
    check.args([
        "check",
        "9",
        "--server",
        &server,
        "--report",
        "../reports/a.json",
    ]);
    check
        .current_dir(path.join("other"))
        .env("WIRELAB_COURSE", path.join("other"));
    let checked = check.stdout(Stdio::null()).status().expect("it starts");
    assert!(checked.success());
    let main = catalogue::lab(9).expect("lab 9").scripts.first();
    let wire = main.expect("its conversation").text();
    fs::write(path.join("visit.wire"), wire).expect("a file");
    path
}

/// Runs one command, in the folder; what is wrong with it, if anything is.
fn fails(command: &str, folder: &Path, addr: &str) -> Option<String> {
    let words = shell_words::split(command).expect("words");
    let words: Vec<String> = (words.into_iter().skip(2))
        .map(|word| stands_for(&word, addr).unwrap_or(word))
        .map(|word| {
            if word == "8080" || word == "8024" {
                "0".to_string()
            } else {
                word
            }
        })
        .collect();
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Where a port is named to listen at, another one is taken: it may be somebody's.
    if words.first() == Some(&"tap") && words.len() > 2 {
        words[1] = "127.0.0.1:0";
    }
    // These write what others read.
    let folder = match words.first() {
        Some(&("start" | "tap" | "init")) => folder.join("other"),
        _ => folder.to_path_buf(),
    };
    let mut run = Command::new(WIRELAB);
    run.args(&words)
        .current_dir(&folder)
        .env("WIRELAB_COURSE", &folder);
    let child = run
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = child.spawn().expect("wirelab starts");
    let stdout = child.stdout.take().expect("stdout is piped");
    let stderr = child.stderr.take().expect("stderr is piped");
    let stderr = thread::spawn(move || {
        let mut text = String::new();
        let _ = BufReader::new(stderr).read_to_string(&mut text);
        text
    });
    let mut stdout = BufReader::new(stdout);
    let mut text = String::new();
    let all_labs = words.contains(&"--all") || words.contains(&"--labs");
    let endless = all_labs || words.first().is_some_and(|first| ENDLESS.contains(first));
    if endless {
        let _ = stdout.read_line(&mut text);
    } else {
        let _ = stdout.read_to_string(&mut text);
    }
    let ended = match endless && !text.is_empty() {
        true => {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        false => child.wait().expect("it ends").code(),
    };
    let said = stderr.join().unwrap_or_default();
    let panicked = said.contains("panicked at");
    // One word is a command's name, and no call of it.
    let is_name = words.len() == 1 && said.contains(" is missing: usage: ");
    // A machine that is busy; the message says what to do.
    let is_slow = said.contains("the probe waits only");
    let fine = (matches!(ended, Some(0 | 1)) || is_name || is_slow) && !panicked;
    (!fine).then(|| format!("{words:?} ended with {ended:?}:\n{text}{said}"))
}

#[test]
fn every_command_that_a_text_names_does_its_work() {
    if !have(&["python3", "node"]) {
        return;
    }
    let mut commands: BTreeMap<String, String> = BTreeMap::new();
    for (name, text) in texts() {
        for command in commands_in(&text) {
            commands.entry(command).or_insert_with(|| name.clone());
        }
    }
    assert!(commands.len() > 60, "only {} commands", commands.len());
    let folder = course();
    assert!(soon(|| folder.join("visit.wire").is_file()));
    let wrong = side_by_side(commands.into_iter().collect(), |(command, name)| {
        // A server of its own: lab 9's has one client at a time, and some commands keep it busy.
        let server = Server::start("lab09-server");
        let wrong = fails(&command, &folder, &server.addr.to_string())?;
        Some(format!("{name}: `{command}`\n{wrong}"))
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let _ = fs::remove_dir_all(&folder);
}

/// A text that names a command of another shape is found, too.
#[test]
fn commands_are_found_wherever_they_stand() {
    let text = "//! Check it with:\n//! cargo lab check 21 --client\n\nsee `cargo lab\nexplain W18`.\n\
                ```console\n$ cargo lab 1\n```\n# Check it with: cargo lab check 3. Then go on";
    let mut found = commands_in(text);
    found.sort();
    let expected = [
        "cargo lab 1",
        "cargo lab check 21 --client",
        "cargo lab check 3",
        "cargo lab explain W18",
    ];
    assert_eq!(found, expected);
}
