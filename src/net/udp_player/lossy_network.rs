//! The lossy network: what becomes of each datagram, decided by a seed.
//!
//! Rule: only the seed and the order of the datagrams decide; no clock and no address.

use crate::limits;
use crate::wire::{Chunk, Conn, Entry, Event, Gap, Transcript, Who};

/// What the network does to one datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives once.
    Deliver,
    /// It never arrives.
    Drop,
    /// It arrives twice.
    Double,
    /// It arrives after the next one.
    Swap,
}

impl Fate {
    /// The event that says so.
    pub fn event(self) -> Option<Event> {
        match self {
            Fate::Deliver => None,
            Fate::Drop => Some(Event::Drop),
            Fate::Double => Some(Event::Double),
            Fate::Swap => Some(Event::Swap),
        }
    }

    /// The fate that the event says.
    pub fn of(event: Option<Event>) -> Fate {
        match event {
            Some(Event::Drop) => Fate::Drop,
            Some(Event::Double) => Fate::Double,
            Some(Event::Swap) => Fate::Swap,
            _ => Fate::Deliver,
        }
    }
}

/// A network that loses, doubles and reorders datagrams.
#[derive(Clone, Debug)]
pub struct LossyNetwork {
    state: u64,
    /// Exchanges that failed in a row.
    failed: u32,
}

impl LossyNetwork {
    /// The network of this seed.
    pub fn new(seed: u64) -> LossyNetwork {
        LossyNetwork {
            state: seed,
            failed: 0,
        }
    }

    /// splitmix64 (Steele, Lea and Flood, 2014).
    fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// What happens to the next datagram of this side: of sixteen, four are lost, two doubled, two overtaken.
    pub fn fate(&mut self, who: Who) -> Fate {
        let fate = match self.roll() % 16 {
            0..=3 => Fate::Drop,
            4 | 5 => Fate::Double,
            6 | 7 => Fate::Swap,
            _ => Fate::Deliver,
        };
        // An answer that comes late is no answer for the one who waits.
        let fails = fate == Fate::Drop || (fate == Fate::Swap && who == Who::Server);
        let fate = match fails && self.failed >= limits::MOST_LOSSES {
            true => Fate::Deliver,
            false => fate,
        };
        match (fate, who) {
            (Fate::Drop, _) | (Fate::Swap, Who::Server) => self.failed += 1,
            (_, Who::Server) => self.failed = 0,
            _ => {}
        }
        fate
    }
}

/// What a client says and a right server answers in a lossy network: the exchanges of `script`, with the
/// network's acts, and with each question repeated until its answer has come.
pub fn lossy_script(script: &Transcript, network: &mut LossyNetwork) -> Transcript {
    let mut lossy = Transcript::new();
    lossy.headings = script.headings.clone();
    for conn in script.connections() {
        let exchanges = exchanges_of(script, conn);
        Lossy {
            out: &mut lossy,
            exchanges: &exchanges,
            delivered: 0,
        }
        .run(network);
    }
    lossy.push_gap(Gap::End);
    lossy
}

/// A question and its answers.
struct Exchange<'a> {
    question: &'a Chunk,
    answers: Vec<&'a Chunk>,
}

fn exchanges_of(script: &Transcript, conn: Conn) -> Vec<Exchange<'_>> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for entry in script.entries() {
        let Entry::Chunk(chunk) = entry else { continue };
        match (chunk.who, exchanges.last_mut()) {
            _ if chunk.conn != conn => {}
            (Who::Client, _) => exchanges.push(Exchange {
                question: chunk,
                answers: Vec::new(),
            }),
            (Who::Server, Some(exchange)) => exchange.answers.push(chunk),
            (Who::Server, None) => {}
        }
    }
    exchanges
}

struct Lossy<'a> {
    out: &'a mut Transcript,
    exchanges: &'a [Exchange<'a>],
    /// How many questions the server has had in their order.
    delivered: usize,
}

