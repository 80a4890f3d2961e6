use super::Setting;
use crate::rust::choices::{Enumerations, OpaqueType, StringType, UnknownDiscriminants};

/// Options for one type: see `Compiler::type_options`, and docs/options.md for what each means.
#[derive(Clone, Debug, Default)]
pub struct TypeOptions {
    settings: Vec<Setting>,
}

impl TypeOptions {
    /// No options yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether an enumeration keeps unknown numbers.
    #[must_use]
    pub fn enumerations(self, how: Enumerations) -> Self {
        self.with(Setting::Enumerations(how))
    }

    /// Whether a union without a default arm keeps unknown discriminants.
    #[must_use]
    pub fn unknown_discriminants(self, how: UnknownDiscriminants) -> Self {
        self.with(Setting::UnknownDiscriminants(how))
    }

    /// Derives further traits, given by their paths. Those of the standard library are passed over if the type cannot
    /// have them.
    #[must_use]
    pub fn derive<T: Into<String>>(self, traits: impl IntoIterator<Item = T>) -> Self {
        self.with(Setting::Derive(traits.into_iter().map(Into::into).collect()))
    }

    /// Whether to derive `PartialOrd`, and `Ord` where nothing is floating. What the type holds must have them.
    #[must_use]
    pub fn ord(self, ord: bool) -> Self {
        self.with(Setting::Ord(ord))
    }

    /// The Rust type of opaque data in it.
    #[must_use]
    pub fn opaque(self, ty: OpaqueType) -> Self {
        self.with(Setting::Opaque(ty))
    }

    /// The Rust type of strings in it.
    #[must_use]
    pub fn string(self, ty: StringType) -> Self {
        self.with(Setting::String(ty))
    }

    /// Its name in Rust.
    #[must_use]
    pub fn rename(self, name: impl Into<String>) -> Self {
        self.with(Setting::Rename(name.into()))
    }

    /// The name in Rust of a structure's member, an enumeration's enumerator or a union's case label; `default` is the
    /// default arm.
    #[must_use]
    pub fn member(self, member: impl Into<String>, name: impl Into<String>) -> Self {
        self.with(Setting::Member(member.into(), name.into()))
    }

    pub(crate) fn settings(self) -> Vec<Setting> {
        self.settings
    }

    fn with(mut self, setting: Setting) -> Self {
        self.settings.push(setting);
        self
    }
}
