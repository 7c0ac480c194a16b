//! Who is where.

use voice::Reply;

use crate::act::{Refusal, failed};
use crate::device::{Device, Kind};
use crate::house::House;
use crate::words;

impl House {
    /// Answers who is at home; `any` if it was asked whether anybody is.
    pub(crate) fn who_is_home(&self, any: bool) -> Result<Reply, Refusal> {
        let devices = self.lock();
        let people = || devices.iter().filter(|device| device.kind == Kind::Person);
        let home: Vec<_> =
            people().filter(|d| d.state == "home").map(|d| d.config.name.clone()).collect();
        let unknown: Vec<_> =
            people().filter(|d| d.state == "unknown").map(|d| d.config.name.clone()).collect();
        let unsure = match &unknown[..] {
            [] => String::new(),
            names => format!(" I don't know about {}.", words::listed(names, "and")),
        };
        let yes = if any { "Yes, " } else { "" };
        match &home[..] {
            [] if people().all(|device| device.state == "unknown") => {
                Err(failed("I don't know who is home.".to_owned()))
            }
            // Whoever is not known of may be there.
            [] if unknown.is_empty() => Ok(Reply::done("Nobody is home.")),
            [] => Ok(Reply::done(format!("Nobody I know of is home.{unsure}"))),
            [one] => Ok(Reply::done(format!("{yes}{one} is home.{unsure}"))),
            many => {
                let names = words::listed(many, "and");
                Ok(Reply::done(format!("{yes}{names} are home.{unsure}")))
            }
        }
    }
}

/// Answers where somebody is, or whether they are at home.
pub(crate) fn where_is(person: &Device, asked: Option<&str>) -> Result<Reply, Refusal> {
    let name = &person.config.name;
    let home = person.state == "home";
    let place = match person.state.as_str() {
        "unknown" => return Err(failed(format!("I don't know where {name} is."))),
        "home" => "at home".to_owned(),
        "not_home" => "not at home".to_owned(),
        zone => format!("at {}", words::the(zone)),
    };
    Ok(Reply::done(match asked {
        None => format!("{name} is {place}."),
        Some(asked) => {
            let yes = (asked == "home") == home;
            format!("{}, {name} is {place}.", if yes { "Yes" } else { "No" })
        }
    }))
}
