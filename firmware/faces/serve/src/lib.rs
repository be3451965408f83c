//! The HTTP host: HDHomeRun documents, streams, the page and its API.
