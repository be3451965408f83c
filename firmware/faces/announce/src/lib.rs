//! How clients find and steer the tuner: SSDP, UDP 65001 discovery, TCP 65001 control.
