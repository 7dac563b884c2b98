//! `tap`: a recording proxy between any client and any server.
//!
//! Rule 1: the relay never waits for the display. The terminal gets steps through a bounded queue ([`Board`]);
//! steps that do not fit are counted, and the count is printed. The files get every step before the bytes are
//! forwarded.
//! Rule 2: a failure of the recording is printed once, and the relay goes on.

mod change;
mod display;
mod display_queue;
mod outputs;
mod page;
mod pictures;
mod relay;

use super::step_view::View;
use super::{Args, Command, CommandOutcome, Opt, Screen, WrongUse};
use anyhow::Result;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use wirelab::http::values_to_mask::Rules;
use wirelab::net::{self, FaultControl, Faults, Observation, ObservationKind, Recorder};
use wirelab::wire::{Event, Who};

use display::Shown;
use display_queue::Board;
use outputs::{Names, Outputs};
use page::Page;
use relay::{Front, Relay};

/// `cargo lab tap LISTEN UPSTREAM`
pub const COMMAND: Command = Command {
    name: "tap",
    places: &["LISTEN", "UPSTREAM"],
    sentence: "record what a client and a server send to each other",
    more: "tap is a proxy. Clients connect to LISTEN, and tap connects them to the server\n\
           at UPSTREAM. Both are host:port; with port 0 the system chooses the port. tap\n\
           passes on half-closes and resets as they are. If the server refuses a\n\
           connection, the client gets a reset. Ctrl-C ends tap. Its files contain every\n\
           byte that it has forwarded.\n\
           With --udp it relays datagrams: each sender is a connection of its own, and\n\
           faults are not possible.\n\
           A transcript contains every byte of both directions, in the order in which our\n\
           proxy read them, and how each side ended. It contains no packets.\n\
           The files do not contain these secrets: the values of Authorization, Cookie,\n\
           Set-Cookie, X-Api-Key and similar fields, and token=, key=, password= in targets\n\
           and forms. --mask adds a name. In the file of --save, Date, Expires, ETag and\n\
           the ports in Host and Location are masks, with the real values in notes. So\n\
           `play` can replay the file later, at another port. --exact keeps everything.\n\
           Faults (--weather to --swap) make the network worse. They apply to both sides,\n\
           or only to --side. They apply to all connections, or with --chance to a random\n\
           share of them, chosen by --seed. The recording has a note for each fault.\n\
           --swap also finds OLD in pieces, if each comes within 30 ms of the last. With\n\
           --keys, lines of stdin change the faults: `latency 80ms`, `weather slow`, `off`;\n\
           the first letter is enough, and `?` lists them.",
    options: &[
        Opt {
            name: "--save",
            value: Some("F.wire"),
            sentence: "write everything as a transcript; - is stdout",
        },
        Opt {
            name: "--svg",
            value: Some("OUT"),
            sentence: "draw the ladder to this file, step by step",
        },
        Opt {
            name: "--pcapng",
            value: Some("OUT"),
            sentence: "write packets for tshark to this file, step by step",
        },
        Opt {
            name: "--udp",
            value: None,
            sentence: "relay datagrams: each sender is a connection of its own",
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
            sentence: "treat this field or parameter as a secret, too",
        },
        Opt {
            name: "--exact",
            value: None,
            sentence: "no masks at all: every byte as it was",
        },
        Opt {
            name: "--weather",
            value: Some("W"),
            sentence: "dribble (byte by byte), glue (joined) or slow",
        },
        Opt {
            name: "--latency",
            value: Some("TIME"),
            sentence: "delay all bytes by this much: 80ms, 1.5s",
        },
        Opt {
            name: "--bandwidth",
            value: Some("RATE"),
            sentence: "forward at most this many bytes a second: 64K, 1M",
        },
        Opt {
            name: "--cut-after",
            value: Some("N"),
            sentence: "end the connection after N bytes of a side",
        },
        Opt {
            name: "--reset-after",
            value: Some("N"),
            sentence: "reset the connection after N bytes of a side",
        },
        Opt {
            name: "--fail-first",
            value: Some("N"),
            sentence: "refuse the first N connections",
        },
        Opt {
            name: "--swap",
            value: Some("OLD NEW"),
            sentence: "pass on NEW in the place of OLD",
        },
        Opt {
            name: "--side",
            value: Some("SIDE"),
            sentence: "apply faults only to the bytes of client or server",
        },
        Opt {
            name: "--chance",
            value: Some("P"),
            sentence: "apply faults to this share of the connections, 0 to 1",
        },
        Opt {
            name: "--seed",
            value: Some("N"),
            sentence: "choose these connections by this number (0)",
        },
        Opt {
            name: "--keys",
            value: None,
            sentence: "lines of standard input change the faults",
        },
        Opt {
            name: "--web",
            value: None,
            sentence: "show it in a browser, too, on 127.0.0.1",
        },
        Opt {
            name: "--connections",
            value: Some("N"),
            sentence: "end when this many connections have ended",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    // With `--save -`, stdout belongs to the transcript.
    let mut beside = Screen::stderr();
    let screen = match args.value("--save").is_some_and(|name| name == "-") {
        true => &mut beside,
        false => screen,
    };
    let word = |index| args.text(index).ok().flatten().unwrap_or_default();
    let wrong_use = |error: net::AddressError| WrongUse(error.to_string());
    let at = net::address(word(0)).map_err(wrong_use)?;
    let upstream = match args.has("--udp") {
        true => net::address(word(1)),
        false => net::server_address(word(1)),
    };
    let upstream = upstream.map_err(wrong_use)?;
    if is_one_place(at, upstream) {
        let message = format!("LISTEN {at} includes {upstream}: the tap would connect to itself");
        return Err(WrongUse(message).into());
    }
    let most = args.value_text("--connections")?.map(number).transpose()?;
    let names = ["--save", "--svg", "--pcapng"].map(|name| (name, args.value(name)));
    super::output::check(&[], &names)?;
    relay::check(args)?;
    let faults = faults(args)?;
    let front = Front::open(at, args.has("--udp"))?;
    let at = front.addr()?;
    let ports = [at.port(), upstream.port()];
    let [save, svg, pcapng] = names.map(|(_, name)| name);
    let files = Names {
        save,
        svg,
        pcapng,
        rules: rules(args, &ports)?,
        datagrams: args.has("--udp"),
    };
    let kept = View::new(files.rules.clone()).of_datagrams(files.datagrams);
    let outputs = Outputs::create(files, upstream)?;
    let board = Arc::new(Board::default());
    let page = args.has("--web").then(|| Page::new(at, upstream, kept));
    let view = page.as_ref().map(|page| page.view.clone());
    let recorder = recorder(outputs, Arc::clone(&board), upstream, page);
    let tap = Relay::start(front, upstream, recorder.clone(), faults.clone())?;
    writeln!(screen, "listening on {at}")?;
    if let Some(view) = view {
        let page = super::web::open_tap(view)?;
        super::screen::log(&format!("in a browser: {page}tap"));
    }
    screen.flush()?;
    if let Some(control) = faults.filter(|_| args.has("--keys")) {
        let board = Arc::clone(&board);
        // Nobody waits for this thread: a read from a terminal cannot be ended from outside.
        thread::spawn(move || obey(&control, &recorder, &board));
    }
    let mut shown = Shown::new(args.has("--brief"), screen);
    let ended = |wait: Duration| most.is_some_and(|most| tap.wait_ended(most, wait));
    shown.follow(&board, ended)?;
    tap.stop();
    Ok(CommandOutcome::Passed)
}

/// Whether who calls `upstream` comes to a listener at `at`, which may be all addresses of this machine.
fn is_one_place(at: SocketAddr, upstream: SocketAddr) -> bool {
    let ours = || {
        upstream.ip().is_loopback()
            || upstream.ip().is_unspecified()
            || net::own_addresses().contains(&upstream.ip())
    };
    at == upstream || at.port() == upstream.port() && at.ip().is_unspecified() && ours()
}

/// The faults that the options ask for; `None` when there are none, and none can come.
fn faults(args: &Args) -> Result<Option<Arc<FaultControl>>, WrongUse> {
    let mut faults = Faults::default();
    let given = [
        ("weather", args.value_text("--weather")?),
        ("latency", args.value_text("--latency")?),
        ("bandwidth", args.value_text("--bandwidth")?),
        ("cut-after", args.value_text("--cut-after")?),
        ("reset-after", args.value_text("--reset-after")?),
        ("fail-first", args.value_text("--fail-first")?),
        ("side", args.value_text("--side")?),
        ("chance", args.value_text("--chance")?),
        ("seed", args.value_text("--seed")?),
    ];
    for (name, value) in given {
        if let Some(value) = value {
            change::apply(&mut faults, name, value).map_err(WrongUse)?;
        }
    }
    for pair in args.all_text("--swap")?.chunks(2) {
        if let [old, new] = pair {
            change::swap(&mut faults, old, new).map_err(WrongUse)?;
        }
    }
    let aimed = ["--side", "--chance", "--seed"]
        .into_iter()
        .find(|name| args.value(name).is_some());
    let none = Faults::default();
    let anywhere = Faults {
        side: none.side,
        chance: none.chance,
        seed: none.seed,
        ..faults.clone()
    };
    if let Some(name) = aimed.filter(|_| anywhere == none && !args.has("--keys")) {
        let message = format!("{name} says where a fault strikes: give a fault, too, or --keys");
        return Err(WrongUse(message));
    }
    let wanted = faults != Faults::default() || args.has("--keys");
    Ok(wanted.then(|| Arc::new(FaultControl::new(faults))))
}

/// Changes the faults as the lines of standard input say.
fn obey(control: &FaultControl, recorder: &Recorder, board: &Board) {
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let mut wrong = None;
        control.change(|faults| wrong = change::line(faults, &line).err());
        let words = control.now().words();
        match wrong {
            Some(wrong) => board.remark(&wrong),
            None if words.is_empty() => recorder.note(1, Who::Client, "fault: none from now on"),
            None => {
                let text = format!("fault: from now on {}", words.join(", "));
                recorder.note(1, Who::Client, &text);
            }
        }
    }
}

/// What the files leave out.
fn rules(args: &Args, ports: &[u16]) -> Result<Rules, WrongUse> {
    if args.has("--exact") {
        return Ok(Rules::default());
    }
    let names = args.values_text("--mask")?;
    if names.iter().any(|name| name.is_empty()) {
        let message = "--mask needs the name of a field or parameter, such as X-Room";
        return Err(WrongUse(message.to_string()));
    }
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
    mut outputs: Outputs,
    board: Arc<Board>,
    upstream: SocketAddr,
    mut page: Option<Page>,
) -> Recorder {
    // On the screen nothing is left out: who sits there owns the client, or the server.
    let mut view = View::exact();
    Recorder::into_sink(move |step: &Observation| {
        outputs.step(step, |remark| board.remark(remark));
        if let Some(page) = &mut page {
            page.step(step);
        }
        let length = match step.what {
            ObservationKind::Bytes(bytes) => bytes.len(),
            ObservationKind::Event(_) | ObservationKind::Note(_) => 0,
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
