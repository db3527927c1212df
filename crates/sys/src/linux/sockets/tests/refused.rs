//! Floor 7. Processes whose connections cannot be seen, and a kernel that lists none.

use std::fs::{self, File, Permissions};
use std::io::Error;
use std::iter;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use procmon_model::ports::ProcessTable;

use super::support::{
    Peer, become_nobody, connect, count, counting, runs_in_its_own_network, transfer,
};
use crate::linux::sockets::traffic::Traffic;
use crate::linux::support::{Folder, runs_elsewhere, test_path, within};

#[test]
fn of_a_process_that_may_not_be_looked_into_nothing_is_known() {
    if runs_in_its_own_network(&test_path!()) {
        return;
    }
    // A program that may be executed but not read keeps its secrets from everybody but root.
    let folder = Folder::new(&test_path!());
    fs::set_permissions(folder.file(""), Permissions::from_mode(0o755)).unwrap();
    let program = folder.file("bash");
    assert!(
        Command::new("cp")
            .args(["/bin/bash".as_ref(), program.as_os_str()])
            .status()
            .unwrap()
            .success()
    );
    fs::set_permissions(&program, Permissions::from_mode(0o111)).unwrap();
    let obey = "while read verb number; do \
        if [ $verb = connect ]; then exec 3<>/dev/tcp/127.0.0.1/$number; fi; \
        if [ $verb = receive ]; then read -r -N $number -u 3 bytes; fi; \
        echo $number; done";
    let mut client = Peer::of(Command::new(&program).args(["-c", obey]).current_dir("/"));
    drop(folder);
    become_nobody();
    let mut server = Peer::start();
    let mut table = counting();
    connect(&mut server, &mut client);
    for letter in *b"hello" {
        server.does("say", u64::from(letter));
    }
    client.does("receive", 5);
    let expected = (
        vec![Some(Traffic { received: 0, sent: 5 }), None],
        Some(Traffic { received: 5, sent: 1 }),
    );
    within("both ends to be counted", || {
        (count(&mut table, &[server.key, client.key]) == expected).then_some(())
    });
    assert_eq!(table.troubles(), Vec::<String>::new());
}

#[test]
fn of_a_process_in_another_network_nothing_is_known() {
    if runs_in_its_own_network(&test_path!()) {
        return;
    }
    let mut table = counting();
    let (near, far) = (Peer::start(), Peer::apart());
    let nothing = Some(Traffic::default());
    assert_eq!(count(&mut table, &[near.key, far.key]), (vec![nothing, None], nothing));
}

#[test]
fn where_the_kernel_cannot_be_asked_nothing_is_known_and_that_is_said() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    let peer = Peer::start();
    let others: Vec<File> = iter::from_fn(|| File::open("/dev/null").ok()).collect();
    let mut table = counting();
    drop(others);
    assert_eq!(count(&mut table, &[peer.key]), (vec![None], None));
    let why = Error::from_raw_os_error(libc::EMFILE);
    assert_eq!(
        table.troubles(),
        [format!("TCP bytes cannot be counted: the kernel does not list connections ({why})")]
    );
}

#[test]
fn a_pass_without_a_list_says_what_was_known_before_and_is_counted() {
    if runs_in_its_own_network(&test_path!()) {
        return;
    }
    let mut table = counting();
    let (mut server, mut client) = (Peer::start(), Peer::start());
    connect(&mut server, &mut client);
    transfer(&mut server, &mut client, 100);
    let keys = [server.key, client.key];
    let received =
        |found: &(Vec<Option<Traffic>>, Option<Traffic>)| found.0[1].map(|it| it.received);
    assert_eq!(received(&count(&mut table, &keys)), Some(100));
    transfer(&mut server, &mut client, 100);
    let others: Vec<File> = iter::from_fn(|| File::open("/dev/null").ok()).collect();
    let without = count(&mut table, &keys);
    drop(others);
    assert_eq!(received(&without), Some(100));
    assert_eq!(received(&count(&mut table, &keys)), Some(200));
    let why = Error::from_raw_os_error(libc::EMFILE);
    assert_eq!(
        table.troubles(),
        [format!("passes in which TCP connections could not be listed: 1 ({why})")]
    );
}
