//! `tap`: a recording proxy between any client and any server.
//!
//! Rule 1: the relay never waits for whoever looks on. The terminal gets steps through a queue with an
//! end; what does not fit is counted and named. The file gets every step at once, before the bytes go on.
//! Rule 2: whatever fails on the recording side is said once, and the relay goes on.

mod pictures;

use super::wire_log::{View, WireLog};
use super::{Args, Command, Opt, Outcome, Screen, WrongUse};
use anyhow::{Context, Result};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use wirelab::limits;
use wirelab::net::{self, Recorder, Step, Tap, What};
use wirelab::wire::{Event, Ink, Ladder, Transcript};

use pictures::Pictures;

/// `cargo lab tap LISTEN UPSTREAM`
pub const COMMAND: Command = Command {
    name: "tap",
    places: &["LISTEN", "UPSTREAM"],
    sentence: "a recording proxy between any client and any server",
    more: "Clients call LISTEN, and reach the server at UPSTREAM; both are host:port, and\n\
           port 0 lets the system choose. Half-closes and resets are passed on as what they\n\
           are; a server that refuses is passed on as a reset. Ctrl-C ends it; the file of\n\
           --save is right at every moment.\n\
           A transcript holds every byte of both directions, in the order our proxy read\n\
           them, and how each side ended. It does not hold packets. In files the values of\n\
           Authorization, Proxy-Authorization, Cookie and Set-Cookie are left out.",
    options: &[
        Opt {
            name: "--save",
            value: Some("F.wire"),
            sentence: "keep everything as a transcript",
        },
        Opt {
            name: "--svg",
            value: Some("OUT"),
            sentence: "keep the ladder as a picture, renewed at every pause",
        },
        Opt {
            name: "--pcapng",
            value: Some("OUT"),
            sentence: "keep packets that tshark opens, renewed at every pause",
        },
        Opt {
            name: "--brief",
            value: None,
            sentence: "show the middle of long runs as a digest",
        },
        Opt {
            name: "--show-secrets",
            value: None,
            sentence: "leave nothing out of the files",
        },
        Opt {
            name: "--connections",
            value: Some("N"),
            sentence: "end when so many connections have ended",
        },
    ],
    run,
};

/// What the relay has for the one who prints.
enum News {
    Step(Transcript),
    Remark(String),
}

/// The relay's end of the queue to the one who prints.
#[derive(Clone)]
struct Teller {
    queue: SyncSender<News>,
    /// How many steps found no room.
    unshown: Arc<AtomicU64>,
}

