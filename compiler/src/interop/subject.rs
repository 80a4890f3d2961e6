use super::{CannotRun, Options, procedures, wire};
use crate::driver::{self, Disk};
use crate::error::CompileError;
use crate::lex::{self, Kind};
use crate::model::types::{Basic, Definition, DefinitionId, Model, Type};
use crate::render::Style;
use crate::source::SourceMap;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// An interface and those of its types that are tried.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) path: PathBuf,
    /// The name of the file without its extension, which rpcgen makes the names of its output from.
    pub(super) name: String,
    /// The interface, with types for the arguments of procedures that have several, as rpcgen has them, and for the
    /// strings that are all the arguments or the result of one.
    pub(super) model: Model,
    /// In the order of both programs' lists.
    pub(super) types: Vec<Subtype>,
    pub(super) left_out: Vec<LeftOut>,
    /// What lines for C include and C does not find, in quotes or angle brackets: the C program is built without.
    pub(super) missing_headers: Vec<String>,
}

/// A type of a subject.
#[derive(Clone, Debug)]
pub(super) struct Subtype {
    /// Its name in the `.x` file and in C.
    pub(super) name: String,
    pub(super) ty: Type,
    /// Whether it is a string that is all the arguments or the result of a procedure.
    pub(super) is_lone_string: bool,
}

/// A type that is not tried.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub(super) name: String,
    pub(super) reason: Reason,
}

/// Why a type is not tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It holds a quadruple.
    Quadruple,
    /// It holds what no `.x` file defines.
    Extern,
    /// rpcgen did not write a codec.
    NoCodec,
    /// Even the smallest value is too large.
    TooLarge,
}

/// The largest smallest value that is tried, in bytes.
const LARGEST: u64 = 1 << 20;

impl Subject {
    pub(super) fn load(options: &Options, path: PathBuf) -> Result<Self, CannotRun> {
        let name = path.file_stem().and_then(|stem| stem.to_str());
        let name = name.ok_or_else(|| CannotRun::Name { path: path.clone() })?.to_owned();
        let mut model = load_model(options, &path)?;
        let before = model.definitions.len();
        procedures::add_types(&mut model);
        let is_lone_string = |ty: &Type| match ty {
            Type::Named(id) if id.0 >= before => matches!(model.definition(*id), Some(Definition::Typedef(_))),
            _ => false,
        };
        let subtype = |(name, ty): (&str, Type)| {
            let is_lone_string = is_lone_string(&ty);
            Subtype { name: name.to_owned(), ty, is_lone_string }
        };
        let types = wire::types(&model).into_iter().map(subtype).collect();
        let mut subject = Self { path, name, types, model, left_out: Vec::new(), missing_headers: Vec::new() };
        for reason in [Reason::Quadruple, Reason::Extern] {
            subject.leave_out(reason, |model, it| obstacle(model, &it.ty) == Some(reason));
        }
        subject.leave_out(Reason::TooLarge, |model, it| model.size_of(&it.ty).min > LARGEST);
        Ok(subject)
    }

    /// Takes out types for a reason.
    pub(super) fn leave_out(&mut self, reason: Reason, is_out: impl Fn(&Model, &Subtype) -> bool) {
        let (out, types) = std::mem::take(&mut self.types).into_iter().partition(|it| is_out(&self.model, it));
        self.types = types;
        self.left_out.extend(Vec::into_iter(out).map(|it| LeftOut { name: it.name, reason }));
    }

    /// The definitions that the types lead to.
    pub(super) fn reached(&self) -> Vec<DefinitionId> {
        let mut reached = Reached::default();
        self.types.iter().for_each(|it| reached.visit(&self.model, &it.ty));
        reached.ids.into_iter().collect()
    }

    /// What C calls the type of a definition.
    pub(super) fn c_type(&self, id: DefinitionId) -> &str {
        let lone_string = self.types.iter().find(|it| it.is_lone_string && it.ty == Type::Named(id));
        lone_string.map_or_else(|| self.model.definition(id).map_or("", Definition::name), |_| "char *")
    }

    /// Each file has a folder of its name.
    pub(super) fn refuse_same_name(&self, others: &[Self]) -> Result<(), CannotRun> {
        match others.iter().find(|other| other.name == self.name) {
            Some(other) => {
                let same = CompileError::SameStem { first: other.path.clone(), second: self.path.clone() };
                Err(CannotRun::Compile(same))
            }
            None => Ok(()),
        }
    }

