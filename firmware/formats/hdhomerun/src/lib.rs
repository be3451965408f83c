//! HDHomeRun: discovery and control packets, device ids, documents; SSDP messages. No I/O.
