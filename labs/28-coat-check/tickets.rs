//! Lab 28 · The coat-check ticket · tickets, and the order of each ticket.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::Read;

const MOST_TABLES: usize = 10_000; // each client without a cookie needs memory, so we delete the oldest table
const MOST_DISHES: usize = 100; // at one table

/// The orders, by ticket.
#[derive(Default)]
pub struct Tickets {
    /// The tickets, from the oldest to the newest.
    handed_out: VecDeque<String>,
    orders: BTreeMap<String, Vec<String>>,
}

impl Tickets {
    /// Whether this server has made this ticket.
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

    /// The dishes of a ticket.
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

/// 16 random bytes as 32 hex digits. An attacker who guesses a ticket can use it, so a counter or the time is not
/// enough. If the system has no /dev/urandom, we use std's random hash keys.
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
