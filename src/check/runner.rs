//! The runs of a check, one after the other: each is played and compared, and diagnosed if it fails.
//!
//! Rule 1: a timeout without a known meaning gets a longer limit, if the system does not show whether the
//! program waited or was not scheduled (see `net::IdleTimer`).
//! Rule 2: after a failure a server is started again before each further try.

mod growth;

use super::judge;
use super::play_program::{Done, Holds, Stage};
use super::program_in_middle::{self, side_of};
use super::timeouts::silence_of;
use super::{CheckError, Conversation, Failure, Outcome, Plan, Problem};
use crate::check::Side;
use crate::check::diagnosis::{Evidence, Expectation, Middle, Tried, Tries, diagnose};
use crate::check::lenient_http_reader::{message, messages};
use crate::check::other_deliveries::retry;
use crate::check::program::Ending;
use crate::check::script_variants::mute;
use crate::limits;
use crate::net::Weather;
use crate::wire::{DifferenceKind, Entry, Event, Transcript, Wanted, Who};

/// A plan at work.
pub(super) struct Runner<'a> {
    plan: &'a Plan,
    stage: Stage<'a>,
    /// The conversations that passed in calm weather.
    calm: Vec<String>,
    /// What the server held after its first conversation, and how many clients and conversations came since.
    first: Option<(Holds, usize, usize)>,
    /// Whether a client that says nothing was sent.
    mute_sent: bool,
    /// Whether that client was the last one.
    mute_last: bool,
    /// The last run, when it passed.
    last: Option<(Weather, Done)>,
}

