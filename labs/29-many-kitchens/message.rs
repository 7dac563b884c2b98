//! Lab 29 · Many kitchens · one request or one answer. Each byte of a head becomes one `char`, so
//! that we can write the same bytes again.

/// A message in memory.
pub struct Message {
    /// `GET / HTTP/1.1`, `HTTP/1.1 200 OK`.
    pub start: String,
    /// Names and values, in order.
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    /// The first word: the method of a request.
    pub fn method(&self) -> &str {
        self.start.split(' ').next().unwrap_or_default()
    }

    /// The values of all fields with this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a str> {
        let fields = self
            .fields
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        fields.map(|(_, value)| value.as_str())
    }
}
