//! The forms of an address.

use oncrpc::{Address, AddressFault, Error, Transport};

#[track_caller]
fn check(text: &str, transport: Transport, host: &str, port: Option<u16>) {
    let address: Address = text.parse().unwrap();
    assert_eq!(address, Address { transport, host: host.to_owned(), port }, "{text}");
    let printed = address.to_string();
    assert_eq!(printed.parse::<Address>().unwrap(), address, "{text} prints as {printed}");
}

#[test]
fn forms() {
    check("tcp://127.0.0.1:4045", Transport::Tcp, "127.0.0.1", Some(4045));
    check("udp://localhost:0", Transport::Udp, "localhost", Some(0));
    check("UDP://localhost:65535", Transport::Udp, "localhost", Some(65535));
    check("example.org:111", Transport::Tcp, "example.org", Some(111));
    check("example.org", Transport::Tcp, "example.org", None);
    check("udp://example.org", Transport::Udp, "example.org", None);
    check("tcp://[::1]:4045", Transport::Tcp, "::1", Some(4045));
    check("[fe80::1%eth0]:4045", Transport::Tcp, "fe80::1%eth0", Some(4045));
    check("udp://[::]", Transport::Udp, "::", None);
    check("2001:db8::1", Transport::Tcp, "2001:db8::1", None);
}

#[test]
fn forms_of_unix_sockets() {
    check("unix:///run/x.sock", Transport::Unix, "/run/x.sock", None);
    check("unix:/run/x.sock", Transport::Unix, "/run/x.sock", None);
    check("UNIX:@a name: any", Transport::Unix, "@a name: any", None);
    check("unix:relative/x.sock", Transport::Unix, "relative/x.sock", None);
    check(&format!("unix:/{}", "x".repeat(106)), Transport::Unix, &format!("/{}", "x".repeat(106)), None);
    check(&format!("unix:@{}", "x".repeat(106)), Transport::Unix, &format!("@{}", "x".repeat(106)), None);
}

#[test]
fn faults() {
    use AddressFault::{Brackets, Host, Path, Port, Transport};
    let long = format!("unix:/{}", "x".repeat(107));
    let cases = [
        ("", Host),
        ("tcp://", Host),
        (":4045", Host),
        ("tcp:///run/socket", Host),
        ("two words:1", Host),
        ("http://example.org", Transport),
        ("://example.org", Transport),
        ("host:", Port),
        ("host:nfs", Port),
        ("host:65536", Port),
        ("host:+1", Port),
        ("host:-1", Port),
        ("[::1", Brackets),
        ("[::1]4045", Brackets),
        ("[localhost]:4045", Brackets),
        ("[]:4045", Brackets),
        ("::1:4045:x", Brackets),
        ("::1]:4045", Brackets),
        ("unix:", Path),
        ("unix:@", Path),
        ("unix://", Path),
        ("unix://relative", Path),
        ("unix:///with\0zero", Path),
        (&long, Path),
    ];
    for (text, expected) in cases {
        match text.parse::<Address>() {
            Err(Error::Address { found, fault }) => assert_eq!((found.as_str(), fault), (text, expected)),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn the_error_says_what_was_found_and_what_is_wanted() {
    let error = "ftp://host".parse::<Address>().unwrap_err();
    assert_eq!(error.to_string(), "\"ftp://host\" is not an address: the transports are tcp://, udp:// and unix:");
}
