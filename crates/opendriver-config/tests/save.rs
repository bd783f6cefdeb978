//! Saving: the old content or the new one, whole, whatever happens.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use opendriver_config::{CodePage, Document, SaveError, save};
use tempfile::TempDir;

fn directory() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("it is there");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_new_file_is_written() {
    let directory = directory();
    let path = directory.path().join("new.ini");
    save(&path, b"[s]\r\n").expect("a writable directory");
    assert_eq!(fs::read(&path).expect("written"), b"[s]\r\n");
    save(&path, b"").expect("a writable file");
    assert_eq!(fs::read(&path).expect("written"), b"");
    assert_eq!(names(directory.path()), ["new.ini"], "nothing is left behind");
}

#[test]
fn a_document_saves_its_bytes() {
    let directory = directory();
    let path = directory.path().join("system.ini");
    fs::write(&path, b"\xE4=1\n[s]\na=1").expect("written");
    let mut document = Document::parse(fs::read(&path).expect("written"), CodePage::WESTERN);
    document.set("s", "a", "ü").expect("a good edit");
    document.save(&path).expect("a writable file");
    assert_eq!(fs::read(&path).expect("saved"), b"\xE4=1\n[s]\na=\xFC");
}

#[test]
fn what_cannot_be_written_is_an_error_and_loses_nothing() {
    let directory = directory();
    assert!(matches!(save(directory.path(), b"x"), Err(SaveError::NotAFile { .. })));
    let missing = directory.path().join("none").join("a.ini");
    let error = save(&missing, b"x").expect_err("no such directory");
    assert_eq!(
        error.to_string(),
        format!("cannot create a new file in {}", missing.parent().unwrap().display())
    );
    assert!(std::error::Error::source(&error).is_some());
    assert!(names(directory.path()).is_empty());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
    }

    #[test]
    fn permissions_are_kept() {
        let directory = directory();
        let path = directory.path().join("a.ini");
        for bits in [0o600, 0o640, 0o664, 0o606, 0o755] {
            fs::write(&path, b"old").expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(bits)).expect("one's own file");
            save(&path, b"new").expect("a writable file");
            assert_eq!((mode(&path), fs::read(&path).expect("saved")), (bits, b"new".to_vec()));
        }
    }

    #[test]
    fn a_new_file_has_the_permissions_of_any_new_file() {
        let directory = directory();
        fs::write(directory.path().join("plain"), b"").expect("written");
        save(directory.path().join("saved"), b"").expect("a writable directory");
        assert_eq!(mode(&directory.path().join("saved")), mode(&directory.path().join("plain")));
    }

    #[test]
    fn owner_and_group_are_kept_where_they_can_be() {
        let directory = directory();
        let path = directory.path().join("a.ini");
        fs::write(&path, b"old").expect("written");
        // Only root may do this; everybody else keeps what they are.
        let given_away = std::os::unix::fs::chown(&path, Some(12_345), Some(23_456)).is_ok();
        let before = fs::metadata(&path).expect("it is there");
        save(&path, b"new").expect("a writable file");
        let after = fs::metadata(&path).expect("it is there");
        assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
        assert_eq!(given_away, after.uid() == 12_345);
        assert_ne!(before.ino(), after.ino(), "it is another file");
    }

    #[test]
    fn a_link_stays_a_link() {
        let directory = directory();
        let real = directory.path().join("real");
        fs::create_dir(&real).expect("created");
        fs::write(real.join("system.ini"), b"old").expect("written");
        symlink("real/system.ini", directory.path().join("middle.ini")).expect("linked");
        let link = directory.path().join("link.ini");
        symlink(directory.path().join("middle.ini"), &link).expect("linked");
        save(&link, b"new").expect("a writable file");
        assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
        assert!(fs::symlink_metadata(directory.path().join("middle.ini")).expect("it is there").is_symlink());
        assert_eq!(fs::read(real.join("system.ini")).expect("saved"), b"new");
        assert_eq!(names(&real), ["system.ini"]);
        assert_eq!(names(directory.path()), ["link.ini", "middle.ini", "real"]);
    }

    #[test]
    fn a_link_to_nothing_makes_the_file_it_names() {
        let directory = directory();
        let link = directory.path().join("link.ini");
        symlink("later.ini", &link).expect("linked");
        save(&link, b"new").expect("a writable directory");
        assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
        assert_eq!(fs::read(directory.path().join("later.ini")).expect("saved"), b"new");
    }

    #[test]
    fn a_loop_of_links_and_a_device_are_refused() {
        let directory = directory();
        let (a, b) = (directory.path().join("a"), directory.path().join("b"));
        symlink(&a, &b).expect("linked");
        symlink(&b, &a).expect("linked");
        assert!(matches!(save(&a, b"x"), Err(SaveError::LinkLoop { .. })));
        assert!(matches!(save("/dev/null", b"x"), Err(SaveError::NotAFile { .. })));
    }

    #[test]
    fn a_file_that_may_not_be_written_is_not_replaced() {
        let directory = directory();
        let path = directory.path().join("a.ini");
        fs::write(&path, b"old").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("one's own file");
        // Root may write everything.
        let may_write = fs::OpenOptions::new().write(true).open(&path).is_ok();
        let saved = save(&path, b"new");
        assert_eq!(saved.is_ok(), may_write);
        assert_eq!(fs::read(&path).expect("readable"), if may_write { b"new" } else { b"old" });
        assert_eq!(mode(&path), 0o444);
    }
}

