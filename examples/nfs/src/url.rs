//! Places on a server: `nfs://host[:port]/export/path[?name=value&...]`.

use oncrpc::Text;
use std::fmt;
use std::str::FromStr;

/// Where something is, and as whom to go there.
#[derive(Clone, Debug, PartialEq)]
pub struct Url {
    /// The name or address of the server, an IPv6 address in brackets.
    pub host: String,
    /// The port of NFS; rpcbind is asked if there is none.
    pub nfs_port: Option<u16>,
    /// The port of MOUNT, likewise.
    pub mount_port: Option<u16>,
    /// The user to be.
    pub uid: Option<u32>,
    /// The group to be in.
    pub gid: Option<u32>,
    /// The names along the path, whatever their bytes are.
    pub names: Vec<Text>,
}

/// What is wrong with a URL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UrlFault {
    /// It does not begin with `nfs://`.
    Scheme,
    /// There is no host, or what stands there is none.
    Host,
    /// The port is no number from 1 to 65535.
    Port,
    /// `%` without two hexadecimal digits, or one that makes a `/` or a zero byte.
    Escape,
    /// An argument behind `?` that is not known, or whose value makes no sense.
    Argument,
}

impl FromStr for Url {
    type Err = UrlFault;

    fn from_str(text: &str) -> Result<Self, UrlFault> {
        let rest = text.strip_prefix("nfs://").ok_or(UrlFault::Scheme)?;
        let (place, arguments) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = place.split_once('/').unwrap_or((place, ""));
        let (host, port) = host_and_port(authority)?;
        let names = path.split('/').filter(|name| !matches!(*name, "" | ".")).map(unescaped);
        let names = names.collect::<Result<_, _>>()?;
        let mut url = Self { host, nfs_port: port, mount_port: port, uid: None, gid: None, names };
        for argument in arguments.split('&').filter(|argument| !argument.is_empty()) {
            url.set(argument).ok_or(UrlFault::Argument)?;
        }
        Ok(url)
    }
}

impl Url {
    /// The server alone.
    pub fn of_host(host: &str) -> Result<Self, UrlFault> {
        if host.starts_with("nfs://") { host.parse() } else { format!("nfs://{host}/").parse() }
    }

    /// Whether both are on one server, as far as can be told.
    pub fn is_same_server(&self, other: &Self) -> bool {
        (&self.host, self.nfs_port) == (&other.host, other.nfs_port)
    }

    /// What this is called in a message, with the names that it has or others.
    pub fn naming(&self, names: &[Text]) -> String {
        let port = self.nfs_port.filter(|_| self.nfs_port == self.mount_port);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        names.iter().fold(format!("nfs://{}{port}", self.host), |text, name| text + "/" + &shown(name))
    }

    fn set(&mut self, argument: &str) -> Option<()> {
        let (name, value) = argument.split_once('=')?;
        let port = || value.parse().ok().filter(|port| *port != 0);
        match name {
            "nfsport" => self.nfs_port = Some(port()?),
            "mountport" => self.mount_port = Some(port()?),
            "uid" => self.uid = Some(value.parse().ok()?),
            "gid" => self.gid = Some(value.parse().ok()?),
            "version" if value == "3" => {}
            _ => return None,
        }
        Some(())
    }
}

impl fmt::Display for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.naming(&self.names))
    }
}

impl fmt::Display for UrlFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Scheme => "it does not begin with nfs://",
            Self::Host => "it has no host",
            Self::Port => "the port is no number from 1 to 65535",
            Self::Escape => "% is not followed by two hexadecimal digits of a byte that a name may have",
            Self::Argument => "behind ? there may be nfsport, mountport, uid and gid with a number, and version=3",
        })
    }
}

impl std::error::Error for UrlFault {}

/// A name without what could confuse a terminal.
pub fn shown(name: &Text) -> String {
    name.to_str_lossy().chars().map(|it| if it.is_control() { '?' } else { it }).collect()
}

fn host_and_port(authority: &str) -> Result<(String, Option<u16>), UrlFault> {
    // The colons of an IPv6 address stand in brackets.
    let end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match authority.get(end..).and_then(|rest| rest.find(':')) {
        Some(colon) => (authority.get(..end + colon), authority.get(end + colon + 1..)),
        None => (Some(authority), None),
    };
    let host = host.filter(|host| !host.is_empty()).ok_or(UrlFault::Host)?;
    let port = port.map(|port| port.parse().ok().filter(|port| *port != 0).ok_or(UrlFault::Port)).transpose()?;
    Ok((host.to_owned(), port))
}

/// `%41` is `A`.
fn unescaped(name: &str) -> Result<Text, UrlFault> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || char::from(rest.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(match byte {
            b'%' => digit().and_then(|high| Some(high << 4 | digit()?)).ok_or(UrlFault::Escape)?,
            _ => byte,
        });
    }
    let is_name = !bytes.iter().any(|byte| matches!(byte, 0 | b'/'));
    is_name.then(|| Text::from(bytes)).ok_or(UrlFault::Escape)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn parts_of_a_url() {
        let url = parsed("nfs://files.example:20490/srv//data/./a%20b?uid=7&gid=8&mountport=20048&version=3");
        assert_eq!((url.host.as_str(), url.nfs_port, url.mount_port), ("files.example", Some(20490), Some(20048)));
        assert_eq!((url.uid, url.gid), (Some(7), Some(8)));
        assert_eq!(url.names, ["srv", "data", "a b"].map(Text::from));
        assert_eq!(url.to_string(), "nfs://files.example/srv/data/a b");
        assert_eq!(parsed("nfs://files.example:20490/srv").to_string(), "nfs://files.example:20490/srv");
    }

    #[test]
    fn rpcbind_is_asked_for_what_is_not_said() {
        for text in ["nfs://host", "nfs://host/", "nfs://host/?"] {
            let url = parsed(text);
            assert_eq!((url.nfs_port, url.mount_port, url.names.len()), (None, None, 0), "{text}");
        }
        let url = parsed("nfs://[fe80::1]/a?nfsport=2049");
        assert_eq!((url.host.as_str(), url.nfs_port, url.mount_port), ("[fe80::1]", Some(2049), None));
        assert_eq!(parsed("nfs://[::1]:111/").nfs_port, Some(111));
    }

    #[test]
    fn names_are_bytes() {
        assert_eq!(parsed("nfs://h/%ff%FE%25").names, [Text::from(&[0xff, 0xfe, b'%'][..])]);
        assert_eq!(parsed("nfs://h/..").names, [Text::from("..")]);
        assert_eq!(shown(&Text::from("a\x1b[2J\n")), "a?[2J?");
    }

    #[test]
    fn what_is_no_url() {
        let faults = [
            ("http://host/", UrlFault::Scheme),
            ("nfs:///path", UrlFault::Host),
            ("nfs://:2049/path", UrlFault::Host),
            ("nfs://host:0/", UrlFault::Port),
            ("nfs://host:65536/", UrlFault::Port),
            ("nfs://host/%4", UrlFault::Escape),
            ("nfs://host/%zz", UrlFault::Escape),
            ("nfs://host/a%2fb", UrlFault::Escape),
            ("nfs://host/a%00", UrlFault::Escape),
            ("nfs://host/?version=4", UrlFault::Argument),
            ("nfs://host/?uid=-1", UrlFault::Argument),
            ("nfs://host/?readahead", UrlFault::Argument),
        ];
        for (text, fault) in faults {
            assert_eq!(text.parse::<Url>(), Err(fault), "{text}");
        }
    }
}
