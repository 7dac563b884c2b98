//! Holds the table of who may know whom (README of the source: `src/lib.rs`), by reading the sources.
//!
//! Each rule is a function from a file's path and text to what is wrong with it, so that a test can
//! give it a text that breaks the rule: a rule that cannot fail holds nothing.

use std::fs;
use std::path::{Path, PathBuf};

/// What a part of `src/` may know.
struct Part {
    /// The paths that begin with this.
    path: &'static str,
    /// The modules of the library that it may name, besides itself.
    may_use: &'static [&'static str],
    /// Names that it must not mention.
    must_not: &'static [&'static str],
}

const SOCKETS: [&str; 4] = ["TcpStream", "TcpListener", "UdpSocket", "socket2"];
const PRINTING: [&str; 5] = ["println!", "print!", "eprintln!", "eprint!", "dbg!"];

/// No sockets, no files, no clock.
const PURE: [&str; 6] = [
    "std::net",
    "std::fs",
    "std::path",
    "Instant",
    "SystemTime",
    "anyhow",
];

/// The top-level modules of the library.
const MODULES: [&str; 15] = [
    "calendar", "check", "client", "course", "files", "http", "import", "json", "limits", "locks",
    "net", "plural", "probe", "server", "wire",
];

/// The first part whose path fits is the file's. Printing is forbidden to all: what is printed goes
/// through `command::Screen`, which survives a reader that leaves.
const PARTS: [Part; 18] = [
    Part {
        path: "src/limits",
        may_use: &[],
        must_not: &["std::net", "std::fs", "Instant", "SystemTime", "anyhow"],
    },
    Part {
        path: "src/calendar.rs",
        may_use: &[],
        must_not: &PURE,
    },
    Part {
        path: "src/locks.rs",
        may_use: &[],
        must_not: &["std::net", "std::fs", "Instant", "SystemTime", "anyhow"],
    },
    Part {
        path: "src/plural.rs",
        may_use: &[],
        must_not: &PURE,
    },
    Part {
        path: "src/json.rs",
        may_use: &[],
        must_not: &PURE,
    },
    Part {
        path: "src/wire/",
        may_use: &["plural", "calendar", "limits"],
        must_not: &PURE,
    },
    Part {
        path: "src/http/",
        may_use: &["plural", "calendar", "limits"],
        must_not: &PURE,
    },
    Part {
        path: "src/import/",
        may_use: &["locks", "plural", "json", "limits", "wire"],
        must_not: &["std::fs", "std::path", "Instant", "SystemTime", "anyhow"],
    },
    Part {
        path: "src/net/",
        may_use: &["locks", "plural", "limits", "wire"],
        must_not: &["anyhow"],
    },
    Part {
        path: "src/files",
        may_use: &["locks", "plural", "limits", "http"],
        must_not: &["std::net", "anyhow"],
    },
    Part {
        path: "src/server",
        may_use: &["locks", "plural", "limits", "http", "net", "files"],
        must_not: &["anyhow"],
    },
    Part {
        path: "src/client",
        may_use: &["locks", "plural", "limits", "http", "net"],
        must_not: &["anyhow"],
    },
    Part {
        path: "src/probe/",
        may_use: &["locks", "plural", "json", "limits", "wire", "http", "net"],
        must_not: &["anyhow"],
    },
    Part {
        path: "src/check/",
        may_use: &["locks", "plural", "json", "limits", "wire", "http", "net"],
        must_not: &["anyhow"],
    },
    Part {
        path: "src/course/",
        may_use: &[
            "json", "limits", "locks", "plural", "wire", "http", "net", "files", "check", "server",
        ],
        must_not: &["anyhow"],
    },
    Part {
        path: "src/command/",
        may_use: &MODULES,
        must_not: &[],
    },
    Part {
        path: "src/main.rs",
        may_use: &[],
        must_not: &[],
    },
    Part {
        path: "src/lib.rs",
        may_use: &[],
        must_not: &["anyhow"],
    },
];

/// The longest file, in lines. Reason: it can still be read at one go.
const LONGEST_FILE: usize = 400;
/// The longest function, in lines, from its `fn` to its closing brace. Reason: one screen.
const LONGEST_FUNCTION: usize = 60;

/// What a file names that its part must not know.
fn breaks_the_table(path: &str, text: &str) -> Vec<String> {
    let Some(part) = PARTS.iter().find(|part| path.starts_with(part.path)) else {
        return vec![format!(
            "{path}: no line of the table in tests/architecture.rs says what it may know"
        )];
    };
    let code = code_of(text);
    let mut wrong = Vec::new();
    let own = part.path.trim_start_matches("src/").trim_matches(['/']);
    for module in modules_named(&code) {
        if module != own.trim_end_matches(".rs") && !part.may_use.contains(&module.as_str()) {
            wrong.push(format!("{path}: it must not know `{module}`"));
        }
    }
    let sockets: &[&str] = if part.path == "src/net/" {
        &[]
    } else {
        &SOCKETS
    };
    for name in part.must_not.iter().chain(sockets).chain(&PRINTING) {
        if mentions(&code, name) {
            wrong.push(format!("{path}: it must not mention `{name}`"));
        }
    }
    wrong
}

