//! What the figure wears and carries.

mod bottom;
mod carried;
mod headwear;
mod thai;
mod top;
mod wheelchair;

pub(crate) use wheelchair::SEAT;

use crate::{choices::Support, figure::Figure};

/// From the ground up; what lies on other things comes after them.
pub(crate) fn draw(figure: &mut Figure) {
    figure.draw_feet();
    bottom::draw(figure);
    top::draw(figure);
    carried::draw(figure);
    headwear::draw(figure);
    if figure.choices.support == Support::Wheelchair {
        wheelchair::draw(figure);
    }
}
