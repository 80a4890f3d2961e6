//! What the compiler makes of our interfaces, under the strictest lints that a user may have.

#![deny(warnings, missing_docs, unreachable_pub, clippy::all)]

/// idl/calculator.x
pub mod calculator {
    oncrpc::include_idl!("calculator");
}

/// idl/blob.x
pub mod blob {
    oncrpc::include_idl!("blob");
}

/// idl/kitchen_sink.x
pub mod kitchen_sink {
    oncrpc::include_idl!("kitchen_sink");
}

/// interfaces/listing.x
pub mod listing {
    oncrpc::include_idl!("listing");
}

/// interfaces/peers.x
pub mod peers {
    oncrpc::include_idl!("peers");
}

/// interfaces/hostile.x
pub mod hostile {
    oncrpc::include_idl!("hostile");
}

/// interfaces/replies.x
pub mod replies {
    oncrpc::include_idl!("replies");
}

/// Protocols that others have specified, compiled without options.
pub mod protocols {
    /// idl/mount3.x
    pub mod mount3 {
        oncrpc::include_idl!("mount3");
    }
    /// idl/nfs3.x
    pub mod nfs3 {
        oncrpc::include_idl!("nfs3");
    }
    /// idl/nlm4.x
    pub mod nlm4 {
        oncrpc::include_idl!("nlm4");
    }
    /// idl/nsm.x
    pub mod nsm {
        oncrpc::include_idl!("nsm");
    }
    /// idl/portmap.x
    pub mod portmap {
        oncrpc::include_idl!("portmap");
    }
    /// idl/rpc_msg.x
    pub mod rpc_msg {
        oncrpc::include_idl!("rpc_msg");
    }
    /// idl/rpcbind.x
    pub mod rpcbind {
        oncrpc::include_idl!("rpcbind");
    }
    /// idl/rquota.x
    pub mod rquota {
        oncrpc::include_idl!("rquota");
    }
    /// idl/vxi11.x
    pub mod vxi11 {
        oncrpc::include_idl!("vxi11");
    }
}

/// idl/blob.x, interfaces/hostile.x and interfaces/replies.x with views.
pub mod views {
    include!(concat!(env!("OUT_DIR"), "/views/replies.rs"));
    include!(concat!(env!("OUT_DIR"), "/views/blob.rs"));
    include!(concat!(env!("OUT_DIR"), "/views/hostile.rs"));
}

/// modules/common.x, modules/a.x, modules/b.x, modules/ask.x and modules/tell.x, compiled together.
#[rustfmt::skip]
pub mod modules {
    /// modules/common.x
    pub mod common { include!(concat!(env!("OUT_DIR"), "/modules/common.rs")); }
    /// modules/a.x
    pub mod a { include!(concat!(env!("OUT_DIR"), "/modules/a.rs")); }
    /// modules/b.x
    pub mod b { include!(concat!(env!("OUT_DIR"), "/modules/b.rs")); }
    /// modules/ask.x
    pub mod ask { include!(concat!(env!("OUT_DIR"), "/modules/ask.rs")); }
    /// modules/tell.x
    pub mod tell { include!(concat!(env!("OUT_DIR"), "/modules/tell.rs")); }
}

/// The same with views.
#[rustfmt::skip]
pub mod module_views {
    /// modules/common.x
    pub mod common { include!(concat!(env!("OUT_DIR"), "/module_views/common.rs")); }
    /// modules/a.x
    pub mod a { include!(concat!(env!("OUT_DIR"), "/module_views/a.rs")); }
    /// modules/b.x
    pub mod b { include!(concat!(env!("OUT_DIR"), "/module_views/b.rs")); }
    /// modules/ask.x
    pub mod ask { include!(concat!(env!("OUT_DIR"), "/module_views/ask.rs")); }
    /// modules/tell.x
    pub mod tell { include!(concat!(env!("OUT_DIR"), "/module_views/tell.rs")); }
}

/// The same with names as in the `.x` files, in a program that shows them to nobody.
#[rustfmt::skip]
mod module_verbatim {
    mod common { include!(concat!(env!("OUT_DIR"), "/module_verbatim/common.rs")); }
    mod a { include!(concat!(env!("OUT_DIR"), "/module_verbatim/a.rs")); }
    mod b { include!(concat!(env!("OUT_DIR"), "/module_verbatim/b.rs")); }
    mod ask { include!(concat!(env!("OUT_DIR"), "/module_verbatim/ask.rs")); }
    mod tell { include!(concat!(env!("OUT_DIR"), "/module_verbatim/tell.rs")); }
}

/// modules/a.x and modules/b.x in one module, and modules/common.x where it is already.
pub mod together {
    include!(concat!(env!("OUT_DIR"), "/together/a.rs"));
    include!(concat!(env!("OUT_DIR"), "/together/b.rs"));
}

/// modules/b.x with all that it includes, compiled alone.
pub mod alone {
    include!(concat!(env!("OUT_DIR"), "/alone/b.rs"));
}

/// As in a program, which shows its interface to nobody.
mod private {
    oncrpc::include_idl!("calculator");
}

/// The inputs of the golden tests.
pub mod golden {
    include!(concat!(env!("OUT_DIR"), "/golden.rs"));
}

/// What rpcgen's package brings in /usr/include/rpcsvc, as far as it needs no types from C headers.
pub mod system {
    include!(concat!(env!("OUT_DIR"), "/system.rs"));
}

/// One quirk of the language a file: compiler/tests/dialect, as far as it is not to be refused.
pub mod dialect {
    include!(concat!(env!("OUT_DIR"), "/dialect.rs"));
}

/// The same without views.
pub mod plain_dialect {
    include!(concat!(env!("OUT_DIR"), "/plain_dialect.rs"));
}

/// Our interfaces with open enumerations, kept discriminants, an order, and opaque data as `Vec<u8>`.
pub mod open {
    include!(concat!(env!("OUT_DIR"), "/open.rs"));
}

/// idl/kitchen_sink.x with the same options, and strings as `String`.
pub mod utf8 {
    include!(concat!(env!("OUT_DIR"), "/utf8/kitchen_sink.rs"));
}

/// Random interfaces, see build/interface.rs.
pub mod random {
    include!(concat!(env!("OUT_DIR"), "/random.rs"));
}
