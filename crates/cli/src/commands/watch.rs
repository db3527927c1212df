//! Floor 12. Watching: a plan becomes a session, and its outcome reaches whoever wanted it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::time::Duration;

use procmon_core::session::{Order, Outcome, Session, Target};
use procmon_core::sink::{OutFile, Rotating, file_sink};
use procmon_export::exporters::Exporters;
use procmon_export::serve::Server;
use procmon_model::ports::{Loss, Sink};
use procmon_model::units::Elapsed;
use procmon_sys::Inside;

use crate::failure::Failure;
use crate::lines_out::LinesOut;
use crate::plan::{Outputs, Plan, Recorded, Voice};
use crate::printer::Printer;
use crate::signals::{Role, Signals};
use crate::summary_file;

/// Watches to the end, and says and writes what was asked for.
pub(crate) fn watch(plan: Plan, role: Role, printer: &mut Printer<'_>) -> Result<Outcome, Failure> {
    let Plan { target, settings, accounting, outputs, wishes, voice } = plan;
    let signals = Signals::hold_back(role).map_err(|error| unprepared(&error))?;
    let (mut sinks, lines) = sinks(&outputs).map_err(|error| unprepared(&error))?;
    let mut exporters = Exporters::start(wishes);
    sinks.extend(exporters.sinks());
    let target = with_environment(target, exporters.environment());
    let inside = Inside::OwnProcess;
    let (signals_before, procfs, calls) = (signals.before(), None, true);
    let order = Order {
        target,
        settings,
        accounting,
        inside,
        signals: signals_before,
        sinks,
        procfs,
        calls,
    };
    let session = Session::start(order)?;
    signals.pass_on(session.remote());
    serve(&mut exporters, &session, printer);
    let digest = session.digest();
    let mut outcome = session.run()?;
    signals.let_through();
    let mut lost: Vec<Loss> = lines.and_then(LinesOut::finish).into_iter().collect();
    lost.extend(exporters.finish());
    if !lost.is_empty() {
        let took = Duration::try_from_secs_f64(outcome.summary.duration_ms / 1e3);
        let at = Elapsed::ZERO + took.unwrap_or_default();
        for loss in &lost {
            digest.add_loss(at, loss);
        }
        outcome.losses.extend(lost);
        outcome.summary = digest.summary().unwrap_or(outcome.summary);
    }
    deliver(&outcome, &outputs, voice, printer);
    Ok(outcome)
}

/// A command that traces itself is to do so below the run.
fn with_environment(target: Target, more: &[(String, String)]) -> Target {
    let Target::Launch(mut launch) = target else { return target };
    if !more.is_empty() {
        let own = launch.environment.unwrap_or_else(|| env::vars_os().collect());
        let is_other = |name: &OsString| more.iter().all(|(new, _)| name != OsStr::new(new));
        let own = own.into_iter().filter(|(name, _)| is_other(name));
        let more = more.iter().map(|(name, value)| (name.into(), value.into()));
        launch.environment = Some(own.chain(more).collect());
    }
    Target::Launch(launch)
}

/// A run goes on without a server that cannot be had; who may be reached by others is told so at once.
fn serve(exporters: &mut Exporters, session: &Session, printer: &mut Printer<'_>) {
    match exporters.serve(session.remote(), None) {
        Ok(server) => {
            if let Some(warning) = server.and_then(Server::is_exposed) {
                printer.error(&warning);
            }
        }
        Err(error) => exporters.note("metrics-listen", &error),
    }
}

fn unprepared(error: &io::Error) -> Failure {
    Failure::new(format!("the watching could not be prepared: {error}"))
}

/// Where the records go, and who has to be waited for at the end.
#[expect(clippy::type_complexity, reason = "the two halves have nothing in common to be named by")]
fn sinks(outputs: &Outputs) -> io::Result<(Vec<Box<dyn Sink>>, Option<LinesOut>)> {
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    if let Some(recorded) = &outputs.out {
        sinks.push(file(recorded)?);
    }
    if !outputs.json {
        return Ok((sinks, None));
    }
    let (queue, lines) = LinesOut::start()?;
    sinks.push(Box::new(queue));
    Ok((sinks, Some(lines)))
}

fn file(recorded: &Recorded) -> io::Result<Box<dyn Sink>> {
    let Recorded { path, shape, rotation } = recorded;
    if let Some(rotation) = rotation {
        return Ok(Box::new(Rotating::new(path.clone(), *shape, *rotation)?));
    }
    Ok(file_sink(*shape, OutFile::reserve(path.clone()), path.display().to_string()))
}

/// Nothing that goes wrong here changes how we end: that is the command's.
fn deliver(outcome: &Outcome, outputs: &Outputs, voice: Voice, printer: &mut Printer<'_>) {
    if voice.quiet {
        // The summary would have these lines among its warnings.
        for loss in &outcome.losses {
            printer.error(&loss.message);
        }
    } else {
        printer.summary(&outcome.summary, voice.colour);
    }
    if let Some(path) = &outputs.summary
        && let Err(error) = summary_file::replace(path, &outcome.summary)
    {
        let path = path.display();
        printer.error(&format!("the summary could not be written to {path}: {error}"));
    }
}
