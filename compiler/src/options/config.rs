//! Options in a file: `oncrpc.toml`.

use super::setting::{self, Value};
use super::{Request, Target, refuse};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a configuration file, whose text is at `span`, asks for when a file of the name `name` is compiled.
pub(crate) fn requests(text: &str, span: Span, name: &str, requests: &mut Vec<Request>, errors: &mut Vec<Diagnostic>) {
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            let span = Span::new(span.start + at.start, span.start + at.end);
            return errors.push(Diagnostic::error(Code::BadOption, span, error.message()));
        }
    };
    let mut reader = Reader { base: span.start, requests, errors };
    reader.file(table.get_ref(), Some(name));
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

struct Reader<'a> {
    base: usize,
    requests: &'a mut Vec<Request>,
    errors: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Options for all types, `types.NAME` for one, and `files.NAME` for one file where that is allowed.
    fn file(&mut self, table: &DeTable<'_>, name: Option<&str>) {
        let mut files = Vec::new();
        for (key, value) in table {
            match (key.get_ref().as_ref(), name) {
                ("types", _) => self.tables(key, value, |reader, ty, table| reader.ty(ty, table)),
                ("files", Some(name)) => files.push((key, value, name)),
                _ => self.option(key, value, &Target::All),
            }
        }
        // What is said of the file itself counts more, wherever it stands.
        for (key, value, name) in files {
            self.tables(key, value, |reader, file, table| {
                if file.get_ref() == name {
                    reader.file(table, None);
                }
            });
        }
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
                self.requests.push(Request { span, target: target.clone(), setting });
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
