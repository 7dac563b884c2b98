//! Captures and HAR files as transcripts: every link type, both formats, and what is damaged in them.

use wirelab::import::{ImportError, import, kind_of};
use wirelab::wire::{PcapngOptions, Transcript, Who, pcapng};

const TALK: &str =
    "C connect\nC> 3 tacos\\n\nS> coming\\n\nC> and a flan\\n\nS> up\\n\nS fin\nC fin\n";

/// The transcript in these bytes.
fn read(bytes: &[u8]) -> Transcript {
    import(bytes)
        .expect("a capture or a HAR")
        .expect("readable")
}

/// What each side said, as text.
fn said(transcript: &Transcript) -> [String; 2] {
    [Who::Client, Who::Server].map(|who| {
        let bytes = transcript.bytes_of(1, who);
        String::from_utf8(bytes).unwrap()
    })
}

/// Where a segment belongs.
struct Segment<'a> {
    from_client: bool,
    seq: u32,
    ack: u32,
    flags: u8,
    payload: &'a [u8],
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

fn segment(from_client: bool, seq: u32, ack: u32, flags: u8, payload: &[u8]) -> Segment<'_> {
    Segment {
        from_client,
        seq,
        ack,
        flags,
        payload,
    }
}

impl Segment<'_> {
    fn tcp(&self) -> Vec<u8> {
        let ports: [u16; 2] = if self.from_client {
            [50_000, 80]
        } else {
            [80, 50_000]
        };
        let mut bytes = Vec::new();
        ports
            .iter()
            .for_each(|port| bytes.extend(port.to_be_bytes()));
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.ack.to_be_bytes());
        bytes.extend([5 << 4, self.flags, 0xff, 0xff, 0, 0, 0, 0]);
        bytes.extend(self.payload);
        bytes
    }

    fn ipv4(&self) -> Vec<u8> {
        let tcp = self.tcp();
        let (from, to) = if self.from_client { (1, 2) } else { (2, 1) };
        let mut bytes = vec![0x45, 0];
        bytes.extend((tcp.len() as u16 + 20).to_be_bytes());
        bytes.extend([0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to]);
        bytes.extend(tcp);
        bytes
    }

    /// With an extension header of destination options before the segment.
    fn ipv6(&self) -> Vec<u8> {
        let tcp = self.tcp();
        let (from, to) = if self.from_client { (1, 2) } else { (2, 1) };
        let mut bytes = vec![0x60, 0, 0, 0];
        bytes.extend((tcp.len() as u16 + 8).to_be_bytes());
        bytes.extend([60, 64]);
        for end in [from, to] {
            bytes.extend([0; 15]);
            bytes.push(end);
        }
        bytes.extend([6, 0, 1, 4, 0, 0, 0, 0]);
        bytes.extend(tcp);
        bytes
    }
}

/// A whole conversation, beginning shortly before the sequence numbers wrap.
fn conversation() -> Vec<Segment<'static>> {
    let (c, s) = (u32::MAX - 3, 7u32);
    let client = |bytes: u32| c.wrapping_add(1 + bytes);
    vec![
        segment(true, c, 0, SYN, b""),
        segment(false, s, client(0), SYN | ACK, b""),
        segment(true, client(0), s + 1, ACK, b"3 tacos\n"),
        segment(false, s + 1, client(8), ACK, b"coming up\n"),
        segment(true, client(8), s + 11, ACK | FIN, b""),
        segment(false, s + 11, client(9), ACK | FIN, b""),
        segment(true, client(9), s + 12, ACK, b""),
    ]
}

const WHOLE: &str = "\
C connect
C> 3 tacos\\n
S> coming up\\n
C fin
S fin
";

/// The steps without times, notes and headings.
fn steps(transcript: &Transcript) -> String {
    let text = transcript.without_times().render();
    let is_step = |line: &&str| line.starts_with(['C', 'S']);
    text.lines()
        .filter(is_step)
        .map(|line| format!("{line}\n"))
        .collect()
}

