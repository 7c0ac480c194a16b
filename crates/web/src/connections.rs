//! Which connections are kept when there are more than fit: a pure decision, without sockets.
//!
//! Others on the machine can open as many as they like, and all of them come from one address. Connections over
//! which nobody has shown a session yet are therefore few, and the one that has waited longest makes room for a
//! new one: whoever asks at once is answered, and whoever only holds connections holds none for long.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Connections at the same time, at the most.
const CONNECTIONS: usize = 256;
/// Of these, those over which nobody has shown a session yet.
const STRANGERS: usize = 64;
/// Connections of one address at the same time. Those of this machine share theirs, so that it does not hold there.
const OF_ONE_ADDRESS: usize = 16;
/// Files of the process that are left to sound, store and terminals, however few it may open: 64 to come, and as
/// many that are open.
const KEPT_FREE: u64 = 128;
/// Connections that the page gets at least.
const FEWEST: usize = 8;

/// How many connections there may be.
#[derive(Clone, Copy)]
pub(crate) struct Most {
    all: usize,
    strangers: usize,
}

impl Most {
    /// What fits into `files`, the number that the process may open; none is no limit.
    pub(crate) fn of(files: Option<u64>) -> Self {
        let left = files.map(|files| files.saturating_sub(KEPT_FREE));
        let left = left.and_then(|left| usize::try_from(left).ok()).unwrap_or(CONNECTIONS);
        let all = left.clamp(FEWEST, CONNECTIONS);
        Self { all, strangers: STRANGERS.min(all / 2) }
    }
}

/// The connections that are open.
pub(crate) struct Connections {
    most: Most,
    open: Vec<Open>,
    /// Its number is that of the next.
    count: u64,
}

struct Open {
    number: u64,
    peer: IpAddr,
    /// Whether a session was shown over it.
    is_known: bool,
    /// Whether a request over it is being answered.
    is_busy: bool,
}

/// What becomes of a new connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admitted {
    /// It is taken under this number; the other one has to go for it.
    As(u64, Option<u64>),
    /// There is no room: all others are at work.
    Refused,
}

impl Connections {
    pub(crate) fn new(most: Most) -> Self {
        Self { most, open: Vec::new(), count: 0 }
    }

    /// Takes a new connection, if need be in the place of another one.
    pub(crate) fn admit(&mut self, peer: IpAddr) -> Admitted {
        let is_local = peer.is_loopback();
        let same = |open: &Open| open.peer == peer && (!is_local || !open.is_known);
        let most_of_same = if is_local { self.most.strangers } else { OF_ONE_ADDRESS };
        let gone = if self.open.iter().filter(|open| same(open)).count() >= most_of_same {
            self.least(same)
        } else if self.open.len() >= self.most.all {
            self.least(|_| true)
        } else {
            return Admitted::As(self.add(peer), None);
        };
        let Some(gone) = gone else { return Admitted::Refused };
        self.remove(gone);
        Admitted::As(self.add(peer), Some(gone))
    }

    fn add(&mut self, peer: IpAddr) -> u64 {
        self.count += 1;
        self.open.push(Open { number: self.count, peer, is_known: false, is_busy: false });
        self.count
    }

    /// The one that can be missed best. What somebody who was let in is being answered is never cut.
    fn least(&self, among: impl Fn(&Open) -> bool) -> Option<u64> {
        let among = self.open.iter().filter(|open| among(open) && !(open.is_known && open.is_busy));
        let least = among.min_by_key(|open| (open.is_known, open.is_busy, open.number));
        least.map(|open| open.number)
    }

    fn remove(&mut self, number: u64) {
        self.open.retain(|open| open.number != number);
    }

    fn find(&mut self, number: u64) -> Option<&mut Open> {
        self.open.iter_mut().find(|open| open.number == number)
    }
}

/// One connection, as long as it is open.
#[derive(Clone)]
pub(crate) struct Guest(Arc<Place>);

struct Place {
    connections: Arc<Mutex<Connections>>,
    number: u64,
}

