//! One open instance of the driver: a renderer, a clock and a file.
//!
//! The life of a session:
//!
//! 1. [`Session::open`] (DRV_OPEN) reads the settings, makes the synthesiser and creates the file;
//! 2. [`Session::start`] (MODM_OPEN) starts the clock;
//! 3. before each MIDI message the sound up to it is rendered and written;
//! 4. [`Session::stop`] (MODM_CLOSE) releases all notes, renders [`TAIL`] more seconds in which they and the
//!    reverberation die away, and brings the file up to date. The device may be started again: the recording goes on
//!    behind the tail;
//! 5. [`Session::finish`] (DRV_CLOSE) stops, if nobody has, and closes the file.
//!
//! So a file is as long as the time between MODM_OPEN and MODM_CLOSE plus [`TAIL`]. When writing fails half-way the
//! session goes on in silence and each further message says so; what was written until then stays.

use crate::clock::Clock;
use crate::recording::{Recording, RecordingError};
use crate::renderer::{Renderer, RendererError};
use crate::settings::{Settings, SettingsError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long notes and reverberation may die away behind the last message.
pub const TAIL: Duration = Duration::from_secs(2);

/// The longest step by the host's clock. A host that wants more sends more steps, and a mistaken number does not fill
/// the disk.
pub const LONGEST_STEP: Duration = Duration::from_secs(600);

/// Frames that are rendered at a time.
const CHUNK: usize = 1024;

/// Why a session cannot be opened or cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The parameter text is not understood.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The synthesiser cannot be made.
    #[error(transparent)]
    Renderer(#[from] RendererError),
    /// The file cannot be made or written.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// An earlier message failed, and with it the recording has ended.
    #[error("the recording has ended early: see the error reported before")]
    Ended,
    /// The device is open already (MMSYSERR_ALLOCATED).
    #[error("the device is open already: close it first")]
    Started,
    /// The device is not open.
    #[error("the device is not open: send MODM_OPEN first")]
    Stopped,
    /// The clock cannot be moved by the host.
    #[error("the clock cannot be moved: the settings say clock=real")]
    NotYourClock,
    /// More than [`LONGEST_STEP`] at a time.
    #[error("a step of {} s is too long: move the clock by at most {} s at a time", asked.as_secs_f64(), LONGEST_STEP.as_secs())]
    LongStep {
        /// The step asked for.
        asked: Duration,
    },
}

/// An open instance. All methods can be called from several threads; the messages then are played in some order.
pub struct Session {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    renderer: Renderer,
    clock: Clock,
    rate: u32,
    started: bool,
    /// `None` when it has failed or is finished.
    recording: Option<Recording>,
    samples: Vec<i16>,
}

impl Session {
    /// Opens a session with the settings in `text`; `None` and an empty text both mean the defaults.
    ///
    /// # Errors
    ///
    /// [`SessionError::Settings`], [`SessionError::Renderer`] and [`SessionError::Recording`]. The file is created
    /// last, so that a mistake in the settings does not cost an existing recording.
    pub fn open(text: Option<&str>) -> Result<Session, SessionError> {
        let settings = Settings::parse(text.unwrap_or_default())?;
        let renderer = Renderer::new(&settings)?;
        let recording = Recording::create(&settings.out, settings.rate)?;
        // So that the file can be told to others, who may have a current directory of their own.
        let path = std::path::absolute(&settings.out).unwrap_or(settings.out);
        let state = State {
            renderer,
            clock: Clock::new(settings.clock, settings.rate),
            rate: settings.rate,
            started: false,
            recording: Some(recording),
            samples: Vec::new(),
        };
        Ok(Session { path, state: Mutex::new(state) })
    }

    /// The file that is written, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts the clock.
    ///
    /// # Errors
    ///
    /// [`SessionError::Started`] when it runs already, [`SessionError::Ended`].
    pub fn start(&self) -> Result<(), SessionError> {
        let mut state = self.state()?;
        match (&state.recording, state.started) {
            (None, _) => Err(SessionError::Ended),
            (_, true) => Err(SessionError::Started),
            (Some(_), false) => {
                state.started = true;
                state.clock.start(Instant::now());
                Ok(())
            }
        }
    }

    /// Releases all notes, renders the tail and brings the file up to date.
    ///
    /// # Errors
    ///
    /// [`SessionError::Stopped`] when it is not started; [`SessionError::Recording`], and it is stopped all the same.
    pub fn stop(&self) -> Result<(), SessionError> {
        self.state()?.stop()
    }

    /// Plays a short message, packed as in [`Renderer::short`]. The result says whether it was one.
    ///
    /// # Errors
    ///
    /// [`SessionError::Stopped`], [`SessionError::Recording`], [`SessionError::Ended`].
    pub fn short(&self, packed: u32) -> Result<bool, SessionError> {
        Ok(self.caught_up()?.renderer.short(packed))
    }

    /// Plays system exclusive bytes; see [`Renderer::long`].
    ///
    /// # Errors
    ///
    /// As for [`short`](Session::short).
    pub fn long(&self, bytes: &[u8]) -> Result<(), SessionError> {
        self.caught_up()?.renderer.long(bytes);
        Ok(())
    }

    /// Releases all notes and puts the controllers back; see [`Renderer::reset`].
    ///
    /// # Errors
    ///
    /// As for [`short`](Session::short).
    pub fn reset(&self) -> Result<(), SessionError> {
        self.caught_up()?.renderer.reset();
        Ok(())
    }

    /// The device volume, left and right.
    ///
    /// # Errors
    ///
    /// [`SessionError::Ended`].
    pub fn volume(&self) -> Result<(u16, u16), SessionError> {
        Ok(self.state()?.renderer.volume())
    }

    /// Sets the device volume from this moment on, also while the device is closed.
    ///
    /// # Errors
    ///
    /// [`SessionError::Recording`], [`SessionError::Ended`].
    pub fn set_volume(&self, left: u16, right: u16) -> Result<(), SessionError> {
        let mut state = self.state()?;
        if state.started {
            state.catch_up()?;
        }
        state.renderer.set_volume(left, right);
        Ok(())
    }

    /// Lets time go by at the host's word: the sound of that time is rendered at once. While the device is closed no
    /// time goes by; the call then only takes the clock over.
    ///
    /// # Errors
    ///
    /// [`SessionError::NotYourClock`], [`SessionError::LongStep`], [`SessionError::Recording`],
    /// [`SessionError::Ended`].
    pub fn advance(&self, step: Duration) -> Result<(), SessionError> {
        if step > LONGEST_STEP {
            return Err(SessionError::LongStep { asked: step });
        }
        let mut state = self.state()?;
        // What the wall clock has made due until now, if it had the clock so far.
        let wall = state.clock.wall(Instant::now());
        let microseconds = if state.started { step.as_micros() as u64 } else { 0 };
        let due = state.clock.host(microseconds).ok_or(SessionError::NotYourClock);
        state.render(wall + *due.as_ref().unwrap_or(&0))?;
        due.map(|_| ())
    }

    /// The number of frames written so far.
    ///
    /// # Errors
    ///
    /// [`SessionError::Ended`].
    pub fn position(&self) -> Result<u32, SessionError> {
        self.state()?.recording.as_ref().map(Recording::frames).ok_or(SessionError::Ended)
    }

    /// Stops, if need be, and closes the file. Once is enough; a second call does nothing.
    ///
    /// # Errors
    ///
    /// [`SessionError::Recording`] when the last of it could not be written. The file is closed all the same.
    pub fn finish(&self) -> Result<(), SessionError> {
        // After a panic in the synthesiser nothing more is rendered, but the file still gets its right head.
        let (mut state, sound) = match self.state.lock() {
            Ok(state) => (state, true),
            Err(poisoned) => (poisoned.into_inner(), false),
        };
        let stopped = if state.started && sound && state.recording.is_some() { state.stop() } else { Ok(()) };
        state.started = false;
        match state.recording.take() {
            Some(recording) => stopped.and(recording.finish().map_err(SessionError::from)),
            None => stopped,
        }
    }

    /// Makes the file as good as full, for tests: nobody has time to write 4 GiB.
    #[cfg(test)]
    pub(crate) fn pretend_full(&self) {
        self.state.lock().unwrap().recording.as_mut().unwrap().pretend_full();
    }

    fn state(&self) -> Result<MutexGuard<'_, State>, SessionError> {
        // Poisoned: the synthesiser panicked over an earlier message, and nobody knows where it stands.
        self.state.lock().map_err(|_| SessionError::Ended)
    }

    fn caught_up(&self) -> Result<MutexGuard<'_, State>, SessionError> {
        let mut state = self.state()?;
        state.catch_up()?;
        Ok(state)
    }
}

