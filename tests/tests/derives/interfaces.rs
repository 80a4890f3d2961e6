//! What the compiler makes of interfaces if every trait is asked for, under the strictest lints that a user may have.

#![deny(warnings, clippy::all)]
#![allow(unreachable_pub, reason = "the modules of a folder are made for all to see")]

/// idl/kitchen_sink.x and interfaces/derives.x with every trait.
pub(crate) mod derived {
    include!(concat!(env!("OUT_DIR"), "/derived.rs"));
}

/// The same with views and all options that make other types.
pub(crate) mod derived_open {
    include!(concat!(env!("OUT_DIR"), "/derived_open.rs"));
}

/// The modules with every trait.
#[rustfmt::skip]
pub(crate) mod derived_modules {
    /// modules/common.x
    pub(crate) mod common { include!(concat!(env!("OUT_DIR"), "/derived_modules/common.rs")); }
    /// modules/a.x
    pub(crate) mod a { include!(concat!(env!("OUT_DIR"), "/derived_modules/a.rs")); }
    /// modules/b.x
    pub(crate) mod b { include!(concat!(env!("OUT_DIR"), "/derived_modules/b.rs")); }
    /// modules/ask.x
    pub(crate) mod ask { include!(concat!(env!("OUT_DIR"), "/derived_modules/ask.rs")); }
    /// modules/tell.x
    pub(crate) mod tell { include!(concat!(env!("OUT_DIR"), "/derived_modules/tell.rs")); }
}
