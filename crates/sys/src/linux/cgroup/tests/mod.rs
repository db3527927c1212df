//! Floor 7. What is known of control groups, by the texts of many hosts and on this one.

mod hosts;
mod kept;
mod texts;
