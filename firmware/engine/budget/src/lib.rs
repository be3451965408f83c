//! One memory figure becomes the Plan: a maximum count and size for every holder of memory.
