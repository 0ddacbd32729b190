//! The hall: puts the rooms together, serves them, and is the command line.

pub mod api;
pub mod catalog;
pub mod command;
pub mod config;
pub mod custodian;
pub mod hall;
pub mod http;
pub mod keys;
pub mod options;
pub mod profile;
pub mod remote;
