//! wirelab: clients and servers on raw TCP, with every byte visible.
//!
//! The central type is [`wire::Transcript`]: the exact bytes of a connection in both directions, in order, and
//! how each side ended it. The lessons show it, the snapshot tests compare it, the check plays it, and the
//! pictures are drawn from it.
//!
//! ```text
//! socket -> net::recorder -> http::sans_io_connection -> Request -> handler -> Response -> http::write -> net::recorder -> socket
//!                |                                                                                   |
//!                +---------------------------------> wire::Transcript <------------------------------+
//!                                                          |
//!                                      notation, compare, ladder, pcapng -> snapshots, check, tap
//! ```
//!
//! Which module may use which other module is a table in `tests/architecture.rs`:
//!
//! - [`limits`] has every limit, and does not know which module uses it.
//! - [`calendar`] counts days; it knows nothing else.
//! - [`locks`] locks a mutex; it knows nothing else.
//! - [`plural`] writes a number with its noun; it knows nothing else.
//! - [`json`] reads and writes JSON; it knows nothing else.
//! - [`wire`] knows the transcript; not HTTP, sockets, files or the clock.
//! - [`http`] knows HTTP/1.1 text; not sockets, files, the clock or [`wire`].
//! - [`files`] turns a request and a folder into a response; it knows no sockets.
//! - [`import`] turns captures and HAR files into transcripts; it knows no sockets, files or clock.
//! - [`net`] has the only sockets; it knows no lab and prints nothing.
//! - [`probe`] tests how strictly a server or a client follows the RFCs; it knows no lab and prints nothing.
//! - [`server`] joins [`net`], [`http`] and [`files`] to the static server; it prints nothing.
//! - [`client`] joins [`net`] and [`http`] to a client that fetches; it prints nothing.
//! - [`check`] starts a program, plays its peer and says what is wrong; it prints nothing.
//! - [`course`] knows the labs; it prints nothing.
//!
//! Not here: TLS, HTTP/2, HTTP/3, compression, async, proxies with policies.

pub mod calendar;
pub mod check;
pub mod client;
pub mod course;
pub mod files;
pub mod http;
pub mod import;
pub mod json;
pub mod limits;
pub mod locks;
pub mod net;
pub mod plural;
pub mod probe;
pub mod server;
pub mod wire;
