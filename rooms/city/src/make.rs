//! What `sala city` writes: the files of a district beside its declaration.

mod draw;
mod folder;
mod import;
mod network;

pub use self::{
    draw::{DrawOrder, drawn},
    folder::{FolderFiles, files_of},
    import::{ImportOrder, Imported, imported},
    network::street_plan,
};
