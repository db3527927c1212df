//! Floor 11. Deliveries to an MQTT 5 broker: a run's records as messages, none of them lost while the buffer has room.

mod backoff;
mod broker;
mod client;
mod compose;
mod error;
mod exporter;
mod message;
mod options;
mod sender;
mod signal;
mod tls;
mod topics;

pub use error::MqttError;
pub use exporter::{Handle, Mqtt};
pub use options::{MqttOptions, PasswordFrom, Propeller};
