//! Floor 11. The page of figures that Prometheus reads: a fresh sample in the form that it asks for.

use crate::exposition::{Exposition, Format};
use crate::scrape::Scraper;
use crate::serve::{Answer, Page};

/// The figures of a session.
pub struct Figures {
    scraper: Scraper,
    exposition: Exposition,
}

impl Figures {
    /// As this scraper finds them, in this exposition's names.
    pub fn new(scraper: Scraper, exposition: Exposition) -> Self {
        Self { scraper, exposition }
    }

    /// Them now.
    pub fn text(&self, format: Format) -> String {
        let mut text = String::new();
        self.exposition.in_format(format).encode(&self.scraper.scene(), &mut text);
        text
    }
}

impl Page for Figures {
    fn answer(&self, accept: Option<&str>) -> Answer {
        let format = Format::accepted(accept);
        let content_type = format.content_type().to_owned();
        Answer { content_type, body: self.text(format).into_bytes() }
    }
}
