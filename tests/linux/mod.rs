//! What is counted on a real Linux, held against what is known otherwise.

mod adversity;
mod calls;
mod counting;
mod groups;
mod network;
mod odd_processes;
mod peaks;
mod restricted;
mod tiers;
mod traced;