/// A pcap file of this link type: `big` in the other byte order, `nano` with nanoseconds.
fn pcap(link: u32, frames: &[Vec<u8>], big: bool, nano: bool) -> Vec<u8> {
    let number = |value: u32| match big {
        true => value.to_be_bytes(),
        false => value.to_le_bytes(),
    };
    let short = |value: u16| match big {
        true => value.to_be_bytes(),
        false => value.to_le_bytes(),
    };
    let mut file = number(if nano { 0xa1b2_3c4d } else { 0xa1b2_c3d4 }).to_vec();
    file.extend(short(2));
    file.extend(short(4));
    file.extend([0; 8]);
    file.extend(number(262_144));
    file.extend(number(link));
    for (at, frame) in frames.iter().enumerate() {
        file.extend(number(1_000_000_000));
        file.extend(number(at as u32 * if nano { 1_000_000 } else { 1_000 }));
        file.extend(number(frame.len() as u32));
        file.extend(number(frame.len() as u32));
        file.extend(frame);
    }
    file
}

/// One frame of a link type around an IP packet.
fn frame(link: u32, packet: &[u8]) -> Vec<u8> {
    let six = packet[0] >> 4 == 6;
    let kind: [u8; 2] = if six { [0x86, 0xdd] } else { [0x08, 0x00] };
    let mut bytes = match link {
        0 => vec![2, 0, 0, 0],
        108 => vec![0, 0, 0, 2],
        // With a VLAN tag.
        1 => [&[0; 12][..], &[0x81, 0, 0, 5], &kind].concat(),
        113 => [&[0; 14][..], &kind].concat(),
        276 => [&kind[..], &[0; 18]].concat(),
        _ => Vec::new(),
    };
    bytes.extend(packet);
    // Ethernet pads short frames.
    if link == 1 {
        bytes.resize(bytes.len().max(80), 0xee);
    }
    bytes
}

#[test]
fn every_link_type_both_byte_orders_and_both_versions_of_ip() {
    for link in [0, 1, 12, 101, 108, 113, 276] {
        for (big, nano, six) in [
            (false, false, false),
            (true, true, false),
            (false, true, true),
        ] {
            let packets = conversation().into_iter().map(|segment| match six {
                true => segment.ipv6(),
                false => segment.ipv4(),
            });
            let frames: Vec<Vec<u8>> = packets.map(|packet| frame(link, &packet)).collect();
            let got = read(&pcap(link, &frames, big, nano));
            assert_eq!(steps(&got), WHOLE, "link type {link}, {big} {nano} {six}");
            assert_eq!(got.heading("at"), Some("2001-09-09T01:46:40.001000Z"));
            let server = if six { "[::2]:80" } else { "10.0.0.2:80" };
            assert_eq!(got.heading("server"), Some(server));
            assert!(got.render().contains("\n~ 1ms\n"), "{}", got.render());
        }
    }
}

/// What the network and the capture do to segments: twice, overlapping, in another order.
#[test]
fn bytes_are_put_in_order_and_taken_once() {
    let text = b"0123456789abcdef";
    let part = |from: usize, to: usize| segment(true, 100 + from as u32, 1, ACK, &text[from..to]);
    let orders = [
        vec![part(0, 4), part(4, 10), part(10, 16)],
        vec![part(0, 4), part(0, 4), part(4, 16), part(2, 12)],
        vec![part(0, 2), part(10, 16), part(6, 12), part(2, 7)],
        vec![part(0, 1), part(8, 16), part(4, 8), part(1, 4)],
        vec![part(0, 10), part(4, 16)],
    ];
    for (number, order) in orders.into_iter().enumerate() {
        let mut frames = vec![segment(true, 99, 0, SYN, b"").ipv4()];
        frames.push(segment(false, 0, 100, SYN | ACK, b"").ipv4());
        frames.extend(order.iter().map(Segment::ipv4));
        frames.push(segment(true, 116, 1, ACK | FIN, b"").ipv4());
        let got = read(&pcap(101, &frames, false, false));
        assert_eq!(said(&got)[0], "0123456789abcdef", "order {number}");
        assert!(!got.has_masks(), "{}", got.render());
    }
}

