//! Interfaces that include each other, compiled together: each type is there once, and the bytes are the same.

use oncrpc::xdr::{Text, Xdr, from_bytes, to_bytes};
use oncrpc::{Call, Result, Server};
use oncrpc_compiler::Compiler;
use oncrpc_tests::c::root;
use oncrpc_tests::interfaces::{alone, module_views, modules, together};
use std::fs;
use std::path::Path;

const FILES: &[&str] = &["common", "a", "b", "ask", "tell"];

#[test]
fn outputs_are_as_they_were() {
    let out_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("modules");
    fs::create_dir_all(&out_dir).unwrap();
    let folder = root().join("tests/modules");
    let inputs = FILES.iter().map(|name| folder.join(format!("{name}.x")));
    let outputs = Compiler::new().out_dir(out_dir).compile_all(inputs).into_result().unwrap();
    for (name, output) in FILES.iter().zip(outputs) {
        let (found, place) = (fs::read_to_string(output).unwrap(), folder.join(name).join("output.rs"));
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, &found).unwrap();
        }
        assert!(fs::read_to_string(&place).unwrap_or_default() == found, "{name}: BLESS=1 takes the new output over");
    }
}

#[test]
fn every_type_is_emitted_once() {
    let text = |name: &str| fs::read_to_string(root().join(format!("tests/modules/{name}/output.rs"))).unwrap();
    let all: String = FILES.iter().map(|name| text(name)).collect();
    for line in all.lines().filter(|line| line.contains("impl rpc::Xdr for") || line.contains("impl rpc::Turns for")) {
        assert_eq!(all.matches(line).count(), 1, "{line}");
    }
    let of_b = text("b");
    let own: Vec<&str> = of_b.lines().filter_map(|line| line.trim().strip_prefix("impl rpc::Xdr for ")).collect();
    assert_eq!(own, ["Parcel {"]);
}

fn name(text: &str) -> Text {
    text.into()
}

fn route() -> modules::a::Path {
    let entries = ["x", "yz"].map(|text| modules::common::Entry { text: name(text) });
    modules::a::Path {
        points: vec![modules::common::Point { x: 1, y: -1 }; 3],
        tint: modules::common::Shade::Green,
        names: entries.to_vec(),
    }
}

fn packed() -> modules::b::Parcel {
    use modules::{a::Choice, common::Outcome};
    let last = Outcome::Case0(name("done"));
    modules::b::Parcel {
        way: route(),
        last: last.clone(),
        picked: [Choice::Red(route()), Choice::Green(last)],
        key: b"key".to_vec().into(),
    }
}

fn node() -> modules::a::Node {
    let leaf = Some(Box::new(modules::common::Tree { text: name("leaf"), children: Vec::new() }));
    let root = modules::common::Tree { text: name("root"), children: vec![leaf.clone(), None, leaf] };
    let below = modules::a::Node { root: root.clone(), left: None, route: route() };
    modules::a::Node { root, left: Some(Box::new(below)), route: route() }
}

/// The bytes of a value, which are those of the same type with everything in one file.
fn same<One: Xdr<Value = One>, Other: Xdr<Value = Other>>(value: &One) {
    let bytes = to_bytes::<One>(value).unwrap();
    let other = from_bytes::<Other>(&bytes).unwrap();
    assert_eq!(to_bytes::<Other>(&other).unwrap(), bytes);
    assert!(bytes.len() > 40, "there is something in it");
}

#[test]
fn bytes_are_those_of_a_single_file() {
    same::<_, alone::Parcel>(&packed());
    same::<_, alone::Node>(&node());
    same::<_, together::Parcel>(&packed());
    same::<_, module_views::b::Parcel>(&packed());
    assert_eq!(modules::common::NAME_LEN, alone::NAME_LEN);
}

