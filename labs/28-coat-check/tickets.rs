//! Lab 28 · The coat-check ticket · tickets: what is on them, and which order belongs to which ticket.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::Read;

const MOST_TABLES: usize = 10_000; // a client without a cookie costs memory, so the oldest table goes
const MOST_DISHES: usize = 100; // at one table

/// The orders, by ticket.
#[derive(Default)]
pub struct Tickets {
    /// In the order in which they were handed out.
    handed_out: VecDeque<String>,
    orders: BTreeMap<String, Vec<String>>,
}

impl Tickets {
    /// Whether this server has handed the ticket out.
    pub fn knows(&self, ticket: &str) -> bool {
        self.orders.contains_key(ticket)
    }

    /// A new ticket, for an empty table.
    pub fn hand_out(&mut self) -> String {
        let ticket = random();
        self.handed_out.push_back(ticket.clone());
        self.orders.insert(ticket.clone(), Vec::new());
        if self.handed_out.len() > MOST_TABLES
            && let Some(oldest) = self.handed_out.pop_front()
        {
            self.orders.remove(&oldest);
        }
        ticket
    }

    /// The dishes on a ticket.
    pub fn order(&self, ticket: &str) -> &[String] {
        self.orders.get(ticket).map_or(&[], Vec::as_slice)
    }

    /// Adds a dish.
    pub fn add(&mut self, ticket: &str, dish: String) {
        if let Some(order) = self.orders.get_mut(ticket)
            && order.len() < MOST_DISHES
        {
            order.push(dish);
        }
    }
}

/// The value of `ticket` in a line `Cookie: a=1; ticket=…; b=2` (RFC 6265 section 4.2.1).
pub fn in_cookie(cookie: &[u8]) -> Option<String> {
    let pairs = cookie.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let mut values = pairs.filter_map(|pair| pair.strip_prefix(b"ticket="));
    let value = values.next()?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// 16 random bytes as 32 hex digits. Anybody who can guess a ticket can take the coat: a number that counts up,
/// or the time, is no ticket. Where the system has no /dev/urandom, std's random hash keys stand in for it.
fn random() -> String {
    let mut bytes = [0; 16];
    let read = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    if read.is_err() {
        for half in bytes.chunks_mut(8) {
            half.copy_from_slice(&RandomState::new().build_hasher().finish().to_ne_bytes());
        }
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
