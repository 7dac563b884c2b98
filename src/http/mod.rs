//! HTTP/1.1 as text: bytes in, values out, and back (RFC 9110, RFC 9112).
//!
//! Rule 1: no sockets, no files, no clock, and nothing of [`crate::wire`].
//! Rule 2: "not yet" is an answer, never an error.
