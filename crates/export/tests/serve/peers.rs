//! Floor 11. The real Prometheus as a client, and a real exporter beside us with the same web configuration.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::certificates::Certificate;
use super::client::{curl, status};
use super::world::{figures, hash, serve, try_serve, written};
use crate::support::servers::{Server, binary, free_port, until};

#[test]
fn prometheus_scrapes_over_tls_with_a_password() {
    let Some(prometheus) = binary("prometheus") else { return };
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let file = guarded(folder, "right");
    let running = serve(figures(), Some(&file));
    let config = format!(
        "scrape_configs:\n- job_name: procmon\n  scheme: https\n  scrape_interval: 1s\n  \
         tls_config: {{ca_file: server.pem}}\n  \
         basic_auth: {{username: anna, password: right}}\n  \
         static_configs: [{{targets: ['{}']}}]\n",
        running.server.address()
    );
    let config = written(folder, "prometheus.yml", &config);
    let port = free_port();
    let mut command = Command::new(prometheus);
    command.arg(format!("--config.file={}", config.display()));
    command.arg(format!("--storage.tsdb.path={}", folder.join("data").display()));
    command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    let mut server = Server::listening(command.stdout(Stdio::null()).stderr(Stdio::null()), port);
    for name in ["up", "procmon_up"] {
        let url = format!("http://127.0.0.1:{port}/api/v1/query?query={name}");
        until("Prometheus has scraped us", || {
            curl(&[&url]).is_ok_and(|reply| reply.body.contains(r#","1"]}]"#))
        });
    }
    assert_eq!(server.child().try_wait().unwrap(), None);
    assert_eq!(running.unheard(), Vec::<String>::new());
}

#[test]
fn a_web_configuration_means_here_what_it_means_to_another_exporter() {
    let Some(exporter) = binary("prometheus-process-exporter") else { return };
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let file = guarded(folder, "right");
    let names =
        written(folder, "names.yml", "process_names:\n- name: '{{.Comm}}'\n  comm: [init]\n");
    let port = free_port();
    let mut command = Command::new(&exporter);
    command.arg("-config.path").arg(&names).arg("-web.config.file").arg(&file);
    command.arg("-web.listen-address").arg(format!("127.0.0.1:{port}"));
    let _theirs = Server::listening(command.stdout(Stdio::null()).stderr(Stdio::null()), port);
    let ours = serve(figures(), Some(&file));
    let authority = folder.join("server.pem");
    let authority = ["--cacert", authority.to_str().unwrap()];
    let asked: [(&str, &[&str]); 6] = [
        ("https", &["-u", "anna:right"]),
        ("https", &["-u", "anna:wrong"]),
        ("https", &["-u", "nobody:right"]),
        ("https", &[]),
        ("https", &["--tls-max", "1.1", "--tlsv1.0", "-u", "anna:right"]),
        ("http", &["-u", "anna:right"]),
    ];
    let both = |number: usize| {
        let (scheme, more) = asked[number];
        let theirs = format!("{scheme}://127.0.0.1:{port}/metrics");
        let ask = |url: &str| status(&[&authority[..], &[url], more].concat());
        (ask(&ours.url(scheme, "/metrics")), ask(&theirs))
    };
    let outcomes: Vec<_> = (0..asked.len()).map(both).collect();
    let expected = [Ok(200), Ok(401), Ok(401), Ok(401), Err(35), Ok(400)];
    assert_eq!(outcomes, expected.map(|outcome| (outcome, outcome)));
}

#[test]
fn a_web_configuration_that_another_exporter_refuses_is_refused_here() {
    let Some(exporter) = binary("prometheus-process-exporter") else { return };
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    guarded(folder, "right");
    let names =
        written(folder, "names.yml", "process_names:\n- name: '{{.Comm}}'\n  comm: [init]\n");
    let tls = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";
    let broken = [
        "tls_sever_config: {}\n".to_owned(),
        "tls_server_config:\n  cert_file: server.pem\n".to_owned(),
        "tls_server_config:\n  cert_file: absent.pem\n  key_file: server.key\n".to_owned(),
        format!("{tls}  client_auth_type: Whoever\n"),
        format!("{tls}  client_ca_file: server.pem\n"),
        format!("{tls}  min_version: TLS09\n"),
        "basic_auth_users: [anna]\n".to_owned(),
        "http_server_config:\n  headers:\n    X-Powered-By: me\n".to_owned(),
    ];
    for text in broken {
        let file = written(folder, "web.yml", &text);
        assert!(try_serve("127.0.0.1:0", figures(), Some(&file)).is_err(), "ours takes {text}");
        let mut command = Command::new(&exporter);
        command.arg("-config.path").arg(&names).arg("-web.config.file").arg(&file);
        command.arg("-web.listen-address").arg(format!("127.0.0.1:{}", free_port()));
        let mut theirs = Server::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
        until("the other exporter has given up", || theirs.child().try_wait().unwrap().is_some());
    }
}

/// A web configuration with TLS and one user, anna.
fn guarded(folder: &Path, password: &str) -> PathBuf {
    Certificate::own(folder, "server");
    let text = format!(
        "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n\
         basic_auth_users:\n  anna: {}\n",
        hash(password)
    );
    written(folder, "web.yml", &text)
}
