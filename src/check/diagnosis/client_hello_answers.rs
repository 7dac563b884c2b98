//! Mistakes of a server that reads a TLS ClientHello: another alert than the one that fits, and answers in HTTP.
//!
//! Rule: nothing is said where no alert was expected.

use super::client_hello_facts::{Facts, facts};
use super::{Cause, Close, Evidence, Row, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::find;

pub(super) const TABLE: &[Row] = &[
    ("W106", http_to_tls),
    ("W105", other_alert),
    ("W105", other_form),
    ("W105", no_alert),
    ("W18", read_once),
    ("W135", answers_half),
];

/// The reason in a fatal alert record.
fn alert(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [21, 3, 3, 0, 2, 2, reason, ..] => Some(*reason),
        _ => None,
    }
}

/// The name of an alert (RFC 8446 section 6, RFC 7301 section 3.2).
fn name(alert: u8) -> String {
    let name = match alert {
        10 => "unexpected_message",
        22 => "record_overflow",
        40 => "handshake_failure",
        50 => "decode_error",
        70 => "protocol_version",
        109 => "missing_extension",
        112 => "unrecognized_name",
        120 => "no_application_protocol",
        _ => return format!("alert {alert}"),
    };
    format!("{name} ({alert})")
}

fn http_to_tls(evidence: &Evidence) -> Option<Cause> {
    let tls = evidence.side() == Side::Server && evidence.heard().first() == Some(&22);
    let http = evidence.have().bytes.starts_with(b"HTTP/");
    (tls && http && alert(&evidence.want().bytes).is_some()).then_some(())?;
    Cause::likely(
        "the client sent a ClientHello: its first byte is 16 (hex), which means a handshake record. You answered \
         with HTTP text. The client reads the first byte of your answer, `H`, as the kind of a record. The kind 72 \
         does not exist.",
    )
}

/// Whether the message is longer than its first record.
fn in_records(heard: &[u8]) -> bool {
    let [22, _, _, high, low, ..] = heard else {
        return false;
    };
    heard.len() > 5 + usize::from(*high) * 256 + usize::from(*low)
}

fn other_alert(evidence: &Evidence) -> Option<Cause> {
    let due = alert(&evidence.want().bytes)?;
    let sent = alert(&evidence.have().bytes).filter(|sent| *sent != due)?;
    (evidence.side() == Side::Server).then_some(())?;
    let read = facts(evidence.heard());
    let known = read
        .as_ref()
        .and_then(|read| in_this_message(read, sent, due))
        .or_else(|| long_message(evidence.heard(), sent, due));
    let why = known.unwrap_or_else(|| why_due(sent, due, in_records(evidence.heard())).to_string());
    // What was read wrongly, or the line of the lab's table that was due.
    let case = match (sent, due) {
        (109, 70) => "protocol_version",
        (50 | 109, _) | (_, 50) => "",
        (_, 10) => "unexpected_message",
        (_, 22) => "record_overflow",
        (_, 70) => "protocol_version",
        (_, 109) => "missing_extension",
        (_, 112) => "unrecognized_name",
        (_, 120) => "no_application_protocol",
        _ => "handshake_failure",
    };
    let text = format!(
        "you answered {}, but {} was expected. {why}.",
        name(sent),
        name(due)
    );
    Cause::in_case(case, text)
}

/// Why this alert was due, where only the two reasons are known.
fn why_due(sent: u8, due: u8, in_records: bool) -> &'static str {
    match (sent, due) {
        (109 | 112 | 120, 70) => {
            "The newest version of this client is older than TLS 1.2. Perhaps you looked at the name or the \
             protocols first, but in the lab's table the version comes first. Or perhaps you did not read the \
             version in supported_versions"
        }
        (112 | 120, 109) => "This message has no extension of the kind 0, so it has no name",
        (_, 50) => {
            "A part of this message is wrong. Perhaps a length reaches beyond the list that contains it, or bytes \
             remain after a list. Or perhaps a list is empty or odd, or a name contains a forbidden byte"
        }
        (50, _) if in_records => {
            "All lengths in this message are right. The message comes in several records. Join the contents of the \
             records, without the five bytes before each content. If you do that already, skip each part that you do \
             not know by its length"
        }
        (112, _) => {
            "The name in this message is the name of the server. In a name, upper and lower case mean the \
             same"
        }
        (50, _) => {
            "All lengths in this message are right. Skip each part that you do not know by its length"
        }
        (109, _) => {
            "This message has a name. The lists before the name (session, ciphers, other extensions) have different \
             lengths in different messages"
        }
        (_, 10) => "This record is not a handshake record, or its message is not a ClientHello",
        (_, 22) => "This record is longer than 16384 bytes",
        (_, 70) => "The newest version of this client is older than TLS 1.2",
        (_, 109) => "This message has no extension of the kind 0",
        (_, 112) => "The name in this message is not the name of the server",
        (_, 120) => {
            "The protocols of this client are in its ALPN extension, and http/1.1 is not one of them"
        }
        _ => {
            "The name and the protocols are right. This server has no key, so the right answer is that the \
             handshake fails"
        }
    }
}

/// A whole message of many bytes that was called wrong: perhaps not all of it was read.
fn long_message(heard: &[u8], sent: u8, due: u8) -> Option<String> {
    const ONE_READ: usize = 4096; // bytes; a usual buffer
    (heard.len() > ONE_READ && matches!(sent, 10 | 50) && due == 40).then(|| {
        format!(
            "This message has {} bytes, and all of them are right. One read may give fewer bytes. So read until the \
             record has as many bytes as its length says. If you do that already, look at the comparisons of the \
             lengths",
            heard.len()
        )
    })
}

