//! Types, message numbers and structures on which an installable driver and its manager agree.
