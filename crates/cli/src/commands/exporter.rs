//! Floor 12. `procmon exporter`: the figures of a machine, or of some of its processes, for as long as somebody wants them.

use std::sync::Arc;
use std::thread;

use procmon_core::session::{Order, Session, Target};
use procmon_export::exporters::{Exporters, Figures};
use procmon_export::exposition::Format;
use procmon_model::own_profile::OwnProfile;
use procmon_model::ports::Request;
use procmon_model::settings::Settings;
use procmon_sys::{Inside, Procfs, Remote};

use crate::exit::Exit;
use crate::exports::{CompatChoice, ExporterWords, ServeWords, census_of_everybody, names, wishes};
use crate::failure::Failure;
use crate::printer::{self, Printer};
use crate::signals::{Role, Signals};

/// The profile of an exporter that nobody has given another.
const PROFILE: &str = "daemon";

/// The process that everybody else descends from.
const INIT: u32 = 1;

/// Shows figures until it is told to end, or once.
pub(crate) fn exporter(words: ExporterWords, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    let (once, quiet) = (words.once, words.quiet);
    let (order, mut exporters, signals) = begun(words)?;
    let session = Session::start(order)?;
    let remote = session.remote();
    signals.pass_on(remote.clone());
    if once {
        let text = scraped_once(session, &mut exporters, remote)?;
        return printer.answer(&text).map(|()| Exit::Success);
    }
    // It runs for months: what goes wrong is told when it does.
    let on_trouble = Arc::new(|trouble: String| printer::aside(&trouble));
    let server = exporters.serve(remote, Some(on_trouble))?;
    announce(server, quiet, printer);
    let outcome = session.run()?;
    signals.let_through();
    for loss in outcome.losses.iter().chain(&exporters.finish()) {
        printer.error(&loss.message);
    }
    Ok(Exit::Success)
}

/// Everything before the session: what it is to watch, and who takes its records.
fn begun(words: ExporterWords) -> Result<(Order, Exporters, Signals), Failure> {
    let ExporterWords { mut sampling, mut census, destinations, .. } = words;
    let ExporterWords { listen, web_config, once, compat, .. } = words;
    sampling.profile = sampling.profile.or_else(|| OwnProfile::named(PROFILE));
    let settings = sampling.settings()?;
    let procfs = words.path_procfs.as_deref().map_or(Ok(Procfs::own()), Procfs::at);
    let procfs = procfs.map_err(|error| Failure::new(error.to_string()))?;
    // These know nothing but single processes.
    census.processes |= matches!(compat, Some(CompatChoice::DarwinExporter | CompatChoice::PerPid));
    let alone = match census.pid.as_slice() {
        [pid] if census.name.is_empty() => Some(*pid),
        _ => None,
    };
    let counted = census_of_everybody(&census, &procfs, alone.is_none())?;
    // A single scrape is served to nobody, but shown as if it were.
    let serve =
        ServeWords { metrics_listen: Some(listen), web_config: web_config.filter(|_| !once) };
    let mut wished = wishes(&destinations, &serve, counted);
    wished.names = names(compat);
    let signals = Signals::hold_back(Role::Onlooker)
        .map_err(|error| Failure::new(format!("the watching could not be prepared: {error}")))?;
    let mut exporters = Exporters::start(wished);
    let order = Order {
        target: Target::Attach(alone.unwrap_or(INIT)),
        settings: Settings { history: 0, ..settings },
        accounting: sampling.accounting(),
        inside: Inside::OwnProcess,
        signals: signals.before(),
        sinks: exporters.sinks(),
        procfs: words.path_procfs,
        calls: false,
    };
    Ok((order, exporters, signals))
}

fn announce(
    server: Option<&procmon_export::serve::Server>,
    quiet: bool,
    printer: &mut Printer<'_>,
) {
    let Some(server) = server else { return };
    if let Some(warning) = server.is_exposed() {
        printer.error(&warning);
    }
    if !quiet {
        printer.error(&format!("figures at http://{}/metrics", server.address()));
    }
}

/// One scrape: a thread asks for it while this one watches.
fn scraped_once(
    session: Session,
    exporters: &mut Exporters,
    remote: Remote,
) -> Result<String, Failure> {
    let figures = exporters.figures(remote.clone());
    let asking = thread::Builder::new().name("scrape".to_owned()).spawn(move || {
        let text = figures.as_ref().map(|figures: &Figures| figures.text(Format::Text));
        remote.ask(Request::Stop);
        text
    });
    let asking = asking.map_err(|error| Failure::new(format!("the scrape failed: {error}")))?;
    session.run()?;
    let text = asking.join().ok().flatten();
    text.ok_or_else(|| Failure::new("the scrape failed"))
}
