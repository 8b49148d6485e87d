//! Debian's other mail servers: unpacked below `target`, started apart from this system, passing on what they take to a relay of the
//! test's own. Only where `tests/run` was asked for them (`MAIL_SERVERS=1`): it takes root's rights to mount.

use std::path::PathBuf;
use std::process::Command;

use super::process::{self, Process, as_root, is_root, serve};

/// Where their packages were unpacked, if they were asked for.
pub fn unpacked() -> Option<PathBuf> {
    std::env::var_os("RUNDBRIEF_TEST_MAIL_SERVERS").map(PathBuf::from)
}

/// A running server. Ends when dropped.
pub struct MailServer {
    pub port: u16,
    folder: Option<tempfile::TempDir>,
    process: Process,
}

impl MailServer {
    /// `name`: exim, opensmtpd or sendmail. What it takes goes on to the port `next`.
    pub fn start(name: &str, unpacked: &std::path::Path, next: u16) -> MailServer {
        let folder = tempfile::tempdir().unwrap();
        process::output(Command::new("chmod").arg("755").arg(folder.path()));
        let (process, port) = serve(&folder.path().join("started"), !is_root(), |port| {
            let mut command = as_root("/bin/sh");
            command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/mail_server.sh"));
            command.arg(name).arg(unpacked).arg(folder.path()).args([port.to_string(), next.to_string()]);
            command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
            command
        });
        MailServer { port, folder: Some(folder), process }
    }

    /// What it wrote into its log, where it has one.
    pub fn log(&self) -> String {
        let folder = self.folder.as_ref().unwrap().path();
        ["started", "log-main"].map(|file| process::read(&folder.join(file))).concat()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.process.stop();
        if let Some(folder) = self.folder.take().filter(|_| !is_root()) {
            let _ = as_root("rm").arg("-rf").arg(folder.keep()).status();
        }
    }
}
