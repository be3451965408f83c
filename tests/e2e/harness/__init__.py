"""What the end-to-end tests stand on: a LAN, a provider, the daemon, viewers. No test is here."""
