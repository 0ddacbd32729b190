//! Which addresses a provider may send the hall to: its own host and those that the profile lists, never the hall's own network
//! (OWASP SSRF; RFC 9700 §4.8, RFC 8414 §6.3).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Longest address that is looked at.
const MAX_BYTES: usize = 2048;

/// Why an address is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressError {
    #[error("it is not an address of the web")]
    NotWeb,
    #[error("it must begin with https")]
    NotHttps,
    #[error("it has a user, a password or a fragment")]
    Extra,
    #[error("its host is neither the issuer's nor listed in the profile")]
    Host,
    #[error("it leads into a private network")]
    Private,
}

/// How far the hall goes for one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    /// `host:port`, in lower case.
    hosts: Vec<String>,
    is_demo: bool,
}

impl Reach {
    /// The reach of a provider with this issuer and these further hosts (`host` or `host:port`). Only a demo provider may be on the
    /// hall's own machine, and there without https.
    pub(crate) fn new(issuer: &str, further: &[String], is_demo: bool) -> Result<Self, AddressError> {
        let mut hosts = vec![];
        for host in further {
            let url = Url::parse(&format!("https://{host}/")).map_err(|_| AddressError::NotWeb)?;
            if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
                return Err(AddressError::Extra);
            }
            hosts.push(place(&url).ok_or(AddressError::NotWeb)?);
        }
        let issuer = Url::parse(issuer).map_err(|_| AddressError::NotWeb)?;
        hosts.push(place(&issuer).ok_or(AddressError::NotWeb)?);
        Ok(Self { hosts, is_demo })
    }

    /// The address, if the hall may ask there or send a browser there.
    pub(crate) fn check(&self, text: &str) -> Result<Url, AddressError> {
        let url = Url::parse(text).map_err(|_| AddressError::NotWeb)?;
        let is_own_machine = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
            _ => false,
        };
        if text.len() > MAX_BYTES || !matches!(url.scheme(), "https" | "http") {
            return Err(AddressError::NotWeb);
        }
        if url.scheme() != "https" && !(self.is_demo && is_own_machine) {
            return Err(AddressError::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(AddressError::Extra);
        }
        let place = place(&url).ok_or(AddressError::NotWeb)?;
        if !self.hosts.contains(&place) {
            return Err(AddressError::Host);
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        let is_refused_name = is_own_machine && !self.is_demo;
        if is_refused_name || address.is_some_and(|address| !self.may_connect(address)) { Err(AddressError::Private) } else { Ok(url) }
    }

    /// Whether the hall may connect to this address, to which a name was resolved.
    pub(crate) fn may_connect(&self, address: IpAddr) -> bool {
        is_public(address) || (self.is_demo && address.to_canonical().is_loopback())
    }
}

fn place(url: &Url) -> Option<String> {
    Some(format!("{}:{}", url.host_str()?.to_ascii_lowercase(), url.port_or_known_default()?))
}

/// Whether an address belongs to the public internet (IANA special-purpose registries, RFC 6890). What wraps an IPv4 address is as
/// public as that.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, middle @ .., high, low] = address.segments();
    let embedded = |high: u16, low: u16| is_public_v4(Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low)));
    match (first, second) {
        // 6to4 and NAT64 carry an IPv4 address.
        (0x2002, _) => embedded(second, third),
        (0x64, 0xff9b) => third == 0 && middle == [0; 3] && embedded(high, low),
        // Teredo and others of 2001::/23, documentation.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff) => false,
        // Global unicast is 2000::/3; all else is loopback, link-local, unique-local, multicast or not given out.
        _ => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(is_demo: bool) -> Reach {
        Reach::new("https://id.example.go.th/oidc", &["api.example.go.th:8443".into(), "10.1.2.3".into(), "localhost:6379".into()], is_demo)
            .unwrap()
    }

    #[test]
    fn a_provider_leads_to_its_own_host_and_to_what_the_profile_lists() {
        for good in ["https://id.example.go.th/token", "https://ID.example.go.th:443/a?b=c", "https://api.example.go.th:8443/x"] {
            assert!(reach(false).check(good).is_ok(), "{good}");
        }
        let refused = [
            ("http://169.254.169.254/latest/meta-data", AddressError::NotHttps),
            ("https://169.254.169.254/latest/meta-data", AddressError::Host),
            ("http://localhost/", AddressError::NotHttps),
            ("https://localhost:6379/", AddressError::Private),
            ("https://10.1.2.3/", AddressError::Private),
            ("http://id.example.go.th/token", AddressError::NotHttps),
            ("https://id.example.go.th:8443/token", AddressError::Host),
            ("https://id.example.go.th.evil.example/", AddressError::Host),
            ("https://evil.example/?id.example.go.th", AddressError::Host),
            ("https://id.example.go.th@evil.example/", AddressError::Extra),
            ("https://user:pw@id.example.go.th/", AddressError::Extra),
            ("https://id.example.go.th/#a", AddressError::Extra),
            ("file:///etc/passwd", AddressError::NotWeb),
            ("gopher://id.example.go.th/", AddressError::NotWeb),
            ("javascript:alert(1)", AddressError::NotWeb),
            ("//id.example.go.th/token", AddressError::NotWeb),
            ("", AddressError::NotWeb),
        ];
        for (address, why) in refused {
            assert_eq!(reach(false).check(address).unwrap_err(), why, "{address}");
        }
    }

    #[test]
    fn numbers_written_strangely_are_the_same_numbers() {
        let reach = Reach::new("https://id.example", &["127.0.0.1".into(), "[::ffff:10.0.0.1]".into()], false).unwrap();
        for trick in ["https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://[::ffff:a00:1]/", "https://0177.0.0.1/"] {
            assert_eq!(reach.check(trick).unwrap_err(), AddressError::Private, "{trick}");
        }
    }

    #[test]
    fn only_a_demo_provider_is_on_the_own_machine() {
        let demo = Reach::new("http://localhost:9010", &[], true).unwrap();
        assert!(demo.check("http://localhost:9010/token").is_ok());
        assert_eq!(demo.check("http://localhost:8080/token").unwrap_err(), AddressError::Host);
        assert_eq!(Reach::new("http://localhost:9010", &[], false).unwrap().check("http://localhost:9010/"), Err(AddressError::NotHttps));
        let own = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(demo.may_connect(own("127.0.0.1")) && demo.may_connect(own("::1")) && !demo.may_connect(own("10.0.0.1")));
    }

    #[test]
    fn the_networks_that_are_not_public_are_known() {
        let refused = [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::a00:1",
            "2001:db8::1",
            "2001::1",
            "::127.0.0.1",
        ];
        for address in refused {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "203.150.1.1", "2606:4700::1111", "64:ff9b::101:101", "2001:4860:4860::8888"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
