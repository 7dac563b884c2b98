//! The limits of a message (src/http).

/// Largest head of a message: start line and header section, in bytes.
/// Reason: a head is held in memory whole, once a connection, and cookies grow.
/// Precedent: h11 16 KiB, nginx 4 buffers of 8 KiB, Apache 100 lines of 8 KiB.
pub const MAX_HEAD: usize = 64 * 1024;

/// Longest start line in bytes, without its CR LF.
/// Precedent: RFC 9112 section 3 recommends at least 8,000.
pub const MAX_START_LINE: usize = 8_000;

/// Longest method in bytes. Reason: no longer one is in use, and RFC 9112 section 3 wants 501 for them. The
/// longest registered one, UPDATEREDIRECTREF, has 17.
pub const MAX_METHOD: usize = 32;

/// Most fields in one header or trailer section.
/// Precedent: Apache's LimitRequestFields 100, httparse's callers 64 to 100.
pub const MAX_FIELDS: usize = 100;

/// Most empty lines before a request line that are passed over.
/// Reason: RFC 9112 section 2.2 wants at least one; some old clients sent one after a body.
pub const MAX_EMPTY_LINES: usize = 4;

/// Longest line with a chunk's size and extensions, in bytes, its CR LF included.
/// Reason: the line is read again from its beginning when more of it comes, so this also bounds
/// the work a byte that dribbles in can cause. Precedent: Go's net/http allows 4,096.
pub const MAX_CHUNK_LINE: usize = 1024;

/// Most bytes of chunk extensions in one message.
/// Reason: extensions are thrown away, so a body could consist of them for ever.
/// Precedent: Go's net/http stops at 16 KiB over what the data justifies.
pub const MAX_CHUNK_EXTENSIONS: usize = 16 * 1024;

/// Largest trailer section of a chunked body, in bytes.
/// Reason: it is read again from its beginning when more of it comes, so the limit bounds the work.
/// Precedent: Node allows 16 KiB for a header section of any kind.
pub const MAX_TRAILERS: usize = 8 * 1024;

/// Most ranges of one Range field that are answered one by one; with more, the whole file is sent.
/// Reason: RFC 9110 section 17.15, many small ranges are an attack. Precedent: Apache 200.
pub const MAX_RANGES: usize = 16;
