//! A budget for matching: how much work a text, or all parts of one, may be.

use std::cell::Cell;

/// Steps that may still be taken. One is a part of a template that is compared with one place of a text,
/// about 0.1 µs; a text costs as much as 150 of them before the first.
pub struct Steps(Cell<usize>);

impl Steps {
    /// What it costs to make a text ready.
    const PER_TEXT: usize = 150;

    /// So many, and no more.
    pub fn most(steps: usize) -> Self {
        Self(Cell::new(steps))
    }

    /// As many as are needed.
    pub fn unlimited() -> Self {
        Self::most(usize::MAX)
    }

    /// Whether there are any; what was found without any is incomplete.
    pub fn are_left(&self) -> bool {
        self.0.get() > 0
    }

    /// Takes so many; `None`, and none are left, where there are fewer.
    pub(crate) fn take(&self, steps: usize) -> Option<()> {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or(0));
        left.map(drop)
    }

    /// Takes those for a text.
    pub(crate) fn begin_text(&self) -> Option<()> {
        self.take(Self::PER_TEXT)
    }
}
