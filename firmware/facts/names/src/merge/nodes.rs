//! Nodes: entries that are one channel without further ado, since all that tells channels apart is
//! equal.

use std::{cmp::Ordering, collections::HashMap};

use super::{
    intern::Interner,
    rows::{Row, Rows, Variant},
    stations::{self, Subchannel},
    table::{Id, NodeId, RowId, Sym, Table},
};
use crate::{Country, Form, Stated};

/// What the entries of a node have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// Channels that are told apart by name.
    Named {
        /// The key, behind it the place of the word for television where that tells channels
        /// apart.
        name: Sym,
        variant: Variant,
        country: Option<Country>,
    },
    /// Channels that are told apart by call sign.
    Station {
        call: Sym,
        is_low_power: bool,
        subchannel: Subchannel,
        extra: Sym,
        shift_hours: u8,
    },
    /// Entries that a user has taken out of what they would belong to. No rule touches them.
    TakenOut(u32),
}

/// A node that is told apart by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) id: NodeId,
    pub(crate) name: Sym,
    pub(crate) variant: Variant,
    pub(crate) country: Option<Country>,
}

/// All nodes in an order that does not depend on the order of the list: by name, then variant,
/// then country.
#[derive(Debug)]
pub(crate) struct Nodes {
    pub(crate) nodes: Table<NodeId, Node>,
    /// The node of each row.
    pub(crate) of: Table<RowId, NodeId>,
    /// Rows by node, and where each node's begin.
    rows: Vec<RowId>,
    begin: Table<NodeId, u32>,
    /// How many entries each node has.
    pub(crate) weights: Table<NodeId, u32>,
    /// The row that speaks for each node.
    pub(crate) speaks: Table<NodeId, RowId>,
    /// The order of all texts.
    pub(crate) ranks: Table<Sym, u32>,
}

impl Nodes {
    /// Sorts rows into nodes. `strict` are the sources that state countries.
    pub(crate) fn of(rows: &mut Rows, strict: &Strict) -> Self {
        let keys = keys(rows, strict);
        let ranks = rows.texts.ranks();
        let mut sorted: Vec<(Node, RowId)> = keys.iter().map(|(id, &node)| (node, id)).collect();
        drop(keys);
        sorted.sort_unstable_by(|a, b| order(&ranks, &a.0, &b.0).then(a.1.cmp(&b.1)));

        let mut nodes = Table::default();
        let mut of = Table::filled(NodeId::new(0), sorted.len());
        let mut begin = Table::default();
        let mut weights = Table::default();
        let mut speaks: Table<NodeId, RowId> = Table::default();
        let mut at = 0;
        for alike in sorted.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(node, first)) = alike.first() else {
                continue;
            };
            let id = nodes.push(node);
            begin.push(at);
            let mut weight = 0;
            let mut best = first;
            for &(_, row) in alike {
                at += 1;
                of[row] = id;
                weight += rows.weights[row];
                if rows.speaks_before(&rows.rows[row], &rows.rows[best]) == Ordering::Less {
                    best = row;
                }
            }
            weights.push(weight);
            speaks.push(best);
        }
        let rows = sorted.into_iter().map(|(_, row)| row).collect();
        Self {
            nodes,
            of,
            rows,
            begin,
            weights,
            speaks,
            ranks,
        }
    }

    /// The rows of a node.
    pub(crate) fn rows(&self, id: NodeId) -> &[RowId] {
        let begin = self.begin.find(id).map(|&begin| begin as usize);
        let end = self
            .begin
            .find(NodeId::new(id.at() + 1))
            .map(|&end| end as usize);
        let end = end.unwrap_or(self.rows.len());
        begin
            .and_then(|begin| self.rows.get(begin..end))
            .unwrap_or_default()
    }

    /// Adds a node for what a user has taken out; it has no rows of its own.
    pub(crate) fn take_out(&mut self, like: NodeId) -> NodeId {
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.begin
            .push(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.weights.push(1);
        let speaks = self.speaks[like];
        self.speaks.push(speaks);
        self.nodes.push(Node::TakenOut(number))
    }

    /// The nodes that are told apart by name, in order.
    pub(crate) fn named(&self) -> impl Iterator<Item = Named> {
        self.nodes.iter().filter_map(|(id, node)| match *node {
            Node::Named {
                name,
                variant,
                country,
            } => Some(Named {
                id,
                name,
                variant,
                country,
            }),
            _ => None,
        })
    }
}

