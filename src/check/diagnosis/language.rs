//! The programming language of the program under check, as far as its start command tells.

/// A programming language, told by the start command.
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
}

impl Language {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Language::Rust => "Rust",
            Language::Python => "Python",
            Language::Node => "Node",
            Language::Go => "Go",
        }
    }

    /// The language that is written like this in `pages.txt`.
    pub fn named(name: &str) -> Option<Language> {
        match name {
            "rust" => Some(Language::Rust),
            "python" => Some(Language::Python),
            "node" => Some(Language::Node),
            "go" => Some(Language::Go),
            _ => None,
        }
    }

    /// The language that the first words of a command name.
    pub fn of(words: &[String]) -> Option<Language> {
        let first = words.first()?;
        let name = first.rsplit('/').next().unwrap_or(first);
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        match name {
            "cargo" => Some(Language::Rust),
            "python" => Some(Language::Python),
            "node" | "deno" | "bun" => Some(Language::Node),
            "go" => Some(Language::Go),
            _ => None,
        }
    }
}
