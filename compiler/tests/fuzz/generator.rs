//! Interfaces made from the grammar: most of them right, some slightly wrong.

use crate::dice::Dice;

/// Parted by `|`: names that mean something somewhere: to the language, to Rust, to emitted code, or to each other.
const NAMES: &str = "a|type|Self|self|crate|_|__|_x|x_|Foo|foo|FOO|fooBar|foo_bar|Foo_Bar|Option|Some|None|Ok|Err|Result|\
    Vec|String|Box|Default|rpc|Client|Service|server|value|input|out|other|discriminant|program|version|\
    new|clone|u32|r2d2";

const BASIC: &str = "int|unsigned|unsigned int|hyper|unsigned hyper|short|unsigned char|char|long|long long|float|double|\
    quadruple|bool|u_int|uint64_t|int8_t|bool_t|signed|unsigned long int";

/// What has been defined so far.
#[derive(Default)]
struct Scope {
    types: Vec<String>,
    /// With their enumerators.
    enums: Vec<(String, Vec<String>)>,
    constants: Vec<String>,
    names: usize,
}

/// The text of an interface.
pub(crate) fn interface(dice: &mut Dice) -> Vec<u8> {
    let mut scope = Scope::default();
    let mut out = String::new();
    for _ in 0..=dice.below(12) {
        let definition = definition(&mut scope, dice);
        out.push_str(&definition);
        out.push_str(dice.word("\n| |\n\n|\r\n|/* c */\n| // c\n|\n%#include <c.h>\n"));
    }
    if dice.one_in(3) { broken(&out, dice).into_bytes() } else { out.into_bytes() }
}

fn definition(scope: &mut Scope, dice: &mut Dice) -> String {
    match dice.below(9) {
        0 => constant(scope, dice),
        1 => enumeration(scope, dice),
        2 | 3 => structure(scope, dice),
        4 => union(scope, dice),
        5 => {
            let name = scope.name(dice);
            let declaration = declaration(scope, &name, 3, dice);
            scope.types.push(name);
            format!("typedef {declaration};")
        }
        6 => list(scope, dice),
        7 => format!("#if{} DEFINED\nconst {} = 1;\n#endif\n", dice.word("def|ndef|"), scope.name(dice)),
        _ => program(scope, dice),
    }
}

impl Scope {
    /// A new name, which may only be new to C and not to Rust.
    fn name(&mut self, dice: &mut Dice) -> String {
        self.names += 1;
        let name = dice.word(NAMES);
        match dice.below(4) {
            0 => format!("{name}_{}", self.names),
            1 => format!("{name}{}", self.names),
            2 => format!("{}{name}", "_".repeat(self.names % 5)),
            _ => format!("n{}", self.names),
        }
    }

    fn number(&self, dice: &mut Dice) -> String {
        match dice.below(6) {
            0 if !self.constants.is_empty() => dice.pick(&self.constants).clone(),
            1 => format!("({} << {})", dice.below(4), dice.below(8)),
            2 => format!("0x{:x}", dice.below(300)),
            _ => dice.below(40).to_string(),
        }
    }
}

fn constant(scope: &mut Scope, dice: &mut Dice) -> String {
    let (name, value) = (scope.name(dice), scope.number(dice));
    scope.constants.push(name.clone());
    match dice.below(5) {
        0 => format!("#define {name} {value}\n"),
        1 => format!("const {name} = {value} + {};", dice.below(9)),
        2 => {
            scope.constants.pop();
            format!("const {name} = \"te\\\"xt\\n\\x41\";")
        }
        _ => format!("const {name} = {value};"),
    }
}

fn enumeration(scope: &mut Scope, dice: &mut Dice) -> String {
    let name = scope.name(dice);
    let mut next = 0_usize;
    let mut members = Vec::new();
    let mut names = Vec::new();
    for _ in 0..=dice.below(6) {
        let member = format!("{}_{}", scope.name(dice), scope.names);
        next += 1 + dice.below(3);
        members.push(if dice.one_in(2) { format!("{member} = {next}") } else { member.clone() });
        names.push(member);
    }
    scope.enums.push((name.clone(), names));
    scope.types.push(name.clone());
    format!("/** About {name}: `x`, [y] & \\z. */ enum {name} {{ {} }};", members.join(", "))
}

fn structure(scope: &mut Scope, dice: &mut Dice) -> String {
    let name = scope.name(dice);
    let body = members(scope, 3, dice);
    scope.types.push(name.clone());
    format!("struct {name} {{ {body} }};")
}

fn members(scope: &mut Scope, depth: usize, dice: &mut Dice) -> String {
    let members = (0..dice.below(6)).map(|_| {
        let name = scope.name(dice);
        let member = declaration(scope, &name, depth, dice);
        format!("{member};{}", dice.word("| /* said */|\n// said\n"))
    });
    members.collect::<Vec<_>>().join(" ")
}

fn union(scope: &mut Scope, dice: &mut Dice) -> String {
    let name = scope.name(dice);
    let body = union_body(scope, 3, dice);
    scope.types.push(name.clone());
    format!("union {name} {body};")
}

