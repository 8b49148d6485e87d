//! Programs a test starts: ended by their id when the test is over, also when it fails.
//! `tests/run` gives a folder in which running ones are noted, and ends what a killed test binary left behind.

use std::io::{Read, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

pub use super::wait::PATIENCE;
use super::wait::until_blocking;

/// A running program with a process group of its own. Dropping it ends it.
pub struct Process {
    child: Child,
    name: String,
    note: Option<PathBuf>,
    as_root: bool,
}

impl Process {
    /// Starts a program whose output goes into `log`. A missing program fails the test and says what to do.
    pub fn start(command: &mut Command, log: &Path) -> Process {
        Self::start_as(command, log, false)
    }

    /// The same for a command that begins with [`as_root`]: then ending it needs the same rights.
    pub fn start_as(command: &mut Command, log: &Path, as_root: bool) -> Process {
        let name = command.get_program().to_string_lossy().into_owned();
        let output = std::fs::File::create(log).unwrap_or_else(|error| panic!("cannot write {}: {error}", log.display()));
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name}: {error}. tests/run installs and starts what the tests need"));
        let note = std::env::var_os("RUNDBRIEF_TEST_PIDS").map(|folder| Path::new(&folder).join(child.id().to_string()));
        if let Some(note) = &note {
            std::fs::write(note, &name).unwrap();
        }
        Process { child, name, note, as_root }
    }

    /// The process id, which is its group's id as well.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the program accepts connections on `port`; false when it has ended instead. Fails after [`PATIENCE`].
    pub fn listens(&mut self, port: u16, log: &Path) -> bool {
        let (mut listening, name) = (false, self.name.clone());
        let settled = || {
            listening = TcpStream::connect_timeout(&loopback(port), Duration::from_secs(1)).is_ok();
            listening || self.has_ended()
        };
        until_blocking(settled, || format!("{name} does not listen on port {port}:\n{}", read(log)));
        listening
    }

    /// Ends the program and its group: SIGTERM, and SIGKILL if it hangs.
    pub fn stop(&mut self) {
        for signal in ["TERM", "KILL"] {
            self.signal(signal);
            let begun = Instant::now();
            while begun.elapsed() < PATIENCE {
                if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                    self.signal("KILL"); // what is left of its group
                    if let Some(note) = self.note.take() {
                        let _ = std::fs::remove_file(note);
                    }
                    return;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        eprintln!("{} (process {}) does not end", self.name, self.child.id());
    }

    /// Waits until the program has ended by itself and returns its exit code; None: a signal killed it. Fails after [`PATIENCE`].
    pub fn ends(&mut self) -> Option<i32> {
        let name = format!("{} (process {}) goes on", self.name, self.child.id());
        until_blocking(|| self.has_ended(), || name);
        if let Some(note) = self.note.take() {
            let _ = std::fs::remove_file(note);
        }
        self.child.wait().unwrap().code()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until these words are in the log. Fails after [`PATIENCE`], or when the program has ended without them.
    pub fn says(&mut self, log: &Path, words: &str) {
        let name = self.name.clone();
        let said = || {
            let ended = self.has_ended();
            let said = read(log).contains(words);
            assert!(said || !ended, "{} ended without saying \"{words}\":\n{}", self.name, read(log));
            said
        };
        until_blocking(said, || format!("{name} does not say \"{words}\":\n{}", read(log)));
    }

    /// Sends a signal to the whole group.
    pub fn signal(&self, signal: &str) {
        let script = format!("kill -s {signal} -- -{}", self.child.id());
        let mut command = if self.as_root { as_root("sh") } else { Command::new("sh") };
        let _ = command.args(["-c", &script]).stderr(Stdio::null()).status();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.note.is_some() || self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.stop();
        }
    }
}

/// Starts a server on a free loopback port and waits until it listens. Between finding a port and taking it
/// somebody else may come first; then another port is tried.
pub fn serve(log: &Path, as_root: bool, command: impl Fn(u16) -> Command) -> (Process, u16) {
    for _ in 0..5 {
        let port = free_port();
        let mut process = Process::start_as(&mut command(port), log, as_root);
        if process.listens(port, log) {
            return (process, port);
        }
    }
    panic!("{:?} ended at once, five times:\n{}", command(0).get_program(), read(log));
}

/// A TCP port nobody listens on, and nobody else in this process will be given. It lies below those that the system gives
/// out by itself, so that it stays free until it is taken.
pub fn free_port() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    for _ in 0..10_000 {
        let n = std::process::id().wrapping_mul(97).wrapping_add(GIVEN.fetch_add(1, Ordering::SeqCst));
        let port = u16::try_from(15_000 + n % 17_000).unwrap();
        if TcpListener::bind(loopback(port)).is_ok() {
            return port;
        }
    }
    panic!("no free port on 127.0.0.1")
}

/// A command that runs with root's rights: as it is for root, else through what `tests/run` found to work.
pub fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let sudo = std::env::var("RUNDBRIEF_TEST_SUDO").unwrap_or_else(|_| {
        panic!("{program} needs root. Run tests/run as root, or as a user who may use sudo without a password")
    });
    let mut words = sudo.split_whitespace();
    let mut command = Command::new(words.next().expect("RUNDBRIEF_TEST_SUDO is empty"));
    command.args(words).arg(program);
    command
}

pub fn is_root() -> bool {
    output(Command::new("id").arg("-u")).trim() == "0"
}

/// What a short program prints. Fails with its messages if it fails.
pub fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("cannot run {:?}: {error}", command.get_program()));
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed ({}):\n{messages}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The text of a file that may not exist yet, for messages.
pub fn read(path: &Path) -> String {
    let mut text = Vec::new();
    // A test's log may be a device without end.
    let _ = std::fs::File::open(path).and_then(|file| file.take(50_000_000).read_to_end(&mut text));
    String::from_utf8_lossy(&text).into_owned()
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// What a script in `tests/` says of some input, in JSON. Fails when it does.
pub fn ask<T: DeserializeOwned>(program: &str, script: &str, args: &[&str], input: &[u8]) -> T {
    let mut child = Command::new(program)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {program}: {error}. tests/run installs what the tests need"));
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script} failed; tests/run installs what it needs:\n{}", String::from_utf8_lossy(input));
    serde_json::from_slice(&output.stdout).unwrap()
}
