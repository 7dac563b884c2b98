//! What the other side had sent: the fields of a form, and the line that gave a cookie.
//!
//! Rule: facts from the bytes that came to the program.

use super::{Evidence, shown};
use crate::check::lenient_http_reader::{field, message, split_once};
use crate::http::target::decode_form;
use crate::wire::Who;

/// Whether a form that came has both as values of a field with one name.
pub(super) fn another_field(evidence: &Evidence, first: &[u8], other: &[u8]) -> bool {
    let conns = evidence.got.connections().into_iter();
    let mut forms = conns.map(|conn| evidence.got.bytes_of(conn, Who::Client));
    forms.any(|bytes| {
        let fields = message(&bytes).body.unwrap_or_default();
        let values: Vec<Vec<u8>> = fields
            .split(|&byte| byte == b'&')
            .filter_map(|field| split_once(field, b'='))
            .filter(|(name, _)| *name == b"dish")
            .map(|(_, value)| decode_form(value))
            .collect();
        let has = |value: &[u8]| values.iter().any(|it| it == value);
        values.len() > 1 && has(first) && has(other)
    })
}

/// A cookie as it was given: the value of its `Set-Cookie` line, its path, and the status of the answer.
struct Given {
    line: Vec<u8>,
    path: Vec<u8>,
    status: u16,
}

impl Given {
    fn pair(&self) -> &[u8] {
        let end = self.line.iter().position(|&byte| byte == b';');
        self.line
            .get(..end.unwrap_or(self.line.len()))
            .unwrap_or_default()
            .trim_ascii()
    }
}

/// All cookies that were given, in their order.
fn all_given(evidence: &Evidence) -> Vec<Given> {
    let mut all = Vec::new();
    for conn in evidence.got.connections() {
        let asked = evidence.got.bytes_of(conn, Who::Client);
        let target = message(&asked).target().unwrap_or_default().to_vec();
        let bytes = evidence.got.bytes_of(conn, Who::Server);
        let answer = message(&bytes);
        for (name, value) in answer.fields() {
            if name.eq_ignore_ascii_case(b"set-cookie") {
                all.push(Given {
                    line: value.to_vec(),
                    path: path_of(value, &target),
                    status: answer.status().unwrap_or_default(),
                });
            }
        }
    }
    all
}

/// The path of a cookie: its attribute, or the folder of the request (RFC 6265 section 5.1.4).
fn path_of(line: &[u8], target: &[u8]) -> Vec<u8> {
    let attributes = line.split(|&byte| byte == b';').skip(1);
    let pairs = attributes.filter_map(|text| split_once(text.trim_ascii(), b'='));
    let named = pairs.filter(|(name, _)| name.eq_ignore_ascii_case(b"path"));
    let named = named.last().map(|(_, path)| path);
    let slash = target.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
    let folder = target.get(..slash.max(1)).unwrap_or_default();
    named.unwrap_or(folder).to_vec()
}

/// Why a cookie does not belong into a request that should have another value of its name.
pub(super) fn not_this_value(evidence: &Evidence, sent: &[u8], due: &[u8]) -> String {
    let all = all_given(evidence);
    let find = |pair: &[u8]| all.iter().rfind(|given| given.pair() == pair);
    let cut = due
        .strip_prefix(sent)
        .is_some_and(|rest| rest.starts_with(b"="));
    let first = "Only the first `=` of a cookie ends its name";
    let due_text = shown(due);
    match (find(sent), find(due)) {
        (None, _) if cut => format!("the server gave you `{due_text}`. {first}"),
        (None, _) => format!("no server gave you this cookie. The server gave you `{due_text}`"),
        (Some(old), Some(new)) if old.path != new.path => format!(
            "the server gave it with the line `{}`, so this request must not contain it{}",
            shown(&old.line),
            spelling(&old.line)
        ),
        (Some(_), _) if cut => format!(
            "the newer cookie is `{due_text}`. Either you kept the older cookie, or you cut the value of the new \
             one. {first}"
        ),
        (Some(_), new) => format!(
            "the newer cookie `{due_text}` has replaced it{}",
            new.filter(|new| new.status >= 300)
                .map_or(String::new(), |new| format!(
                    ". The newer cookie came with the answer {}. An answer without a page may have cookies, too",
                    new.status
                ))
        ),
    }
}

