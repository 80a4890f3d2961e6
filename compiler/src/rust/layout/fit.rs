//! What fits on a line and where it is broken, after Oppen's "Prettyprinting" (1980): a group that fits stays as it is,
//! any other is broken at each of its places.

/// A part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Text(&'a str),
    /// Where a group begins; if it is broken, its lines are set in by so many columns more.
    Open(usize),
    Close,
    Place(&'static Place),
    /// The line is not broken here, but what stands behind need not fit for what stands before.
    Seam,
}

/// Where a line may be broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// What stands there if the line is whole.
    pub(super) whole: &'static str,
    /// What ends the upper line, and what begins the lower one, if it is broken.
    pub(super) upper: &'static str,
    pub(super) lower: &'static str,
    /// By how many columns the lower line is set in less than the others of the group.
    pub(super) back: usize,
}

/// How many columns a line has, and how many are left to one that is set in far.
const MARGIN: usize = 93;
const LEAST: usize = 60;

/// Whether a line of so many bytes is none to be broken.
pub(super) fn fits(indent: usize, length: usize) -> bool {
    length <= room(indent)
}

fn room(indent: usize) -> usize {
    MARGIN.saturating_sub(indent).max(LEAST)
}

/// Enough bytes for most lines that are broken.
const TEXT: usize = 512;

/// Sets in what follows.
pub(super) fn push_blanks(text: &mut String, count: usize) {
    const BLANKS: &str = "                                ";
    match BLANKS.get(..count) {
        Some(blanks) => text.push_str(blanks),
        None => text.extend(std::iter::repeat_n(' ', count)),
    }
}

/// The lines of a group set in by `indent` columns, which the first line does not have yet.
pub(super) fn print(tokens: &[Token<'_>], indent: usize) -> String {
    let mut printer = Printer { text: String::with_capacity(TEXT), indent, room: room(indent), groups: Vec::new() };
    push_blanks(&mut printer.text, indent);
    for (token, size) in tokens.iter().zip(sizes(tokens)) {
        match *token {
            Token::Text(text) => printer.push(text),
            Token::Open(indent) => printer.open(indent, size),
            Token::Close => printer.close(),
            Token::Place(place) => printer.place(place),
            Token::Seam => {}
        }
    }
    printer.text
}

/// For each group how long it is on one line, with what follows it up to the next place that is not in a group of its own;
/// 0 for what is no group.
fn sizes(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut sizes = vec![0; tokens.len()];
    // From here to the end, and from the next place to the end; the latter for each group around as well.
    let (mut width, mut from_place) = (0_usize, 0);
    let mut around = Vec::new();
    for (token, size) in tokens.iter().zip(&mut sizes).rev() {
        match token {
            Token::Text(text) => width += text.len(),
            Token::Close => around.push(from_place),
            Token::Open(_) => {
                from_place = around.pop().unwrap_or_default();
                *size = width.saturating_sub(from_place);
            }
            Token::Place(place) => {
                // A comma behind the last of a list is not looked at.
                width += if place.whole == "," { 0 } else { place.whole.len() };
                from_place = width;
            }
            Token::Seam => from_place = width,
        }
    }
    sizes
}

struct Printer {
    text: String,
    indent: usize,
    /// How many columns the line has left.
    room: usize,
    /// For each open group, if it is broken, how far the text around it is set in.
    groups: Vec<Option<usize>>,
}

impl Printer {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.room = self.room.saturating_sub(text.len());
    }

    fn open(&mut self, indent: usize, size: usize) {
        let is_broken = size > self.room;
        self.groups.push(is_broken.then_some(self.indent));
        self.indent += if is_broken { indent } else { 0 };
    }

    fn close(&mut self) {
        if let Some(indent) = self.groups.pop().flatten() {
            self.indent = indent;
        }
    }

    fn place(&mut self, place: &'static Place) {
        let is_broken = self.groups.last().is_some_and(Option::is_some);
        if !is_broken {
            return self.push(place.whole);
        }
        let indent = self.indent.saturating_sub(place.back);
        self.text.push_str(place.upper);
        self.text.push('\n');
        push_blanks(&mut self.text, indent);
        self.room = room(indent);
        self.push(place.lower);
    }
}