#[test]
fn what_the_capture_lacks_is_a_gap() {
    let mut frames = vec![segment(true, 99, 0, SYN, b"").ipv4()];
    frames.push(segment(false, 0, 100, SYN | ACK, b"").ipv4());
    frames.push(segment(true, 100, 1, ACK, b"before ").ipv4());
    frames.push(segment(true, 117, 1, ACK, b"after").ipv4());
    frames.push(segment(false, 1, 122, ACK, b"").ipv4());
    // The last bytes before a reset are not captured either.
    frames.push(segment(false, 1, 130, ACK | RST, b"").ipv4());
    let text = read(&pcap(101, &frames, false, false))
        .without_times()
        .render();
    let seen = text.split_once("C connect\n").unwrap().1;
    let expected = "\
C> before\\x20
# 10 bytes are missing in the capture
C> \\{10 bytes}after
# 8 bytes are missing in the capture
C> \\{8 bytes}
S rst
";
    assert_eq!(seen, expected);
    // A snap length: of each segment only the first bytes.
    let mut whole = segment(true, 100, 1, ACK, b"a long line of an order\n").ipv4();
    whole.truncate(46);
    let mut file = pcap(101, &[whole], false, false);
    file[24 + 12..24 + 16].copy_from_slice(&64u32.to_le_bytes());
    let text = read(&file).render();
    assert!(text.contains("C> a long\n"), "{text}");
    assert!(text.contains("C> \\{18 bytes}\n"), "{text}");
}

#[test]
fn refusals_resets_and_the_same_ports_again() {
    let refused = [
        segment(true, 5, 0, SYN, b""),
        segment(false, 0, 6, ACK | RST, b""),
    ];
    let frames: Vec<_> = refused
        .iter()
        .chain(&conversation())
        .map(Segment::ipv4)
        .collect();
    let got = read(&pcap(101, &frames, false, false));
    let second: String = WHOLE.replace('C', "C2").replace('S', "S2");
    assert_eq!(steps(&got), format!("S refuse\n{second}"));
}

/// Our own export comes back as it was: pcapng, with the addresses and the time.
#[test]
fn what_show_exports_reads_back() {
    let talk = Transcript::parse(TALK).unwrap();
    let file = pcapng(&talk, &PcapngOptions::default()).unwrap();
    assert_eq!(steps(&read(&file)), TALK);
    // Cut off anywhere, what was read so far is kept.
    for length in 200..file.len() {
        if let Some(Ok(got)) = import(&file[..length]) {
            let bytes = got.bytes_of(1, Who::Client);
            assert!(b"3 tacos\nand a flan\n".starts_with(&bytes), "{length}");
        }
    }
}

#[test]
fn a_har_becomes_requests_and_answers() {
    let har = r#"{"log":{"version":"1.2","entries":[
      {"startedDateTime":"2026-11-23T09:49:38.000+01:00","time":12.5,
       "request":{"method":"GET","url":"http://tacos.example:8080/menu?x=1","httpVersion":"h2",
         "headers":[{"name":":path","value":"/menu"},{"name":"Accept","value":"*/*"}]},
       "response":{"status":200,"statusText":"OK","httpVersion":"h2",
         "headers":[{"name":"Content-Encoding","value":"gzip"},{"name":"X-A","value":"1"}],
         "content":{"size":12,"text":"dGhyZWUgdGFjb3MK","encoding":"base64"}}},
      {"startedDateTime":"2026-11-23T08:49:37Z","time":3,
       "request":{"method":"POST","url":"http://tacos.example/order","httpVersion":"HTTP/1.1",
         "headers":[{"name":"Host","value":"tacos.example"}],
         "postData":{"mimeType":"text/plain","text":"3 tacos\n"}},
       "response":{"status":201,"statusText":"Created","httpVersion":"HTTP/1.1",
         "headers":[],"content":{"size":700,"mimeType":"text/html"}}}]}}"#;
    let got = read(har.as_bytes());
    assert_eq!(got.heading("at"), Some("2026-11-23T08:49:37.000000Z"));
    let text = got.render();
    let expected = r"C connect