/// Every file says in its first line what it is, and a folder says its rules.
fn lacks_a_header(path: &str, text: &str) -> Vec<String> {
    let header: String = text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .collect();
    if header.is_empty() {
        return vec![format!(
            "{path}: its first line does not say what it is (`//! …`)"
        )];
    }
    if path.starts_with("src/") && path.ends_with("/mod.rs") && !header.contains("Rule") {
        return vec![format!("{path}: its header states no rule (`//! Rule: …`)")];
    }
    Vec::new()
}

/// Files and functions that are too long to be read at one go.
fn is_too_long(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() > LONGEST_FILE {
        let count = lines.len();
        wrong.push(format!("{path}: {count} lines, of at most {LONGEST_FILE}"));
    }
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        let closing = format!("{indent}}}");
        let body = lines[index..].iter().position(|line| *line == closing);
        let length = body.map_or(0, |last| last + 1);
        let table = name == "fmt"; // the texts of an enum, one after the other
        if length > LONGEST_FUNCTION && !table {
            let at = index + 1;
            wrong.push(format!(
                "{path}:{at}: fn {name} has {length} lines, of at most {LONGEST_FUNCTION}"
            ));
        }
    }
    wrong
}

/// Tests wait for events, never for time. A peer that is slow on purpose may sleep, when the line above
/// says so: `// a slow peer: …`; and so may who looks again and again: `// between two looks: …`.
fn sleeps(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut above = "";
    for (index, line) in text.lines().enumerate() {
        let allowed = ["// a slow peer: ", "// between two looks: "];
        let reason = allowed.iter().any(|word| above.trim().starts_with(word));
        if code_of(line).contains("sleep(") && !reason {
            let at = index + 1;
            wrong.push(format!(
                "{path}:{at}: a test waits for an event, it never sleeps"
            ));
        }
        above = line;
    }
    wrong
}

/// The name in `fn name(`, for a line that begins a function.
fn function_name(line: &str) -> Option<&str> {
    let mut words = line.trim_start();
    for word in ["pub ", "pub(crate) ", "pub(super) ", "const "] {
        words = words.strip_prefix(word).unwrap_or(words);
    }
    let name = words.strip_prefix("fn ")?;
    Some(&name[..name.find(['(', '<'])?])
}

/// The modules of the library that code names: `crate::wire`, `wirelab::{net, wire::Who}`.
fn modules_named(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for root in ["crate::", "wirelab::", "super::"] {
        for (at, _) in code.match_indices(root) {
            let rest = &code[at + root.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                named.extend(first_words(group));
            } else {
                named.push(word_at(rest));
            }
        }
    }
    named.retain(|name| MODULES.contains(&name.as_str()));
    named.sort();
    named.dedup();
    named
}

