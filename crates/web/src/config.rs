use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

/// Where the pages are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Whether there are pages at all.
    pub enabled: bool,
    /// Address and port; only a loopback address until there is a password.
    pub listen: SocketAddr,
}

/// Free in the registry of well-known services.
const PORT: u16 = 8765;

impl Default for Config {
    fn default() -> Self {
        Self { enabled: true, listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)) }
    }
}
