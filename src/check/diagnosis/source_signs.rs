//! Signs in the program's source, if its start command names a file. They decide between causes that look the
//! same on the wire.
//!
//! Rule: a word in a source is a sign, not a proof. It may decide between two causes that both fit the wire; it
//! never creates a cause.

/// A way to write through a buffer: what makes one, and what empties it.
struct Writer {
    makes: &'static [&'static str],
    empties: &'static [&'static str],
}

const WRITERS: [Writer; 5] = [
    Writer {
        makes: &[
            "makefile(\"w",
            "makefile('w",
            "makefile(mode=\"w",
            "makefile(mode='w",
            "makefile(\"rw",
            "makefile('rw",
            "StreamRequestHandler",
        ],
        empties: &["flush(", "flush=True", "buffering=0", "wfile.write"],
    },
    Writer {
        makes: &["bufio.NewWriter", "bufio.NewReadWriter", "bufio.(*Writer)"],
        empties: &[".Flush("],
    },
    Writer {
        makes: &["BufWriter::", "LineWriter::"],
        empties: &[".flush(", ".into_inner("],
    },
    Writer {
        makes: &["fdopen"],
        empties: &["fflush", "setvbuf", "setbuf", "setlinebuf"],
    },
    Writer {
        makes: &[".cork("],
        empties: &["uncork("],
    },
];

/// Whether the program writes through a buffer that nothing empties; `None` where the source is unknown.
pub(super) fn holds_back(source: Option<&str>) -> Option<bool> {
    let source = source?;
    let has = |words: &[&str]| words.iter().any(|word| source.contains(word));
    let held = WRITERS
        .iter()
        .any(|writer| has(writer.makes) && !has(writer.empties));
    Some(held)
}

/// The word in the source by which a program ends a connection with a reset: it says how long a close waits
/// (with 0 it sends a reset), or resets.
pub(super) fn resets_by(source: Option<&str>) -> Option<&'static str> {
    const WORDS: [&str; 4] = ["SO_LINGER", "set_linger", "SetLinger", "resetAndDestroy"];
    let mut words = WORDS.into_iter();
    words.find(|word| source.is_some_and(|source| source.contains(word)))
}

/// Whether the program shuts down a reading direction: after that a read gives 0 bytes.
pub(super) fn shuts_reading(source: Option<&str>) -> bool {
    const WORDS: [&str; 4] = ["SHUT_RD)", "SHUT_RD;", "Shutdown::Read", "CloseRead("];
    source.is_some_and(|source| WORDS.iter().any(|word| source.contains(word)))
}

/// The names of functions for buffers that stand in a compiled program. (In one from Go they show that it
/// writes through a buffer, and not whether it empties it.)
pub fn names_in(program: &[u8]) -> String {
    const NAMES: [&str; 4] = ["fdopen", "fflush", "setvbuf", "bufio.(*Writer)"];
    let text = String::from_utf8_lossy(program);
    // A table of names has a NUL before each; a text that mentions one does not count.
    let in_a_table = |name: &&str| text.contains(&format!("\0{name}"));
    let names = NAMES.into_iter().filter(in_a_table);
    names.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_without_a_flush_holds_back() {
        assert_eq!(holds_back(None), None);
        for (source, held) in [
            ("w = s.makefile('wb'); w.write(x)", true),
            ("w = s.makefile('wb'); w.write(x); w.flush()", false),
            ("r = s.makefile('rb')", false),
            ("w := bufio.NewWriter(c)", true),
            ("w := bufio.NewWriter(c); w.Flush()", false),
            ("s.sendall(x)", false),
        ] {
            assert_eq!(holds_back(Some(source)), Some(held), "{source}");
        }
    }
}
