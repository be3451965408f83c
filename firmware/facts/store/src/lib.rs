//! What must survive a pulled plug, in redb. The only crate that names redb.
