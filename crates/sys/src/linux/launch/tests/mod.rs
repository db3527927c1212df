//! Floor 7. Tests of the launcher with real commands.

mod inheritance;
mod life;
mod lookup;
mod strangers;
mod support;
