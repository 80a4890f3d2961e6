//! What the unit tests share: files in memory, and the stages up to a point.

use crate::diagnostic::Diagnostic;
use crate::model::types::{Definition, Field, Model, Type};
use crate::preprocess::{Loader, PreprocessOptions, preprocess};
use crate::source::SourceMap;
use crate::syntax::ast::Specification;
use crate::text::Text;
use crate::{model, syntax};
use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Files by name; the first one is compiled.
pub(crate) struct Memory<'a>(pub(crate) &'a [(&'a str, &'a str)]);

impl Loader for Memory<'_> {
    fn load(&self, path: &Path) -> io::Result<Vec<u8>> {
        let found = self.0.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Without links, and any directory exists.
    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        let mut real = PathBuf::from("/work");
        for component in path.components() {
            match component {
                Component::ParentDir => drop(real.pop()),
                Component::CurDir => {}
                other => real.push(other),
            }
        }
        let is_file = path.extension().is_some();
        if is_file && !self.0.iter().any(|(name, _)| Path::new(name) == path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(real)
    }
}

pub(crate) fn preprocessed(files: &[(&str, &str)], options: &PreprocessOptions) -> Result<Text, Vec<Diagnostic>> {
    let mut sources = SourceMap::default();
    let (name, text) = files.first().unwrap();
    let root = sources.add(Path::new(name), text.as_bytes(), None);
    let preprocessed = preprocess(options, &Memory(files), &mut sources, root);
    preprocessed.map(|found| found.text).map_err(|damaged| damaged.errors)
}

pub(crate) fn parsed(text: &str) -> Specification {
    let text = preprocessed(&[("a.x", text)], &PreprocessOptions::default()).unwrap();
    syntax::parse(&text).unwrap()
}

pub(crate) fn resolved(text: &str) -> Result<Model, Vec<Diagnostic>> {
    let text = preprocessed(&[("a.x", text)], &PreprocessOptions::default())?;
    model::resolve(&syntax::parse(&text).map_err(|faulty| faulty.errors)?, &BTreeSet::new())
        .map(|resolved| resolved.model)
}

/// The definition of a name; the text must be right.
pub(crate) fn definition(model: &Model, name: &str) -> Definition {
    model.definitions.iter().find(|it| it.name() == name).unwrap_or_else(|| panic!("no {name}")).clone()
}

/// The members of a structure.
pub(crate) fn fields(model: &Model, name: &str) -> Vec<Field> {
    match definition(model, name) {
        Definition::Structure(it) => it.fields,
        other => panic!("not a structure: {other:?}"),
    }
}

/// What a typedef stands for.
pub(crate) fn aliased(model: &Model, name: &str) -> Type {
    match definition(model, name) {
        Definition::Typedef(it) => it.field.ty,
        other => panic!("not a typedef: {other:?}"),
    }
}
