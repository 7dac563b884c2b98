//! The place of the first difference: in which message, in which part of the message, at which byte.
//!
//! Rule: the starts of messages are read from the expected bytes, which are well formed. The received bytes are
//! the same up to the difference, so their messages begin at the same places.

use super::Evidence;
use crate::check::Side;
use crate::check::lenient_http_reader::{
    Message, field, from, is_request, is_response, message, messages, upto,
};
use crate::wire::Entry;

/// One message that was expected, the one that came in its place, and the request that both answer.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// What was expected; a body ends with the message.
    pub want: Message<'a>,
    /// What came; a body ends where the next message begins, if one does.
    pub have: Message<'a>,
    /// The bytes of the request, where the program is a server.
    pub asked: Option<&'a [u8]>,
}

/// Two texts of which one was expected and the other came, up to and from their first difference.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    /// What agreed.
    pub before: &'a [u8],
    /// What was expected from there on.
    pub missing: &'a [u8],
    /// What came from there on.
    pub rest: &'a [u8],
}

impl<'a> Spot<'a> {
    /// Two whole texts.
    pub(super) fn of(want: &'a [u8], have: &'a [u8]) -> Spot<'a> {
        let same = want.iter().zip(have).take_while(|(a, b)| a == b).count();
        Spot {
            before: upto(want, same),
            missing: from(want, same),
            rest: from(have, same),
        }
    }

    /// Whether what came goes on as expected when `extra` bytes of it and `lost` bytes of what was
    /// expected are left out.
    pub fn goes_on(&self, extra: usize, lost: usize) -> bool {
        let (rest, missing) = (from(self.rest, extra), from(self.missing, lost));
        let same = rest.iter().zip(missing).take_while(|(a, b)| a == b).count();
        same >= missing.len().min(3) && (same > 0 || rest.is_empty())
    }

    /// How many bytes too many stand here, when all that follows them is as expected.
    pub fn added(&self) -> Option<usize> {
        behind(self.rest, self.missing)
    }

    /// How many bytes are missing here, when all that follows them came.
    pub fn lost(&self) -> Option<usize> {
        behind(self.missing, self.rest)
    }

    /// The line of what came up to the difference.
    pub fn line_before(&self) -> &'a [u8] {
        let lines = self.before.rsplit(|&byte| byte == b'\n');
        lines.into_iter().next().unwrap_or_default()
    }

    /// What came from the difference to the end of the line.
    pub fn line_rest(&self) -> &'a [u8] {
        let mut lines = self.rest.split_inclusive(|&byte| byte == b'\n');
        lines.next().unwrap_or_default()
    }

    /// What was expected from the difference to the end of the line.
    pub fn line_missing(&self) -> &'a [u8] {
        let mut lines = self.missing.split_inclusive(|&byte| byte == b'\n');
        lines.next().unwrap_or_default()
    }
}

/// How many bytes of `long` stand before the beginning of `short`; eight bytes of it decide, or all.
pub fn behind(long: &[u8], short: &[u8]) -> Option<usize> {
    const ENOUGH: usize = 8;
    let begin = upto(short, ENOUGH);
    let mut places = (1..=long.len().saturating_sub(begin.len())).take(1 << 16);
    let at = places.find(|&at| from(long, at).starts_with(begin))?;
    let whole = begin.len() == ENOUGH || from(long, at) == short;
    (!begin.is_empty() && whole).then_some(at)
}

impl<'a> Exchange<'a> {
    /// The status that was expected, and the one that came.
    pub fn statuses(&self) -> Option<(u16, u16)> {
        Some((self.want.status()?, self.have.status()?))
    }

    /// The request, as far as it can be made out.
    pub fn request(&self) -> Option<Message<'a>> {
        self.asked.map(message)
    }

    /// Whether the request was HEAD.
    pub fn asks_for_head(&self) -> bool {
        self.asked.is_some_and(|asked| asked.starts_with(b"HEAD "))
    }

    /// Both bodies, where both heads are whole and each length fits its body.
    pub fn bodies(&self) -> Option<Spot<'a>> {
        let (want, have) = (self.want.body?, self.have.body?);
        let fits = |message: &Message, body: &[u8]| message.length() == Some(body.len());
        (fits(&self.have, have) && want != have).then(|| Spot::of(want, have))
    }
}

impl Evidence {
    /// Where the messages of the program begin in what was expected.
    fn starts(&self) -> Vec<usize> {
        let want = &self.want().bytes;
        if self.side() == Side::Server {
            return (0..want.len())
                .filter(|&at| is_status_line(from(want, at)))
                .collect();
        }
        let (conn, who) = (self.conn(), self.side().who());
        let mut length = 0;
        let mut starts = Vec::new();
        for entry in self.expectation.script.entries() {
            if let Entry::Chunk(chunk) = entry
                && (chunk.conn, chunk.who) == (conn, who)
            {
                starts.push(length);
                length += chunk.exact().len();
            }
        }
        starts
    }

