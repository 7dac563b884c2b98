//! The server's side, played at a client that repeats what is not answered.
//!
//! Rule 1: how often a client repeats a question depends on its clock and on the machine, so a repetition
//! of the last question is no mistake, unless there are hundreds, or it came sooner than the script allows.
//! Rule 2: `@answer-again 20`: until the next question comes, the last answer is sent again every 20 ms.
//! Rule 3: besides what came, it is written down what a right client would have said in this network.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::lossy_network::{Fate, LossyNetwork};
use super::played_client::fits;
use super::{Arrived, DatagramSocket, receive};
use crate::limits;
use crate::net::player::{PlayError, Played, Player, Stopped};
use crate::net::{Recorder, Weather};
use crate::wire::{Chunk, Entry, Event, Gap, Piece, Transcript, Who};

/// Plays the server's side of `script` at `socket`, through the network of the player's weather, until every
/// question has come and then nothing for a while. Errors: an answer has a mask.
pub(in crate::net) fn answer(
    player: &Player,
    script: &Transcript,
    socket: &DatagramSocket,
) -> Result<Played, PlayError> {
    let lossy = player.weather == Weather::Lossy;
    let network = lossy.then(|| LossyNetwork::new(player.seed));
    let mut server = DatagramServer::new(script, socket, network)?;
    let until = Instant::now() + player.whole;
    let silent = loop {
        let over = Instant::now() >= until || server.is_wrong();
        if server.serve(limits::POLL_INTERVAL) && !over {
            continue;
        }
        let lasted = server.last().elapsed();
        if server.is_done() && lasted > limits::DATAGRAM_SILENCE || server.is_wrong() {
            break None;
        }
        let wait = match server.has_heard() {
            true => player.silence,
            false => player.client,
        };
        if over || lasted > wait {
            break (!server.is_done()).then_some(lasted);
        }
    };
    Ok(server.finish(silent))
}

/// A server at work on a script of one connection.
pub struct DatagramServer<'a> {
    socket: &'a UdpSocket,
    network: Option<LossyNetwork>,
    recorder: Recorder,
    /// What a right client would have said.
    expected: Transcript,
    questions: Vec<Chunk>,
    /// The answers to each question.
    answers: Vec<Vec<Vec<u8>>>,
    /// How many questions have come in their order.
    next: usize,
    /// How often the last question came again.
    repeats: usize,
    pace: Pace,
    /// After how long the last answer is sent again; and when it was sent, and to whom.
    answer_again: Option<Duration>,
    answered: Option<(Instant, SocketAddr)>,
    /// An answer that the next one overtakes.
    held: Option<(SocketAddr, Vec<u8>)>,
    /// When the last datagram came, or the play began.
    last: Instant,
    /// When nothing was waiting to be received, the last time that this was seen.
    empty: Instant,
    wrong: bool,
}

