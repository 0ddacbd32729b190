//! The bones of the VRM 1.0 humanoid that every figure has, and how a point hangs on them.

use crate::space::{V3, ease};

/// A node of the skeleton. The order is the order of glTF nodes and of the skin's joints: it is part of the format, add at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Joint {
    /// Not a humanoid bone: the floor below the figure. A wheelchair hangs on it.
    Root,
    Hips,
    Spine,
    Chest,
    Neck,
    Head,
    LeftEye,
    RightEye,
    LeftShoulder,
    LeftUpperArm,
    LeftLowerArm,
    LeftHand,
    RightShoulder,
    RightUpperArm,
    RightLowerArm,
    RightHand,
    LeftUpperLeg,
    LeftLowerLeg,
    LeftFoot,
    LeftToes,
    RightUpperLeg,
    RightLowerLeg,
    RightFoot,
    RightToes,
}

use Joint::{
    Chest, Head, Hips, LeftEye, LeftFoot, LeftHand, LeftLowerArm, LeftLowerLeg, LeftShoulder, LeftToes, LeftUpperArm, LeftUpperLeg, Neck,
    RightEye, RightFoot, RightHand, RightLowerArm, RightLowerLeg, RightShoulder, RightToes, RightUpperArm, RightUpperLeg, Root, Spine,
};

impl Joint {
    pub(crate) const ALL: [Self; 24] = [
        Root,
        Hips,
        Spine,
        Chest,
        Neck,
        Head,
        LeftEye,
        RightEye,
        LeftShoulder,
        LeftUpperArm,
        LeftLowerArm,
        LeftHand,
        RightShoulder,
        RightUpperArm,
        RightLowerArm,
        RightHand,
        LeftUpperLeg,
        LeftLowerLeg,
        LeftFoot,
        LeftToes,
        RightUpperLeg,
        RightLowerLeg,
        RightFoot,
        RightToes,
    ];

    /// Its place among glTF nodes.
    pub(crate) fn number(self) -> u8 {
        Self::ALL.iter().zip(0..).find(|(each, _)| **each == self).map_or(0, |(_, at)| at)
    }

    /// VRM 1.0's name of the bone; `root` is none.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Root => "root",
            Hips => "hips",
            Spine => "spine",
            Chest => "chest",
            Neck => "neck",
            Head => "head",
            LeftEye => "leftEye",
            RightEye => "rightEye",
            LeftShoulder => "leftShoulder",
            LeftUpperArm => "leftUpperArm",
            LeftLowerArm => "leftLowerArm",
            LeftHand => "leftHand",
            RightShoulder => "rightShoulder",
            RightUpperArm => "rightUpperArm",
            RightLowerArm => "rightLowerArm",
            RightHand => "rightHand",
            LeftUpperLeg => "leftUpperLeg",
            LeftLowerLeg => "leftLowerLeg",
            LeftFoot => "leftFoot",
            LeftToes => "leftToes",
            RightUpperLeg => "rightUpperLeg",
            RightLowerLeg => "rightLowerLeg",
            RightFoot => "rightFoot",
            RightToes => "rightToes",
        }
    }

    pub(crate) fn parent(self) -> Option<Self> {
        Some(match self {
            Root => return None,
            Hips => Root,
            Spine | LeftUpperLeg | RightUpperLeg => Hips,
            Chest => Spine,
            Neck | LeftShoulder | RightShoulder => Chest,
            Head => Neck,
            LeftEye | RightEye => Head,
            LeftUpperArm => LeftShoulder,
            LeftLowerArm => LeftUpperArm,
            LeftHand => LeftLowerArm,
            RightUpperArm => RightShoulder,
            RightLowerArm => RightUpperArm,
            RightHand => RightLowerArm,
            LeftLowerLeg => LeftUpperLeg,
            LeftFoot => LeftLowerLeg,
            LeftToes => LeftFoot,
            RightLowerLeg => RightUpperLeg,
            RightFoot => RightLowerLeg,
            RightToes => RightFoot,
        })
    }

    pub(crate) fn mirrored(self) -> Self {
        match self {
            LeftEye => RightEye,
            RightEye => LeftEye,
            LeftShoulder => RightShoulder,
            RightShoulder => LeftShoulder,
            LeftUpperArm => RightUpperArm,
            RightUpperArm => LeftUpperArm,
            LeftLowerArm => RightLowerArm,
            RightLowerArm => LeftLowerArm,
            LeftHand => RightHand,
            RightHand => LeftHand,
            LeftUpperLeg => RightUpperLeg,
            RightUpperLeg => LeftUpperLeg,
            LeftLowerLeg => RightLowerLeg,
            RightLowerLeg => LeftLowerLeg,
            LeftFoot => RightFoot,
            RightFoot => LeftFoot,
            LeftToes => RightToes,
            RightToes => LeftToes,
            Root | Hips | Spine | Chest | Neck | Head => self,
        }
    }
}

/// Up to four joints with weights; the weights are shares, made to sum to one when they are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hold(pub(crate) [(Joint, f64); 4]);

impl Hold {
    pub(crate) fn on(joint: Joint) -> Self {
        Self([(joint, 1.0), (Root, 0.0), (Root, 0.0), (Root, 0.0)])
    }

    /// `t` of `second`, the rest of `first`.
    pub(crate) fn between(first: Joint, second: Joint, t: f64) -> Self {
        Self([(first, 1.0 - t), (second, t), (Root, 0.0), (Root, 0.0)])
    }

