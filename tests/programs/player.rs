//! The player against good peers and bad ones, in every weather, and always within its time.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::peers::{DEADLINE, closed, free_listener};
use socket2::SockRef;
use wirelab::limits;
use wirelab::net::player::{End, Played, Player, Segmentation, Stopped};
use wirelab::net::{Activity, Serving, Weather, call, serve};
use wirelab::wire::{Transcript, Who, compare_side};

/// How long a peer is silent in the tests that are about a silence; the reason why they last so long.
const SILENCE: Duration = Duration::from_secs(1);

const ORDERS: &str = "\
C connect
C> 3 tacos\\n
S> 3 tacos, coming up\\n
C> 1 water\\n
S> 1 water, coming up\\n
C fin
S fin
";

/// A server that does `handle` to each client.
fn server(handle: impl Fn(&mut &TcpStream) + Send + Sync + 'static) -> Serving {
    let serving = serve(free_listener(), 50, move |client| {
        let mut stream = client.stream;
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        handle(&mut stream);
    });
    serving.unwrap()
}

/// Reads up to a newline, byte by byte; `None` at the end.
fn line(stream: &mut &TcpStream) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.last() != Some(&b'\n') {
        match stream.read(&mut byte) {
            Ok(1) => line.push(byte[0]),
            _ => return None,
        }
    }
    line.pop();
    Some(line)
}

/// Whether the client is still there, and says nothing, for that long.
fn client_waits(stream: &mut &TcpStream, time: Duration) -> bool {
    stream.set_read_timeout(Some(time)).unwrap();
    let read = stream.read(&mut [0]);
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    read.is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
}

/// Answers orders as in [`ORDERS`] until the client is done.
fn waiter(stream: &mut &TcpStream) {
    while let Some(mut order) = line(stream) {
        order.extend_from_slice(b", coming up\n");
        if stream.write_all(&order).is_err() {
            return;
        }
    }
}

fn script(text: &str) -> Transcript {
    Transcript::parse(text).unwrap()
}

/// A player that waits long for what must come: the peer's threads may have to wait for a processor.
fn player(text: &str, weather: Weather) -> Player {
    let mut player = Player::new(&script(text), Who::Client, weather).unwrap();
    (player.silence, player.whole) = (DEADLINE, DEADLINE);
    player
}

/// Plays at a peer that does not say all that is expected.
fn play_to_silence(text: &str, addr: SocketAddr) -> Played {
    let mut player = player(text, Weather::Calm);
    (player.silence, player.whole) = (SILENCE, SILENCE * 4);
    player.call(addr)
}

fn play(text: &str, weather: Weather, addr: SocketAddr) -> Played {
    player(text, weather).call(addr)
}

fn text(played: &Played) -> String {
    played.got.without_times().render()
}

#[test]
fn a_good_server_is_good_in_every_weather() {
    let server = server(waiter);
    for weather in Weather::ALL {
        let begun = Instant::now();
        let played = play(ORDERS, weather, server.address());
        assert_eq!(played.stopped, None, "{weather:?}");
        assert_eq!(played.failed_writes, [], "{weather:?}");
        assert_eq!(played.ends[&1], End::Fin, "{weather:?}");
        let difference = compare_side(&script(ORDERS), &played.got, Who::Server);
        assert_eq!(difference, None, "{weather:?}");
        assert!(begun.elapsed() < DEADLINE);
        if weather == Weather::Calm {
            assert_eq!(text(&played), ORDERS);
        }
    }
}

#[test]
fn a_good_client_is_good_in_every_weather() {
    for weather in Weather::ALL {
        let listener = free_listener();
        let addr = listener.local_addr().unwrap();
        let client = thread::spawn(move || {
            let stream = call(addr, DEADLINE).unwrap();
            let mut stream = &stream;
            let mut heard = Vec::new();
            for order in ["3 tacos\n", "1 water\n"] {
                stream.write_all(order.as_bytes()).unwrap();
                heard.push(line(&mut stream).unwrap());
            }
            stream.shutdown(Shutdown::Write).unwrap();
            assert_eq!(stream.read(&mut [0]).unwrap(), 0);
            heard
        });
        let player = Player::new(&script(ORDERS), Who::Server, weather).unwrap();
        let played = player.answer(&listener);
        let heard = client.join().unwrap();
        assert_eq!(heard, [b"3 tacos, coming up", b"1 water, coming up"]);
        assert_eq!((played.stopped, played.ends[&1]), (None, End::Fin));
        let difference = compare_side(&script(ORDERS), &played.got, Who::Client);
        assert_eq!(difference, None, "{weather:?}");
    }
}