impl<'a> Runner<'a> {
    /// Nothing is started yet.
    pub(super) fn new(plan: &'a Plan) -> Runner<'a> {
        let stage = Stage::new(plan);
        Runner {
            plan,
            stage,
            calm: Vec::new(),
            first: None,
            // The plan before a fresh one has sent it.
            mute_sent: plan.seed.is_some(),
            mute_last: false,
            last: None,
        }
    }

    /// One conversation in one weather.
    pub(super) fn run(
        &mut self,
        conversation: &Conversation,
        weather: Weather,
    ) -> Result<Outcome, CheckError> {
        let script = &conversation.expected;
        let silence = silence_of(script, self.plan.side);
        let mut done = self.stage.play(script, weather, silence)?;
        let mut trouble = problem_of(self.plan, &done);
        // A program that did not get the processor is late, too: who is late each time is too slow.
        for _ in 0..limits::CHECK_LATE_AGAIN {
            if !trouble.as_ref().is_some_and(is_late) {
                break;
            }
            self.stage.start_anew();
            done = self.stage.play(script, weather, silence)?;
            trouble = problem_of(self.plan, &done);
        }
        if trouble.is_some() {
            self.stage.wait_death(&mut done);
        }
        let mut known = Tries::default();
        if trouble.is_none() {
            known.mute = self.mute_client(script, weather)?;
            trouble = known.mute.map(|_| Problem::Unasked);
        }
        let Some(mut trouble) = trouble else {
            return Ok(self.passed(conversation, weather, done));
        };
        let calm = self.calm.contains(&conversation.name);
        known.calm = calm.then_some(Tried::Passed);
        let mut found = self.look_into(weather, &trouble, &done, known);
        if diagnose(&found).is_none() && done.silent && !done.seen {
            let again = self.stage.play(script, weather, silence * 4)?;
            let Some(second) = problem_of(self.plan, &again) else {
                return Ok(self.passed(conversation, weather, again));
            };
            (trouble, done) = (second, again);
            found = self.evidence(weather, &trouble, &done, found.tries);
        }
        Ok(Outcome::Failed(Box::new(
            self.failure(trouble, done, &found),
        )))
    }

    fn failure(&self, trouble: Problem, done: Done, found: &Evidence) -> Failure {
        let not_given = self.plan.not_given();
        let open = not_given.is_some() && found.depends_on_files();
        let diagnosis = diagnose(found).filter(|_| !open);
        // Whether the reset of a server that never reads comes before our eyes or after is a race; that
        // it answers without having been asked is sure, so the report says that, each time.
        let unread = diagnosis
            .as_ref()
            .is_some_and(|it| it.page.code == "W24" && it.proven);
        let trouble = if unread { Problem::Unasked } else { trouble };
        let (script, got) = leg_of(&done, &trouble);
        Failure {
            legs: legs_of(&done),
            not_given,
            expected: script.settled(&got).into_owned(),
            got,
            diagnosis,
            ending: found.process.ending.filter(|_| found.died()),
            stderr: found.process.stderr.clone(),
            trouble,
        }
    }

    /// A server that ended after the last run had passed.
    pub(super) fn died_since(&mut self) -> Option<Failure> {
        // Whether it survives a client that says nothing is a matter of the weather `ghost`.
        if std::mem::take(&mut self.mute_last) {
            self.stage.forget_if_ended();
        }
        let program = self.stage.program()?;
        let ending = program.ending()?;
        program.end();
        let (weather, mut done) = self.last.take()?;
        done.process.ending = Some(ending);
        done.process.stderr = program.stderr().text();
        done.process.said = program.said();
        let trouble = Problem::Died(ending);
        let tries = Tries {
            calm: (weather != Weather::Calm).then_some(Tried::Passed),
            ..Tries::default()
        };
        let found = self.evidence(weather, &trouble, &done, tries);
        Some(self.failure(trouble, done, &found))
    }

    /// After the first calm conversation that the client begins: a client that says nothing, for a moment.
    /// Gives back how it went when the server answered all the same.
    fn mute_client(
        &mut self,
        script: &Transcript,
        weather: Weather,
    ) -> Result<Option<Tried>, CheckError> {
        let first = script.entries().iter().find_map(|entry| match entry {
            Entry::Chunk(chunk) => Some(chunk.who),
            _ => None,
        });
        let fits = self.plan.side == Side::Server
            && script.legs().is_none()
            && !script.has_datagrams()
            && weather == Weather::Calm
            && first == Some(Who::Client);
        if !fits || self.mute_sent || !self.plan.triage {
            return Ok(None);
        }
        self.mute_sent = true;
        let done = self
            .stage
            .play(&mute(script), weather, limits::CHECK_UNASKED)?;
        let unasked = done
            .script
            .connections()
            .iter()
            .any(|&conn| !done.got.bytes_of(conn, Who::Server).is_empty());
        self.mute_last = true;
        Ok(unasked.then_some(Tried::RightBytes))
    }

    /// A run that has passed at a program of its own (see `conversations_in_parallel`).
    pub(super) fn passed_beside(
        &mut self,
        conversation: &Conversation,
        weather: Weather,
    ) -> Outcome {
        if weather == Weather::Calm {
            self.calm.push(conversation.name.clone());
        }
        Outcome::Passed
    }

    fn passed(&mut self, conversation: &Conversation, weather: Weather, done: Done) -> Outcome {
        if weather == Weather::Calm {
            self.calm.push(conversation.name.clone());
        }
        let uninvited = match weather {
            Weather::Ghost => 5,
            Weather::Rude => 1,
            _ => 0,
        };
        let clients = conversation.expected.connections().len() + uninvited;
        match &mut self.first {
            Some((_, since, served)) => (*since, *served) = (*since + clients, *served + 1),
            None => self.first = self.stage.holds().map(|holds| (holds, 0, 0)),
        }
        self.last = Some((weather, done));
        Outcome::Passed
    }

    /// The evidence of a failure, with further tries.
    fn look_into(
        &mut self,
        weather: Weather,
        trouble: &Problem,
        done: &Done,
        known: Tries,
    ) -> Evidence {
        let mut found = self.evidence(weather, trouble, done, known);
        // Datagrams cannot be cut otherwise, and have no end.
        let streams = !done.script.has_datagrams();
        if streams && self.plan.triage && !matches!(trouble, Problem::Unasked | Problem::Behind(..))
        {
            let stage = &mut self.stage;
            let mut play = |script: &Transcript, weather| {
                stage.start_anew();
                let done = stage
                    .play(script, weather, limits::CHECK_RETRY_SILENCE)
                    .ok()?;
                let got = match &done.legs {
                    Some(legs) => done.got.of_connections(&legs.front),
                    None => done.got,
                };
                Some((done.script.front(), got))
            };
            found.tries = retry(&done.script, &found, &mut play);
            // A silence that was not seen may be that of a busy machine: then a new copy proves nothing.
            if !done.seen && !found.in_pieces() {
                found.tries.again = None;
            }
        }
        found
    }

    fn evidence(&self, weather: Weather, trouble: &Problem, done: &Done, tries: Tries) -> Evidence {
        let (script, got) = leg_of(done, trouble);
        let expectation = Expectation {
            side: side_of(Some(trouble), self.plan.side),
            weather,
            script: script.settled(&got).with_values(|_, mask| mask.example()),
            refusals: refusals(self.plan),
        };
        let process = done.process.clone();
        let mut evidence = Evidence::new(expectation, got, Some(trouble.clone()), process, tries);
        evidence.middle = done.legs.as_ref().map(|legs| Middle {
            legs: legs.clone(),
            script: done.script.clone(),
            got: done.got.clone(),
        });
        evidence.process.source = self.plan.source();
        evidence
    }
}

/// The bodies of the refusals that the conversations of a plan expect.
fn refusals(plan: &Plan) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    for script in plan.conversations.iter().map(|it| &it.expected) {
        for conn in script.connections() {
            let answers = script.bytes_of(conn, Who::Server);
            for answer in messages(&answers).into_iter().map(message) {
                let refuses = answer.status().is_some_and(|status| status >= 400);
                bodies.extend(answer.body.filter(|_| refuses).map(<[u8]>::to_vec));
            }
        }
    }
    bodies
}