fn union_body(scope: &mut Scope, depth: usize, dice: &mut Dice) -> String {
    let (discriminant, labels) = match dice.below(4) {
        0 | 1 if !scope.enums.is_empty() => scope.enums[dice.below(scope.enums.len())].clone(),
        2 => ("bool".to_owned(), vec!["TRUE".to_owned(), "FALSE".to_owned()]),
        _ => {
            let ty = dice.word("int|unsigned|short|hyper").to_string();
            (ty, (0..5).map(|n: usize| (n * n + n % 2).to_string()).collect())
        }
    };
    let mut arms = String::new();
    for label in labels.iter().take(1 + dice.below(labels.len())) {
        arms.push_str(&format!("case {label}: "));
        if dice.below(4) > 0 {
            let member = scope.name(dice);
            arms.push_str(&declaration(scope, &member, depth, dice));
            arms.push_str("; ");
        }
    }
    if !arms.trim_end().ends_with(';') {
        arms.push_str("void; ");
    }
    if dice.one_in(2) {
        arms.push_str(dice.word("default: void;|default: opaque rest<>;|default: int n1[2];"));
    }
    let name = scope.name(dice);
    format!("switch ({discriminant} {name}) {{ {arms} }}")
}

/// `struct node { ...; node *next; }`, sometimes through other types or a typedef.
fn list(scope: &mut Scope, dice: &mut Dice) -> String {
    let (node, other) = (scope.name(dice), scope.name(dice));
    let body = members(scope, 1, dice);
    scope.types.extend([node.clone(), other.clone()]);
    match dice.below(6) {
        0 => format!("struct {node} {{ {body} {other} *n_next; }}; struct {other} {{ {node} *n_next; }};"),
        4 => {
            let (third, link) = (scope.name(dice), scope.name(dice));
            let more = members(scope, 1, dice);
            scope.types.extend([third.clone(), link.clone()]);
            format!(
                "typedef struct {third} *{link}; struct {node} {{ {body} {other} *n_next; }};
                struct {other} {{ {more} {link} n_next; }}; struct {third} {{ {node} *n_next; }};"
            )
        }
        5 => format!("struct {node} {{ {body} {other} n_rest; }}; struct {other} {{ int n_value; {node} *n_next; }};"),
        1 => format!("typedef struct {node} *{other}; struct {node} {{ {body} {other} n_next; }};"),
        2 => format!("struct {node} {{ {body} {node} *n_left; {node} *n_right; }}; typedef {node} {other}<>;"),
        _ => format!("struct {node} {{ {body} struct {node} *n_next; }}; typedef {node} *{other};"),
    }
}

/// A declaration of a name.
fn declaration(scope: &mut Scope, name: &str, depth: usize, dice: &mut Dice) -> String {
    let number = scope.number(dice);
    match dice.below(10) {
        0 => format!("string {name}<{}>", dice.pick(&["", "255", number.as_str()])),
        1 => format!("opaque {name}<{}>", dice.pick(&["", "8", number.as_str()])),
        2 => format!("opaque {name}[{number}]"),
        3 if depth > 0 => format!("struct {{ {} int n_last; }} {name}", members(scope, depth - 1, dice)),
        4 if depth > 0 => format!("union {} {name}", union_body(scope, depth - 1, dice)),
        _ => {
            let ty = match dice.below(2) {
                0 if !scope.types.is_empty() => dice.pick(&scope.types).clone(),
                _ => dice.word(BASIC).to_owned(),
            };
            let form = dice.below(6);
            let bound = if form == 3 { dice.pick(&["", "7", number.as_str()]).to_string() } else { number };
            match form {
                0 => format!("{ty} *{name}"),
                1 => format!("{ty} {name}[{bound}]"),
                3 => format!("{ty} {name}<{bound}>"),
                _ => format!("{ty} {name}"),
            }
        }
    }
}

fn program(scope: &mut Scope, dice: &mut Dice) -> String {
    let mut versions = String::new();
    for version in 1..=1 + dice.below(2) {
        let mut procedures = String::new();
        for number in 0..dice.below(5) {
            let arguments: Vec<String> = (0..dice.below(4)).map(|_| argument(scope, dice)).collect();
            let arguments = if arguments.is_empty() { "void".to_owned() } else { arguments.join(", ") };
            let result = dice.word("void|int|string|int *|opaque<9>").to_string();
            let result =
                if dice.one_in(2) && !scope.types.is_empty() { dice.pick(&scope.types).clone() } else { result };
            procedures.push_str(&format!("{result} {}({arguments}) = {number}; ", scope.name(dice)));
        }
        versions.push_str(&format!("version {} {{ {procedures} }} = {version}; ", scope.name(dice)));
    }
    let number = 0x2000_0000 + scope.names;
    format!("program {} {{ {versions} }} = {number};", scope.name(dice))
}

fn argument(scope: &mut Scope, dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => dice.word("string<9>|string|opaque<>|int<4>|hyper *|int[2]").to_string(),
        1 if !scope.types.is_empty() => dice.pick(&scope.types).clone(),
        2 => format!("{} {}", dice.word(BASIC), scope.name(dice)),
        _ => dice.word(BASIC).to_string(),
    }
}

/// With a few words lost, doubled, exchanged or put elsewhere.
fn broken(text: &str, dice: &mut Dice) -> String {
    let mut words: Vec<&str> = text.split_inclusive([' ', ';', '(', '<', '{', '[']).collect();
    for _ in 0..=dice.below(2) {
        let (at, other) = (dice.below(words.len()), dice.below(words.len()));
        match dice.below(4) {
            _ if words.is_empty() => {}
            0 => drop(words.remove(at)),
            1 => words.insert(at, words[other]),
            2 => words.swap(at, other),
            _ => words[at] = dice.word(NAMES),
        }
    }
    words.concat()
}
