//! Floor 11. What is written once, when a session has ended: a file for the textfile collector, a Pushgateway.

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
pub(super) fn loss(exporter: &str, error: &dyn std::error::Error) -> Loss {
    Loss { kind: LossKind::NotDelivered, records: 0, message: format!("{exporter}: {error}") }
}
