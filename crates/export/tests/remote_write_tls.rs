//! Floor 11. Remote write to a real Prometheus that wants TLS, our certificate and a password.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::{Running, free_port, header, installed};
use procmon_export::census::{Group, Scene};
use procmon_export::delivery::{Manner, Picture, outbox};
use procmon_export::remote_write::{RemoteWrite, RemoteWriteOptions, Tell};
use procmon_model::ports::Sink as _;
use procmon_model::record::Record;
use procmon_model::units::WallTime;

/// One group, at one moment.
struct Still(WallTime);

impl Picture for Still {
    fn take(&mut self, _record: &Record) {}

    fn scene(&mut self) -> Scene {
        let group = Group { name: "node".into(), processes: 2, ..Group::default() };
        Scene { read_at: Some(self.0), groups: vec![group], ..Scene::default() }
    }
}

fn series(scene: &Scene, tell: Tell<'_>) {
    for group in &scene.groups {
        tell("procmon_group_processes", &[("group", &group.name)], group.processes as f64);
    }
}

/// A key and a certificate that it has signed itself, for this machine.
fn certificate(folder: &Path, name: &str) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args([
            "-days",
            "2",
            "-subj",
            &format!("/CN={name}"),
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join(format!("{name}.key")))
        .arg("-out")
        .arg(folder.join(format!("{name}.pem")))
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
}

/// Sends two samples; answers what was sent, failed and dropped, and the reason.
fn deliver(url: &str, folder: &Path, ca: &str, name: &str) -> ([u64; 3], Option<String>) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = WallTime::from_nanos(u64::try_from(since.as_nanos()).unwrap());
    let (mut outbox, courier) = outbox("remote_write", 10, Manner::Hasty);
    let options = RemoteWriteOptions {
        ca_file: Some(folder.join(ca)),
        identity: Some((folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")))),
        ..RemoteWriteOptions::new(series)
    };
    let delivery = RemoteWrite::start(url, &options, courier, Box::new(Still(now))).unwrap();
    outbox.write(&header(0));
    outbox.finish();
    delivery.wait();
    let figures = outbox.tally().figures();
    let loss = outbox.tally().loss().map(|loss| loss.message);
    ([figures.sent, figures.failed, figures.dropped], loss)
}

#[test]
fn a_server_is_trusted_by_its_authority_and_trusts_our_certificate_and_password() {
    let install = "apt-get install --no-install-recommends prometheus openssl";
    let found = ["/usr/bin/prometheus", "/usr/bin/openssl"].map(|path| installed(&[path], install));
    let [Some(program), Some(_)] = found else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["server", "ours", "other"] {
        certificate(folder, name);
    }
    fs::write(folder.join("prometheus.yml"), "global:\n  scrape_interval: 1h\n").unwrap();
    // The password is "s3cret".
    let web = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  \
        client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ours.pem\n\
        basic_auth_users:\n  me: $2b$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG\n";
    fs::write(folder.join("web.yml"), web).unwrap();
    let port = free_port();
    let _prometheus = Running::start(
        Command::new(program)
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--web.config.file={}", folder.join("web.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--web.enable-remote-write-receiver")
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
        port,
    );
    let shown = format!("https://127.0.0.1:{port}/api/v1/write");
    let url = |password: &str| shown.replace("//", &format!("//me:{password}@"));
    assert_eq!(deliver(&url("s3cret"), folder, "server.pem", "ours"), ([2, 0, 0], None));

    let wrong =
        |reason: &str| Some(format!("remote_write: 2 records were not delivered: {shown}{reason}"));
    let (counts, loss) = deliver(&url("guess"), folder, "server.pem", "ours");
    assert_eq!((counts, loss), ([0, 2, 0], wrong(" answered 401: Unauthorized")));
    let (counts, loss) = deliver(&url("s3cret"), folder, "other.pem", "ours");
    let reason = ": invalid peer certificate: UnknownIssuer";
    assert_eq!((counts, loss), ([0, 2, 0], wrong(reason)));
    // The server breaks off, and whether its reason or the broken connection is seen first is a matter of luck.
    let ([sent, failed, dropped], loss) = deliver(&url("s3cret"), folder, "server.pem", "other");
    assert_eq!((sent, failed + dropped), (0, 2));
    let loss = loss.unwrap();
    assert!(loss.contains(&shown) && !loss.contains("s3cret"), "{loss}");
}
