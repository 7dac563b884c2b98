//! What each side may send next on a connection, as a table, and why a connection closes (RFC 9112 section 9).
//!
//! A connection has two states, the client's and the server's. A side changes its own state when it sends, and
//! a request also puts the server into the state `owes`. The whole table:
//!
//! ```text
//! client  idle    request        -> body
//! client  body    data           -> body
//! client  body    end            -> done
//! client  idle    close          -> closed
//! client  done    close          -> closed
//! client  closing close          -> closed
//! client  closed  close          -> closed
//! server  idle    request        -> owes
//! server  owes    informational  -> owes
//! server  owes    response       -> body
//! server  idle    response       -> body
//! server  body    data           -> body
//! server  body    end            -> done
//! server  idle    close          -> closed
//! server  owes    close          -> closed
//! server  done    close          -> closed
//! server  closing close          -> closed
//! server  closed  close          -> closed
//! ```
//!
//! What is not in the table is not allowed. Three rules need no step of their own:
//!
//! Rule 1: when both sides are done and the connection persists, both are idle again. Requests that the client
//! sent before that (pipelining) wait until then.
//! Rule 2: if the connection does not persist, a side that is done is closing: it must send nothing more, and
//! it closes.
//! Rule 3: a connection never switches protocols. An `Upgrade` is ignored, which RFC 9110 section 7.8 allows,
//! and CONNECT is refused. If a server grants a tunnel to our client, HTTP ends on this connection.

use super::Fault;

/// One end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Asks.
    Client,
    /// Answers.
    Server,
}

/// Where one side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Between two messages.
    Idle,
    /// A request came; the answer has not begun. The server's only.
    Owes,
    /// The head was sent; the body, also an empty one, has not ended.
    Body,
    /// The message has ended; the other side's has not.
    Done,
    /// It said its last message, and must close.
    Closing,
    /// It closed.
    Closed,
}

/// What a side does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// The head of a request.
    Request,
    /// The head of a response from 100 to 199.
    Informational,
    /// The head of any other response.
    Response,
    /// A part of a body.
    Data,
    /// The end of a message.
    End,
    /// The end of everything this side says.
    Close,
}

/// One row of the table: in this state this step leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose state.
    pub side: Role,
    /// The state before.
    pub from: State,
    /// The step.
    pub step: Transition,
    /// The state after.
    pub to: State,
}

const fn row(side: Role, from: State, step: Transition, to: State) -> Row {
    Row {
        side,
        from,
        step,
        to,
    }
}

/// The table of the file's header.
pub const TABLE: [Row; 18] = [
    row(Role::Client, State::Idle, Transition::Request, State::Body),
    row(Role::Client, State::Body, Transition::Data, State::Body),
    row(Role::Client, State::Body, Transition::End, State::Done),
    row(Role::Client, State::Idle, Transition::Close, State::Closed),
    row(Role::Client, State::Done, Transition::Close, State::Closed),
    row(
        Role::Client,
        State::Closing,
        Transition::Close,
        State::Closed,
    ),
    row(
        Role::Client,
        State::Closed,
        Transition::Close,
        State::Closed,
    ),
    row(Role::Server, State::Idle, Transition::Request, State::Owes),
    row(
        Role::Server,
        State::Owes,
        Transition::Informational,
        State::Owes,
    ),
    row(Role::Server, State::Owes, Transition::Response, State::Body),
    // A server may also answer before it understood a request: 400, 408, 503.
    row(Role::Server, State::Idle, Transition::Response, State::Body),
    row(Role::Server, State::Body, Transition::Data, State::Body),
    row(Role::Server, State::Body, Transition::End, State::Done),
    row(Role::Server, State::Idle, Transition::Close, State::Closed),
    row(Role::Server, State::Owes, Transition::Close, State::Closed),
    row(Role::Server, State::Done, Transition::Close, State::Closed),
    row(
        Role::Server,
        State::Closing,
        Transition::Close,
        State::Closed,
    ),
    row(
        Role::Server,
        State::Closed,
        Transition::Close,
        State::Closed,
    ),
];

/// The table as text, as it stands in the header of this file.
pub fn table() -> String {
    let line = |row: &Row| {
        let [side, from, step, to] = [
            format!("{:?}", row.side),
            format!("{:?}", row.from),
            format!("{:?}", row.step),
            format!("{:?}", row.to),
        ]
        .map(|word| word.to_lowercase());
        format!("{side:7} {from:7} {step:14} -> {to}\n")
    };
    TABLE.iter().map(line).collect()
}

/// Why a connection carries no further message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The client said `Connection: close`.
    ClientSaidClose,
    /// The server sent `Connection: close`.
    ServerSaidClose,
    /// HTTP/1.0 without `Connection: keep-alive`.
    OldVersion,
    /// The end of the connection is the end of the body.
    BodyUntilClose,
    /// The answer came while the client still waited for 100: nobody knows whether it will send the body (RFC
    /// 9110 section 10.1.1).
    BodyNotAwaited,
    /// A CONNECT was granted.
    Tunnel,
    /// What the other side said was wrong.
    Fault(Fault),
    /// The other side closed between two messages.
    HungUp,
}

/// This step is not in the table for the state that this side is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotNow {
    /// Who wanted to do it.
    pub side: Role,
    /// Its state.
    pub state: State,
    /// The step.
    pub step: Transition,
}

impl std::fmt::Display for NotNow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let NotNow { side, state, step } = self;
        write!(
            f,
            "a {side:?} that is {state:?} cannot do the step {step:?}"
        )
    }
}

impl std::error::Error for NotNow {}

/// The states of both sides, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateMachine {
    /// The client's state.
    pub client: State,
    /// The server's state.
    pub server: State,
    /// Why no further message will come, once that is decided.
    pub closes: Option<CloseReason>,
}

impl StateMachine {
    /// A connection on which nothing was sent.
    pub fn new() -> StateMachine {
        StateMachine {
            client: State::Idle,
            server: State::Idle,
            closes: None,
        }
    }

    /// Moves both states by one row each, or says that there is none.
    pub fn take(&mut self, side: Role, step: Transition) -> Result<(), NotNow> {
        let next = |side: Role, state: State| {
            let fits = |row: &&Row| row.side == side && row.from == state && row.step == step;
            TABLE.iter().find(fits).map(|row| row.to)
        };
        let (client, server) = (self.client, self.server);
        let not_now = |state| NotNow { side, state, step };
        match side {
            Role::Client => {
                self.client = next(Role::Client, client).ok_or(not_now(client))?;
                // A request is a step for the server, too.
                self.server = match step {
                    Transition::Request => next(Role::Server, server).unwrap_or(server),
                    _ => server,
                };
            }
            Role::Server => self.server = next(Role::Server, server).ok_or(not_now(server))?,
        }
        self.settle();
        Ok(())
    }

    /// Decides that no further message will come. The first reason stays.
    pub fn close_because(&mut self, reason: CloseReason) {
        self.closes.get_or_insert(reason);
    }

    /// Rules 1 and 2.
    fn settle(&mut self) {
        if self.closes.is_some() {
            for state in [&mut self.client, &mut self.server] {
                if *state == State::Done {
                    *state = State::Closing;
                }
            }
        } else if (self.client, self.server) == (State::Done, State::Done) {
            self.client = State::Idle;
            self.server = State::Idle;
        }
    }
}

impl Default for StateMachine {
    fn default() -> StateMachine {
        StateMachine::new()
    }
}
