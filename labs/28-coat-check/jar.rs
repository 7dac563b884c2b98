//! Lab 28 · The coat-check ticket · the cookies that a client stores, and their paths.
//!
//! A jar has the cookies of one host, for all ports (RFC 6265 section 8.5).

/// The cookies of one host.
#[derive(Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
}

struct Cookie {
    name: String,
    value: String,
    path: String,
}

impl Jar {
    /// Stores the cookie of a `Set-Cookie` line from the answer to a request for `asked` (RFC 6265 sections 5.2 and
    /// 5.3).
    pub fn put(&mut self, set_cookie: &str, asked: &str) {
        let mut parts = set_cookie.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let attributes: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).collect();
        let attribute = |name: &str| {
            let same = |pair: &&(&str, &str)| pair.0.eq_ignore_ascii_case(name);
            attributes.iter().rfind(same).map(|(_, value)| *value)
        };
        let path = match attribute("path") {
            Some(path) if path.starts_with('/') => path.to_string(),
            _ => default_path(asked).to_string(),
        };
        let lives = attribute("max-age").and_then(|seconds| seconds.parse::<i64>().ok());
        let ends = lives.is_some_and(|seconds| seconds <= 0);
        let (name, value) = (name.to_string(), value.to_string());
        // The same name and the same path: the new value replaces the old value.
        let same = |old: &Cookie| old.name == name && old.path == path;
        match self.cookies.iter().position(same) {
            Some(at) if ends => drop(self.cookies.remove(at)),
            Some(at) => self.cookies[at].value = value,
            None if ends => {}
            None => self.cookies.push(Cookie { name, value, path }),
        }
        // Longer paths first; if two paths have the same length, the older cookie first (section 5.4).
        self.cookies
            .sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
    }

    /// The line `Cookie: …` for a request, or an empty text if there is no cookie for this path.
    pub fn line_for(&self, path: &str) -> String {
        let fits = |cookie: &&Cookie| matches(path, &cookie.path);
        let pair = |cookie: &Cookie| format!("{}={}", cookie.name, cookie.value);
        let pairs: Vec<String> = self.cookies.iter().filter(fits).map(pair).collect();
        match pairs.is_empty() {
            true => String::new(),
            false => format!("Cookie: {}\r\n", pairs.join("; ")),
        }
    }
}

/// `/kitchen` covers `/kitchen` and `/kitchen/oven`, but not `/kitchens` (RFC 6265 section 5.1.4).
fn matches(path: &str, covers: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let rest = path.strip_prefix(covers);
    rest.is_some_and(|rest| rest.is_empty() || covers.ends_with('/') || rest.starts_with('/'))
}

/// The path up to its last slash (RFC 6265 section 5.1.4).
fn default_path(asked: &str) -> &str {
    match asked.rfind('/') {
        None | Some(0) => "/",
        Some(end) => &asked[..end],
    }
}
