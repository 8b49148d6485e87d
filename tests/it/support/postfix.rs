//! A real Postfix of our own: private configuration, queue and spool, one loopback port, every mail into one Maildir.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{self, Process, as_root, is_root, serve};
use super::wait::until_blocking;

/// A running Postfix. Ends when dropped.
pub struct Postfix {
    pub port: u16,
    folder: Option<tempfile::TempDir>,
    process: Process,
}

impl Postfix {
    /// Starts one. It needs root's rights, as Postfix does; without them the test fails and says so.
    pub fn start() -> Postfix {
        let folder = tempfile::tempdir().unwrap();
        // Its daemons run as the user `postfix` and must be able to walk to their queue.
        process::output(Command::new("chmod").arg("755").arg(folder.path()));
        let owner = mailbox_owner(folder.path());
        let (process, port) = serve(&folder.path().join("started"), !is_root(), |port| {
            let mut command = as_root("/bin/sh");
            command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/postfix.sh"));
            command.arg(folder.path()).arg(port.to_string()).args([owner.0.to_string(), owner.1.to_string()]);
            command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
            command
        });
        Postfix { port, folder: Some(folder), process }
    }

    /// For `relay.url`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The mails delivered to `address`, raw, oldest first. Postfix put Return-Path, X-Original-To and
    /// Delivered-To on top, added Received, and changed the line ends to LF.
    pub fn mails_to(&self, address: &str) -> Vec<Vec<u8>> {
        let mark = format!("\nDelivered-To: {address}\n");
        self.mails().into_iter().filter(|mail| String::from_utf8_lossy(mail).contains(&mark)).collect()
    }

    /// Waits until `count` mails have been delivered to `address`. If they do not come, Postfix's log is shown.
    pub fn wait_for(&self, address: &str, count: usize) -> Vec<Vec<u8>> {
        let mut mails = Vec::new();
        let came = || {
            mails = self.mails_to(address);
            mails.len() >= count
        };
        until_blocking(came, || format!("not all of {count} mails to {address} came.\n{}", self.log()));
        mails
    }

    /// Postfix's own words.
    pub fn log(&self) -> String {
        process::read(&self.path().join("log"))
    }

    fn mails(&self) -> Vec<Vec<u8>> {
        let inbox = self.path().join("mail/all/new");
        let mut files: Vec<PathBuf> = std::fs::read_dir(inbox).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
        files.sort_by_key(|file| std::fs::metadata(file).map(|data| (data.mtime(), data.mtime_nsec())).unwrap_or_default());
        files.iter().map(|file| std::fs::read(file).unwrap()).collect()
    }

    fn path(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.process.stop();
        // The queue belongs to `postfix`: whoever is not root cannot remove it.
        if let Some(folder) = self.folder.take().filter(|_| !is_root()) {
            let _ = as_root("rm").arg("-rf").arg(folder.keep()).status();
        }
    }
}

/// Who owns the mailbox: the user who runs the tests, or `nobody` for root, to whom Postfix does not deliver.
fn mailbox_owner(folder: &Path) -> (u32, u32) {
    let own = std::fs::metadata(folder).unwrap();
    if own.uid() == 0 { (65534, 65534) } else { (own.uid(), own.gid()) }
}

#[test]
fn postfix_delivers_into_the_maildir() {
    let postfix = Postfix::start();
    let target = format!("127.0.0.1:{}", postfix.port);
    let send = ["-m", "2", "-f", "bounce@example.org", "-t", "Ada@leser.example", "-S", "Hello", &target];
    process::output(Command::new("/usr/sbin/smtp-source").args(send));
    let mails = postfix.wait_for("Ada@leser.example", 2);
    let mail = String::from_utf8_lossy(&mails[0]);
    assert!(mail.contains("Return-Path: <bounce@example.org>") && mail.contains("Subject: Hello"), "{mail}");
    assert!(postfix.mails_to("somebody@else.example").is_empty());
}
