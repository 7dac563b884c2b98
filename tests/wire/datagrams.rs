//! Datagrams in the transcript: each chunk is one, and what the network did to it stands behind it.

use wirelab::wire::{
    DifferenceKind, Event, Gap, Ink, PcapngOptions, Transcript, Wanted, Who, compare, ladder,
    pcapng, svg,
};

use crate::read;

const LOSSY: &str = r"@wire 1
@transport udp
C> 1 tacos\n
C drop
~
C> 1 tacos\n
S> ack 1 tacos\n
~ 5ms
S> ack 1 tacos\n
S double
C> 2 flan\n
C swap
~ end
";

#[test]
fn datagrams_and_their_fates_are_read_and_written() {
    let transcript = read(LOSSY);
    assert!(transcript.has_datagrams());
    assert_eq!(transcript.render(), LOSSY);
    let fates: Vec<Option<Event>> = (0..transcript.entries().len())
        .map(|at| transcript.fate_at(at))
        .collect();
    let fates: Vec<Event> = fates.into_iter().flatten().collect();
    assert_eq!(fates, [Event::Drop, Event::Double, Event::Swap]);
}

#[test]
fn datagrams_of_one_side_never_join() {
    let without = read(LOSSY).without_times();
    assert_eq!(
        without.render(),
        LOSSY.replace("~ 5ms", "~").replacen("~\n", "", 1)
    );
    let mut pushed = Transcript::new();
    pushed.push_heading("transport", "udp");
    for text in ["one", "two"] {
        pushed.push_datagram(1, Who::Client, text.as_bytes());
    }
    pushed.push_gap(Gap::End);
    assert_eq!(
        pushed.render(),
        "@transport udp\nC> one\n~\nC> two\n~ end\n"
    );
    // The same lines of a connection are one chunk.
    let stream = read(&LOSSY.replace("@transport udp\n", "")).without_times();
    assert!(
        stream
            .render()
            .contains("S> ack 1 tacos\\n\nS> ack 1 tacos\\n\n")
    );
}

#[test]
fn how_bytes_are_cut_into_datagrams_counts() {
    let head = "@transport udp\nC> 1 tacos\\n\n";
    let expected = read(&format!("{head}S> ack 1\\n\n~\nS> ack 2\\n\n"));
    assert_eq!(compare(&expected, &expected), None);
    for (got, offset, rest) in [
        ("S> ack\n~\nS>  1\\n\n~\nS> ack 2\\n\n", 3, &b" 1\n"[..]),
        ("S> ack 1\\n\nS> ack 2\\n\n", 6, b""),
    ] {
        let found = compare(&expected, &read(&format!("{head}{got}"))).expect("they differ");
        assert_eq!(found.what, DifferenceKind::Boundary, "{got}");
        assert_eq!((found.who, found.offset), (Who::Server, offset), "{got}");
        assert_eq!(found.expected, Wanted::Bytes(rest.to_vec()));
    }
    let missing = compare(&expected, &read(&format!("{head}S> ack 1\\n\n"))).expect("they differ");
    assert_eq!(missing.what, DifferenceKind::Short);
}

#[test]
fn the_arrow_of_a_lost_datagram_ends_halfway() {
    let transcript =
        read("@transport udp\nC> 1 tacos\\n\nC drop\nS> ack 0\\n\nS drop\nC> bye\\n\n");
    let drawn = ladder(&transcript, Ink::Plain);
    let rows: Vec<&str> = drawn.lines().collect();
    let row = |text: &str| *rows.iter().find(|row| row.contains(text)).expect("the row");
    let (lost, answer, bye) = (row("1 tacos"), row("ack 0"), row("bye"));
    let place = |row: &str, c| row.chars().position(|other| other == c);
    let (cross, end) = (place(lost, '×').unwrap(), lost.chars().count() - 1);
    assert!((end / 3..end * 2 / 3).contains(&cross), "{drawn}");
    assert_eq!(place(lost, '►'), None);
    let cross = place(answer, '×').unwrap();
    assert!((end / 3..end * 2 / 3).contains(&cross), "{drawn}");
    assert_eq!(place(bye, '►'), Some(end - 1));
    assert!(row("C drop").contains("C drop"));

    let picture = svg(&transcript);
    // Two shafts end in the middle, one at the server.
    assert_eq!(picture.matches("H400\"").count(), 2, "{picture}");
    assert_eq!(picture.matches("H735\"").count(), 1, "{picture}");
}

#[test]
fn packets_of_datagrams_have_no_handshake() {
    let transcript = read(LOSSY);
    let file = pcapng(&transcript, &PcapngOptions::of(&transcript)).expect("packets");
    let text = String::from_utf8_lossy(&file);
    assert_eq!(text.matches("this datagram never arrived").count(), 1);
    assert_eq!(text.matches("delivered this datagram twice").count(), 1);
    assert_eq!(
        text.matches("invented").count(),
        1,
        "in the section's comment"
    );
    assert_eq!(text.matches("1 tacos\n").count(), 5);

    let most = "x".repeat(65_508);
    let mut long = Transcript::new();
    long.push_heading("transport", "udp");
    long.push_datagram(1, Who::Client, most.as_bytes());
    let error = pcapng(&long, &PcapngOptions::of(&long)).expect_err("too long");
    assert!(error.to_string().contains("65507"), "{error}");
}
