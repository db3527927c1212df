//! Floor 11. What is written once, when a session has ended: a file for the textfile collector, a Pushgateway.

use std::error::Error;

use procmon_model::ports::{Loss, LossKind};

use super::wishes::{GatewayWish, TlsFiles, Wishes};
use crate::census::Scene;
use crate::exposition::{Exposition, Format};
use crate::prom_file;
use crate::pushgateway::{PushError, Pushgateway, PushgatewayOptions, TIMEOUT};

/// Writes the result where it was wished for; answers what went wrong.
pub(super) fn write_result(wishes: &Wishes, scene: &Scene) -> Vec<Loss> {
    let exposition = match exposition(wishes) {
        Ok(exposition) => exposition,
        Err(loss) => return vec![loss],
    };
    let mut losses = Vec::new();
    if let Some(path) = &wishes.prom_file
        && let Err(error) = prom_file::write(path, scene, &exposition)
    {
        losses.push(loss("prom-file", &error));
    }
    losses.extend(wishes.prom_file.as_deref().and_then(prom_file::name_warning).map(|message| {
        let message = format!("prom-file: {message}");
        Loss { kind: LossKind::NotDelivered, records: 0, message }
    }));
    if let Some(wish) = &wishes.pushgateway
        && let Err(error) = push(wish, &wishes.tls, exposition, scene)
    {
        losses.push(loss("pushgateway", &error));
    }
    losses
}

/// How figures are shown.
pub(super) fn exposition(wishes: &Wishes) -> Result<Exposition, Loss> {
    Exposition::new(wishes.names, wishes.labels.clone(), Format::Text)
        .map_err(|error| loss("label", &error))
}

fn push(
    wish: &GatewayWish,
    tls: &TlsFiles,
    exposition: Exposition,
    scene: &Scene,
) -> Result<(), PushError> {
    let TlsFiles { ca: ca_file, identity } = tls.clone();
    let GatewayWish { url, job } = wish.clone();
    let grouping = Vec::new();
    let timeout = TIMEOUT;
    let options = PushgatewayOptions { url, job, grouping, exposition, ca_file, identity, timeout };
    Pushgateway::new(options)?.put(scene)
}

/// Something that an exporter could not do, in a sentence.
pub(super) fn told(message: String) -> Loss {
    Loss { kind: LossKind::NotDelivered, records: 0, message }
}

/// The same by its error.
pub(super) fn loss(exporter: &str, error: &dyn Error) -> Loss {
    told(format!("{exporter}: {}", sentence(error)))
}

/// An error and its hint, which has a line of its own, in one.
fn sentence(error: &dyn Error) -> String {
    error.to_string().replace("\nhint: ", "; ").replace('\n', "; ")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;
    use crate::mqtt::MqttError;
    use crate::prom_file::PromFileError;

    fn missing() -> io::Error {
        io::Error::from(io::ErrorKind::NotFound)
    }

    #[test]
    fn an_error_is_told_with_its_reason_and_its_hint_in_one_line() {
        let path = PathBuf::from("/nowhere");
        let told = |error: &dyn Error| loss("here", error).message;
        let error = MqttError::File { path: path.clone(), source: missing() };
        assert_eq!(told(&error), "here: read /nowhere: entity not found");
        let error = PromFileError { path, source: missing() };
        assert_eq!(told(&error), "here: write /nowhere: entity not found");
        let error = MqttError::NoAgent;
        assert_eq!(told(&error), "here: find out this machine's name; give the agent a name");
    }
}