impl State {
    /// Renders what the wall clock has made due.
    fn catch_up(&mut self) -> Result<(), SessionError> {
        if !self.started {
            return Err(SessionError::Stopped);
        }
        let due = self.clock.wall(Instant::now());
        self.render(due)
    }

    fn stop(&mut self) -> Result<(), SessionError> {
        let caught_up = self.catch_up();
        if matches!(caught_up, Err(SessionError::Stopped)) {
            return caught_up;
        }
        self.started = false;
        self.clock.stop();
        self.renderer.reset();
        caught_up?;
        self.render(TAIL.as_secs() * u64::from(self.rate))?;
        match &mut self.recording {
            Some(recording) => Ok(recording.flush()?),
            None => Err(SessionError::Ended),
        }
    }

    fn render(&mut self, mut frames: u64) -> Result<(), SessionError> {
        let Some(mut recording) = self.recording.take() else { return Err(SessionError::Ended) };
        while frames > 0 {
            let chunk = frames.min(CHUNK as u64);
            self.renderer.render(chunk as usize, &mut self.samples);
            // On failure the recording is dropped, which closes the file as it was at the last flush.
            recording.append(&self.samples)?;
            frames -= chunk;
        }
        self.recording = Some(recording);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixture {
        directory: tempfile::TempDir,
    }

    impl Fixture {
        fn new() -> Fixture {
            Fixture { directory: tempfile::tempdir().unwrap() }
        }

        fn path(&self) -> PathBuf {
            self.directory.path().join("a.wav")
        }

        fn open(&self, more: &str) -> Session {
            Session::open(Some(&format!("out=\"{}\" {more}", self.path().display()))).unwrap()
        }

        fn samples(&self) -> Vec<i16> {
            hound::WavReader::open(self.path()).unwrap().samples().collect::<Result<_, _>>().unwrap()
        }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_file_is_as_long_as_the_time_played_and_the_tail() {
        let fixture = Fixture::new();
        let session = fixture.open("clock=host rate=16000");
        session.start().unwrap();
        assert!(session.short(0x64_3C_90).unwrap());
        for _ in 0..3 {
            session.advance(SECOND / 3).unwrap();
        }
        assert_eq!(session.position().unwrap(), 15_999, "a third of a second is 333333 microseconds");
        session.advance(Duration::from_micros(1)).unwrap();
        assert_eq!(session.position().unwrap(), 16_000);
        session.stop().unwrap();
        assert_eq!(fixture.samples().len(), 2 * 3 * 16_000, "complete before it is closed");
        session.finish().unwrap();
        session.finish().unwrap();
        let samples = fixture.samples();
        assert_eq!(samples.len(), 2 * 3 * 16_000);
        assert!(samples[..32_000].iter().any(|sample| sample.abs() > 1_000));
        assert!(
            samples[samples.len() - 100..].iter().all(|sample| sample.abs() < 50),
            "the tail is long enough"
        );
    }

    #[test]
    fn closing_early_leaves_the_same_file() {
        let files = [true, false].map(|stop| {
            let fixture = Fixture::new();
            let session = fixture.open("clock=host");
            session.start().unwrap();
            session.short(0x64_3C_90).unwrap();
            session.advance(SECOND).unwrap();
            if stop {
                session.stop().unwrap();
            }
            session.finish().unwrap();
            fixture.samples()
        });
        assert_eq!(files[0], files[1]);
    }

    #[test]
    fn nothing_played_is_an_empty_file() {
        let fixture = Fixture::new();
        let session = fixture.open("");
        session.advance(SECOND).unwrap();
        session.finish().unwrap();
        assert_eq!(fixture.samples().len(), 0);
    }

    #[test]
    fn by_the_wall_clock_the_time_between_messages_is_rendered() {
        let fixture = Fixture::new();
        let session = fixture.open("rate=16000");
        let before = Instant::now();
        session.start().unwrap();
        session.short(0x64_3C_90).unwrap();
        std::thread::sleep(SECOND / 10);
        session.short(0x00_3C_90).unwrap();
        let at_most = before.elapsed();
        let frames = session.position().unwrap();
        assert!((1_600..=(at_most.as_secs_f64() * 16_000.0) as u32).contains(&frames), "{frames}");
        session.finish().unwrap();
    }

    #[test]
    fn a_device_opens_once_at_a_time_and_again_after_it_was_closed() {
        let fixture = Fixture::new();
        let session = fixture.open("clock=host rate=16000");
        assert!(matches!(session.short(0x64_3C_90), Err(SessionError::Stopped)));
        assert!(matches!(session.stop(), Err(SessionError::Stopped)));
        session.start().unwrap();
        assert!(matches!(session.start(), Err(SessionError::Started)));
        session.stop().unwrap();
        session.start().unwrap();
        session.advance(SECOND).unwrap();
        session.finish().unwrap();
        assert_eq!(fixture.samples().len(), 2 * (2 + 1 + 2) * 16_000);
        assert!(matches!(session.start(), Err(SessionError::Ended)));
        assert!(matches!(session.advance(SECOND), Err(SessionError::Ended)));
    }

    #[test]
    fn the_clock_has_one_master() {
        let fixture = Fixture::new();
        let session = fixture.open("clock=real");
        session.start().unwrap();
        assert!(matches!(session.advance(SECOND), Err(SessionError::NotYourClock)));
        assert!(matches!(session.advance(SECOND * 601), Err(SessionError::LongStep { .. })));
        session.finish().unwrap();
    }

    #[test]
    fn volume_can_be_set_at_any_time() {
        let fixture = Fixture::new();
        let session = fixture.open("clock=host");
        session.set_volume(1, 2).unwrap();
        assert_eq!(session.volume().unwrap(), (1, 2));
        session.start().unwrap();
        session.set_volume(0, 0).unwrap();
        session.short(0x64_3C_90).unwrap();
        session.advance(SECOND).unwrap();
        session.finish().unwrap();
        assert!(fixture.samples().iter().all(|sample| *sample == 0));
    }

    #[test]
    fn a_panic_in_the_synthesiser_ends_the_recording_and_keeps_it() {
        let fixture = Fixture::new();
        let session = fixture.open("clock=host rate=16000");
        session.start().unwrap();
        session.advance(SECOND).unwrap();
        let panic = std::thread::scope(|scope| {
            let hurt = || {
                let _state = session.state.lock().unwrap();
                panic!("as the synthesiser would over a damaged SoundFont");
            };
            scope.spawn(hurt).join()
        });
        assert!(panic.is_err());
        assert!(matches!(session.short(0x64_3C_90), Err(SessionError::Ended)));
        assert!(matches!(session.stop(), Err(SessionError::Ended)));
        session.finish().unwrap();
        assert_eq!(fixture.samples().len(), 2 * 16_000, "what was written until then, without a tail");
    }

    #[test]
    fn a_bad_line_costs_no_recording() {
        let fixture = Fixture::new();
        std::fs::write(fixture.path(), "precious").unwrap();
        for more in ["loud", "soundfont=no-such.sf2", "rate=1"] {
            assert!(Session::open(Some(&format!("out=\"{}\" {more}", fixture.path().display()))).is_err());
        }
        assert_eq!(std::fs::read(fixture.path()).unwrap(), b"precious");
    }
}
