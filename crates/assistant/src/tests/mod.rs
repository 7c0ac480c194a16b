//! Conversations, phrases and utterances, through the one door.

mod heard;
mod phrases;
mod talk;