impl Guest {
    pub(crate) fn new(connections: &Arc<Mutex<Connections>>, number: u64) -> Self {
        Self(Arc::new(Place { connections: Arc::clone(connections), number }))
    }

    /// A session was shown over it.
    pub(crate) fn is_known(&self) {
        self.0.change(|open| open.is_known = true);
    }

    /// A request over it is answered until the result is dropped.
    pub(crate) fn busy(&self) -> Busy {
        self.0.change(|open| open.is_busy = true);
        Busy(self.clone())
    }
}

impl Place {
    fn change(&self, change: impl FnOnce(&mut Open)) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.find(self.number).map(change);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.remove(self.number);
    }
}

/// A request that is being answered.
pub(crate) struct Busy(Guest);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0.change(|open| open.is_busy = false);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 2));

    fn connections() -> Connections {
        Connections::new(Most::of(Some(1024)))
    }

    #[test]
    fn files_are_left_for_sound_and_store() {
        for (files, all, strangers) in [
            (None, 256, 64),
            (Some(1_048_576), 256, 64),
            (Some(1024), 256, 64),
            (Some(256), 128, 64),
            (Some(160), 32, 16),
            (Some(64), 8, 4),
        ] {
            let most = Most::of(files);
            assert_eq!((most.all, most.strangers), (all, strangers), "{files:?}");
        }
    }

    #[test]
    fn of_strangers_the_one_that_has_waited_longest_makes_room() {
        let mut connections = connections();
        for number in 1..=64 {
            assert_eq!(connections.admit(HERE), Admitted::As(number, None));
        }
        // One has asked and one was let in; neither has waited in vain.
        connections.find(1).unwrap().is_busy = true;
        connections.find(2).unwrap().is_known = true;
        assert_eq!(connections.admit(HERE), Admitted::As(65, None));
        assert_eq!(connections.admit(HERE), Admitted::As(66, Some(3)));
        let gone: Vec<_> = (0..1400).map(|_| connections.admit(HERE)).collect();
        assert!(gone.iter().all(|admitted| matches!(admitted, Admitted::As(_, Some(_)))));
        assert!(connections.find(1).is_some() && connections.find(2).is_some());
        assert_eq!(connections.open.len(), 65);
        assert_eq!(connections.admit(IpAddr::V6(Ipv6Addr::LOCALHOST)), Admitted::As(1467, None));
    }

    #[test]
    fn who_was_let_in_loses_an_idle_connection_and_none_at_work() {
        let mut connections = connections();
        for number in 1..=256 {
            connections.admit(HERE);
            let open = connections.find(number).unwrap();
            (open.is_known, open.is_busy) = (true, number != 7);
        }
        assert_eq!(connections.admit(HERE), Admitted::As(257, Some(7)));
        assert_eq!(connections.admit(HERE), Admitted::As(258, Some(257)), "a stranger goes first");
        let open = connections.find(258).unwrap();
        (open.is_known, open.is_busy) = (true, true);
        assert_eq!(connections.admit(HERE), Admitted::Refused);
    }

    #[test]
    fn another_machine_has_sixteen() {
        let mut connections = connections();
        for number in 1..=16 {
            assert_eq!(connections.admit(THERE), Admitted::As(number, None));
            connections.find(number).unwrap().is_known = true;
        }
        assert_eq!(connections.admit(THERE), Admitted::As(17, Some(1)));
        assert_eq!(connections.admit(HERE), Admitted::As(18, None));
    }

    #[test]
    fn what_ends_makes_room() {
        let connections = Arc::new(Mutex::new(connections()));
        let Admitted::As(number, None) = connections.lock().unwrap().admit(HERE) else {
            panic!("it is empty")
        };
        let guest = Guest::new(&connections, number);
        let busy = guest.busy();
        guest.is_known();
        assert!(connections.lock().unwrap().least(|_| true).is_none());
        drop(busy);
        assert_eq!(connections.lock().unwrap().least(|_| true), Some(number));
        drop(guest);
        assert!(connections.lock().unwrap().open.is_empty());
    }
}
