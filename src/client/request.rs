//! The parts of a request besides its target.

use super::Part;
use crate::http::url::Web;
use crate::http::write;

/// What the caller wants said.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method; without one it is GET, with a body POST.
    pub method: Option<String>,
    /// Fields, each a name and a value; they take the place of ours of the same name. Without a value
    /// ours is left out.
    pub fields: Vec<(String, Option<String>)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// The value of `Range` after `bytes=`.
    pub range: Option<String>,
    /// Ask for gzip.
    pub gzip: bool,
    /// Ask for the head alone (HEAD).
    pub head_only: bool,
}

impl Request {
    /// The method.
    pub fn method(&self) -> &str {
        match (&self.method, self.head_only, &self.body) {
            (Some(method), _, _) => method,
            (None, true, _) => "HEAD",
            (None, false, Some(_)) => "POST",
            (None, false, None) => "GET",
        }
    }

    /// What is asked where a redirect of this status leads (RFC 9110 section 15.4): after 303, and by
    /// custom after 301 and 302, a POST becomes a GET without a body. A method that was named stays.
    pub(super) fn redirected(&mut self, status: u16) {
        if matches!(status, 301..=303) && self.method() == "POST" || status == 303 {
            self.body = None;
            self.fields.retain(|(name, _)| {
                !["content-type", "content-length"].contains(&name.to_ascii_lowercase().as_str())
            });
        }
    }

    /// The text of a request for one URL. `identity`: we unpack nothing unless we are asked to, and the
    /// parts of a packed body are no parts of the file.
    pub(super) fn text(&self, web: &Web, part: Option<&Part>) -> Vec<u8> {
        let mut text = Vec::new();
        write::request_line(&mut text, self.method(), &web.target);
        let agent = concat!("wirelab/", env!("CARGO_PKG_VERSION"));
        let coding = if self.gzip { "gzip" } else { "identity" };
        let mut ours = vec![
            ("Host", web.authority.to_string()),
            ("User-Agent", agent.to_string()),
            ("Accept", "*/*".to_string()),
            ("Accept-Encoding", coding.to_string()),
        ];
        if let Some(range) = &self.range {
            ours.push(("Range", format!("bytes={range}")));
        }
        if let Some(body) = &self.body {
            let form = "application/x-www-form-urlencoded";
            ours.push(("Content-Type", form.to_string()));
            ours.push(("Content-Length", body.len().to_string()));
        }
        ours.push(("Connection", "close".to_string()));
        let is_replaced = |name: &str| {
            let mut theirs = self.fields.iter();
            theirs.any(|(other, _)| other.eq_ignore_ascii_case(name))
        };
        for (name, value) in ours.iter().filter(|(name, _)| !is_replaced(name)) {
            write::field(&mut text, name, value.as_bytes());
        }
        for (name, value) in &self.fields {
            if let Some(value) = value {
                write::field(&mut text, name, value.as_bytes());
            }
        }
        if let Some(part) = part {
            let rest = format!("bytes={}-", part.have);
            write::field(&mut text, "Range", rest.as_bytes());
            write::field(&mut text, "If-Range", &part.validator);
        }
        write::end(&mut text);
        text.extend_from_slice(self.body.as_deref().unwrap_or_default());
        text
    }
}
