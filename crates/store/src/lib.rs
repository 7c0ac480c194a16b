//! History, settings and clips, with expiry.
