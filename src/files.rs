//! A request and a root folder in, a response out: what a static file server knows.
//!
//! Rule 1: no sockets. A response names the file and the bytes of it; somebody else sends them.
//! Rule 2: nothing outside the root is ever opened. Dot segments are followed in the text of the path
//! (`http::target::names`), links on the disk by the system, and then it is checked where that led.
//! Rule 3: only regular files are opened: a pipe would wait for its writer for ever.
//!
//! Who may write below the root between our check and our opening could still lead us out; who serves a
//! folder that strangers can write to serves what strangers want anyhow.

mod listing;
mod lookup;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::http::conditional::{self, Outcome, Tag, Validators};
use crate::http::range::{self, Multipart, Range, Wish};
use crate::http::target::{self, Asked, BadPath, Target};
use crate::http::{RequestHead, date, write};

use lookup::{Found, Miss, Thing};

/// What the server is allowed to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A folder without `index.html` is listed; otherwise it is 404.
    pub listing: bool,
    /// Names that begin with a dot are there like any other; otherwise they are 404.
    pub dotfiles: bool,
}

/// A folder that is served.
#[derive(Debug)]
pub struct Files {
    /// Without links in it.
    root: PathBuf,
    settings: Settings,
    cache: lookup::Cache,
}

/// What to answer.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Field lines, each with its line end; without `Date` and `Connection`, which belong to the
    /// connection.
    pub fields: Vec<u8>,
    /// What follows the head. For HEAD it is not to be sent.
    pub content: Content,
    /// How many bytes that is.
    pub length: u64,
}

/// What follows the head of a response.
#[derive(Debug)]
pub enum Content {
    /// These bytes, perhaps none.
    Bytes(Vec<u8>),
    /// A part of a file, perhaps all of it.
    File {
        /// The file.
        file: Arc<File>,
        /// Offset of the first byte; `Response::length` says how many.
        first: u64,
    },
    /// Several parts of a file, each with what stands before it.
    Parts {
        /// The file.
        file: Arc<File>,
        /// What stands before each part, and the part.
        parts: Vec<(String, Range)>,
        /// What stands behind the last.
        end: String,
    },
}

/// The methods that a static server has use for.
const ALLOW: &[u8] = b"GET, HEAD, OPTIONS";

/// Methods that we know, and that no file here takes (RFC 9110 section 9.3, RFC 5789). All others,
/// and CONNECT, which is for proxies, are not implemented.
const KNOWN: [&[u8]; 5] = [b"POST", b"PUT", b"DELETE", b"TRACE", b"PATCH"];

impl Files {
    /// Opens a folder to be served. Errors: it is not there, or is no folder.
    pub fn open(root: &Path, settings: Settings) -> io::Result<Files> {
        let root = root.canonicalize()?;
        if !root.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Files {
            root,
            settings,
            cache: lookup::Cache::default(),
        })
    }

    /// The answer to a request; `now` in seconds since 1970.
    pub fn answer(&self, head: &RequestHead<'_>, asked: &Asked<'_>, now: i64) -> Response {
        if let Some(refused) = refused_method(head.method) {
            return refused;
        }
        let (path, query) = match asked.target {
            Target::Origin { path, query } | Target::Absolute { path, query, .. } => (path, query),
            _ => return Response::error(400, "This method needs the path of a file."),
        };
        let (names, folder) = match target::names(path) {
            Ok(found) => found,
            Err(BadPath::Slash) => return Response::error(404, "No file has a slash in its name."),
            Err(BadPath::Nul | BadPath::Percent) => {
                return Response::error(400, "This path can be the name of no file.");
            }
        };
        match self.find(&names, folder, head.fields) {
            Ok(Thing::File(found)) => file(head, &found, now),
            Ok(Thing::Folder(path)) if folder => {
                let page = self.list(&path, &names);
                let there = (page.status == 200).then_some(Validators::default());
                unmet(head, there, now).unwrap_or(page)
            }
            Ok(Thing::Folder(_)) => moved(&names, query),
            Err(Miss::NotThere) => Response::error(404, "There is no such file here."),
            Err(Miss::Forbidden) => Response::error(403, "This file may not be read."),
            Err(Miss::Busy) => {
                let mut response = Response::error(503, "Too much is open here; try again soon.");
                write::field(&mut response.fields, "Retry-After", b"1");
                response
            }
        }
    }

    #[cold]
    fn list(&self, path: &Path, names: &[Vec<u8>]) -> Response {
        if !self.settings.listing {
            return Response::error(404, "There is no index.html in this folder.");
        }
        match listing::page(&self.root, path, names, self.settings.dotfiles) {
            Ok(page) => {
                let mut fields = Vec::new();
                write::field(&mut fields, "Content-Type", b"text/html; charset=utf-8");
                Response::new(200, fields, page.into_bytes())
            }
            Err(_) => Response::error(403, "This folder may not be read."),
        }
    }
}

