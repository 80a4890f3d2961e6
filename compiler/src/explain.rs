//! What every code means, at length: `oncrpc explain E0103`. A page says what is wrong, shows a file that is refused for it
//! and one that is not.

#[cfg(test)]
mod tests;

use crate::diagnostic::Code;
use crate::lint::Lint;

/// The page of a lint or of a code, `E` and leading zeros optional; `None` if there is none of that name.
pub(crate) fn find(name: &str) -> Option<&'static str> {
    if let Some(lint) = Lint::of_name(name) {
        return Some(page(lint.code()));
    }
    let number: u16 = name.strip_prefix(['E', 'e']).unwrap_or(name).parse().ok()?;
    Code::ALL.iter().find(|code| **code as u16 == number).map(|code| page(*code))
}

/// The page of a code.
pub(crate) fn page(code: Code) -> &'static str {
    match code {
        Code::Syntax => include_str!("explain/E0001.md"),
        Code::NestingTooDeep => include_str!("explain/E0002.md"),
        Code::UnterminatedComment => include_str!("explain/E0003.md"),
        Code::BadLiteral => include_str!("explain/E0004.md"),
        Code::IncludeNotFound => include_str!("explain/E0010.md"),
        Code::IncludeCycle => include_str!("explain/E0011.md"),
        Code::BadDirective => include_str!("explain/E0012.md"),
        Code::UnbalancedConditional => include_str!("explain/E0013.md"),
        Code::BadCondition => include_str!("explain/E0014.md"),
        Code::ErrorDirective => include_str!("explain/E0015.md"),
        Code::BadMacroUse => include_str!("explain/E0016.md"),
        Code::IncludeOutside => include_str!("explain/E0017.md"),
        Code::DifferentWhereIncluded => include_str!("explain/E0018.md"),
        Code::DuplicateType => include_str!("explain/E0101.md"),
        Code::DuplicateConstant => include_str!("explain/E0102.md"),
        Code::UndefinedType => include_str!("explain/E0103.md"),
        Code::UndefinedConstant => include_str!("explain/E0104.md"),
        Code::DuplicateMember => include_str!("explain/E0105.md"),
        Code::RecursiveConstant => include_str!("explain/E0110.md"),
        Code::ConstantOverflow => include_str!("explain/E0111.md"),
        Code::BadExpression => include_str!("explain/E0112.md"),
        Code::EnumeratorOutOfRange => include_str!("explain/E0113.md"),
        Code::VoidNotAllowed => include_str!("explain/E0120.md"),
        Code::BadBound => include_str!("explain/E0121.md"),
        Code::InfiniteSize => include_str!("explain/E0122.md"),
        Code::ZeroSizeElements => include_str!("explain/E0123.md"),
        Code::TooLarge => include_str!("explain/E0124.md"),
        Code::BadForm => include_str!("explain/E0125.md"),
        Code::TypesTooDeep => include_str!("explain/E0126.md"),
        Code::BadDiscriminant => include_str!("explain/E0130.md"),
        Code::DuplicateCase => include_str!("explain/E0131.md"),
        Code::CaseOutsideType => include_str!("explain/E0132.md"),
        Code::NoArms => include_str!("explain/E0133.md"),
        Code::DuplicateDefault => include_str!("explain/E0134.md"),
        Code::DuplicateProgram => include_str!("explain/E0140.md"),
        Code::DuplicateVersion => include_str!("explain/E0141.md"),
        Code::DuplicateProcedure => include_str!("explain/E0142.md"),
        Code::NumberOutOfRange => include_str!("explain/E0143.md"),
        Code::BadOption => include_str!("explain/E0150.md"),
        Code::OptionTarget => include_str!("explain/E0151.md"),
        Code::BadName => include_str!("explain/E0152.md"),
        Code::NoViews => include_str!("explain/E0153.md"),
        Code::IdempotentOnce => include_str!("explain/E0154.md"),
        Code::OnewayResult => include_str!("explain/E0155.md"),
        Code::DeferredOneway => include_str!("explain/E0156.md"),
        Code::NothingToWalk => include_str!("explain/E0157.md"),
        Code::Portability => include_str!("explain/portability.md"),
        Code::Unbounded => include_str!("explain/unbounded.md"),
        Code::MissingArm => include_str!("explain/missing-arm.md"),
        Code::NameClash => include_str!("explain/name-clash.md"),
    }
}
