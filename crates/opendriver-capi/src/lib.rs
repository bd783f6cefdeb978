//! The C face of the driver manager: the real winmm names over one process-wide manager.