/// The answer to a method by which nothing can be read here; `None` for GET and HEAD.
#[cold]
pub fn refused_method(method: &[u8]) -> Option<Response> {
    let (status, sentence) = match method {
        b"GET" | b"HEAD" => return None,
        b"OPTIONS" => {
            let mut fields = Vec::new();
            write::field(&mut fields, "Allow", ALLOW);
            return Some(Response::new(204, fields, Vec::new()));
        }
        _ if KNOWN.contains(&method) => (405, "It can be read here, and nothing else."),
        _ => (501, "This server does not know the method."),
    };
    let mut response = Response::error(status, sentence);
    if status == 405 {
        write::field(&mut response.fields, "Allow", ALLOW);
    }
    Some(response)
}

/// Sends the client to the folder's own URL, which ends in a slash: without it, the links on the page
/// would lead next to the folder instead of into it (RFC 3986 section 5.2.3).
///
/// The target is put together anew from the names. The path as it came could begin with two slashes,
/// and then `Location` would lead to another host.
#[cold]
fn moved(names: &[Vec<u8>], query: Option<&[u8]>) -> Response {
    let mut location = String::from("/");
    for name in names {
        location.push_str(&target::encode(name));
        location.push('/');
    }
    if let Some(query) = query {
        location.push('?');
        location.push_str(&String::from_utf8_lossy(query));
    }
    let mut response = Response::error(301, "This folder's URL ends in a slash.");
    write::field(&mut response.fields, "Location", location.as_bytes());
    response
}

/// The answer to preconditions that are not met by something without tag and date: `*` matches it, and
/// no tag does.
fn unmet(head: &RequestHead<'_>, current: Option<Validators<'_>>, now: i64) -> Option<Response> {
    match conditional::evaluate(head, Some(current?), now) {
        Outcome::Proceed => None,
        Outcome::Failed => Some(failed()),
        Outcome::NotModified => Some(Response::without_length(304, Vec::new())),
    }
}

fn failed() -> Response {
    Response::error(412, "What is here is not what you expect it to be.")
}

/// The answer for a file that is there: preconditions first, then ranges, in the order of RFC 9110
/// section 13.2.2.
#[inline(never)]
fn file(head: &RequestHead<'_>, found: &Found, now: i64) -> Response {
    let open = &found.open;
    // A file from the future is as old as the answer (RFC 9110 section 8.8.2.1).
    let modified = open.modified.as_ref().map(|(since, _)| (*since).min(now));
    let current = Validators {
        tag: Tag::parse(open.tag.as_bytes()),
        modified,
    };
    match conditional::evaluate(head, Some(current), now) {
        Outcome::Proceed => {}
        Outcome::Failed => return failed(),
        Outcome::NotModified => {
            let mut fields = Vec::new();
            write::field(&mut fields, "ETag", found.open.tag.as_bytes());
            vary(&mut fields, found);
            return Response::without_length(304, fields);
        }
    }
    let mut fields = described(found, modified);
    let wish = match head.fields.only("range") {
        Some(value)
            if head.method == b"GET" && conditional::range_counts(head.fields, current, now) =>
        {
            range::wish(value, open.length())
        }
        _ => Wish::All,
    };
    match wish {
        Wish::All => {
            let whole = (0, open.length());
            part(200, fields, found, whole)
        }
        Wish::Nothing => {
            let mut response = Response::error(416, "The file ends before the range begins.");
            let range = range::content_range_outside(open.length());
            write::field(&mut response.fields, "Content-Range", range.as_bytes());
            response
        }
        Wish::Parts(parts) => match parts.as_slice() {
            [one] => {
                let range = range::content_range(*one, open.length());
                write::field(&mut fields, "Content-Range", range.as_bytes());
                part(206, fields, found, (one.first, one.length()))
            }
            _ => several(fields, found, &parts),
        },
    }
}