impl<'a> DatagramServer<'a> {
    /// The server's side of `script`; with a network, that loses some. Errors: an answer has a mask.
    pub fn new(
        script: &Transcript,
        socket: &'a DatagramSocket,
        network: Option<LossyNetwork>,
    ) -> Result<DatagramServer<'a>, PlayError> {
        let (mut questions, mut answers) = (Vec::new(), Vec::<Vec<Vec<u8>>>::new());
        for entry in script.entries() {
            let Entry::Chunk(chunk) = entry else { continue };
            match (chunk.who, answers.last_mut()) {
                (Who::Client, _) => {
                    questions.push(chunk.clone());
                    answers.push(Vec::new());
                }
                (Who::Server, Some(last)) => last.push(exact(chunk)?),
                (Who::Server, None) => {}
            }
        }
        let mut expected = Transcript::new();
        expected.headings = script.headings.clone();
        Ok(DatagramServer {
            socket: &socket.socket,
            network,
            recorder: Recorder::new(),
            expected,
            questions,
            answers,
            next: 0,
            repeats: 0,
            pace: Pace::of(script),
            answer_again: milliseconds(script, "answer-again"),
            answered: None,
            held: None,
            last: Instant::now(),
            empty: Instant::now(),
            wrong: false,
        })
    }

    /// Takes one datagram and answers it, or waits for one, at most so long. Says whether one came.
    pub fn serve(&mut self, wait: Duration) -> bool {
        let Arrived::Datagram(bytes, from) = self.receive(wait) else {
            return false;
        };
        self.last = Instant::now();
        self.recorder.datagram(1, Who::Client, &bytes);
        if self.wrong {
            return true;
        }
        let new = self
            .questions
            .get(self.next)
            .is_some_and(|next| fits(next, &bytes));
        let again = self
            .next
            .checked_sub(1)
            .and_then(|last| self.questions.get(last));
        let again = again.is_some_and(|last| fits(last, &bytes));
        let sane = (new || again) && self.repeats <= limits::MOST_REPEATS;
        let question = if new { self.next + 1 } else { self.next };
        if !sane || self.pace.is_too_early(question, self.empty) {
            self.wrong = true;
            return true;
        }
        self.expected.push_datagram(1, Who::Client, &bytes);
        self.repeats = if new { 0 } else { self.repeats + 1 };
        let fate = self.fate(Who::Client);
        if fate == Fate::Drop {
            return true;
        }
        if new {
            self.next += 1;
        }
        self.answer(from);
        if fate == Fate::Double {
            self.answer(from);
        }
        true
    }

    /// Waits in short steps: each that brings nothing shows that the next datagram was not sent before it.
    fn receive(&mut self, wait: Duration) -> Arrived {
        let until = Instant::now() + wait;
        loop {
            let begun = Instant::now();
            match receive(self.socket, wait.min(limits::DATAGRAM_STEP)) {
                Arrived::Nothing => self.empty = begun,
                came => return came,
            }
            self.send_again();
            if Instant::now() >= until {
                return Arrived::Nothing;
            }
        }
    }

    /// Sends the last answer again where the script says so and it is time.
    fn send_again(&mut self) {
        let Some((sent, to)) = self.answered.filter(|_| !self.is_done() && !self.wrong) else {
            return;
        };
        if self.answer_again.is_some_and(|wait| sent.elapsed() >= wait) {
            self.answered = Some((Instant::now(), to));
            if let Some(last) = self.answers_due().pop() {
                self.record_answer(&last);
                let _ = self.socket.send_to(&last, to);
            }
        }
    }

    /// The answers to the last question that came.
    fn answers_due(&self) -> Vec<Vec<u8>> {
        let answers = self.answers.get(self.next.saturating_sub(1));
        answers.cloned().unwrap_or_default()
    }

    fn record_answer(&mut self, bytes: &[u8]) {
        self.recorder.datagram(1, Who::Server, bytes);
        self.expected.push_datagram(1, Who::Server, bytes);
    }

    /// Serves until the client has ended, as `ended` says, and all that it said is heard.
    pub fn serve_until(&mut self, mut ended: impl FnMut() -> bool) {
        loop {
            let last = ended();
            if !self.serve(limits::CLIENT_POLL) && last {
                return;
            }
        }
    }

    /// Decides, and writes the decision down. A question is never overtaken: the client waits.
    fn fate(&mut self, who: Who) -> Fate {
        let Some(network) = &mut self.network else {
            return Fate::Deliver;
        };
        let fate = match network.fate(who) {
            Fate::Swap if who == Who::Client => Fate::Deliver,
            fate => fate,
        };
        if let Some(event) = fate.event() {
            self.recorder.event(1, who, event);
            self.expected.push_event(1, who, event);
        }
        fate
    }

    fn answer(&mut self, to: SocketAddr) {
        self.pace.answered.get_or_insert_with(Instant::now);
        self.answered = Some((Instant::now(), to));
        for bytes in self.answers_due() {
            self.record_answer(&bytes);
            let sent = match self.fate(Who::Server) {
                Fate::Drop => 0,
                Fate::Deliver => 1,
                Fate::Double => 2,
                Fate::Swap => {
                    self.held = Some((to, bytes));
                    continue;
                }
            };
            for _ in 0..sent {
                let _ = self.socket.send_to(&bytes, to);
            }
            if let Some((to, late)) = self.held.take().filter(|_| sent > 0) {
                let _ = self.socket.send_to(&late, to);
            }
        }
    }

    /// Whether every question has come.
    pub fn is_done(&self) -> bool {
        self.next >= self.questions.len()
    }

    /// Whether something came that a right client does not say.
    pub fn is_wrong(&self) -> bool {
        self.wrong
    }

    /// When the last datagram came, or the play began.
    pub fn last(&self) -> Instant {
        self.last
    }

    /// What came of it; `silent`: for how long the client said nothing, although it was its turn.
    pub fn finish(mut self, silent: Option<Duration>) -> Played {
        let asked = self.questions.get(self.next..).unwrap_or_default();
        for (at, chunk) in asked.iter().enumerate() {
            self.expected.separate(1, Who::Client);
            self.expected.push_entry(&Entry::Chunk(chunk.clone()));
            for answer in self.answers.get(self.next + at).into_iter().flatten() {
                self.expected.push_datagram(1, Who::Server, answer);
            }
        }
        self.expected.push_gap(Gap::End);
        if let Some(waited) = silent {
            self.recorder.event(1, Who::Server, Event::Timeout(waited));
        }
        let stopped = match silent {
            Some(_) if !self.has_heard() => Some(Stopped::NoGuest),
            Some(_) => Some(Stopped::IdleTimer(1)),
            None => None,
        };
        Played {
            got: self.recorder.transcript_of_datagrams(),
            expected: Some(self.expected),
            strangers: Vec::new(),
            ends: BTreeMap::new(),
            failed_writes: Vec::new(),
            stopped,
        }
    }

    /// Whether a datagram has come.
    pub fn has_heard(&self) -> bool {
        let transcript = self.recorder.transcript();
        transcript
            .entries()
            .iter()
            .any(|entry| matches!(entry, Entry::Chunk(_)))
    }
}

