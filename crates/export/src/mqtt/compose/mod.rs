//! Floor 11. How records become messages.

mod body;
mod cast;
mod composer;
mod moment;
mod propeller;
mod summary;
#[cfg(test)]
mod tests;

pub(super) use composer::{Composer, Naming};
