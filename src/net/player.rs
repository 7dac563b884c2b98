//! Plays one side of a transcript against a live peer, and records what the peer really sent.
//!
//! Interface: [`Player::new`], then [`Player::call`] as the client or [`Player::answer`] as the
//! server; compare `Played::got` with the script afterwards (`wire::compare_side`).
//!
//! Rule 1: the player compares nothing. It records wrong, missing and extra answers.
//! Rule 2: when it is the peer's turn, the player waits until it has received enough, until the received bytes
//! cannot match any more, until the peer has ended, or until the timeout. At the end it waits for extra bytes.
//! Rule 3: as the server it does not answer a client that has closed without a byte.
//! Rule 4: the player always ends: [`Player::silence`] limits each wait (see `net::IdleTimer`), and
//! [`Player::whole`] limits the whole play.

mod around_middle;
mod connection_start;
mod finish;
mod match_state;
mod play_result;
mod script;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::limits;
use crate::net::idle_timeout_by_cpu_time::{self, CpuSample};
use crate::net::recorded_endpoint::{Heard, PeerConnection};
use crate::net::socket_errors::{close, reset_on_close};
use crate::net::udp_player;
use crate::net::{DatagramSocket, IdleTimer, Recorder, Weather, call};
use crate::wire::{Captures, Conn, Event, Transcript, Who};

pub use crate::net::recorded_endpoint::{End, FailedWrite};
pub use crate::net::segmentation::Segmentation;
pub use around_middle::Between;
pub use play_result::{Played, Stopped};
pub use script::PlayError;

use match_state::{MatchState, hearing};
use script::{Script, Step, Task};

/// One side of a transcript, ready to be played.
#[derive(Clone)]
pub struct Player {
    script: Script,
    /// The transcript itself, when it consists of datagrams.
    datagrams: Option<Transcript>,
    me: Who,
    pub(super) weather: Weather,
    /// What a lossy network does.
    pub seed: u64,
    delivery: Segmentation,
    /// How long the peer may be silent when it is its turn, or take nothing when it is ours. This is
    /// what a `timeout` in the recording says.
    pub silence: Duration,
    /// How long the whole play may take.
    pub whole: Duration,
    /// Whether a silence counts sooner when the peer is seen to do nothing.
    pub early: bool,
    /// How long to wait for the first connection, as the server. For a further one the client is waited for
    /// as for its words.
    pub client: Duration,
    /// Whether, as the server, a client too many is let in at the end, and recorded.
    pub one_more: bool,
    /// Where the play is recorded together with others; `None`: in a recording of its own.
    pub recorder: Option<Recorder>,
    /// Whether a peer that has sent something must be idle before more is sent to it: so an answer that comes too
    /// early is seen to be early, however busy the machine is.
    pub settle: bool,
    /// Ends each wait when it becomes true: nobody needs the play any more.
    pub over: Option<Arc<AtomicBool>>,
    /// The other players around the same program, when it stands in the middle.
    pub between: Option<Arc<Between>>,
    /// Called with the number of each connection before the player opens it.
    pub before_call: Option<BeforeCall>,
}

/// What is done before a connection is opened.
pub type BeforeCall = Arc<dyn Fn(Conn) + Send + Sync>;

/// Where connections come from.
enum Door<'a> {
    Call(SocketAddr),
    Answer(&'a TcpListener),
}

impl Player {
    /// Prepares the side `me` of `transcript`. Errors: that side has a mask. Each wait may take
    /// [`limits::IO_DEADLINE`], and the play twice that; the fields say otherwise.
    pub fn new(transcript: &Transcript, me: Who, weather: Weather) -> Result<Player, PlayError> {
        let mut script = Script::new(transcript, me)?;
        if weather == Weather::Glue {
            // A client may ask ahead; a server that answers ahead would be a broken one.
            script.glue(me == Who::Client);
        }
        let delivery = match weather {
            Weather::Dribble => Segmentation::Dribble,
            Weather::Slow => Segmentation::Slow,
            Weather::Calm | Weather::Glue | Weather::Rude | Weather::Ghost | Weather::Lossy => {
                Segmentation::Whole
            }
        };
        Ok(Player {
            script,
            datagrams: transcript.has_datagrams().then(|| transcript.clone()),
            me,
            weather,
            seed: 1,
            delivery,
            silence: limits::IO_DEADLINE,
            whole: limits::IO_DEADLINE * 2,
            early: false,
            client: limits::IO_DEADLINE,
            one_more: true,
            recorder: None,
            settle: false,
            over: None,
            between: None,
            before_call: None,
        })
    }

    /// Delivers each message otherwise than the weather says.
    pub fn deliver(mut self, delivery: Segmentation) -> Player {
        self.delivery = delivery;
        if delivery == Segmentation::HalfClose {
            self.script.half_close();
        }
        self
    }

