//! Somebody else's solver for the proof of work: Python's hashlib, which knows nothing of ours.

use std::io::Write;
use std::process::{Command, Stdio};

use super::app::TestApp;

/// Reads a challenge, tries numbers, writes the answer as the form carries it and the number that was found.
const SOLVER: &str = "
import base64, hashlib, json, sys
challenge = json.load(sys.stdin)
p = challenge['parameters']
assert p['algorithm'] == 'PBKDF2/SHA-256' and len(p['nonce']) == len(p['salt']) == 32, p
nonce, salt, counter = bytes.fromhex(p['nonce']), bytes.fromhex(p['salt']), 0
while True:
    key = hashlib.pbkdf2_hmac('sha256', nonce + counter.to_bytes(4, 'big'), salt, p['cost'], p['keyLength']).hex()
    if key.startswith(p['keyPrefix']):
        break
    counter += 1
solution = {'counter': counter, 'derivedKey': key, 'time': 1}
print(base64.b64encode(json.dumps({'challenge': challenge, 'solution': solution}).encode()).decode(), counter)
";

/// A challenge, as JSON, and its answer: what goes into the field `altcha`, and the number.
pub fn solve(challenge: &str) -> (String, u32) {
    let mut child = Command::new("python3").args(["-c", SOLVER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(challenge.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "Python cannot solve {challenge}");
    let told = String::from_utf8(output.stdout).unwrap();
    let (answer, counter) = told.trim().split_once(' ').unwrap();
    (answer.to_owned(), counter.parse().unwrap())
}

impl TestApp {
    /// Asks for a challenge and answers it.
    pub async fn works(&self) -> (String, u32) {
        let page = self.get("/challenge").await;
        assert_eq!((page.status, page.header("content-type")), (200, "application/json"), "{}", page.body);
        solve(&page.body)
    }
}
