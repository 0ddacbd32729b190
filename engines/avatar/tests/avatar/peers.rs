//! Khronos' glTF validator and pixiv's VRM loader read what we write.

use std::{env, fs, path::Path, process::Command};

use sala_avatar::{Choices, Lod, render};

use crate::wardrobe::{every_option, seed};

#[test]
fn the_gltf_validator_and_three_vrm_accept_every_figure() {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    if !peers.join("node_modules/gltf-validator").exists() || Command::new("node").arg("--version").output().is_err() {
        assert!(env::var_os("SALA_REQUIRE_PEERS").is_none(), "the peers are required here: npm ci --prefix engines/avatar/tests/peers");
        println!("skipped: gltf-validator and three-vrm are not installed (npm ci --prefix engines/avatar/tests/peers)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    let mut put = |name: String, choices: &Choices, lod: Lod, plate: Option<&str>| {
        fs::write(folder.path().join(format!("{name}.vrm")), render(choices, lod, plate)).unwrap();
        count += 1;
    };
    for number in 0..40 {
        put(format!("seed-{number:02}"), &Choices::from_seed(&seed(number)), Lod::Full, None);
    }
    for (at, choices) in every_option().iter().enumerate() {
        put(format!("option-{at:02}"), choices, Lod::Full, Some("สมศรี ใจดี"));
        put(format!("option-{at:02}-simple"), choices, Lod::Simple, None);
    }
    let done = Command::new("node").arg(peers.join("read.mjs")).arg(folder.path()).output().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    println!("{said}");
    assert!(done.status.success(), "{said}\n{complained}");
    assert!(said.contains(&format!("{count} files: 0 errors, 0 warnings")), "{said}");
    assert!(said.contains(&format!("{count} files loaded without a word")), "{said}");
}

#[test]
fn a_broken_figure_is_not_accepted() {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    if !peers.join("node_modules/gltf-validator").exists() {
        println!("skipped: gltf-validator and three-vrm are not installed (npm ci --prefix engines/avatar/tests/peers)");
        return;
    }
    let whole = render(&Choices::from_seed(&seed(1)), Lod::Simple, None);
    let spoil = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let at = whole.windows(from.len()).position(|each| each == from.as_bytes()).unwrap();
        let mut bytes = whole.clone();
        bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    let broken =
        [spoil("\"skeleton\":0", "\"skeleton\":9"), spoil("\"leftHand\":{", "\"leftHoof\":{"), spoil("licenses/1.0/", "licenses/9.9/")];
    for (at, bytes) in broken.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("broken.vrm"), bytes).unwrap();
        let done = Command::new("node").arg(peers.join("read.mjs")).arg(folder.path()).output().unwrap();
        assert!(!done.status.success(), "{at}: {}", String::from_utf8_lossy(&done.stdout));
    }
}
