//! What a person may choose. Every option has a Thai and an English title, and a name on the wire that never changes:
//! a stored choice must give the same figure forever, so options are added, not renamed or removed.

use serde::{Deserialize, Serialize};

/// A title in both languages of the hall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Title {
    /// Thai.
    pub th: &'static str,
    /// English.
    pub en: &'static str,
}

/// A question with a closed list of answers.
pub(crate) trait Choosable: Copy + 'static {
    const KEY: &'static str;
    const TITLE: Title;
    const ALL: &'static [Self];
    fn value(self) -> &'static str;
    fn title(self) -> Title;
    /// `#rrggbb`, where the option is a colour.
    fn swatch(self) -> Option<u32> {
        None
    }
    /// Only for an officer of the hall.
    fn is_reserved(self) -> bool {
        false
    }
}

/// Generates the enum and its titles; a colour has `#rrggbb` behind them.
macro_rules! options {
    ($(#[$about:meta])* $name:ident $key:literal $th:literal $en:literal
        { $($variant:ident $value:literal $vth:literal $ven:literal $($swatch:literal)?),+ $(,)? } $(reserved $reserved:ident)?) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $(
                #[doc = concat!($ven, ".")]
                #[serde(rename = $value)]
                $variant,
            )+
        }

        impl Choosable for $name {
            const KEY: &'static str = $key;
            const TITLE: Title = Title { th: $th, en: $en };
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn value(self) -> &'static str {
                match self { $(Self::$variant => $value),+ }
            }
            fn title(self) -> Title {
                match self { $(Self::$variant => Title { th: $vth, en: $ven }),+ }
            }
            fn swatch(self) -> Option<u32> {
                match self { $(Self::$variant => None$(.or(Some($swatch)))?),+ }
            }
            $(
                fn is_reserved(self) -> bool {
                    matches!(self, Self::$reserved)
                }
            )?
        }
    };
}

options! {
    /// The shape of the body, with no word of gender or weight.
    Build "build" "รูปร่าง" "Build" {
        Slim "slim" "เพรียว" "Slim",
        Medium "medium" "สมส่วน" "Medium",
        Curved "curved" "มีส่วนเว้าโค้ง" "Curved",
        Broad "broad" "ไหล่กว้าง" "Broad-shouldered",
        Full "full" "เจ้าเนื้อ" "Full",
    }
}

options! {
    /// How tall.
    Height "height" "ส่วนสูง" "Height" {
        Short "short" "ตัวเล็ก" "Short",
        Medium "medium" "ปานกลาง" "Medium",
        Tall "tall" "ตัวสูง" "Tall",
    }
}

options! {
    /// The tone of the skin.
    Skin "skin" "สีผิว" "Skin" {
        Porcelain "porcelain" "ขาวอมชมพู" "Porcelain" 0x00f6_d8c4,
        Ivory "ivory" "ขาวเหลือง" "Ivory" 0x00f0_cbab,
        Sand "sand" "สองสี" "Sand" 0x00e5_b690,
        Honey "honey" "น้ำผึ้ง" "Honey" 0x00d3_9d75,
        Tan "tan" "ผิวแทน" "Tan" 0x00bd_855e,
        Teak "teak" "สีไม้สัก" "Teak" 0x00a0_6a48,
        Cocoa "cocoa" "สีโกโก้" "Cocoa" 0x0081_5238,
        Umber "umber" "น้ำตาลเข้ม" "Umber" 0x0061_3f2e,
    }
}

options! {
    /// The shape of the eyes.
    Eyes "eyes" "ดวงตา" "Eyes" {
        Round "round" "กลมโต" "Round",
        Almond "almond" "เรียว" "Almond",
        Gentle "gentle" "ตาชั้นเดียว" "Single-lidded",
        Smiling "smiling" "ตายิ้ม" "Smiling",
    }
}

options! {
    /// The brows.
    Brows "brows" "คิ้ว" "Brows" {
        Soft "soft" "โค้งนุ่ม" "Soft",
        Straight "straight" "ตรง" "Straight",
        Arched "arched" "โก่ง" "Arched",
        Thick "thick" "หนา" "Thick",
    }
}

options! {
    /// The mouth at rest.
    Mouth "mouth" "ปาก" "Mouth" {
        Smile "smile" "ยิ้ม" "Smile",
        Calm "calm" "สงบ" "Calm",
        Full "full" "อวบอิ่ม" "Full",
    }
}

options! {
    /// Lines that a life leaves in a face.
    Lines "lines" "ริ้วรอย" "Lines of the face" {
        None "none" "ไม่มี" "None",
        Gentle "gentle" "มีบ้าง" "Some",
    }
}

