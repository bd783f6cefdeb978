//! Tests of the whole, filed by the promise they keep.
