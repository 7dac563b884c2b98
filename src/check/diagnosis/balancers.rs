//! Mistakes of a load balancer: it believes its clients, hides them, repeats what must not be done twice, loses an
//! answer, or sends requests to the wrong server.
//!
//! Rule 1: only a program with several servers behind it is a balancer: its argument names more than one.
//! Rule 2: which servers were asked for a client's request is read from the recording: connections behind the
//! program that begin between the request and its answer.

use super::exchanges_on_both_legs::{Exchange, answered, first_wrong};
use super::gateways::{NEEDS_PROXY_LINE, proxy_fault};
use super::{Cause, Evidence, Middle, Row, shown};
use crate::check::lenient_http_reader::{Message, message};
use crate::wire::{Conn, Entry, Transcript, Who};

/// Asked before all others: what a program prints about a server behind it is not the cause.
pub(super) const TABLE: &[Row] = &[
    ("W129", repeats),
    ("W126", trusts_clients),
    ("W128", proxy_line),
    ("W127", hides_client),
    ("W132", wrong_health),
    ("W133", asks_unready),
    ("W130", dead_server),
    ("W131", loses_answer),
    ("W134", no_turns),
];

/// The longest PROXY line, with its CR LF.
const LONGEST_PROXY_LINE: usize = 107;

/// The first exchange that is not as it should be; else the one of the difference, or the one for which the program
/// opened its connection.
fn exchange(evidence: &Evidence) -> Option<Exchange<'_>> {
    let middle = evidence.middle.as_ref()?;
    (servers(middle) > 1).then_some(())?;
    let conn = evidence.difference()?.conn;
    if let Some((exchange, _)) = first_wrong(evidence) {
        return Some(exchange);
    }
    let front = match middle.legs.front.contains(&conn) {
        true => conn,
        false => client_of(middle, &middle.got, conn)
            .or_else(|| client_of(middle, &middle.script, conn))?,
    };
    Some(Exchange::on(middle, front))
}

/// How many servers the program is told of.
fn servers(middle: &Middle) -> usize {
    let arg = middle.script.heading("arg").unwrap_or_default();
    arg.matches("{upstream").count()
}

/// The client's connection with the last words before this one was opened.
fn client_of(middle: &Middle, transcript: &Transcript, conn: Conn) -> Option<Conn> {
    let entries = transcript.entries();
    let opened = entries
        .iter()
        .position(|entry| entry.conn() == Some(conn))?;
    let before = entries.get(..opened)?.iter().rev();
    let mut spoken = before.filter_map(|entry| match entry {
        Entry::Chunk(chunk) if chunk.who == Who::Client => Some(chunk.conn),
        _ => None,
    });
    spoken.find(|conn| middle.legs.front.contains(conn))
}

/// The elements of all `X-Forwarded-For` lines.
fn told_clients(message: &Message) -> Vec<String> {
    message.elements("X-Forwarded-For")
}

fn is_health(exchange: &Exchange) -> bool {
    exchange.http().target() == Some(b"/health")
}

/// A request that must not be done twice went to more than one server. The check may notice it only later, when the
/// servers behind it are at another place than expected.
fn repeats(evidence: &Evidence) -> Option<Cause> {
    let middle = exchange(evidence)?.middle;
    let twice = middle.legs.front.iter().find_map(|front| {
        let exchange = Exchange::on(middle, *front);
        let line = exchange.http().first_line();
        let same =
            |conn: &&Conn| message(&exchange.behind(**conn, Who::Client)).first_line() == line;
        let times = exchange.asked.iter().filter(same).count();
        let once = exchange.should_ask.len() == 1;
        let bad = matches!(exchange.method(), b"POST" | b"PATCH") && once && times > 1;
        bad.then(|| (shown(line), times))
    });
    let (line, times) = twice?;
    Cause::likely(format!(
        "the request `{line}` was sent {times} times. The server that got it first may already have done what the \
         request asks for. So the same order may be counted twice."
    ))
}

