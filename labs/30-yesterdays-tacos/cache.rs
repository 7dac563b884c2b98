//! Lab 30 · Yesterday's tacos · the stored answers, each with values of its request.

use crate::message::Message;

const MOST: usize = 100; // answers: with one more answer, we delete the oldest

/// A stored answer.
#[derive(Clone)]
pub struct Stored {
    key: String,
    /// The names in `Vary`, and the values of these fields in the request. `None`: the request had no such field.
    varies: Vec<(String, Option<String>)>,
    pub answer: Message,
    /// The time when the answer came, in seconds since 1970.
    pub at: i64,
}

/// All stored answers, the newest last.
#[derive(Default)]
pub struct Cache(Vec<Stored>);

/// The URL, with the host: the same path of a different host is a different page (RFC 9111, section 2).
pub fn key(request: &Message) -> String {
    let host = request.get("host").unwrap_or_default().to_ascii_lowercase();
    format!(
        "{host}{}",
        request.start.split(' ').nth(1).unwrap_or_default()
    )
}

impl Stored {
    pub fn new(request: &Message, answer: Message, at: i64) -> Stored {
        let value = |name: &str| (name.to_string(), request.get(name).map(str::to_string));
        Stored {
            key: key(request),
            varies: answer.list("vary").map(value).collect(),
            answer,
            at,
        }
    }

    /// Whether the answer fits this request: the same URL, and the same values of all fields in `Vary` (section 4.1).
    fn fits(&self, request: &Message) -> bool {
        let same = |(name, value): &(String, Option<String>)| request.get(name) == value.as_deref();
        self.key == key(request) && self.varies.iter().all(same)
    }

    /// The fields of a 304 replace the stored fields with the same names (section 4.3.4).
    pub fn refresh(&mut self, fresh: &Message, at: i64) {
        self.answer.fields.retain(|(name, _)| {
            name.eq_ignore_ascii_case("content-length")
                || fresh.get(name).is_none() && !name.eq_ignore_ascii_case("age")
        });
        let news = fresh
            .fields
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
        self.answer.fields.extend(news.cloned());
        self.at = at;
    }
}

impl Cache {
    /// The newest stored answer for this request.
    pub fn find(&self, request: &Message) -> Option<Stored> {
        self.0
            .iter()
            .rev()
            .find(|stored| stored.fits(request))
            .cloned()
    }

    /// Stores an answer in place of an older answer for the same request.
    pub fn put(&mut self, request: &Message, stored: Stored) {
        self.0.retain(|old| !old.fits(request));
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(stored);
    }

    /// Deletes all answers of this URL, because a request has changed the page (section 4.4).
    pub fn forget(&mut self, request: &Message) {
        let key = key(request);
        self.0.retain(|stored| stored.key != key);
    }
}
