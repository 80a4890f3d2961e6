//! Options of types that the output of another file holds: they count only if they are said for that file.

use super::{Request, Setting, Target};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::types::{DefinitionId, Model};
use crate::rust::choices::{Enumerations, Order, TypeChoices, UnknownDiscriminants};

/// A type as the output that holds it has it: the path of its file, and what is chosen there.
pub(crate) type Held<'a> = (String, &'a TypeChoices);

/// The requests for single types of `model` that the files which hold those types know nothing of.
pub(crate) fn unheard<'a>(
    requests: &[Request],
    model: &Model,
    held: impl Fn(DefinitionId) -> Option<Held<'a>>,
) -> Vec<Diagnostic> {
    let refused = |request: &Request| {
        let Target::Type(name, at) = &request.target else { return None };
        let index = model.definitions.iter().position(|it| super::choose::is_called(it, name))?;
        let (file, choices) = held(DefinitionId(index))?;
        let is_lost = !is_chosen(&request.setting, choices);
        is_lost.then(|| {
            let message = format!("`{name}` is emitted with `{file}`, of which this is not said");
            Diagnostic::error(Code::OptionTarget, *at, message)
                .label("said of a file that only includes it")
                .help(format!("say it in the `oncrpc.toml` beside `{file}`, or name one file for both with `--config`"))
        })
    };
    requests.iter().filter_map(refused).collect()
}

/// Whether what was chosen for a type is what `setting` asks for, or more.
fn is_chosen(setting: &Setting, chosen: &TypeChoices) -> bool {
    match setting {
        Setting::Enumerations(how) => chosen.open == (*how == Enumerations::Open),
        Setting::UnknownDiscriminants(how) => chosen.keeps_unknown == (*how == UnknownDiscriminants::Keep),
        Setting::Derive(traits) => traits.iter().all(|it| chosen.derives.contains(it)),
        Setting::Ord(ord) => *ord == (chosen.order != Order::None),
        Setting::Opaque(ty) => chosen.opaque == *ty,
        Setting::String(ty) => chosen.string == *ty,
        Setting::Rename(name) => chosen.name.as_ref() == Some(name),
        Setting::Member(member, name) => chosen.members.get(member) == Some(name),
        Setting::VerbatimNames(_) | Setting::Views(_) | Setting::Procedure(..) => true,
    }
}
