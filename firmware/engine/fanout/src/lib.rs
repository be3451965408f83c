//! The data plane: one thread that sends every ring to its clients on a common tick.
