//! A program in the middle: played on both sides, and judged on both.
//!
//! Rule 1: each leg is judged for itself: on the front leg the program is the server, behind it the client.
//! Rule 2: of several differences the earliest wrong word counts, in the order of the script; that something is
//! missing counts only where nothing wrong was said, and then first on the front leg.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::judge;
use super::play_program::{Done, Stage, anywhere, player};
use super::{CheckError, Problem, Side};
use crate::check::script_variants::filled;
use crate::limits;
use crate::net::player::{BeforeCall, Between};
use crate::net::{self, Recorder, Weather};
use crate::wire::{Conn, Difference, DifferenceKind, Entry, Event, Legs, Transcript, Who};

/// The servers behind a program, as it is told of them.
pub struct Behind {
    /// The listener of each leg, in its order.
    pub listeners: Vec<net::Listener>,
    /// The text of `@arg` with their addresses.
    pub arg: String,
    /// Ports at which nobody listens, held.
    _closed: Vec<net::Closed>,
    /// Those that begin to listen before a certain connection of the front leg (`@late back2 5`).
    late: Vec<(Conn, net::Listener)>,
}

impl Behind {
    /// Listens for each leg behind the program. Where the argument names a server without a leg
    /// (`{upstream2}`), nobody listens.
    pub fn of(script: &Transcript, legs: &Legs) -> Result<Behind, net::SocketError> {
        let mut arg = script.heading("arg").unwrap_or_default().to_string();
        let (mut listeners, mut closed) = (Vec::new(), Vec::new());
        let mut late = Vec::new();
        for leg in &legs.backs {
            let from = starts_before(script, &leg.name);
            let listener = match from {
                Some(_) => net::bind(anywhere())?,
                None => net::listen(anywhere(), limits::BACKLOG)?,
            };
            let addr = listener.local_addr().unwrap_or(anywhere());
            if let (Some(conn), Ok(again)) = (from, listener.try_clone()) {
                late.push((conn, again));
            }
            arg = arg.replace(&leg.placeholder(), &addr.to_string());
            listeners.push(listener);
        }
        while let Some((before, rest)) = arg.split_once("{upstream") {
            let nobody = net::Closed::at(anywhere())?;
            let after = rest.split_once('}').map_or("", |(_, after)| after);
            arg = format!("{before}{}{after}", nobody.addr);
            closed.push(nobody);
        }
        Ok(Behind {
            listeners,
            arg,
            _closed: closed,
            late,
        })
    }

    /// What the player of the front leg does before it opens a connection: lets servers begin to listen.
    pub fn before_call(&mut self) -> BeforeCall {
        let late = std::mem::take(&mut self.late);
        Arc::new(move |conn| {
            let due = late.iter().filter(|(from, _)| *from == conn);
            // Where that fails, the program finds nobody, and the report says so.
            due.for_each(|(_, listener)| drop(net::begin_to_listen(listener, limits::BACKLOG)));
        })
    }
}

/// The connection before which the server of this leg begins to listen, where it does not from the beginning.
fn starts_before(script: &Transcript, leg: &str) -> Option<Conn> {
    let mut lines = script.headings.iter().filter(|(key, _)| key == "late");
    lines.find_map(|(_, text)| {
        let (name, conn) = text.split_once(' ')?;
        conn.trim().parse().ok().filter(|_| name == leg)
    })
}

impl Stage<'_> {
    /// A program in the middle, with a player on each side of it.
    pub(super) fn play_between(
        &mut self,
        script: &Transcript,
        legs: Legs,
        weather: Weather,
        silence: Duration,
    ) -> Result<Done, CheckError> {
        let mut behind = Behind::of(script, &legs).map_err(CheckError::Socket)?;
        let mut server = self.start(script, Some(behind.arg.clone()))?;
        let script = filled(script, server.addr);
        let recorder = Recorder::new();
        let last = script.connections().into_iter().max().unwrap_or(0);
        recorder.number(&[], last + 1);
        let between = Arc::new(Between::new(behind.listeners.len()));
        let joined = |conns: &[Conn], me, weather| {
            let mut one = player(&script.of_connections(conns), me, weather, silence)?;
            one.recorder = Some(recorder.clone());
            one.between = Some(Arc::clone(&between));
            one.client = silence;
            Ok::<_, CheckError>(one)
        };
        // Nobody is rude or a ghost behind it: the program opens those connections itself.
        let calmer = match weather {
            Weather::Dribble | Weather::Slow => weather,
            _ => Weather::Calm,
        };
        let mut front = joined(&legs.front, Who::Client, weather)?;
        front.before_call = Some(behind.before_call());
        let backs = legs.backs.iter();
        let backs = backs.map(|leg| joined(&leg.connections, Who::Server, calmer));
        let backs = backs.collect::<Result<Vec<_>, _>>()?;
        let (played, strangers) = thread::scope(|scope| {
            let playing: Vec<_> = backs
                .iter()
                .zip(&behind.listeners)
                .map(|(back, listener)| scope.spawn(|| server.hear(back, listener)))
                .collect();
            let played = server.play(&front);
            let done = playing.into_iter().map(thread::ScopedJoinHandle::join);
            let strangers: Vec<Vec<Conn>> = done
                .map(|played| played.map_or(Vec::new(), |played| played.strangers))
                .collect();
            (played, strangers)
        });
        let mut legs = legs;
        let names: Vec<String> = legs.backs.iter().map(|leg| leg.name.clone()).collect();
        for (name, strangers) in names.iter().zip(strangers) {
            strangers.iter().for_each(|conn| legs.add(name, *conn));
        }
        let done = server.done(self.plan, script, played);
        Ok(Done {
            legs: Some(legs),
            ..done
        })
    }
}

