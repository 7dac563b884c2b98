//! A static file server without sockets: turns a request and a root folder into a response.
//!
//! Rule 1: no sockets. A response names the file and the range of its bytes; the caller sends them.
//! Rule 2: nothing outside the root is ever served. Dot segments are resolved in the text of the path
//! (`http::target::names`), and links by the system. Then the real path is checked, and after opening, the path
//! of the open file is checked again, because nobody can replace an open file.
//! Rule 3: only regular files are opened. Opening a pipe would wait for its writer for ever.
//! Rule 4: the bytes sent under one entity tag are the state of the file at one moment. If the file changes,
//! the answer is cut off.

mod cache;
mod listing;
mod lookup;
mod open;
mod respond;
mod root;
mod stamp;
mod unseen;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::http::conditional::{self, PreconditionOutcome, Validators};
use crate::http::range::Range;
use crate::http::target::{self, Asked, BadPath, Target};
use crate::http::{RequestHead, write};

use cache::Cache;
use lookup::{Lookup, NoThing, Thing};
use open::{Boundary, Miss};
pub use open::{OpenFile, Source};
use root::Root;
pub use unseen::is_unseen;

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
    root: Root,
    settings: Settings,
    /// Pages of every origin may read the answers.
    cors: bool,
    /// The path of a page that is not there leads to the page at `/`.
    single_page: bool,
    cache: Cache,
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
    Part {
        /// The file.
        source: Source,
        /// Offset of the first byte; `Response::length` says how many.
        first: u64,
    },
    /// Several parts of a file, each with what stands before it.
    Parts {
        /// The file.
        source: Source,
        /// What stands before each part, and the part.
        parts: Vec<(String, Range)>,
        /// What stands after the last.
        end: String,
    },
}

/// The methods that a static server has use for.
const ALLOW: &[u8] = b"GET, HEAD, OPTIONS";

/// What lets a page of any origin read an answer, and ask for it with any field. Credentials are not
/// allowed: `*` never covers those.
const CORS: [(&str, &[u8]); 4] = [
    ("Access-Control-Allow-Origin", b"*"),
    ("Access-Control-Allow-Methods", ALLOW),
    ("Access-Control-Allow-Headers", b"*"),
    ("Access-Control-Expose-Headers", b"*"),
];

/// Methods that we know, and that no file here takes (RFC 9110 section 9.3, RFC 5789). All others,
/// and CONNECT, which is for proxies, are not implemented.
const KNOWN: [&[u8]; 5] = [b"POST", b"PUT", b"DELETE", b"TRACE", b"PATCH"];

impl Files {
    /// Opens a folder to be served. Errors: it is not there, is no folder, or nothing in it may be opened.
    pub fn open(root: &Path, settings: Settings) -> io::Result<Files> {
        Ok(Files {
            root: Root::new(root)?,
            settings,
            cors: false,
            single_page: false,
            cache: Cache::new(),
        })
    }

    /// Lets pages of every origin read the answers: each of them says so, that to a preflight, too (Fetch
    /// standard, "CORS protocol").
    pub fn allow_every_origin(&mut self) {
        self.cors = true;
    }

    /// Answers with the page at `/` where there is no file and the last name has no dot: a program in the
    /// browser makes a page of such a path. A missing picture or script is still 404.
    pub fn serve_single_page(&mut self) {
        self.single_page = true;
    }

    /// Keeps at most so many files open between two requests.
    pub fn keep_open(&mut self, most: usize) {
        self.cache.descriptors = self.cache.descriptors.min(most);
    }

    /// The answer to a request; `now` in seconds since 1970.
    pub fn answer(&self, head: &RequestHead<'_>, asked: &Asked<'_>, now: i64) -> Response {
        self.for_origins(self.answer_to_all(head, asked, now))
    }

    fn answer_to_all(&self, head: &RequestHead<'_>, asked: &Asked<'_>, now: i64) -> Response {
        if let Some(refused) = refused_method(head.method) {
            return refused;
        }
        let (path, query) = match asked.target {
            Target::Origin { path, query } | Target::Absolute { path, query, .. } => (path, query),
            _ => return Response::error(400, "This method needs the path of a file."),
        };
        let looked = Instant::now();
        let root = self.root(looked);
        let lookup = self.lookup(&root, head, looked);
        let found = match lookup.find(path) {
            Err(NoThing::Miss(Miss::NotThere)) if self.single_page && may_be_a_page(path) => {
                lookup.find(b"/")
            }
            found => found,
        };
        match found {
            Ok(Thing::File(found)) => respond::file(head, &found, now),
            Ok(Thing::Folder { names, slash, .. }) if !slash => moved(&names, query),
            Ok(Thing::Folder { names, real, .. }) => {
                let page = self.list(lookup.boundary, &real, &names, query);
                let there = (page.status == 200).then_some(Validators::default());
                unmet(head, there, now).unwrap_or(page)
            }
            Err(nothing) => no_thing(&nothing),
        }
    }

