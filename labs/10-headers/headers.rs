//! Lab 10 · Headers · the parser: the bytes between the request line and the empty line in, names and
//! values out, or the rule that was broken. The parser works on bytes: a header need not be text.
//!
//!     field-line   = field-name ":" OWS field-value OWS      RFC 9112 section 5
//!     field-name   = token                                   RFC 9110 section 5.1
//!     field-value  = printable bytes, 80-FF, and between them spaces and tabs    section 5.5

/// A header line, as the parser understood it.
pub struct Field {
    /// In small letters: `hOsT` and `Host` are the same name.
    pub name: Vec<u8>,
    /// The bytes of the value, unchanged, without the spaces and tabs around the value.
    pub value: Vec<u8>,
}

pub const MOST_FIELDS: usize = 100; // a client with 10,000 header lines must not keep the server busy

pub const LINE_END: &str = "a line does not end in CR LF";
pub const BARE_CR: &str = "a CR without its LF";
pub const FOLDED: &str = "a line begins with white space";
pub const NO_COLON: &str = "a line has no colon";
pub const SPACE_BEFORE_COLON: &str = "white space before the colon";
pub const BAD_NAME: &str = "a name is empty or has a forbidden byte";
pub const BAD_VALUE: &str = "a value has a control byte";
pub const NOT_ONE_HOST: &str = "there must be one Host line, and only one";
pub const TOO_MANY: &str = "more header bytes or lines than we want to read";

/// `lines` ends with the empty line. The first broken rule decides the answer. The parser repairs nothing,
/// because two programs that repair a line differently see two different requests.
pub fn parse(lines: &[u8]) -> Result<Vec<Field>, &'static str> {
    let mut fields = Vec::new();
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").ok_or(LINE_END)?;
        if line.is_empty() {
            break;
        }
        if fields.len() == MOST_FIELDS {
            return Err(TOO_MANY);
        }
        fields.push(field(line)?);
    }
    let hosts = fields.iter().filter(|field| field.name == b"host").count();
    if hosts == 1 {
        Ok(fields)
    } else {
        Err(NOT_ONE_HOST)
    }
}

/// One line, without its CR LF.
fn field(line: &[u8]) -> Result<Field, &'static str> {
    if line.contains(&b'\r') {
        return Err(BARE_CR);
    }
    if line.starts_with(b" ") || line.starts_with(b"\t") {
        return Err(FOLDED);
    }
    // The first colon ends the name. All other colons belong to the value.
    let colon = line.iter().position(|byte| *byte == b':').ok_or(NO_COLON)?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);

    if name.ends_with(b" ") || name.ends_with(b"\t") {
        return Err(SPACE_BEFORE_COLON);
    }
    if name.is_empty() || !name.iter().all(|byte| is_token_byte(*byte)) {
        return Err(BAD_NAME);
    }
    if value
        .iter()
        .any(|byte| byte.is_ascii_control() && *byte != b'\t')
    {
        return Err(BAD_VALUE);
    }
    Ok(Field {
        name: name.to_ascii_lowercase(),
        value: without_outer_spaces(value).to_vec(),
    })
}

/// Letters, digits, and fifteen other characters (RFC 9110 section 5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// OWS is spaces and tabs only. A library may call other bytes white space, too; they belong to the value.
pub fn without_outer_spaces(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// The members of a list: separated by commas, without the spaces around them and without empty members
/// (RFC 9110 section 5.6.1). Lines with the same name make one list, in the order of the lines.
pub fn members<'a>(fields: &'a [Field], name: &[u8]) -> Vec<&'a [u8]> {
    let lines = fields.iter().filter(|field| field.name == name);
    let members = lines.flat_map(|field| field.value.split(|byte| *byte == b','));
    members
        .map(without_outer_spaces)
        .filter(|member| !member.is_empty())
        .collect()
}
