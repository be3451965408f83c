//! Imports: a source is read, parsed, numbered, stored and then published, or nothing changes.