const TARGET: &str = "OPENDRIVER_TEST_SAVE_TARGET";

/// Two contents of different lengths, long enough for a kill to hit the writing.
fn contents() -> [Vec<u8>; 2] {
    [
        "[old]\r\nkey=value\r\n".repeat(40_000).into_bytes(),
        "[new]\r\nlonger key=value\r\n".repeat(60_000).into_bytes(),
    ]
}

#[test]
#[ignore = "the child process of killed_at_any_moment; saves until it is killed"]
fn child_that_saves_until_it_is_killed() {
    let path = PathBuf::from(std::env::var_os(TARGET).expect("set by the parent"));
    for number in 1.. {
        save(&path, &contents()[number % 2]).expect("a writable directory");
    }
}

#[test]
fn killed_at_any_moment() {
    let directory = directory();
    let path = directory.path().join("system.ini");
    let contents = contents();
    fs::write(&path, &contents[0]).expect("written");
    let mut seen = [0, 0];
    for round in 0_u64.. {
        // A busy machine may need more rounds, and longer ones, until it comes to the second save of a child.
        let more = seen.contains(&0) && round < 100;
        if round >= 25 && !more {
            break;
        }
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "child_that_saves_until_it_is_killed", "--ignored"])
            .env(TARGET, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test starts");
        // Not before the child has saved at least once, then at an odd moment.
        let start = Instant::now();
        let before = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("it is there");
        let unchanged =
            || fs::metadata(&path).and_then(|metadata| metadata.modified()).is_ok_and(|time| time == before);
        while unchanged() && start.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let deadline = Instant::now()
            + Duration::from_micros(round * 1_370 % 20_000)
            + Duration::from_millis(20) * u32::try_from(round.saturating_sub(24)).expect("few rounds");
        let mut check = || {
            let now = fs::read(&path).expect("it is always there");
            let which = contents.iter().position(|content| *content == now).expect("old or new, whole");
            seen[which] += 1;
        };
        while Instant::now() < deadline {
            check();
        }
        let running = child.try_wait().expect("it can be asked").is_none();
        child.kill().expect("it can be killed");
        child.wait().expect("it can be waited for");
        assert!(running, "the child saved until it was killed");
        check();
    }
    assert!(seen[0] > 0 && seen[1] > 0, "both contents were seen: {seen:?}");
    // What a kill left behind does not hinder anybody.
    save(&path, b"[end]\r\n").expect("a writable directory");
    assert_eq!(fs::read(&path).expect("saved"), b"[end]\r\n");
}
