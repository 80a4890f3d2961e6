/// A procedure of one version of a program, and what its interface says of it.
///
/// Emitted code has a constant for each: `calc_v1::procedure::ADD`.
///
/// ```
/// use oncrpc::Procedure;
///
/// const ADD: Procedure = Procedure::new(0x2000_0099, 1, 1, "ADD").largest_arguments(8).idempotent();
/// assert!(ADD.is_idempotent());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Procedure {
    program: u32,
    version: u32,
    number: u32,
    name: &'static str,
    largest_arguments: Option<usize>,
    repetition: Repetition,
}

/// What is known of carrying a call out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repetition {
    Unknown,
    Harmless,
    Harmful,
}

impl Procedure {
    /// Procedure `number` of a version, called `name` in the interface. Its arguments have no bound, and it is neither
    /// idempotent nor the contrary.
    pub const fn new(program: u32, version: u32, number: u32, name: &'static str) -> Self {
        Self { program, version, number, name, largest_arguments: None, repetition: Repetition::Unknown }
    }

    /// Its arguments take at most so many bytes.
    ///
    /// A call that comes in pieces over a stream and announces more, beyond a slack of 1 KiB, is refused as soon as its
    /// header has come. Stops a peer from making the server keep what no procedure would take.
    #[must_use]
    pub const fn largest_arguments(mut self, bytes: usize) -> Self {
        self.largest_arguments = Some(bytes);
        self
    }

    /// To carry it out twice is as good as once: a client may send a call again without knowing what became of it.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.repetition = Repetition::Harmless;
        self
    }

    /// It must not be carried out twice: a server answers a repeated call from what it replied before.
    #[must_use]
    pub const fn at_most_once(mut self) -> Self {
        self.repetition = Repetition::Harmful;
        self
    }

    /// The program.
    pub const fn program(&self) -> u32 {
        self.program
    }

    /// The version of the program.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Its number in that version.
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// Its name in the interface.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The most bytes that its arguments take; `None` without a bound.
    pub const fn arguments_limit(&self) -> Option<usize> {
        self.largest_arguments
    }

    /// Whether it is known that a call may be carried out twice.
    pub const fn is_idempotent(&self) -> bool {
        matches!(self.repetition, Repetition::Harmless)
    }

    /// Whether it is known that a call must not be carried out twice.
    pub const fn is_at_most_once(&self) -> bool {
        matches!(self.repetition, Repetition::Harmful)
    }
}
