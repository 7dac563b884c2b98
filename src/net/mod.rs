//! All sockets of the project: blocking, one thread for each direction, and a deadline for every wait.
//!
//! Rule 1: this module knows no lab and no HTTP, and prints nothing.
//! Rule 2: bytes are recorded before they are forwarded.

mod address;
mod connect_listen;
mod datagrams;
mod deadline;
mod dribble_units;
mod idle;
mod idle_list;
mod input;
mod memory_limit;
mod peer;
mod peer_queue;
pub mod player;
mod pool;
mod ports;
mod recorder;
mod segmentation;
mod serve;
mod simple_session;
mod socket_errors;
mod stream;
mod tap;
mod unscripted;
mod weather;

pub use address::{AddressError, address, addresses, own_addresses};
pub use connect_listen::{Cause, Closed, Listener, SocketError, call, descriptor_limit, listen};
pub use datagrams::{
    DatagramServer, DatagramSocket, DatagramTap, Fate, LossyNetwork, lossy_script,
};
pub use deadline::DeadlineReader;
pub use idle::{Activity, CpuSample, IdleTimer, rest};
pub use idle_list::{IdleList, IdlePlace};
pub use input::Input;
pub use memory_limit::address_space_limit;
pub use pool::{AcceptProblem, Accepted, PoolLimits, Service, accept, pool, run_pool};
pub use ports::{
    Port, accepts, free_datagram_port, free_port, listeners, listeners_beside, receives,
};
pub use recorder::{Observation, ObservationKind, Recorder};
pub use serve::{AcceptedClient, Serving, serve};
pub use simple_session::SimpleSession;
pub use socket_errors::starting;
pub use stream::{IoFailure, RecordedStream};

pub use tap::{FaultControl, Faults, Tap};
pub use unscripted::Session;
pub use weather::Weather;
