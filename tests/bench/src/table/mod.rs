//! The scenarios: one file for those of a kind.

mod calls;
mod codec;
mod compiling;
mod nfs;
mod system_calls;

use crate::scenario::Scenario;

/// All scenarios, in the order of the report.
pub(crate) fn scenarios() -> Vec<Scenario> {
    [codec::scenarios(), calls::scenarios(), system_calls::scenarios(), compiling::scenarios(), nfs::scenarios()]
        .into_iter()
        .flatten()
        .collect()
}
