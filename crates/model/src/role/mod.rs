//! Floor 2. What a process is there for, in words: argv and environment become a label such as `jest worker 2`.

mod facts;
mod label;
mod managers;
mod node;
mod path;
mod portrait;
mod rules;
mod run;
mod shell;
#[cfg(test)]
mod tests;
mod tools;
mod workers;

pub use portrait::{ENVIRONMENT_NAMES, Portrait, Role};
pub use rules::role;
pub use run::{package_script, tool};
pub use shell::{SHELLS, depends_on_environment};
