//! The limits of the client (src/client.rs).

use std::time::Duration;

/// Most times that a request is sent on.
/// Reason: two places that point at each other would keep us for ever. Precedent: Go's net/http 10.
pub const MAX_HOPS: u32 = 10;

/// Most informational answers before the real one. Reason: a server could send them without end.
pub const MAX_INFORMATIONAL: u32 = 16;

/// How long one address of a name may be silent while another is left to try. Reason: a dead address must not
/// use up our whole time limit. Precedent: RFC 8305 section 5 tries the next one after 250 ms, and lets the
/// first go on.
pub const CONNECT_NEXT_ADDRESS: Duration = Duration::from_secs(1);

/// How long `fetch` waits for each thing that a server does.
/// Reason: a page may take a server some time. Precedent: nginx gives the servers behind it 60 s.
pub const FETCH_TIMEOUT: Duration = Duration::from_secs(30);

/// How many bytes of a body `fetch -v` shows; the others are counted.
/// Reason: the ladder is for reading.
pub const SHOWN_BODY: usize = 16 * 1024;
