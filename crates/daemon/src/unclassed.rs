//! Devices of which nobody has said what they are.

use home::House;

/// One line for each cover of no class: it may be a door, so that no voice opens it.
pub fn unclassed(house: &House) -> impl Iterator<Item = String> {
    house.unclassed().into_iter().map(|id| {
        format!(
            "no voice opens {id}, since nobody has said that it is no door; give it a device_class, \
             such as \"blind\" or \"garage\""
        )
    })
}
