//! The three kinds of blocks that the file needs: section header, interface, enhanced packet.
//!
//! Source: draft-ietf-opsawg-pcapng, sections 4.1, 4.2 and 4.3. Every block is its type, its whole
//! length, its body padded to 32 bits, and its whole length again. All numbers are little-endian;
//! the byte-order magic says so. Options are code, length, text padded to 32 bits; code 0 ends them.

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
/// The length of a section when it is not known.
const SECTION_LENGTH_UNKNOWN: u64 = u64::MAX;
/// The packets begin with an IP header, version 4 or 6, without a link layer.
const LINKTYPE_RAW: u16 = 101;

const OPTION_COMMENT: u16 = 1;
const OPTION_TIME_RESOLUTION: u16 = 9;
/// Timestamps count 10^-6 s.
const MICROSECONDS: u8 = 6;

/// The block that begins the file, with a comment on all of it.
pub fn section_header(comment: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend_from_slice(&BYTE_ORDER_MAGIC.to_le_bytes());
    body.extend_from_slice(&1u16.to_le_bytes());
    body.extend_from_slice(&0u16.to_le_bytes());
    body.extend_from_slice(&SECTION_LENGTH_UNKNOWN.to_le_bytes());
    push_option(&mut body, OPTION_COMMENT, comment.as_bytes());
    end_options(&mut body);
    block(SECTION_HEADER, &body)
}

/// The block of interface 0, on which all packets were "seen".
pub fn interface() -> Vec<u8> {
    let no_limit = 0u32;
    let mut body = Vec::new();
    body.extend_from_slice(&LINKTYPE_RAW.to_le_bytes());
    body.extend_from_slice(&0u16.to_le_bytes());
    body.extend_from_slice(&no_limit.to_le_bytes());
    push_option(&mut body, OPTION_TIME_RESOLUTION, &[MICROSECONDS]);
    end_options(&mut body);
    block(INTERFACE, &body)
}

/// The block of one packet, `micros` microseconds after 1970-01-01 00:00 UTC.
pub fn packet(micros: u64, packet: &[u8], comment: Option<&str>) -> Vec<u8> {
    let interface = 0u32;
    let length = packet.len() as u32;
    let mut body = Vec::new();
    body.extend_from_slice(&interface.to_le_bytes());
    body.extend_from_slice(&((micros >> 32) as u32).to_le_bytes());
    body.extend_from_slice(&(micros as u32).to_le_bytes());
    body.extend_from_slice(&length.to_le_bytes());
    body.extend_from_slice(&length.to_le_bytes());
    body.extend_from_slice(packet);
    pad(&mut body);
    if let Some(comment) = comment {
        push_option(&mut body, OPTION_COMMENT, comment.as_bytes());
        end_options(&mut body);
    }
    block(ENHANCED_PACKET, &body)
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (body.len() + 12) as u32;
    let mut block = Vec::with_capacity(body.len() + 12);
    block.extend_from_slice(&kind.to_le_bytes());
    block.extend_from_slice(&length.to_le_bytes());
    block.extend_from_slice(body);
    block.extend_from_slice(&length.to_le_bytes());
    block
}

fn push_option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend_from_slice(&code.to_le_bytes());
    body.extend_from_slice(&(value.len() as u16).to_le_bytes());
    body.extend_from_slice(value);
    pad(body);
}

fn end_options(body: &mut Vec<u8>) {
    push_option(body, 0, &[]);
}

fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

/// How many bytes at the front of these blocks are whole blocks that fit in `most` bytes, or one longer block.
pub fn whole_blocks(blocks: &[u8], most: usize) -> usize {
    let mut end = 0;
    while let Some(length) = blocks.get(end..).and_then(length_of) {
        let next = end + length;
        if end > 0 && next > most || next > blocks.len() {
            break;
        }
        end = next;
    }
    match end {
        0 => blocks.len(),
        end => end,
    }
}

/// The length of a block stands in its second four bytes, and is never 0.
fn length_of(block: &[u8]) -> Option<usize> {
    let length = block.get(4..)?.first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok();
    length.filter(|length| *length > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_write_ends_with_a_block() {
        let block = |length: usize| {
            let mut block = vec![0; length];
            block[4..8].copy_from_slice(&(length as u32).to_le_bytes());
            block
        };
        let table: [(&[usize], &[usize]); 4] = [
            (&[12, 100, 40], &[152]),
            (&[4096, 12], &[4096, 12]),
            (&[4000, 96, 12], &[4096, 12]),
            (&[12, 60_000, 12, 12], &[12, 60_000, 24]),
        ];
        for (blocks, writes) in table {
            let bytes: Vec<u8> = blocks.iter().flat_map(|length| block(*length)).collect();
            let mut rest = bytes.as_slice();
            for write in writes {
                assert_eq!(whole_blocks(rest, 4096), *write, "{blocks:?}");
                rest = &rest[*write..];
            }
            assert!(rest.is_empty());
        }
    }
}
