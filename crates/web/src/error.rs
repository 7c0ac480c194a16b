//! What can go wrong with a page.

use std::net::SocketAddr;

/// A failure of the pages.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Others could reach the address: choose another one.
    #[error(
        "open the page on {0}: others could reach it and there is no password yet; \
         set web.listen to 127.0.0.1:8765"
    )]
    Exposed(SocketAddr),
    /// The port cannot be had: stop what uses it, or choose another one.
    #[error(
        "open the page on {address}: the port is in use or not allowed; \
         set web.listen to another port, such as 127.0.0.1:8766"
    )]
    Port {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The listener broke.
    #[error("serve the page")]
    Serve(#[source] std::io::Error),
    /// No such page, turn or clip; it may have expired.
    #[error("find that; it may have been deleted or have expired")]
    NotFound,
    /// The request makes no sense: the person can correct it.
    #[error("understand the request")]
    Request(Reason),
    /// The store failed.
    #[error("use the history")]
    Store(#[from] store::Error),
    /// The speaker does not take orders any more.
    #[error("reach the speaker; it is stopping")]
    SpeakerGone,
    /// The speaker has not got to it yet, and will.
    #[error("do that so soon; the speaker does it as soon as it can")]
    Slow,
    /// Another typed command waits already: the person can try again.
    #[error("take that command: another one is being answered; try again in a moment")]
    Busy,
    /// There are no random numbers for a link: try again.
    #[error("draw a secret: the system gives no random numbers; try again")]
    Random(#[source] getrandom::Error),
    /// Words could not be sealed.
    #[error("seal the words that were searched")]
    Sealing,
    /// A template failed.
    #[error("draw the page")]
    Template(#[from] askama::Error),
}

/// Why a request makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is none that the pages send.
    Form,
    /// No turn has that number.
    Turn,
    /// It is longer than any that the pages send.
    LongForm,
    /// It did not come to its end in time.
    SlowForm,
    /// The filter cannot be read.
    Filter,
    /// The words in the address are of a search before the speaker was restarted.
    Search,
    /// The day is none in the time zone.
    Day,
    /// The date cannot be read.
    Date,
    /// There is no such outcome.
    Outcome,
    /// It does not say which list.
    List,
    /// It is no command, or too long a one.
    Command,
    /// The new passphrase was typed in two ways.
    TwoPassphrases,
    /// The new passphrase is too short.
    ShortPassphrase,
    /// This is no time for which something can be kept.
    Duration(String),
    /// There is no such page of the history.
    Page,
}
