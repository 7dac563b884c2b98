//! The weathers: the ways in which the bytes of a conversation can be delivered.
//!
//! Rule: a weather changes the delivery of bytes, never the bytes. The expected answer is the same in every
//! weather.

/// How the player delivers its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// As the script says.
    Calm,
    /// One byte a segment.
    Dribble,
    /// Everything in one write, the next request too.
    Glue,
    /// Pauses, and a small receive buffer.
    Slow,
    /// A reset in mid-request, then a calm run must still work.
    Rude,
    /// Five connections that send nothing, then a calm run.
    Ghost,
    /// A network that loses, doubles and reorders datagrams; for UDP alone.
    Lossy,
}

impl Weather {
    /// All of them, the kindest first.
    pub const ALL: [Weather; 7] = [
        Weather::Calm,
        Weather::Dribble,
        Weather::Glue,
        Weather::Slow,
        Weather::Rude,
        Weather::Ghost,
        Weather::Lossy,
    ];

    /// The word for the command line and the reports.
    pub fn name(self) -> &'static str {
        match self {
            Weather::Calm => "calm",
            Weather::Dribble => "dribble",
            Weather::Glue => "glue",
            Weather::Slow => "slow",
            Weather::Rude => "rude",
            Weather::Ghost => "ghost",
            Weather::Lossy => "lossy",
        }
    }

    /// What happens in it, in a few words without a full stop.
    pub fn description(self) -> &'static str {
        match self {
            Weather::Calm => "each message in one write, as the script says",
            Weather::Dribble => "one byte at a time",
            Weather::Glue => "everything in one write, the next request too",
            Weather::Slow => "pauses while sending, and a reader that takes little at a time",
            Weather::Rude => "first a client that resets its connection in the middle of a request",
            Weather::Ghost => "first five clients that connect, send nothing and close",
            Weather::Lossy => "datagrams are lost, doubled, and overtake each other",
        }
    }

    /// The weather of that name.
    pub fn parse(name: &str) -> Option<Weather> {
        Weather::ALL
            .into_iter()
            .find(|weather| weather.name() == name)
    }
}
