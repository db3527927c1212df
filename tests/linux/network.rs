//! Bytes of TCP connections, in a network where nobody else talks.

use procmon_model::analysis::Summary;
use procmon_model::units::Bytes;

use crate::support::{Results, interpreter, program};

/// Raises the loopback of a network that is new, and becomes the program that the other words name.
const RAISE_AND_BECOME: &str = "import fcntl, os, socket, struct, sys\n\
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anything:\n    \
        fcntl.ioctl(anything, 0x8914, struct.pack('16sh22x', b'lo', 1))\n\
    os.execv(sys.argv[1], sys.argv[1:])";

/// Forbids, as a container may, to ask the kernel about sockets, and becomes the program that the other words name.
const FORBID_AND_BECOME: &str = "import ctypes, os, struct, sys\n\
    socket = {'x86_64': 41, 'aarch64': 198}[os.uname().machine]\n\
    load = lambda offset: struct.pack('HBBI', 0x20, 0, 0, offset)\n\
    unless = lambda value, skip: struct.pack('HBBI', 0x15, 0, skip, value)\n\
    answer = lambda value: struct.pack('HBBI', 0x06, 0, 0, value)\n\
    about_sockets = load(0) + unless(socket, 5) + load(16) + unless(16, 3) + load(32) + unless(4, 1)\n\
    rules = ctypes.create_string_buffer(about_sockets + answer(0x50001) + answer(0x7fff0000))\n\
    program = struct.pack('HP', 8, ctypes.addressof(rules))\n\
    libc = ctypes.CDLL(None)\n\
    assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program) == 0\n\
    os.execv(sys.argv[1], sys.argv[1:])";

const BYTES: u64 = 20_000_000;

/// Starts a server in a process of its own, and downloads from it; then stays for so many milliseconds.
fn download(stays: u32) -> String {
    let serve = "const server = require('node:http').createServer((request, response) => {\
            response.end(Buffer.alloc(20e6));\
        }).listen(0, '127.0.0.1', () => console.log(server.address().port));";
    format!(
        "const server = require('node:child_process').spawn(process.execPath, ['-e', `{serve}`]);\
         server.stdout.once('data', port => {{\
             const agent = new (require('node:http').Agent)({{ keepAlive: true }});\
             const asked = {{ host: '127.0.0.1', port: Number(port), agent }};\
             require('node:http').get(asked, response => {{\
                 let bytes = 0;\
                 response.on('data', part => {{ bytes += part.length; }});\
                 response.on('end', () => setTimeout(() => {{\
                     console.log(bytes);\
                     agent.destroy();\
                     server.kill();\
                 }}, {stays}));\
             }});\
         }});"
    )
}

fn summary_of_download(options: &[&str], stays: u32) -> Summary {
    let results = Results::new();
    let summary = results.word("summary.json");
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--net", "--summary", &summary];
    let apart = ["--user", "--map-root-user", "--net", interpreter(), "-c", RAISE_AND_BECOME];
    let script = download(stays);
    let words = [&apart[..], &ours, options, &["--", "node", "-e", &script]].concat();
    let finished = program("unshare", words).run();
    assert_eq!((finished.code, finished.out(), finished.err()), (Some(0), "20000000\n", ""));
    results.summary()
}

/// Says that so much was moved: the bytes themselves, what HTTP says about them, SYN and FIN.
#[track_caller]
fn check_moved(bytes: u64, summary: &Summary) {
    assert!((BYTES..=BYTES + BYTES / 100).contains(&bytes), "{summary:?}");
}

#[test]
fn all_that_a_command_moved_is_counted_once_at_each_end() {
    let summary = summary_of_download(&[], 0);
    let sum =
        |one: Option<Bytes>, two: Option<Bytes>| one.map_or(0, Bytes::get) + two.unwrap().get();
    check_moved(sum(summary.net_rx_bytes, summary.net_unattributed_rx_bytes), &summary);
    check_moved(sum(summary.net_tx_bytes, summary.net_unattributed_tx_bytes), &summary);
}

#[test]
fn what_went_over_a_connection_that_is_seen_belongs_to_its_process() {
    let summary = summary_of_download(&["--interval", "10ms"], 1000);
    check_moved(summary.net_rx_bytes.unwrap().get(), &summary);
    check_moved(summary.net_tx_bytes.unwrap().get(), &summary);
    let stray = [summary.net_unattributed_rx_bytes, summary.net_unattributed_tx_bytes];
    assert!(stray.map(|it| it.unwrap().get()).iter().all(|bytes| *bytes < 1000), "{summary:?}");
}

#[test]
fn where_it_is_forbidden_nothing_is_known_and_that_is_said() {
    let results = Results::new();
    let summary = results.word("summary.json");
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--net", "--summary", &summary];
    let words = [&["-c", FORBID_AND_BECOME], &ours[..], &["sh", "-c", "exit 3"]].concat();
    let finished = program(interpreter(), words).run();
    assert_eq!((finished.code, finished.err()), (Some(3), ""));
    let summary = results.summary();
    assert_eq!((summary.net_rx_bytes, summary.net_unattributed_rx_bytes), (None, None));
    let said = summary.warnings.iter().map(|warning| &warning.message);
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            "TCP bytes cannot be counted: the kernel does not list connections (Operation not permitted (os error 1))"
        ]
    );
}
