//! The client is built by npm before the binary (`make`); a binary built without it serves a page that says so.

fn main() {
    println!("cargo:rerun-if-changed=../web/dist");
    // rust-embed wants its folder to exist at compile time.
    let _ = std::fs::create_dir_all("../web/dist");
}