/// What is wrong on the legs of a program in the middle, if anything is.
pub(super) fn trouble(script: &Transcript, got: &Transcript, legs: &Legs) -> Option<Problem> {
    // It passes on the end of a direction, too. A proxy is a client, and may end its direction after its own message.
    let relay = legs.pass_on_bytes(script);
    let judged = |conns: &[Conn], who| {
        let (script, got) = (script.of_connections(conns), got.of_connections(conns));
        if who == Who::Server {
            return judge::difference(&script, &got, who);
        }
        let (script, got) = (ends_in_one_order(&script), ends_in_one_order(&got));
        match relay {
            true => judge::difference(&script, &got, who),
            false => judge::difference_of_client(&script, &got),
        }
    };
    let front = judged(&legs.front, Who::Server).map(|found| (&legs.front, None, found));
    let backs = legs.backs.iter().filter_map(|leg| {
        let found = judged(&leg.connections, Who::Client)?;
        Some((&leg.connections, Some(&leg.name), found))
    });
    let all = front.into_iter().chain(backs);
    let (_, back, found) = all.min_by_key(|(conns, _, found)| match said_wrong(found) {
        true => place(script, conns, found.agreed),
        false => usize::MAX,
    })?;
    let found = Box::new(found);
    Some(match back {
        Some(name) => Problem::Behind(name.clone(), found),
        None => Problem::Difference(found),
    })
}

/// Both sides of a connection end it at about the same time: a program that has counted the bytes need not wait for
/// the server's end. So of two ends of one connection that follow each other, the client's comes first here.
pub fn ends_in_one_order(leg: &Transcript) -> Transcript {
    let is_end = |entry: &Entry, wanted: Who| match entry {
        Entry::Event {
            who,
            conn,
            event: Event::Fin,
        } if *who == wanted => Some(*conn),
        _ => None,
    };
    let mut sorted: Vec<&Entry> = Vec::new();
    for entry in leg.entries() {
        // What other connections do meanwhile does not count.
        let before = is_end(entry, Who::Client).and_then(|conn| {
            let last = sorted.iter().rposition(|it| it.conn() == Some(conn))?;
            let server = is_end(sorted.get(last)?, Who::Server);
            server.is_some().then_some(last)
        });
        match before {
            Some(at) => sorted.insert(at, entry),
            None => sorted.push(entry),
        }
    }
    let mut other = Transcript::new();
    other.headings.clone_from(&leg.headings);
    sorted.into_iter().for_each(|entry| other.push_entry(entry));
    other
}

/// Whether the program said or did something wrong; otherwise something is missing.
fn said_wrong(found: &Difference) -> bool {
    match found.what {
        DifferenceKind::Short | DifferenceKind::Gap { .. } => false,
        DifferenceKind::Ending => found.ended.is_some(),
        _ => true,
    }
}

/// The place in the whole script of an entry of one leg's script.
fn place(script: &Transcript, conns: &[Conn], at: usize) -> usize {
    let own = |entry: &Entry| entry.conn().is_some_and(|conn| conns.contains(&conn));
    let entries = script.entries().iter().enumerate();
    let mut places = entries.filter(|(_, entry)| own(entry)).map(|(at, _)| at);
    places.nth(at).unwrap_or(script.entries().len())
}

/// Which side of the conversation the program has on the leg of a problem.
pub(super) fn side_of(problem: Option<&Problem>, side: Side) -> Side {
    match problem {
        Some(Problem::Behind(..)) => Side::Client,
        _ => side,
    }
}
