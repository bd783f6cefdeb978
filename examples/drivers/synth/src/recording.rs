//! The WAV file, valid at every moment.
//!
//! A WAV file says its length in its head, so a file whose writer was killed says the wrong one. [`Recording`] writes
//! the head anew [four times for each second](FLUSHES_PER_SECOND) of sound: whatever ends the process, the file that
//! stays behind is a valid one that lacks at most the last quarter of a second.

use hound::{SampleFormat, WavSpec, WavWriter};
use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// How often the head is brought up to date, per second of sound.
pub const FLUSHES_PER_SECOND: u32 = 4;

/// The most that a file can hold, in frames: the format counts bytes in 32 bits. At 44100 Hz that is 6 hours and
/// three quarters.
pub const LONGEST: u32 = (u32::MAX - 1024) / BYTES_PER_FRAME;

const BYTES_PER_FRAME: u32 = 4;

/// Why a recording could not be started or went no further.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file cannot be made: no such directory, no permission, a directory of that name.
    #[error("the file \"{}\" cannot be written", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another open driver is writing this file.
    #[error("the file \"{}\" is being written already: give each open driver a file of its own with out=FILE", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// Writing failed: the disk is full, most likely.
    #[error("the file \"{}\" could not be written any further", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: hound::Error,
    },
    /// The file is as long as a WAV file can be.
    #[error("the file \"{}\" is full: a WAV file ends at 4 GiB", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
}

/// A WAV file being written: stereo, 16 bits. Dropping it finishes the file like [`finish`](Recording::finish), but
/// nobody learns of an error.
pub struct Recording {
    writer: WavWriter<BufWriter<File>>,
    path: PathBuf,
    frames: u32,
    flush_at: u32,
    flush_every: u32,
}

impl Recording {
    /// Creates the file, over an existing one, and writes the head of an empty recording.
    ///
    /// A second recording into the same file, by this process or another, is refused instead of mixing with this one.
    /// Others may read it meanwhile.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Create`] and [`RecordingError::InUse`].
    pub fn create(path: &Path, rate: u32) -> Result<Recording, RecordingError> {
        let failed = |source| RecordingError::Create { path: path.to_owned(), source };
        let file = match open_alone(path) {
            Ok(Some(file)) => file,
            Ok(None) => return Err(RecordingError::InUse { path: path.to_owned() }),
            Err(error) => return Err(failed(error)),
        };
        if file.metadata().map_err(failed)?.is_file() {
            file.set_len(0).map_err(failed)?;
        }
        let spec =
            WavSpec { channels: 2, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let start = WavWriter::new(BufWriter::new(file), spec).and_then(|mut writer| {
            writer.flush()?;
            Ok(writer)
        });
        let writer = start.map_err(|error| failed(into_io(error)))?;
        let flush_every = (rate / FLUSHES_PER_SECOND).max(1);
        Ok(Recording { writer, path: path.to_owned(), frames: 0, flush_at: flush_every, flush_every })
    }

    /// The file, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The number of frames written so far.
    pub fn frames(&self) -> u32 {
        self.frames
    }

    /// Writes samples, left and right in turn; a left one without its right one is not written.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Full`], with nothing written, and [`RecordingError::Write`]. The file then is what it was at
    /// the last flush.
    pub fn append(&mut self, samples: &[i16]) -> Result<(), RecordingError> {
        let (frames, _) = samples.as_chunks::<2>();
        let Some(total) = u32::try_from(frames.len()).ok().and_then(|more| self.frames.checked_add(more))
        else {
            return Err(RecordingError::Full { path: self.path.clone() });
        };
        if total > LONGEST {
            return Err(RecordingError::Full { path: self.path.clone() });
        }
        for sample in frames.as_flattened() {
            self.writer.write_sample(*sample).map_err(|source| self.failed(source))?;
        }
        self.frames = total;
        if self.frames >= self.flush_at {
            self.flush()?;
            self.flush_at = self.frames.saturating_add(self.flush_every);
        }
        Ok(())
    }

    /// Brings the file up to date.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Write`].
    pub fn flush(&mut self) -> Result<(), RecordingError> {
        self.writer.flush().map_err(|source| self.failed(source))
    }

    /// Finishes the file and closes it.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Write`].
    pub fn finish(self) -> Result<(), RecordingError> {
        let Recording { writer, path, .. } = self;
        writer.finalize().map_err(|source| RecordingError::Write { path, source })
    }

    #[cfg(test)]
    pub(crate) fn pretend_full(&mut self) {
        self.frames = LONGEST;
    }

    fn failed(&self, source: hound::Error) -> RecordingError {
        RecordingError::Write { path: self.path.clone(), source }
    }
}

/// Opens a file for writing, or creates it; `None` when somebody else is recording into it. It is not truncated here: it
/// may be somebody's recording.
#[cfg(not(windows))]
fn open_alone(path: &Path) -> std::io::Result<Option<File>> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        // A file system without locks: then there is no protection, which is no reason not to write.
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => Ok(Some(file)),
    }
}