    /// A file without types would be the same on both sides, which says nothing.
    pub(super) fn refuse_empty(&self) -> Result<(), CannotRun> {
        if self.types.is_empty() { Err(CannotRun::NoTypes { path: self.path.clone() }) } else { Ok(()) }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Quadruple => "it holds a quadruple, for which libtirpc has no codec",
            Self::Extern => "it holds a type that only a C header defines",
            Self::NoCodec => "rpcgen writes no codec for it",
            Self::TooLarge => "its smallest value is larger than 1 MiB",
        })
    }
}

/// Types of the library's own, whose members have other names than rpcgen gives to those of a file.
const OF_LIBRARY: [&str; 6] = ["authsys_parms", "authunix_parms", "des_block", "netbuf", "netobj", "opaque_auth"];

fn load_model(options: &Options, path: &Path) -> Result<Model, CannotRun> {
    let mut sources = SourceMap::default();
    let model = load_with(&options.compile, path, &mut sources)?;
    let is_used = |name: &str| {
        let holds = |text: &str| lex::tokens(text, 0).any(|it| it.kind == Kind::Word && it.text(text) == name);
        sources.files().iter().any(|file| holds(&file.text))
    };
    let used: Vec<&str> = OF_LIBRARY.into_iter().filter(|name| is_used(name)).collect();
    if used.is_empty() {
        return Ok(model);
    }
    let mut compile = options.compile.clone();
    compile.extern_types.extend(used.into_iter().map(|name| (name.to_owned(), String::new())));
    load_with(&compile, path, &mut SourceMap::default())
}

fn load_with(options: &driver::Options, path: &Path, sources: &mut SourceMap) -> Result<Model, CannotRun> {
    driver::model_of(options, &Disk, path, sources)
        .map_err(|failure| CannotRun::Compile(CompileError::new(path, failure, sources, Style::Plain)))
}

/// Why values of a type cannot be made or compared.
fn obstacle(model: &Model, ty: &Type) -> Option<Reason> {
    let mut reached = Reached::default();
    reached.visit(model, ty);
    let is_extern = |id: &DefinitionId| matches!(model.definition(*id), Some(Definition::Extern(_)));
    match reached {
        Reached { quadruple: true, .. } => Some(Reason::Quadruple),
        Reached { ids, .. } if ids.iter().any(is_extern) => Some(Reason::Extern),
        Reached { .. } => None,
    }
}

/// What types lead to.
#[derive(Default)]
struct Reached {
    ids: BTreeSet<DefinitionId>,
    quadruple: bool,
}

impl Reached {
    fn visit(&mut self, model: &Model, ty: &Type) {
        match ty {
            Type::Basic(basic) => self.quadruple |= *basic == Basic::Quadruple,
            Type::FixedOpaque(_) | Type::VariableOpaque(_) | Type::String(_) => {}
            Type::FixedArray(inner, _) | Type::VariableArray(inner, _) => self.visit(model, inner),
            Type::Optional(inner) | Type::RecursiveOptional(inner) => self.visit(model, inner),
            Type::List(id) | Type::NonEmptyList(id) => {
                model.turns(*id).into_iter().for_each(|id| self.named(model, id))
            }
            Type::Named(id) => self.named(model, *id),
        }
    }

    fn named(&mut self, model: &Model, id: DefinitionId) {
        if self.ids.insert(id) {
            self.visit_definition(model, id);
        }
    }

    fn visit_definition(&mut self, model: &Model, id: DefinitionId) {
        match model.definition(id) {
            Some(Definition::Structure(it)) => it.fields.iter().for_each(|field| self.visit(model, &field.ty)),
            Some(Definition::Typedef(it)) => self.visit(model, &it.field.ty),
            Some(Definition::Union(it)) => {
                self.visit(model, &it.discriminant_type);
                let default = it.default.iter().filter_map(|arm| arm.field.as_ref());
                let fields = it.arms.iter().filter_map(|arm| arm.field.as_ref()).chain(default);
                fields.for_each(|field| self.visit(model, &field.ty));
            }
            _ => {}
        }
    }
}