/// How soon a client may repeat a question: after so long as the script's `@repeat-after` says, in ms.
///
/// Rule: it is too early only where no delay on this machine can explain it. The client can have asked no
/// sooner than the answer to its question before was sent, and no sooner than nothing was waiting at our
/// socket, so the time is counted from then.
struct Pace {
    wait: Duration,
    /// Which question the client asks now, counted from 1.
    question: usize,
    /// When the last question of the client was answered for the first time.
    answered: Option<Instant>,
    /// No sooner than this the client can have asked what it asks now, the first time and the last time.
    asked_after: Option<(Instant, Instant)>,
    /// How often it has repeated that.
    copies: u32,
}

impl Pace {
    fn of(script: &Transcript) -> Pace {
        let wait = milliseconds(script, "repeat-after").unwrap_or_default();
        Pace {
            wait: wait.saturating_sub(limits::TIMER_IS_EARLY),
            question: 0,
            answered: None,
            asked_after: None,
            copies: 0,
        }
    }

    /// A question has come again; or the next one, which begins a time of its own. It was not sent before
    /// `sent_after`.
    fn is_too_early(&mut self, question: usize, sent_after: Instant) -> bool {
        let is_new = self.question != question;
        let Some((first, last)) = self.asked_after.filter(|_| !is_new) else {
            let caused = self.answered.take().unwrap_or(sent_after);
            let asked = caused.max(sent_after);
            (self.question, self.asked_after, self.copies) = (question, Some((asked, asked)), 0);
            return false;
        };
        self.copies += 1;
        self.asked_after = Some((first, sent_after.max(last)));
        first.elapsed() < self.wait * self.copies || last.elapsed() < self.wait
    }
}

/// The number of milliseconds in a heading.
fn milliseconds(script: &Transcript, heading: &str) -> Option<Duration> {
    let number = script.heading(heading)?.trim().parse().ok()?;
    Some(Duration::from_millis(number))
}

/// The bytes of an answer. Errors: a mask in it.
fn exact(chunk: &Chunk) -> Result<Vec<u8>, PlayError> {
    match chunk
        .pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Mask(_)))
    {
        true => Err(PlayError::Mask {
            conn: chunk.conn,
            who: chunk.who,
        }),
        false => Ok(chunk.exact()),
    }
}
