//! The figure that a persona gets before anybody chooses: drawn from its seed, so that two personas of one person have nothing in
//! common. Dress is drawn as an outfit, because what is drawn piece by piece looks like a costume.

use crate::choices::{
    Accent, Bottom, BottomColour, Brows, Build, Choices, Choosable, Extra, Eyes, FacialHair, Glasses, Hair, HairColour, Hat, Height, Lines,
    Mouth, Shoes, Skin, Support, Top, TopColour,
};

/// A way of dressing: hair styles, tops with bottoms, whether a beard may be drawn.
struct Style {
    hair: &'static [Hair],
    dress: &'static [(Top, Bottom)],
    bearded: bool,
}

const STYLES: [Style; 4] = [
    Style {
        hair: &[Hair::Crop, Hair::SidePart, Hair::Curly, Hair::Receding, Hair::SidePart, Hair::Crop, Hair::Shaved],
        dress: &[
            (Top::TShirt, Bottom::Trousers),
            (Top::Shirt, Bottom::Trousers),
            (Top::Jacket, Bottom::Trousers),
            (Top::MoHom, Bottom::Loose),
            (Top::RajPattern, Bottom::ChongKraben),
            (Top::Shirt, Bottom::Shorts),
            (Top::Shirt, Bottom::Sarong),
        ],
        bearded: true,
    },
    Style {
        hair: &[Hair::Bob, Hair::Fringe, Hair::Long, Hair::Ponytail, Hair::Bun, Hair::TopBun, Hair::Curly],
        dress: &[
            (Top::Blouse, Bottom::Skirt),
            (Top::Blouse, Bottom::LongSkirt),
            (Top::Shirt, Bottom::PhaSin),
            (Top::TShirt, Bottom::LongSkirt),
            (Top::Jacket, Bottom::Skirt),
            (Top::TShirt, Bottom::Loose),
        ],
        bearded: false,
    },
    Style {
        hair: &[Hair::Bun, Hair::TopBun, Hair::Long, Hair::Bun, Hair::Bob],
        dress: &[
            (Top::Sabai, Bottom::PhaSin),
            (Top::Krabok, Bottom::PhaSin),
            (Top::Sabai, Bottom::ChongKraben),
            (Top::Krabok, Bottom::ChongKraben),
        ],
        bearded: false,
    },
    Style {
        hair: &[Hair::Headscarf],
        dress: &[
            (Top::Tunic, Bottom::LongSkirt),
            (Top::Tunic, Bottom::Loose),
            (Top::Jacket, Bottom::LongSkirt),
            (Top::Shirt, Bottom::Loose),
        ],
        bearded: false,
    },
];

/// The bytes of a seed, one after another.
struct Draw<'a>(std::slice::Iter<'a, u8>);

impl Draw<'_> {
    fn byte(&mut self) -> usize {
        self.0.next().copied().map_or(0, usize::from)
    }

    fn one_of<T: Copy>(&mut self, list: &[T], otherwise: T) -> T {
        // 256 is not a multiple of most lengths: the bias of at most 1/16 of an option is of no consequence here.
        list.get(self.byte() * list.len() / 256).copied().unwrap_or(otherwise)
    }

    fn any<T: Choosable>(&mut self, otherwise: T) -> T {
        self.one_of(T::ALL, otherwise)
    }

    /// True for `share` in 256 seeds.
    fn happens(&mut self, share: usize) -> bool {
        self.byte() < share
    }
}

