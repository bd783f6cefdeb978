//! A driver that answers each message with its parameters.