/// As above. A lock on Windows would keep readers out too; opening the file for oneself alone does not.
#[cfg(windows)]
fn open_alone(path: &Path) -> std::io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_SHARE_READ: u32 = 1;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    let mut options = OpenOptions::new();
    match options.write(true).create(true).truncate(false).share_mode(FILE_SHARE_READ).open(path) {
        Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(None),
        opened => opened.map(Some),
    }
}

fn into_io(error: hound::Error) -> std::io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => std::io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> (WavSpec, Vec<i16>) {
        let mut reader = hound::WavReader::open(path).unwrap();
        (reader.spec(), reader.samples().collect::<Result<_, _>>().unwrap())
    }

    #[test]
    fn what_is_recorded_is_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.wav");
        std::fs::write(&path, [7; 1000]).unwrap();
        let mut recording = Recording::create(&path, 22_050).unwrap();
        assert_eq!(read(&path).1, [0_i16; 0], "a file is valid from the start");
        recording.append(&[1, -2, 3, -4, 5]).unwrap();
        recording.append(&[]).unwrap();
        assert_eq!((recording.frames(), recording.path()), (2, path.as_path()));
        recording.finish().unwrap();
        let (spec, samples) = read(&path);
        assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, 22_050, 16));
        assert_eq!(samples, [1, -2, 3, -4]);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 44 + 8, "nothing of the old file is left");
    }

    #[test]
    fn the_file_is_valid_while_it_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.wav");
        let mut recording = Recording::create(&path, 16_000).unwrap();
        for round in 1..=20 {
            recording.append(&[9; 2 * 999]).unwrap();
            let written = read(&path).1.len() / 2;
            assert!(written <= round * 999 && written + 4_000 + 999 > round * 999, "{written} after {round}");
        }
        drop(recording);
        assert_eq!(read(&path).1.len(), 2 * 20 * 999);
    }

    #[test]
    fn a_file_has_one_writer() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.wav");
        let mut first = Recording::create(&path, 16_000).unwrap();
        first.append(&[5; 20_000]).unwrap();
        let error = Recording::create(&path, 16_000).err().unwrap();
        assert!(error.to_string().contains("is being written already"), "{error}");
        first.finish().unwrap();
        assert_eq!(read(&path).1.len(), 20_000, "the refused one has touched nothing");
        Recording::create(&path, 16_000).unwrap();
    }

    #[test]
    fn a_file_that_cannot_be_made_is_named() {
        let directory = tempfile::tempdir().unwrap();
        for path in [directory.path().to_owned(), directory.path().join("no/such/a.wav")] {
            let error = Recording::create(&path, 16_000).err().unwrap();
            assert_eq!(error.to_string(), format!("the file \"{}\" cannot be written", path.display()));
            assert!(std::error::Error::source(&error).is_some());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_and_no_panic() {
        let error = Recording::create(Path::new("/dev/full"), 16_000).err().unwrap();
        assert!(matches!(error, RecordingError::Create { .. }), "{error}");
    }
}
