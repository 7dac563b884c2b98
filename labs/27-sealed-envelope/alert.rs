//! Lab 27 · The sealed envelope · alerts: a TLS server says why it closes the connection (RFC 8446 section 6).

pub const UNEXPECTED_MESSAGE: u8 = 10;
pub const RECORD_OVERFLOW: u8 = 22;
pub const HANDSHAKE_FAILURE: u8 = 40;
pub const DECODE_ERROR: u8 = 50;
pub const PROTOCOL_VERSION: u8 = 70;
pub const MISSING_EXTENSION: u8 = 109;
pub const UNRECOGNIZED_NAME: u8 = 112;
pub const NO_APPLICATION_PROTOCOL: u8 = 120;

/// The name of an alert in the standards.
pub fn name(alert: u8) -> &'static str {
    match alert {
        UNEXPECTED_MESSAGE => "unexpected_message",
        RECORD_OVERFLOW => "record_overflow",
        HANDSHAKE_FAILURE => "handshake_failure",
        DECODE_ERROR => "decode_error",
        PROTOCOL_VERSION => "protocol_version",
        MISSING_EXTENSION => "missing_extension",
        UNRECOGNIZED_NAME => "unrecognized_name",
        NO_APPLICATION_PROTOCOL => "no_application_protocol",
        _ => "another alert",
    }
}

/// The record: type 21, version, length 2; then the level (2 is fatal) and the reason.
pub fn record(alert: u8) -> [u8; 7] {
    [21, 3, 3, 0, 2, 2, alert]
}
