//! Which addresses messages may go to.
//!
//! Whoever sets up an endpoint chooses where this program connects to; without a check, that could be
//! a database on this machine or the service of a cloud that hands out credentials. What counts is the
//! address that is connected to: names are resolved here, once, and only what passed is handed on, so
//! that a name cannot point elsewhere between the check and the connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, LazyLock};

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Networks that are no public ones: the special-purpose registries of IANA, multicast, and a public
/// address at which a cloud keeps its machines' metadata.
const REFUSED: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/9",
    "ff00::/8",
];

static REFUSED_NETWORKS: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let networks = REFUSED.iter();
    let parse = |network: &&str| network.parse().expect("the table names networks");
    networks.map(parse).collect()
});

/// The address is none that messages may go to.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the address is private, local or reserved")]
pub(super) struct Refused;

/// Which addresses messages may go to.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    allowed: Arc<[IpNet]>,
}

impl Addresses {
    /// Public ones, and those of the `allowed` networks.
    pub(super) fn new(allowed: Vec<IpNet>) -> Self {
        Self {
            allowed: allowed.into(),
        }
    }

    /// Whether messages may go there.
    pub(super) fn permit(&self, address: IpAddr) -> bool {
        let address = meant(address);
        let contains = |network: &IpNet| network.contains(&address);
        self.allowed.iter().any(contains) || !REFUSED_NETWORKS.iter().any(contains)
    }
}

/// The IPv4 address inside of an IPv6 one that stands for it: mapped, or translated on the way (NAT64).
fn meant(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let bits = u32::from(high) << 16 | u32::from(low);
            IpAddr::V4(Ipv4Addr::from_bits(bits))
        }
        _ => Ipv6Addr::to_canonical(&v6),
    }
}

impl Resolve for Addresses {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let permitted = |address: &SocketAddr| addresses.permit(address.ip());
            let found: Vec<_> = found.filter(permitted).collect();
            if found.is_empty() {
                return Err(Refused.into());
            }
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public_only() -> Addresses {
        Addresses::new(Vec::new())
    }

    #[test]
    fn what_is_not_public_is_refused_however_it_is_written() {
        for address in [
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.100.100.200",
            "169.254.169.254",
            "168.63.129.16",
            "192.0.0.192",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "2001::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public_only().permit(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn what_is_public_is_permitted() {
        for address in [
            "1.1.1.1",
            "172.15.255.255",
            "172.32.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "169.253.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert!(public_only().permit(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn what_is_allowed_is_permitted_and_nothing_beside_it() {
        let addresses = Addresses::new(vec!["10.1.0.0/16".parse().unwrap()]);
        for address in ["10.1.2.3", "::ffff:10.1.2.3"] {
            assert!(addresses.permit(address.parse().unwrap()), "{address}");
        }
        for address in ["10.2.0.1", "127.0.0.1"] {
            assert!(!addresses.permit(address.parse().unwrap()), "{address}");
        }
    }
}
