//! Random interfaces within what C's rpcgen takes: combinations that nobody would think of writing down.

use crate::random::Random;
use std::fmt::Write;

/// The most bytes that a value takes before anything of variable size is in it: fixed arrays of fixed arrays grow fast.
const LARGEST: usize = 1000;

const NUMBERS: &[(&str, usize)] = &[
    ("char", 4),
    ("unsigned char", 4),
    ("short", 4),
    ("unsigned short", 4),
    ("int", 4),
    ("unsigned int", 4),
    ("long", 4),
    ("unsigned long", 4),
    ("hyper", 8),
    ("unsigned hyper", 8),
    ("float", 4),
    ("double", 8),
    ("bool", 4),
];

/// The text of an interface of `count` types.
pub(crate) fn interface(random: &mut Random, count: usize) -> String {
    // rpcgen uses the name in C, where there is no such type.
    let mut generator = Generator { random, text: "%#define bool bool_t\n".into(), types: Vec::new() };
    for index in 0..count {
        generator.definition(index);
    }
    generator.text
}

struct Generator<'a> {
    random: &'a mut Random,
    text: String,
    /// What is defined so far.
    types: Vec<Defined>,
}

#[derive(Clone)]
struct Defined {
    name: String,
    /// The fewest bytes of a value.
    size: usize,
    /// The number of enumerators, `E{index}_0` and so on; 0 for other types.
    enumerators: usize,
}

impl Generator<'_> {
    fn definition(&mut self, index: usize) {
        let (size, enumerators) = match self.random.below(6) {
            0 => self.enumeration(index),
            1 => (self.union(index), 0),
            2 => (self.typedef(index), 0),
            _ => (self.structure(index), 0),
        };
        self.types.push(Defined { name: format!("t{index}"), size, enumerators });
    }

    fn enumeration(&mut self, index: usize) -> (usize, usize) {
        let count = 1 + self.random.below(5);
        let value = |random: &mut Random, number: usize| match random.below(3) {
            0 => format!(" = {}", 100 * number + random.below(100)),
            1 => format!(" = -{}", 100 * number + random.below(100)),
            _ => format!(" = {:#x}", 0x1000_0000 * number + random.below(0x1000_0000)),
        };
        let enumerators: Vec<_> =
            (0..count).map(|number| format!("E{index}_{number}{}", value(self.random, number))).collect();
        writeln!(self.text, "enum t{index} {{ {} }};", enumerators.join(", ")).expect("a string takes all");
        (4, count)
    }

    fn structure(&mut self, index: usize) -> usize {
        let mut size = 0;
        let mut members = String::new();
        for number in 0..1 + self.random.below(7) {
            let (member, more) = self.declaration(&format!("m{number}"), LARGEST - size.min(LARGEST), Some(index));
            members += &format!("    {member};\n");
            size += more;
        }
        let next = match self.random.below(8) {
            0 | 1 => Some(format!("t{index}")),
            2 => Some(self.turn(index)),
            _ => None,
        };
        if let Some(next) = next {
            members += &format!("    struct {next} *next;\n");
            size += 4;
        }
        writeln!(self.text, "struct t{index} {{\n{members}}};").expect("a string takes all");
        size
    }

    /// A structure that takes turns with `t{index}` in a list.
    fn turn(&mut self, index: usize) -> String {
        let (member, _) = self.declaration("m0", LARGEST, None);
        let name = format!("t{index}_turn");
        writeln!(self.text, "struct {name} {{\n    {member};\n    struct t{index} *next;\n}};")
            .expect("a string takes all");
        name
    }

    fn union(&mut self, index: usize) -> usize {
        let enumerations: Vec<(usize, usize)> = self.types.iter().map(|it| it.enumerators).enumerate().collect();
        let enumerations: Vec<_> = enumerations.into_iter().filter(|(_, count)| *count > 0).collect();
        let (discriminant, cases) = match self.random.below(4) {
            0 => ("int".to_owned(), vec!["0".to_owned(), "-1".into(), "1000".into(), "0x7fffffff".into()]),
            1 => ("unsigned int".to_owned(), vec!["0".into(), "7".into(), "4000000000".into()]),
            2 if !enumerations.is_empty() => {
                let (of, count) = *self.random.pick(&enumerations);
                (format!("t{of}"), (0..count).map(|number| format!("E{of}_{number}")).collect())
            }
            _ => ("bool".to_owned(), vec!["TRUE".into(), "FALSE".into()]),
        };
        let mut arms = String::new();
        let mut least = usize::MAX;
        for (number, case) in cases.iter().enumerate() {
            let first = number == 0;
            if !first && self.random.once_in(5) {
                continue;
            }
            let (arm, size) = self.arm(number, index);
            arms += &format!("case {case}:\n    {arm};\n");
            least = least.min(size);
        }
        if self.random.once_in(3) {
            let (arm, size) = self.arm(cases.len(), index);
            arms += &format!("default:\n    {arm};\n");
            least = least.min(size);
        }
        writeln!(self.text, "union t{index} switch ({discriminant} which) {{\n{arms}}};").expect("a string takes all");
        4 + least
    }

    fn arm(&mut self, number: usize, index: usize) -> (String, usize) {
        if self.random.once_in(4) {
            ("void".into(), 0)
        } else {
            self.declaration(&format!("a{number}"), LARGEST, Some(index))
        }
    }

    fn typedef(&mut self, index: usize) -> usize {
        let (declaration, size) = self.declaration(&format!("t{index}"), LARGEST, None);
        writeln!(self.text, "typedef {declaration};").expect("a string takes all");
        size
    }

    /// A declaration of `name` whose values take at least so many bytes. `within` is the structure or union that it is
    /// in, and to which optional data may lead back.
    fn declaration(&mut self, name: &str, room: usize, within: Option<usize>) -> (String, usize) {
        let bound = 1 + self.random.below(5);
        match self.random.below(12) {
            0 => (format!("opaque {name}[{bound}]"), bound.next_multiple_of(4)),
            1 => (format!("opaque {name}<{bound}>"), 4),
            2 => (format!("opaque {name}<>"), 4),
            3 => (format!("string {name}<{bound}>"), 4),
            4 => (format!("string {name}<>"), 4),
            form => {
                let (ty, size) = self.element(room / bound);
                match form {
                    5 => (format!("{ty} {name}[{bound}]"), bound * size),
                    6 => (format!("{ty} {name}<{bound}>"), 4),
                    7 => (format!("{ty} {name}<>"), 4),
                    8 => (format!("{ty} *{name}"), 4),
                    9 => (within.map_or(format!("{ty} *{name}"), |index| format!("struct t{index} *{name}")), 4),
                    _ => (format!("{ty} {name}"), size),
                }
            }
        }
    }

    /// The type of a member or element, of which a value takes at most `room` bytes at least.
    fn element(&mut self, room: usize) -> (String, usize) {
        let fitting: Vec<Defined> = self.types.iter().filter(|it| it.size <= room).cloned().collect();
        if fitting.is_empty() || self.random.once_in(3) {
            let (name, size) = *self.random.pick(NUMBERS);
            (name.to_owned(), size)
        } else {
            let it = self.random.pick(&fitting);
            (it.name.clone(), it.size)
        }
    }
}
