//! Splits a string into the words of a command, as a shell does, without a shell.
//!
//! Rule: only quotes and backslashes have a meaning here; `|`, `>`, `&&`, `$HOME` and `*` are plain
//! characters (POSIX Shell Command Language, section 2.2 "Quoting", and nothing after it).

use std::fmt;

/// Why a string is no list of words. Columns count characters from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WordsError {
    /// There is no word at all.
    Empty,
    /// The quote at this column is never closed.
    OpenQuote {
        /// `'` or `"`.
        quote: char,
        /// Where it stands.
        column: usize,
    },
    /// The last character is a backslash, with nothing after it.
    LoneBackslash,
}

impl fmt::Display for WordsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WordsError::Empty => write!(f, "the command is empty: write the program and its words"),
            WordsError::OpenQuote { quote, column } => {
                write!(f, "the quote {quote} at column {column} is never closed")
            }
            WordsError::LoneBackslash => write!(
                f,
                "a backslash is the last character: write two for a backslash, or none"
            ),
        }
    }
}

impl std::error::Error for WordsError {}

/// Splits at spaces, tabs and newlines outside quotes. Between `'…'` everything is itself; between
/// `"…"` a backslash takes the meaning from `"`, `\`, `$` and a backquote; elsewhere from any character.
/// On Windows a backslash is a plain character, because paths are full of them.
pub fn split(text: &str) -> Result<Vec<String>, WordsError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' | '"' => {
                let quoted = quoted(c, at + 1, &mut chars)?;
                word.get_or_insert_default().push_str(&quoted);
            }
            '\\' if !cfg!(windows) => {
                let (_, next) = chars.next().ok_or(WordsError::LoneBackslash)?;
                word.get_or_insert_default().push(next);
            }
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if words.is_empty() {
        return Err(WordsError::Empty);
    }
    Ok(words)
}

/// The inside of a quoted piece; `chars` stands after the opening quote and ends after the closing.
fn quoted(
    quote: char,
    column: usize,
    chars: &mut std::iter::Peekable<impl Iterator<Item = (usize, char)>>,
) -> Result<String, WordsError> {
    let mut inside = String::new();
    while let Some((_, c)) = chars.next() {
        if c == quote {
            return Ok(inside);
        }
        let escapes = c == '\\' && quote == '"' && !cfg!(windows);
        match chars.peek() {
            Some(&(_, next)) if escapes && matches!(next, '"' | '\\' | '$' | '`') => {
                inside.push(next);
                chars.next();
            }
            _ => inside.push(c),
        }
    }
    Err(WordsError::OpenQuote { quote, column })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_split_as_a_shell_splits_them() {
        let cases: &[(&str, &[&str])] = &[
            ("python3 server.py", &["python3", "server.py"]),
            ("  a\t b \n", &["a", "b"]),
            ("a 'b c' d", &["a", "b c", "d"]),
            ("a \"b c\"d", &["a", "b cd"]),
            (r"a\ b c", &["a b", "c"]),
            (
                r#"sh -c 'echo "$X"; exit 1'"#,
                &["sh", "-c", "echo \"$X\"; exit 1"],
            ),
            (r#""a\"b\\c\n""#, &[r#"a"b\c\n"#]),
            ("a '' b", &["a", "", "b"]),
            ("x=1 a|b > c", &["x=1", "a|b", ">", "c"]),
            ("'taco 🌮'", &["taco 🌮"]),
        ];
        for (text, words) in cases {
            assert_eq!(
                split(text).as_deref(),
                Ok(&words.iter().map(|w| w.to_string()).collect::<Vec<_>>()[..]),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_list_of_words_says_where() {
        assert_eq!(split(" \t"), Err(WordsError::Empty));
        assert_eq!(
            split("a 'b"),
            Err(WordsError::OpenQuote {
                quote: '\'',
                column: 3
            })
        );
        assert_eq!(
            split("a \"b\\\""),
            Err(WordsError::OpenQuote {
                quote: '"',
                column: 3
            })
        );
        assert_eq!(split("a \\"), Err(WordsError::LoneBackslash));
    }
}
