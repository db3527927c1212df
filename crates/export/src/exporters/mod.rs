//! Floor 11. All exporters of one session together: started before it, fed by it, and waited for at its end.

mod ends;
mod page;
mod picture;
mod running;
mod wishes;

pub use page::Figures;
pub use running::Exporters;
pub use wishes::{Census, DEFAULT_PORT, GatewayWish, ServeWish, TlsFiles, Wishes};