/// The server is told what a client wrote about itself.
fn trusts_clients(evidence: &Evidence) -> Option<Cause> {
    let exchange = exchange(evidence)?;
    let lies = told_clients(&exchange.http());
    let conn = *exchange.asked.first()?;
    let wanted = exchange
        .middle
        .script
        .bytes_of(*exchange.should_ask.first()?, Who::Client);
    let told = told_clients(&message(&exchange.behind(conn, Who::Client)));
    let mut believed = told.iter().filter(|one| lies.contains(one));
    let believed = believed.find(|one| !told_clients(&message(&wanted)).contains(one))?;
    Cause::likely(format!(
        "the client itself wrote `X-Forwarded-For: {}`. You passed `{believed}` on to the server. The server takes \
         `{believed}` for an address that your program has seen.",
        lies.join(", ")
    ))
}

/// The line of the proxy in front is not read, or its absence is not noticed.
fn proxy_line(evidence: &Evidence) -> Option<Cause> {
    let exchange = exchange(evidence)?;
    let arg = exchange.middle.script.heading("arg")?;
    arg.trim_end().ends_with(" proxy").then_some(())?;
    let first = exchange.asked.first().copied();
    let passed_on = first
        .map(|conn| exchange.behind(conn, Who::Client))
        .unwrap_or_default();
    let (wanted, got) = (message(&exchange.wanted), message(&exchange.answer));
    let line = exchange.request.split(|&byte| byte == b'\r').next();
    let line = shown(line.unwrap_or_default());
    if passed_on.starts_with(b"PROXY ") {
        return Cause::likely(format!(
            "`{line}` was passed on as if it were the request. This line comes from the proxy in front of your \
             program, and names the client. The request follows this line."
        ));
    }
    let about_line =
        wanted.status() == Some(400) && exchange.wanted.windows(5).any(|it| it == b"PROXY");
    if about_line && let Some(text) = judged_at_another_place(evidence, &exchange) {
        return Cause::likely(text);
    }
    if about_line && (first.is_some() || got.status() == Some(200)) {
        return Cause::likely(format!(
            "the connection begins with `{line}`, but your program did not refuse this line. {}",
            proxy_fault(&exchange.request).unwrap_or_else(|| NEEDS_PROXY_LINE.to_string())
        ));
    }
    let refused = got.status().is_none_or(|status| status >= 400);
    let good = exchange.has_proxy_line() && exchange.should_ask.len() == 1 && first.is_none();
    (good && refused && wanted.status() == Some(200)).then_some(())?;
    let how = answered(got.status());
    Cause::likely(format!(
        "a connection that begins with `{line}` {how}, and you asked no server. This PROXY line is correct. Read it \
         up to its CR LF, and then read the request."
    ))
}

/// The PROXY line is judged before it has ended, or not when 107 bytes have come without an end.
fn judged_at_another_place(evidence: &Evidence, exchange: &Exchange) -> Option<String> {
    let entries = exchange.middle.got.entries().iter();
    let own = entries.filter_map(|entry| match entry {
        Entry::Chunk(chunk) if chunk.conn == exchange.front => Some(chunk),
        _ => None,
    });
    let heard = own.take_while(|chunk| chunk.who == Who::Client);
    let heard: Vec<u8> = heard.flat_map(|chunk| chunk.exact()).collect();
    let line = heard.iter().position(|&byte| byte == b'\n');
    let (ended, length) = (line.is_some(), line.map_or(heard.len(), |lf| lf + 1));
    if evidence.early() && !ended && heard.len() < LONGEST_PROXY_LINE {
        return Some(format!(
            "you answered after `{}`, before the first line had ended. Wait for the LF of this line, or until 107 \
             bytes without LF have come. Either your program does not wait, or it takes the bytes of one read for the \
             whole line.",
            shown(&heard)
        ));
    }
    let silent =
        exchange.answer.is_empty() && evidence.silence().is_some() && exchange.asked.is_empty();
    (silent && length > LONGEST_PROXY_LINE).then(|| {
        format!(
            "the first line has {length} bytes, but you sent no answer. A PROXY line has at most 107 bytes with its \
             CR LF. If 107 bytes without LF have come, this is not a PROXY line, so do not wait for more."
        )
    })
}

