//! What a server reads in the weathers `dribble` and `glue`, on a machine whose processors are all busy.

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use wirelab::net::player::Player;
use wirelab::net::{Activity, Weather, listen};
use wirelab::wire::{Transcript, Who};

const SCRIPT: &str = "C connect\nC> 3 tacos\\r\\n\nC> 2 jalape\\xc3\\xb1os y \\xf0\\x9f\\x8c\\xae\\r\\n\nC> Host: tacos.example\\r\\n\n\
    C> \\r\\n\nC fin\n";
/// Longer than anything here takes; reached only when a test fails.
const DEADLINE: Duration = Duration::from_secs(60);

/// What each read of a server gets when the script is played in this weather, beside loops that never rest.
fn reads(weather: Weather) -> Vec<Vec<u8>> {
    let listener: TcpListener = listen(SocketAddr::from(([127, 0, 0, 1], 0)), 16).unwrap();
    let addr = listener.local_addr().unwrap();
    let script = Transcript::parse(SCRIPT).unwrap();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let busy = thread::available_parallelism().map_or(2, usize::from) * 3;
        for _ in 0..busy {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop()
                }
            });
        }
        let (name, named) = mpsc::channel();
        let server = scope.spawn(move || {
            let _ = name.send(std::fs::read_link("/proc/thread-self").ok());
            let (mut client, _) = listener.accept().unwrap();
            let mut reads = Vec::new();
            let mut buffer = [0; 4096];
            loop {
                match client.read(&mut buffer).unwrap() {
                    0 => return reads,
                    count => reads.push(buffer[..count].to_vec()),
                }
            }
        });
        let mut player = Player::new(&script, Who::Client, weather).unwrap();
        (player.silence, player.whole) = (DEADLINE, DEADLINE);
        // Whether the server's thread waits for a processor, as a check sees it of a program.
        let thread = named.recv().unwrap();
        let look = || {
            let path = PathBuf::from("/proc").join(thread.as_ref()?).join("stat");
            let stat = std::fs::read_to_string(path).ok()?;
            let (_, state) = stat.rsplit_once(") ")?;
            Some(Activity {
                works: state.starts_with('R'),
                worked: Duration::ZERO,
            })
        };
        player.call_seen(addr, &look);
        let reads = server.join().unwrap();
        over.store(true, Ordering::Relaxed);
        assert_eq!(reads.concat(), script.bytes_of(1, Who::Client));
        reads
    })
}

#[test]
fn every_byte_of_a_letter_and_of_a_line_end_is_read_alone() {
    for round in 0..5 {
        for read in reads(Weather::Dribble) {
            let matters = |byte: &u8| *byte >= 0x80 || b"\r\n".contains(byte);
            assert!(
                read.len() == 1 || !read.iter().any(matters),
                "round {round}: {}",
                read.escape_ascii()
            );
        }
    }
}

#[test]
fn all_that_is_glued_together_is_read_at_once() {
    for _ in 0..5 {
        assert_eq!(reads(Weather::Glue).len(), 1);
    }
}
