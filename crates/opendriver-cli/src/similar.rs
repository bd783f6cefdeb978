//! Names that may have been meant.

/// The candidates that resemble a name, the best first and at most three.
pub(crate) use opendriver::config::nearest as to;
