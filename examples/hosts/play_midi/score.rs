//! From a standard MIDI file to messages in the order of time.
//!
//! A file of format 1 keeps its instruments in tracks that run side by side, and its tempos in the first of them. A
//! device wants one stream. [`Score::read`] merges the tracks and turns ticks into microseconds, exactly: the time is
//! summed up as a fraction and rounded once for each message, so tempo changes do not add up an error.

use midly::live::{LiveEvent, SystemCommon};
use midly::{Format, Fps, MetaMessage, Smf, Timing, TrackEventKind};

/// A piece of music, ready to be played.
#[derive(Debug)]
pub(crate) struct Score {
    /// What to send and when, in order.
    pub(crate) events: Vec<Event>,
    /// The length in microseconds, up to the end of the longest track.
    pub(crate) length: u64,
    /// How many tracks it had.
    pub(crate) tracks: usize,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// Microseconds from the start.
    pub(crate) at: u64,
    /// What to send.
    pub(crate) message: Message,
}

/// What a MIDI-out device can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// A short message, packed: status in the low byte, then the data bytes.
    Short(u32),
    /// System exclusive bytes, with the 0xF0 at their head if they have one.
    Long(Vec<u8>),
}

/// Why a file cannot be played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ScoreError {
    /// Not a MIDI file, or a damaged one.
    #[error("it is not a standard MIDI file that can be read")]
    Format(#[from] midly::Error),
    /// Format 2: patterns that a sequencer puts together, in no given order.
    #[error("it is a MIDI file of format 2, a set of separate patterns: save it as format 0 or 1")]
    Patterns,
    /// A rate of -128 frames a second, over which the parser would stumble.
    #[error("it counts in a number of frames a second that does not exist")]
    FrameRate,
    /// A time division of zero, with which no time can be told.
    #[error("it says that a quarter note has no ticks, so that it has no time")]
    NoTicks,
    /// Nothing to be played.
    #[error("there is no message in it to be played")]
    Empty,
    /// Longer than a day, the work of damaged bytes.
    #[error("it is longer than a day, which is more likely a damaged file than music")]
    TooLong,
}

/// A piece of music of a day, in microseconds.
const LONGEST: u64 = 24 * 60 * 60 * 1_000_000;

impl Score {
    /// Reads a file of format 0 or 1.
    ///
    /// # Errors
    ///
    /// See [`ScoreError`].
    pub(crate) fn read(bytes: &[u8]) -> Result<Score, ScoreError> {
        if counts_no_frames(bytes) {
            return Err(ScoreError::FrameRate);
        }
        let file = Smf::parse(bytes)?;
        if file.header.format == Format::Sequential {
            return Err(ScoreError::Patterns);
        }
        let mut merged = Vec::new();
        for (number, track) in file.tracks.iter().enumerate() {
            let mut tick = 0_u64;
            for event in track {
                tick += u64::from(event.delta.as_int());
                merged.push((tick, number, event.kind));
            }
        }
        // Stable: what stands at the same tick stays in the order of the tracks, and of each track.
        merged.sort_by_key(|(tick, number, _)| (*tick, *number));
        let mut clock = TickClock::new(file.header.timing)?;
        let mut events = Vec::new();
        for (tick, _, kind) in merged {
            let at = clock.at(tick);
            if at > LONGEST {
                return Err(ScoreError::TooLong);
            }
            if let TrackEventKind::Meta(MetaMessage::Tempo(tempo)) = kind {
                clock.set_tempo(tempo.as_int());
            }
            events.extend(message(kind).map(|message| Event { at, message }));
        }
        if events.is_empty() {
            return Err(ScoreError::Empty);
        }
        Ok(Score { events, length: clock.now(), tracks: file.tracks.len() })
    }
}

/// Whether the division is one that midly 0.5.3 negates without looking, which overflows. The head is the first chunk, or
/// stands inside of a RIFF file.
fn counts_no_frames(bytes: &[u8]) -> bool {
    let head = bytes.windows(4).position(|id| id == b"MThd");
    head.and_then(|at| bytes.get(at + 12)) == Some(&0x80)
}