/// The fields that every answer with bytes of this file has.
fn described(found: &Found, modified: Option<i64>) -> Vec<u8> {
    let mut fields = Vec::with_capacity(256);
    match (modified, &found.open.modified) {
        (Some(modified), Some((since, date))) if modified == *since => {
            write::field(&mut fields, "Last-Modified", date.as_bytes());
        }
        (Some(modified), _) => {
            let date = date::format(modified);
            write::field(&mut fields, "Last-Modified", date.as_bytes());
        }
        (None, _) => {}
    }
    write::field(&mut fields, "ETag", found.open.tag.as_bytes());
    write::field(&mut fields, "Accept-Ranges", b"bytes");
    vary(&mut fields, found);
    if let Some(encoding) = found.encoding {
        write::field(&mut fields, "Content-Encoding", encoding.as_bytes());
    }
    fields
}

/// A file from an offset on, so many bytes.
fn part(status: u16, mut fields: Vec<u8>, found: &Found, (first, length): (u64, u64)) -> Response {
    write::field(&mut fields, "Content-Type", found.media.as_bytes());
    write::field_number(&mut fields, "Content-Length", length);
    let file = Arc::clone(&found.open.file);
    Response {
        status,
        fields,
        content: Content::File { file, first },
        length,
    }
}

/// Several parts in one answer (RFC 9110 section 15.3.7.2).
#[cold]
fn several(mut fields: Vec<u8>, found: &Found, parts: &[Range]) -> Response {
    let boundary = boundary();
    let multipart = Multipart {
        boundary: &boundary,
        media: found.media,
        length: found.open.length(),
    };
    let length = multipart.body_length(parts);
    write::field(
        &mut fields,
        "Content-Type",
        multipart.content_type().as_bytes(),
    );
    write::field_number(&mut fields, "Content-Length", length);
    let before = |range: &Range| (multipart.before(*range), *range);
    Response {
        status: 206,
        fields,
        content: Content::Parts {
            file: Arc::clone(&found.open.file),
            parts: parts.iter().map(before).collect(),
            end: multipart.end(),
        },
        length,
    }
}

/// Thirty-two hex digits that nobody can foresee, and so can have put into a file. std has no random
/// numbers, but it seeds its hash tables with some.
fn boundary() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}

fn vary(fields: &mut Vec<u8>, found: &Found) {
    if found.varies {
        write::field(fields, "Vary", b"Accept-Encoding");
    }
}

impl Response {
    /// A response with these bytes behind it.
    pub fn new(status: u16, mut fields: Vec<u8>, bytes: Vec<u8>) -> Response {
        let length = bytes.len() as u64;
        // 1xx and 204 have no content, and must not say how long it is (RFC 9110 section 8.6).
        if status != 204 {
            write::field_number(&mut fields, "Content-Length", length);
        }
        Response {
            status,
            fields,
            content: Content::Bytes(bytes),
            length,
        }
    }

    /// A 304, which leaves `Content-Length` to the answer that it stands for.
    fn without_length(status: u16, fields: Vec<u8>) -> Response {
        Response {
            status,
            fields,
            content: Content::Bytes(Vec::new()),
            length: 0,
        }
    }

    /// A short honest page: the status, its phrase and one sentence.
    #[cold]
    pub fn error(status: u16, sentence: &str) -> Response {
        let mut fields = Vec::new();
        write::field(&mut fields, "Content-Type", b"text/plain; charset=utf-8");
        let page = format!("{status} {}\n\n{sentence}\n", write::reason(status));
        Response::new(status, fields, page.into_bytes())
    }
}