fn order(ranks: &Table<Sym, u32>, a: &Node, b: &Node) -> Ordering {
    let number = |subchannel: Subchannel| match subchannel {
        Subchannel::Number(number) => (u32::from(number), 0),
        Subchannel::Of(network) => (u32::MAX, ranks[network]),
    };
    match (*a, *b) {
        (
            Node::Named {
                name,
                variant,
                country,
            },
            Node::Named {
                name: b_name,
                variant: b_variant,
                country: b_country,
            },
        ) => (ranks[name], variant, country).cmp(&(ranks[b_name], b_variant, b_country)),
        (Node::Named { .. }, _) => Ordering::Less,
        (_, Node::Named { .. }) => Ordering::Greater,
        (
            Node::Station {
                call,
                is_low_power,
                subchannel,
                extra,
                shift_hours,
            },
            Node::Station {
                call: b_call,
                is_low_power: b_low,
                subchannel: b_subchannel,
                extra: b_extra,
                shift_hours: b_shift,
            },
        ) => (
            ranks[call],
            is_low_power,
            number(subchannel),
            ranks[extra],
            shift_hours,
        )
            .cmp(&(
                ranks[b_call],
                b_low,
                number(b_subchannel),
                ranks[b_extra],
                b_shift,
            )),
        (Node::Station { .. }, Node::TakenOut(_)) => Ordering::Less,
        (Node::TakenOut(_), Node::Station { .. }) => Ordering::Greater,
        (Node::TakenOut(a), Node::TakenOut(b)) => a.cmp(&b),
    }
}

/// The node of each row.
fn keys(rows: &mut Rows, strict: &Strict) -> Table<RowId, Node> {
    type Place = (Sym, Variant, Option<Country>);
    let place = |row: &Row| -> Place { (row.key, row.variant(), row.country) };
    let mut forms: HashMap<Place, [bool; 3]> = HashMap::new();
    for row in rows.rows.values().filter(|row| row.station.is_none()) {
        if let Some(at) = form_index(row.form)
            && let Some(seen) = forms.entry(place(row)).or_default().get_mut(at)
        {
            *seen = true;
        }
    }
    let ids = rows.rows.ids();
    let mut keys: Table<RowId, Node> = Table::from(Vec::with_capacity(rows.rows.len()));
    for id in ids {
        let row = rows.rows[id];
        let seen = forms.get(&place(&row)).copied().unwrap_or_default();
        let form = if strict.is(&row) && matches!(row.form, Form::Leading | Form::Trailing) {
            row.form
        } else {
            form_among(row.form, seen)
        };
        let name = match suffix(form) {
            None => row.key,
            Some(suffix) => {
                let name = format!("{} {suffix}", rows.texts.text(row.key));
                rows.texts.sym(&name)
            }
        };
        keys.push(Node::Named {
            name,
            variant: row.variant(),
            country: row.country,
        });
    }
    for ids in stations::by_call(rows) {
        for (id, is_low_power, subchannel) in stations::subchannels(rows, &ids) {
            let row = &rows.rows[id];
            let station = rows.station(row);
            keys[id] = Node::Station {
                call: station.map_or(Interner::empty(), |station| station.call),
                is_low_power,
                subchannel,
                extra: station.map_or(Interner::empty(), |station| station.extra),
                shift_hours: row.shift_hours,
            };
        }
    }
    keys
}

fn form_index(form: Form) -> Option<usize> {
    match form {
        Form::Plain => None,
        Form::Leading => Some(0),
        Form::Trailing => Some(1),
        Form::Channel => Some(2),
    }
}

/// What the form of a name is worth where these forms of it are in the list: "TV Lobo" beside
/// "Lobo TV" are two channels, and a plain "Lobo" is the more usual of them.
fn form_among(form: Form, [leading, trailing, channel]: [bool; 3]) -> Form {
    match (
        u8::from(leading) + u8::from(trailing) + u8::from(channel),
        form,
    ) {
        (..2, _) => Form::Plain,
        (_, Form::Plain) if trailing => Form::Trailing,
        (_, Form::Plain) => Form::Channel,
        _ => form,
    }
}

fn suffix(form: Form) -> Option<char> {
    match form {
        Form::Plain => None,
        Form::Leading => Some('L'),
        Form::Trailing => Some('T'),
        Form::Channel => Some('C'),
    }
}

/// Sources that state the country on a third of their entries or more. They mean it: their
/// countries are never joined.
#[derive(Debug)]
pub(crate) struct Strict(HashMap<u16, bool>);

impl Strict {
    /// No source.
    pub(crate) fn none() -> Self {
        Self(HashMap::new())
    }

    /// By what the entries of each source state.
    pub(crate) fn of(rows: &Rows) -> Self {
        let mut entries: HashMap<u16, (u32, u32)> = HashMap::new();
        for (id, row) in rows.rows.iter() {
            let weight = rows.weights[id];
            let (all, stated) = entries.entry(row.source).or_default();
            *all += weight;
            *stated += if row.stated >= Stated::GroupCode {
                weight
            } else {
                0
            };
        }
        let strict = entries.into_iter();
        Self(
            strict
                .map(|(source, (all, stated))| (source, u64::from(stated) * 3 >= u64::from(all)))
                .collect(),
        )
    }

    /// Whether the row is of such a source.
    pub(crate) fn is(&self, row: &Row) -> bool {
        self.0.get(&row.source).copied().unwrap_or_default()
    }
}