/// The message of an event, if it is one that is sent.
fn message(kind: TrackEventKind<'_>) -> Option<Message> {
    match kind {
        TrackEventKind::Midi { channel, message } => {
            let mut bytes = Vec::with_capacity(4);
            LiveEvent::Midi { channel, message }.write_std(&mut bytes).ok()?;
            bytes.resize(4, 0);
            Some(Message::Short(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])))
        }
        TrackEventKind::SysEx(data) => Some(Message::Long([&[0xF0], data].concat())),
        // The escape form: the rest of a divided message, or a common or real-time message to be sent as it stands.
        TrackEventKind::Escape(data) => match data {
            [] => None,
            [status @ 0xF1..=0xF6 | status @ 0xF8.., rest @ ..] if rest.len() <= 2 => {
                let live = LiveEvent::parse(data).ok()?;
                let skipped = matches!(live, LiveEvent::Common(SystemCommon::Undefined(..)));
                let data = |n: usize| u32::from(rest.get(n).copied().unwrap_or(0));
                (!skipped).then(|| Message::Short(u32::from(*status) | data(0) << 8 | data(1) << 16))
            }
            _ => Some(Message::Long(data.to_vec())),
        },
        TrackEventKind::Meta(_) => None,
    }
}

/// Turns ticks into microseconds. The time so far is kept as a fraction with a fixed denominator.
struct TickClock {
    tick: u64,
    elapsed: u128,
    /// What a tick adds to `elapsed`; changed by tempo events unless the file counts in seconds.
    step: u128,
    /// Parts of `elapsed` in a microsecond.
    parts: u128,
    musical: bool,
}

impl TickClock {
    fn new(timing: Timing) -> Result<TickClock, ScoreError> {
        // A file without a tempo has 120 quarter notes a minute.
        const DEFAULT_TEMPO: u128 = 500_000;
        let (step, parts, musical) = match timing {
            Timing::Metrical(ticks) => (DEFAULT_TEMPO, u128::from(ticks.as_int()), true),
            // 29.97 frames are 30000 in 1001 seconds.
            Timing::Timecode(Fps::Fps29, ticks) => (1_001_000_000, 30_000 * u128::from(ticks), false),
            Timing::Timecode(fps, ticks) => (1_000_000, u128::from(fps.as_int()) * u128::from(ticks), false),
        };
        if parts == 0 {
            return Err(ScoreError::NoTicks);
        }
        Ok(TickClock { tick: 0, elapsed: 0, step, parts, musical })
    }

