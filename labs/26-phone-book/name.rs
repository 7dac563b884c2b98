//! Lab 26 · The phone book · names in messages (RFC 1035 sections 3.1 and 4.1.4). A name consists of labels.
//! Each label stands after its length, and the length 0 ends the name. In place of a length there may be a pointer:
//! the rest of the name stands earlier in the same message.

const LONGEST: usize = 255; // bytes of a name, with all lengths and the final 0
const POINTER: u8 = 0xc0; // the two highest bits of a length: 11 is a pointer, 00 a label of at most 63 bytes

/// Reads the name at `at`. Returns its labels with their lengths, in small letters and without pointers, and the
/// place after the name.
pub fn read(message: &[u8], at: usize) -> Result<(Vec<u8>, usize), String> {
    let outside = || "a name goes on behind the end of the message".to_string();
    let (mut name, mut end) = (Vec::new(), None);
    let (mut next, mut earliest) = (at, at);
    loop {
        let length = *message.get(next).ok_or_else(outside)?;
        match length & POINTER {
            POINTER => {
                let low = *message.get(next + 1).ok_or_else(outside)?;
                let target = usize::from(length & !POINTER) << 8 | usize::from(low);
                // Each pointer must point to a byte before the targets of all earlier pointers, so we follow no pointer
                // twice.
                if target >= earliest {
                    return Err(format!(
                        "the pointer at byte {next} leads to {target}, and not to the front"
                    ));
                }
                end.get_or_insert(next + 2);
                (next, earliest) = (target, target);
            }
            0 => {
                let label = message
                    .get(next..=next + usize::from(length))
                    .ok_or_else(outside)?;
                name.extend(label.to_ascii_lowercase()); // a length (at most 63) is not a letter
                next += label.len();
                if name.len() > LONGEST {
                    return Err(format!("a name has more than {LONGEST} bytes"));
                }
                if length == 0 {
                    return Ok((name, end.unwrap_or(next)));
                }
            }
            _ => {
                return Err(format!(
                    "the length {length} at byte {next} is neither a label's nor a pointer"
                ));
            }
        }
    }
}

/// `tacos.example` becomes `05 tacos 07 example 00`. None: the text is not a name.
pub fn write(text: &str) -> Option<Vec<u8>> {
    let mut name = Vec::new();
    for label in text.strip_suffix('.').unwrap_or(text).split('.') {
        let length = u8::try_from(label.len())
            .ok()
            .filter(|length| (1..=63).contains(length))?;
        name.push(length);
        name.extend(label.as_bytes());
    }
    name.push(0);
    (name.len() <= LONGEST).then_some(name)
}

/// The name as a text: `tacos.example`.
#[allow(dead_code)] // the server writes it into its log; the client does not
pub fn text(name: &[u8]) -> String {
    let (mut text, mut rest) = (String::new(), name);
    while let Some((&length @ 1.., behind)) = rest.split_first() {
        let (label, more) = behind
            .split_at_checked(usize::from(length))
            .unwrap_or((behind, &[]));
        text += &format!("{}.", label.escape_ascii());
        rest = more;
    }
    text.pop();
    text
}
