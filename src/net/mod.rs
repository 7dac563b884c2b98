//! The only sockets of the project: blocking, one thread a direction, every wait with a deadline.
//!
//! Rule 1: nothing here knows a lab, HTTP, or how to print.
//! Rule 2: what is read is recorded before it is forwarded.

mod address;
mod alone;
mod deadline;
mod idle;
mod idle_list;
mod input;
mod listen;
mod memory;
mod peer;
mod peer_queue;
pub mod player;
mod pool;
mod ports;
mod recorder;
mod segmentation;
mod serve;
mod session;
mod socket;
mod stream;
mod tap;
mod weather;

pub use address::{AddressError, address, addresses, own_addresses};
pub use deadline::DeadlineReader;
pub use idle::{Activity, CpuSample, IdleTimer, rest};
pub use idle_list::{IdleList, IdlePlace};
pub use input::Input;
pub use listen::{Cause, Closed, Listener, SocketError, call, descriptor_limit, listen};
pub use memory::address_space_limit;
pub use pool::{AcceptProblem, Accepted, PoolLimits, Service, accept, pool, run_pool};
pub use ports::{Port, accepts, free_port, listeners};
pub use recorder::{Observation, ObservationKind, Recorder};
pub use serve::{AcceptedClient, Serving, serve};
pub use socket::starting;
pub use stream::{IoFailure, RecordedStream};

pub use session::Session;
pub use tap::{FaultControl, Faults, Tap};
pub use weather::Weather;
