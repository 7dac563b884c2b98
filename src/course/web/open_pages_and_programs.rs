//! The open pages, the programs that they have started, and the handling of their forms.
//!
//! Rule 1: at most [`limits::web::PAGES`] pages and [`limits::web::RUNS`] running programs.
//! Rule 2: a page is open as long as it has an event stream. When it has had no stream for a while, it counts
//! as closed, and the programs that it has started end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread;

use super::form::Form;
use super::host_and_origin_check::{self, Gate};
use super::page_state::Page;
use super::tap::TapView;
use super::your_browser::You;
use super::{check, document, lab_of, lab_server, live_run, manual_request, names, nothing, typed};
use crate::course::catalogue::Lab;
use crate::files::Response;
use crate::http::target::Target;
use crate::http::write;
use crate::limits;
use crate::locks::lock;
use crate::net::Recorder;
use crate::server::{Answer, Request};
use crate::wire::{PcapngOptions, pcapng, svg};

/// Programs in any language to be checked, as they were given where the command was started.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    /// `--server CMD`
    pub server: Option<String>,
    /// `--client CMD`
    pub client: Option<String>,
}

/// The live lab. Clones are the same.
#[derive(Clone)]
pub struct Live {
    shared: Arc<Shared>,
}

struct Shared {
    gate: Gate,
    commands: Commands,
    pages: Mutex<Pages>,
    running: AtomicUsize,
    you: You,
    tap: Option<TapView>,
}

#[derive(Default)]
struct Pages {
    open: BTreeMap<u64, Arc<Page>>,
    count: u64,
}

impl Live {
    /// For a server on this port. A thread looks after pages that go.
    pub fn new(port: u16, commands: Commands) -> Live {
        Live::with(port, commands, None)
    }

    /// The same, with a recording in progress at `/tap`.
    pub fn with_tap(port: u16, tap: TapView) -> Live {
        Live::with(port, Commands::default(), Some(tap))
    }

    fn with(port: u16, commands: Commands, tap: Option<TapView>) -> Live {
        let shared = Arc::new(Shared {
            gate: Gate::new(port),
            commands,
            pages: Mutex::default(),
            running: AtomicUsize::new(0),
            you: You::new(),
            tap,
        });
        let weak = Arc::downgrade(&shared);
        thread::spawn(move || look_after(&weak));
        Live { shared }
    }

    /// Stands in every page and comes back with every form.
    pub fn token(&self) -> &str {
        &self.shared.gate.token
    }

    /// Programs in any language to be checked.
    pub fn commands(&self) -> &Commands {
        &self.shared.commands
    }

    /// Records this server's own connections, for `/you`.
    pub fn recorder(&self) -> Recorder {
        self.shared.you.recorder()
    }

    /// The answer to a request.
    pub fn answer(&self, request: &Request<'_>) -> Answer {
        if let Some(refused) = self.shared.gate.refusal(request) {
            return refused.into();
        }
        let names = names(request).unwrap_or_default();
        if request.head.method == b"POST" {
            return self.form(&names);
        }
        if let Some(refused) = host_and_origin_check::refused_method(request) {
            return refused.into();
        }
        match names[..] {
            [b"events"] => self.events(request),
            [b"tap"] => match &self.shared.tap {
                Some(tap) => tap.page(self).into(),
                None => nothing().into(),
            },
            [b"recording", name] => self.recording(name, request).into(),
            _ => document(&names, request, Some(self)).into(),
        }
    }

    /// A stream: of one page, or of what browsers say to this server.
    fn events(&self, request: &Request<'_>) -> Answer {
        let query = query(request);
        if !self.shared.gate.is_token(query.get("token")) {
            return stale().into();
        }
        let header = request.head.fields.get("last-event-id").unwrap_or_default();
        let header = std::str::from_utf8(header).unwrap_or_default();
        let after = match header {
            "" => query.get("after"),
            header => header,
        };
        let after = Some(after).filter(|after| !after.is_empty());
        let reader = match query.get("of") {
            "you" => self.shared.you.reader(after),
            "tap" => {
                let tap = self.shared.tap.as_ref();
                tap.and_then(|tap| tap.reader(after))
            }
            _ => self.page_for(after).map(|page| {
                page.hidden.store(false, Ordering::Relaxed);
                page.log.reader(after)
            }),
        };
        let Some(reader) = reader else {
            let most = limits::web::PAGES;
            let sentence = format!("{most} pages are open, and that is the limit: close one.");
            return host_and_origin_check::error(503, &sentence).into();
        };
        let mut fields = Vec::new();
        host_and_origin_check::protect(&mut fields);
        write::field(&mut fields, "Cache-Control", b"no-store");
        Answer::Events { fields, reader }
    }

    /// The page that comes back, or a new one; `None` when there is no room.
    fn page_for(&self, after: Option<&str>) -> Option<Arc<Page>> {
        let mut pages = lock(&self.shared.pages);
        let id = after.and_then(|id| id.strip_prefix('p')?.split('.').next()?.parse().ok());
        if let Some(page) = id.and_then(|id: u64| pages.open.get(&id)) {
            return Some(Arc::clone(page));
        }
        if pages.open.len() >= limits::web::PAGES {
            let hidden = |page: &Arc<Page>| page.hidden.load(Ordering::Relaxed);
            let oldest = pages.open.values().find(|page| hidden(page)).cloned()?;
            oldest.end();
            pages.open.remove(&oldest.id);
        }
        pages.count += 1;
        let page = Arc::new(Page::new(pages.count));
        page.log.push("hello", page.id.to_string());
        pages.open.insert(page.id, Arc::clone(&page));
        Some(page)
    }

