//! The C library, from outside: what it exports, whether its headers say so, and C programs that use it.
//!
//! - `programs`: each C program of tests/c, linked with the shared and with the static library
//! - `symbols`: what is exported, and that headers, sources and library agree on it
//! - `headers`: each header alone, in C and C++, with all compilers that are there
//! - `windows`: the same driver source for Linux and Windows
//! - `abi_diff`: nothing changes without the changelog saying so
//! - `examples`: what the documentation shows compiles and runs
//! - `packages`: the library as CMake, pkg-config and programs that start find it
//!
//! Environment variables for other ways of running the programs: `OPENDRIVER_TEST_CFLAGS` goes to the compiler of programs
//! and drivers, `OPENDRIVER_TEST_WRAPPER` is a command in front of each program (valgrind), `OPENDRIVER_TEST_LIBRARY`
//! a directory with the libraries to test instead of those that cargo builds.
//!
//! Some tests need tools that not everybody has, and are skipped without them, which they say on the standard error. With
//! `OPENDRIVER_TEST_ALL` set, as .ci/run does, that is a failure.

// The programs and the tools that look at the libraries are those of Unix systems; the library of Windows is checked
// by compiling against its headers.
#![cfg(unix)]

mod abi_diff;
mod examples;
mod headers;
mod packages;
mod programs;
mod stage;
mod symbols;
mod windows;

use opendriver_tests::library;
