//! Structures that a file uses and only the C library defines.

use crate::source::SourceMap;
use crate::syntax;
use crate::syntax::ast::{Declaration, Definition, Specification, TypeKind};
use crate::syntax::walk::{self, Site, Visitor};
use crate::text::Text;
use std::collections::BTreeSet;
use std::path::Path;

/// Names, the headers that define them, and what the library's own codecs put on the wire for them.
const LIBRARY: [(&str, &str, &str); 4] = [
    ("netbuf", "<rpc/types.h>", "struct netbuf { unsigned int maxlen; opaque buf<>; };"),
    ("opaque_auth", "<rpc/auth.h>", "struct opaque_auth { int oa_flavor; opaque oa_base<400>; };"),
    (
        "authunix_parms",
        "<rpc/auth_unix.h>",
        "struct authunix_parms { unsigned int aup_time; string aup_machname<255>; unsigned int aup_uid; \
         unsigned int aup_gid; unsigned int aup_gids<16>; };",
    ),
    (
        "authsys_parms",
        "<rpc/auth_sys.h>",
        "struct authsys_parms { unsigned int stamp; string machinename<255>; unsigned int uid; unsigned int gid; \
         unsigned int gids<16>; };",
    ),
];

/// Adds those structures to the specification, unless they are defined or stand for types of the user's.
pub(super) fn add<'a>(
    specification: &mut Specification,
    sources: &mut SourceMap,
    extern_types: impl Iterator<Item = &'a String>,
) {
    let mut found = Found::default();
    walk::walk(specification, &mut found);
    found.defined.extend(specification.definitions.iter().filter_map(|it| known(name(it))));
    found.defined.extend(extern_types.filter_map(|name| known(name)));
    for (name, header, text) in LIBRARY {
        if found.used.contains(name) && !found.defined.contains(name) {
            let place = sources.add_made_up(Path::new(header), text);
            let mut copy = Text::default();
            copy.copy(text, place.start);
            specification.definitions.extend(syntax::parse(&copy).into_iter().flat_map(|it| it.definitions));
        }
    }
}

fn name(definition: &Definition) -> &str {
    match definition {
        Definition::Constant(it) => &it.name.text,
        Definition::Typedef(it) => it.name.as_ref().map_or("", |name| &name.text),
        Definition::Enumeration(it) => &it.name.text,
        Definition::Structure(it) => &it.name.text,
        Definition::Union(it) => &it.name.text,
        Definition::Program(it) => &it.name.text,
    }
}

/// A name, if it is that of one of those structures.
fn known(name: &str) -> Option<&'static str> {
    LIBRARY.iter().map(|(known, ..)| *known).find(|known| *known == name)
}

/// Which of those structures a specification names.
#[derive(Default)]
struct Found {
    used: BTreeSet<&'static str>,
    defined: BTreeSet<&'static str>,
}

impl Visitor for Found {
    fn declaration(&mut self, _: Site, declaration: &Declaration) {
        match &declaration.specifier.kind {
            TypeKind::Name(name) => self.used.extend(known(&name.text)),
            TypeKind::Enumeration(tag, _) | TypeKind::Structure(tag, _) | TypeKind::Union(tag, _) => {
                self.defined.extend(tag.iter().filter_map(|tag| known(&tag.text)));
            }
            _ => {}
        }
    }
}
