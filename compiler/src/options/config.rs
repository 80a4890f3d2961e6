//! Options in a file: `oncrpc.toml`.

use super::setting::{self, Value};
use super::{Reach, Request, Target, refuse};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The files that a file of options may name.
pub(crate) struct Files<'a> {
    /// The one that is compiled, without directories.
    pub(crate) own: &'a str,
    /// Those of the run.
    pub(crate) run: &'a [String],
    /// Whether there is a file of that name beside one of the two.
    pub(crate) is_beside: &'a dyn Fn(&str) -> bool,
}

/// What a file of options, whose text is at `span`, asks for.
pub(crate) fn requests(
    text: &str,
    span: Span,
    files: &Files<'_>,
    requests: &mut Vec<Request>,
    errors: &mut Vec<Diagnostic>,
) {
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            let span = Span::new(span.start + at.start, span.start + at.end);
            return errors.push(Diagnostic::error(Code::BadOption, span, error.message()));
        }
    };
    let mut reader = Reader { base: span.start, reach: Reach::Run, requests, errors };
    reader.all(table.get_ref(), files);
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

struct Reader<'a> {
    base: usize,
    /// Of the requests that are read now.
    reach: Reach,
    requests: &'a mut Vec<Request>,
    errors: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// The whole file: what is said of one `.x` file counts more, wherever it stands.
    fn all(&mut self, table: &DeTable<'_>, files: &Files<'_>) {
        let is_files = |key: &Key<'_>| key.get_ref() == "files";
        self.file(table.iter().filter(|(key, _)| !is_files(key)));
        self.reach = Reach::File;
        for (key, value) in table.iter().filter(|(key, _)| is_files(key)) {
            self.tables(key, value, |reader, name, table| {
                if name.get_ref() == files.own {
                    reader.file(table.iter());
                } else if !files.run.iter().any(|file| name.get_ref() == file) && !(files.is_beside)(name.get_ref()) {
                    reader.unknown_file(name, files);
                }
            });
        }
    }

    /// Options for all types, `types.NAME` for one, and `procedures.NAME`.
    fn file<'t>(&mut self, table: impl Iterator<Item = (&'t Key<'t>, &'t Spanned<DeValue<'t>>)>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "types" => self.tables(key, value, |reader, ty, table| reader.ty(ty, table)),
                "procedures" => self.tables(key, value, Self::procedures),
                _ => self.option(key, value, &Target::All),
            }
        }
    }

    fn unknown_file(&mut self, name: &Key<'_>, files: &Files<'_>) {
        let message = format!("there is no file `{}`", name.get_ref());
        let error = Diagnostic::error(Code::OptionTarget, self.span(name), message)
            .label("neither compiled now nor beside this file");
        self.errors.push(match suggest::similar(name.get_ref(), files.run.iter().map(String::as_str)) {
            Some(similar) => error.help(format!("a file of a similar name is `{similar}`")),
            None => error.help("files are named without directories, as `[files.\"nfs.x\"]`"),
        });
    }

    fn ty(&mut self, name: &Key<'_>, table: &DeTable<'_>) {
        let target = Target::Type(name.get_ref().to_string(), self.span(name));
        for (key, value) in table {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("members", DeValue::Table(members)) => {
                    for (member, value) in members {
                        let written = written(value.get_ref());
                        let read = setting::read_member(member.get_ref(), &written);
                        self.take(member, value, &target, read.map_err(|fault| (fault, written)));
                    }
                }
                ("members", _) => self.not_a_table(key, value),
                _ => self.option(key, value, &target),
            }
        }
    }

    fn procedures(&mut self, name: &Key<'_>, table: &DeTable<'_>) {
        let target = Target::Procedures(name.get_ref().to_string(), self.span(name));
        for (key, value) in table {
            self.option(key, value, &target);
        }
    }

    fn option(&mut self, key: &Key<'_>, value: &Spanned<DeValue<'_>>, target: &Target) {
        let written = written(value.get_ref());
        let read = setting::read(key.get_ref(), &written);
        self.take(key, value, target, read.map_err(|fault| (fault, written)));
    }

    fn take(
        &mut self,
        key: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
        target: &Target,
        read: Result<setting::Setting, (setting::Fault, Value)>,
    ) {
        let (name, at) = (self.span(key), self.span(value));
        match read {
            Ok(setting) => {
                let span = Span::new(name.start, at.end);
                self.requests.push(Request { span, reach: self.reach, target: target.clone(), setting });
            }
            Err((fault, written)) => self.errors.push(refuse::setting(&fault, key.get_ref(), &written, (name, at))),
        }
    }

    /// The tables in a table, each under a name.
    fn tables(
        &mut self,
        key: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
        mut read: impl FnMut(&mut Self, &Key<'_>, &DeTable<'_>),
    ) {
        let DeValue::Table(table) = value.get_ref() else { return self.not_a_table(key, value) };
        for (name, value) in table {
            match value.get_ref() {
                DeValue::Table(table) => read(self, name, table),
                _ => self.not_a_table(name, value),
            }
        }
    }

    fn not_a_table(&mut self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) {
        let message = format!("`{}` is not a value", key.get_ref());
        let error = Diagnostic::error(Code::BadOption, self.span(value), message)
            .label(format!("expected a table, found {}", written(value.get_ref()).shown()));
        self.errors.push(error);
    }

    fn span<T>(&self, of: &Spanned<T>) -> Span {
        let span = of.span();
        Span::new(self.base + span.start, self.base + span.end)
    }
}

fn written(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Boolean(truth) => Value::Truth(*truth),
        DeValue::Array(array) => {
            let texts = array.iter().map(|element| match element.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            });
            texts.collect::<Option<_>>().map_or(Value::Other("a list of other things than strings"), Value::List)
        }
        DeValue::Integer(_) | DeValue::Float(_) => Value::Other("a number"),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Table(_) => Value::Other("a table"),
    }
}
