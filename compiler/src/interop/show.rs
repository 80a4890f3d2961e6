//! C that shows values member by member, as the Rust program does.

use super::subject::Subject;
use crate::model::types::{Basic, Definition, DefinitionId, Discriminant, Field, Model, Structure, Type, Union};

/// A function of the C program.
#[derive(Debug)]
pub(super) struct Function {
    /// Without `;`.
    pub(super) declaration: String,
    pub(super) body: String,
}

/// The functions for all definitions that the types of a subject lead to.
pub(super) fn functions(subject: &Subject) -> Vec<Function> {
    let definitions = subject.reached().into_iter().filter_map(|id| Some((id, subject.model.definition(id)?)));
    definitions.flat_map(|(id, definition)| of_definition(subject, id, definition)).collect()
}

/// The function that shows a value of a root type: one that has a name.
pub(super) fn function_name(ty: &Type) -> String {
    match ty {
        Type::NonEmptyList(id) | Type::List(id) => list_name(*id),
        Type::Named(id) => value_name(*id),
        // No definition is another type.
        _ => "NULL".to_owned(),
    }
}

/// Numbers, as a name of the interface might end like one of ours.
fn value_name(id: DefinitionId) -> String {
    format!("harness_show_{}", id.0)
}

fn list_name(id: DefinitionId) -> String {
    format!("harness_list_{}", id.0)
}

fn of_definition(subject: &Subject, id: DefinitionId, definition: &Definition) -> Vec<Function> {
    let function = |body: String| Function {
        declaration: format!("static void {}({} *v)", value_name(id), subject.c_type(id)),
        body,
    };
    match definition {
        // An enumeration whose largest value has its highest bit set is unsigned in C.
        Definition::Enumeration(_) => vec![function("harness_signed((int)*v);".to_owned())],
        Definition::Structure(it) => {
            let list = it.link.as_ref().map(|_| list(&subject.model, id, it));
            [function(structure(it))].into_iter().chain(list).collect()
        }
        Definition::Union(it) => vec![function(union(&subject.model, it))],
        Definition::Typedef(it) => vec![function(value(&it.field.ty, "(*v)", &it.field.name, 0))],
        Definition::Constant(_) | Definition::Program(_) | Definition::Extern(_) => Vec::new(),
    }
}

/// Each round of the loop shows a node of every structure whose turn it is, as long as there is one.
fn list(model: &Model, id: DefinitionId, it: &Structure) -> Function {
    let turn = |(place, node): (usize, &DefinitionId)| {
        let Some(Definition::Structure(Structure { name, link: Some(link), .. })) = model.definition(*node) else {
            return String::new();
        };
        let (shown, next) = (value_name(*node), &link.name);
        format!(
            "{name} *harness_n{place} = harness_p; if (harness_n{place} == NULL) break; {shown}(harness_n{place}); \
             harness_text(\",\"); harness_p = harness_n{place}->{next};\n        "
        )
    };
    let turns: String = model.turns(id).iter().enumerate().map(turn).collect();
    let body = format!(
        "void *harness_p = v;\n    harness_text(\"[\");\n    for (;;) {{\n        {turns}\n    }}\n    harness_text(\"]\");"
    );
    Function { declaration: format!("static void {}({} *v)", list_name(id), it.name), body }
}

fn structure(it: &Structure) -> String {
    let member = |field: &Field| {
        let shown = value(&field.ty, &format!("v->{}", field.name), &field.name, 0);
        format!("harness_text(\"{}=\"); {shown} harness_text(\",\");\n    ", field.name)
    };
    let members: String = it.fields.iter().map(member).collect();
    format!("harness_text(\"{{\");\n    {members}harness_text(\"}}\");")
}

