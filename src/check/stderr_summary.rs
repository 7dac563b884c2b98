//! Finds the error message in what a program printed to stderr before its end, and the lines from there on.
//!
//! Rule: programs put the reason in different places. Python: the last line of a traceback. Rust: the line
//! after `panicked at`. Go: the line `panic:` above the stack. Node: the line above `    at …`.

/// What stands in the first line of a Rust program's panic; why it panicked is on the second.
const PANICKED: &str = " panicked at ";
/// What stands above the stack of a Python program.
const TRACEBACK: &str = "Traceback (most recent call last):";

/// The words of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastWords {
    /// The line that says what failed, where one of the known forms is found.
    pub complaint: Option<String>,
    /// The lines to show, the complaint first where there is one.
    pub lines: Vec<String>,
}

/// Sorts out what was printed; at most `MOST` lines.
pub fn last_words(stderr: &str) -> LastWords {
    const MOST: usize = 6;
    let all: Vec<String> = stderr
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(without_thread_number)
        .collect();
    let Some(at) = complaint(&all) else {
        let from = all.len().saturating_sub(MOST);
        return LastWords {
            complaint: None,
            lines: all.into_iter().skip(from).collect(),
        };
    };
    let first = at.saturating_sub(usize::from(is_panic(&all, at)));
    LastWords {
        complaint: all.get(at).cloned(),
        lines: all.into_iter().skip(first).take(MOST).collect(),
    }
}

fn is_panic(all: &[String], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| all.get(at));
    before.is_some_and(|line| line.contains(PANICKED))
}

/// The place of the line that says what failed.
fn complaint(all: &[String]) -> Option<usize> {
    if let Some(at) = all.iter().rposition(|line| line.contains(PANICKED)) {
        return Some((at + 1).min(all.len() - 1));
    }
    let go = |line: &String| line.starts_with("panic: ") || line.starts_with("fatal error: ");
    if let Some(at) = all.iter().position(go) {
        return Some(at);
    }
    // Python: the first line behind the stack that is not indented.
    if let Some(at) = all.iter().rposition(|line| line.starts_with(TRACEBACK)) {
        let reason = all.iter().skip(at + 1);
        let found = reason.take_while(|line| line.starts_with(' ')).count() + at + 1;
        if found < all.len() {
            return Some(found);
        }
    }
    // A stack of Node stands below its reason.
    let stack = |line: &String| line.starts_with("    at ");
    if let Some(at) = all.iter().position(stack).and_then(|at| at.checked_sub(1)) {
        return Some(at);
    }
    all.iter().rposition(|line| is_exception(line))
}

/// `ValueError: …`, `java.lang.Error: …`, `thing: error: …` at the beginning of a line.
fn is_exception(line: &str) -> bool {
    let name = line.split([':', ' ', '(']).next().unwrap_or_default();
    let last = name.rsplit('.').next().unwrap_or_default();
    let word = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "._".contains(c));
    let kinds = [
        "Error",
        "Exception",
        "Interrupt",
        "Exit",
        "Timeout",
        "timeout",
        "gaierror",
    ];
    let module = last == "error" && name.len() > last.len(); // `struct.error`
    let known = module
        || kinds.iter().any(|kind| last.ends_with(kind))
            && last.starts_with(|c: char| c.is_alphabetic());
    let native = [
        "AddressSanitizer",
        "terminate called",
        "Segmentation fault",
        "Fatal error",
        "Uncaught ",
    ];
    word && known || native.iter().any(|start| line.contains(start))
}

/// `thread 'main' (4711) panicked at …` without the number, which is another one each time.
fn without_thread_number(line: &str) -> String {
    let Some((thread, place)) = line.split_once(PANICKED) else {
        return line.to_string();
    };
    let thread = thread.trim_end_matches(|c: char| c.is_ascii_digit() || "()".contains(c));
    format!("{}{PANICKED}{place}", thread.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(stderr: &str) -> Option<String> {
        last_words(stderr).complaint
    }

    #[test]
    fn each_language_puts_its_reason_in_another_place() {
        let python = "Traceback (most recent call last):\n  File \"/a/very/long/path.py\", line 3, in <module>\n    \
                      x = y\nNameError: name 'y' is not defined\n";
        assert_eq!(
            said(python).as_deref(),
            Some("NameError: name 'y' is not defined")
        );
        let own = "Exception in thread Thread-3 (one):\nTraceback (most recent call last):\n  File \"a.py\", line 1, in \
                   one\n    f()\nqueue.Empty\nlistening\n";
        assert_eq!(said(own).as_deref(), Some("queue.Empty"));
        assert_eq!(
            said("struct.error: unpack requires 4 bytes").as_deref(),
            Some("struct.error: unpack requires 4 bytes")
        );
        let rust = "thread 'main' (12) panicked at src/main.rs:3:5:\nindex out of bounds\nnote: run with …\n";
        assert_eq!(said(rust).as_deref(), Some("index out of bounds"));
        assert!(last_words(rust).lines[0].starts_with("thread 'main' panicked at "));
        let go = "panic: runtime error: index out of range [1]\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:3\nexit status 2\n";
        assert_eq!(
            said(go).as_deref(),
            Some("panic: runtime error: index out of range [1]")
        );
        let node = "/srv/a.js:3\n  throw x\n  ^\n\nTypeError: x is not a function\n    at Object.<anonymous> (/srv/a.js:3:1)\n\nNode.js v18\n";
        assert_eq!(
            said(node).as_deref(),
            Some("TypeError: x is not a function")
        );
        assert_eq!(said("listening\na client left: x\n"), None);
        assert_eq!(last_words("a\nb\n").lines, ["a", "b"]);
    }
}
