//! Floor 11. A server of scrapes over HTTP, with TLS and passwords where they are asked for.

mod answers;
mod connection;
mod error;
mod listen;
mod pace;
mod page;
mod passwords;
mod readings;
mod reception;
mod server;
mod web_config;

pub use error::{OnTrouble, ServeError, WebConfigError};
pub use listen::Listen;
pub use page::{Answer, Page};
pub use server::{ServeOptions, Server};