    /// Plays at the server at `addr`.
    pub fn call(&self, addr: SocketAddr) -> Played {
        self.call_seen(addr, &|| None)
    }

    /// The same at a server whose processes can be seen.
    pub fn call_seen(&self, addr: SocketAddr, look: CpuSample) -> Played {
        if let Some(script) = &self.datagrams {
            return udp_player::play(self, script, addr, look);
        }
        match self.weather {
            Weather::Rude => self.be_rude(addr, look),
            Weather::Ghost => self.connect_and_say_nothing(addr, look),
            _ => {}
        }
        self.play(Door::Call(addr), look)
    }

    /// Plays at the clients that come to `listener`. (Nobody can be rude or a ghost before a client
    /// that calls on its own: those weathers are calm here.)
    pub fn answer(&self, listener: &TcpListener) -> Played {
        self.answer_seen(listener, &|| None)
    }

    /// The same at a client whose processes can be seen.
    pub fn answer_seen(&self, listener: &TcpListener, look: CpuSample) -> Played {
        if self.weather == Weather::Slow {
            let _ = SockRef::from(listener).set_recv_buffer_size(limits::SMALL_BUFFER);
        }
        self.play(Door::Answer(listener), look)
    }

    /// Plays the server of a transcript of datagrams at `socket`, for one client; a transcript of another kind
    /// has no datagrams. Errors: an answer has a mask.
    pub fn answer_datagrams(&self, socket: &DatagramSocket) -> Result<Played, PlayError> {
        let script = self.datagrams.clone().unwrap_or_default();
        udp_player::answer(self, &script, socket)
    }

    /// A client that says half of the first message and resets the connection.
    fn be_rude(&self, addr: SocketAddr, look: CpuSample) {
        let message = self.script.first_message();
        if let Ok(mut stream) = call(addr, self.silence) {
            let _ = stream.write_all(&message[..message.len().div_ceil(2)]);
            idle_timeout_by_cpu_time::pause(limits::SEGMENT_PAUSE, look);
            reset_on_close(&stream);
            close(stream);
            // A server that dies of the reset is gone before the next client comes.
            idle_timeout_by_cpu_time::rest(look);
        }
    }

    /// Clients that come, and leave without a word.
    fn connect_and_say_nothing(&self, addr: SocketAddr, look: CpuSample) {
        let ghosts: Vec<_> = (0..5).map(|_| call(addr, self.silence)).collect();
        close(ghosts);
        idle_timeout_by_cpu_time::rest(look);
    }

    fn play(&self, door: Door, look: CpuSample) -> Played {
        let mut play = Play {
            player: self,
            door,
            look,
            recorder: self.recorder.clone().unwrap_or_default(),
            links: BTreeMap::new(),
            said: BTreeMap::new(),
            wrong: Vec::new(),
            cut: Vec::new(),
            captures: Captures::default(),
            until: Instant::now() + self.whole,
            ends: BTreeMap::new(),
            failed_writes: Vec::new(),
            stopped: None,
        };
        for step in &self.script.steps {
            play.step(step);
            if play.stopped.is_some() {
                break;
            }
        }
        play.finish()
    }
}

/// A play under way.
struct Play<'a> {
    player: &'a Player,
    door: Door<'a>,
    look: CpuSample<'a>,
    recorder: Recorder,
    links: BTreeMap<Conn, PeerConnection>,
    /// How many bytes we have sent on each connection.
    said: BTreeMap<Conn, u64>,
    /// The connections whose peer has sent something wrong.
    wrong: Vec<Conn>,
    /// The connections that the peer has ended before it had sent what it should.
    cut: Vec<Conn>,
    /// What the peer has given a name to.
    captures: Captures,
    until: Instant,
    ends: BTreeMap<Conn, End>,
    failed_writes: Vec<FailedWrite>,
    stopped: Option<Stopped>,
}

