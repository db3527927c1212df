//! Floor 12. The words that say where figures are sent to.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::duration;

/// Where figures are sent to. Nothing is sent anywhere unless one of these says so.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::doc_markdown, reason = "these lines are read on a terminal")]
#[command(next_help_heading = "Sending figures elsewhere")]
pub(crate) struct DestinationWords {
    /// Send figures and spans to an OpenTelemetry collector, over HTTP; `env` for what the OTEL_* variables say
    #[arg(long, value_name = "URL")]
    pub(crate) otlp: Option<String>,

    /// How single processes appear there
    #[arg(long, value_enum, value_name = "HOW", default_value_t = ProcessPointsChoice::Attribute)]
    pub(crate) otlp_process: ProcessPointsChoice,

    /// Name the run there by the conventions for CI pipelines, too
    #[arg(long)]
    pub(crate) cicd: bool,

    /// Write the figures to a Prometheus that takes them (remote write)
    #[arg(long, value_name = "URL")]
    pub(crate) remote_write: Option<String>,

    /// Send the figures as messages to an MQTT 5 broker, such as mqtts://ci@broker.example
    #[arg(long, value_name = "URL")]
    pub(crate) mqtt: Option<String>,

    /// The file that holds the broker's password; PROCMON_MQTT_PASSWORD otherwise
    #[arg(long, value_name = "FILE")]
    pub(crate) mqtt_password_file: Option<PathBuf>,

    /// The part of the topics that tells one team or project from another
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) mqtt_namespace: String,

    /// The name of this machine in topics and messages [default: its host name]
    #[arg(long, value_name = "NAME")]
    pub(crate) agent_id: Option<String>,

    /// Publish the messages of another monitor, too
    #[arg(long, value_enum, value_name = "WHOSE")]
    pub(crate) mqtt_compat: Option<MqttCompatChoice>,

    /// The domain in its topics
    #[arg(long, value_name = "NAME", requires = "mqtt_compat")]
    pub(crate) domain: Option<String>,

    /// The channel in its topics
    #[arg(long, value_name = "NAME", requires = "mqtt_compat")]
    pub(crate) channel: Option<String>,

    /// The task that its messages are about [default: the run's own name]
    #[arg(long, value_name = "NAME", requires = "mqtt_compat")]
    pub(crate) task_id: Option<String>,

    /// Put the run's result on a Pushgateway when it ends
    #[arg(long, value_name = "URL")]
    pub(crate) pushgateway: Option<String>,

    /// The job that it is put there for
    #[arg(long, value_name = "NAME", default_value = "procmon")]
    pub(crate) job: String,

    /// Write the run's result to this file when it ends, for the textfile collector of node_exporter
    #[arg(long, value_name = "FILE")]
    pub(crate) prom_file: Option<PathBuf>,

    /// A label of every figure; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = label)]
    pub(crate) label: Vec<(String, String)>,

    /// Time between two deliveries of figures
    #[arg(long, value_name = "TIME", value_parser = duration::interval, default_value = "10s")]
    pub(crate) export_interval: Duration,

    /// The authorities that a server's certificate is checked against [default: those of the system]
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,

    /// Our own certificate, where a server asks for one
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) cert: Option<PathBuf>,

    /// The key of our certificate
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) key: Option<PathBuf>,
}

/// The words that have a session's figures served while it lasts.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Serving figures")]
pub(crate) struct ServeWords {
    /// Serve the figures to Prometheus while it lasts, at this address or port of this machine
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) metrics_listen: Option<String>,

    /// A file that asks for TLS and passwords there, as Prometheus' exporters have them
    #[arg(long, value_name = "FILE", requires = "metrics_listen")]
    pub(crate) web_config: Option<PathBuf>,
}

/// How single processes appear at an OpenTelemetry collector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProcessPointsChoice {
    /// By attributes of their points
    #[default]
    Attribute,
    /// Each as a resource of its own
    Resource,
    /// Not at all
    Off,
}

/// Whose messages are published beside ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MqttCompatChoice {
    /// Those of a Propeller proplet
    Propeller,
}

/// `name=value`, with a name that Prometheus takes.
fn label(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a label is NAME=VALUE")?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_name =
        name.bytes().all(is_word) && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if !is_name || name.starts_with("__") {
        return Err(format!(
            "{name:?} is no name of a label: letters, digits and _, and no digit first"
        ));
    }
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_a_name_that_prometheus_takes() {
        assert_eq!(label("env=ci=2"), Ok(("env".to_owned(), "ci=2".to_owned())));
        assert_eq!(label("env"), Err("a label is NAME=VALUE".to_owned()));
        for wrong in ["=x", "9a=x", "a-b=x", "__name__=x"] {
            assert!(label(wrong).unwrap_err().contains("no name of a label"), "{wrong}");
        }
    }
}
