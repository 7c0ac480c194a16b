//! The time and the date.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use voice::{BoxFuture, Context, Error, Intent, Reply, Result, Skill};

/// Says what time and what day it is.
pub struct Clock {
    zone: TimeZone,
}

impl Clock {
    /// A clock that shows the time of that zone.
    pub fn new(zone: TimeZone) -> Self {
        Self { zone }
    }
}

/// The wall clock at the time of the request.
pub(crate) fn local(context: &Context, zone: &TimeZone) -> Result<Zoned> {
    let now = Timestamp::try_from(context.now);
    let now = now.map_err(|error| Error::failed("read the clock", error))?;
    Ok(now.to_zoned(zone.clone()))
}

impl Skill for Clock {
    fn name(&self) -> &'static str {
        "clock"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["HassGetCurrentTime", "HassGetCurrentDate", "HarkWeekday"]
    }

    fn handle<'a>(
        &'a self,
        intent: &'a Intent,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Reply>> {
        let reply = local(context, &self.zone).map(|now| {
            let format = match intent.name.as_str() {
                "HassGetCurrentTime" => "It's %-I:%M %p.",
                "HassGetCurrentDate" => "It's %A, %B %-d, %Y.",
                _ => "It's %A.",
            };
            Reply::done(now.strftime(format).to_string())
        });
        Box::pin(std::future::ready(reply))
    }
}

/// A place on Earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Degrees, north is positive.
    pub latitude: f64,
    /// Degrees, east is positive.
    pub longitude: f64,
}

/// Sunrise and sunset.
pub fn sun(_: Place, _: jiff::civil::Date, _: &TimeZone) -> (Option<Zoned>, Option<Zoned>) {
    (None, None)
}
