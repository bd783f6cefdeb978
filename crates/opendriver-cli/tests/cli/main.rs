//! The program as a user meets it: real processes, real configurations, real drivers.
//!
//! | module | what it promises |
//! | --- | --- |
//! | `listing` | `list` shows every line of a section, and what each leads to |
//! | `probing` | `probe` shows every message, whatever the driver does |
//! | `sending` | `send` and its numbers |
//! | `getting` | `get` gives what look-ups find |
//! | `running` | `run` plays scripts and tells what happened otherwise; what the page about it shows |
//! | `stopping` | `run` survives drivers that crash, exit and hang, and its user's Ctrl-C |
//! | `files` | which file a name means, and where drivers are looked for |
//! | `bad_configurations` | a configuration that is missing, unreadable or wrong: text, line, exit code |
//! | `bad_drivers` | files that are no drivers, and drivers that refuse, panic or crash |
//! | `bad_arguments` | names and numbers that make no sense |
//! | `outputs` | JSON, colours, closed and full outputs, help |

mod bad_arguments;
mod bad_configurations;
mod bad_drivers;
mod files;
mod getting;
mod listing;
mod outputs;
mod probing;
mod running;
mod sending;
mod stopping;
mod support;
