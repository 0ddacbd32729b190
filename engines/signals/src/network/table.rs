//! Dense ids and the tables they point into.

use std::{fmt, marker::PhantomData};

/// A dense number that points into one table of one [`super::Network`].
pub trait Id: Copy + Ord + fmt::Debug {
    /// Place in the table.
    fn index(self) -> usize;
    /// The id of a place; places beyond 2^32 − 1 do not occur, since no file that is read is that long.
    fn at(index: usize) -> Self;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u32);

        impl Id for $name {
            fn index(self) -> usize {
                usize::try_from(self.0).unwrap_or(usize::MAX)
            }

            fn at(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    )+};
}

ids! {
    /// An edge: a street, a junction's inside, a crossing or a place to walk.
    EdgeId,
    /// A lane of an edge.
    LaneId,
    /// A junction.
    JunctionId,
    /// A connection from lane to lane.
    ConnectionId,
    /// A traffic light, in the order of its first appearance in the file.
    SignalId
}

/// Index of a link of one signal: the place of its letter in the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LinkIndex(pub u16);

impl Id for LinkIndex {
    fn index(self) -> usize {
        usize::from(self.0)
    }

    fn at(index: usize) -> Self {
        Self(u16::try_from(index).unwrap_or(u16::MAX))
    }
}

/// A list in which dense ids are places.
///
/// [`Table::of`] is total: an id of another network gives an empty thing instead of a panic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<I, T> {
    items: Vec<T>,
    nothing: T,
    id: PhantomData<I>,
}

impl<I: Id, T: Default> Table<I, T> {
    pub(crate) fn push(&mut self, item: T) -> I {
        self.items.push(item);
        I::at(self.items.len() - 1)
    }
}

impl<I: Id, T> Table<I, T> {
    pub(crate) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.items.get_mut(id.index())
    }

    /// The item, if the id is one of this table.
    pub fn get(&self, id: I) -> Option<&T> {
        self.items.get(id.index())
    }

    /// The item; an id of another network gives an empty one.
    pub fn of(&self, id: I) -> &T {
        self.get(id).unwrap_or(&self.nothing)
    }

    /// Number of items.
    pub const fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// All items in the order of their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (I, &T)> + DoubleEndedIterator {
        self.items.iter().enumerate().map(|(index, item)| (I::at(index), item))
    }

    /// All ids.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = I> + DoubleEndedIterator + use<I, T> {
        (0..self.items.len()).map(I::at)
    }

    /// The items as a slice.
    pub fn as_slice(&self) -> &[T] {
        &self.items
    }
}

impl<I, T: Default> Default for Table<I, T> {
    fn default() -> Self {
        Self { items: Vec::new(), nothing: T::default(), id: PhantomData }
    }
}

impl<I, T: Default> FromIterator<T> for Table<I, T> {
    fn from_iter<S: IntoIterator<Item = T>>(items: S) -> Self {
        Self { items: items.into_iter().collect(), ..Self::default() }
    }
}