fn union(model: &Model, it: &Union) -> String {
    let discriminant = format!("v->{}", it.discriminant_name);
    let arm = |field: Option<&Field>| {
        field.map_or(String::new(), |field| {
            value(&field.ty, &format!("v->{}_u.{}", it.name, field.name), &field.name, 0)
        })
    };
    let number = match it.discriminant {
        Discriminant::Bool => format!("!!{discriminant}"),
        Discriminant::Enumeration(_) => format!("(int){discriminant}"),
        _ => format!("(long long){discriminant}"),
    };
    let mut body = format!(
        "long long d = {number};\n    harness_text(\"(\"); {} harness_text(\":\");\n    ",
        value(behind_typedefs(model, &it.discriminant_type), &discriminant, &it.discriminant_name, 0)
    );
    for case in &it.arms {
        let labels: Vec<String> = case.cases.iter().map(|case| format!("d == {}", case.value)).collect();
        body += &format!("if ({}) {{ {} }} else\n    ", labels.join(" || "), arm(case.field.as_ref()));
    }
    let default = it.default.as_ref().and_then(|default| default.field.as_ref());
    body + &format!("{{ {} }}\n    harness_text(\")\");", arm(default))
}

/// The statement that shows `place`, declared as `name` of type `ty`; `depth` is that of the loop around it.
fn value(ty: &Type, place: &str, name: &str, depth: usize) -> String {
    let present = |inner: &Type| value(inner, &format!("(*{place})"), name, depth);
    let elements = |element: &Type, array: &str, count: &str| {
        let one = value(element, &format!("{array}[i{depth}]"), name, depth.saturating_add(1));
        format!(
            "harness_text(\"[\"); for (u_int i{depth} = 0; i{depth} < {count}; i{depth}++) {{ {one} harness_text(\",\"); }} \
             harness_text(\"]\");"
        )
    };
    match ty {
        Type::Basic(it) => basic(*it, place),
        Type::FixedOpaque(length) => format!("harness_bytes({place}, {length}u);"),
        Type::VariableOpaque(_) => format!("harness_bytes({place}.{name}_val, {place}.{name}_len);"),
        Type::String(_) => format!("harness_bytes({place}, strlen({place}));"),
        Type::FixedArray(element, length) => elements(element, place, &format!("{length}u")),
        Type::VariableArray(element, _) => {
            elements(element, &format!("{place}.{name}_val"), &format!("{place}.{name}_len"))
        }
        Type::Optional(inner) | Type::RecursiveOptional(inner) => {
            format!("if ({place} == NULL) harness_text(\"-\"); else {{ harness_text(\"+\"); {} }}", present(inner))
        }
        Type::List(id) => format!("{}({place});", list_name(*id)),
        Type::NonEmptyList(id) => format!("{}(&{place});", list_name(*id)),
        Type::Named(id) => format!("{}(&{place});", value_name(*id)),
    }
}

fn basic(it: Basic, place: &str) -> String {
    match it {
        // Whether a plain char is signed is the machine's affair.
        Basic::Char => format!("harness_signed((signed char){place});"),
        // A long has 64 bits in C and 32 on the wire; libtirpc's IXDR_GET_LONG makes 4294967295 of a -1 that stands among
        // numbers. The type is left alone otherwise, so that an unsigned one is found out.
        Basic::Int => format!("harness_signed(sizeof({place}) > 4 ? (int32_t){place} : {place});"),
        Basic::Short | Basic::Hyper => format!("harness_signed({place});"),
        Basic::UnsignedChar | Basic::UnsignedShort | Basic::UnsignedInt | Basic::UnsignedHyper => {
            format!("harness_unsigned({place});")
        }
        Basic::Float => format!("harness_float({place});"),
        Basic::Double => format!("harness_double({place});"),
        Basic::Bool => format!("harness_text({place} ? \"true\" : \"false\");"),
        Basic::Quadruple => String::new(),
    }
}

/// A discriminant is shown as what it comes down to: a typedef of it may lead nowhere else.
fn behind_typedefs<'a>(model: &'a Model, ty: &'a Type) -> &'a Type {
    match ty {
        Type::Named(id) => match model.definition(*id) {
            Some(Definition::Typedef(it)) => behind_typedefs(model, &it.field.ty),
            _ => ty,
        },
        _ => ty,
    }
}
