//! The risk gate: whether a command may be carried out, asked where it is carried out, whatever led to
//! it.

use voice::{Principal, Request, Risk, Via};

/// What the household allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Guests are here: nothing private is said.
    pub guests: bool,
    /// What lets somebody in may be opened by voice, if it was certainly said.
    pub doors_by_voice: bool,
}

/// How certain it is what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It may have been something else.
    Doubtful,
    /// The only recogniser that there is had no doubt.
    OneEngine,
    /// Two recognisers agree; or it was typed word for word.
    Agreed,
}

/// How certain it is that this was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surety {
    /// What is known of the words.
    pub certainty: Certainty,
    /// The person was asked and said yes.
    pub confirmed: bool,
}

/// Whether a command may be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Do,
    /// The person must be asked first.
    Ask,
    /// It may not.
    Refuse(Refusal),
}

/// Why something may not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is private, and guests are here.
    Guests,
    /// It lets somebody in.
    LetsIn,
    /// It takes away what protects the household.
    Protects,
}

impl Refusal {
    /// The key of what is answered.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Guests => "hark.refused.guests",
            Self::LetsIn => "hark.refused.lets_in",
            Self::Protects => "hark.refused.protects",
        }
    }
}

/// Whether something of that risk may be done. What nobody has thought about counts as what lets
/// somebody in.
pub fn gate(risk: Option<Risk>, surety: Surety, request: &Request, rules: Rules) -> Gate {
    // Whoever typed it is known; whoever spoke may be a television.
    let known = request.principal != Principal::Anyone;
    // What is due now was judged when it was ordered, too: nobody can order this by voice, but muting
    // for a while brings its own end along.
    let scheduled = request.via == Via::Scheduled;
    match risk.unwrap_or(Risk::Security) {
        // A scheduled action speaks to whoever is there when it is due.
        Risk::Private if rules.guests && (!known || scheduled) => Gate::Refuse(Refusal::Guests),
        Risk::Public | Risk::Comfort | Risk::Private => Gate::Do,
        Risk::Security if !rules.doors_by_voice && !known => Gate::Refuse(Refusal::LetsIn),
        Risk::Costly | Risk::Security if surety.confirmed => Gate::Do,
        Risk::Costly if surety.certainty >= Certainty::OneEngine => Gate::Do,
        // One recogniser is as sure of a television as of a person.
        Risk::Security if surety.certainty == Certainty::Agreed => Gate::Do,
        Risk::Costly | Risk::Security => Gate::Ask,
        Risk::Never if known || scheduled => Gate::Do,
        Risk::Never => Gate::Refuse(Refusal::Protects),
    }
}

#[cfg(test)]
mod tests {
    use voice::{PrivateText, SatelliteId, What};

    use super::*;

    const HEARD: Surety = Surety { certainty: Certainty::Doubtful, confirmed: false };
    const ALONE: Surety = Surety { certainty: Certainty::OneEngine, ..HEARD };
    const CERTAIN: Surety = Surety { certainty: Certainty::Agreed, ..HEARD };
    const CONFIRMED: Surety = Surety { confirmed: true, ..HEARD };

    fn request(principal: Principal, via: Via) -> Request {
        let what = What::Text(PrivateText::default());
        Request { principal, satellite: SatelliteId::local(), via, what }
    }

    #[test]
    fn each_class_has_its_gate() {
        let spoken = request(Principal::Anyone, Via::Spoken);
        let typed = request(Principal::Owner, Via::Typed);
        let page = request(Principal::Household, Via::Page);
        let due = request(Principal::Anyone, Via::Scheduled);
        let due_for_page = request(Principal::Household, Via::Scheduled);
        let home = Rules::default();
        let guests = Rules { guests: true, ..home };
        let open = Rules { doors_by_voice: true, ..home };
        for (risk, surety, request, rules, expected) in [
            (Risk::Public, HEARD, &spoken, guests, "do"),
            (Risk::Comfort, HEARD, &spoken, guests, "do"),
            (Risk::Private, HEARD, &spoken, home, "do"),
            (Risk::Private, CERTAIN, &spoken, guests, "refuse"),
            (Risk::Private, HEARD, &typed, guests, "do"),
            (Risk::Private, CERTAIN, &due_for_page, guests, "refuse"),
            (Risk::Costly, HEARD, &spoken, home, "ask"),
            (Risk::Costly, ALONE, &spoken, home, "do"),
            (Risk::Costly, CERTAIN, &spoken, home, "do"),
            (Risk::Costly, CONFIRMED, &spoken, guests, "do"),
            (Risk::Costly, HEARD, &typed, home, "ask"),
            (Risk::Security, CONFIRMED, &spoken, home, "refuse"),
            (Risk::Security, CERTAIN, &spoken, home, "refuse"),
            (Risk::Security, HEARD, &spoken, open, "ask"),
            (Risk::Security, ALONE, &spoken, open, "ask"),
            (Risk::Security, CERTAIN, &spoken, open, "do"),
            (Risk::Security, CONFIRMED, &spoken, open, "do"),
            (Risk::Security, CERTAIN, &typed, home, "do"),
            (Risk::Security, HEARD, &page, home, "ask"),
            (Risk::Security, CERTAIN, &due, home, "refuse"),
            (Risk::Security, CERTAIN, &due, open, "do"),
            (Risk::Security, CERTAIN, &due_for_page, home, "do"),
            (Risk::Never, HEARD, &typed, home, "do"),
            (Risk::Never, CERTAIN, &due, home, "do"),
            (Risk::Never, CONFIRMED, &spoken, open, "refuse"),
        ] {
            let found = match gate(Some(risk), surety, request, rules) {
                Gate::Do => "do",
                Gate::Ask => "ask",
                Gate::Refuse(_) => "refuse",
            };
            assert_eq!(found, expected, "{risk:?} {surety:?} {:?}", request.via);
        }
        // What nobody has thought about.
        assert!(matches!(gate(None, CERTAIN, &spoken, home), Gate::Refuse(_)));
        assert_eq!(gate(None, HEARD, &spoken, open), Gate::Ask);
    }
}