C> POST /order HTTP/1.1\r\n
C> Host: tacos.example\r\n
C> Content-Length: 8\r\n
C> \r\n
C> 3 tacos\n
~ 3ms
S> HTTP/1.1 201 Created\r\n
S> Content-Length: 700\r\n
S> \r\n
# the HAR file leaves out this body of 700 bytes
S> \{700 bytes}
S fin
C fin
~ 997ms
C2 connect
# this request was made in h2
C2> GET /menu?x=1 HTTP/1.1\r\n
C2> Accept: */*\r\n
C2> Host: tacos.example:8080\r\n
C2> \r\n
~ 12.5ms
S2> HTTP/1.1 200 OK\r\n
S2> X-A: 1\r\n
S2> Content-Length: 12\r\n
S2> \r\n
S2> three tacos\n
S2 fin
C2 fin
";
    assert_eq!(
        text.split_once("again from its values\n").unwrap().1,
        expected
    );
}

#[test]
fn what_is_none_is_named() {
    let table: [(&[u8], Option<&str>); 6] = [
        (b"\x1f\x8b\x08\0", Some("a gzip file")),
        (b"", Some("an empty file")),
        (b"GET / HTTP/1.1\r\n", Some("an HTTP message")),
        (b"\0\x01\x02\x03", Some("a binary file")),
        (b"<!DOCTYPE html>", Some("an HTML page")),
        (b"C> 3 tacos\\n\n", None),
    ];
    for (bytes, kind) in table {
        let found = kind_of(bytes);
        let fits = match kind {
            Some(kind) => found.is_some_and(|found| found.starts_with(kind)),
            None => found.is_none(),
        };
        assert!(fits, "{bytes:?} is {found:?}");
        assert!(import(bytes).is_none(), "{bytes:?}");
    }
    let json = |text: &[u8]| import(text).expect("JSON").expect_err("no HAR");
    assert_eq!(json(b"{\"log\":"), ImportError::Json(7));
    assert_eq!(json(b"{\"a\":1}"), ImportError::NotHar);
    assert_eq!(json(b"{\"log\":{\"entries\":[]}}"), ImportError::NoEntries);
    let other = import(&pcap(147, &[vec![1, 2, 3]], false, false)).unwrap();
    assert_eq!(other.unwrap_err(), ImportError::LinkType(147));
    let none = import(&pcap(1, &[vec![0; 60]], false, false)).unwrap();
    assert_eq!(none.unwrap_err(), ImportError::NoTransport(1));
}

/// A UDP datagram in IPv4, or in IPv6 behind destination options.
fn udp(from_client: bool, payload: &[u8], six: bool) -> Vec<u8> {
    let ports: [u16; 2] = match from_client {
        true => [50_000, 53],
        false => [53, 50_000],
    };
    let length = payload.len() as u16 + 8;
    let mut bytes: Vec<u8> = ports.into_iter().flat_map(u16::to_be_bytes).collect();
    bytes.extend(length.to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(payload);
    let (from, to) = if from_client { (1, 2) } else { (2, 1) };
    let mut packet = match six {
        true => [vec![0x60, 0, 0, 0], (length + 8).to_be_bytes().to_vec()].concat(),
        false => [vec![0x45, 0], (length + 20).to_be_bytes().to_vec()].concat(),
    };
    match six {
        true => {
            packet.extend([60, 64]);
            for end in [from, to] {
                packet.extend([0; 15]);
                packet.push(end);
            }
            packet.extend([17, 0, 1, 4, 0, 0, 0, 0]);
        }
        false => packet.extend([0, 1, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, from, 10, 0, 0, to]),
    }
    packet.extend(bytes);
    packet
}

#[test]
fn datagrams_become_chunks_that_do_not_join() {
    let expected = "C> 3 tacos\\n\nC> 3 tacos\\n\nS> coming\n";
    for link in [0, 1, 12, 101, 108, 113, 276] {
        for six in [false, true] {
            let frames = [
                udp(true, b"3 tacos\n", six),
                udp(true, b"3 tacos\n", six),
                udp(false, b"coming", six),
            ]
            .map(|packet| frame(link, &packet));
            let got = read(&pcap(link, &frames, false, false));
            assert!(got.has_datagrams(), "{}", got.render());
            assert_eq!(steps(&got), expected, "link type {link}, IPv6 {six}");
            let server = if six { "[::2]:53" } else { "10.0.0.2:53" };
            assert_eq!(got.heading("server"), Some(server));
        }
    }
    // What a snap length has cut is a gap.
    let mut short = udp(true, b"3 tacos and a flan", false);
    short.truncate(20 + 8 + 7);
    let got = read(&pcap(101, &[short], false, false));
    let text = got.without_times().render();
    assert!(text.contains("C> 3 tacos\\{11 bytes}\n"), "{text}");
}

#[test]
fn what_tap_writes_of_datagrams_is_read_back() {
    let snapshot = include_str!("../snapshots/lab26-phone-book.snap");
    let talk = Transcript::parse(snapshot.splitn(3, "---\n").last().unwrap()).unwrap();
    assert!(talk.has_datagrams());
    let options = PcapngOptions::of(&talk);
    let got = read(&pcapng(&talk, &options).unwrap());
    assert!(got.has_datagrams(), "{}", got.render());
    assert_eq!(steps(&got), steps(&talk));
}

/// A transcript has one transport.
#[test]
fn beside_tcp_datagrams_are_left_out_and_counted() {
    let mut frames: Vec<_> = conversation().iter().map(Segment::ipv4).collect();
    frames.insert(3, udp(true, b"a query", false));
    let got = read(&pcap(101, &frames, false, false));
    assert_eq!(steps(&got), WHOLE);
    let text = got.render();
    assert!(
        text.contains("# left out: 1 packet of UDP, beside TCP\n"),
        "{text}"
    );
}

/// No bytes panic the reader, and none makes it grow: captures with random bytes changed.
#[test]
fn damaged_captures_are_read_as_far_as_they_go() {
    let frames: Vec<_> = conversation()
        .iter()
        .map(|it| frame(1, &it.ipv4()))
        .collect();
    let talk = Transcript::parse(TALK).unwrap();
    let datagrams = [udp(true, b"3 tacos\n", false), udp(false, b"coming", true)];
    let files = [
        pcap(1, &frames, false, false),
        pcap(101, &datagrams, false, false),
        pcapng(&talk, &PcapngOptions::default()).unwrap(),
    ];
    let mut state = 1u64;
    let mut dice = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    for round in 0..20_000 {
        let mut file = files[round % 2].clone();
        for _ in 0..=dice(4) {
            let at = dice(file.len());
            file[at] = dice(256) as u8;
        }
        if let Some(Ok(got)) = import(&file) {
            let text = got.render();
            assert!(text.len() < 100_000, "round {round}");
            assert_eq!(Transcript::parse(&text).as_ref(), Ok(&got), "round {round}");
        }
    }
}

/// Whether `more` begins with everything that is in `less`, and the whole begins with everything in `more`.
fn lies_between(less: &Transcript, more: &Transcript, whole: &Transcript) -> bool {
    let (less, more, whole) = (said(less), said(more), said(whole));
    let sides = less.iter().zip(&more).zip(&whole);
    sides
        .into_iter()
        .all(|((less, more), whole)| more.starts_with(less) && whole.starts_with(more))
}

/// The older format, cut off at each byte: all bytes before are read, and a cut in a packet is said.
#[test]
fn a_capture_that_is_cut_off_is_read_as_far_as_it_goes() {
    let frames: Vec<_> = conversation()
        .iter()
        .map(|it| frame(1, &it.ipv4()))
        .collect();
    let file = pcap(1, &frames, false, false);
    let mut ends = vec![24];
    for frame in &frames {
        ends.push(ends[ends.len() - 1] + 16 + frame.len());
    }
    let whole = read(&file);
    for length in 24 + 16 + frames[0].len()..file.len() {
        let got = read(&file[..length]);
        let packets = ends.iter().filter(|end| **end <= length).count() - 1;
        let known = read(&pcap(1, &frames[..packets], false, false));
        assert!(lies_between(&known, &got, &whole), "{length}");
        let cut = got.render().contains("# the capture file is cut off");
        assert_eq!(cut, !ends.contains(&length), "{length}");
    }
}

/// Sequence numbers begin again at 0 (RFC 9293 section 3.4), in order and out of order.
#[test]
fn sequence_numbers_wrap() {
    let text = b"0123456789abcdef";
    let start = u32::MAX - 5;
    let part = |from: usize, to: usize| {
        let seq = start.wrapping_add(1 + from as u32);
        segment(true, seq, 1, ACK, &text[from..to])
    };
    for order in [
        vec![part(0, 3), part(3, 9), part(9, 16)],
        vec![part(0, 2), part(8, 16), part(2, 8), part(2, 8)],
        vec![part(0, 2), part(4, 12), part(2, 6), part(10, 16)],
    ] {
        let mut frames = vec![segment(true, start, 0, SYN, b"").ipv4()];
        frames.push(segment(false, 0, start.wrapping_add(1), SYN | ACK, b"").ipv4());
        frames.extend(order.iter().map(Segment::ipv4));
        let end = start.wrapping_add(17);
        frames.push(segment(true, end, 1, ACK | FIN, b"").ipv4());
        let got = read(&pcap(101, &frames, false, false));
        assert_eq!(said(&got)[0], "0123456789abcdef");
        assert!(!got.has_masks(), "{}", got.render());
        assert!(got.render().contains("C fin\n"), "{}", got.render());
    }
}

/// A length that is false ends the reading or makes a gap; what was read before is kept.
#[test]
fn false_lengths_are_not_believed() {
    let frames: Vec<_> = conversation().iter().map(Segment::ipv4).collect();
    let file = pcap(101, &frames, false, false);
    let ends: Vec<usize> = frames
        .iter()
        .scan(24, |at, frame| {
            *at += 16 + frame.len();
            Some(*at)
        })
        .collect();
    let whole = read(&file);
    // The length of the last packet in the file.
    let last = ends[ends.len() - 2];
    let known = read(&file[..last]);
    for length in [u32::MAX, 0x7fff_ffff, 0, 1, 19, 1_000_000] {
        let mut file = file.clone();
        file[last + 8..last + 12].copy_from_slice(&length.to_le_bytes());
        let got = read(&file);
        assert!(lies_between(&known, &got, &whole), "{length}");
    }
    // What the headers of IP and TCP say, in each packet: the total length, and the lengths of both headers.
    for (at, values) in [
        (2, &[0, 0x7f, 0xff][..]),
        (3, &[0, 5, 0xff]),
        (0, &[0x40, 0x44, 0x4f]),
        (32, &[0, 0x10, 0xf0]),
    ] {
        for (number, end) in [24].iter().chain(&ends).take(frames.len()).enumerate() {
            for value in values {
                let mut file = file.clone();
                file[end + 16 + at] = *value;
                if let Some(Ok(got)) = import(&file) {
                    let text = got.render();
                    assert!(text.len() < 200_000, "packet {number}, {at}: {value}");
                    assert_eq!(Transcript::parse(&text).as_ref(), Ok(&got));
                }
            }
        }
    }
    // Blocks of the newer format.
    let talk = Transcript::parse(TALK).unwrap();
    let file = pcapng(&talk, &PcapngOptions::default()).unwrap();
    let whole = read(&file);
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(length) = file.get(at + 4..at + 8) {
        starts.push(at);
        at += u32::from_le_bytes(length.try_into().unwrap()) as usize;
    }
    let last = starts[starts.len() - 1];
    for length in [u32::MAX, 0x7fff_fffc, 0, 4, 8, 13, 1_000_000] {
        let mut file = file.clone();
        file[last + 4..last + 8].copy_from_slice(&length.to_le_bytes());
        let known = read(&file[..last]);
        let got = read(&file);
        assert!(
            lies_between(&known, &got, &whole),
            "{length}: {}",
            got.render()
        );
    }
}
