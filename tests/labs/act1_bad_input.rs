//! What the programs of labs 3 to 6 do when they are started wrongly, or meet a peer that breaks off,
//! babbles, or lies about lengths. A server must serve the next client after all of it.

use std::net::TcpListener;
use std::process::Command;

use crate::support::peers::{ask, client, closed, complaint, printed, run, says};
use crate::support::{Server, bin};

#[test]
fn a_program_that_is_started_wrongly_says_one_thing_and_ends() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let closed = closed();
    let closed_addr = closed.addr.to_string();
    let mut cases = Vec::new();
    for lab in ["03", "04", "05", "06"] {
        let server = format!("lab{lab}-server");
        cases.push((server.clone(), "tacos".to_string(), 2, "is no address"));
        cases.push((
            server.clone(),
            "127.0.0.1:99999".to_string(),
            2,
            "is no address",
        ));
        cases.push((server, "192.0.2.1:8000".to_string(), 1, "192.0.2.1:8000"));
        cases.push((
            format!("lab{lab}-client"),
            "tacos".to_string(),
            2,
            "is no address",
        ));
    }
    for lab in ["03", "04", "05"] {
        cases.push((format!("lab{lab}-server"), taken.clone(), 1, "is taken"));
        cases.push((
            format!("lab{lab}-client"),
            closed_addr.clone(),
            1,
            "nobody listens",
        ));
    }
    for (program, addr, code, word) in cases {
        let output = run(&program, &[&addr]);
        let said = complaint(&program, &output);
        assert_eq!(output.status.code(), Some(code), "{program} {addr}: {said}");
        assert!(
            said.contains(word) && said.contains(&addr),
            "{program} {addr}: {said}"
        );
    }
    for (program, words, code) in [
        ("lab03-client", ["x", "by taste"], 2),
        ("lab05-client", ["x", "-1"], 2),
    ] {
        let output = run(program, &words);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{}",
            complaint(program, &output)
        );
    }
}

#[test]
fn every_server_survives_every_bad_client_and_serves_the_next() {
    let ten_megabytes = vec![b'x'; 10_000_000];
    let clients: [&[u8]; 8] = [
        b"",
        b"\n",
        b"3 tacos",
        b"\xff\xfe\x00\x01\n",
        b"\0\0\0\0\0\0\0\0\n",
        b"menu by length\n\0\0\0",
        b"menu by length\n\0\0\0\x04fl",
        &ten_megabytes,
    ];
    for lab in ["03", "04", "05", "06"] {
        let mut server = Server::start(&format!("lab{lab}-server"));
        for words in clients {
            ask(server.addr, words);
            drop(client(server.addr));
            let so_far = words[..words.len().min(40)].escape_ascii();
            assert!(server.runs(), "lab {lab} after {so_far}");
        }
        // The door of lab 6 may be full of clients that are gone; whoever waits is let in.
        drop(ask(server.addr, b""));
        let client = format!("lab{lab}-client");
        let output = run(&client, &[&server.addr.to_string()]);
        assert!(output.status.success(), "{}", complaint(&client, &output));
    }
}

/// The server may use 200 MB of addresses, and would end if it asked for four gigabytes.
#[cfg(target_os = "linux")]
#[test]
fn lab03_a_length_of_four_gigabytes_is_refused_before_anybody_asks_for_memory() {
    let command = format!(
        "ulimit -v 200000 && exec '{}' 127.0.0.1:0",
        bin("lab03-server").display()
    );
    let mut server = Server::start_with(Command::new("sh").args(["-c", &command]));
    let refusal = b"\0\0\0\x14? at most 8000 bytes";
    for (length, refused) in [
        (u32::MAX, true),
        (i32::MAX as u32, true),
        (1 << 31, true),
        (8_001, true),
        (8_000, false),
        (0, false),
    ] {
        let order = [&b"menu by length\n"[..], &length.to_be_bytes()].concat();
        let answer = ask(server.addr, &order);
        assert_eq!(
            answer.ends_with(refusal),
            refused,
            "{length}: {}",
            answer.escape_ascii()
        );
        assert!(server.runs());
    }
}

#[test]
fn lab03_client_believes_no_length_either() {
    let cases: [(&[u8], &str); 6] = [
        (
            b"\xff\xff\xff\xff",
            "it announces 4294967295 bytes, and we take at most 8000",
        ),
        (b"\0\0\x1f\x41", "it announces 8001 bytes"),
        (b"\0\0\0\x06nach", "hung up before its answer was whole"),
        (b"\0\0", "hung up before its answer was whole"),
        (b"", "hung up before its answer was whole"),
        (b"\0\0\0\x01a", "hung up before its answer was whole"),
    ];
    for (answer, expected) in cases {
        let addr = says(b"menu by length\n", answer.to_vec()).to_string();
        let output = run("lab03-client", &[&addr, "by", "length"]);
        let said = complaint("lab03-client", &output);
        assert!(said.contains(expected), "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
    // A menu without an end: the client stops after 64,000 bytes of it.
    let endless = b"\0\0\0\x04taco".repeat(100_000);
    let addr = says(b"menu by length\n", endless).to_string();
    let output = run("lab03-client", &[&addr, "by", "length"]);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        complaint("lab03-client", &output)
    );
}

#[test]
fn lab04_counts_no_order_that_is_none() {
    let server = Server::start("lab04-server");
    let asked = "? how many\n";
    for (orders, expected) in [
        ("3 tacos\r\n1 water\r\n", "that makes 4\n"),
        ("", "that makes 0\n"),
        ("0 tacos\n", "that makes 0\n"),
        (
            "4294967295 tacos\n4294967295 tacos\n",
            "that makes 8589934590\n",
        ),
        ("4294967296 tacos\n", asked),
        ("-1 tacos\n", asked),
        ("tacos\n", asked),
        ("3 tacos\n\n", asked),
        ("\u{663} tacos\n", asked),
        ("3 tacos\n1 wat", ""),
    ] {
        let answer = ask(server.addr, orders.as_bytes());
        assert_eq!(String::from_utf8_lossy(&answer), expected, "{orders:?}");
    }
    let many = b"1 taco\n".repeat(1_000);
    assert_eq!(ask(server.addr, &many), b"that makes 1000\n");
}

#[test]
fn the_clients_say_what_was_missing() {
    let orders = "3 tacos\n1 water\n2 jalape\u{f1}os\n".as_bytes();
    let no_bill = says(orders, Vec::new()).to_string();
    let output = run("lab04-client", &[&no_bill]);
    let said = complaint("lab04-client", &output);
    assert!(said.contains("hung up and brought no bill"), "{said}");
    assert_eq!(output.status.code(), Some(1));

    let not_utf8 = says(orders, b"that makes \xff\n".to_vec()).to_string();
    let output = run("lab04-client", &[&not_utf8]);
    assert_eq!(printed(&output), "that makes \u{fffd}\n");

    let endless = says(b"3 tacos\n", vec![b'x'; 1_000_000]).to_string();
    let output = run("lab05-client", &[&endless]);
    let said = complaint("lab05-client", &output);
    assert!(said.contains("the answer has no end"), "{said}");
    assert_eq!(output.status.code(), Some(1));

    let wordless = says(b"", Vec::new()).to_string();
    let output = run("lab06-client", &[&wordless]);
    let said = complaint("lab06-client", &output);
    assert!(said.contains("hung up without a greeting"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}
