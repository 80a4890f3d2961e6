use std::fmt;

/// What is counted, for each time that an operation is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Of the process, outside the kernel.
    Instructions,
    /// Calls of malloc and its like.
    Allocations,
    /// Calls of the kernel.
    Syscalls,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Instructions, Self::Allocations, Self::Syscalls];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Allocations => "allocations",
            Self::Syscalls => "syscalls",
        }
    }

    /// By what part it may grow before that is a failure.
    pub(crate) const fn tolerance(self) -> f64 {
        match self {
            Self::Instructions => 0.03,
            Self::Allocations | Self::Syscalls => 0.005,
        }
    }

    /// Whether it depends on the compiler.
    pub(crate) const fn is_compiled(self) -> bool {
        matches!(self, Self::Instructions)
    }

    /// A count as it is shown and kept.
    pub(crate) fn show(self, count: f64) -> String {
        match self {
            Self::Instructions => format!("{count:.1}"),
            Self::Allocations | Self::Syscalls => format!("{count:.3}"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}