    /// The answer with a file that is kept in memory, if the request is for one.
    pub fn answer_from_memory(
        &self,
        head: &RequestHead<'_>,
        asked: &Asked<'_>,
        now: i64,
    ) -> Option<Response> {
        let (b"GET" | b"HEAD", Target::Origin { path, .. }) = (head.method, asked.target) else {
            return None;
        };
        let looked = Instant::now();
        let root = self.root(looked);
        let found = self.lookup(&root, head, looked).find_in_memory(path)?;
        Some(self.for_origins(respond::file(head, &found, now)))
    }

    /// The answer, with the fields that let pages of other origins read it, if they may.
    fn for_origins(&self, mut response: Response) -> Response {
        if self.cors {
            for (name, value) in CORS {
                write::field(&mut response.fields, name, value);
            }
        }
        response
    }

    /// Where the root is now. When that is another place, nothing of what is kept holds.
    fn root(&self, looked: Instant) -> Arc<Path> {
        let (root, elsewhere) = self.root.look(looked);
        if elsewhere {
            self.cache.clear();
        }
        root
    }

    fn lookup<'a>(&'a self, root: &'a Path, head: &RequestHead<'a>, now: Instant) -> Lookup<'a> {
        Lookup {
            files: self,
            boundary: Boundary {
                root,
                dotfiles: self.settings.dotfiles,
            },
            fields: head.fields,
            now,
        }
    }

    /// The cache closes its files, so that there are descriptors for other things again. `false`: it had
    /// none open.
    pub fn close_kept(&self) -> bool {
        self.cache.close_files()
    }

    #[cold]
    fn list(
        &self,
        boundary: Boundary<'_>,
        real: &Path,
        names: &[Vec<u8>],
        query: Option<&[u8]>,
    ) -> Response {
        if !self.settings.listing {
            return Response::error(404, "There is no index.html in this folder.");
        }
        match listing::page(boundary, real, names, listing::Order::asked(query)) {
            Ok(page) => {
                let mut fields = Vec::new();
                write::field(&mut fields, "Content-Type", b"text/html; charset=utf-8");
                Response::new(200, fields, page.into_bytes())
            }
            Err(Miss::NotThere) => no_thing(&Miss::NotThere.into()),
            Err(Miss::Busy) => no_thing(&Miss::Busy.into()),
            Err(_) => Response::error(403, "This folder may not be read."),
        }
    }
}

/// Whether the last name of a path has no dot: then it may be a page of a program in the browser.
#[cold]
fn may_be_a_page(path: &[u8]) -> bool {
    let last = path.rsplit(|byte| *byte == b'/').next();
    last.is_none_or(|name| !name.contains(&b'.'))
}

/// The answer when there is nothing to send.
#[cold]
fn no_thing(why: &NoThing) -> Response {
    let later = |sentence| {
        let mut response = Response::error(503, sentence);
        write::field(&mut response.fields, "Retry-After", b"1");
        response
    };
    match why {
        NoThing::BadPath(BadPath::Slash) => {
            Response::error(404, "A file name cannot contain a slash.")
        }
        NoThing::BadPath(BadPath::Nul | BadPath::Percent) => {
            Response::error(400, "This path cannot be the name of a file.")
        }
        NoThing::Miss(Miss::NotThere) => Response::error(404, "There is no such file here."),
        NoThing::Miss(Miss::Forbidden) => Response::error(403, "This file may not be read."),
        NoThing::Miss(Miss::Busy) => later("The server has too many open files; try again soon."),
        NoThing::Miss(Miss::Changing) => {
            later("The file changed while the server read it; try again soon.")
        }
        NoThing::Miss(Miss::NoLength) => Response::error(
            500,
            "The file is longer than the system says, so the server does not send it.",
        ),
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
        _ if KNOWN.contains(&method) => (405, "Files here can only be read."),
        _ => (501, "This server does not know this method."),
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
/// The target is put together again from the names. The path as it came could begin with two slashes,
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
        PreconditionOutcome::Proceed => None,
        PreconditionOutcome::Failed => Some(failed()),
        PreconditionOutcome::NotModified => Some(Response::without_length(304, Vec::new())),
    }
}

fn failed() -> Response {
    Response::error(
        412,
        "The file does not fulfil the condition of the request.",
    )
}

impl Response {
    /// A response with these bytes after it.
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
