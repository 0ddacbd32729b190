//! Which links must not have green together.

use super::Id;
use super::LinkIndex;

/// What a lamp lets its link do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lamp {
    /// `r`, `u`: stop.
    Stop,
    /// `y`, `Y`: stop if you can.
    Yellow,
    /// `s`: go after stopping, yield to all.
    AfterStop,
    /// `g`, `o`: go and yield.
    Yield,
    /// `G`, `O`: go.
    Go,
}

impl Lamp {
    /// The lamp of a letter; what is no letter of a state counts as red.
    pub const fn of(letter: u8) -> Self {
        match letter {
            b'G' | b'O' => Self::Go,
            b'g' | b'o' => Self::Yield,
            b's' => Self::AfterStop,
            b'y' | b'Y' => Self::Yellow,
            _ => Self::Stop,
        }
    }

    /// Whether it shows green.
    pub const fn is_green(self) -> bool {
        matches!(self, Self::Go | Self::Yield)
    }

    /// Whether vehicles may enter the junction.
    pub const fn may_enter(self) -> bool {
        matches!(self, Self::Go | Self::Yield | Self::AfterStop)
    }
}

/// How two links stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clash {
    /// They never meet.
    #[default]
    None,
    /// They cross or merge. Which pairs of lamps the network's own programs show them together, so that they are in use on this street.
    Foes {
        /// Both go.
        both_go: bool,
        /// The first yields, the second goes.
        first_yields: bool,
        /// The second yields, the first goes.
        second_yields: bool,
        /// Both yield.
        both_yield: bool,
    },
}

impl Clash {
    /// Foes that no program lets go together.
    pub(super) const HARD: Self = Self::Foes { both_go: false, first_yields: false, second_yields: false, both_yield: false };

    /// Whether the lamps may be shown together: always for links that never meet, else only as in the network's own programs, or weaker.
    /// Who must stop first ([`Lamp::AfterStop`]) yields to everyone by law, and is in nobody's way.
    pub const fn allows(self, first: Lamp, second: Lamp) -> bool {
        let Self::Foes { both_go, first_yields, second_yields, both_yield } = self else { return true };
        match (first, second) {
            (Lamp::Go, Lamp::Go) => both_go,
            (Lamp::Yield, Lamp::Go) => first_yields || both_go,
            (Lamp::Go, Lamp::Yield) => second_yields || both_go,
            (Lamp::Yield, Lamp::Yield) => both_yield || first_yields || second_yields || both_go,
            _ => true,
        }
    }

    fn note(&mut self, first: Lamp, second: Lamp) {
        let Self::Foes { both_go, first_yields, second_yields, both_yield } = self else { return };
        match (first, second) {
            (Lamp::Go, Lamp::Go) => *both_go = true,
            (Lamp::Yield, Lamp::Go) => *first_yields = true,
            (Lamp::Go, Lamp::Yield) => *second_yields = true,
            (Lamp::Yield, Lamp::Yield) => *both_yield = true,
            _ => {}
        }
    }

    const fn turned(self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Foes { both_go, first_yields, second_yields, both_yield } => {
                Self::Foes { both_go, first_yields: second_yields, second_yields: first_yields, both_yield }
            }
        }
    }
}

/// The conflict matrix of a signal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflicts {
    links: usize,
    /// Row by row; the matrix is symmetric up to the turn of a clash.
    clashes: Vec<Clash>,
}

impl Conflicts {
    pub(super) fn new(links: usize) -> Self {
        Self { links, clashes: vec![Clash::None; links.saturating_mul(links)] }
    }

    fn place(&self, first: LinkIndex, second: LinkIndex) -> Option<usize> {
        let (row, column) = (first.index(), second.index());
        (row < self.links && column < self.links).then_some(row * self.links + column)
    }

    fn set(&mut self, first: LinkIndex, second: LinkIndex, clash: Clash) {
        for (place, clash) in [(self.place(first, second), clash), (self.place(second, first), clash.turned())] {
            if let Some(cell) = place.and_then(|place| self.clashes.get_mut(place)) {
                *cell = clash;
            }
        }
    }

    pub(super) fn mark(&mut self, first: LinkIndex, second: LinkIndex) {
        if self.between(first, second) == Clash::None {
            self.set(first, second, Clash::HARD);
        }
    }

    /// Notes what a program shows together.
    pub(super) fn learn(&mut self, state: &str) {
        let lamps: Vec<(LinkIndex, Lamp)> =
            state.bytes().enumerate().map(|(index, letter)| (LinkIndex::at(index), Lamp::of(letter))).collect();
        let green: Vec<(LinkIndex, Lamp)> = lamps.into_iter().filter(|(_, lamp)| lamp.is_green()).collect();
        for (place, (first, one)) in green.iter().enumerate() {
            for (second, other) in green.iter().skip(place + 1) {
                let mut clash = self.between(*first, *second);
                clash.note(*one, *other);
                self.set(*first, *second, clash);
            }
        }
    }

    /// How two links stand to each other; links that are not of this signal never meet.
    pub fn between(&self, first: LinkIndex, second: LinkIndex) -> Clash {
        self.place(first, second).and_then(|place| self.clashes.get(place)).copied().unwrap_or_default()
    }

    /// Whether two links cross or merge.
    pub fn are_foes(&self, first: LinkIndex, second: LinkIndex) -> bool {
        self.between(first, second) != Clash::None
    }

    /// Number of pairs that cross or merge.
    pub fn foes(&self) -> usize {
        self.clashes.iter().filter(|clash| **clash != Clash::None).count() / 2
    }

    /// The first pair of links of a state that must not be shown together.
    pub fn broken_by(&self, state: &[u8]) -> Option<(LinkIndex, LinkIndex)> {
        let green: Vec<(LinkIndex, Lamp)> = (state.iter().enumerate())
            .map(|(index, letter)| (LinkIndex::at(index), Lamp::of(*letter)))
            .filter(|(_, lamp)| lamp.is_green())
            .collect();
        green.iter().enumerate().find_map(|(place, (first, one))| {
            let rest = green.iter().skip(place + 1);
            rest.filter(|(second, other)| !self.between(*first, *second).allows(*one, *other)).map(|(second, _)| (*first, *second)).next()
        })
    }
}
