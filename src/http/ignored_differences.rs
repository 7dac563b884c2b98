//! What may differ between two messages that count as the same.

/// What may differ between two messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// A value that is another one each time: see `volatile`.
    Volatile,
    /// The order of fields with different names.
    Order,
    /// Upper and lower case of a field's name.
    NameCase,
    /// The same moment in another of the three formats.
    DateFormat,
    /// The text after the status code.
    Reason,
    /// Where a chunked body is cut.
    Chunks,
    /// A field too many.
    Extra,
    /// A field too few.
    Missing,
    /// The value of a field.
    Value,
    /// The request line, or version and status.
    StartLine,
    /// The bytes of a body.
    Body,
    /// The number of messages.
    Count,
}

/// What becomes of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerance {
    /// The difference.
    pub aspect: Aspect,
    /// In a few words.
    pub words: &'static str,
    /// Whether the messages count as the same.
    pub accepted: bool,
    /// Whether it is reported.
    pub reported: bool,
}

const fn tolerance(aspect: Aspect, words: &'static str, verdict: (bool, bool)) -> Tolerance {
    let (accepted, reported) = verdict;
    Tolerance {
        aspect,
        words,
        accepted,
        reported,
    }
}

const SILENT: (bool, bool) = (true, false);
const REPORTED: (bool, bool) = (true, true);
const REFUSED: (bool, bool) = (false, true);

/// All differences.
pub const TOLERANCES: [Tolerance; 12] = [
    tolerance(
        Aspect::Volatile,
        "another date, age, tag, port or secret",
        SILENT,
    ),
    tolerance(Aspect::Order, "fields in another order", REPORTED),
    tolerance(
        Aspect::NameCase,
        "a field's name in other upper or lower case",
        REPORTED,
    ),
    tolerance(
        Aspect::DateFormat,
        "the same date in another format",
        REPORTED,
    ),
    tolerance(Aspect::Reason, "another reason phrase", REPORTED),
    tolerance(Aspect::Chunks, "the same body in other chunks", REPORTED),
    tolerance(Aspect::Extra, "a field too many", REFUSED),
    tolerance(Aspect::Missing, "a field too few", REFUSED),
    tolerance(Aspect::Value, "another value of a field", REFUSED),
    tolerance(
        Aspect::StartLine,
        "another request, status or version",
        REFUSED,
    ),
    tolerance(Aspect::Body, "another body", REFUSED),
    tolerance(Aspect::Count, "more or fewer messages", REFUSED),
];