options! {
    /// Hair of the face.
    FacialHair "facial_hair" "หนวดเครา" "Facial hair" {
        None "none" "ไม่มี" "None",
        Moustache "moustache" "หนวด" "Moustache",
        Beard "beard" "เครา" "Beard",
    }
}

options! {
    /// How the hair is worn, or covered.
    Hair "hair" "ทรงผม" "Hair" {
        Shaved "shaved" "โกน" "Shaved",
        Crop "crop" "รองทรงสั้น" "Crop",
        SidePart "side_part" "แสกข้าง" "Side part",
        Receding "receding" "หน้าผากกว้าง" "Receding",
        Curly "curly" "หยิกสั้น" "Short curls",
        Bob "bob" "บ๊อบ" "Bob",
        Fringe "fringe" "บ๊อบหน้าม้า" "Bob with a fringe",
        Long "long" "ยาวประบ่า" "Long",
        Ponytail "ponytail" "หางม้า" "Ponytail",
        Bun "bun" "มวยต่ำ" "Low bun",
        TopBun "top_bun" "มวยสูง" "High bun",
        Headscarf "headscarf" "ฮิญาบ" "Headscarf (hijab)",
    }
}

options! {
    /// The colour of the hair.
    HairColour "hair_colour" "สีผม" "Hair colour" {
        Black "black" "ดำ" "Black" 0x0026_2224,
        DarkBrown "dark_brown" "น้ำตาลเข้ม" "Dark brown" 0x003d_2a22,
        Brown "brown" "น้ำตาล" "Brown" 0x0061_422f,
        Chestnut "chestnut" "น้ำตาลแดง" "Chestnut" 0x007a_4330,
        Salt "salt" "ดอกเลา" "Salt and pepper" 0x0076_7474,
        Silver "silver" "เงิน" "Silver" 0x00b4_b3b2,
        White "white" "ขาว" "White" 0x00e6_e3de,
    }
}

options! {
    /// What the upper body wears.
    Top "top" "เสื้อ" "Top" {
        TShirt "t_shirt" "เสื้อยืด" "T-shirt",
        Shirt "shirt" "เสื้อเชิ้ต" "Shirt",
        Blouse "blouse" "เสื้อแขนพอง" "Blouse",
        Jacket "jacket" "เสื้อสูทลำลอง" "Jacket",
        Tunic "tunic" "เสื้อทูนิกยาว (บาจูกุรง)" "Long tunic (baju kurung)",
        MoHom "mo_hom" "เสื้อม่อฮ่อม" "Mo hom shirt",
        RajPattern "raj_pattern" "เสื้อราชปะแตน" "Raj pattern jacket",
        Krabok "krabok" "เสื้อแขนกระบอก" "Slim-sleeved Thai blouse",
        Sabai "sabai" "สไบ" "Sabai",
        Uniform "uniform" "เครื่องแบบเจ้าหน้าที่" "Officer's uniform",
    } reserved Uniform
}

options! {
    /// What the lower body wears.
    Bottom "bottom" "กางเกง กระโปรง ผ้านุ่ง" "Trousers, skirts, wraps" {
        Trousers "trousers" "กางเกงขายาว" "Trousers",
        Loose "loose" "กางเกงขากว้าง" "Wide trousers",
        Shorts "shorts" "กางเกงขาสามส่วน" "Knee shorts",
        Skirt "skirt" "กระโปรง" "Skirt",
        LongSkirt "long_skirt" "กระโปรงยาว" "Long skirt",
        PhaSin "pha_sin" "ผ้าซิ่น" "Pha sin",
        ChongKraben "chong_kraben" "โจงกระเบน" "Chong kraben",
        Sarong "sarong" "โสร่ง" "Sarong",
    }
}

options! {
    /// What the feet wear.
    Shoes "shoes" "รองเท้า" "Shoes" {
        Sneakers "sneakers" "ผ้าใบ" "Sneakers",
        Leather "leather" "หนังหุ้มส้น" "Leather shoes",
        Sandals "sandals" "แตะ" "Sandals",
    }
}

options! {
    /// Glasses.
    Glasses "glasses" "แว่นตา" "Glasses" {
        None "none" "ไม่ใส่" "None",
        Round "round" "กรอบกลม" "Round",
        Square "square" "กรอบเหลี่ยม" "Square",
    }
}

options! {
    /// What is worn on the head.
    Hat "hat" "หมวก" "Hat" {
        None "none" "ไม่สวม" "None",
        Ngob "ngob" "งอบ" "Ngob (farmer's hat)",
        Sun "sun" "หมวกปีก" "Sun hat",
        Cap "cap" "หมวกแก๊ป" "Cap",
    }
}

