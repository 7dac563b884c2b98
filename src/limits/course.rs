//! The limits for a learner's files and a class's files (src/course).

/// The longest report of one student, in bytes. Reason: a report on all labs has some 300 KB; a file of
/// 100 MB is none.
pub const CLASS_FILE: u64 = 4 << 20;

/// Deepest nesting of a report. Reason: a report has three levels.
pub const REPORT_NESTING: usize = 16;

/// The most files that one class has. Reason: the biggest courses of the world have some thousand students.
pub const CLASS_FILES: usize = 10_000;

/// Longest file of a program whose hash stands on a bill, in bytes.
/// Reason: a word of a command may name any file. Precedent: a static Go program has some 10 MiB.
pub const MAX_PROGRAM_FILE: u64 = 64 * 1024 * 1024;
