//! Scripted and recording drivers, traces and assertions for tests of drivers and their hosts.