/// The first word of each member of a `{a::b, c::{d, e}, f}`, given what follows its brace.
fn first_words(group: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut depth, mut fresh) = (0, true);
    for (at, letter) in group.char_indices() {
        match letter {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            _ if fresh && !letter.is_whitespace() => {
                words.push(word_at(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    words
}

fn word_at(text: &str) -> String {
    let letters = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_');
    letters.collect()
}

/// Whether code has `name` as a whole word: `print!` is not in `eprint!`.
fn mentions(code: &str, name: &str) -> bool {
    let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].chars().next();
        !before.is_some_and(part_of_a_word) && !after.is_some_and(part_of_a_word)
    })
}

/// A file's text without comments, without what stands in quotes, and without its `#[cfg(test)]`
/// module, which is the last thing in a file.
fn code_of(text: &str) -> String {
    let text = match text.find("\n#[cfg(test)]\nmod ") {
        Some(tests) => &text[..tests],
        None => text,
    };
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = comment(rest).or_else(|| quoted(rest));
        match skipped {
            Some(length) => {
                code.push(' ');
                rest = &rest[length..];
            }
            None => {
                code.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    code
}

/// How long the comment is that begins here, if one does.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let inside = rest.strip_prefix("/*")?;
    Some(inside.find("*/").map_or(rest.len(), |end| end + 4))
}

/// How long the string or character is that begins here, if one does.
fn quoted(rest: &str) -> Option<usize> {
    for (open, close) in [("r\"", "\""), ("r#\"", "\"#")] {
        if let Some(inside) = rest.strip_prefix(open) {
            let end = inside.find(close)?;
            return Some(open.len() + end + close.len());
        }
    }
    if rest.starts_with("'\"'") || rest.starts_with("'\\") {
        return Some(2 + rest[2..].find('\'')? + 1);
    }
    let inside = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (at, letter) in inside.char_indices() {
        match letter {
            '"' if !escaped => return Some(at + 2),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// Every `.rs` file under a folder of the repository: its path from there on, and its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("the folder is there");
        for entry in entries {
            let path: PathBuf = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source is UTF-8");
                let name = path.strip_prefix(root).expect("it is under the root");
                found.push((name.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "there are sources under {folder}");
    found
}

fn holds(folder: &str, rule: fn(&str, &str) -> Vec<String>) {
    let sources = sources(folder);
    let wrong: Vec<String> = sources
        .iter()
        .flat_map(|(path, text)| rule(path, text))
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Words that the library does not use, and the standard term to use instead.
const WORDS: [(&str, &str); 8] = [
    ("guest", "client, or peer where either side may be meant"),
    ("guests", "clients"),
    ("haunt", "a word for what it does"),
    ("told off", "answered 408"),
    ("sent away", "refused with 503"),
    ("mouth", "writer"),
    ("dropped dead", "exited"),
    ("crumb", "segment, or piece"),
];

/// The labs' own stories may say *guest*; the library says *client*.
fn uses_a_private_word(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if path.starts_with("src/course/catalogue/") {
        return wrong;
    }
    for (index, line) in text.lines().enumerate() {
        let lower = line.to_lowercase();
        for (word, instead) in WORDS {
            if mentions(&lower, word) {
                let at = index + 1;
                wrong.push(format!("{path}:{at}: not \"{word}\" but {instead}"));
            }
        }
    }
    wrong
}

/// Nouns that texts count.
const COUNTED: [&str; 22] = [
    "answers",
    "bytes",
    "cases",
    "causes",
    "chunks",
    "clients",
    "connections",
    "datagrams",
    "disagreements",
    "findings",
    "lines",
    "messages",
    "notes",
    "packets",
    "pieces",
    "redirects",
    "requests",
    "responses",
    "runs",
    "steps",
    "students",
    "times",
];

/// In braces, but no numbers: a verb stands after them.
const NAMES: [&str; 2] = ["program", "url"];

/// `{count} bytes` in a text says "1 bytes" some day. A constant (`{LONGEST} bytes`) does not, and a name
/// after which another word stands (`{name} requests`, a verb) is not a number.
fn counts_without_a_singular(path: &str, text: &str) -> Vec<String> {
    let text = match text.find("\n#[cfg(test)]\nmod ") {
        // The names of masks are words of the notation: `\{1 bytes}`. The causes have a `count` of their own,
        // and each report of the suites is read (`says_what_is_there`).
        _ if path == "src/wire/notation/sides_events_masks.rs"
            || path.starts_with("src/check/diagnosis/") =>
        {
            return Vec::new();
        }
        Some(tests) => &text[..tests],
        None => text,
    };
    let mut wrong = Vec::new();
    for (at, _) in text.match_indices('}') {
        let line = text[..at].lines().count();
        let above = text[..at].lines().next_back().unwrap_or_default();
        let Some(open) = text[..at]
            .rfind('{')
            .filter(|_| !above.trim().starts_with("//"))
        else {
            continue;
        };
        let inside = &text[open + 1..at];
        let is_constant = inside.chars().any(|c| c.is_ascii_uppercase());
        // `1 of 1 cases`: the noun belongs to all of them.
        let is_part = text[..open].ends_with("of ");
        let is_code = inside.contains([' ', '\n', '(']) || NAMES.contains(&inside);
        let rest = text[at + 1..].trim_start_matches([' ', '\\', '\n']);
        if rest.len() == text.len() - at - 1 || is_constant || is_part || is_code {
            continue;
        }
        let rest = ["more ", "other ", "file "]
            .iter()
            .fold(rest, |rest, word| rest.strip_prefix(word).unwrap_or(rest));
        let noun = word_at(rest);
        let unit = rest[noun.len()..].starts_with(['/', '(', '.', ':', '}']);
        if COUNTED.contains(&noun.as_str()) && !unit {
            wrong.push(format!(
                "{path}:{line}: {{{inside}}} {noun}: use plural::count_of"
            ));
        }
    }
    wrong
}

#[test]
fn a_text_that_counts_has_a_singular() {
    holds("src", counts_without_a_singular);
    let wrong = |text: &str| counts_without_a_singular("src/x.rs", text).len();
    assert_eq!(wrong(r#"format!("{count} bytes came")"#), 1);
    assert_eq!(wrong("format!(\"after {} \\\n    more lines\")"), 1);
    assert_eq!(
        wrong(r#"format!("at most {MOST} bytes, {rate} bytes/s")"#),
        0
    );
    assert_eq!(wrong(r#"format!("{} came", count_of(count, "byte"))"#), 0);
}

#[test]
fn the_library_uses_standard_words() {
    holds("src", uses_a_private_word);
    assert_eq!(
        uses_a_private_word("src/net/x.rs", "// A Guest came.").len(),
        1
    );
    assert_eq!(
        uses_a_private_word("src/net/x.rs", "// The guestbook.").len(),
        0
    );
}

#[test]
fn the_direction_of_knowledge_holds() {
    holds("src", breaks_the_table);
}

#[test]
fn every_file_says_what_it_is_and_every_folder_its_rules() {
    holds("src", lacks_a_header);
    holds("tests", lacks_a_header);
}

#[test]
fn no_file_and_no_function_is_too_long() {
    holds("src", is_too_long);
}

#[test]
fn no_test_sleeps() {
    holds("tests", sleeps);
}

#[test]
fn the_packages_are_those_of_the_design() {
    let manifest = include_str!("../Cargo.toml");
    let packages = |section: &str| -> Vec<&str> {
        let after = manifest
            .split_once(section)
            .expect("the section is there")
            .1;
        let lines = after
            .lines()
            .skip(1)
            .take_while(|line| !line.starts_with('['));
        let named = lines.filter(|line| !line.starts_with('#'));
        named
            .filter_map(|line| Some(line.split_once(" = ")?.0))
            .collect()
    };
    assert_eq!(
        packages("[dependencies]"),
        ["anyhow", "socket2", "pulldown-cmark"]
    );
    assert_eq!(packages("[dev-dependencies]"), ["insta"]);
}

#[test]
fn the_rules_catch_what_they_forbid() {
    let wrong = |path: &str, text: &str| breaks_the_table(path, text).len();
    assert_eq!(wrong("src/wire/x.rs", "use crate::http::Head;"), 1);
    assert_eq!(wrong("src/wire/x.rs", "use crate::{limits, net::call};"), 1);
    assert_eq!(
        wrong("src/http/x.rs", "fn f(t: &crate::wire::Transcript) {}"),
        1
    );
    assert_eq!(
        wrong("src/http/x.rs", "let now = std::time::SystemTime::now();"),
        1
    );
    assert_eq!(wrong("src/net/x.rs", "use crate::course::catalogue;"), 1);
    assert_eq!(wrong("src/net/x.rs", "use std::net::TcpStream;"), 0);
    assert_eq!(
        wrong("src/course/x.rs", "use std::net::{SocketAddr, TcpStream};"),
        1
    );
    assert_eq!(wrong("src/course/x.rs", "fn f() { println!(\"x\") }"), 1);
    assert_eq!(
        wrong("src/course/x.rs", "fn f() -> anyhow::Result<()> {}"),
        1
    );
    assert_eq!(wrong("src/command/x.rs", "eprintln!(\"x\");"), 1);
    assert_eq!(wrong("src/limits.rs", "use crate::wire::Who;"), 1);
    assert_eq!(wrong("src/new/x.rs", ""), 1);
    // What stands in words, in quotes and in tests is not code.
    let text = "// use crate::http\nlet s = \"crate::http \\\" println!\"; /* dbg! */\n\
                #[cfg(test)]\nmod tests { use std::net::TcpStream; }";
    assert_eq!(wrong("src/wire/x.rs", text), 0);
    assert_eq!(
        wrong(
            "src/wire/x.rs",
            "let c = '\"'; crate::http::f(); let d = '\"';"
        ),
        1
    );
}

#[test]
fn the_other_rules_catch_what_they_forbid() {
    assert_eq!(lacks_a_header("src/wire/x.rs", "fn f() {}").len(), 1);
    assert_eq!(lacks_a_header("src/wire/mod.rs", "//! Words.\n").len(), 1);
    assert_eq!(
        lacks_a_header("src/wire/mod.rs", "//! Rule 1: words.\n").len(),
        0
    );
    let long = format!("    pub fn f() {{\n{}    }}\n", "        g();\n".repeat(59));
    assert_eq!(is_too_long("src/x.rs", &long).len(), 1);
    assert_eq!(is_too_long("src/x.rs", &"\n".repeat(401)).len(), 1);
    assert_eq!(is_too_long("src/x.rs", "fn f() {\n}\n").len(), 0);
    assert_eq!(sleeps("tests/x.rs", "std::thread::sleep(second);").len(), 1);
    assert_eq!(sleeps("tests/x.rs", "spawn(\"sleep(100)\")").len(), 0);
    let slow = "// a slow peer: words\nsleep(second);\nsleep(second);";
    assert_eq!(sleeps("tests/x.rs", slow).len(), 1);
}
