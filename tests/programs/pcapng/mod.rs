//! The pcapng export, read back twice: by a small reader of our own, and by tshark.

mod random;
mod reader;
#[path = "../../wire/random.rs"]
mod transcripts;
mod tshark;

use std::time::Duration;

use crate::dice::Dice;
use reader::{Seen, blocks, comment, outline, packets, word};
use transcripts::Kind;
use wirelab::wire::Who::{Client, Server};
use wirelab::wire::{Event, Gap, Mask, PcapngError, PcapngOptions, Transcript, pcapng};

fn export(transcript: &Transcript) -> Vec<Seen> {
    packets(&pcapng(transcript, &PcapngOptions::default()).unwrap())
}

fn three_tacos() -> Transcript {
    let mut t = Transcript::new();
    t.push_event(1, Client, Event::Connect);
    t.push_bytes(1, Client, b"3 tacos\n");
    t.push_gap(Gap::Exactly(Duration::from_micros(50_200)));
    t.push_bytes(1, Server, b"3 tacos, coming up\n");
    t.push_event(1, Server, Event::Fin);
    t.push_event(1, Client, Event::Fin);
    t
}

#[test]
fn the_file_begins_with_the_comment_and_a_raw_interface() {
    let file = pcapng(&three_tacos(), &PcapngOptions::default()).unwrap();
    let blocks = blocks(&file);
    assert_eq!(
        comment(&blocks[0].1[16..]).unwrap(),
        "Synthesised by wirelab from what a TCP proxy read and wrote. Packet boundaries, ACKs, \
         sequence numbers, windows and handshakes are invented; bytes, order and times are real."
    );
    assert_eq!(word(blocks[0].1), 0x1a2b_3c4d);
    assert_eq!(blocks[1].1[..2], [101, 0], "LINKTYPE_RAW");
    assert_eq!(blocks[1].1[8..13], [9, 0, 1, 0, 6], "microseconds");
}

#[test]
fn the_first_packet_is_the_described_syn() {
    let described = "4500 0028 0001 4000 4006 3ccc 7f00 0001 7f00 0002 \
        c000 1f90 1000 0000 0000 0000 5002 ffff c24e 0000";
    let pairs = export(&three_tacos())[0].packet.clone();
    let hex: Vec<String> = pairs
        .chunks(2)
        .map(|pair| format!("{:02x}{:02x}", pair[0], pair[1]))
        .collect();
    assert_eq!(hex.join(" "), described);
}

#[test]
fn every_line_becomes_its_packets() {
    let seen = export(&three_tacos());
    let expected = [
        "C SYN",
        "S SYN+ACK",
        "C ACK",
        "C PSH+ACK 8",
        "S ACK",
        "S PSH+ACK 19",
        "C ACK",
        "S FIN+ACK",
        "C ACK",
        "C FIN+ACK",
        "S ACK",
    ];
    assert_eq!(outline(&seen), expected);
    let invented = |at: &usize| seen[*at].comment.as_deref() == Some("invented");
    let invented: Vec<usize> = (0..seen.len()).filter(invented).collect();
    assert_eq!(invented, [0, 1, 2, 4, 6, 8, 10]);
    let bytes_syn_and_fin = 8 + 1 + 1;
    assert_eq!(seen[10].acknowledges(), 0x1000_0000 + bytes_syn_and_fin);
}

#[test]
fn times_are_the_gaps_since_the_start() {
    let options = PcapngOptions {
        start: Duration::from_secs(1_700_000_000),
        ..PcapngOptions::default()
    };
    let seen = packets(&pcapng(&three_tacos(), &options).unwrap());
    assert_eq!(seen[3].micros, 1_700_000_000_000_000);
    assert_eq!(seen[5].micros, 1_700_000_000_050_200);
}

#[test]
fn a_long_chunk_is_cut_and_only_its_last_segment_is_pushed() {
    let mut t = Transcript::new();
    let bytes: Vec<u8> = (0..70_000u32).map(|n| n as u8).collect();
    t.push_bytes(1, Server, &bytes);
    let expected = ["S ACK 65495", "C ACK", "S PSH+ACK 4505", "C ACK"];
    assert_eq!(outline(&export(&t)[3..]), expected);

    let ethernet = PcapngOptions {
        segment: 1460,
        ..PcapngOptions::default()
    };
    let seen = packets(&pcapng(&t, &ethernet).unwrap());
    let sent: Vec<u8> = seen.iter().flat_map(|p| p.payload().to_vec()).collect();
    assert!(sent == bytes, "other bytes than the chunk's");
    assert!(seen.iter().all(|p| p.payload().len() <= 1460));
}

