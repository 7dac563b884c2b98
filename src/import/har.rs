//! HAR (HTTP Archive 1.2), as browsers and proxies save it: turns requests and answers into a transcript.
//!
//! Rule 1: a HAR contains values, not bytes, so the messages are written again from the values. Each request
//! becomes a connection of its own, in the order of the start times, and the first note says so.
//! Rule 2: a HAR has bodies unpacked and whole. So `Content-Encoding` and `Transfer-Encoding` are left out, and
//! `Content-Length` is the length of the unpacked body. A body that is not in the file becomes a mask.

use crate::plural::count_of;
use std::time::Duration;

use super::ImportError;
use crate::json::Json;
use crate::limits;
use crate::wire::{Conn, Event, Gap, Mask, Transcript, Who, recording_info};

const WRITTEN_ANEW: &str =
    "from a HAR file: the text of requests and answers is written again from its values";

/// The conversations in a HAR file.
pub fn transcript(bytes: &[u8]) -> Result<Transcript, ImportError> {
    let har = Json::parse(bytes, limits::MAX_NESTING).map_err(ImportError::Json)?;
    let entries = har.get("log").and_then(|log| log.get("entries"));
    let entries = entries
        .ok_or(ImportError::NotHar)?
        .list()
        .unwrap_or_default();
    let mut entries: Vec<Entry> = entries.iter().filter_map(Entry::of).collect();
    // A stable order: those without a time stay where they are.
    entries.sort_by_key(|entry| entry.start.unwrap_or_default());
    let Some(first) = entries.first() else {
        return Err(ImportError::NoEntries);
    };
    let mut transcript = Transcript::new();
    transcript.push_heading("wire", "1");
    transcript.push_heading("seen-by", "har");
    recording_info::push_headings(&mut transcript, first.start, None, None);
    transcript.push_note(WRITTEN_ANEW);
    let mut now = first.start.unwrap_or_default();
    for (at, entry) in entries.iter().enumerate() {
        let conn = Conn::try_from(at + 1).unwrap_or(Conn::MAX);
        if at > 0 {
            let start = entry.start.unwrap_or(now);
            transcript.push_gap(Gap::Exactly(start.saturating_sub(now)));
            now = now.max(start);
        }
        entry.write(&mut transcript, conn);
        now += entry.took;
    }
    Ok(transcript)
}

/// One request with its answer.
struct Entry<'a> {
    request: &'a Json,
    response: &'a Json,
    /// Since 1970-01-01 00:00 UTC.
    start: Option<Duration>,
    took: Duration,
}

/// A body, or how long it is.
enum Body {
    Bytes(Vec<u8>),
    Missing(u64),
}

impl Body {
    fn length(&self) -> u64 {
        match self {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::Missing(length) => *length,
        }
    }
}

impl Entry<'_> {
    fn of(entry: &Json) -> Option<Entry<'_>> {
        let millis = entry.get("time").and_then(Json::number).unwrap_or(0.0);
        let start = entry.get("startedDateTime").and_then(Json::text);
        Some(Entry {
            request: entry.get("request")?,
            response: entry.get("response")?,
            start: start.and_then(started),
            took: Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default(),
        })
    }

    fn write(&self, transcript: &mut Transcript, conn: Conn) {
        let text = |value: &Json, name: &str| {
            let text = value.get(name).and_then(Json::text).unwrap_or_default();
            text.to_string()
        };
        let (target, host) = target_of(&text(self.request, "url"));
        let version = text(self.request, "httpVersion");
        transcript.push_event(conn, Who::Client, Event::Connect);
        if !version.is_empty() && !version.eq_ignore_ascii_case("HTTP/1.1") {
            transcript.push_note(&format!("this request was made in {version}"));
        }
        let line = format!("{} {target} HTTP/1.1\r\n", text(self.request, "method"));
        let body = request_body(self.request);
        let asked = head(
            &line,
            self.request,
            Some(&host),
            (body.length() > 0).then_some(&body),
        );
        say(transcript, conn, Who::Client, &asked, &body);
        let status = self
            .response
            .get("status")
            .and_then(Json::number)
            .unwrap_or(0.0);
        if status < 100.0 {
            transcript.push_gap(Gap::Exactly(self.took));
            transcript.push_note("there was no answer");
            return transcript.push_event(conn, Who::Client, Event::Rst);
        }
        transcript.push_gap(Gap::Exactly(self.took));
        let line = format!(
            "HTTP/1.1 {status} {}\r\n",
            text(self.response, "statusText")
        );
        let no_body = self.request.get("method").and_then(Json::text) == Some("HEAD")
            || matches!(status as u16, 204 | 304);
        let body = match no_body {
            true => Body::Bytes(Vec::new()),
            false => response_body(self.response),
        };
        let answered = head(&line, self.response, None, (!no_body).then_some(&body));
        say(transcript, conn, Who::Server, &answered, &body);
        transcript.push_event(conn, Who::Server, Event::Fin);
        transcript.push_event(conn, Who::Client, Event::Fin);
    }
}

