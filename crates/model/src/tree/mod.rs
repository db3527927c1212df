//! Floor 3. The living processes of the tree, and what the tree as a whole has used.

mod beside;
mod family;
mod member;
mod memory;
mod usage;

pub use family::Tree;
pub use usage::Usage;

#[cfg(test)]
mod tests;