#[test]
fn refusals_resets_and_silence() {
    let connect = (Client, Event::Connect);
    let waited = Event::Timeout(Duration::from_secs(2));
    let of = |events: &[(_, Event)]| {
        let mut t = Transcript::new();
        for (who, event) in events {
            t.push_event(1, *who, *event);
        }
        t.push_gap(Gap::End);
        outline(&export(&t))
    };
    let refused = ["C SYN", "S RST+ACK"];
    let open = ["C SYN", "S SYN+ACK", "C ACK"];
    assert_eq!(of(&[(Server, Event::Refuse)]), refused);
    assert_eq!(of(&[connect, (Server, Event::Refuse)]), refused);
    assert_eq!(of(&[(Client, waited)]), ["C SYN"]);
    assert_eq!(of(&[connect, (Client, waited)]), open);
    assert_eq!(of(&[(Client, Event::Rst)])[3..], ["C RST+ACK"]);
    let fin_then_rst = of(&[connect, (Client, Event::Fin), (Client, Event::Rst)]);
    assert_eq!(fin_then_rst[3..], ["C FIN+ACK", "S ACK", "C RST+ACK"]);
}

#[test]
fn each_connection_has_a_port_of_its_own() {
    let mut t = Transcript::new();
    t.push_event(1, Client, Event::Connect);
    t.push_event(2, Client, Event::Connect);
    t.push_bytes(2, Client, b"two");
    t.push_bytes(1, Client, b"one");
    t.push_event(1, Client, Event::Connect);
    let seen = export(&t);
    let port = |text: &[u8]| {
        let packet = seen.iter().find(|p| p.payload() == text);
        packet.unwrap().ports().0
    };
    assert_eq!(port(b"one"), 49152);
    assert_eq!(port(b"two"), 49153);
    let second_connect = seen.last().unwrap();
    assert_eq!(second_connect.ports().0, 49154);
}

#[test]
fn ipv6_packets_are_as_long_as_they_say() {
    let options = PcapngOptions {
        client: "::1".parse().unwrap(),
        server: "[::1]:8080".parse().unwrap(),
        ..PcapngOptions::default()
    };
    let seen = packets(&pcapng(&three_tacos(), &options).unwrap());
    for packet in seen.iter().map(|seen| &seen.packet) {
        assert_eq!(packet[0] >> 4, 6);
        let said = u16::from_be_bytes([packet[4], packet[5]]);
        assert_eq!(usize::from(said), packet.len() - 40);
    }
    assert_eq!(outline(&seen), outline(&export(&three_tacos())));
}

#[test]
fn what_cannot_become_packets_is_refused_with_its_place() {
    let refusal = |t: &Transcript| pcapng(t, &PcapngOptions::default()).unwrap_err();

    let mut hole = Transcript::new();
    hole.push_mask(2, Server, Mask::Date);
    let (who, conn) = (Server, 2);
    assert_eq!(refusal(&hole), PcapngError::Hole { who, conn });
    let message = refusal(&hole).to_string();
    assert!(message.starts_with("S2 has a mask"), "{message}");

    let mut late = three_tacos();
    late.push_bytes(1, Client, b"and a drink\n");
    let (who, conn) = (Client, 1);
    assert_eq!(refusal(&late), PcapngError::AfterTheEnd { who, conn });
}

#[test]
fn a_secret_becomes_stars_of_its_length_and_says_so() {
    let mut t = Transcript::new();
    t.push_bytes(1, Client, b"Cookie: ");
    t.push_mask(1, Client, Mask::Masked { bytes: 5 });
    let seen = export(&t);
    assert_eq!(seen[3].payload(), b"Cookie: *****");
    assert!(seen[3].comment.as_ref().unwrap().starts_with("masked"));

    let mut endless = Transcript::new();
    endless.push_mask(1, Client, Mask::Masked { bytes: u64::MAX });
    assert!(pcapng(&endless, &PcapngOptions::default()).is_err());
}

#[test]
fn random_transcripts_keep_every_byte() {
    let mut dice = Dice::new();
    for _ in 0..30 {
        let t = random::transcript(&mut dice, 3);
        let segment = 500 + dice.below(70_000);
        let options = PcapngOptions {
            segment,
            ..PcapngOptions::default()
        };
        let seen = packets(&pcapng(&t, &options).unwrap());
        for (number, packet) in seen.iter().enumerate() {
            let id = u16::from_be_bytes([packet.packet[4], packet.packet[5]]);
            assert_eq!(usize::from(id), number + 1);
        }
        for who in [Client, Server] {
            let sent = seen
                .iter()
                .filter(|p| (p.ports().0 == 8080) == (who == Server));
            let sent: usize = sent.map(|p| p.payload().len()).sum();
            let said = t
                .connections()
                .into_iter()
                .map(|c| t.bytes_of(c, who).len());
            assert_eq!(sent, said.sum::<usize>());
        }
    }
}

#[test]
fn whatever_was_said_becomes_packets_or_is_refused() {
    let mut dice = Dice::new();
    let mut exported = 0;
    for _ in 0..2_000 {
        let kind = dice.one_of(&[Kind::Exact, Kind::Pattern]);
        let t = transcripts::transcript(&mut dice, kind);
        if let Ok(file) = pcapng(&t, &PcapngOptions::default()) {
            exported += 1;
            packets(&file);
        }
    }
    assert!(exported > 100, "only {exported} of 2,000");
}