    fn page(&self, id: &str) -> Option<Arc<Page>> {
        let id: u64 = id.parse().ok()?;
        lock(&self.shared.pages).open.get(&id).cloned()
    }

    /// A form: it is read to its end, and then the token in it is looked at.
    fn form(&self, names: &[&[u8]]) -> Answer {
        let action: Option<Action> = match names {
            [b"hidden"] => Some(Action::Hidden),
            [b"labs", slug, what] => lab_of(slug).and_then(|lab| {
                let act: fn(&Live, &Arc<Page>, &'static Lab, &Form) -> Result<(), String> =
                    match *what {
                        b"run" => live_run::run,
                        b"say" => manual_request::say,
                        b"server" => lab_server::server,
                        b"end" => manual_request::end,
                        b"check" => check::check,
                        b"hint" => check::hint,
                        _ => return None,
                    };
                Some(Action::OfLab(act, lab))
            }),
            _ => None,
        };
        let Some(action) = action else {
            return nothing().into();
        };
        let live = self.clone();
        Answer::ToBody {
            most: limits::web::FORM,
            then: Box::new(move |body| live.act(action, &Form::read(body))),
        }
    }

    fn act(&self, action: Action, form: &Form) -> Response {
        if !self.shared.gate.is_token(form.get("token")) {
            return stale();
        }
        let Some(page) = self.page(form.get("page")) else {
            return host_and_origin_check::error(
                409,
                "This page is not known any more: reload it.",
            );
        };
        let done = match action {
            Action::Hidden => {
                page.hidden.store(true, Ordering::Relaxed);
                Ok(())
            }
            Action::OfLab(act, of) => act(self, &page, of, form),
        };
        match done {
            Ok(()) => Response::new(204, Vec::new(), Vec::new()),
            Err(why) => host_and_origin_check::error(422, &why),
        }
    }

    /// The last recording of a page as a file.
    fn recording(&self, name: &[u8], request: &Request<'_>) -> Response {
        let query = query(request);
        if !self.shared.gate.is_token(query.get("token")) {
            return stale();
        }
        let page = self.page(query.get("page"));
        let recording = match (query.get("of"), &self.shared.tap, page) {
            ("tap", Some(tap), _) => tap.recording(),
            (_, _, Some(page)) => page.recording(),
            _ => {
                return host_and_origin_check::error(
                    409,
                    "This page is not known any more: reload it.",
                );
            }
        };
        match name {
            b"recording.wire" => typed("text/plain; charset=utf-8", recording.render()),
            b"recording.svg" => typed("image/svg+xml", svg(&recording)),
            b"recording.pcapng" => match pcapng(&recording, &PcapngOptions::default()) {
                Ok(bytes) => {
                    let fields = host_and_origin_check::fields("application/octet-stream");
                    Response::new(200, fields, bytes)
                }
                Err(error) => host_and_origin_check::error(422, &error.to_string()),
            },
            _ => nothing(),
        }
    }

    /// Runs `work` in a thread of its own, if there is room for it.
    pub fn spawn(&self, work: impl FnOnce() + Send + 'static) -> Result<(), String> {
        let place = self.place()?;
        let started = thread::Builder::new().spawn(move || {
            let _place = place;
            work();
        });
        started
            .map(drop)
            .map_err(|error| format!("The system has no thread for it: {error}."))
    }

    /// One of the places for things that run, if one is free.
    pub fn place(&self) -> Result<Place, String> {
        let shared = Arc::clone(&self.shared);
        if shared.running.fetch_add(1, Ordering::Relaxed) >= limits::web::RUNS {
            shared.running.fetch_sub(1, Ordering::Relaxed);
            let most = limits::web::RUNS;
            return Err(format!(
                "{most} programs run already: wait until one of them has ended."
            ));
        }
        Ok(Place(shared))
    }
}

enum Action {
    Hidden,
    OfLab(
        fn(&Live, &Arc<Page>, &'static Lab, &Form) -> Result<(), String>,
        &'static Lab,
    ),
}

/// One of the places for things that run; free again when it is dropped.
pub struct Place(Arc<Shared>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

fn query(request: &Request<'_>) -> Form {
    match request.asked.target {
        Target::Origin { query, .. } => Form::read(query.unwrap_or_default()),
        _ => Form::read(b""),
    }
}

fn stale() -> Response {
    host_and_origin_check::error(
        403,
        "This page is from an earlier start of the server: reload it.",
    )
}

/// Ends the pages that have been without a stream for too long, for as long as the live lab is there.
fn look_after(live: &Weak<Shared>) {
    while let Some(shared) = live.upgrade() {
        let mut pages = lock(&shared.pages);
        let gone = |page: &Arc<Page>| {
            let most = match page.hidden.load(Ordering::Relaxed) {
                true => limits::web::PAGE_HIDDEN,
                false => limits::web::PAGE_GONE,
            };
            page.log.unread_for().is_some_and(|time| time > most)
        };
        let ended: Vec<Arc<Page>> = pages.open.values().filter(|it| gone(it)).cloned().collect();
        for page in &ended {
            pages.open.remove(&page.id);
        }
        drop(pages);
        ended.iter().for_each(|page| page.end());
        drop(shared);
        thread::park_timeout(limits::STOP_POLL);
    }
}
