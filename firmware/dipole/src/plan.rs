//! The memory plan of a configuration.

use budget::{Demand, DoesNotFit, Plan};

use crate::config::{Config, Standby};

/// Carves `memory.budget`.
pub(crate) fn of(config: &Config) -> Result<Plan, DoesNotFit> {
    Plan::new(Demand {
        budget: config.memory.budget,
        tuners: config.tuner.count,
        clients: config.clients.max,
        standby: config.failover.standby == Standby::Hot,
    })
}
