//! A folder as a page: plain, and safe whatever the names are.
//!
//! Rule: a name occurs twice, percent-encoded as a link and escaped as text; nothing else from the disk
//! is written.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::http::{date, target};
use crate::limits::MAX_LISTED;

/// One line of the page.
struct Entry {
    name: Vec<u8>,
    folder: bool,
    length: u64,
    /// Seconds since 1970.
    modified: Option<i64>,
}

/// The page for the folder at `path` below `root`, whose URL is made of `names`.
pub(super) fn page(
    root: &Path,
    path: &Path,
    names: &[Vec<u8>],
    dotfiles: bool,
) -> io::Result<String> {
    let (entries, more) = entries(root, path, dotfiles)?;
    let shown: Vec<String> = names.iter().map(|name| text(name)).collect();
    let title = match shown.as_slice() {
        [] => "/".to_string(),
        shown => format!("/{}/", shown.join("/")),
    };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<table>\n"
    );
    if !names.is_empty() {
        page.push_str("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
    for entry in &entries {
        row(&mut page, entry);
    }
    page.push_str("</table>\n");
    if more > 0 {
        let _ = writeln!(page, "<p>… and {more} more</p>");
    }
    page.push_str("</body>\n</html>\n");
    Ok(page)
}

const STYLE: &str = "body{font-family:monospace;margin:2em}\
td{padding:.1em 2em .1em 0}td+td{text-align:right}";

/// Folders first, then files, each by name; and how many were left out.
fn entries(root: &Path, path: &Path, dotfiles: bool) -> io::Result<(Vec<Entry>, usize)> {
    let mut entries = Vec::new();
    let mut more = 0;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name().as_encoded_bytes().to_vec();
        if name.first() == Some(&b'.') && !dotfiles {
            continue;
        }
        // What vanished meanwhile, and what is neither file nor folder, cannot be served.
        let Ok(metadata) = fs::metadata(entry.path()) else {
            continue;
        };
        if !metadata.is_dir() && !metadata.is_file() {
            continue;
        }
        // A link that leads out of the root is not served, so it is not shown.
        let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if link
            && !entry
                .path()
                .canonicalize()
                .is_ok_and(|real| real.starts_with(root))
        {
            continue;
        }
        if entries.len() == MAX_LISTED {
            more += 1;
            continue;
        }
        let modified = metadata.modified().ok();
        let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        entries.push(Entry {
            name,
            folder: metadata.is_dir(),
            length: metadata.len(),
            modified: since.and_then(|since| i64::try_from(since.as_secs()).ok()),
        });
    }
    entries.sort_by(|a, b| (!a.folder, &a.name).cmp(&(!b.folder, &b.name)));
    Ok((entries, more))
}

fn row(page: &mut String, entry: &Entry) {
    let slash = if entry.folder { "/" } else { "" };
    let (link, name) = (target::encode(&entry.name), text(&entry.name));
    let length = match entry.folder {
        true => String::new(),
        false => entry.length.to_string(),
    };
    let modified = entry.modified.map(date::format).unwrap_or_default();
    let _ = writeln!(
        page,
        "<tr><td><a href=\"{link}{slash}\">{name}{slash}</a></td><td>{length}</td><td>{modified}</td></tr>"
    );
}

/// A name as text on a page; what is no UTF-8 becomes U+FFFD.
fn text(name: &[u8]) -> String {
    let mut text = String::new();
    for letter in String::from_utf8_lossy(name).chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            c if c.is_control() => text.push('\u{fffd}'),
            c => text.push(c),
        }
    }
    text
}
