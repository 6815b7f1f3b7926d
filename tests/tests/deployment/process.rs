//! Processes of this machine, by whom they talk to.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Kills (`SIGKILL`) the process that has a connection to the server at `url`.
pub(crate) fn kill_who_talks_to(url: &str) {
    let (_, port) = url.trim_end_matches('/').rsplit_once(':').unwrap();
    let sockets = sockets_to(port.parse().unwrap());
    let own = std::process::id();
    let processes = fs::read_dir("/proc").unwrap();
    let mut found: Vec<u32> = processes
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
        .filter(|process| *process != own && has_one_of(*process, &sockets))
        .collect();
    let process = found.pop().expect("somebody talks to it");
    assert!(found.is_empty(), "and one alone");
    // The shell's own: not every machine has a program for it.
    let killed = Command::new("sh")
        .args(["-c", &format!("kill -s KILL {process}")])
        .status();
    assert!(killed.unwrap().success());
}

/// The inodes of the sockets that are connected to a port of this machine.
fn sockets_to(port: u16) -> Vec<String> {
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let remote = format!("0100007F:{port:04X}");
    let connections = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mine = connections.filter(|fields| fields.get(2) == Some(&remote.as_str()));
    mine.map(|fields| format!("socket:[{}]", fields[9]))
        .collect()
}

/// Whether a process has one of the sockets open. Others than one's own may have ended, or not be one's to look at.
fn has_one_of(process: u32, sockets: &[String]) -> bool {
    let files = fs::read_dir(Path::new("/proc").join(process.to_string()).join("fd"));
    files.into_iter().flatten().flatten().any(|file| {
        let target = fs::read_link(file.path());
        target.is_ok_and(|target| {
            sockets
                .iter()
                .any(|socket| target.as_os_str() == socket.as_str())
        })
    })
}
