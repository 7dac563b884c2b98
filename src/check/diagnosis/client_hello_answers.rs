//! Mistakes of a server that reads a TLS ClientHello: another alert than the one that fits, and answers in HTTP.
//!
//! Rule: nothing is said where no alert was expected.

use super::{Cause, Evidence, Row};
use crate::check::Side;

pub(super) const TABLE: &[Row] = &[
    ("W106", http_to_tls),
    ("W105", other_alert),
    ("W105", other_form),
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
        "the client sent a ClientHello (its first byte is 16, a handshake record), and you answered with HTTP text. \
         The client takes your `H` for the kind of a record: 72, which does not exist.",
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
    let why = match (sent, due) {
        (109 | 112 | 120, 70) => {
            "The newest version of this client is older than TLS 1.2, and the first line of the table that fits \
             decides: the version is looked at before the name and the protocols"
        }
        (112 | 120, 109) => "This message has no extension of the kind 0, so it has no name",
        (_, 50) => {
            "Something in this message does not fit: a length reaches beyond what contains it, bytes are left over \
             after a list, a list is empty or odd, or a name has a byte that it may not have"
        }
        (50, _) if in_records(evidence.heard()) => {
            "All lengths are right here. The message comes in several records: their contents belong together, \
             without the five bytes in front of each. If you do that already, look for parts that you do not know: \
             skip them, whatever their length"
        }
        (112, _) => "The name is the server's. In a name, upper and lower case mean the same",
        (50, _) => {
            "All lengths are right here. Skip the parts that you do not know, whatever their length"
        }
        (109, _) => {
            "This message has a name. The lists before it differ in length: session, ciphers, other extensions"
        }
        (_, 10) => "This is no handshake record, or its message is no ClientHello",
        (_, 22) => "This record is longer than 16384 bytes",
        (_, 70) => "The newest version of this client is older than TLS 1.2",
        (_, 109) => "This message has no extension of the kind 0",
        (_, 112) => "This message has another name than the server's",
        (_, 120) => "This client speaks other protocols, and says so in its ALPN",
        _ => "The name and the protocols are right. Only a key is missing, so the handshake fails",
    };
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
        "you answered {}, and {} was expected. {why}.",
        name(sent),
        name(due)
    );
    Cause::in_case(case, text)
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
            "its last two bytes have changed places: the level 2 (fatal) comes first, then the reason".to_string()
        }
        [21, 3, _, 0, 2, level, ..] => {
            format!("its level is {level}, and a fatal alert has the level 2")
        }
        [21, 3, _, high, low, ..] => format!(
            "its length is {}, and 2 bytes follow: the level and the reason",
            usize::from(*high) * 256 + usize::from(*low)
        ),
        _ => "it does not begin like a record of the kind 21".to_string(),
    };
    Cause::in_case(
        "form",
        format!("your answer is no alert of seven bytes: {what}."),
    )
}
