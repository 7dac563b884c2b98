//! The options of `fetch` that change the request. They have the same names as curl's.

use super::super::WrongUse;
use super::super::wire_file;
use std::ffi::OsStr;
use std::io;
use wirelab::client::Request;

/// What the options say, as text.
#[derive(Default)]
pub struct Words<'a> {
    /// `-X`
    pub method: Option<&'a str>,
    /// `-H`, each
    pub fields: Vec<&'a str>,
    /// `-d` and `--data-binary`, each with its option
    pub data: Vec<(&'a str, &'a str)>,
    /// `-r`
    pub range: Option<&'a str>,
    /// `-A`
    pub agent: Option<&'a str>,
    /// `-I`
    pub head_only: bool,
    /// `--compressed`
    pub compressed: bool,
}

/// The request that they describe.
pub fn request(words: &Words) -> Result<Request, WrongUse> {
    let mut request = Request {
        head_only: words.head_only,
        gzip: words.compressed,
        ..Request::default()
    };
    if let Some(method) = words.method {
        if !is_token(method) {
            return Err(WrongUse(format!("-X takes a method, not `{method}`")));
        }
        request.method = Some(method.to_string());
    }
    for field in &words.fields {
        request.fields.push(parse_field(field)?);
    }
    if let Some(agent) = words.agent {
        request.fields.push(checked("User-Agent", Some(agent))?);
    }
    if let Some(range) = words.range {
        let good = range
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"-,".contains(&byte));
        let backwards = |part: &str| {
            let ends = part.split_once('-');
            let ends = ends.map(|(a, b)| (a.parse::<u64>(), b.parse::<u64>()));
            matches!(ends, Some((Ok(first), Ok(last))) if first > last)
        };
        if !good || !range.contains('-') || range.split(',').any(backwards) {
            return Err(WrongUse(format!(
                "-r takes a range such as 0-99, not `{range}`"
            )));
        }
        request.range = Some(range.to_string());
    }
    if !words.data.is_empty() {
        let parts: Result<Vec<Vec<u8>>, WrongUse> = words
            .data
            .iter()
            .map(|(option, it)| data(option, it))
            .collect();
        request.body = Some(parts?.join(&b'&'));
    }
    Ok(request)
}

/// `Name: value`; `Name:` leaves ours out; `Name;` has no value.
fn parse_field(text: &str) -> Result<(String, Option<String>), WrongUse> {
    if let Some((name, value)) = text.split_once(':') {
        let value = value.trim();
        return checked(name, (!value.is_empty()).then_some(value));
    }
    match text.strip_suffix(';') {
        Some(name) => checked(name, Some("")),
        None => Err(WrongUse(format!("-H takes `Name: value`, not `{text}`"))),
    }
}

fn checked(name: &str, value: Option<&str>) -> Result<(String, Option<String>), WrongUse> {
    if !is_token(name) {
        return Err(WrongUse(format!("`{name}` is not a field name")));
    }
    if value.is_some_and(|value| value.contains(char::is_control)) {
        let what = format!("the value of {name} contains a control character: leave it out");
        return Err(WrongUse(what));
    }
    Ok((name.to_string(), value.map(str::to_string)))
}

/// RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// The data itself, or with `@` the content of a file; `-d` leaves its line ends out, as curl does.
fn data(option: &str, text: &str) -> Result<Vec<u8>, WrongUse> {
    let Some(name) = text.strip_prefix('@') else {
        return Ok(text.as_bytes().to_vec());
    };
    let content = wire_file::bytes_of(OsStr::new(name));
    let content = content.map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::FileTooLarge => wire_file::too_long(),
            _ => error.to_string(),
        };
        WrongUse(format!("{option} @{name}: {why}"))
    })?;
    let keep = |byte: &u8| option != "-d" || !matches!(byte, b'\r' | b'\n');
    Ok(content.into_iter().filter(keep).collect())
}

/// The last part of the path of a URL, for `-O`.
pub fn remote_name(url: &str) -> Result<&str, WrongUse> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let name = path.split_once('/').map(|(_, path)| path);
    let name = name
        .and_then(|path| path.rsplit('/').next())
        .unwrap_or_default();
    match name {
        "" | "." | ".." => Err(WrongUse(format!("{url} names no file: use -o FILE"))),
        name => Ok(name),
    }
}
