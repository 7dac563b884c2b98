//! The only sockets of the project: blocking, one thread a direction, every wait with a deadline.
//!
//! Rule 1: nothing here knows a lab, HTTP, or how to print.
//! Rule 2: what is read is recorded before it is forwarded.

mod address;
mod delivery;
mod in_time;
mod input;
mod line;
mod link;
mod listen;
pub mod player;
mod pool;
mod ready;
mod recorder;
mod serve;
mod silence;
mod socket;
mod talk;
mod tap;
mod weather;

pub use address::{AddressError, address, addresses};
pub use in_time::InTime;
pub use input::Input;
pub use line::{Line, Stop, read_at};
pub use listen::{Cause, Closed, Listener, SocketError, call, listen};
pub use pool::{Arrival, Seats, Trouble, accept, pool};
pub use ready::{Port, accepts, free_port, listeners};
pub use recorder::{Recorder, Step, What};
pub use serve::{Guest, Serving, serve};
pub use silence::{Activity, Look, Silence, rest};
pub use socket::starting;

pub use talk::Talk;
pub use tap::Tap;
pub use weather::Weather;
