//! The tune that comes with the examples, from which `ode_to_joy.mid` is made: the theme of the last movement of
//! Beethoven's Ninth (1824, free for everybody), set for flute, strings, bass and drums.
//!
//! Eight bars: the flute begins alone, strings and bass join it in the second bar. The repeat is faster and has drums;
//! the last bar broadens. So there is something of everything that a player has to get right: several tracks and
//! instruments, three tempos, a system exclusive message, and notes that end while others begin.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind};

/// Ticks in a quarter note.
pub(crate) const TICKS: u32 = 480;
/// Bars of four quarters.
pub(crate) const BARS: u32 = 8;
/// Where a tempo begins, as a bar from 0, and the tempo in microseconds for a quarter note: 120, 140 and 90 a minute.
pub(crate) const TEMPOS: [(u32, u32); 3] = [(0, 500_000), (4, 428_571), (7, 666_667)];
/// The key of the first note, which sounds alone: F sharp above middle C.
pub(crate) const FIRST_KEY: u8 = 66;

const EIGHTH: u32 = TICKS / 2;
const BAR: u32 = TICKS * 4;
/// Notes end a little before the next one begins.
const GAP: u32 = 20;

/// A note: where it starts and how long it is in eighths, its key and velocity.
type Note = (u32, u32, u8, u8);

/// The tune as the bytes of a standard MIDI file of format 1.
pub(crate) fn ode_to_joy() -> Vec<u8> {
    let header = Header::new(Format::Parallel, Timing::Metrical(u15::new(TICKS as u16)));
    let tracks = vec![
        conductor(),
        part(b"Flute", 0, Some(73), 40, &line(0, &melody(), 100)),
        part(b"Strings", 1, Some(48), 84, &chords()),
        part(b"Bass", 2, Some(32), 64, &line(8, &bass(), 96)),
        part(b"Drums", 9, None, 64, &drums()),
    ];
    let mut bytes = Vec::new();
    Smf { header, tracks }.write_std(&mut bytes).expect("writing to memory does not fail");
    bytes
}

/// The theme in two halves, as keys and lengths in eighths.
fn melody() -> Vec<(u8, u32)> {
    const F: u8 = FIRST_KEY;
    let opening = [
        [(F, 2), (F, 2), (67, 2), (69, 2)],
        [(69, 2), (67, 2), (F, 2), (64, 2)],
        [(62, 2), (62, 2), (64, 2), (F, 2)],
    ];
    let half = [(F, 3), (64, 1), (64, 4)];
    let full = [(64, 3), (62, 1), (62, 4)];
    let opening = opening.as_flattened();
    [opening, &half, opening, &full].concat()
}

/// The bass from the second bar on.
fn bass() -> Vec<(u8, u32)> {
    let walk = |keys: &[u8]| keys.iter().map(|key| (*key, 2)).collect::<Vec<_>>();
    [
        walk(&[38, 38, 45, 45, 47, 45, 43, 42, 45, 45]),
        vec![(33, 4)],
        walk(&[38, 42, 43, 45, 38, 42, 45, 33, 38, 42, 43, 44]),
        vec![(45, 4), (38, 4)],
    ]
    .concat()
}

/// Notes one after the other from an eighth on.
fn line(start: u32, notes: &[(u8, u32)], velocity: u8) -> Vec<Note> {
    let mut at = start;
    let place = |(key, length): &(u8, u32)| {
        let note = (at, *length, *key, velocity);
        at += length;
        note
    };
    notes.iter().map(place).collect()
}

/// Two voices in half bars from the second bar on.
fn chords() -> Vec<Note> {
    const D: [u8; 2] = [57, 62];
    const A: [u8; 2] = [57, 61];
    const G: [u8; 2] = [59, 62];
    let halves = [D, A, G, D, A, A, D, G, D, A, G, D, A, D];
    let place = |(half, keys): (usize, &[u8; 2])| keys.map(|key| (8 + 4 * half as u32, 4, key, 72));
    halves.iter().enumerate().flat_map(place).collect()
}

/// Drums for the repeat: a beat of kick, snare and hat, and a cymbal at both ends.
fn drums() -> Vec<Note> {
    const KICK: u8 = 36;
    const SNARE: u8 = 38;
    const HAT: u8 = 42;
    const CYMBAL: u8 = 49;
    let mut notes = vec![(32, 1, CYMBAL, 90)];
    for bar in 4..7 {
        let start = bar * 8;
        notes.extend([0, 4].map(|eighth| (start + eighth, 1, KICK, 110)));
        notes.extend([2, 6].map(|eighth| (start + eighth, 1, SNARE, 90)));
        notes.extend((0..8).map(|eighth| (start + eighth, 1, HAT, if eighth % 2 == 0 { 80 } else { 60 })));
    }
    notes.extend([(56, 1, KICK, 110), (60, 1, KICK, 110), (60, 4, CYMBAL, 90)]);
    notes
}

/// The track that has no notes: title, tempos, and the General MIDI reset that every player sends first.
fn conductor() -> Track<'static> {
    let mut events = vec![
        (0, TrackEventKind::Meta(MetaMessage::TrackName(b"Ode to Joy"))),
        (0, TrackEventKind::Meta(MetaMessage::TimeSignature(4, 2, 24, 8))),
        (0, TrackEventKind::Meta(MetaMessage::KeySignature(2, false))),
        (0, TrackEventKind::SysEx(&[0x7E, 0x7F, 0x09, 0x01, 0xF7])),
    ];
    let tempos =
        TEMPOS.map(|(bar, tempo)| (bar * BAR, TrackEventKind::Meta(MetaMessage::Tempo(u24::new(tempo)))));
    events.extend(tempos);
    track(events)
}

/// A track with one instrument, somewhere between left (0) and right (127).
fn part(name: &'static [u8], channel: u8, program: Option<u8>, pan: u8, notes: &[Note]) -> Track<'static> {
    let channel = u4::new(channel);
    let midi = |message| TrackEventKind::Midi { channel, message };
    let mut events = vec![(0, TrackEventKind::Meta(MetaMessage::TrackName(name)))];
    events.extend(program.map(|program| (0, midi(MidiMessage::ProgramChange { program: u7::new(program) }))));
    events.push((0, midi(MidiMessage::Controller { controller: u7::new(10), value: u7::new(pan) })));
    for (start, length, key, velocity) in notes {
        let (start, end) = (start * EIGHTH, (start + length) * EIGHTH - GAP);
        let (key, vel) = (u7::new(*key), u7::new(*velocity));
        events.push((start, midi(MidiMessage::NoteOn { key, vel })));
        events.push((end, midi(MidiMessage::NoteOff { key, vel: u7::new(0) })));
    }
    track(events)
}

/// Puts events in order of time, as distances from one to the next, and ends the track with the last bar.
fn track(mut events: Vec<(u32, TrackEventKind<'static>)>) -> Track<'static> {
    events.sort_by_key(|(at, _)| *at);
    events.push((BARS * BAR, TrackEventKind::Meta(MetaMessage::EndOfTrack)));
    let mut last = 0;
    let step = |(at, kind)| {
        let delta = u28::new(at - last);
        last = at;
        TrackEvent { delta, kind }
    };
    events.into_iter().map(step).collect()
}
