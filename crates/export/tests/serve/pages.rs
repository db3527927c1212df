//! Floor 11. What is shown, and how it travels.

use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

use super::client::{curl, status};
use super::world::{Broken, Large, Slow, figures, serve};

const FIGURES: &str = "# TYPE procmon_up gauge\nprocmon_up 1\n";

#[test]
fn shows_the_page_in_the_format_that_is_asked_for() {
    let page = figures();
    let running = serve(page.clone(), None);
    let url = running.url("http", "/metrics");
    let text = curl(&[&url]).unwrap();
    assert_eq!((text.status, text.body.as_str()), (200, FIGURES));
    assert_eq!(text.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(text.header("vary"), Some("Accept, Accept-Encoding"));
    assert_eq!(text.header("content-encoding"), None);
    assert_eq!(text.header("x-content-type-options"), Some("nosniff"));
    let open = curl(&["-H", "Accept: application/openmetrics-text;version=1.0.0", &url]).unwrap();
    assert_eq!(open.body, format!("{FIGURES}# EOF\n"));
    assert_eq!(page.readings.load(Ordering::Relaxed), 2);
}

#[test]
fn a_client_that_takes_gzip_gets_it() {
    let running = serve(Arc::new(Large(1_000_000)), None);
    let url = running.url("http", "/metrics");
    let reply = curl(&["--compressed", &url]).unwrap();
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    assert_eq!(reply.body, "x".repeat(1_000_000));
    let length: usize = reply.header("content-length").unwrap().parse().unwrap();
    assert!(length < 10_000, "{length} bytes");
    let refused = curl(&["-H", "Accept-Encoding: gzip;q=0", &url]).unwrap();
    assert_eq!(refused.header("content-encoding"), None);
}

#[test]
fn head_tells_what_get_would() {
    let running = serve(figures(), None);
    let url = running.url("http", "/metrics");
    let reply = curl(&["--head", &url]).unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert_eq!(reply.header("content-length"), Some(FIGURES.len().to_string().as_str()));
}

#[test]
fn there_are_three_pages_and_two_methods() {
    let page = figures();
    let running = serve(page.clone(), None);
    let ask = |path: &str, more: &[&str]| curl(&[&[&*running.url("http", path)], more].concat());
    assert_eq!(ask("/healthz", &[]).unwrap().body, "ok\n");
    assert_eq!(ask("/nothing", &[]).unwrap().status, 404);
    assert_eq!(ask("/metrics/", &[]).unwrap().status, 404);
    for method in ["PUT", "DELETE", "OPTIONS", "TRACE"] {
        let reply = ask("/metrics", &["--request", method]).unwrap();
        assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD")), "{method}");
    }
    for (method, refusal) in [("GET", 413), ("POST", 405)] {
        let reply = ask("/metrics", &["--request", method, "--data", "x=1"]).unwrap();
        assert_eq!((reply.status, reply.header("connection")), (refusal, Some("close")));
    }
    assert_eq!(page.readings.load(Ordering::Relaxed), 0);
}

#[test]
fn the_front_page_links_to_the_others_and_runs_nothing() {
    let running = serve(figures(), None);
    let front = curl(&[&running.url("http", "/")]).unwrap();
    assert_eq!(front.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(front.header("content-security-policy"), Some("default-src 'none'"));
    let version = format!("procmon {}", env!("CARGO_PKG_VERSION"));
    for part in [version.as_str(), "href=\"/metrics\"", "href=\"/healthz\""] {
        assert!(front.body.contains(part), "{part} is not in {}", front.body);
    }
    assert!(!front.body.contains("<script"));
}

#[test]
fn a_slow_reading_holds_up_those_alone_who_wait_for_it() {
    let (release, released) = channel();
    let running = serve(Arc::new(Slow(Mutex::new(released))), None);
    let url = running.url("http", "/metrics");
    let waiting = thread::spawn(move || curl(&[&url]));
    assert_eq!(status(&[&running.url("http", "/healthz")]), Ok(200));
    assert!(!waiting.is_finished());
    release.send(()).unwrap();
    assert_eq!(waiting.join().unwrap().unwrap().body, "late\n");
}

#[test]
fn a_page_with_a_bug_is_an_answer_and_not_the_end() {
    let running = serve(Arc::new(Broken), None);
    for _ in 0..2 {
        assert_eq!(status(&[&running.url("http", "/metrics")]), Ok(500));
    }
    assert_eq!(status(&[&running.url("http", "/healthz")]), Ok(200));
}
