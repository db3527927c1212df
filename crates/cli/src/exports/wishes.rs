//! Floor 12. What the words about exporters mean.

use std::env;
use std::path::Path;
use std::sync::Arc;

use procmon_export::census::{CensusOptions, ShowProcesses};
use procmon_export::exporters::{Census, GatewayWish, ServeWish, TlsFiles, Wishes};
use procmon_export::exposition::Names;
use procmon_export::facts::SystemFacts;
use procmon_export::grouping::{By, Grouper, Selected, Selection, process_names};
use procmon_export::mqtt::{MqttOptions, PasswordFrom, Propeller};
use procmon_export::otlp::{OtlpOptions, Pipeline, ProcessPoints, TraceContext};
use procmon_model::units::Bytes;
use procmon_sys::Procfs;

use super::census_words::{CensusWords, CompatChoice};
use super::destinations::{DestinationWords, MqttCompatChoice, ProcessPointsChoice, ServeWords};
use crate::failure::Failure;

/// The variable that holds a broker's password.
const PASSWORD: &str = "PROCMON_MQTT_PASSWORD";

/// The variable in which whoever started a run has named its span, in the form of `TRACEPARENT`.
const TRACE_RUN: &str = "PROCMON_TRACE_RUN";

/// The word that has the standard's variables decide.
const BY_VARIABLES: &str = "env";

/// How many groups the figures of a run have at most.
const GROUPS_OF_A_RUN: usize = 1000;

/// What is wished for beside a session.
pub(crate) fn wishes(words: &DestinationWords, serve: &ServeWords, census: Census) -> Wishes {
    let words = words.clone();
    let ServeWords { metrics_listen, web_config } = serve.clone();
    let tls =
        TlsFiles { ca: words.ca.clone(), identity: words.cert.clone().zip(words.key.clone()) };
    Wishes {
        serve: metrics_listen.map(|listen| ServeWish { listen, web_config }),
        otlp: words.otlp.as_deref().map(|url| otlp(url, &words, &tls)),
        remote_write: words.remote_write.clone(),
        mqtt: words.mqtt.as_deref().map(|url| mqtt(url, &words)),
        pushgateway: words
            .pushgateway
            .clone()
            .map(|url| GatewayWish { url, job: words.job.clone() }),
        prom_file: words.prom_file,
        labels: words.label,
        interval: words.export_interval,
        tls,
        ..Wishes::none(census)
    }
}

/// The census of a run: its processes by what they do.
pub(crate) fn census_of_run() -> Census {
    Arc::new(|| CensusOptions {
        facts: Box::new(SystemFacts::default()),
        max_series: Some(GROUPS_OF_A_RUN),
        as_run: true,
        ..CensusOptions::new(Box::new(By::Role))
    })
}

/// The census that these words ask for. `seen_whole`: the session watches more than the processes that are named.
pub(crate) fn census_of_everybody(
    words: &CensusWords,
    procfs: &Procfs,
    seen_whole: bool,
) -> Result<Census, Failure> {
    let selection = Selection {
        pids: if seen_whole { words.pid.clone() } else { Vec::new() },
        names: words.name.clone(),
        include: words.include.clone(),
        exclude: words.exclude.clone(),
        expect: words.expect.iter().map(|name| Arc::from(name.as_str())).collect(),
    };
    let rules =
        words.process_names.as_deref().map(|path| rules(path, !words.no_join)).transpose()?;
    let (by, processes, max_series) = (words.group_by, shown(words), words.max_series);
    let procfs = procfs.clone();
    Ok(Arc::new(move || {
        let grouper: Box<dyn Grouper> = match &rules {
            Some(rules) => Box::new(rules.clone()),
            None => Box::new(by),
        };
        CensusOptions {
            facts: Box::new(SystemFacts::of(procfs.clone())),
            processes,
            max_series: Some(max_series),
            ..CensusOptions::new(Box::new(Selected::new(selection.clone(), grouper)))
        }
    }))
}

/// Whose names are used.
pub(crate) fn names(compat: Option<CompatChoice>) -> Names {
    match compat {
        None => Names::Procmon,
        Some(CompatChoice::ProcessExporter) => Names::ProcessExporter,
        Some(CompatChoice::DarwinExporter) => Names::DarwinExporter,
        Some(CompatChoice::PerPid) => Names::PerPid,
    }
}

fn rules(path: &Path, children: bool) -> Result<procmon_export::grouping::ProcessNames, Failure> {
    process_names(path, children).map_err(|error| Failure::usage(error.to_string()))
}

fn shown(words: &CensusWords) -> Option<ShowProcesses> {
    words.processes.then(|| ShowProcesses {
        top: words.top,
        min_cpu_share: words.min_cpu,
        min_memory: words.min_memory.map(Bytes::new),
        min_age: words.min_age,
    })
}

fn otlp(url: &str, words: &DestinationWords, tls: &TlsFiles) -> Result<OtlpOptions, String> {
    let lookup = |name: &str| env::var(name).ok();
    let options = OtlpOptions::from_variables(&lookup).map_err(|error| format!("otlp: {error}"))?;
    let mut options = if url == BY_VARIABLES { options } else { options.with_endpoint(url) };
    for endpoint in options.metrics.iter_mut().chain(options.traces.iter_mut()) {
        endpoint.ca_file = tls.ca.clone().or(endpoint.ca_file.take());
        endpoint.identity = tls.identity.clone().or(endpoint.identity.take());
    }
    options.run = lookup(TRACE_RUN).and_then(|text| TraceContext::parse(&text, None));
    options.processes = match words.otlp_process {
        ProcessPointsChoice::Attribute => ProcessPoints::Attribute,
        ProcessPointsChoice::Resource => ProcessPoints::Resource,
        ProcessPointsChoice::Off => ProcessPoints::Off,
    };
    if words.cicd {
        options.pipeline = Some(Pipeline::from_variables(&lookup).unwrap_or_default());
    }
    options.resource.extend(words.label.clone());
    Ok(options)
}

fn mqtt(url: &str, words: &DestinationWords) -> MqttOptions {
    let in_environment =
        || env::var_os(PASSWORD).map(|_| PasswordFrom::Environment(PASSWORD.to_owned()));
    let file = words.mqtt_password_file.clone().map(PasswordFrom::File);
    let compat = words.mqtt_compat.map(|MqttCompatChoice::Propeller| Propeller {
        domain: words.domain.clone().unwrap_or_else(|| "default".to_owned()),
        channel: words.channel.clone().unwrap_or_else(|| "default".to_owned()),
        task_id: words.task_id.clone(),
        proplet_id: words.agent_id.clone(),
    });
    MqttOptions {
        password: file.or_else(in_environment),
        namespace: words.mqtt_namespace.clone(),
        agent: words.agent_id.clone(),
        compat,
        ..MqttOptions::to(url)
    }
}