impl Play<'_> {
    fn step(&mut self, step: &Step) {
        let conn = step.conn;
        if step.what == Task::Open {
            return self.open(conn);
        }
        if step.what == Task::Rst {
            if let Some(link) = self.links.remove(&conn) {
                link.reset();
            }
            return;
        }
        // Without a link we have broken it off ourselves; and nothing follows a reset of the peer.
        let Some(link) = self.links.get(&conn) else {
            return;
        };
        if link.heard().end == Some(End::Rst) {
            return;
        }
        match &step.what {
            Task::Say(_) | Task::SayNamed(_) if self.unasked(step) || self.cut.contains(&conn) => {}
            Task::Say(bytes) => self.say(conn, bytes),
            Task::SayNamed(pieces) => {
                self.say(conn, &self.player.script.bytes_of(pieces, &self.captures));
            }
            Task::Hear(pieces) => self.hear(conn, *pieces),
            Task::Fin => link.fin(),
            Task::HearEnd => self.hear_end(conn),
            Task::Pause(time) => {
                idle_timeout_by_cpu_time::pause((*time).min(self.left()), self.look)
            }
            Task::HearNothing(time) => self.hear_nothing(conn, *time),
            Task::Open | Task::Rst => {}
        }
    }

    /// Whether the client has hung up without a word, although this step of ours answers one.
    fn unasked(&self, step: &Step) -> bool {
        let heard = self.links[&step.conn].heard();
        let mute = heard.end == Some(End::Fin) && heard.bytes.is_empty();
        mute && self.player.me == Who::Server && self.player.script.is_answer(step)
    }

    fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    fn say(&mut self, conn: Conn, bytes: &[u8]) {
        let link = &self.links[&conn];
        if self.player.settle && !link.heard().bytes.is_empty() {
            idle_timeout_by_cpu_time::rest(self.look);
            let _ = link.catch_up();
        }
        let after = self.said.entry(conn).or_default();
        let (delivery, silence) = (self.player.delivery, self.player.silence);
        let times = (silence, self.until);
        let said = self.links[&conn].say(bytes, *after, delivery, times, self.look);
        *after += bytes.len() as u64;
        self.failed_writes.extend(said.err());
    }

    /// Waits for the first `pieces` of what the peer should send.
    fn hear(&mut self, conn: Conn, pieces: usize) {
        let pieces = &*self.player.script.heard(conn, pieces, &self.captures);
        if self.wrong.contains(&conn) {
            return;
        }
        let mut last = MatchState::NeedMore;
        let enough = |heard: &Heard| {
            last = hearing(pieces, &heard.bytes);
            last != MatchState::NeedMore
        };
        if !self.wait(conn, enough) {
            // A server behind a program in the middle does not answer what that has cut off.
            let ended = self.links.get(&conn).and_then(|link| link.heard().end);
            if ended.is_some() && self.player.between.is_some() {
                self.cut.push(conn);
            }
            return self.stop_before_middle(conn);
        }
        if let Some(link) = self.links.get(&conn) {
            self.captures.read(pieces, &link.heard().bytes);
        }
        if last == MatchState::Wrong {
            // What is wrong should be seen whole.
            self.wrong.push(conn);
            self.listen_on(conn, Instant::now());
            self.stop_before_middle(conn);
        }
    }

    /// What a program in the middle does after its first wrong or missing answer would hide that answer.
    fn stop_before_middle(&mut self, conn: Conn) {
        let before = self.player.between.is_some() && self.player.me == Who::Client;
        if before && self.stopped.is_none() {
            self.stopped = Some(Stopped::Wrong(conn));
        }
    }

    fn hear_end(&mut self, conn: Conn) {
        self.wait(conn, |_| false);
    }

    /// Waits for the peer; silence is recorded and ends the play.
    fn wait(&mut self, conn: Conn, mut enough: impl FnMut(&Heard) -> bool) -> bool {
        let (begun, until) = (Instant::now(), self.until);
        let link = &self.links[&conn];
        let mut silence = IdleTimer::new(self.player.silence, self.player.early);
        loop {
            let (next, now) = (silence.next(), Instant::now());
            let due = |heard: &Heard| until.min(begun.max(heard.last) + next);
            let deadline = |heard: &Heard| self.look_again(due(heard), now);
            if link.wait(&mut enough, deadline) {
                return true;
            }
            let (end, since) = {
                let heard = link.heard();
                (heard.end, self.quiet_since(begun.max(heard.last)))
            };
            match end {
                Some(End::Fin | End::Rst) => return false,
                Some(End::Open) => self.stopped = Some(Stopped::TooMuch(conn)),
                None if Instant::now() >= until || self.is_over() => {
                    self.stopped = Some(Stopped::TooLong);
                }
                // It has sent bytes, and we have not read.
                None if link.catch_up() => continue,
                None if self.is_too_early(since, &silence) => continue,
                None if !silence.counts(since.elapsed(), self.look) => continue,
                None => {
                    link.record(Event::Timeout(self.player.silence));
                    self.stopped = Some(Stopped::IdleTimer(conn));
                }
            }
            return false;
        }
    }

    fn hear_nothing(&mut self, conn: Conn, time: Duration) {
        let link = &self.links[&conn];
        let before = link.heard().bytes.len();
        let deadline = self.until.min(Instant::now() + time);
        let spoke = link.wait(|heard| heard.bytes.len() > before, |_| deadline);
        if !spoke && link.heard().end.is_none() {
            link.record(Event::Timeout(time));
        }
    }
}
