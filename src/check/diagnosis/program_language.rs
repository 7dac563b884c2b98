//! The programming language of the program under check, guessed from its start command; and the languages of
//! the stubs.

/// A programming language, known from the start command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `cargo …`, or the workbench.
    Rust,
    /// `python3 …`
    Python,
    /// `node …`
    Node,
    /// `go run …`
    Go,
    /// `cc …`
    C,
}

impl Language {
    /// Those in which there are stubs.
    pub const ALL: [Language; 5] = [
        Language::Rust,
        Language::Python,
        Language::Node,
        Language::Go,
        Language::C,
    ];

    /// How the names of its files end: `py`.
    pub fn extension(self) -> &'static str {
        match self {
            Language::Rust => "rs",
            Language::Python => "py",
            Language::Node => "js",
            Language::Go => "go",
            Language::C => "c",
        }
    }

    /// The word on a command line and in `pages.txt`: `python`.
    pub fn word(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::Python => "python",
            Language::Node => "node",
            Language::Go => "go",
            Language::C => "c",
        }
    }

    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Language::Rust => "Rust",
            Language::Python => "Python",
            Language::Node => "Node",
            Language::Go => "Go",
            Language::C => "C",
        }
    }

    /// The language with this word.
    pub fn named(name: &str) -> Option<Language> {
        let mut all = Language::ALL.into_iter();
        all.find(|language| language.word() == name)
    }

    /// The language that the first words of a command name.
    pub fn of(words: &[String]) -> Option<Language> {
        let first = words.first()?;
        let mut parts = first.rsplit('/');
        let name = parts.next().unwrap_or(first);
        // A stub that was compiled lies in a folder of its language, and what cargo has built below `target`.
        let folder = parts.next();
        let cargo =
            matches!(folder, Some("debug" | "release")) && parts.any(|part| part == "target");
        let folder = match cargo {
            true => Some(Language::Rust),
            false => folder.and_then(Language::named),
        };
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        match name {
            "cargo" => Some(Language::Rust),
            "python" => Some(Language::Python),
            "node" | "deno" | "bun" => Some(Language::Node),
            "go" => Some(Language::Go),
            _ => folder,
        }
    }
}