    /// The time of a tick, which must not lie before the last one asked for.
    fn at(&mut self, tick: u64) -> u64 {
        self.elapsed += u128::from(tick - self.tick) * self.step;
        self.tick = tick;
        self.now()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.elapsed / self.parts).unwrap_or(u64::MAX)
    }

    /// A new tempo from here on, in microseconds for a quarter note.
    fn set_tempo(&mut self, tempo: u32) {
        if self.musical {
            self.step = u128::from(tempo);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file: format, division, and the events of each track as bytes.
    fn file(format: u8, division: [u8; 2], tracks: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
        bytes.extend([format, 0, tracks.len() as u8]);
        bytes.extend(division);
        for track in tracks {
            bytes.extend(b"MTrk");
            bytes.extend((track.len() as u32).to_be_bytes());
            bytes.extend(*track);
        }
        bytes
    }

    const END: [u8; 4] = [0, 0xFF, 0x2F, 0];

    fn short(at: u64, packed: u32) -> Event {
        Event { at, message: Message::Short(packed) }
    }

    #[test]
    fn one_track_plays_in_order_with_running_status() {
        // 96 ticks a quarter, 120 quarters a minute: 0x60 ticks are half a second.
        let track = [&[0, 0xC0, 5, 0, 0x90, 60, 100, 0x60, 60, 0, 0, 62, 90][..], &END].concat();
        let score = Score::read(&file(0, [0, 96], &[&track])).unwrap();
        let expected =
            [short(0, 0x05C0), short(0, 0x643C90), short(500_000, 0x003C90), short(500_000, 0x5A3E90)];
        assert_eq!(score.events, expected);
        assert_eq!((score.length, score.tracks), (500_000, 1));
    }

    #[test]
    fn tracks_are_merged_and_share_their_tempos() {
        let tempo = |t: u32| [&[0xFF, 0x51, 3][..], &t.to_be_bytes()[1..]].concat();
        let conductor = [&[0][..], &tempo(1_000_000), &[0x60], &tempo(250_000), &END].concat();
        // The note at tick 96 stands at the change: it is at one second. 96 ticks later a quarter of a second is added.
        let notes = [&[0x60, 0x91, 60, 1, 0x60, 60, 0, 0x30, 0xFF, 0x2F, 0][..]].concat();
        let score = Score::read(&file(1, [0, 96], &[&conductor, &notes])).unwrap();
        assert_eq!(score.events, [short(1_000_000, 0x013C91), short(1_250_000, 0x003C91)]);
        assert_eq!(score.length, 1_375_000, "up to the end of the track, not only of the notes");
    }

    #[test]
    fn the_time_of_many_tempos_does_not_drift() {
        // 1000 steps of one tick at 333333 microseconds for 7 ticks.
        let mut track = vec![0, 0xFF, 0x51, 3, 0x05, 0x16, 0x15];
        track.extend([1, 0x90, 60, 1].repeat(1000));
        track.extend(END);
        let score = Score::read(&file(0, [0, 7], &[&track])).unwrap();
        assert_eq!(score.length, 1000 * 333_333 / 7);
    }

    #[test]
    fn files_that_count_frames_ignore_tempos() {
        // -25 frames, 40 ticks each: a tick is a millisecond. -29: drop-frame time, 30000 frames in 1001 seconds.
        let track = [&[0, 0xFF, 0x51, 3, 1, 0, 0, 0x64, 0x90, 60, 1][..], &END].concat();
        assert_eq!(Score::read(&file(0, [0xE7, 40], &[&track])).unwrap().length, 100_000);
        assert_eq!(Score::read(&file(0, [0xE3, 100], &[&track])).unwrap().length, 33_366);
    }

    #[test]
    fn exclusive_messages_and_escapes_are_sent() {
        let track = [
            &[0, 0xF0, 5, 0x7E, 0x7F, 9, 1, 0xF7][..],
            &[0, 0xF0, 2, 0x43, 1, 0, 0xF7, 2, 2, 0xF7],
            &[0, 0xF7, 2, 0xF3, 7, 0, 0xF7, 1, 0xFA, 0, 0xF7, 0],
            &END,
        ]
        .concat();
        let score = Score::read(&file(0, [0, 96], &[&track])).unwrap();
        let messages: Vec<Message> = score.events.into_iter().map(|event| event.message).collect();
        assert_eq!(
            messages,
            [
                Message::Long(vec![0xF0, 0x7E, 0x7F, 9, 1, 0xF7]),
                Message::Long(vec![0xF0, 0x43, 1]),
                Message::Long(vec![2, 0xF7]),
                Message::Short(0x07F3),
                Message::Short(0xFA),
            ]
        );
    }

    #[test]
    fn what_cannot_be_played_is_refused_with_a_reason() {
        let note = [&[0, 0x90, 60, 1][..], &END].concat();
        let message = |bytes: &[u8]| Score::read(bytes).unwrap_err().to_string();
        assert!(message(b"").starts_with("it is not a standard MIDI file"));
        assert!(message(b"RIFF\0\0\0\0WAVE").starts_with("it is not a standard MIDI file"));
        assert!(message(&file(2, [0, 96], &[&note])).contains("format 2"));
        assert!(message(&file(0, [0x80, 4], &[&note])).contains("frames a second"));
        assert!(message(&file(0, [0x81, 4], &[&note])).contains("not a standard MIDI file"));
        assert!(message(&file(0, [0, 0], &[&note])).contains("no ticks"));
        assert!(message(&file(0, [0, 96], &[&END])).contains("no message"));
        assert!(message(&file(1, [0, 96], &[])).contains("no message"));
        let late = [&[0xFF, 0xFF, 0xFF, 0x7F, 0x90, 60, 1][..], &END].concat();
        assert!(message(&file(0, [0, 1], &[&late])).contains("longer than a day"));
    }

    #[test]
    fn a_file_cut_or_changed_anywhere_never_panics() {
        const TUNE: &[u8] = include_bytes!("../../tunes/ode_to_joy.mid");
        assert!(Score::read(TUNE).is_ok());
        for place in 0..TUNE.len() {
            let _ = Score::read(&TUNE[..place]);
            for value in [0, 0x7F, 0x80, 0xF0, 0xF7, 0xFF] {
                let mut bytes = TUNE.to_vec();
                bytes[place] = value;
                let _ = Score::read(&bytes);
            }
        }
    }
}
