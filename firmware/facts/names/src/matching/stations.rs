//! How likely a station of the guide is the one that an entry names.

use crate::{
    merge::{intern::Interner, nodes::Node, solve::Solved, stations::Subchannel, table::RowId},
    tables::stations::MAIN_NETWORKS,
};

/// Whether rows of one call sign are of a full-power and of a low-power station.
pub(super) fn have_both_powers(solved: &Solved, rows: &[RowId]) -> bool {
    let has = |low: bool| {
        rows.iter().any(|&row| {
            matches!(
                solved.nodes.nodes[solved.nodes.of[row]],
                Node::Station { is_low_power, .. } if is_low_power == low
            )
        })
    };
    has(true) && has(false)
}

/// 1 to 100; `None` where it is another sub-channel.
pub(super) fn score(
    solved: &Solved,
    entry: RowId,
    guide: RowId,
    guide_has_both_powers: bool,
) -> Option<u8> {
    let node = |row| solved.nodes.nodes[solved.nodes.of[row]];
    let (
        Node::Station {
            is_low_power,
            subchannel,
            extra,
            ..
        },
        Node::Station {
            is_low_power: guide_is_low,
            subchannel: guide_subchannel,
            extra: guide_extra,
            ..
        },
    ) = (node(entry), node(guide))
    else {
        return None;
    };
    let is_other_power = is_low_power != guide_is_low;
    if subchannel != guide_subchannel
        || extra != guide_extra
        || is_other_power && guide_has_both_powers
    {
        return None;
    }
    let rows = &solved.rows;
    let entry = rows.station(&rows.rows[entry])?;
    let guide = rows.station(&rows.rows[guide])?;
    let mut score = 95_u8;
    if is_other_power {
        // Guides write DT for low-power stations too.
        score -= 10;
    }
    if entry.subchannel != guide.subchannel {
        score -= 3;
    }
    let [network, other] = [entry.network, guide.network];
    if network != Interner::empty() {
        if other != Interner::empty() && other != network {
            score -= 40;
        }
    } else if subchannel == Subchannel::Number(1)
        && other != Interner::empty()
        && !MAIN_NETWORKS.contains(&rows.texts.text(other))
    {
        score -= 8;
    }
    Some(score)
}