/// The server is not told who the client is.
fn hides_client(evidence: &Evidence) -> Option<Cause> {
    let exchange = exchange(evidence)?;
    let conn = *exchange.asked.first()?;
    let should = *exchange.should_ask.first()?;
    let wanted = told_clients(&message(
        &exchange.middle.script.bytes_of(should, Who::Client),
    ));
    let bytes = exchange.behind(conn, Who::Client);
    let told = told_clients(&message(&bytes));
    let whole = message(&bytes).body.is_some();
    (whole && wanted.len() == 1 && told != wanted).then_some(())?;
    match &told[..] {
        [] => Cause::likely(format!(
            "the request to the server has no line `X-Forwarded-For`. So the server knows only the address of your \
             program. The client's address is {}.",
            wanted.join("")
        )),
        [one] => Cause::likely(format!(
            "you told the server that the client's address is `{one}`. But the client's address is `{}`{}.",
            wanted.join(""),
            match exchange.has_proxy_line() {
                true => ", as the PROXY line says",
                false => "",
            }
        )),
        _ => None,
    }
}

/// /health says something else than the servers.
fn wrong_health(evidence: &Evidence) -> Option<Cause> {
    let exchange = exchange(evidence)?;
    is_health(&exchange).then_some(())?;
    let (asked, all) = (exchange.asked.len(), exchange.should_ask.len());
    if asked < all && !exchange.answer.is_empty() {
        return Cause::likely(format!(
            "you answered /health after you had asked {asked} of {all} servers. Ask every server for each request to \
             /health. Only a server's own answer says whether this server is ready."
        ));
    }
    let (wanted, got) = (message(&exchange.wanted), message(&exchange.answer));
    let (should, did) = (wanted.status()?, got.status()?);
    let body = got
        .body
        .filter(|_| (should, wanted.body) != (did, got.body))?;
    let said = exchange.should_ask.iter().map(|conn| {
        let answer = exchange.middle.script.bytes_of(*conn, Who::Server);
        shown(message(&answer).body.unwrap_or_default().trim_ascii_end())
    });
    let said: Vec<String> = said.filter(|word| !word.is_empty()).collect();
    let servers = match said.is_empty() {
        true => "No server listens at any of the addresses.".to_string(),
        false => format!("The servers say: {}.", said.join(", ")),
    };
    Cause::likely(format!(
        "you answered /health with {did} and `{}`. {servers} So the answer must be {should}, with `{}`.",
        shown(body.trim_ascii_end()),
        shown(wanted.body.unwrap_or_default().trim_ascii_end())
    ))
}

/// A server that said that it is not ready gets a request.
fn asks_unready(evidence: &Evidence) -> Option<Cause> {
    let exchange = exchange(evidence)?;
    (!is_health(&exchange)).then_some(())?;
    let conn = *exchange.asked.first()?;
    let legs = &exchange.middle.legs;
    let leg = legs.back_of(conn)?;
    let should = exchange
        .should_ask
        .iter()
        .any(|conn| leg.connections.contains(conn));
    let entries = exchange.middle.got.entries().iter();
    let before = entries.take_while(|entry| entry.conn() != Some(conn));
    let mut said: Option<Vec<u8>> = None;
    for entry in before {
        if let Entry::Chunk(chunk) = entry
            && chunk.who == Who::Server
            && leg.connections.contains(&chunk.conn)
        {
            let asked = exchange.behind(chunk.conn, Who::Client);
            if message(&asked).target() == Some(b"/health") {
                said = Some(exchange.behind(chunk.conn, Who::Server));
            }
        }
    }
    let said = said?;
    let health = message(&said);
    let status = health.status().filter(|status| *status != 200 && !should)?;
    Cause::likely(format!(
        "you sent the request `{}` to the server on the {} leg. Before that, this server had answered /health with \
         {status} and `{}`. Send no requests to this server until it answers 200.",
        shown(exchange.http().first_line()),
        leg.name,
        shown(health.body.unwrap_or_default().trim_ascii_end())
    ))
}

/// Nobody listens at one of the addresses, and the other servers are not asked.
fn dead_server(evidence: &Evidence) -> Option<Cause> {
    let exchange = exchange(evidence).filter(|_| evidence.is_relay())?;
    let dead = servers(exchange.middle) > exchange.middle.legs.backs.len();
    let got = message(&exchange.answer).status();
    let gave_up = got.is_none_or(|status| status >= 500);
    let alone = exchange.asked.is_empty() && !exchange.should_ask.is_empty();
    (dead && alone && gave_up && !is_health(&exchange)).then_some(())?;
    let how = answered(got);
    Cause::likely(format!(
        "the request `{}` {how}. Nobody listens at one of the addresses. A server listens at another address, but \
         your program did not ask this server.",
        shown(exchange.http().first_line())
    ))
}