fn say(transcript: &mut Transcript, conn: Conn, who: Who, head: &[u8], body: &Body) {
    transcript.push_bytes(conn, who, head);
    match body {
        Body::Bytes(bytes) => transcript.push_bytes(conn, who, bytes),
        Body::Missing(0) => {}
        Body::Missing(bytes) => {
            let (min, max) = (*bytes, *bytes);
            transcript.push_note(&format!(
                "the HAR file leaves out this body of {}",
                count_of(min, "byte")
            ));
            transcript.push_mask(conn, who, Mask::Bytes { min, max });
        }
    }
}

/// The start line, the fields and the empty line. With a body, `Content-Length` says how long it is.
fn head(line: &str, message: &Json, host: Option<&str>, body: Option<&Body>) -> Vec<u8> {
    let mut head = without_line_ends(line.trim_end());
    head.push_str("\r\n");
    let headers = message
        .get("headers")
        .and_then(Json::list)
        .unwrap_or_default();
    let mut has_host = false;
    for header in headers {
        let part = |name: &str| header.get(name).and_then(Json::text).unwrap_or_default();
        let (name, value) = (part("name"), part("value"));
        let lower = name.to_ascii_lowercase();
        let ours = ["content-encoding", "transfer-encoding"].contains(&lower.as_str())
            || lower == "content-length" && body.is_some();
        // `:authority` and its kin belong to HTTP/2.
        if name.is_empty() || name.starts_with(':') || ours {
            continue;
        }
        has_host |= lower == "host";
        // Chrome joins the values of a field that came several times with line ends.
        for value in value.split('\n') {
            head.push_str(&format!(
                "{}: {}\r\n",
                without_line_ends(name),
                without_line_ends(value)
            ));
        }
    }
    if let Some(host) = host.filter(|_| !has_host) {
        head.push_str(&format!("Host: {}\r\n", without_line_ends(host)));
    }
    if let Some(body) = body {
        head.push_str(&format!("Content-Length: {}\r\n", body.length()));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// A value of the file must not end a line.
fn without_line_ends(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn request_body(request: &Json) -> Body {
    let data = request.get("postData").and_then(|data| data.get("text"));
    let size = request
        .get("bodySize")
        .and_then(Json::number)
        .unwrap_or(0.0);
    match data.and_then(Json::text) {
        Some(text) => Body::Bytes(text.as_bytes().to_vec()),
        None => Body::Missing(size.max(0.0) as u64),
    }
}

fn response_body(response: &Json) -> Body {
    let Some(content) = response.get("content") else {
        return Body::Missing(0);
    };
    let size = content.get("size").and_then(Json::number).unwrap_or(0.0);
    let encoding = content.get("encoding").and_then(Json::text);
    let text = content.get("text").and_then(Json::text);
    match (text, encoding) {
        (Some(text), Some("base64")) => match base64(text) {
            Some(bytes) => Body::Bytes(bytes),
            None => Body::Missing(size.max(0.0) as u64),
        },
        (Some(text), _) => Body::Bytes(text.as_bytes().to_vec()),
        (None, _) => Body::Missing(size.max(0.0) as u64),
    }
}

/// The target and the host of a URL: `/menu?x=1` and `tacos.example:8080`.
fn target_of(url: &str) -> (String, String) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(at);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let target = match target.starts_with('/') {
        true => target.to_string(),
        false => format!("/{target}"),
    };
    (target, host.to_string())
}

/// RFC 3339 with any offset: `2026-11-23T08:49:37.123+01:00`.
fn started(text: &str) -> Option<Duration> {
    if text.ends_with('Z') {
        return recording_info::moment_from(text);
    }
    let at = text.len().checked_sub(6)?;
    let (time, offset) = text.split_at_checked(at)?;
    let time = recording_info::moment_from(&format!("{time}Z"))?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let minutes = hours.parse::<u64>().ok()? * 60 + minutes.parse::<u64>().ok()?;
    let offset_by = Duration::from_secs(minutes * 60);
    match offset.starts_with('-') {
        true => Some(time + offset_by),
        false => time.checked_sub(offset_by),
    }
}

/// RFC 4648 section 4; line ends are passed over.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for digit in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}
