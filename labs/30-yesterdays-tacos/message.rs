//! Lab 30 · Yesterday's tacos · one request or one answer.

/// A message in memory.
#[derive(Clone)]
pub struct Message {
    /// `GET /menu HTTP/1.1`, `HTTP/1.1 200 OK`.
    pub start: String,
    /// Names and values, in order.
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the message has a length, so that we notice an incomplete body.
    pub measured: bool,
}

impl Message {
    /// The first value of this field.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The elements of a list, from all lines with this name: `max-age=60`, `private`.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.fields.iter();
        let lines = lines.filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        lines.flat_map(|(_, value)| value.split(',').map(str::trim))
    }

    /// The method: the first word of a request.
    pub fn method(&self) -> &str {
        self.start.split(' ').next().unwrap_or_default()
    }

    /// The status of an answer; 0 for a request.
    pub fn status(&self) -> u16 {
        let word = self
            .start
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3));
        word.and_then(|word| word.parse().ok()).unwrap_or(0)
    }

    /// Removes `Connection`, and the fields whose names are in it: they are for one connection only.
    pub fn without_connection(mut self) -> Message {
        let named: Vec<String> = self
            .list("connection")
            .map(str::to_ascii_lowercase)
            .collect();
        self.fields.retain(|(name, _)| {
            let name = name.to_ascii_lowercase();
            name != "connection" && !named.contains(&name)
        });
        self
    }

    /// The bytes of the message, then these lines, and `Connection: close` as the last line.
    pub fn to_bytes(&self, more: &str) -> Vec<u8> {
        let mut head = format!("{}\r\n", self.start);
        for (name, value) in &self.fields {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("{more}Connection: close\r\n\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}