/// A server hung up in the middle of its answer, and the client loses by it.
fn loses_answer(evidence: &Evidence) -> Option<Cause> {
    let exchange = exchange(evidence).filter(|_| evidence.is_relay())?;
    let cut = exchange
        .asked
        .iter()
        .find(|conn| exchange.is_cut(**conn) && exchange.should_ask.contains(conn))?;
    let half = exchange.behind(*cut, Who::Server);
    let line = shown(exchange.http().first_line());
    let got = message(&exchange.answer).status();
    let rest = exchange.should_ask.len() > exchange.asked.len();
    if !exchange.answer.is_empty() && exchange.is_cut_answer(&exchange.answer) {
        return Cause::likely(format!(
            "a server closed after {} bytes of its answer to `{line}`. You had already passed these bytes on. Now \
             the client has a part of an answer, and you cannot take it back.",
            half.len()
        ));
    }
    match (got, rest) {
        (None, _) => Cause::likely(format!(
            "a server closed in the middle of its answer to `{line}`. The client got no answer at all. So the client \
             cannot know whether it may send the request again."
        )),
        (Some(status), true) if status >= 500 => Cause::likely(format!(
            "a server closed in the middle of its answer to `{line}`, and the client got {status}. This request may \
             be sent twice, but your program did not send it to the next server.{}",
            had_failed(&exchange)
        )),
        _ => None,
    }
}

/// What a program may hold against the server that it did not ask: it hung up before.
fn had_failed(exchange: &Exchange) -> &'static str {
    let unasked = exchange.should_ask.iter();
    let mut unasked = unasked.filter_map(|conn| exchange.middle.legs.back_of(*conn));
    let failed = unasked.any(|leg| {
        let mut before = leg
            .connections
            .iter()
            .filter(|conn| !exchange.asked.contains(conn));
        before.any(|conn| !exchange.behind(*conn, Who::Client).is_empty() && exchange.is_cut(*conn))
    });
    match failed {
        true => {
            " The next server had closed too early in an earlier request. But only its answer to /health can say \
             that it is not ready."
        }
        false => "",
    }
}

/// A request goes to a server whose turn it is not.
fn no_turns(evidence: &Evidence) -> Option<Cause> {
    let exchange = exchange(evidence)?;
    let legs = &exchange.middle.legs;
    let leg = |conns: &[Conn]| legs.back_of(*conns.first()?).map(|leg| leg.name.as_str());
    let (should, did) = (leg(&exchange.should_ask)?, leg(&exchange.asked)?);
    (should != did && !is_health(&exchange)).then_some(())?;
    let late = exchange.middle.script.heading("late");
    if late.is_some_and(|late| late.split(' ').next() == Some(should)) {
        return Cause::likely(format!(
            "you sent `{}` to the server on the {did} leg, but it was the turn of the server on the {should} leg. At \
             the first request nobody listened there, but now a server listens there. Try first the server whose turn \
             it is. Only an answer to /health says that a server is not ready.",
            shown(exchange.http().first_line())
        ));
    }
    let before =
        first_wrong(evidence).map_or(String::new(), |(_, earlier)| since_last_turn(&earlier));
    Cause::likely(format!(
        "you sent `{}` to the server on the {did} leg, but it was the turn of the server on the {should} leg. Each \
         request begins with the next server after the one with which the last request began.{}",
        shown(exchange.http().first_line()),
        before
    ))
}

/// Which of the requests count that came after the last one that was passed on and answered at once.
fn since_last_turn(earlier: &[Exchange]) -> String {
    let mut told: Vec<String> = earlier.iter().rev().map_while(counts).take(2).collect();
    told.reverse();
    told.concat()
}

/// Whether a request before counts as a turn, where a program may think otherwise.
fn counts(before: &Exchange) -> Option<String> {
    let status = message(&before.answer).status()?;
    let own = before.asked.is_empty();
    let why = match status {
        _ if is_health(before) => "does not count as a turn, because it went to all servers",
        400 | 411 if own => "does not count as a turn, because no server must get it",
        502 => "counts",
        503 if own => "counts",
        _ if before.asked.len() > 1 => "counts as one turn, although several servers were asked",
        _ => return None,
    };
    let line = shown(before.http().first_line());
    Some(format!(
        " An earlier request, `{line}`, was answered with {status}. It {why}."
    ))
}
