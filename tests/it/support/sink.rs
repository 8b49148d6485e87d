//! Postfix's `smtp-sink`: a relay that takes everything, for figures and for a second opinion on our SMTP.

use std::path::PathBuf;
use std::process::Command;

use super::process::{self, Process, is_root, serve};

/// A running smtp-sink. Ends when dropped.
pub struct Sink {
    pub port: u16,
    folder: tempfile::TempDir,
    _process: Process,
}

impl Sink {
    /// Starts one that keeps every mail in a file.
    pub fn start() -> Sink {
        let folder = tempfile::tempdir().unwrap();
        let mails = folder.path().join("mails");
        std::fs::create_dir(&mails).unwrap();
        // Run by root it must give its rights up, and then the folder is not its own.
        let rights: &[&str] = if is_root() { &["-u", "nobody"] } else { &[] };
        open_to_all(folder.path(), "755");
        open_to_all(&mails, "777");
        let (process, port) = serve(&folder.path().join("log"), false, |port| {
            let mut command = Command::new("/usr/sbin/smtp-sink");
            command.args(rights).args(["-R", "/", "-d"]).arg(mails.join("%s.")).arg(format!("127.0.0.1:{port}")).arg("100");
            command.current_dir("/");
            command
        });
        Sink { port, folder, _process: process }
    }

    /// For `relay.url`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The files of the mails taken so far: some `X-` lines on the envelope, then the mail with LF line ends.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(self.folder.path().join("mails")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| std::fs::read(file).unwrap()).collect()
    }
}

fn open_to_all(folder: &std::path::Path, mode: &str) {
    process::output(Command::new("chmod").arg(mode).arg(folder));
}

#[test]
fn smtp_sink_takes_what_smtp_source_sends() {
    let sink = Sink::start();
    let target = format!("127.0.0.1:{}", sink.port);
    process::output(Command::new("/usr/sbin/smtp-source").args([
        "-m",
        "3",
        "-s",
        "2",
        "-f",
        "a@example.org",
        "-t",
        "b@example.org",
        &target,
    ]));
    let mails = sink.mails();
    assert_eq!(mails.len(), 3, "{}", process::read(&sink.folder.path().join("log")));
    assert!(String::from_utf8_lossy(&mails[0]).contains("b@example.org"), "{}", String::from_utf8_lossy(&mails[0]));
}
