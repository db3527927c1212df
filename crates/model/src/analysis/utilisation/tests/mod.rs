//! Floor 6. Utilisation of small sessions, and of any.

mod at_once;
mod figures;
mod phases;
mod properties;
mod told;