options! {
    /// What helps to move about.
    Support "support" "สิ่งช่วยเดินทาง" "Mobility" {
        None "none" "ไม่ใช้" "None",
        Cane "cane" "ไม้เท้า" "Cane",
        WhiteCane "white_cane" "ไม้เท้าขาว" "White cane",
        Wheelchair "wheelchair" "เก้าอี้ล้อ" "Wheelchair",
    }
}

options! {
    /// One thing more.
    Extra "extra" "ของประกอบ" "One thing more" {
        None "none" "ไม่มี" "None",
        PhaKhaoMa "pha_khao_ma" "ผ้าขาวม้า" "Pha khao ma (checked sash)",
        Bag "bag" "ย่าม" "Shoulder bag (yam)",
        Flower "flower" "ดอกไม้ทัดหู" "Flower behind the ear",
        Necklace "necklace" "สร้อยคอ" "Necklace",
    }
}

/// Defines the palette once and the three questions that take from it.
macro_rules! palette {
    ($($(#[$about:meta])* $name:ident $key:literal $th:literal $en:literal;)+) => {
        $(
            options! {
                $(#[$about])*
                $name $key $th $en {
                    White "white" "ขาว" "White" 0x00f1_eee6,
                    Cream "cream" "ครีม" "Cream" 0x00e6_d7b4,
                    Grey "grey" "เทา" "Grey" 0x008f_9294,
                    Charcoal "charcoal" "เทาถ่าน" "Charcoal" 0x003f_4346,
                    Navy "navy" "กรมท่า" "Navy" 0x0026_3656,
                    Indigo "indigo" "คราม" "Indigo" 0x002f_4676,
                    Sky "sky" "ฟ้า" "Sky" 0x0084_b3d0,
                    Peacock "peacock" "หัวเป็ด" "Peacock" 0x0017_6a77,
                    Leaf "leaf" "เขียวใบไม้" "Leaf" 0x004b_7d4e,
                    Sage "sage" "เขียวตองอ่อน" "Sage" 0x00a3_b58a,
                    Saffron "saffron" "เหลืองหญ้าฝรั่น" "Saffron" 0x00e2_a13b,
                    Terracotta "terracotta" "อิฐ" "Terracotta" 0x00b5_5f3f,
                    Crimson "crimson" "แดงชาด" "Crimson" 0x0098_2f35,
                    Lotus "lotus" "ชมพูกลีบบัว" "Lotus" 0x00da_90a0,
                    Plum "plum" "ม่วงเม็ดมะปราง" "Plum" 0x006b_4269,
                    Brown "brown" "น้ำตาล" "Brown" 0x0074_543d,
                }
            }
        )+
    };
}

palette! {
    /// The colour of the top.
    TopColour "top_colour" "สีเสื้อ" "Colour of the top";
    /// The colour of trousers, skirt or wrap.
    BottomColour "bottom_colour" "สีกางเกงหรือผ้านุ่ง" "Colour of trousers, skirt or wrap";
    /// The second colour: headscarf, sash, bag, borders, hat ribbon.
    Accent "accent" "สีรอง" "Second colour";
}

/// All that a figure is made from. Equal choices give equal bytes, forever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "each field is told by the type of the same name")]
pub struct Choices {
    pub build: Build,
    pub height: Height,
    pub skin: Skin,
    pub eyes: Eyes,
    pub brows: Brows,
    pub mouth: Mouth,
    pub lines: Lines,
    pub facial_hair: FacialHair,
    pub hair: Hair,
    pub hair_colour: HairColour,
    pub top: Top,
    pub top_colour: TopColour,
    pub bottom: Bottom,
    pub bottom_colour: BottomColour,
    pub accent: Accent,
    pub shoes: Shoes,
    pub glasses: Glasses,
    pub hat: Hat,
    pub support: Support,
    pub extra: Extra,
}

/// Who will wear the figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wearer {
    /// Anybody.
    Citizen,
    /// A named officer, whom the hall has checked.
    Officer,
}

/// Why choices are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Official dress is reserved (IEEE 3812.1: an identity must not pretend to another).
    #[error("the officer's uniform is for officers: choose another top")]
    UniformIsForOfficers,
}

impl Choices {
    /// The types leave nothing impossible to choose; this asks whether this wearer may.
    pub fn validate(&self, wearer: Wearer) -> Result<(), Refused> {
        if self.top.is_reserved() && wearer == Wearer::Citizen {
            return Err(Refused::UniformIsForOfficers);
        }
        Ok(())
    }

    /// Whether the figure sits (in a wheelchair): a client must pose it so.
    pub fn is_seated(&self) -> bool {
        self.support == Support::Wheelchair
    }
}
