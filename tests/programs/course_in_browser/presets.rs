//! Every preset of every lab, said to the lab's own server: it answers what the file says.

use std::net::Ipv4Addr;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use wirelab::course::catalogue::{self, Lab};
use wirelab::course::run_lab;
use wirelab::course::web::manual_request::{self, Delivery};
use wirelab::course::web::presets::{self, Preset};
use wirelab::net::Recorder;
use wirelab::wire::{Difference, Entry, Gap, Transcript, Who, compare};

use crate::support::{side_by_side, soon};

/// How long a server that keeps the connection open is listened to, when the answer is there.
const LISTEN: Duration = Duration::from_millis(300);

/// Says a preset to a server that is started for it; what both sides said.
fn said(lab: &Lab, preset: &Preset) -> Transcript {
    let anywhere = (Ipv4Addr::LOCALHOST, 0).into();
    let server = run_lab::serve_one(lab, preset.stub, anywhere, None).expect("its server starts");
    if preset.server == "stop" {
        server.stop().expect("it is a program");
    }
    let recorder = Recorder::new();
    let (acts, waiting) = mpsc::sync_channel(1);
    let delivery = Delivery::parse(&preset.delivery).expect("a delivery");
    let said = manual_request::acts(&preset.said()).expect("the box can be read");
    acts.send((said, delivery)).expect("there is room");
    let still_open = preset.expected.entries().contains(&Entry::Gap(Gap::End));
    thread::scope(|scope| {
        let (addr, recorder) = (server.addr, &recorder);
        let talk = scope.spawn(move || {
            manual_request::talk((addr, lab.has_datagrams()), recorder, &waiting, &|_| true)
        });
        let mut agreed = None;
        let mut is_listened_to = || {
            let agrees = difference(&preset.expected, &recorder.transcript()).is_none();
            agrees && agreed.get_or_insert_with(Instant::now).elapsed() > LISTEN
        };
        // Nobody tells when a server that keeps the connection open has nothing more to say.
        soon(|| talk.is_finished() || still_open && is_listened_to());
        let transcript = recorder.transcript();
        drop(acts);
        let _ = talk.join();
        transcript
    })
}

/// The first difference of what each side said and did; which side was first is a race where the client does
/// not wait for answers.
fn difference(expected: &Transcript, got: &Transcript) -> Option<Difference> {
    compare(&one_after_the_other(expected), &one_after_the_other(got))
}

/// Everything that the client did, and then everything that the server did, connection by connection.
fn one_after_the_other(transcript: &Transcript) -> Transcript {
    let mut sorted = Transcript::new();
    for conn in transcript.connections() {
        for side in [Who::Client, Who::Server] {
            for entry in transcript.entries() {
                let speaker = match entry {
                    Entry::Chunk(chunk) => (chunk.conn, chunk.who),
                    Entry::Event { who, conn, .. } => (*conn, *who),
                    _ => continue,
                };
                if speaker == (conn, side) {
                    sorted.push_entry(entry);
                }
            }
        }
    }
    sorted
}

#[test]
fn each_preset_is_answered_as_its_file_says() {
    let all = presets::all();
    let items: Vec<_> = all
        .into_iter()
        .map(|(lab, preset)| (lab, preset.expect(lab.slug)))
        .filter(|(_, preset)| preset.kind != presets::THE_SERVER)
        .collect();
    let wrong = side_by_side(items, |(lab, preset)| {
        let got = said(lab, &preset);
        difference(&preset.expected, &got).map(|difference| {
            format!(
                "{}: {}: {difference:?}\n{}",
                lab.slug,
                preset.title,
                got.without_times().render()
            )
        })
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_lab_has_useful_and_weird_presets_and_ways_to_break_one_thing() {
    for lab in catalogue::labs() {
        let presets = presets::of(lab);
        for kind in presets::KINDS {
            let count = presets.iter().filter(|preset| preset.kind == kind).count();
            // A relay passes on whatever it gets: nothing breaks there.
            let none = lab.number == 15 && kind == "break one thing" || kind == presets::THE_SERVER;
            assert!(count >= 1 || none, "lab {}: nothing is {kind}", lab.number);
        }
    }
}
