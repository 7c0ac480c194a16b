//! Whether a command may be carried out: asked where it is carried out, whatever led to it.

use skills::Risk;

/// What the household allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Guests are here: what is private is told to nobody.
    pub guest: bool,
    /// Doors that let somebody in may be opened by voice, if it was surely said.
    pub security: bool,
}

/// How sure it is that this was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surety {
    /// Said beyond doubt, as two engines agree.
    pub certain: bool,
    /// The person was asked and said yes.
    pub confirmed: bool,
    /// It did not come through the air.
    pub typed: bool,
}

/// Whether a command may be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Do,
    /// The person must be asked first.
    Ask,
    /// It may not; this says why.
    Refuse(&'static str),
}

/// Whether something of that risk may be done. What nobody has thought about counts as what lets
/// somebody in.
pub fn gate(risk: Option<Risk>, surety: Surety, rules: Rules) -> Gate {
    match risk.unwrap_or(Risk::Security) {
        Risk::Private if rules.guest && !surety.typed => {
            Gate::Refuse("Not while guests are here. Look at my page.")
        }
        Risk::Public | Risk::Comfort | Risk::Private => Gate::Do,
        Risk::Security if !rules.security && !surety.typed => {
            Gate::Refuse("I don't let anybody in by voice.")
        }
        Risk::Costly | Risk::Security if surety.certain || surety.confirmed => Gate::Do,
        Risk::Costly | Risk::Security => Gate::Ask,
        Risk::Never if surety.typed => Gate::Do,
        Risk::Never => Gate::Refuse("That can't be done by voice. You can do it on my page."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEARD: Surety = Surety { certain: false, confirmed: false, typed: false };

    #[test]
    fn each_class_has_its_gate() {
        let certain = Surety { certain: true, ..HEARD };
        let confirmed = Surety { confirmed: true, ..HEARD };
        let typed = Surety { typed: true, certain: true, ..HEARD };
        let home = Rules::default();
        let guests = Rules { guest: true, ..home };
        let open = Rules { security: true, ..home };
        let is_refused = |gate| matches!(gate, Gate::Refuse(_));
        for (risk, surety, rules, expected) in [
            (Risk::Public, HEARD, guests, Gate::Do),
            (Risk::Comfort, HEARD, guests, Gate::Do),
            (Risk::Private, HEARD, home, Gate::Do),
            (Risk::Private, typed, guests, Gate::Do),
            (Risk::Costly, HEARD, home, Gate::Ask),
            (Risk::Costly, certain, home, Gate::Do),
            (Risk::Costly, confirmed, guests, Gate::Do),
            (Risk::Security, HEARD, open, Gate::Ask),
            (Risk::Security, certain, open, Gate::Do),
            (Risk::Security, typed, home, Gate::Do),
            (Risk::Never, typed, home, Gate::Do),
        ] {
            assert_eq!(gate(Some(risk), surety, rules), expected, "{risk:?}");
        }
        assert!(is_refused(gate(Some(Risk::Private), certain, guests)));
        assert!(is_refused(gate(Some(Risk::Security), confirmed, home)));
        assert!(is_refused(gate(Some(Risk::Never), confirmed, open)));
        // What nobody has thought about.
        assert!(is_refused(gate(None, certain, home)));
        assert_eq!(gate(None, HEARD, open), Gate::Ask);
    }
}
