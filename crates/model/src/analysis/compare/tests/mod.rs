//! Floor 6. Comparisons: by hand, by what must hold of all, and of runs as noisy as real ones.

mod by_hand;
mod invariants;
mod noise;
mod simulated;
