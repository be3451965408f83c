//! The owner's rules: which entries of the lists become channels, and under what name, group and
//! number. Pure: no clock, no file, no socket.
//!
//! A [`RuleSet`] is what stands in the configuration file and what the API changes. [`Rules`] is a
//! set made ready: [`Rules::apply`] takes an entry and says what becomes of it, [`Preview`] what
//! would become of many.
//!
//! **Order.** Rules run from top to bottom, and each sees what those before it made of the entry: a
//! rule behind a renaming looks at the new name. A rule that is not `enabled`, or that names
//! `sources` of which the entry's is none, is passed over.
//!
//! **Looking.** A rule looks at its `fields` one after the other; it matches where its `pattern` is
//! found in one of them, anywhere unless the pattern says `^` or `$`. Upper and lower case are the
//! same unless `case_sensitive`. A rule without a pattern matches every entry of its sources.
//!
//! **Include and exclude.** The last rule that matches decides. An entry that none of them matches
//! stays, unless some enabled include rule is for its source: where something is asked for, the rest
//! was not. So an exclude below an include takes away of what that let in, and an include below an
//! exclude makes an exception.
//!
//! **Changing.** `rename` puts `with` in the place of each match in the name; found in another field,
//! the name becomes `with`. `regroup`, `set_logo` and `set_tvg_id` make that field `with`. In `with`,
//! `$1` and `${word}` are what the groups of the pattern found, and `$$` is a dollar. A renaming that
//! leaves nothing leaves the name. What was found in an address cannot be put elsewhere: it may be a
//! password.
//!
//! **Numbers.** `renumber` asks for a number from `first` on, up to `last` where there is one, in the
//! order of the lists; the last rule that matches decides. Which number it becomes is `lineup`'s to
//! say, which knows those that are given.
//!
//! **Templates.** `{{news}}` in a pattern stands for the pattern of the template `news`, as a group of
//! its own. Templates may use templates, but not themselves.
//!
//! **Cost.** Patterns are those of the regex crate, without look-around and references back: the time
//! is linear in the text, whatever the pattern. All that is held is counted against the bytes that
//! [`Rules::compile`] is given, and refused beyond them.
//!
//! What does not belong here: reading lists (`playlist`), joining entries (`names`), numbers given
//! (`lineup`), keeping rules (`store`).

mod apply;
mod compile;
mod error;
mod pattern;
mod preview;
mod set;
mod template;
mod with;

pub use apply::{Entry, Verdict};
pub use compile::Rules;
pub use error::{Place, Problem, RuleError};
pub use preview::{Preview, Sample, Shown};
pub use set::{Action, Field, NumberRange, Rule, RuleSet, Template};
