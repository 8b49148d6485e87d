//! What a power cut leaves behind: a process runs under `strace`, which writes down every write, every sync and every mail; from
//! that the files are made again as they may have been on the disk at any instant.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use super::chance::Chance;

/// System calls that change files, make them durable, or send something.
const CALLS: &str = "pwrite64,pwritev,pwritev2,write,writev,sendto,sendmsg,ftruncate,fallocate,fsync,fdatasync";

/// Puts `command` under strace, whose report goes to `report`.
pub fn traced(command: &Command, report: &Path) -> Command {
    let what = format!("trace={CALLS}");
    under_strace(command, &["-y", "-xx", "-s", "4000000", "-e", &what, "-o", report.to_str().unwrap()])
}

/// The same with a disk that fails at the `first` sync and at every later one, as a broken one does.
pub fn failing(command: &Command, report: &Path, first: usize) -> Command {
    let how = format!("inject=fdatasync:error=EIO:when={first}+");
    under_strace(command, &["-e", "trace=fdatasync", "-e", &how, "-o", report.to_str().unwrap()])
}

fn under_strace(command: &Command, options: &[&str]) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-f", "--seccomp-bpf", "-e", "signal=none"]).args(options);
    strace.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            strace.env(name, value);
        }
    }
    strace
}

/// What happened, in this order.
#[derive(Debug)]
pub enum Event {
    Write {
        file: String,
        at: usize,
        data: Vec<u8>,
    },
    Truncate {
        file: String,
        length: usize,
    },
    /// The sync with this number began, or has ended well.
    SyncBegins {
        file: String,
        number: usize,
    },
    Synced {
        file: String,
        number: usize,
    },
    /// A file beside the database is about to be replaced by this.
    Draft {
        data: Vec<u8>,
    },
    /// A write begins that contains the final dot of a mail to this address.
    Mail {
        to: String,
    },
}

/// Reads strace's report.
pub fn events(report: &Path) -> Vec<Event> {
    let text = std::fs::read_to_string(report).unwrap_or_else(|error| panic!("strace made no report: {error}"));
    let mut reader = Reader::default();
    let mut begun: HashMap<&str, String> = HashMap::new();
    for line in text.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some((_, rest)) = call.strip_prefix("<... ").and_then(|call| call.split_once(" resumed>")) {
            // Its beginning was looked at when it began.
            let whole = begun.remove(thread).unwrap_or_else(|| panic!("nothing was begun: {thread}")) + rest;
            reader.ends(thread, &whole);
        } else if let Some(beginning) = call.strip_suffix("<unfinished ...>") {
            reader.begins(thread, beginning);
            begun.insert(thread, beginning.to_owned());
        } else if call.contains('(') {
            reader.begins(thread, call);
            reader.ends(thread, call);
        }
    }
    reader.events
}

#[derive(Default)]
struct Reader {
    events: Vec<Event>,
    syncs: usize,
    /// The sync each thread is at.
    syncing: HashMap<String, usize>,
    /// The client's side of each SMTP connection.
    conversations: HashMap<String, Conversation>,
}

impl Reader {
    fn begins(&mut self, thread: &str, call: &str) {
        let (name, file) = name_and_file(call);
        match name {
            "fsync" | "fdatasync" => {
                self.syncs += 1;
                self.syncing.insert(thread.to_owned(), self.syncs);
                self.events.push(Event::SyncBegins { file, number: self.syncs });
            }
            "write" if file.ends_with(".draft") => self.events.push(Event::Draft { data: strings(call) }),
            _ if file.starts_with("socket:") => {
                // How much of it goes out is known when it ends; until then all of it may.
                let mut conversation = self.conversations.get(&file).cloned().unwrap_or_default();
                self.events.extend(conversation.hears(&strings(call)).into_iter().map(|to| Event::Mail { to }));
            }
            _ => {}
        }
    }

    fn ends(&mut self, thread: &str, call: &str) {
        let (name, file) = name_and_file(call);
        let (arguments, result) = call.rsplit_once(" = ").unwrap_or((call, "-1"));
        let Ok(result) = usize::try_from(result.split(' ').next().unwrap().parse::<i64>().unwrap_or(-1)) else { return };
        // The last argument.
        let last = || arguments.trim_end().trim_end_matches(')').rsplit(", ").next().unwrap().trim().parse::<usize>().unwrap();
        match name {
            "fsync" | "fdatasync" => self.events.push(Event::Synced { file, number: self.syncing[thread] }),
            "pwrite64" => {
                let data = strings(call);
                assert_eq!(data.len(), result, "a write that was cut short");
                self.events.push(Event::Write { file, at: last(), data });
            }
            "ftruncate" => self.events.push(Event::Truncate { file, length: last() }),
            _ if file.starts_with("socket:") => {
                let sent = strings(call);
                self.conversations.entry(file).or_default().hears(&sent[..result.min(sent.len())]);
            }
            _ => assert!(!file.contains(".db"), "{name} is not understood here"),
        }
    }
}

