//! A chart a group: how near each contestant comes to the limit.

use super::markdown::number;
use crate::rounds::Measured;
use crate::scenario::{Better, Group};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::path::Path;

const WIDTH: i32 = 900;
/// Left of the bars, for the names of contestants.
const LEFT: i32 = 150;
/// Right of the longest bar, for its figure.
const RIGHT: i32 = 110;
const TOP: i32 = 56;
const BAR: i32 = 14;
/// Above the bars of a scenario, for its name.
const NAME: i32 = 18;
const GAP: i32 = 12;

/// Ours is dark, others are pale; a bar as long as the limit's reaches the line at 1.
const OURS: RGBColor = RGBColor(0x1f, 0x6f, 0xb4);
const OTHER: RGBColor = RGBColor(0xb8, 0xc4, 0xd0);
const LIMIT: RGBColor = RGBColor(0xc0, 0x39, 0x2b);

/// Bars beyond this many times the limit are cut, unless ours are.
const LONGEST: f64 = 1.25;
/// All are cut here.
const LONGEST_OF_OURS: f64 = 5.0;

/// A bar: whose, and the part of the limit's speed that it comes to.
struct Bar<'a> {
    whose: &'a str,
    ours: bool,
    part: f64,
}

/// # Errors
/// The file cannot be written.
pub(super) fn draw(file: &Path, group: Group, measured: &[&Measured<'_>]) -> Result<(), String> {
    let limit = |it: &Measured<'_>| it.limit().map_or("", |(limit, _)| limit.name);
    let name = |it: &Measured<'_>| format!("{} (1 is {})", it.scenario.name, limit(it));
    let rows: Vec<_> = measured.iter().map(|it| (name(it), bars(it))).collect();
    let rows: Vec<_> = rows.into_iter().filter(|(_, bars)| !bars.is_empty()).collect();
    let height = TOP + GAP + rows.iter().map(|(_, bars)| NAME + bars.len() as i32 * BAR + GAP).sum::<i32>();
    let area = SVGBackend::new(file, (WIDTH as u32, height as u32)).into_drawing_area();
    let ours = rows.iter().flat_map(|(_, bars)| bars).filter(|bar| bar.ours).map(|bar| bar.part);
    let scale = Scale { longest: ours.fold(LONGEST, f64::max).min(LONGEST_OF_OURS) };
    paint(&area, group, &rows, height, &scale).map_err(|error| error.to_string())
}

fn bars<'a>(measured: &'a Measured<'_>) -> Vec<Bar<'a>> {
    let better = measured.scenario.better;
    let bars = measured.not_limit().map(|(it, figures)| {
        let ratio = measured.ratios(figures).median();
        let part = if better == Better::Less { 1.0 / ratio } else { ratio };
        Bar { whose: it.name, ours: it.is_ours(), part }
    });
    bars.filter(|bar| bar.part.is_finite()).collect()
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

type Rows<'a> = [(String, Vec<Bar<'a>>)];

fn paint<'a>(area: &Area<'a>, group: Group, rows: &Rows<'_>, height: i32, scale: &Scale) -> Drawn<'a> {
    area.fill(&WHITE)?;
    text(area, &format!("{group}: speed, as a part of the limit's"), (16, 20), 18, HPos::Left, BLACK)?;
    text(area, "1", (scale.across(1.0), TOP - 14), 12, HPos::Center, LIMIT)?;
    let mut y = TOP;
    for (name, bars) in rows {
        text(area, name, (LEFT, y + NAME / 2), 13, HPos::Left, BLACK)?;
        y += NAME;
        for bar in bars {
            let colour = if bar.ours { OURS } else { OTHER };
            let end = scale.across(bar.part).max(LEFT + 1);
            text(area, bar.whose, (LEFT - 6, y + BAR / 2), 11, HPos::Right, if bar.ours { OURS } else { BLACK })?;
            area.draw(&Rectangle::new([(LEFT, y + 1), (end, y + BAR - 1)], colour.filled()))?;
            text(area, &number(bar.part), (end + 5, y + BAR / 2), 11, HPos::Left, BLACK)?;
            y += BAR;
        }
        y += GAP;
    }
    let line = vec![(scale.across(1.0), TOP - 6), (scale.across(1.0), height - GAP)];
    area.draw(&PathElement::new(line, LIMIT.stroke_width(1)))?;
    area.present()
}

/// How long bars are.
struct Scale {
    longest: f64,
}

impl Scale {
    fn across(&self, part: f64) -> i32 {
        LEFT + (f64::from(WIDTH - LEFT - RIGHT) * part.min(self.longest) / self.longest) as i32
    }
}

fn text<'a>(area: &Area<'a>, what: &str, at: (i32, i32), size: u32, side: HPos, colour: RGBColor) -> Drawn<'a> {
    let style = ("sans-serif", size).into_font().color(&colour).pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(what, at, style))
}
