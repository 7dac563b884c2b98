//! `fetch`: the client as a tool, at servers that do right, at servers that do wrong, and at real ones.

mod answers;
mod curl;
mod faults;
mod files;
mod journeys;
mod random_answers;
mod real;
mod server;
