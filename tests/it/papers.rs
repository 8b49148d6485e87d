//! The papers tell the truth: what they link to and name is there.

use std::path::Path;

use crate::support::rust_text;

const PAPERS: [&str; 3] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

/// The folders of the repository whose files papers name in backticks.
const FOLDERS: [&str; 9] =
    ["src/", "tests/", "config/", "migrations/", "email_templates/", "benches/", "docs/", "examples/", ".ci/"];

fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Lines with their numbers, without those of code blocks.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut in_code = false;
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            lines.push((number + 1, line));
        }
    }
    lines
}

/// Targets of Markdown links and images on a line.
fn targets(line: &str) -> Vec<&str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

/// What stands between backticks on a line.
fn code(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

#[test]
fn links_lead_to_files() {
    let mut broken = Vec::new();
    for paper in PAPERS {
        for (number, line) in prose(&read(paper)) {
            for target in targets(line).into_iter().filter(|target| !target.contains("://") && !target.starts_with(['#', '<'])) {
                let file = target.split('#').next().unwrap();
                if !repository(file).exists() {
                    broken.push(format!("{paper}:{number}: {target}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "links to nothing:\n{}", broken.join("\n"));
}

#[test]
fn named_files_exist() {
    let mut missing = Vec::new();
    for paper in PAPERS {
        for (number, line) in prose(&read(paper)) {
            for word in code(line) {
                let is_path = FOLDERS.iter().any(|folder| word.starts_with(folder)) && !word.contains(['*', '{', '<', ' ', '…']);
                if is_path && !repository(word.trim_end_matches('/')).exists() {
                    missing.push(format!("{paper}:{number}: {word}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "files that are not there:\n{}", missing.join("\n"));
}

/// Each invariant in ARCHITECTURE.md names the test that keeps it, as `file::test`.
#[test]
fn each_invariant_names_a_test_that_exists() {
    let mut tests = Vec::new();
    collect_tests(&repository("tests/it"), &mut tests);
    collect_tests(&repository("src"), &mut tests);
    let text = read("ARCHITECTURE.md");
    let lines = prose(&text);
    let rows =
        lines.iter().skip_while(|(_, line)| *line != "## Invariants").skip(1).take_while(|(_, line)| !line.starts_with("## "));
    let (mut count, mut missing) = (0, Vec::new());
    for (number, row) in rows.filter(|(_, line)| line.starts_with("| ") && !line.starts_with("| invariant ")) {
        let column = row.trim_end_matches('|').rsplit('|').next().unwrap();
        count += 1;
        if !column.contains("the same") && code(column).is_empty() {
            missing.push(format!("ARCHITECTURE.md:{number}: names no test:{column}"));
        }
        for name in code(column).into_iter().filter(|name| name.contains("::")) {
            if !tests.iter().any(|test| format!("::{name}").ends_with(&format!("::{test}"))) {
                missing.push(format!("ARCHITECTURE.md:{number}: there is no test {name}"));
            }
        }
    }
    assert!(count > 10, "the table of invariants was not found");
    assert!(missing.is_empty(), "invariants without their test:\n{}", missing.join("\n"));
}

/// Every function in a test file, as `file::function`: more than the tests, but none that is not written.
fn collect_tests(folder: &Path, names: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_tests(&path, names);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let file = path.file_stem().unwrap().to_string_lossy().into_owned();
            let tokens = rust_text::tokens(&std::fs::read_to_string(&path).unwrap());
            let functions =
                tokens.windows(2).filter(|pair| matches!(pair[0].text.as_str(), "fn" | "mod")).map(|pair| &pair[1].text);
            let stories = tokens
                .windows(4)
                .filter(|four| matches!(four[0].text.as_str(), "each_database" | "each_instance") && four[1].text == "!")
                .map(|four| &four[3].text);
            names.extend(functions.chain(stories).map(|name| format!("{file}::{name}")));
        }
    }
}

#[test]
fn the_readme_has_the_two_commands() {
    let readme = read("README.md");
    for command in ["\ncargo run --release -- demo\n", "\ntests/run\n"] {
        assert!(readme.contains(command), "README.md does not show {command:?} on a line of its own");
    }
}

#[test]
fn every_setting_has_a_comment() {
    let text = read("config/default.toml");
    let lines: Vec<&str> = text.lines().collect();
    let mut bare = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let is_key =
            line.split_once('=').is_some_and(|(key, _)| key.trim().chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        // A comment on a line or a section speaks for the keys that follow it without a gap.
        let above = lines[..at].iter().rev().find(|line| !line.starts_with('['));
        let explained = line.contains(" # ") || above.is_some_and(|line| line.starts_with('#') || line.contains('='));
        if is_key && !explained {
            bare.push(format!("config/default.toml:{}: {line}", at + 1));
        }
    }
    assert!(bare.is_empty(), "keys without a comment:\n{}", bare.join("\n"));
}
