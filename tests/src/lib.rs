//! The speaker from outside.
