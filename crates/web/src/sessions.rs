//! Who is let in: links that are good once and for a minute, and the sessions of the browsers that followed one.
//!
//! Only hashes are kept. Time is a parameter and runs on while somebody sets the clock.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use blake3::Hash;
use voice::PrivateText;

/// A link that nobody has followed for so long is good no more.
const LINK_LASTS: Duration = Duration::from_secs(60);
/// So long a browser need not ask again, while the speaker runs.
pub(crate) const SESSION_LASTS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Links that are remembered, those that were followed among them, so that it can be said of them.
const LINKS: usize = 16;
/// Browsers that are let in at the same time.
const SESSIONS: usize = 32;
/// Secrets that fit no link and are looked at within [`GUESSES_IN`]; who guesses more is told to stop.
const GUESSES: u32 = 20;
const GUESSES_IN: Duration = Duration::from_secs(60);
/// Bytes of a secret: nobody guesses one of so many.
const SECRET_BYTES: usize = 32;

/// Links and sessions. When there are too many, the oldest falls out.
#[derive(Default)]
pub(crate) struct Sessions {
    links: VecDeque<Link>,
    let_in: VecDeque<Session>,
    guessed: Option<(Instant, u32)>,
}

struct Link {
    hash: Hash,
    made: Instant,
    followed: bool,
}

struct Session {
    hash: Hash,
    began: Instant,
}

/// What came of a link that somebody followed.
pub(crate) enum Entered {
    /// A new session: what the browser shows from now on.
    In(PrivateText),
    /// It was good, and somebody has followed it already.
    Again,
    /// It is no link, or none any more.
    Refused,
    /// The same, after too many that were none.
    Guessing {
        /// Whether nobody has been told of it yet.
        first: bool,
    },
}

impl Sessions {
    /// The secret of a new link.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub(crate) fn link(&mut self, now: Instant) -> Result<PrivateText, getrandom::Error> {
        let (secret, hash) = secret()?;
        push(&mut self.links, LINKS, Link { hash, made: now, followed: false });
        Ok(secret)
    }

    /// Takes the secret of a link for a session. One that is right is always let in, however many are wrong: they
    /// cannot be guessed, and who tries would otherwise keep the household out.
    ///
    /// # Errors
    /// As [`Self::link`].
    pub(crate) fn enter(&mut self, given: &str, now: Instant) -> Result<Entered, getrandom::Error> {
        let given = blake3::hash(given.as_bytes());
        // Hashes are compared in a time that tells nothing.
        let link = self.links.iter_mut().find(|link| link.hash == given);
        match link.filter(|link| is_within(link.made, now, LINK_LASTS)) {
            Some(link) if link.followed => Ok(Entered::Again),
            Some(link) => {
                let (secret, hash) = secret()?;
                link.followed = true;
                push(&mut self.let_in, SESSIONS, Session { hash, began: now });
                Ok(Entered::In(secret))
            }
            None => Ok(self.guess(now)),
        }
    }

    fn guess(&mut self, now: Instant) -> Entered {
        let lately = self.guessed.filter(|(since, _)| is_within(*since, now, GUESSES_IN));
        let (since, count) = lately.map_or((now, 1), |(since, count)| (since, count + 1));
        self.guessed = Some((since, count.min(GUESSES + 2)));
        if count > GUESSES {
            Entered::Guessing { first: count == GUESSES + 1 }
        } else {
            Entered::Refused
        }
    }

    /// Whether this is the secret of a session.
    pub(crate) fn knows(&self, given: &str, now: Instant) -> bool {
        let given = blake3::hash(given.as_bytes());
        let mut sessions = self.let_in.iter();
        sessions
            .any(|session| session.hash == given && is_within(session.began, now, SESSION_LASTS))
    }
}

fn is_within(began: Instant, now: Instant, lasts: Duration) -> bool {
    now.saturating_duration_since(began) < lasts
}

fn push<T>(queue: &mut VecDeque<T>, most: usize, new: T) {
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(new);
}

/// A new secret as it is written, and its hash.
fn secret() -> Result<(PrivateText, Hash), getrandom::Error> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    let secret = blake3::Hash::from_bytes(bytes).to_hex();
    Ok((PrivateText::new(secret.as_str()), blake3::hash(secret.as_bytes())))
}

/// Whether it could be the secret of a link.
pub(crate) fn is_secret(text: &str) -> bool {
    text.len() == 2 * SECRET_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(sessions: &mut Sessions, link: &PrivateText, now: Instant) -> Option<PrivateText> {
        match sessions.enter(link.expose(), now).expect("random numbers") {
            Entered::In(session) => Some(session),
            _ => None,
        }
    }

    #[test]
    fn a_link_is_good_once_and_for_a_minute() {
        let (mut sessions, start) = (Sessions::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        let link = sessions.link(start).expect("random numbers");
        assert!(is_secret(link.expose()) && !sessions.knows(link.expose(), start));
        let session = entered(&mut sessions, &link, after(59)).expect("it is good");
        assert!(sessions.knows(session.expose(), after(59)));
        let again = sessions.enter(link.expose(), after(59)).expect("random numbers");
        assert!(matches!(again, Entered::Again));
        let late = sessions.link(start).expect("random numbers");
        assert!(entered(&mut sessions, &late, after(60)).is_none());
        assert!(entered(&mut sessions, &session, after(1)).is_none(), "a session is no link");
        assert!(sessions.knows(session.expose(), after(59 + 29 * 86_400)));
        assert!(!sessions.knows(session.expose(), after(59 + 30 * 86_400)));
    }

    #[test]
    fn each_session_is_its_own_and_the_oldest_falls_out() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let enter = |sessions: &mut Sessions| {
            let link = sessions.link(now).expect("random numbers");
            entered(sessions, &link, now).expect("it is good")
        };
        let first = enter(&mut sessions);
        let others: Vec<_> = (1..SESSIONS).map(|_| enter(&mut sessions)).collect();
        assert!(sessions.knows(first.expose(), now) && !others.contains(&first));
        enter(&mut sessions);
        assert!(!sessions.knows(first.expose(), now) && sessions.knows(others[0].expose(), now));
        let of_another_speaker = enter(&mut Sessions::default());
        assert!(!sessions.knows(of_another_speaker.expose(), now));
        assert!(!sessions.knows("", now));
    }

    #[test]
    fn guesses_are_limited_and_keep_nobody_out() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let link = sessions.link(now).expect("random numbers");
        let mut told = 0;
        for guess in 0..100 {
            match sessions.enter(&format!("{guess:064x}"), now).expect("random numbers") {
                Entered::Refused => assert!(guess < GUESSES),
                Entered::Guessing { first } => told += u32::from(first),
                Entered::In(_) | Entered::Again => panic!("it is none"),
            }
        }
        assert_eq!(told, 1, "the log is told once");
        assert!(entered(&mut sessions, &link, now).is_some());
        let later = sessions.enter("", now + GUESSES_IN).expect("random numbers");
        assert!(matches!(later, Entered::Refused), "a minute later it begins anew");
    }
}
