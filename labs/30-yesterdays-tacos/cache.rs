//! Lab 30 · Yesterday's tacos · what is stored: each answer with the request that it belongs to.

use crate::message::Message;

const MOST: usize = 100; // answers; then the oldest one goes

/// A stored answer.
#[derive(Clone)]
pub struct Stored {
    key: String,
    /// The fields that `Vary` names, and their values in the request; without a value where the request had none.
    varies: Vec<(String, Option<String>)>,
    pub answer: Message,
    /// When it came, in seconds since 1970.
    pub at: i64,
}

/// All stored answers, the newest last.
#[derive(Default)]
pub struct Cache(Vec<Stored>);

/// The whole URL: the same path of another host is another page (RFC 9111, section 2).
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

    /// Whether it answers this request: the same URL, and the same values of all fields that `Vary` names (section
    /// 4.1).
    fn fits(&self, request: &Message) -> bool {
        let same = |(name, value): &(String, Option<String>)| request.get(name) == value.as_deref();
        self.key == key(request) && self.varies.iter().all(same)
    }

    /// Takes over the fields of a 304: they replace those of the same name (section 4.3.4).
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

    /// Stores an answer in the place of an older one for the same request.
    pub fn put(&mut self, request: &Message, stored: Stored) {
        self.0.retain(|old| !old.fits(request));
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(stored);
    }

    /// Forgets everything of this URL: somebody has changed what is there (section 4.4).
    pub fn forget(&mut self, request: &Message) {
        let key = key(request);
        self.0.retain(|stored| stored.key != key);
    }
}