    /// The messages in which the first difference lies.
    pub fn exchange(&self) -> Option<Exchange<'_>> {
        let starts = self.starts();
        let index = starts.iter().rposition(|&start| start <= self.at())?;
        self.exchange_at(&starts, index)
    }

    /// The messages before that, when the first difference is no beginning of a message, and should be.
    pub fn exchange_before(&self) -> Option<Exchange<'_>> {
        let starts = self.starts();
        let end = self.want().bytes.len();
        let next = starts
            .iter()
            .chain(Some(&end))
            .position(|&start| start == self.at())?;
        self.exchange_at(&starts, next.checked_sub(1)?)
    }

    /// What came where a message was complete, and is no message: bytes that belong to nothing.
    pub fn stray(&self) -> Option<&[u8]> {
        let end = self.want().bytes.len();
        let rest = self.rest();
        let between = self.at() == end || self.starts().contains(&self.at());
        (between && self.at() > 0 && !rest.is_empty() && !is_response(rest)).then_some(rest)
    }

    fn exchange_at(&self, starts: &[usize], index: usize) -> Option<Exchange<'_>> {
        let start = *starts.get(index)?;
        let want = from(&self.want().bytes, start);
        let end = starts.get(index + 1).map(|next| next - start);
        let want = upto(want, end.unwrap_or(want.len()));
        let have = from(&self.have().bytes, start);
        let next = (1..have.len()).find(|&at| is_status_line(from(have, at)));
        let have = match self.side() {
            Side::Server => upto(have, next.unwrap_or(have.len())),
            Side::Client => have,
        };
        // An answer 100 is no answer yet.
        let earlier = starts.iter().take(index);
        let finals = earlier.filter(|&&start| !is_interim(from(&self.want().bytes, start)));
        let number = finals.count();
        let server = self.side() == Side::Server;
        let asked = messages(self.heard()).into_iter().nth(number);
        Some(Exchange {
            want: message(want),
            have: message(have),
            asked: asked.filter(|_| server),
        })
    }

    /// The texts in which the first difference shows best. Where the lengths of two messages differ
    /// because their bodies do, and each is right for its own body, these are the bodies.
    pub fn spot(&self) -> Spot<'_> {
        let bodies = self
            .exchange()
            .filter(|_| self.at_length())
            .and_then(|it| it.bodies());
        bodies.unwrap_or(Spot {
            before: upto(&self.have().bytes, self.at()),
            missing: self.missing(),
            rest: self.rest(),
        })
    }

    /// Whether the first difference lies in a line of Content-Length on both sides.
    fn at_length(&self) -> bool {
        let is = |line: &[u8]| line.to_ascii_lowercase().starts_with(b"content-length:");
        is(self.line()) && is(self.wanted_line())
    }

    /// Whether the first difference lies in what another folder of files, or another clock, would change: the
    /// status, a date, a length, a tag, the body.
    pub fn depends_on_files(&self) -> bool {
        const FIELDS: [&[u8]; 5] = [
            b"date",
            b"last-modified",
            b"etag",
            b"content-length",
            b"content-range",
        ];
        let Some(exchange) = self.exchange().filter(|_| self.is_http()) else {
            return !self.is_http();
        };
        let missing = exchange
            .statuses()
            .is_some_and(|(want, have)| want < 400 && have == 404);
        let name = field(self.line()).map(|(name, _)| name.to_ascii_lowercase());
        let in_field = name.is_some_and(|name| FIELDS.contains(&&name[..]));
        let in_body = exchange
            .have
            .body
            .is_some_and(|body| self.rest().len() < body.len());
        missing || in_field || in_body
    }

    /// Whether the conversation is meant to be HTTP with heads.
    pub fn is_http(&self) -> bool {
        let want = &self.want().bytes;
        is_response(want) || is_request(want)
    }
}

/// Whether a status line begins here: `HTTP/1.1 200`. (A body may speak of HTTP/1.1, too.)
pub(super) fn is_status_line(bytes: &[u8]) -> bool {
    let digits = bytes.get(9..12).unwrap_or_default();
    bytes.starts_with(b"HTTP/1.") && digits.len() == 3 && digits.iter().all(u8::is_ascii_digit)
}

fn is_interim(bytes: &[u8]) -> bool {
    message(bytes).status().is_some_and(|status| status < 200)
}