/// Why this message gets the alert that was due, where its bytes show it.
fn in_this_message(read: &Facts, sent: u8, due: u8) -> Option<String> {
    let newest = read
        .versions
        .iter()
        .filter(|version| !is_meaningless(**version))
        .max();
    match (sent, due) {
        (_, 50) => Some(format!("In this message {}", read.fault.as_ref()?)),
        (22, _) => Some("No record of this message is longer than 16384 bytes, and a length of 16384 bytes is allowed".to_string()),
        (50, _) if !read.has_extensions && read.fault.is_none() => Some(
            "This message has no extensions: it ends after the compression methods. A message without extensions is \
             allowed".to_string(),
        ),
        (40, 70) if read.versions.iter().any(|version| is_meaningless(*version)) => Some(format!(
            "The newest version of this client is {:04x}. The values 0a0a, 1a1a and so on have no meaning, so skip \
             these values",
            newest?
        )),
        (70, _) => Some(format!(
            "The newest version of this client in supported_versions is {:04x}, and that is at least 0303. The \
             newest version may stand at any place of this list",
            newest?
        )),
        (40, 120) => {
            let mut longer = read.protocols.iter();
            let longer = longer.find(|protocol| find(protocol, b"http/1.1").is_some())?;
            Some(format!(
                "This client names the protocol `{}`, which is not `http/1.1`. Compare each protocol as a whole",
                shown(longer)
            ))
        }
        _ => None,
    }
}

/// A value that only tests whether a server skips what it does not know (RFC 8701).
fn is_meaningless(version: u16) -> bool {
    let [high, low] = version.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

/// An alert for a message that the client did not send to its end.
fn answers_half(evidence: &Evidence) -> Option<Cause> {
    let sent = alert(&evidence.have().bytes)?;
    let cut = evidence.heard().first() == Some(&22) && facts(evidence.heard()).is_none();
    let none_due = evidence.want().bytes.is_empty() && evidence.fin_said();
    (cut && none_due && evidence.side() == Side::Server).then_some(())?;
    Cause::likely(format!(
        "the client closed before its message had ended, but you answered {}. Send no alert for a message that ends \
         too early: close the connection.",
        name(sent)
    ))
}

/// Several records, and a reset in place of an alert: bytes of the message were not read.
fn read_once(evidence: &Evidence) -> Option<Cause> {
    alert(&evidence.want().bytes)?;
    let reset = evidence.have().bytes.is_empty() && evidence.have().close == Close::Rst;
    let alive = evidence.process.ending.is_none() && evidence.side() == Side::Server;
    (reset && alive && in_records(evidence.heard())).then_some(())?;
    Cause::likely(
        "the message came in several records and in several pieces. Your program closed without an answer, and the \
         system sent a reset, because bytes came that your program did not read. Probably your program took the \
         result of one read for the whole message.",
    )
}

/// No alert came, where the first bytes of the record decide.
fn no_alert(evidence: &Evidence) -> Option<Cause> {
    let due = alert(&evidence.want().bytes).filter(|due| matches!(due, 10 | 22))?;
    let alive = evidence.process.ending.is_none() && evidence.side() == Side::Server;
    (alive && evidence.have().bytes.is_empty() && !evidence.passes_in_calm()).then_some(())?;
    let (case, why) = match (due, evidence.heard()) {
        (22, _) => ("record_overflow", "This record is longer than 16384 bytes".to_string()),
        (_, [kind, ..]) if *kind != 22 => (
            "unexpected_message",
            format!("This record has the kind {kind}, but a handshake record has the kind 22"),
        ),
        (_, [_, _, _, 0, 0, ..]) => (
            "unexpected_message",
            "This record is empty, because its length is 0. Answer it at once: do not skip it, and do not wait for \
             its content".to_string(),
        ),
        _ => (
            "unexpected_message",
            "The message in this record is not a ClientHello, because a ClientHello begins with 1".to_string(),
        ),
    };
    let did = match evidence.have().close {
        Close::Open => "you sent no alert",
        _ => "you closed without an alert",
    };
    Cause::in_case(
        case,
        format!("{did}, but {} was expected. {why}.", name(due)),
    )
}

/// The answer is a record, but not an alert record with seven bytes.
fn other_form(evidence: &Evidence) -> Option<Cause> {
    let due = alert(&evidence.want().bytes)?;
    let bytes = &evidence.have().bytes[..];
    (evidence.side() == Side::Server && !bytes.starts_with(b"HTTP/") && !bytes.is_empty())
        .then_some(())?;
    alert(bytes).is_none().then_some(())?;
    let what = match bytes {
        [21, 3, version, ..] if *version != 3 => {
            format!("its version is 03 {version:02x}, but every record of this server has 03 03")
        }
        [21, 3, _, 0, 2, reason, 2, ..] if *reason == due => {
            "its last two bytes are in the wrong order: the first is the level 2 (fatal), and the second is the \
             reason".to_string()
        }
        [21, 3, _, 0, 2, level, ..] => {
            format!("its level is {level}, but a fatal alert has the level 2")
        }
        [21, 3, _, high, low, ..] => format!(
            "its length is {}, but it must be 2, for the level and the reason",
            usize::from(*high) * 256 + usize::from(*low)
        ),
        _ => "it does not begin with the kind 21 and a version".to_string(),
    };
    Cause::in_case(
        "form",
        format!("your answer is not an alert of seven bytes: {what}."),
    )
}
