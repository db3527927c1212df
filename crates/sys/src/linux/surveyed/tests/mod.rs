//! Floor 7. Another procfs: made up in a folder, that of another pid namespace, and our own taken for another.

mod figures;
mod looks;
mod real;
mod refusals;
mod support;