/// Whether a pause was longer than it should be, and all else is right.
fn is_late(trouble: &Problem) -> bool {
    let found = trouble.difference();
    found.is_some_and(|found| match (found.what, &found.expected) {
        (DifferenceKind::Gap { measured }, Wanted::Pause(_, most)) => measured > *most,
        _ => false,
    })
}

/// What is wrong with a run, if anything is.
pub(super) fn problem_of(plan: &Plan, done: &Done) -> Option<Problem> {
    let (side, who) = (plan.side, plan.side.who());
    let on_the_wire = match &done.legs {
        Some(legs) => program_in_middle::trouble(&done.script, &done.got, legs),
        None => {
            let found = match side {
                Side::Client => judge::difference_of_client(&done.script, &done.got),
                Side::Server => judge::difference(&done.script, &done.got, who),
            };
            let further = || judge::further_connection(&done.script, &done.got);
            let found = found.map(|found| match judge::is_left(&found, side) {
                // One that was not used at all is the first thing that is wrong.
                true if !done.got.bytes_of(found.conn, who).is_empty() => {
                    further().unwrap_or(found)
                }
                true => found,
                false => found,
            });
            found.map(|found| Problem::Difference(Box::new(found)))
        }
    };
    if on_the_wire.is_some() {
        return on_the_wire;
    }
    if let Some(ending) = done.process.ending.filter(|_| side == Side::Server) {
        return Some(Problem::Died(ending));
    }
    if let Some(after) = done.not_taken.filter(|_| !resets(&done.script, who)) {
        return Some(Problem::NotTaken { after });
    }
    if done.still_runs {
        return Some(Problem::StillRuns);
    }
    let fails = done.script.heading("exit") == Some("failure");
    if let Some(ending) = done
        .process
        .ending
        .filter(|ending| fails && *ending == Ending::Status(0))
    {
        return Some(Problem::Exits(ending));
    }
    let prints = done.process.prints.clone()?;
    (prints.wanted != prints.printed).then_some(Problem::Prints(prints))
}

/// The script and the recording; of a program in the middle, those of the leg on which it failed.
fn leg_of(done: &Done, trouble: &Problem) -> (Transcript, Transcript) {
    let Some(legs) = &done.legs else {
        return (done.script.clone(), done.got.clone());
    };
    let back = match trouble {
        Problem::Behind(_, difference) => legs.back_of(difference.conn),
        _ => None,
    };
    let conns = back.map_or(&legs.front, |leg| &leg.connections);
    (
        done.script.of_connections(conns),
        done.got.of_connections(conns),
    )
}

/// What was said on each leg of a program in the middle.
fn legs_of(done: &Done) -> Vec<(String, Transcript)> {
    let Some(legs) = &done.legs else {
        return Vec::new();
    };
    let got = done.got.without_times();
    let mut all = vec![("front".to_string(), got.of_connections(&legs.front))];
    for leg in &legs.backs {
        all.push((leg.name.clone(), got.of_connections(&leg.connections)));
    }
    all
}

/// Whether the script has this side break a connection off.
fn resets(script: &Transcript, who: Who) -> bool {
    script.has_event(|by, _, event| (by, event) == (who, Event::Rst))
}
