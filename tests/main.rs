//! The tests that look at the project from outside: its sources as they lie, its program as it runs.

#[cfg(test)]
mod cli;
mod docs;
#[cfg(test)]
mod linux;
#[cfg(test)]
mod support;
mod tidy;