impl Choices {
    /// The figure of a seed. The seed has to be evenly random, 32 bytes; the first 24 are used, one for each question, and this
    /// order is part of the promise that a seed's figure never changes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut draw = Draw(seed.iter());
        let style = match draw.byte() {
            0..=95 => 0,
            96..=183 => 1,
            184..=223 => 2,
            _ => 3,
        };
        let [first, ..] = &STYLES;
        let style = STYLES.get(style).unwrap_or(first);
        let (top, bottom) = draw.one_of(style.dress, (Top::Shirt, Bottom::Trousers));
        let hair = draw.one_of(style.hair, Hair::Crop);
        let is_older = draw.happens(64);
        let older = draw.byte();
        let hair_colour = if is_older || hair == Hair::Receding {
            match older {
                0..=99 => HairColour::Salt,
                100..=199 => HairColour::Silver,
                _ => HairColour::White,
            }
        } else {
            match older {
                0..=139 => HairColour::Black,
                140..=199 => HairColour::DarkBrown,
                200..=229 => HairColour::Brown,
                _ => HairColour::Chestnut,
            }
        };
        let white_jacket = top == Top::RajPattern;
        let top_colour = draw.any(TopColour::White);
        Self {
            build: draw.any(Build::Medium),
            height: draw.any(Height::Medium),
            skin: draw.any(Skin::Honey),
            eyes: draw.any(Eyes::Almond),
            brows: draw.any(Brows::Soft),
            mouth: draw.one_of(&[Mouth::Smile, Mouth::Smile, Mouth::Calm, Mouth::Full], Mouth::Smile),
            lines: if is_older { Lines::Gentle } else { Lines::None },
            facial_hair: {
                let drawn = draw.one_of(
                    &[FacialHair::None, FacialHair::None, FacialHair::None, FacialHair::Moustache, FacialHair::Beard],
                    FacialHair::None,
                );
                if style.bearded { drawn } else { FacialHair::None }
            },
            hair,
            hair_colour,
            top,
            top_colour: match top {
                Top::RajPattern if white_jacket => TopColour::White,
                Top::MoHom => TopColour::Indigo,
                _ => top_colour,
            },
            bottom,
            bottom_colour: draw.one_of(bottoms(bottom), BottomColour::Navy),
            accent: draw.any(Accent::Saffron),
            shoes: match (top, bottom) {
                (_, Bottom::PhaSin | Bottom::Sarong | Bottom::Shorts) => {
                    draw.one_of(&[Shoes::Sandals, Shoes::Sandals, Shoes::Sneakers], Shoes::Sandals)
                }
                (Top::RajPattern | Top::Jacket | Top::Krabok | Top::Sabai, _) => draw.one_of(&[Shoes::Leather], Shoes::Leather),
                _ => draw.any(Shoes::Sneakers),
            },
            glasses: draw.one_of(&[Glasses::None, Glasses::None, Glasses::None, Glasses::Round, Glasses::Square], Glasses::None),
            hat: {
                let drawn = draw.one_of(
                    &[Hat::None, Hat::None, Hat::None, Hat::None, Hat::None, Hat::None, Hat::None, Hat::Ngob, Hat::Sun, Hat::Cap],
                    Hat::None,
                );
                let is_casual =
                    matches!(top, Top::TShirt | Top::MoHom | Top::Blouse | Top::Shirt) && !matches!(hair, Hair::TopBun | Hair::Headscarf);
                if is_casual { drawn } else { Hat::None }
            },
            support: match draw.byte() {
                0..=9 => Support::Wheelchair,
                10..=15 => Support::WhiteCane,
                byte if is_older && byte < 90 => Support::Cane,
                _ => Support::None,
            },
            extra: {
                let drawn =
                    draw.one_of(&[Extra::None, Extra::None, Extra::Bag, Extra::PhaKhaoMa, Extra::Flower, Extra::Necklace], Extra::None);
                match (drawn, top) {
                    (Extra::PhaKhaoMa, Top::MoHom | Top::TShirt)
                    | (Extra::Bag, Top::TShirt | Top::MoHom | Top::Shirt | Top::Blouse | Top::Tunic) => drawn,
                    (Extra::Flower, Top::Sabai | Top::Krabok | Top::Blouse) if hair != Hair::Headscarf => drawn,
                    (Extra::Necklace, Top::Sabai | Top::Krabok) => drawn,
                    _ => Extra::None,
                }
            },
        }
    }
}

/// Colours that people wear below the waist.
fn bottoms(bottom: Bottom) -> &'static [BottomColour] {
    use BottomColour::{Brown, Charcoal, Cream, Crimson, Grey, Indigo, Leaf, Lotus, Navy, Peacock, Plum, Saffron, Terracotta};
    match bottom {
        Bottom::Trousers | Bottom::Loose | Bottom::Shorts => &[Navy, Charcoal, Brown, Grey, Indigo, Cream, Charcoal, Navy],
        Bottom::Skirt | Bottom::LongSkirt => &[Navy, Charcoal, Peacock, Terracotta, Plum, Leaf, Lotus, Brown],
        Bottom::PhaSin | Bottom::ChongKraben => &[Crimson, Peacock, Plum, Indigo, Leaf, Terracotta, Saffron, Brown],
        Bottom::Sarong => &[Crimson, Indigo, Leaf, Brown],
    }
}