/// The attribute `Path` in another spelling.
fn spelling(line: &[u8]) -> &'static str {
    let attributes = line.split(|&byte| byte == b';').skip(1);
    let mut names = attributes.filter_map(|text| Some(split_once(text.trim_ascii(), b'=')?.0));
    match names.any(|name| name.eq_ignore_ascii_case(b"path") && name != b"Path") {
        true => ". In the name of an attribute, upper and lower case mean the same",
        false => "",
    }
}

/// Another cookie with the same name and another path.
pub(super) fn same_name_elsewhere(evidence: &Evidence, pair: &[u8]) -> String {
    let all = all_given(evidence);
    let name = split_once(pair, b'=').map(|(name, _)| name);
    let own = all.iter().rfind(|given| given.pair() == pair);
    let attribute = |given: &Given| {
        given
            .line
            .to_ascii_lowercase()
            .windows(5)
            .any(|five| five == b"path=")
    };
    if let Some(own) = own.filter(|own| !attribute(own)) {
        return format!(
            " The server gave it as `{}`, without `Path`. So its path is the path of that request up to the last \
             `/`: `{}`.",
            shown(&own.line),
            shown(&own.path)
        );
    }
    let mut others = all.iter().filter(|given| {
        let same = split_once(given.pair(), b'=').map(|(name, _)| name) == name;
        same && own.is_some_and(|own| own.path != given.path)
    });
    others.next().map_or(String::new(), |other| {
        format!(
            " The server also gave you `{}`. Two cookies with the same name and different paths are two cookies.",
            shown(&other.line)
        )
    })
}

/// How many cookies one answer gave, when it gave several.
pub(super) fn given_at_once(evidence: &Evidence) -> String {
    let conns = evidence.got.connections().into_iter();
    let lines = conns.map(|conn| {
        let bytes = evidence.got.bytes_of(conn, Who::Server);
        let answer = message(&bytes);
        answer
            .fields()
            .filter(|(name, _)| name.eq_ignore_ascii_case(b"set-cookie"))
            .count()
    });
    match lines.max() {
        Some(most @ 2..) => {
            format!(
                " One answer had {most} lines with Set-Cookie, and each of these lines gives one cookie."
            )
        }
        _ => String::new(),
    }
}

/// What the server said last about the cookie with this name.
pub(super) fn given(evidence: &Evidence, name: &[u8]) -> String {
    let all = all_given(evidence);
    let own = |given: &&Given| split_once(&given.line, b'=').is_some_and(|(own, _)| own == name);
    match all.iter().rfind(own) {
        Some(last) => format!(
            "the last line of the server about this cookie was `{}`, so this request must not contain it",
            shown(&last.line)
        ),
        None => "no server gave you this cookie".to_string(),
    }
}

/// How the line that gave this cookie was spelled, when it was not `Set-Cookie`.
pub(super) fn spelled_otherwise(evidence: &Evidence, pair: &[u8]) -> String {
    let conns = evidence.got.connections().into_iter();
    let answers = conns.map(|conn| evidence.got.bytes_of(conn, Who::Server));
    for bytes in answers {
        let lines = bytes
            .split_inclusive(|&byte| byte == b'\n')
            .filter_map(field);
        let mut givers = lines.filter(|(name, value)| {
            name.eq_ignore_ascii_case(b"Set-Cookie") && value.starts_with(pair)
        });
        if let Some((name, _)) = givers.next().filter(|(name, _)| *name != b"Set-Cookie") {
            return format!(
                " The server gave it in a line with the name `{}`. In the name of a header line, upper and lower \
                 case mean the same.",
                shown(name)
            );
        }
    }
    String::new()
}