/// How often a server had to read for one order, and whether the next one was there with it.
#[test]
fn dribble_comes_in_crumbs_and_glue_in_one_piece() {
    let reads = Arc::new(Mutex::new(Vec::new()));
    let noting = Arc::clone(&reads);
    let server = server(move |stream| {
        let mut buffer = [0; 100];
        let count = stream.read(&mut buffer).unwrap();
        noting.lock().unwrap().push(count);
        let _ = stream.read_to_end(&mut Vec::new());
    });
    for (weather, expected) in [
        (Weather::Calm, 8),
        (Weather::Dribble, 1),
        (Weather::Glue, 16),
    ] {
        reads.lock().unwrap().clear();
        // It works until it has read; without this, crumbs would wait for nobody on a busy machine.
        let look = || {
            Some(Activity {
                works: reads.lock().unwrap().is_empty(),
                worked: Duration::ZERO,
            })
        };
        let mut player = player(ORDERS, weather);
        // No answer comes.
        (player.silence, player.whole) = (SILENCE, SILENCE * 4);
        player.call_seen(server.address(), &look);
        assert_eq!(*reads.lock().unwrap(), [expected], "{weather:?}");
    }
}

#[test]
fn the_rude_and_the_ghosts_come_before_the_calm_client() {
    let clients = Arc::new(Mutex::new(Vec::new()));
    let noting = Arc::clone(&clients);
    // One client after the other, so that the list is in order.
    let serving = serve(free_listener(), 1, move |client| {
        let mut stream = client.stream;
        let mut said = Vec::new();
        let ended = stream.read_to_end(&mut said).map(|_| ());
        let ended = ended.map_err(|error| error.kind());
        noting
            .lock()
            .unwrap()
            .push((String::from_utf8(said).unwrap(), ended));
    });
    let server = serving.unwrap();
    let one = "C connect\nC> 3 tacos\\n\nC fin\nS fin\n";
    let calm = ("3 tacos\n".to_string(), Ok(()));
    play(one, Weather::Rude, server.address());
    let rude = ("3 ta".to_string(), Err(ErrorKind::ConnectionReset));
    assert_eq!(*clients.lock().unwrap(), [rude, calm.clone()]);
    clients.lock().unwrap().clear();
    play(one, Weather::Ghost, server.address());
    let mut expected = vec![(String::new(), Ok(())); 5];
    expected.push(calm);
    assert_eq!(*clients.lock().unwrap(), expected);
}

#[test]
fn bytes_after_the_expected_end_are_heard() {
    let server = server(|stream| {
        line(stream);
        stream.write_all(b"ok\n").unwrap();
        line(stream);
        stream.write_all(b"and more\n").unwrap();
    });
    let played = play(
        "C> 1\\n\nS> ok\\n\nC> 2\\n\n",
        Weather::Calm,
        server.address(),
    );
    let expected = "C connect\nC> 1\\n\nS> ok\\n\nC> 2\\n\nS> and more\\n\nS fin\n~ end\n";
    assert_eq!(text(&played), expected);
}

#[test]
fn a_wrong_answer_is_heard_to_its_end_without_waiting_for_more() {
    let server = server(|stream| {
        line(stream);
        stream.write_all(b"wr").unwrap();
        stream.write_all(b"ong\n").unwrap();
        line(stream);
    });
    let begun = Instant::now();
    let played = play_to_silence("C> 1\\n\nS> a longer answer\\n\nS fin\n", server.address());
    assert_eq!(played.got.bytes_of(1, Who::Server), b"wrong\n");
    assert_eq!(played.stopped, Some(Stopped::IdleTimer(1)));
    assert!(begun.elapsed() < DEADLINE);
}

#[test]
fn silence_is_recorded() {
    let server = server(|stream| {
        line(stream);
        stream.write_all(b"o").unwrap();
        line(stream);
    });
    let played = play_to_silence("C> 1\\n\nS> ok\\n\nC fin\n", server.address());
    assert_eq!(played.stopped, Some(Stopped::IdleTimer(1)));
    assert_eq!(played.ends[&1], End::Open);
    let expected = "C connect\nC> 1\\n\nS> o\nC timeout 1000ms\n~ end\n";
    assert_eq!(text(&played), expected);
}

