//! The two legs of a program in the middle: which connections of a transcript are with its client, and which
//! with the servers behind it.
//!
//! ```text
//! @leg front 1 3        the connections that clients open to the program
//! @leg back 2           those that the program opens to the server behind it
//! @leg back2            a second server, to which nobody should connect in this conversation
//! @late back2 5         it begins to listen only before the client's connection 5 is opened
//! ```
//!
//! Rule: a transcript without `@leg` has one leg, and is played at a client or a server.

use super::{Conn, Transcript, Who};

/// One leg and its connections, in the order in which they are opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// `front`, `back`, `back2` …
    pub name: String,
    /// The numbers of its connections in the transcript.
    pub connections: Vec<Conn>,
}

/// All legs of a transcript.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Legs {
    /// The connections of clients.
    pub front: Vec<Conn>,
    /// The servers behind the program; never empty.
    pub backs: Vec<Leg>,
}

impl Transcript {
    /// What its `@leg` headings say; `None` without a leg behind the program.
    pub fn legs(&self) -> Option<Legs> {
        let mut legs = Legs::default();
        let lines = self.headings.iter().filter(|(key, _)| key == "leg");
        for (_, text) in lines {
            let mut words = text.split_whitespace();
            let Some(name) = words.next() else { continue };
            let connections = words.filter_map(|word| word.parse().ok()).collect();
            match name {
                "front" => legs.front = connections,
                _ => legs.backs.push(Leg {
                    name: name.to_string(),
                    connections,
                }),
            }
        }
        (!legs.backs.is_empty()).then_some(legs)
    }

    /// The conversation with the client alone: the front leg, or everything where there are no legs.
    pub fn front(&self) -> Transcript {
        match self.legs() {
            Some(legs) => self.of_connections(&legs.front),
            None => self.clone(),
        }
    }
}

impl Leg {
    /// What stands for this server's address in `@arg`: `{upstream}`, `{upstream2}`.
    pub fn placeholder(&self) -> String {
        format!("{{upstream{}}}", self.name.trim_start_matches("back"))
    }
}

impl Legs {
    /// The leg behind the program that this connection is on; `None` for one of a client.
    pub fn back_of(&self, conn: Conn) -> Option<&Leg> {
        let mut backs = self.backs.iter();
        backs.find(|leg| leg.connections.contains(&conn))
    }

    /// All connections behind the program.
    pub fn back(&self) -> Vec<Conn> {
        let backs = self.backs.iter();
        backs.flat_map(|leg| leg.connections.clone()).collect()
    }

    /// Whether the servers behind the program get the bytes that its clients send, and no others: a relay. A proxy
    /// sends messages of its own.
    pub fn pass_on_bytes(&self, script: &Transcript) -> bool {
        let said = |conns: &[Conn]| -> Vec<u8> {
            let bytes = conns.iter().map(|conn| script.bytes_of(*conn, Who::Client));
            bytes.collect::<Vec<_>>().concat()
        };
        said(&self.front) == said(&self.back())
    }

    /// Adds a connection that the conversation does not have to the leg behind the program.
    pub fn add(&mut self, name: &str, conn: Conn) {
        if let Some(leg) = self.backs.iter_mut().find(|leg| leg.name == name) {
            leg.connections.push(conn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legs_of_a_transcript_are_those_of_its_headings() {
        let text = "@wire 1\n@leg front 1 3\n@leg back 2\n@leg back2\nC connect\nC2 connect\nC3 connect\nC3 fin\n";
        let transcript = Transcript::parse(text).unwrap();
        let mut legs = transcript.legs().unwrap();
        assert_eq!(legs.front, [1, 3]);
        assert_eq!(legs.back(), [2]);
        assert_eq!(legs.back_of(2).unwrap().placeholder(), "{upstream}");
        assert_eq!(legs.backs.last().unwrap().placeholder(), "{upstream2}");
        assert_eq!(legs.back_of(3), None);
        assert_eq!(transcript.front().connections(), [1, 3]);
        legs.add("back2", 9);
        assert_eq!(legs.back_of(9).unwrap().name, "back2");
        assert_eq!(Transcript::parse("@wire 1\nC fin\n").unwrap().legs(), None);
    }
}
