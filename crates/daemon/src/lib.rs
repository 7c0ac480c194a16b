//! The speaker: configuration, threads, wiring, and the hark command line.
