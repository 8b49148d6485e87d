//! The same connection with other ends: Postfix's mail sink, and a directory.

use super::*;
use crate::support::process::free_port;

#[tokio::test]
async fn mail_becomes_files_named_by_delivery() {
    let home = tempfile::tempdir().expect("a directory");
    let directory = home.path().join("out/box");
    let relay = relay(&format!("file://{}", directory.display()));
    let mut connection = relay.connect().await.expect("a directory is made");
    for _ in 0..2 {
        let outcome = send(&mut connection, "ada@example.org", MESSAGE).await;
        assert_eq!((kind(&outcome), outcome.reply().text.as_str()), ("accepted", "2.0.0 written as 7.eml"));
    }
    assert_eq!(std::fs::read(directory.join("7.eml")).expect("the file"), MESSAGE);
    assert_eq!(std::fs::read_dir(&directory).expect("the directory").count(), 1, "no temporary file is left");
    for name in ["", "../7", ".hidden", "a/b", "a b"] {
        assert_eq!(kind(&connection.message(MESSAGE, name, None).await), "trouble", "{name}");
    }
    std::fs::remove_dir_all(&directory).expect("removed");
    let outcome = send(&mut connection, "ada@example.org", MESSAGE).await;
    assert_eq!((kind(&outcome), outcome.reply().stage), ("trouble", Stage::Data), "nothing was delivered: {outcome:?}");
}

/// Postfix's own mail sink: somebody else's idea of SMTP.
#[tokio::test]
async fn postfix_smtp_sink_takes_our_mail() {
    let port = free_port();
    let directory = tempfile::tempdir().expect("a directory");
    // -d: one file a mail. Started by root it wants to be somebody else, who may then write.
    let mut command = std::process::Command::new("/usr/sbin/smtp-sink");
    command.current_dir(directory.path()).args(["-d", "mail."]);
    if std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0) {
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(directory.path(), open).expect("opened");
        command.args(["-u", "nobody"]);
    }
    let mut child = Ended(command.arg(format!("127.0.0.1:{port}")).arg("100").spawn().expect("smtp-sink starts"));
    let relay = relay(&format!("smtp://127.0.0.1:{port}"));
    let mut connection = loop {
        assert!(child.0.try_wait().expect("its state").is_none(), "smtp-sink ended");
        match relay.connect().await {
            Ok(connection) => break connection,
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    assert!(connection.capabilities().pipelining);
    for n in 0..50 {
        let outcome = send(&mut connection, &format!("reader{n}@example.org"), MESSAGE).await;
        assert_eq!(kind(&outcome), "accepted", "{outcome:?}");
    }
    connection.quit().await;
    let files: Vec<_> = std::fs::read_dir(directory.path()).expect("files").collect();
    assert_eq!(files.len(), 50);
    let one = std::fs::read_to_string(files[0].as_ref().expect("a file").path()).expect("text");
    assert!(one.contains("\n.\n..\n.x\nund Schluss."), "{one}");

    /// Ends the child whatever the test does.
    struct Ended(std::process::Child);
    impl Drop for Ended {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}
