//! wirelab: clients and servers on raw TCP, with every byte visible.
//!
//! One idea carries everything, the [`wire::Transcript`]: the exact bytes of a connection in both
//! directions, in order, and how each side ended it. It is the lesson, the snapshot test, the
//! script of the checker, what to type in telnet, and the source of the picture.
//!
//! ```text
//! socket -> net::recorder -> http::connection -> Request -> handler -> Response -> http::write -> net::recorder -> socket
//!                |                                                                                   |
//!                +---------------------------------> wire::Transcript <------------------------------+
//!                                                          |
//!                                      notation, compare, ladder, pcapng -> snapshots, check, tap
//! ```
//!
//! Who knows whom is a table, held by `tests/architecture.rs`:
//!
//! - [`limits`] knows every limit, not who uses it.
//! - [`wire`] knows the transcript; not HTTP, sockets, files or the clock.
//! - [`http`] knows HTTP/1.1 text; not sockets, files, the clock or [`wire`].
//! - [`files`] turns a request and a folder into a response; it knows no sockets.
//! - [`import`] turns captures and HAR files into transcripts; it knows no sockets, files or clock.
//! - [`net`] has the only sockets; it knows no lab and prints nothing.
//! - [`probe`] asks a server hard questions; it knows no lab and prints nothing.
//! - [`server`] joins [`net`], [`http`] and [`files`] to the static server; it prints nothing.
//! - [`client`] joins [`net`] and [`http`] to a client that fetches; it prints nothing.
//! - [`check`] starts a program, plays its peer and says what is wrong; it prints nothing.
//! - [`course`] knows the labs; it prints nothing.
//!
//! Not here: TLS, HTTP/2, HTTP/3, compression, async, proxies with policies.

pub mod check;
pub mod client;
pub mod course;
pub mod files;
pub mod http;
pub mod import;
pub mod limits;
pub mod net;
pub mod probe;
pub mod server;
pub mod wire;
