//! Where things are: what `{addr}`, `{port}` and `{upstream}` in a script stand for while it is played.
//!
//! Rule: a script with such words is put in its place before it is played and judged as it was played,
//! so a report shows the bytes that were really meant.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread;

use super::CheckError;
use crate::course::catalogue::Weather;
use crate::limits;
use crate::net;
use crate::net::player::Player;
use crate::wire::{Transcript, Who};

/// In an argument: where the server behind a relay is.
const UPSTREAM: &str = "{upstream}";

/// Whether a script speaks of the place where it is played.
pub fn has_place(script: &Transcript) -> bool {
    let text = script.render();
    text.contains("{addr}") || text.contains("{port}")
}

/// The script as it is played at `addr`; one that does not speak of it as it is.
pub fn placed(script: &Transcript, addr: SocketAddr) -> Transcript {
    if !has_place(script) {
        return script.clone();
    }
    let text = script.render().replace("{addr}", &addr.to_string());
    let text = text.replace("{port}", &addr.port().to_string());
    // An address is printable ASCII without `\`: what could be parsed before can be parsed now.
    let mut placed = Transcript::parse(&text).unwrap_or_else(|_| script.clone());
    placed.headings.clone_from(&script.headings);
    placed
}

/// The server behind a relay under check: we play it, too.
pub struct Behind {
    listener: net::Listener,
    /// Where the relay finds it.
    pub addr: SocketAddr,
}

impl Behind {
    /// A place for it, when the script says that there is a server behind the one under check.
    pub fn of(script: &Transcript) -> Result<Option<Behind>, CheckError> {
        if !script
            .heading("arg")
            .is_some_and(|arg| arg.contains(UPSTREAM))
        {
            return Ok(None);
        }
        let anywhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        let listener = net::listen(anywhere, limits::BACKLOG).map_err(CheckError::Socket)?;
        let addr = listener.local_addr().unwrap_or(anywhere);
        Ok(Some(Behind { listener, addr }))
    }

    /// The argument of the relay.
    pub fn argument(&self, script: &Transcript) -> Option<String> {
        let arg = script.heading("arg")?;
        Some(arg.replace(UPSTREAM, &self.addr.to_string()))
    }

    /// Plays the server's side behind the relay while `front` plays the client's side before it; what
    /// came out behind.
    pub fn while_playing<T>(
        &self,
        script: &Transcript,
        front: impl FnOnce() -> T,
    ) -> Result<(T, Transcript), CheckError> {
        let player = Player::new(script, Who::Server, Weather::Calm);
        let mut player = player.map_err(|error| CheckError::Play("upstream".into(), error))?;
        player.silence = limits::CHECK_SILENCE;
        player.guest = limits::CHECK_SILENCE;
        player.whole = limits::CHECK_WHOLE;
        Ok(thread::scope(|both| {
            let behind = both.spawn(|| player.answer(&self.listener).got);
            let front = front();
            (front, behind.join().unwrap_or_default())
        }))
    }
}
