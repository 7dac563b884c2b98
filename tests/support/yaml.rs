//! A strict reader of the part of YAML 1.2 that files for CI services need: maps, lists, plain and quoted texts,
//! lists in brackets, and `|` blocks.
//!
//! Rule: what it does not know (tabs, anchors, tags, folded blocks, braces, a key twice) is an error with its
//! line, so a file that it reads means the same to every reader of YAML.

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yaml {
    /// Keys in their order.
    Map(Vec<(String, Yaml)>),
    /// `- item`, or `[item, item]`.
    List(Vec<Yaml>),
    /// Everything else.
    Text(String),
}

impl Yaml {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        match self {
            Yaml::Map(pairs) => pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text at a path of keys.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        let found = path.iter().try_fold(self, |value, key| value.get(key))?;
        match found {
            Yaml::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; of anything else none.
    pub fn items(&self) -> &[Yaml] {
        match self {
            Yaml::List(items) => items,
            _ => &[],
        }
    }

    /// The pairs of a map; of anything else none.
    pub fn pairs(&self) -> &[(String, Yaml)] {
        match self {
            Yaml::Map(pairs) => pairs,
            _ => &[],
        }
    }
}

/// Reads a document. Errors: the number of a line, and what is wrong there.
pub fn parse(text: &str) -> Result<Yaml, String> {
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.contains('\t') {
            return Err(format!("line {}: a tab", index + 1));
        }
        let indent = line.len() - line.trim_start().len();
        lines.push(Line {
            number: index + 1,
            indent,
            text: line.trim().to_string(),
        });
    }
    let mut reader = Reader { lines, next: 0 };
    let value = reader.value(0)?;
    match reader.peek() {
        Some(line) => Err(format!("line {}: not expected here", line.number)),
        None => Ok(value),
    }
}

#[derive(Clone)]
struct Line {
    number: usize,
    indent: usize,
    text: String,
}

struct Reader {
    lines: Vec<Line>,
    next: usize,
}

impl Reader {
    /// The next line that holds something.
    fn peek(&mut self) -> Option<Line> {
        while let Some(line) = self.lines.get(self.next) {
            if !line.text.is_empty() && !line.text.starts_with('#') {
                return Some(line.clone());
            }
            self.next += 1;
        }
        None
    }

    /// The map or list whose lines have at least this indent.
    fn value(&mut self, least: usize) -> Result<Yaml, String> {
        let Some(first) = self.peek().filter(|line| line.indent >= least) else {
            return Err("a key without a value".to_string());
        };
        let indent = first.indent;
        if first.text.starts_with("- ") {
            let mut items = Vec::new();
            while let Some(line) = self.peek().filter(|line| line.indent == indent) {
                let Some(rest) = line.text.strip_prefix("- ") else {
                    break;
                };
                items.push(self.item(&line, rest)?);
            }
            return Ok(Yaml::List(items));
        }
        let mut pairs: Vec<(String, Yaml)> = Vec::new();
        while let Some(line) = self.peek().filter(|line| line.indent == indent) {
            let (key, rest) = key(&line.text).ok_or(format!("line {}: no key", line.number))?;
            if pairs.iter().any(|(known, _)| known == key) {
                return Err(format!("line {}: {key} twice", line.number));
            }
            let (key, rest) = (key.to_string(), rest.to_string());
            self.next += 1;
            let value = self.after_key(&line, &rest)?;
            pairs.push((key, value));
        }
        Ok(Yaml::Map(pairs))
    }

    /// What stands behind `- `: a text, a block, or a map that goes on in the next lines.
    fn item(&mut self, line: &Line, rest: &str) -> Result<Yaml, String> {
        if rest == "|" || key(rest).is_none() {
            self.next += 1;
            return self.after_key(line, rest);
        }
        // The map's first key stands two columns further, like the others.
        if let Some(here) = self.lines.get_mut(self.next) {
            here.indent += 2;
            here.text = rest.to_string();
        }
        self.value(line.indent + 2)
    }

    fn after_key(&mut self, line: &Line, rest: &str) -> Result<Yaml, String> {
        match rest {
            "" => self.value(line.indent + 1),
            "|" => Ok(Yaml::Text(self.block(line.indent))),
            _ => scalar(rest).map_err(|why| format!("line {}: {why}", line.number)),
        }
    }

    /// The lines of a `|` block: those that are deeper than its key.
    fn block(&mut self, above: usize) -> String {
        let mut text = String::new();
        let mut own = None;
        while let Some(line) = self.lines.get(self.next) {
            if !line.text.is_empty() && line.indent <= above {
                break;
            }
            let own = *own.get_or_insert(line.indent);
            text += &" ".repeat(line.indent.saturating_sub(own));
            text += &line.text;
            text.push('\n');
            self.next += 1;
        }
        text.trim_end().to_string() + "\n"
    }
}

/// `key: rest`, or `key:`.
fn key(text: &str) -> Option<(&str, &str)> {
    let (key, rest) = text
        .split_once(": ")
        .or(text.strip_suffix(':').map(|key| (key, "")))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (!key.is_empty() && key.chars().all(plain)).then_some((key, rest.trim()))
}

fn scalar(text: &str) -> Result<Yaml, String> {
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or("[ without ]")?;
        let items = inner.split(',').map(|item| scalar(item.trim()));
        return items.collect::<Result<Vec<_>, _>>().map(Yaml::List);
    }
    if let Some(inner) = text.strip_prefix('"') {
        let inner = inner.strip_suffix('"').ok_or("a quote without its end")?;
        return match inner.contains(['"', '\\']) {
            true => Err("a quoted text with a quote or a backslash in it".to_string()),
            false => Ok(Yaml::Text(inner.to_string())),
        };
    }
    let strange = text.starts_with(|c: char| "&*!|>'%@`{}],#?-".contains(c));
    if strange
        || text.is_empty()
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
    {
        return Err(format!("not a plain text: {text}"));
    }
    Ok(Yaml::Text(text.to_string()))
}
