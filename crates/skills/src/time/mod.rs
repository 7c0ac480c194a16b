//! Time: the clock, named days, the sun, durations.

mod clock;
pub(crate) mod dates;
pub(crate) mod duration;
pub(crate) mod step;
mod sun;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use voice::{Context, Error, Result};

pub use clock::Clock;
pub use step::Step;
pub use sun::{Place, sun};

/// The wall clock at the time of the request.
pub(crate) fn local(context: &Context, zone: &TimeZone) -> Result<Zoned> {
    let now = Timestamp::try_from(context.now);
    let now = now.map_err(|error| Error::failed("read the clock", error))?;
    Ok(now.to_zoned(zone.clone()))
}