    pub(crate) fn mirrored(self) -> Self {
        Self(self.0.map(|(joint, weight)| (joint.mirrored(), weight)))
    }
}

/// Where the joints are, and the measures that the body is drawn by, in metres.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) hips: f64,
    pub(crate) waist: f64,
    pub(crate) chest: f64,
    pub(crate) shoulder: f64,
    pub(crate) neck: f64,
    pub(crate) head: f64,
    pub(crate) skull: V3,
    pub(crate) eye: V3,
    pub(crate) shoulder_x: f64,
    pub(crate) elbow_x: f64,
    pub(crate) wrist_x: f64,
    pub(crate) leg_x: f64,
    pub(crate) leg: f64,
    pub(crate) knee: f64,
    pub(crate) ankle: f64,
}

impl Frame {
    pub(crate) fn place(&self, joint: Joint) -> V3 {
        let at = |x: f64, y: f64, z: f64| crate::space::v(x, y, z);
        match joint {
            Root => V3::ZERO,
            Hips => at(0.0, self.hips, 0.0),
            Spine => at(0.0, self.waist, 0.0),
            Chest => at(0.0, self.chest, -0.005),
            Neck => at(0.0, self.neck, -0.012),
            Head => at(0.0, self.head, -0.002),
            LeftEye => self.eye,
            LeftShoulder => at(0.04, self.shoulder, -0.005),
            LeftUpperArm => at(self.shoulder_x, self.shoulder, -0.008),
            LeftLowerArm => at(self.elbow_x, self.shoulder, -0.008),
            LeftHand => at(self.wrist_x, self.shoulder, -0.008),
            LeftUpperLeg => at(self.leg_x, self.leg, 0.0),
            LeftLowerLeg => at(self.leg_x, self.knee, 0.004),
            LeftFoot => at(self.leg_x, self.ankle, -0.012),
            LeftToes => at(self.leg_x, 0.025, 0.085),
            right => self.place(right.mirrored()).mirrored(),
        }
    }

    /// Weights along the trunk.
    pub(crate) fn trunk(&self, y: f64) -> Hold {
        if y < self.chest - 0.03 {
            if y < self.waist - 0.01 {
                Hold::between(Hips, Spine, ease(self.hips - 0.01, self.waist + 0.06, y))
            } else {
                Hold::between(
                    Spine,
                    Chest,
                    ease(self.waist - 0.01, self.chest + 0.02, y) * 0.9 + 0.1 * ease(self.waist - 0.01, self.waist + 0.02, y),
                )
            }
        } else {
            Hold::between(Chest, Neck, ease(self.neck - 0.012, self.neck + 0.03, y))
        }
    }

    /// Weights of the neck and of what hangs from the head.
    pub(crate) fn nape(&self, y: f64) -> Hold {
        if y > self.neck + 0.012 {
            Hold::between(Neck, Head, ease(self.neck + 0.012, self.head + 0.03, y))
        } else {
            Hold::between(Neck, Chest, ease(self.neck + 0.012, self.neck - 0.04, y))
        }
    }

    /// Weights along the left arm.
    pub(crate) fn arm(&self, x: f64) -> Hold {
        if x < self.elbow_x - 0.05 {
            Hold::between(LeftShoulder, LeftUpperArm, ease(self.shoulder_x - 0.05, self.shoulder_x - 0.01, x))
        } else if x < self.wrist_x - 0.035 {
            Hold::between(LeftUpperArm, LeftLowerArm, ease(self.elbow_x - 0.045, self.elbow_x + 0.045, x))
        } else {
            Hold::between(LeftLowerArm, LeftHand, ease(self.wrist_x - 0.03, self.wrist_x + 0.012, x))
        }
    }

    /// Weights along the left leg.
    pub(crate) fn shank(&self, y: f64) -> Hold {
        if y > self.knee + 0.1 {
            Hold::between(LeftUpperLeg, Hips, ease(self.leg - 0.03, self.leg + 0.06, y) * 0.9)
        } else if y > self.ankle + 0.06 {
            Hold::between(LeftLowerLeg, LeftUpperLeg, ease(self.knee - 0.055, self.knee + 0.055, y))
        } else {
            Hold::between(LeftFoot, LeftLowerLeg, ease(self.ankle - 0.01, self.ankle + 0.045, y))
        }
    }

    /// Weights of cloth that hangs about both legs: from the hips to the thighs, below the knee to the shins, left and right by where
    /// it hangs. Sitting, it lies over the knees and falls.
    pub(crate) fn hanging(&self, at: V3) -> Hold {
        let left = ease(-0.09, 0.09, at.x);
        if at.y > self.knee + 0.08 {
            let down = ease(self.leg + 0.03, self.knee + 0.09, at.y);
            Hold([(Hips, 1.0 - down), (LeftUpperLeg, down * left), (RightUpperLeg, down * (1.0 - left)), (Root, 0.0)])
        } else {
            let low = ease(self.knee + 0.08, self.knee - 0.1, at.y);
            let (thighs, shins) = (1.0 - low, low);
            Hold([
                (LeftUpperLeg, thighs * left),
                (RightUpperLeg, thighs * (1.0 - left)),
                (LeftLowerLeg, shins * left),
                (RightLowerLeg, shins * (1.0 - left)),
            ])
        }
    }
}