impl Lossy<'_> {
    fn run(&mut self, network: &mut LossyNetwork) {
        let mut answered = 0;
        while let Some(exchange) = self.exchanges.get(answered) {
            let next = self.exchanges.get(answered + 1);
            let mut fate = network.fate(Who::Client);
            // The first question has no answer before it that could come for one that is too early.
            if fate == Fate::Swap && (answered == 0 || next.is_none()) {
                fate = Fate::Deliver;
            }
            self.say(exchange.question, fate);
            let arrives: &[usize] = match fate {
                Fate::Drop => continue,
                Fate::Deliver => &[0],
                Fate::Double => &[0, 0],
                Fate::Swap => &[1, 0],
            };
            if let (Fate::Swap, Some(next)) = (fate, next) {
                self.say(next.question, Fate::Deliver);
            }
            let first = answered;
            for ahead in arrives {
                if self.delivered == first + ahead {
                    self.delivered += 1;
                }
                if self.answer(network) {
                    answered = answered.max(self.delivered);
                }
            }
        }
    }

    /// The answers to the last question that came in order; says whether they arrive.
    fn answer(&mut self, network: &mut LossyNetwork) -> bool {
        let Some(exchange) = self.exchanges.get(self.delivered.saturating_sub(1)) else {
            return true;
        };
        let mut arrive = true;
        for answer in &exchange.answers {
            // To a client that waits, an answer that comes late is a lost one.
            let fate = match network.fate(Who::Server) {
                Fate::Swap => Fate::Drop,
                fate => fate,
            };
            arrive &= fate != Fate::Drop;
            self.say(answer, fate);
        }
        arrive
    }

    fn say(&mut self, chunk: &Chunk, fate: Fate) {
        self.out.separate(chunk.conn, chunk.who);
        self.out.push_entry(&Entry::Chunk(chunk.clone()));
        if let Some(event) = fate.event() {
            self.out.push_event(chunk.conn, chunk.who, event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script() -> Transcript {
        let mut text = String::from("@transport udp\n");
        for order in 1..=20 {
            text += &format!("C> {order} tacos\\n\nS> ack {order}\\n\n");
        }
        Transcript::parse(&text).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_network() {
        let lossy = |seed| lossy_script(&script(), &mut LossyNetwork::new(seed)).render();
        assert_eq!(lossy(7), lossy(7));
        assert_ne!(lossy(7), lossy(8));
    }

    #[test]
    fn every_question_is_answered_after_at_most_so_many_losses() {
        let mut kinds = Vec::new();
        for seed in 1..=200 {
            let lossy = lossy_script(&script(), &mut LossyNetwork::new(seed));
            let (mut lost, mut answered, mut said) = (0, 0, Vec::new());
            for (at, entry) in lossy.entries().iter().enumerate() {
                let Entry::Chunk(chunk) = entry else { continue };
                let fate = Fate::of(lossy.fate_at(at));
                kinds.push((chunk.who, fate));
                said.push(chunk.exact());
                match (fate, chunk.who) {
                    (Fate::Drop, _) => lost += 1,
                    (_, Who::Server) => {
                        lost = 0;
                        let text = String::from_utf8(chunk.exact()).unwrap();
                        let number = text.trim().strip_prefix("ack ").unwrap().parse().unwrap();
                        assert!(
                            (answered..=answered + 2).contains(&number),
                            "{seed}: {text}"
                        );
                        answered = number;
                        let question = format!("{number} tacos\n").into_bytes();
                        assert!(said.contains(&question), "{seed}: {text}");
                    }
                    _ => {}
                }
                assert!(lost <= limits::MOST_LOSSES, "seed {seed}");
            }
            assert_eq!(answered, 20, "seed {seed}");
            // It is a transcript like any other.
            assert_eq!(Transcript::parse(&lossy.render()).unwrap(), lossy);
        }
        for fate in [Fate::Drop, Fate::Double, Fate::Swap] {
            assert!(kinds.contains(&(Who::Client, fate)), "{fate:?}");
        }
    }
}
