//! `tap`: a recording proxy between any client and any server.
//!
//! Rule 1: the relay never waits for whoever looks on. The terminal gets steps through a [`Board`] with
//! an end; what does not fit is counted and named. The file gets every step at once, before the bytes go on.
//! Rule 2: whatever fails on the recording side is said once, and the relay goes on.

mod board;
mod pictures;

use super::wire_log::{Remark, View, WireLog};
use super::{Args, Command, Opt, Outcome, Screen, WrongUse};
use anyhow::{Context, Result};
use std::io::{BufWriter, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use wirelab::http::redact::Rules;
use wirelab::limits;
use wirelab::net::{self, Observation, ObservationKind, Recorder, Tap};
use wirelab::wire::{Event, Ink, Ladder, Transcript};

use board::Board;
use pictures::Pictures;

/// `cargo lab tap LISTEN UPSTREAM`
pub const COMMAND: Command = Command {
    name: "tap",
    places: &["LISTEN", "UPSTREAM"],
    sentence: "record what any client and any server say to each other",
    more: "tap is a proxy. Clients connect to LISTEN, and tap connects them to the server\n\
           at UPSTREAM. Both are host:port; with port 0 the system chooses the port. tap\n\
           passes on half-closes and resets as they are. If the server refuses a\n\
           connection, the client gets a reset. Ctrl-C ends tap; the file of --save is\n\
           complete at every moment.\n\
           A transcript contains every byte of both directions, in the order in which our\n\
           proxy read them, and how each side ended. It contains no packets.\n\
           The files do not contain secrets: the values of Authorization, Cookie,\n\
           Set-Cookie, X-Api-Key and their kin, and token=, key=, password= in targets\n\
           and forms. --mask adds a name. In the file of --save, Date, Expires, ETag and\n\
           the ports in Host and Location are masks, with the real values in notes: so\n\
           `play` can replay it later, at another port. --exact keeps everything.",
    options: &[
        Opt {
            name: "--save",
            value: Some("F.wire"),
            sentence: "write everything as a transcript; - is stdout",
        },
        Opt {
            name: "--svg",
            value: Some("OUT"),
            sentence: "draw the ladder to this file, again at every pause",
        },
        Opt {
            name: "--pcapng",
            value: Some("OUT"),
            sentence: "write packets for tshark, again at every pause",
        },
        Opt {
            name: "--brief",
            value: None,
            sentence: "shorten long runs of bytes on the screen",
        },
        Opt {
            name: "--show-secrets",
            value: None,
            sentence: "write the secret values to the files, too",
        },
        Opt {
            name: "--mask",
            value: Some("NAME"),
            sentence: "this field or parameter is a secret, too",
        },
        Opt {
            name: "--exact",
            value: None,
            sentence: "no masks at all: every byte as it was",
        },
        Opt {
            name: "--connections",
            value: Some("N"),
            sentence: "end when this many connections have ended",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    // With `--save -`, stdout belongs to the transcript.
    let mut beside = Screen::stderr();
    let screen = match args.value("--save").is_some_and(|name| name == "-") {
        true => &mut beside,
        false => screen,
    };
    let place = |index| net::address(args.text(index).ok().flatten().unwrap_or_default());
    let wrong_use = |error: net::AddressError| WrongUse(error.to_string());
    let (at, upstream) = (place(0).map_err(wrong_use)?, place(1).map_err(wrong_use)?);
    if at == upstream {
        let message = format!("LISTEN and UPSTREAM are both {at}: the tap would call itself");
        return Err(WrongUse(message).into());
    }
    let most = args.value_text("--connections")?.map(number).transpose()?;
    let names = ["--save", "--svg", "--pcapng"].map(|name| (name, args.value(name)));
    super::output::check(&[], &names)?;
    let listener = net::listen(at, limits::BACKLOG)?;
    let ports = [listener.local_addr()?.port(), upstream.port()];
    let rules = rules(args, &ports)?;
    let log = match args.value("--save") {
        Some(name) => {
            let view = View::new(rules.clone());
            Some(WireLog::create(name, "tap", Some(upstream), view)?)
        }
        None => None,
    };
    let outputs = ["--svg", "--pcapng"].map(|name| args.value(name));
    let secrets = Rules {
        volatile: false,
        ..rules
    };
    let pictures = Pictures::new(outputs, View::new(secrets))?;
    let pictures = Arc::new(Mutex::new(pictures));

    let board = Arc::new(Board::default());
    let recorder = recorder(log, Arc::clone(&pictures), Arc::clone(&board), upstream);
    let tap = Tap::start(listener, upstream, recorder).context("no thread for the tap")?;
    writeln!(screen, "listening on {}", tap.address())?;
    screen.flush()?;
    let mut shown = Shown::new(args.has("--brief"), screen);
    let ended = |wait: Duration| most.is_some_and(|most| tap.wait_ended(most, wait));
    shown.follow(&board, &pictures, ended)?;
    tap.stop();
    Ok(Outcome::Passed)
}

/// What the files leave out.
fn rules(args: &Args, ports: &[u16]) -> Result<Rules, WrongUse> {
    if args.has("--exact") {
        return Ok(Rules::default());
    }
    let names = args.values_text("--mask")?;
    Ok(Rules {
        secrets: !args.has("--show-secrets"),
        names: names.iter().map(|name| name.to_ascii_lowercase()).collect(),
        volatile: true,
        ports: ports.to_vec(),
    })
}

const CONNECTIONS: &str = "--connections";

fn number(text: &str) -> Result<u64, WrongUse> {
    let wrong = |_| {
        let text = super::args::printable(text);
        WrongUse(format!("give {CONNECTIONS} a number, not `{text}`"))
    };
    text.parse().map_err(wrong)
}

/// What happens to each step, under the recorder's lock.
fn recorder(
    mut log: Option<WireLog>,
    pictures: Arc<Mutex<Pictures>>,
    board: Arc<Board>,
    upstream: SocketAddr,
) -> Recorder {
    // On the screen nothing is left out: who sits there owns the client, or the server.
    let mut view = View::exact();
    Recorder::into_sink(move |step: &Observation| {
        match log.as_mut().map(|log| log.step(step)) {
            Some(Err(Remark::Stopped(text))) => board.remark(&format!("{text}; the tap goes on")),
            Some(Err(Remark::Waited(text))) => board.remark(&text),
            Some(Ok(())) | None => {}
        }
        let kept = lock(&pictures).add(step);
        if let Err(remark) = kept {
            board.remark(&remark);
        }
        let length = match step.what {
            ObservationKind::Bytes(bytes) => bytes.len(),
            ObservationKind::Event(_) => 0,
        };
        board.step(length, |said| {
            view.add(said, step);
            if step.what == ObservationKind::Event(Event::Refuse) {
                said.push_note(&format!(
                    "{upstream} refused the connection, or did not answer"
                ));
            }
        });
    })
}

/// Where and how steps are shown.
struct Shown<'a> {
    /// Gathers what is written until the end of a batch: a call of the system for each step would cost
    /// the relay more than the step.
    screen: BufWriter<&'a mut Screen>,
    brief: bool,
    /// On a terminal, without `--brief`.
    ladder: Option<Ladder>,
}

impl<'a> Shown<'a> {
    fn new(brief: bool, screen: &'a mut Screen) -> Shown<'a> {
        let ladder = (screen.color() && !brief).then(|| Ladder::new(Ink::Colour));
        Shown {
            screen: BufWriter::with_capacity(limits::CHUNK, screen),
            brief,
            ladder,
        }
    }

    /// Shows what comes, and renews the pictures in every pause, until `ended`.
    ///
    /// Showing may take a twentieth of the time: who looks on must not take the processor away from
    /// the relay, and more than that nobody can read.
    fn follow(
        &mut self,
        board: &Board,
        pictures: &Mutex<Pictures>,
        ended: impl Fn(Duration) -> bool,
    ) -> Result<()> {
        if let Some(ladder) = &self.ladder {
            write!(self.screen, "{}", ladder.head(""))?;
        }
        loop {
            let over = ended(Duration::ZERO);
            let batch = board.take(if over {
                Duration::ZERO
            } else {
                limits::STOP_POLL
            });
            let begun = Instant::now();
            let pause = batch.is_empty();
            self.show(&batch.said)?;
            if batch.missed > 0 {
                let count = batch.missed;
                self.remark(&format!(
                    "{count} steps are not shown here: they came faster than this output"
                ))?;
            }
            if pause {
                let due = lock(pictures).due();
                for error in due.into_iter().filter_map(|picture| picture.write().err()) {
                    self.remark(&format!("{error:#}"))?;
                }
            }
            self.screen.flush()?;
            match (pause, over) {
                (true, true) => return Ok(()),
                (true, false) | (false, true) => {}
                (false, false) => thread::sleep(rest_after(begun.elapsed())),
            }
        }
    }

    fn show(&mut self, said: &Transcript) -> Result<()> {
        let text = match &mut self.ladder {
            Some(ladder) => said
                .entries()
                .iter()
                .map(|entry| ladder.entry(entry))
                .collect(),
            None if self.brief => said.render_brief(),
            None => said.render(),
        };
        write!(self.screen, "{text}")?;
        Ok(())
    }

    fn remark(&mut self, text: &str) -> Result<()> {
        let mut note = Transcript::new();
        note.push_note(text);
        self.show(&note)
    }
}

/// How long to rest after showing for so long.
fn rest_after(showing: Duration) -> Duration {
    (19 * showing).clamp(limits::DISPLAY_BATCH, limits::STOP_POLL)
}

fn lock(pictures: &Mutex<Pictures>) -> std::sync::MutexGuard<'_, Pictures> {
    pictures.lock().unwrap_or_else(PoisonError::into_inner)
}