#[test]
fn nodes_of_a_list_may_stand_in_two_files() {
    use modules::{ask::Ask, ask::AskOrTell, ask::Talk, tell::Answers, tell::Tell};
    let ask = || AskOrTell::from(Ask { question: name("how long is a list of turns?") });
    let tell = || AskOrTell::from(Tell { answer: 42 });
    let talk = Talk { begun: vec![ask(), tell()], last: vec![tell()] };
    same::<_, module_views::ask::Talk>(&talk);
    same::<_, module_views::tell::Answers>(&Answers { list: vec![vec![tell(), ask()]], all: talk });
}

struct Packer;

impl modules::b::b_v1::Service for Packer {
    fn pack(&self, _call: &Call, given: modules::b::Parcel, by: modules::a::Node) -> Result<modules::b::Parcel> {
        Ok(modules::b::Parcel { way: by.route, ..given })
    }

    fn tint(&self, _call: &Call, paint: modules::b::Paint) -> Result<modules::b::Paint> {
        Ok(paint)
    }

    fn count(&self, _call: &Call, handle: modules::a::Handle) -> Result<modules::a::Common> {
        Ok(handle.len() as i32)
    }
}

/// Looks at what other modules define in place.
struct Looker;

impl module_views::a::v1::Service for Looker {
    fn look(&self, _call: &Call, name: oncrpc::codegen::TextView<'_>) -> Result<module_views::common::Outcome> {
        Ok(module_views::common::Outcome::Case0(String::from_utf8_lossy(name.as_bytes()).as_ref().into()))
    }

    fn r#move(
        &self,
        _call: &Call,
        by: module_views::common::Point,
        _color: module_views::common::Color,
    ) -> Result<module_views::common::Point> {
        Ok(module_views::common::Point { x: by.x + 1, ..by })
    }

    fn trace(
        &self,
        _call: &Call,
        names: oncrpc::codegen::ListView<'_, module_views::common::Entry>,
    ) -> Result<module_views::a::Path> {
        let names = names.iter().map(|it| String::from_utf8_lossy(it.text.as_bytes()).as_ref().into());
        let names = names.map(|text| module_views::common::Entry { text }).collect();
        Ok(module_views::a::Path { names, tint: module_views::common::Color::Red, points: Vec::new() })
    }

    fn choose(&self, _call: &Call, choice: module_views::a::ChoiceView<'_>) -> Result<module_views::a::Choice> {
        use module_views::{a::Choice, a::ChoiceView, common::Outcome};
        Ok(match choice {
            ChoiceView::Red(path) => Choice::Green(Outcome::Default(path.points.iter().map(|it| it.y).sum())),
            ChoiceView::Green(_) => Choice::Red(module_views::a::Path::default()),
        })
    }
}

#[test]
fn calls_carry_types_of_other_files() {
    let server = Server::new().serve(modules::b::b_v1::server(Packer)).serve(module_views::a::v1::server(Looker));
    let running = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let address = running.addresses()[0].clone();
    let b = modules::b::b_v1::Client::connect(&address).unwrap();
    assert_eq!(b.pack(&packed(), &node()).unwrap(), packed());
    assert_eq!(b.tint(modules::common::Color::Red).unwrap(), modules::common::Shade::Red);
    assert_eq!(b.count(b"1234".to_vec()).unwrap(), 4);

    let a = modules::a::v1::Client::connect(&address).unwrap();
    let moved = a.r#move(&modules::common::Point { x: 1, y: 2 }, modules::common::Color::Green).unwrap();
    assert_eq!(moved, modules::common::Point { x: 2, y: 2 });
    assert_eq!(a.trace(route().names).unwrap().names, route().names);
    let chosen = a.choose(&modules::a::Choice::Red(route())).unwrap();
    assert_eq!(chosen, modules::a::Choice::Green(modules::common::Outcome::Default(-3)));
    let look = module_views::a::v1::Client::connect(&address).unwrap();
    let shown = look.look_look("you", |outcome| format!("{outcome:?}")).unwrap();
    assert!(shown.contains("you"), "{shown}");
}
