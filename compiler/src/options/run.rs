use crate::model::types::Model;

/// The files of a run, as far as options that hold for all of them look.
pub(crate) struct Run<'a> {
    pub(super) models: Vec<&'a Model>,
    /// Whether these are all: a file with errors has no model.
    pub(super) whole: bool,
}

impl<'a> Run<'a> {
    pub(crate) fn new(models: Vec<Option<&'a Model>>) -> Self {
        let whole = models.iter().all(Option::is_some);
        Self { models: models.into_iter().flatten().collect(), whole }
    }
}
