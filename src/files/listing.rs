//! A folder as a plain HTML page, which is safe for all file names.
//!
//! Rule 1: a name occurs twice, percent-encoded as a link and escaped as text; nothing else from the disk is
//! written. Invisible characters, and characters that change the direction of text, are written as escapes.
//! Rule 2: a folder of any size takes bounded memory: the page shows the first lines in the requested order,
//! and only these lines are kept.

use crate::plural::count_of;
use std::collections::BinaryHeap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::open::{Boundary, Miss, miss, own_descriptor};
use super::unseen::is_unseen;
use crate::http::{date, target};
use crate::limits::{LISTING_MEMORY, MAX_LISTED};

/// By what the lines are sorted. Folders always come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Name,
    /// The largest first.
    Size,
    /// The newest first.
    Date,
}

/// One line of the page. Lines are compared as they are sorted.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    file: bool,
    /// 0 in the order of names; the size or the date, the highest first, in theirs.
    rank: std::cmp::Reverse<u64>,
    name: Vec<u8>,
    length: u64,
    /// Seconds since 1970.
    modified: Option<u64>,
}

impl Order {
    /// The order that a query asks for: `sort=size`, `sort=date`; by name otherwise.
    pub(super) fn asked(query: Option<&[u8]>) -> Order {
        let mut words = query.unwrap_or_default().split(|&b| b == b'&');
        match words.find_map(|word| word.strip_prefix(b"sort=")) {
            Some(b"size") => Order::Size,
            Some(b"date") => Order::Date,
            _ => Order::Name,
        }
    }
}

/// The page for the folder at `real`, whose URL is made of `names`.
pub(super) fn page(
    boundary: Boundary<'_>,
    real: &Path,
    names: &[Vec<u8>],
    order: Order,
) -> Result<String, Miss> {
    // Asked for first, and given back: std ends the process when an allocation fails.
    let room = Vec::<u8>::new().try_reserve_exact(LISTING_MEMORY);
    room.map_err(|_| Miss::Busy)?;
    let (lines, more) = lines(boundary, real, order)?;
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
    page.push_str("<tr>");
    for (own, link, word) in [
        (Order::Name, "name", "Name"),
        (Order::Size, "size", "Size"),
        (Order::Date, "date", "Changed"),
    ] {
        let _ = match own == order {
            true => write!(page, "<th>{word}</th>"),
            false => write!(page, "<th><a href=\"?sort={link}\">{word}</a></th>"),
        };
    }
    page.push_str("</tr>\n");
    if !names.is_empty() {
        page.push_str("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
    for line in &lines {
        row(&mut page, line);
    }
    page.push_str("</table>\n");
    if more > 0 {
        let _ = writeln!(page, "<p>… and {more} more</p>");
    }
    page.push_str("</body>\n</html>\n");
    Ok(page)
}

/// A long name is broken, so that size and date stay where they can be seen.
const STYLE: &str = "body{font-family:monospace;margin:2em}\
td,th{padding:.1em 2em .1em 0;text-align:left;vertical-align:top}\
td:first-child{overflow-wrap:anywhere}\
td+td,th+th{text-align:right;white-space:nowrap}";

/// The first lines in this order; and how many were left out.
fn lines(boundary: Boundary<'_>, real: &Path, order: Order) -> Result<(Vec<Line>, usize), Miss> {
    // The folder is held open: what is read is the one that was checked, whatever its path leads to by now.
    let folder = boundary.open(real)?;
    let held = own_descriptor(&folder).filter(|link| link.is_dir());
    let path = held.as_deref().unwrap_or(real);
    let mut first = BinaryHeap::new();
    let mut more = 0;
    for entry in fs::read_dir(path).map_err(|error| miss(&error))? {
        let entry = entry.map_err(|error| miss(&error))?;
        if let Some(line) = line(boundary, &entry, order) {
            first.push(line);
        }
        if first.len() > MAX_LISTED {
            first.pop();
            more += 1;
        }
    }
    Ok((first.into_sorted_vec(), more))
}

/// The line for an entry, if it would be served.
fn line(boundary: Boundary<'_>, entry: &fs::DirEntry, order: Order) -> Option<Line> {
    let name = entry.file_name().as_encoded_bytes().to_vec();
    if name.starts_with(b".") && !boundary.dotfiles {
        return None;
    }
    // What vanished meanwhile, and what is neither file nor folder, cannot be served.
    let metadata = fs::metadata(entry.path()).ok()?;
    if !metadata.is_dir() && !metadata.is_file() {
        return None;
    }
    // A link that leads to what is not served is not shown.
    if entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
        boundary.follow(&entry.path()).ok()?;
    }
    let modified = metadata.modified().ok();
    let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = modified.map(|since| since.as_secs());
    let rank = match order {
        Order::Name => 0,
        Order::Size => metadata.len(),
        Order::Date => modified.unwrap_or(0),
    };
    Some(Line {
        file: metadata.is_file(),
        rank: std::cmp::Reverse(rank),
        name,
        length: metadata.len(),
        modified,
    })
}

fn row(page: &mut String, line: &Line) {
    let slash = if line.file { "" } else { "/" };
    let (link, name) = (target::encode(&line.name), text(&line.name));
    let _ = write!(
        page,
        "<tr><td><a href=\"{link}{slash}\">{name}{slash}</a></td>"
    );
    let _ = match line.file {
        true => write!(
            page,
            "<td title=\"{}\">{}</td>",
            count_of(line.length, "byte"),
            size(line.length)
        ),
        false => write!(page, "<td></td>"),
    };
    let modified = line.modified.and_then(|since| i64::try_from(since).ok());
    let modified = modified.map(date::format).unwrap_or_default();
    let _ = writeln!(page, "<td>{modified}</td></tr>");
}

/// A number of bytes for people: `12 B`, `1.5 KiB`, `200 MiB`.
fn size(bytes: u64) -> String {
    let (mut whole, mut tenths, mut unit) = (bytes, 0, "B");
    for larger in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] {
        if whole < 1024 {
            break;
        }
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit = larger;
    }
    match unit {
        "B" => format!("{whole} B"),
        _ if whole < 10 => format!("{whole}.{tenths} {unit}"),
        _ => format!("{whole} {unit}"),
    }
}

/// A name as text on a page; what is no UTF-8 becomes U+FFFD, what cannot be seen its number.
fn text(name: &[u8]) -> String {
    let mut text = String::new();
    for letter in String::from_utf8_lossy(name).chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            c if is_unseen(c) => {
                let _ = write!(text, "[U+{:04X}]", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (10_240, "10 KiB"),
            (1_048_575, "1023 KiB"),
            (5 << 30, "5.0 GiB"),
            (u64::MAX, "15 EiB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_spelt_out() {
        assert_eq!(
            text("menu\u{202e}gpj.exe".as_bytes()),
            "menu[U+202E]gpj.exe"
        );
        assert_eq!(
            text("a\u{2066}b\u{200b}c\nd".as_bytes()),
            "a[U+2066]b[U+200B]c[U+000A]d"
        );
        assert_eq!(text("señor 日本 👨‍👩‍👧".as_bytes()), "señor 日本 👨‍👩‍👧");
    }
}