/// `pwrite64(7<\x2f\x74…>, …` is `pwrite64` and `/t…`.
fn name_and_file(call: &str) -> (&str, String) {
    let (name, rest) = call.split_once('(').unwrap_or((call, ""));
    let file = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(file, _)| file);
    (name, String::from_utf8_lossy(&bytes(file)).into_owned())
}

/// Everything between quotation marks.
fn strings(call: &str) -> Vec<u8> {
    call.split('"').skip(1).step_by(2).flat_map(bytes).collect()
}

/// What strace writes as `\x1f\x20…`.
fn bytes(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_else(|| panic!("no hexadecimal digits: {text}")) as u8;
    text.as_bytes().chunks_exact(4).map(|four| digit(four[2]) * 16 + digit(four[3])).collect()
}

/// What a client says, up to where it is in it.
#[derive(Clone, Default)]
struct Conversation {
    line: Vec<u8>,
    to: String,
    in_message: bool,
}

impl Conversation {
    /// Returns whose mails got their final dot.
    fn hears(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut mails = Vec::new();
        for byte in bytes {
            self.line.push(*byte);
            if *byte != b'\n' {
                continue;
            }
            let line = std::mem::take(&mut self.line);
            if self.in_message {
                if line == b".\r\n" {
                    self.in_message = false;
                    mails.push(self.to.clone());
                }
            } else if let Some(rest) = line.strip_prefix(b"RCPT TO:<") {
                self.to = String::from_utf8_lossy(rest).split('>').next().unwrap().to_owned();
            } else if line == b"DATA\r\n" {
                self.in_message = true;
            }
        }
        mails
    }
}

/// A disk under files of one process: what is on it for sure, and what may be.
#[derive(Default)]
pub struct Disk {
    files: HashMap<String, File>,
}

#[derive(Default)]
struct File {
    durable: Vec<u8>,
    /// Changes that no sync has ended for, by their numbers.
    pending: Vec<(usize, Change)>,
    changes: usize,
    /// How many changes were there when a sync began.
    begun: HashMap<usize, usize>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Disk {
    /// What was there, and durable, before the process began.
    pub fn had(&mut self, file: &str, content: Vec<u8>) {
        self.files.insert(file.to_owned(), File { durable: content, ..File::default() });
    }

    pub fn sees(&mut self, event: &Event) {
        match event {
            Event::Write { file, at, data } => self.file(file).changes(Change::Write(*at, data.clone())),
            Event::Truncate { file, length } => self.file(file).changes(Change::Truncate(*length)),
            Event::SyncBegins { file, number } => {
                let file = self.file(file);
                file.begun.insert(*number, file.changes);
            }
            Event::Synced { file, number } => self.file(file).is_synced(*number),
            Event::Draft { .. } | Event::Mail { .. } => {}
        }
    }

    /// The file if the power is cut now, and nothing but what was synced has survived.
    pub fn synced(&self, file: &str) -> Vec<u8> {
        self.files.get(file).map(|file| file.durable.clone()).unwrap_or_default()
    }

    /// The same where any part of what was not synced has survived, in any order, one write in two of it torn.
    pub fn lucky(&self, file: &str, chance: &mut Chance) -> Vec<u8> {
        let Some(file) = self.files.get(file) else { return Vec::new() };
        let mut content = file.durable.clone();
        for (_, change) in &file.pending {
            if chance.below(2) == 0 {
                continue;
            }
            match change {
                Change::Write(at, data) if chance.below(2) == 0 => {
                    let length = usize::try_from(chance.below(data.len() as u64 + 1)).unwrap();
                    Change::Write(*at, data[..length].to_vec()).apply(&mut content);
                }
                change => change.apply(&mut content),
            }
        }
        content
    }

    fn file(&mut self, file: &str) -> &mut File {
        self.files.entry(file.to_owned()).or_default()
    }
}

impl File {
    fn changes(&mut self, change: Change) {
        self.pending.push((self.changes, change));
        self.changes += 1;
    }

    fn is_synced(&mut self, number: usize) {
        let until = self.begun.remove(&number).unwrap_or_default();
        let later = self.pending.iter().position(|(number, _)| *number >= until).unwrap_or(self.pending.len());
        for (_, change) in self.pending.drain(..later) {
            change.apply(&mut self.durable);
        }
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Change::Write(at, data) => {
                content.resize(content.len().max(at + data.len()), 0);
                content[*at..at + data.len()].copy_from_slice(data);
            }
            Change::Truncate(length) => content.resize(*length, 0),
        }
    }
}
