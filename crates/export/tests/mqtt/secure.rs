//! Floor 11. Brokers with certificates and passwords: who is let in, and what those are told who are not.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use procmon_export::mqtt::{MqttOptions, PasswordFrom};

use super::broker::{Mosquitto, run};
use super::story::{Session, counts, loss, options};
use crate::support::servers::{binary, until};

/// A broker with TLS; `lines` say whom it lets in.
fn encrypted(lines: &str) -> Option<Mosquitto> {
    binary("openssl")?;
    let mut broker = Mosquitto::asleep()?;
    let folder = broker.folder.path().to_owned();
    authority(&folder, "ca");
    certificate(&folder, "server");
    run(&folder, &["mosquitto_passwd", "-c", "-b", "passwords", "procmon", "s3cret"]);
    let place = folder.display();
    broker.wake(&format!(
        "cafile {place}/ca.pem\ncertfile {place}/server.pem\nkeyfile {place}/server.key\n{}",
        lines.replace("FOLDER", &place.to_string())
    ));
    Some(broker)
}

/// An authority that signs itself.
fn authority(folder: &Path, name: &str) {
    let (key, pem) = (format!("{name}.key"), format!("{name}.pem"));
    let subject = format!("/CN={name}");
    run(
        folder,
        &[
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            &subject,
            "-keyout",
            &key,
            "-out",
            &pem,
        ],
    );
}

/// A certificate for this machine that the authority "ca" has signed.
fn certificate(folder: &Path, name: &str) {
    let (key, request, pem) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
    let subject = format!("/CN={name}");
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1").unwrap();
    run(
        folder,
        &[
            "openssl",
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            &subject,
            "-keyout",
            &key,
            "-out",
            &request,
        ],
    );
    run(
        folder,
        &[
            "openssl",
            "x509",
            "-req",
            "-days",
            "2",
            "-in",
            &request,
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-extfile",
            "names",
            "-out",
            &pem,
        ],
    );
}

fn secure_options(broker: &Mosquitto, user: &str) -> MqttOptions {
    let url = format!("mqtts://{user}127.0.0.1:{}", broker.port);
    let authorities = Some(broker.folder.path().join("ca.pem"));
    MqttOptions { authorities, ..options(&url) }
}

fn password(broker: &Mosquitto, text: &str) -> PasswordFrom {
    let path = broker.folder.path().join("password");
    fs::write(&path, text).unwrap();
    PasswordFrom::File(path)
}

const WITH_PASSWORD: &str = "allow_anonymous false\npassword_file FOLDER/passwords";
const WITH_CERTIFICATE: &str =
    "require_certificate true\nuse_identity_as_username true\nallow_anonymous false";

/// All that a short session has delivered and what it says of its loss; it must not have used up its time.
fn outcome(options: &MqttOptions) -> ((u64, u64, u64), String) {
    let began = Instant::now();
    let mut session = Session::start(options).unwrap();
    session.samples(0..1);
    let tally = session.finish();
    assert!(began.elapsed() < Duration::from_secs(20), "{}", loss(&tally));
    (counts(&tally), loss(&tally))
}

#[test]
fn a_password_opens_an_encrypted_way() {
    let Some(broker) = encrypted(WITH_PASSWORD) else { return };
    let ca = broker.folder.path().join("ca.pem");
    let subscriber =
        broker.subscribe(&["--cafile", ca.to_str().unwrap(), "-u", "procmon", "-P", "s3cret"]);
    let password = Some(password(&broker, "s3cret\n"));
    let options = MqttOptions { password, ..secure_options(&broker, "procmon@") };
    assert_eq!(outcome(&options), ((6, 0, 0), String::new()));
    assert_eq!(subscriber.first("end").topic, "procmon/v1/ci/box/run/ab12/end");
    until("the good-bye has arrived", || subscriber.statuses() == ["online", "offline"]);
}

#[test]
fn a_wrong_password_is_told_and_not_tried_until_the_time_is_over() {
    let Some(broker) = encrypted(WITH_PASSWORD) else { return };
    let password = Some(password(&broker, "wr0ng"));
    let options = MqttOptions { password, ..secure_options(&broker, "procmon@") };
    let place = format!("mqtts://127.0.0.1:{}", broker.port);
    let told = format!(
        "mqtt: 6 records were not delivered: {place} refused the user or the password (NotAuthorized)"
    );
    assert_eq!(outcome(&options), ((0, 0, 6), told));
}

#[test]
fn a_certificate_of_an_unknown_authority_is_told() {
    let Some(broker) = encrypted(WITH_PASSWORD) else { return };
    authority(broker.folder.path(), "other");
    let authorities = Some(broker.folder.path().join("other.pem"));
    let options = MqttOptions { authorities, ..secure_options(&broker, "") };
    let place = format!("mqtts://127.0.0.1:{}", broker.port);
    let (counted, told) = outcome(&options);
    assert_eq!(counted, (0, 0, 6));
    let expected =
        format!("mqtt: 6 records were not delivered: the certificate of {place} is not trusted: ");
    assert!(told.starts_with(&expected), "{told}");
}

#[test]
fn a_certificate_of_our_own_opens_a_broker_that_asks_for_one() {
    let Some(broker) = encrypted(WITH_CERTIFICATE) else { return };
    certificate(broker.folder.path(), "client");
    let file = |name: &str| Some(broker.folder.path().join(name));
    let options = MqttOptions {
        certificate: file("client.pem"),
        key: file("client.key"),
        ..secure_options(&broker, "")
    };
    assert_eq!(outcome(&options), ((6, 0, 0), String::new()));
}

#[test]
fn a_broker_that_asks_for_a_certificate_and_gets_none_does_not_trust_us() {
    let Some(broker) = encrypted(WITH_CERTIFICATE) else { return };
    let (counted, told) = outcome(&secure_options(&broker, ""));
    assert_eq!(counted, (0, 0, 6));
    let place = format!("mqtts://127.0.0.1:{}", broker.port);
    let expected = format!("mqtt: 6 records were not delivered: {place} does not trust us (");
    assert!(told.starts_with(&expected), "{told}");
}

fn refused(options: &MqttOptions) -> String {
    Session::start(options).err().unwrap().to_string()
}

#[test]
fn files_that_are_missing_or_hold_something_else_are_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> Option<PathBuf> { Some(folder.path().join(name)) };
    fs::write(folder.path().join("empty"), "nothing").unwrap();
    let place = folder.path().display();
    let tls = options("mqtts://127.0.0.1:1");
    let missing = MqttOptions { authorities: path("missing"), ..tls.clone() };
    assert_eq!(
        refused(&missing),
        format!("read {place}/missing: No such file or directory (os error 2)")
    );
    let empty = MqttOptions { authorities: path("empty"), ..tls.clone() };
    assert_eq!(refused(&empty), format!("find certificates in PEM in {place}/empty"));
    let half = MqttOptions { certificate: path("empty"), ..tls };
    let told = "identify ourselves: a certificate needs its key, and a key its certificate";
    assert_eq!(refused(&half), told);
    let plain = MqttOptions { authorities: path("empty"), ..options("mqtt://127.0.0.1:1") };
    let told = "use certificates with mqtt://127.0.0.1:1, which has no TLS\nhint: use mqtts://";
    assert_eq!(refused(&plain), told);
}
