//! Lab 29 · Many kitchens · the changes in a message before the balancer sends it on.

use crate::message::Message;

impl Message {
    /// Removes these fields, `Connection`, and the fields whose names are in `Connection`.
    pub fn without(mut self, names: &[&str]) -> Message {
        let named = self.all("connection").flat_map(|value| value.split(','));
        let mut gone: Vec<String> = named.map(|name| name.trim().to_string()).collect();
        gone.extend(names.iter().map(ToString::to_string));
        gone.push("connection".to_string());
        self.fields
            .retain(|(name, _)| !gone.iter().any(|other| other.eq_ignore_ascii_case(name)));
        self
    }

    /// Its bytes, with `Connection: close` as the last line.
    pub fn to_bytes(&self) -> Vec<u8> {
        let fields = self
            .fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let head = format!(
            "{}\r\n{}Connection: close\r\n\r\n",
            self.start,
            fields.collect::<String>()
        );
        head.chars()
            .map(|byte| byte as u8)
            .chain(self.body.iter().copied())
            .collect()
    }
}
