//! The pages: history, settings, live view.
