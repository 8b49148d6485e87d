//! A PostgreSQL cluster of a test's own, which may be stopped, crashed and started again; and a small disk that may be full.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{self, Process, as_root, free_port, is_root, output};
use super::wait::until_blocking;

/// A running PostgreSQL. Ends when dropped.
pub struct Cluster {
    /// `postgres://rundbrief@127.0.0.1:PORT/postgres`
    pub url: String,
    port: u16,
    bin: PathBuf,
    folder: PathBuf,
    process: Process,
}

impl Cluster {
    /// Makes one below `folder`, with the system's safe defaults, and starts it. Its write-ahead log may be on another disk.
    pub fn start(folder: &Path, log_disk: Option<&Path>) -> Cluster {
        let (bin, port) = (newest(), free_port());
        output(Command::new("chmod").arg("755").arg(folder));
        let folder = folder.join("postgres");
        std::fs::create_dir(&folder).unwrap();
        if is_root() {
            output(Command::new("chown").arg("postgres").arg(&folder));
        }
        // Small segments, so that it fits on a small disk.
        let init = ["-U", "rundbrief", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--auth=trust", "--wal-segsize=1"];
        let mut make = as_postgres(&bin.join("initdb"), &folder);
        if let Some(disk) = log_disk {
            make.arg("--waldir").arg(disk.join("wal"));
        }
        output(make.args(init).arg("-D").arg(folder.join("data")));
        let process = run(&bin, &folder, port);
        let mut cluster = Cluster { url: format!("postgres://rundbrief@127.0.0.1:{port}/postgres"), port, bin, folder, process };
        cluster.is_ready();
        cluster
    }

    /// From now on it takes nobody without TLS, and shows this certificate.
    pub fn speaks_tls_only(&mut self, certificate: &str, key: &str) {
        self.stop("INT");
        let data = self.folder.join("data");
        let settings = std::fs::read_to_string(data.join("postgresql.conf")).unwrap() + "\nssl = on\n";
        // Written over, and not made anew: they stay their owner's.
        std::fs::write(data.join("postgresql.conf"), settings).unwrap();
        std::fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n").unwrap();
        for (name, content) in [("server.crt", certificate), ("server.key", key)] {
            let file = data.join(name);
            std::fs::write(&file, content).unwrap();
            output(Command::new("chmod").arg("600").arg(&file));
            if is_root() {
                output(Command::new("chown").arg("postgres").arg(&file));
            }
        }
        self.start_again();
    }

    /// Ends it: INT is its fast shutdown, QUIT its immediate one, as after a crash.
    pub fn stop(&mut self, signal: &str) {
        self.process.signal(signal);
        self.process.ends();
    }

    pub fn start_again(&mut self) {
        self.process = run(&self.bin, &self.folder, self.port);
        self.is_ready();
    }

    /// Whether it has given up by itself.
    pub fn has_ended(&mut self) -> bool {
        self.process.has_ended()
    }

    /// Its own words.
    pub fn log(&self) -> String {
        process::read(&self.folder.join("log"))
    }

    fn is_ready(&mut self) {
        let (bin, port, log) = (self.bin.join("pg_isready"), self.port.to_string(), self.folder.join("log"));
        let is_ready = || {
            assert!(!self.process.has_ended(), "PostgreSQL does not start:\n{}", process::read(&log));
            Command::new(&bin).args(["-q", "-U", "rundbrief", "-h", "127.0.0.1", "-p", &port]).status().unwrap().success()
        };
        until_blocking(is_ready, || format!("PostgreSQL is not ready:\n{}", process::read(&log)));
    }
}

fn run(bin: &Path, folder: &Path, port: u16) -> Process {
    let mut command = as_postgres(&bin.join("postgres"), folder);
    command.arg("-D").arg(folder.join("data")).args(["-h", "127.0.0.1", "-p", &port.to_string()]).arg("-k").arg(folder);
    Process::start(&mut command, &folder.join("log"))
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &Path, folder: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--inh-caps=-all"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder);
    command
}

/// Debian keeps PostgreSQL's programs apart by version.
fn newest() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is missing; tests/run installs it");
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let version = version.unwrap();
            Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().expect("PostgreSQL is missing; tests/run installs it").1
}

/// A file system of a few megabytes in memory. Gone when dropped: what is on it must have ended by then.
pub struct SmallDisk {
    pub folder: PathBuf,
    _below: tempfile::TempDir,
}

impl SmallDisk {
    pub fn of(megabytes: u32) -> SmallDisk {
        let below = tempfile::tempdir().unwrap();
        let folder = below.path().join("disk");
        std::fs::create_dir(&folder).unwrap();
        output(Command::new("chmod").arg("755").arg(below.path()));
        let options = format!("size={megabytes}m,mode=1777");
        output(as_root("mount").args(["-t", "tmpfs", "-o", &options, "rundbrief-test"]).arg(&folder));
        SmallDisk { folder, _below: below }
    }

    /// Writes until nothing more fits, but for `left` octets.
    pub fn fill(&self, left: usize) {
        use std::io::Write as _;
        let mut file = std::fs::File::create(self.filler()).unwrap();
        for size in [1024 * 1024, 4096, 1] {
            let block = vec![1; size];
            while file.write_all(&block).is_ok() {}
        }
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(left as u64)).unwrap();
    }

    pub fn free(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a test that failed may have left something open.
        let _ = as_root("umount").arg("-l").arg(&self.folder).status();
    }
}
