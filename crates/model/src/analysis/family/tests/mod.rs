//! Floor 6. Families of small sessions, of any session, and of a huge one.

mod any;
mod hand;
mod huge;
mod told;
