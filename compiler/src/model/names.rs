//! What is defined: every definition, nested ones included, and the table of type names.

use super::errors::Errors;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Bound, ConstantDef, Declaration, Definition, EnumBody, Identifier, Named, ProgramBody, Specification, StructBody,
    TypeKind, UnionBody,
};
use std::collections::{BTreeMap, BTreeSet};

/// A definition that becomes part of the model; its place in [`Names::items`] is its id there.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) docs: &'a [String],
    pub(super) kind: ItemKind<'a>,
}

/// What an item was written as.
#[derive(Clone, Copy, Debug)]
pub(super) enum ItemKind<'a> {
    Constant(&'a ConstantDef),
    Enumeration(&'a EnumBody),
    Structure(&'a StructBody),
    Union(&'a UnionBody),
    Typedef(&'a Declaration),
    Program(&'a Named<ProgramBody>),
    /// A type that only a C header defines.
    Extern,
}

/// The symbol table of types.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    pub(super) items: Vec<Item<'a>>,
    types: BTreeMap<String, usize>,
    /// Items of types written in place, by the address of their bodies in the tree.
    bodies: BTreeMap<usize, usize>,
    constants: BTreeMap<&'a str, &'a ConstantDef>,
    /// Types named by `typedef struct X X;`, which defines nothing.
    pub(super) mentioned: Vec<&'a Identifier>,
}

/// Collects all items; types written in place stand before what they are part of.
///
/// `extern_types` are defined elsewhere, unless the specification defines them.
pub(super) fn collect<'a>(
    specification: &'a Specification,
    extern_types: &BTreeSet<&str>,
    errors: &mut Errors,
) -> Names<'a> {
    let mut names = Names::default();
    for definition in &specification.definitions {
        match definition {
            Definition::Constant(it) => names.add_constant(it, errors),
            Definition::Typedef(it) => names.add_typedef(it, errors),
            Definition::Enumeration(it) => names.add_type(&it.name, &it.docs, ItemKind::Enumeration(&it.body), errors),
            Definition::Structure(it) => {
                names.add_members(&it.name.text, &it.body.members, errors);
                names.add_type(&it.name, &it.docs, ItemKind::Structure(&it.body), errors);
            }
            Definition::Union(it) => {
                names.add_parts(&it.name.text, &it.body, errors);
                names.add_type(&it.name, &it.docs, ItemKind::Union(&it.body), errors);
            }
            Definition::Program(it) => names.add_program(it, errors),
        }
    }
    for name in extern_types {
        if names.find_type(name).is_none() {
            names.types.insert((*name).to_owned(), names.items.len());
            names.push(name, Span::default(), &[], ItemKind::Extern);
        }
    }
    names
}

impl<'a> Names<'a> {
    /// The item of a type.
    pub(super) fn find_type(&self, name: &str) -> Option<usize> {
        self.types.get(name).copied()
    }

    /// The item of a type written in place.
    pub(super) fn find_body<T>(&self, body: &T) -> Option<usize> {
        self.bodies.get(&std::ptr::from_ref(body).addr()).copied()
    }

    pub(super) fn type_names(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(String::as_str)
    }

    pub(super) fn type_span(&self, name: &str) -> Option<Span> {
        let item = self.items.get(self.find_type(name)?)?;
        (!matches!(item.kind, ItemKind::Extern)).then_some(item.span)
    }

    /// The same constant may come from several files, and a `#define` may repeat one.
    fn add_constant(&mut self, constant: &'a ConstantDef, errors: &mut Errors) {
        match self.constants.get(constant.name.text.as_str()) {
            None => {
                self.constants.insert(&constant.name.text, constant);
                self.push(&constant.name.text, constant.name.span, &constant.docs, ItemKind::Constant(constant));
            }
            Some(earlier) if constant.from_define || constant.value.source == earlier.value.source => {}
            Some(earlier) => errors.push(
                duplicate(Code::DuplicateConstant, "constant", &constant.name, earlier.name.span)
                    .help("remove one of them, or give it another name"),
            ),
        }
    }

    /// The same typedef may come from several files, or stand twice in one that was put together from several.
    fn add_typedef(&mut self, declaration: &'a Declaration, errors: &mut Errors) {
        let Some(name) = &declaration.name else { return };
        if self.typedef(&name.text).is_some_and(|earlier| repeats(declaration, earlier)) {
            return;
        }
        let plain = !declaration.optional && matches!(declaration.bound, Bound::None);
        let tag = match &declaration.specifier.kind {
            TypeKind::Name(other) if plain && other.text == name.text => return self.mentioned.push(other),
            TypeKind::Enumeration(tag, _) | TypeKind::Structure(tag, _) | TypeKind::Union(tag, _) => tag,
            _ => return self.add_type(name, &declaration.docs, ItemKind::Typedef(declaration), errors),
        };
        let element = || if plain { name.text.clone() } else { format!("{}_element", name.text) };
        self.add_body(declaration, name, element, errors);
        if !plain || tag.as_ref().is_some_and(|tag| tag.text != name.text) {
            self.add_type(name, &declaration.docs, ItemKind::Typedef(declaration), errors);
        }
    }

    fn typedef(&self, name: &str) -> Option<&'a Declaration> {
        match self.items.get(self.find_type(name)?)?.kind {
            ItemKind::Typedef(declaration) => Some(declaration),
            _ => None,
        }
    }

    fn add_members(&mut self, parent: &str, members: impl IntoIterator<Item = &'a Declaration>, errors: &mut Errors) {
        for declaration in members {
            let Some(name) = &declaration.name else { continue };
            self.add_body(declaration, name, || format!("{parent}_{}", name.text), errors);
        }
    }

    fn add_parts(&mut self, parent: &str, body: &'a UnionBody, errors: &mut Errors) {
        let arms = body.cases.iter().filter_map(|case| case.arm.as_ref());
        self.add_members(parent, std::iter::once(&*body.discriminant).chain(arms), errors);
    }

    /// The item of a type written in place, called by its own name if it has one.
    fn add_body(
        &mut self,
        declaration: &'a Declaration,
        place: &'a Identifier,
        name: impl FnOnce() -> String,
        errors: &mut Errors,
    ) {
        let (tag, kind, address) = match &declaration.specifier.kind {
            TypeKind::Enumeration(tag, body) => (tag, ItemKind::Enumeration(body), std::ptr::from_ref(body).addr()),
            TypeKind::Structure(tag, body) => (tag, ItemKind::Structure(body), std::ptr::from_ref(body).addr()),
            TypeKind::Union(tag, body) => (tag, ItemKind::Union(body), std::ptr::from_ref(body.as_ref()).addr()),
            _ => return,
        };
        let name = tag.as_ref().map_or_else(|| Identifier { text: name(), span: place.span }, Identifier::clone);
        match kind {
            ItemKind::Structure(body) => self.add_members(&name.text, &body.members, errors),
            ItemKind::Union(body) => self.add_parts(&name.text, body, errors),
            _ => {}
        }
        self.bodies.insert(address, self.items.len());
        self.add_type(&name, &declaration.docs, kind, errors);
    }

    fn add_program(&mut self, program: &'a Named<ProgramBody>, errors: &mut Errors) {
        for procedure in program.body.versions.iter().flat_map(|version| &version.body.procedures) {
            for (index, argument) in procedure.arguments.iter().enumerate() {
                let name = || match &argument.name {
                    Some(name) => format!("{}_{}", procedure.name.text, name.text),
                    None => format!("{}_arg{}", procedure.name.text, index + 1),
                };
                self.add_body(argument, &procedure.name, name, errors);
            }
            let name = || format!("{}_result", procedure.name.text);
            self.add_body(&procedure.result, &procedure.name, name, errors);
        }
        self.push(&program.name.text, program.name.span, &program.docs, ItemKind::Program(program));
    }

    fn add_type(&mut self, name: &Identifier, docs: &'a [String], kind: ItemKind<'a>, errors: &mut Errors) {
        if let Some(earlier) = self.type_span(&name.text) {
            errors.push(
                duplicate(Code::DuplicateType, "type", name, earlier)
                    .help("remove one of them, or give it another name"),
            );
        } else {
            self.types.insert(name.text.clone(), self.items.len());
        }
        self.push(&name.text, name.span, docs, kind);
    }

    fn push(&mut self, name: &str, span: Span, docs: &'a [String], kind: ItemKind<'a>) {
        self.items.push(Item { name: name.to_owned(), span, docs, kind });
    }
}

/// Whether a typedef says what an earlier one of the same name says. A type written in place is a new one each time.
fn repeats(declaration: &Declaration, earlier: &Declaration) -> bool {
    let in_place = |it: &Declaration| {
        matches!(it.specifier.kind, TypeKind::Enumeration(..) | TypeKind::Structure(..) | TypeKind::Union(..))
    };
    declaration.source == earlier.source && !in_place(declaration)
}

/// "defined twice", with the first place.
pub(super) fn duplicate(code: Code, what: &str, name: &Identifier, earlier: Span) -> Diagnostic {
    Diagnostic::error(code, name.span, format!("the {what} `{}` is defined twice", name.text))
        .label("defined again here")
        .note_at(earlier, "first defined here")
}
