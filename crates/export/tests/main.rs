//! Floor 11. The exporters against real servers, in one program: each of them would have all of the libraries in it.

#[cfg(test)]
mod exposition;
#[cfg(test)]
mod mqtt;
#[cfg(test)]
mod otlp;
#[cfg(test)]
mod otlp_failures;
#[cfg(test)]
mod otlp_spans;
#[cfg(test)]
mod prom_file;
#[cfg(test)]
mod pushgateway;
#[cfg(test)]
mod remote_write;
#[cfg(test)]
mod remote_write_tls;
#[cfg(test)]
mod scrape;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod support;
