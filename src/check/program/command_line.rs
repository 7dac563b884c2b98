//! The command line of a program under check: the file that is started, and its arguments.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::errors::StartError;
use super::find_rust_source::rust_source;
use crate::check::diagnosis::names_in;
use crate::check::shell_words;
use crate::limits;

/// A program and its words, before anything in them is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    pub(super) words: Vec<OsString>,
}

impl CommandLine {
    /// Splits as a shell splits words.
    pub fn parse(text: &str) -> Result<CommandLine, StartError> {
        let words = shell_words::split(text).map_err(StartError::Words)?;
        let words = words.into_iter().map(OsString::from).collect();
        Ok(CommandLine { words })
    }

    /// A program with words that need no splitting; `{addr}` and its like are replaced in them too.
    pub fn of(program: &Path, words: &[&str]) -> CommandLine {
        let mut all = vec![OsString::from(program)];
        all.extend(words.iter().map(OsString::from));
        CommandLine { words: all }
    }

    /// The first word: what is run.
    pub fn program(&self) -> String {
        self.words
            .first()
            .map_or_else(String::new, |word| word.to_string_lossy().into_owned())
    }

    /// Whether this is one of our own programs, without a word after it: `…/lab09-server`,
    /// `start09-server`, `my09-server`. Those take the address on their command line.
    pub fn own(&self) -> Option<PathBuf> {
        let [program] = &self.words[..] else {
            return None;
        };
        let name = Path::new(program).file_stem()?.to_str()?;
        let (kind, side) = name.split_once('-')?;
        let number = kind.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let kind = &kind[..kind.len() - number.len()];
        let digits = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
        let ours = ["lab", "start", "my"].contains(&kind) && ["server", "client"].contains(&side);
        (ours && digits).then(|| PathBuf::from(program))
    }

    /// The text of the source file that a word names, or that lies beside a compiled program; else the names
    /// of some functions that the program itself has in it. Bounded.
    pub fn source(&self) -> Option<String> {
        const KINDS: [&str; 11] = [
            "py", "js", "mjs", "ts", "go", "c", "rs", "rb", "php", "java", "pl",
        ];
        let kind = |path: &Path| {
            let kind = path.extension().and_then(|kind| kind.to_str());
            kind.is_some_and(|kind| KINDS.contains(&kind))
        };
        let mut words = self.words.iter().map(PathBuf::from);
        let named = words
            .find(|path| kind(path))
            .or_else(|| rust_source(&self.words()));
        let program = PathBuf::from(self.words.first()?);
        let beside = || {
            let mut beside = KINDS.iter().map(|kind| program.with_extension(kind));
            beside.find(|path| path.is_file())
        };
        let file = named.or_else(beside).unwrap_or_else(|| program.clone());
        let size = std::fs::metadata(&file)
            .ok()
            .filter(|meta| meta.is_file())?
            .len();
        (size <= limits::SOURCE_BYTES).then_some(())?;
        let bytes = std::fs::read(&file).ok()?;
        let binary = bytes.iter().take(512).any(|&byte| byte == 0);
        match binary {
            true => Some(names_in(&bytes)).filter(|names| !names.is_empty()),
            false => Some(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// All words as text.
    pub fn words(&self) -> Vec<String> {
        self.words
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    /// Whether the words hold what only a shell understands: an operator, or `NAME=value` in front.
    pub(super) fn for_a_shell(&self) -> bool {
        let operators = ["&&", "||", "|", ";", ">", "<", "2>&1", "&"];
        let first = self.program();
        self.words()
            .iter()
            .any(|word| operators.contains(&&word[..]))
            || (first.contains('=') && !first.contains('/'))
            || ["cd", "source", ".", "export"].contains(&&first[..])
    }
}
