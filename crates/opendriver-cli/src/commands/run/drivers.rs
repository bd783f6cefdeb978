//! The libraries of the user, which scripts open beside the scripted drivers.

use std::ffi::OsStr;
use std::path::PathBuf;

use opendriver::Head;
use opendriver_testkit::Scripted;
use serde::{Deserialize, Serialize};

use crate::messages::Failure;

/// A library of the user's, and the name under which scripts open it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Own {
    name: String,
    library: PathBuf,
}

impl Own {
    /// Takes `[NAME=]FILE` apart.
    pub(super) fn parse(argument: &OsStr) -> Result<Own, Failure> {
        let text = argument.to_str().ok_or_else(|| {
            Failure::run(format!(
                "--driver {argument:?} is not valid Unicode; give a link of another name to the file"
            ))
        })?;
        let (name, library) = match text.split_once('=') {
            // A path may have the sign in it, a file name of a script hardly.
            Some((name, library)) if !name.contains(['/', '\\']) && !name.is_empty() => {
                (name.to_owned(), PathBuf::from(library))
            }
            _ => {
                let library = PathBuf::from(text);
                let name = library.file_name().unwrap_or_default().to_string_lossy().into_owned();
                (name, library)
            }
        };
        if !library.is_file() {
            return Err(Failure::run(format!("--driver {text}: there is no file {}", library.display())));
        }
        let wrong = |what: String| Failure::run(format!("--driver {text}: {} {what}", library.display()));
        let head = Head::read(&library).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        // Scripts would find it and only see that OpenDriver gives 0, which may be just what they expect of a driver.
        if !head.suits_this_process() {
            return Err(wrong(format!("is {head}; this process is {}", Head::needed())));
        }
        if let Head::Pe { library: false, .. } = head {
            return Err(wrong("is a program and no library".to_owned()));
        }
        Ok(Own { name, library })
    }
}

/// The drivers that scripts find.
pub(super) fn scripted(own: &[Own]) -> Scripted {
    own.iter().fold(Scripted::standard(), |drivers, own| drivers.library(&own.name, &own.library))
}
