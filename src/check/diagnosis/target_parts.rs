//! The target of a request: a part of the URL is lost, added, decoded, or taken for another part.

use super::valid_but_different::differing;
use super::{Cause, Evidence, request_details, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{Message, is_request, message};

/// Method and target of a request.
pub(super) fn words<'a>(request: &Message<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let mut words = request.first_line().split(|&byte| byte == b' ');
    Some((words.next()?, words.next()?))
}

/// A query is taken for a part of the file's name.
pub(super) fn query_in_name(evidence: &Evidence) -> Option<Cause> {
    let (exchange, want, have) = differing(evidence)?;
    let target = exchange.request()?.target()?;
    let encoded = target.contains(&b'%');
    (want == 200 && have == 404 && target.contains(&b'?') && !encoded).then_some(())?;
    Cause::in_case(
        "server",
        format!(
            "the target `{}` names a file that exists, but you answered {have}. Probably you took the query for a part \
             of the name. The query begins at the `?`. Cut it off before you look for the file.",
            shown(target)
        ),
    )
}

/// The target of a request lost a part, or was changed.
pub(super) fn other_part(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence
        .exchange()
        .filter(|_| evidence.side() == Side::Client)?;
    let (want, have) = (words(&exchange.want)?, words(&exchange.have)?);
    let differs = want.0 == have.0 && want.1 != have.1;
    let in_target = evidence.line().starts_with(want.0) && have.1.starts_with(b"/");
    (differs && in_target && is_request(&evidence.have().bytes)).then_some(())?;
    let place = want
        .1
        .iter()
        .zip(have.1)
        .take_while(|(a, b)| a == b)
        .count();
    let host = exchange.have.field("Host").unwrap_or_default();
    let arg = evidence
        .expectation
        .script
        .heading("arg")
        .unwrap_or_default();
    let fragment = arg
        .split_once('#')
        .is_some_and(|(before, _)| !before.contains('?'));
    let why = match (want.1.get(place), have.1.get(place)) {
        (Some(b'?'), None) if host.contains(&b'?') => {
            "the query stands in your Host line. The host of a URL ends at the next `/` or `?`".to_string()
        }
        (Some(b'?'), None) => "the query, which begins at the `?`, is lost".to_string(),
        (None, Some(b'?')) if fragment => {
            "in this URL the `?` stands after the `#`. So the `?` belongs to the fragment, and does not begin a query".to_string()
        }
        (None, Some(b'?')) => "a query is added".to_string(),
        (_, Some(_)) if keeps_the_query(evidence, have.1) => {
            "your target begins with the query of the request before. The folder of a path ends at the last `/` before \
             the `?`"
                .to_string()
        }
        _ if have.1.windows(2).any(|two| two == b"/.") => {
            "a client must resolve the dots in a path before it sends the path".to_string()
        }
        _ if have.1.contains(&b'%') && !want.1.contains(&b'%') => {
            "you encoded characters that a path may contain".to_string()
        }
        // Only a URL has parts that can be lost; another file is another file.
        _ if !evidence.expectation.script.heading("arg")?.contains("://") => return None,
        _ => request_details::changed_target(want.1, have.1)?,
    };
    Cause::likely(format!(
        "your request asks for `{}`, but `{}` was expected: {why}.",
        shown(have.1),
        shown(want.1)
    ))
}

/// Whether the target of the request before, with a part of its query, stands in front of this one.
fn keeps_the_query(evidence: &Evidence, target: &[u8]) -> bool {
    let before = evidence.said_before();
    let before = message(&before).target().unwrap_or_default();
    let query = before.iter().position(|&byte| byte == b'?');
    query.is_some_and(|at| target.get(..=at + 1) == before.get(..=at + 1))
}

/// A target lost encoded bytes, and is no other file.
pub(super) fn changed_percents(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence
        .exchange()
        .filter(|_| evidence.side() == Side::Client)?;
    let (want, have) = (words(&exchange.want)?, words(&exchange.have)?);
    let percents = |target: &[u8]| target.iter().filter(|&&byte| byte == b'%').count();
    let fewer = want.0 == have.0 && percents(have.1) < percents(want.1);
    let raw = have.1.iter().any(|byte| !byte.is_ascii());
    (fewer && raw).then_some(())?;
    Cause::likely(format!(
        "your target is `{}`, but `{}` was expected. The URL contains encoded bytes such as `%C3`, and you decoded \
         them. A client sends encoded bytes as they are, and the server decodes them.",
        shown(have.1),
        shown(want.1)
    ))
}
