//! All sockets of the project: blocking, one thread for each direction, and a deadline for every wait.
//!
//! Rule 1: this module knows no lab and no HTTP, and prints nothing.
//! Rule 2: bytes are recorded before they are forwarded.

mod address;
mod awaiting_request_list;
mod connect_listen;
mod deadline_connection;
mod deadline_reader;
mod idle_timeout_by_cpu_time;
mod input_buffer;
mod may_allocate;
pub mod player;
mod pool;
mod ports;
mod recorded_endpoint;
mod recorder;
mod segmentation;
mod serve;
mod single_byte_delivery;
#[cfg(target_os = "linux")]
mod sock_diag;
mod socket_errors;
mod tap;
mod udp_player;
mod unread_by_peer;
mod unscripted_tcp;
mod unscripted_unix_udp;
mod weather;

pub use address::{AddressError, address, addresses, own_addresses, server_address};
pub use awaiting_request_list::{IdleList, IdlePlace};
pub use connect_listen::{
    Cause, Closed, Listener, SocketError, begin_to_listen, bind, call, descriptor_limit, listen,
};
pub use deadline_connection::{IoFailure, RecordedStream};
pub use deadline_reader::DeadlineReader;
pub use idle_timeout_by_cpu_time::{Activity, CpuSample, IdleTimer, rest};
pub use input_buffer::Input;
pub use may_allocate::address_space_limit;
pub use pool::{AcceptProblem, Accepted, AtOnce, PoolLimits, Service, accept, pool, run_pool};
pub use ports::{
    Port, accepts, free_datagram_port, free_port, listeners, listeners_beside, receives,
};
pub use recorder::{Observation, ObservationKind, Recorder};
pub use serve::{AcceptedClient, Serving, serve};
pub use socket_errors::starting;
pub use udp_player::{
    DatagramServer, DatagramSocket, DatagramTap, Fate, LossyNetwork, lossy_script,
};
pub use unscripted_unix_udp::SimpleSession;

pub use tap::{FaultControl, Faults, Tap};
pub use unscripted_tcp::Session;
pub use weather::Weather;