#[test]
fn a_reset_is_heard_behind_the_bytes_before_it() {
    let server = server(|stream| {
        line(stream);
        stream.write_all(b"o").unwrap();
        let socket = SockRef::from(*stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    });
    let played = play(
        "C> 1\\n\nS> ok\\n\nC fin\n",
        Weather::Calm,
        server.address(),
    );
    assert_eq!(played.ends[&1], End::Rst);
    let got = text(&played);
    assert!(
        got.starts_with("C connect\nC> 1\\n\nS> o\nS rst\n"),
        "{got}"
    );
}

/// The server answers before it has read, hangs up, and so resets whatever comes later.
#[test]
fn a_write_that_fails_is_an_observation_of_its_own() {
    let server = server(|stream| {
        stream.write_all(b"ok\n").unwrap();
    });
    // Heard the end; then the first write meets the closed socket, and the second one the reset.
    let late = "C connect\nS> ok\\n\nS fin\nC> 1\\n\n~ 50ms..50ms\nC> 2\\n\nC fin\n";
    let played = play(late, Weather::Calm, server.address());
    assert_eq!(played.failed_writes.len(), 1);
    let failed = played.failed_writes[0];
    assert_eq!((failed.conn, failed.after), (1, 2));
    assert_eq!(failed.kind, ErrorKind::BrokenPipe);
    assert_eq!(played.ends[&1], End::Fin);
}

#[test]
fn nobody_there_is_a_refusal() {
    let nobody = closed();
    let played = play(ORDERS, Weather::Calm, nobody.addr);
    assert!(matches!(played.stopped, Some(Stopped::NotOpened(_))));
    assert_eq!(text(&played), "S refuse\n");
}

#[test]
fn no_client_is_a_timeout() {
    let mut player = Player::new(&script(ORDERS), Who::Server, Weather::Calm).unwrap();
    player.client = Duration::from_millis(30);
    let played = player.answer(&free_listener());
    assert_eq!(played.stopped, Some(Stopped::NoGuest));
    assert_eq!(text(&played), "S timeout 30ms\n");
}

#[test]
fn a_client_too_many_is_recorded() {
    let listener = free_listener();
    let addr = listener.local_addr().unwrap();
    let client = thread::spawn(move || {
        let spare = call(addr, DEADLINE).unwrap();
        let mut stream = call(addr, DEADLINE).unwrap();
        drop(spare);
        stream.write_all(b"x").unwrap();
        let _ = stream.read(&mut [0]);
    });
    let player = Player::new(
        &script("C connect\nC fin\nS fin\n"),
        Who::Server,
        Weather::Calm,
    );
    let played = player.unwrap().answer(&listener);
    client.join().unwrap();
    let expected = "C connect\nC fin\nS fin\nC2 connect\nC2> x\n~ end\n";
    assert_eq!(text(&played), expected);
}

#[test]
fn two_connections_are_played_in_their_order() {
    let server = server(waiter);
    let both = "\
C connect
C2 connect
C2> 1 flan\\n
S2> 1 flan, coming up\\n
C> 3 tacos\\n
S> 3 tacos, coming up\\n
C fin
S fin
C2 fin
S2 fin
";
    let played = play(both, Weather::Calm, server.address());
    assert_eq!(text(&played), both);
}

#[test]
fn masks_are_waited_for() {
    let server = server(|stream| {
        line(stream);
        stream.write_all(b"at 12").unwrap();
        client_waits(stream, Duration::from_millis(20));
        stream.write_all(b"34 o'clock\n").unwrap();
        line(stream);
    });
    let masked = "C connect\nC> when\\n\nS> at \\{int} o'clock\\n\nC fin\nS fin\n";
    let played = play(masked, Weather::Calm, server.address());
    assert_eq!(played.stopped, None);
    assert_eq!(played.got.bytes_of(1, Who::Server), b"at 1234 o'clock\n");
}

/// The pattern of what passes tells what a program waits for.
#[test]
fn deliveries_tell_programs_apart() {
    let one = script("C connect\nC> 3 tacos\\n\nS> ok\\n\nC fin\nS fin\n");
    let passes = |addr: SocketAddr, delivery: Segmentation, expected: bool| {
        let mut player = Player::new(&one, Who::Client, Weather::Calm).unwrap();
        // An answer is waited for, however long it takes; a silence is what it is after a moment.
        let silence = if expected { DEADLINE } else { SILENCE };
        (player.silence, player.whole) = (silence, DEADLINE);
        let played = player.deliver(delivery).call(addr);
        played.got.bytes_of(1, Who::Server) == b"ok\n"
    };
    let all = [
        Segmentation::Whole,
        Segmentation::Dribble,
        Segmentation::Split(2),
        Segmentation::HalfClose,
    ];
    let single_read = server(|stream| {
        let mut buffer = [0; 100];
        let count = stream.read(&mut buffer).unwrap();
        let answer: &[u8] = if count == 8 { b"ok\n" } else { b"?\n" };
        let _ = stream.write_all(answer);
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let read_to_end = server(|stream| {
        let _ = stream.read_to_end(&mut Vec::new());
        let _ = stream.write_all(b"ok\n");
    });
    for (addr, row) in [
        (single_read.address(), [true, false, false, true]),
        (read_to_end.address(), [false, false, false, true]),
    ] {
        for (delivery, expected) in all.into_iter().zip(row) {
            assert_eq!(passes(addr, delivery, expected), expected, "{delivery:?}");
        }
    }
}

#[test]
fn a_peer_that_sends_without_end_is_cut_off() {
    let server = server(|stream| while stream.write_all(&[b'x'; 50_000]).is_ok() {});
    for weather in [Weather::Calm, Weather::Slow] {
        let played = play("C> 1\\n\nS> ok\\n\nC fin\n", weather, server.address());
        let heard = played.got.bytes_of(1, Who::Server).len();
        assert!(heard <= limits::MAX_EXTRA + limits::CHUNK * 2, "{heard}");
        let stopped = played.stopped.unwrap();
        assert!(
            matches!(stopped, Stopped::TooMuch(1) | Stopped::TooLong),
            "{stopped:?}"
        );
    }
}

#[test]
fn a_peer_that_drips_is_given_up() {
    let server = server(|stream| {
        line(stream);
        while client_waits(stream, SILENCE / 4) {
            let _ = stream.write_all(b"x");
        }
    });
    let begun = Instant::now();
    let long = format!("C> 1\\n\nS> {}\\n\nC fin\n", "x".repeat(500));
    let played = play_to_silence(&long, server.address());
    assert_eq!(played.stopped, Some(Stopped::TooLong));
    assert!(begun.elapsed() < DEADLINE);
}

#[test]
fn a_peer_that_never_reads_is_given_up() {
    let (leave, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let server = server(move |_| {
        let _ = wait.lock().unwrap().recv_timeout(DEADLINE);
    });
    let played = play_to_silence("C> \\{20000000*x}\nC fin\nS fin\n", server.address());
    assert_eq!(played.failed_writes[0].kind, ErrorKind::TimedOut);
    drop(leave);
}

/// A server that hangs up or resets after any number of bytes never stops the player.
#[test]
fn an_end_at_any_byte_is_survived() {
    let answer = b"3 tacos, coming up\n";
    for reset in [false, true] {
        for cut in 0..answer.len() {
            let server = server(move |stream| {
                if reset {
                    let socket = SockRef::from(*stream);
                    socket.set_linger(Some(Duration::ZERO)).unwrap();
                }
                line(stream);
                stream.write_all(&answer[..cut]).unwrap();
            });
            let played = play(ORDERS, Weather::Calm, server.address());
            assert_eq!(played.got.bytes_of(1, Who::Server), answer[..cut]);
            let end = if reset { End::Rst } else { End::Fin };
            assert_eq!(played.ends[&1], end);
        }
    }
}

#[test]
fn one_mebibyte_goes_both_ways_in_every_weather() {
    let server = server(|stream| {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    });
    let echo = "C connect\nC> \\{262144*taco}\nS> \\{262144*taco}\nC fin\nS fin\n";
    for weather in Weather::ALL {
        let begun = Instant::now();
        let mut player = Player::new(&script(echo), Who::Client, weather).unwrap();
        player.silence = DEADLINE;
        let played = player.call(server.address());
        let heard = played.got.bytes_of(1, Who::Server);
        assert!(
            heard == b"taco".repeat(262_144),
            "{weather:?}: {}",
            heard.len()
        );
        assert!(begun.elapsed() < DEADLINE, "{weather:?}");
    }
}

/// A client that is done talking may still listen, or be gone: its FIN looks the same. The difference
/// shows when somebody speaks to it.
#[test]
fn a_client_that_has_closed_both_directions_is_found_out_by_speaking_to_it() {
    let bill = "C connect\nC> 3 tacos\\n\nC fin\nS> that makes 3\\n\nS fin\n";
    for (stays, end, last) in [
        (true, End::Fin, "S fin\n"),
        (false, End::Rst, "S fin\nC rst\n"),
    ] {
        let listener = free_listener();
        let addr = listener.local_addr().unwrap();
        let client = thread::spawn(move || {
            let stream = call(addr, DEADLINE).unwrap();
            (&stream).write_all(b"3 tacos\n").unwrap();
            if stays {
                stream.shutdown(Shutdown::Write).unwrap();
                (&stream).read_to_end(&mut Vec::new()).unwrap();
            }
        });
        let player = Player::new(&script(bill), Who::Server, Weather::Calm).unwrap();
        let played = player.answer(&listener);
        client.join().unwrap();
        assert_eq!(played.ends[&1], end);
        assert!(text(&played).ends_with(last), "{}", text(&played));
    }
}