impl Teller {
    fn tell(&self, news: News) {
        if self.queue.try_send(news).is_err() {
            self.unshown.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    let place = |index| net::address(args.text(index).ok().flatten().unwrap_or_default());
    let wrong_use = |error: net::AddressError| WrongUse(error.to_string());
    let (at, upstream) = (place(0).map_err(wrong_use)?, place(1).map_err(wrong_use)?);
    if at == upstream {
        let message = format!("LISTEN and UPSTREAM are both {at}: the tap would call itself");
        return Err(WrongUse(message).into());
    }
    let most = args.value_text("--connections")?.map(number).transpose()?;
    let show_secrets = args.has("--show-secrets");
    let log = match args.value("--save") {
        Some(name) => Some(WireLog::create(name, "tap", show_secrets)?),
        None => None,
    };
    let outputs = ["--svg", "--pcapng"].map(|name| args.value(name));
    let pictures = Arc::new(Mutex::new(Pictures::new(outputs, show_secrets)?));

    let (queue, news) = mpsc::sync_channel(limits::UNSHOWN);
    let unshown = Arc::new(AtomicU64::new(0));
    let teller = Teller {
        queue,
        unshown: Arc::clone(&unshown),
    };
    let recorder = recorder(log, Arc::clone(&pictures), teller, upstream.to_string());
    let listener = net::listen(at, limits::BACKLOG)?;
    let tap = Tap::start(listener, upstream, recorder).context("no thread for the tap")?;
    writeln!(screen, "listening on {}", tap.address())?;
    screen.flush()?;
    let mut shown = Shown::new(args.has("--brief"), screen);
    let ended = |wait: Duration| most.is_some_and(|most| tap.wait_ended(most, wait));
    shown.follow(&news, &unshown, &pictures, ended)?;
    tap.stop();
    Ok(Outcome::Passed)
}

fn number(text: &str) -> Result<u64, WrongUse> {
    let wrong = |_| {
        let text = super::args::printable(text);
        WrongUse(format!(
            "a number stands behind --connections, not `{text}`"
        ))
    };
    text.parse().map_err(wrong)
}

/// What happens to each step, under the recorder's lock.
fn recorder(
    mut log: Option<WireLog>,
    pictures: Arc<Mutex<Pictures>>,
    teller: Teller,
    upstream: String,
) -> Recorder {
    // On the screen nothing is left out: who sits there owns the client, or the server.
    let mut view = View::new(true);
    Recorder::into_sink(move |step: &Step| {
        if let Some(Err(error)) = log.as_mut().map(|log| log.step(step)) {
            teller.tell(News::Remark(format!("{error}; the tap goes on")));
        }
        let kept = lock(&pictures).add(step);
        if let Err(remark) = kept {
            teller.tell(News::Remark(remark));
        }
        teller.tell(News::Step(view.of(step)));
        if step.what == What::Event(Event::Refuse) {
            let text = format!("{upstream} refused the connection, or did not answer");
            teller.tell(News::Remark(text));
        }
    })
}

/// Where and how steps are shown.
struct Shown<'a> {
    screen: &'a mut Screen,
    brief: bool,
    /// On a terminal, without `--brief`.
    ladder: Option<Ladder>,
}

impl<'a> Shown<'a> {
    fn new(brief: bool, screen: &'a mut Screen) -> Shown<'a> {
        let ladder = (screen.color() && !brief).then(|| Ladder::new(Ink::Colour));
        Shown {
            screen,
            brief,
            ladder,
        }
    }

    /// Shows what comes, and renews the pictures in every pause, until `ended`.
    fn follow(
        &mut self,
        news: &Receiver<News>,
        unshown: &AtomicU64,
        pictures: &Mutex<Pictures>,
        ended: impl Fn(Duration) -> bool,
    ) -> Result<()> {
        if let Some(ladder) = &self.ladder {
            write!(self.screen, "{}", ladder.head(""))?;
        }
        loop {
            let over = ended(Duration::ZERO);
            let wait = if over { Duration::ZERO } else { limits::TICK };
            match news.recv_timeout(wait) {
                Ok(News::Step(step)) => self.step(&step)?,
                Ok(News::Remark(text)) => self.remark(&text)?,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    match unshown.swap(0, Ordering::Relaxed) {
                        0 => {}
                        count => self.remark(&format!(
                            "{count} steps are not shown here: they came faster than this output"
                        ))?,
                    }
                    let due = lock(pictures).due();
                    for error in due.into_iter().filter_map(|picture| picture.write().err()) {
                        self.remark(&format!("{error:#}"))?;
                    }
                    if over {
                        return Ok(());
                    }
                }
            }
            self.screen.flush()?;
        }
    }

    fn step(&mut self, step: &Transcript) -> Result<()> {
        let text = match &mut self.ladder {
            Some(ladder) => step
                .entries()
                .iter()
                .map(|entry| ladder.entry(entry))
                .collect(),
            None if self.brief => step.render_brief(),
            None => step.render(),
        };
        write!(self.screen, "{text}")?;
        Ok(())
    }

    fn remark(&mut self, text: &str) -> Result<()> {
        let mut note = Transcript::new();
        note.push_note(text);
        self.step(&note)
    }
}

fn lock(pictures: &Mutex<Pictures>) -> std::sync::MutexGuard<'_, Pictures> {
    pictures.lock().unwrap_or_else(PoisonError::into_inner)
}
