//! A wish to decide, and whether it may be granted.

use base::GuideNumber;

use super::{Decision, GuideChoice, Keys, Pins, Refusal};

/// What becomes of one part of a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Set<T> {
    /// What was decided stays.
    #[default]
    Keep,
    /// It is automatic again.
    Automatic,
    /// This is decided.
    To(T),
}

/// Changes to the decisions of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// See [`Decision::name`].
    pub name: Set<Box<str>>,
    /// See [`Decision::number`].
    pub number: Set<GuideNumber>,
    /// A channel that has the number already gets this one's. Else it is a conflict.
    pub swap: bool,
    /// See [`Decision::enabled`].
    pub enabled: Set<bool>,
    /// See [`Decision::favourite`].
    pub favourite: Set<bool>,
    /// See [`Decision::group`].
    pub group: Set<Box<str>>,
    /// See [`Decision::logo`].
    pub logo: Set<Box<str>>,
    /// See [`Decision::guide`].
    pub guide: Set<GuideChoice>,
    /// See [`Decision::shift_min`].
    pub shift_min: Set<i16>,
    /// See [`Pins::primary`].
    pub primary: Set<Keys>,
    /// See [`Pins::backups`].
    pub backups: Set<Vec<Keys>>,
}

impl Patch {
    /// Whether each value by itself is one that can be decided on.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        text("name", &self.name, Decision::NAME_BYTES_MAX)?;
        text("group", &self.group, Decision::NAME_BYTES_MAX)?;
        text("logo", &self.logo, Decision::LOGO_BYTES_MAX)?;
        if matches!(&self.name, Set::To(name) if name.trim().is_empty()) {
            return Err(Refusal::NameEmpty);
        }
        if let Set::To(GuideChoice::Channel { source, channel }) = &self.guide {
            is_text("guide source", source, Decision::GUIDE_BYTES_MAX)?;
            is_text("guide channel", channel, Decision::GUIDE_BYTES_MAX)?;
        }
        if let Set::To(minutes) = self.shift_min
            && minutes.unsigned_abs() > Decision::SHIFT_MIN_MAX.unsigned_abs()
        {
            return Err(Refusal::Shift);
        }
        match &self.backups {
            Set::To(backups) if backups.len() > Pins::BACKUPS_MAX => Err(Refusal::Backups),
            _ => Ok(()),
        }
    }

    /// Whether it is about streams, which are those of one channel.
    pub(super) fn is_of_streams(&self) -> bool {
        self.primary != Set::Keep || self.backups != Set::Keep
    }

    /// Everything but the number, which depends on those of all others.
    pub(super) fn apply(&self, decision: &mut Decision) {
        put(&self.name, &mut decision.name);
        put(&self.enabled, &mut decision.enabled);
        put(&self.favourite, &mut decision.favourite);
        put(&self.group, &mut decision.group);
        put(&self.logo, &mut decision.logo);
        put(&self.guide, &mut decision.guide);
        put(&self.shift_min, &mut decision.shift_min);
        if self.is_of_streams() {
            let mut pins = decision.pins.take().map(|pins| *pins).unwrap_or_default();
            put(&self.primary, &mut pins.primary);
            match &self.backups {
                Set::Keep => {}
                Set::Automatic => pins.backups.clear(),
                Set::To(backups) => pins.backups.clone_from(backups),
            }
            decision.pins = (pins != Pins::default()).then(|| Box::new(pins));
        }
    }
}

fn put<T: Clone>(set: &Set<T>, value: &mut Option<T>) {
    match set {
        Set::Keep => {}
        Set::Automatic => *value = None,
        Set::To(to) => *value = Some(to.clone()),
    }
}

fn text(field: &'static str, text: &Set<Box<str>>, bytes_max: usize) -> Result<(), Refusal> {
    match text {
        Set::To(text) => is_text(field, text, bytes_max),
        Set::Keep | Set::Automatic => Ok(()),
    }
}

/// A line break in a name would be one in the playlists that are made of it.
fn is_text(field: &'static str, text: &str, bytes_max: usize) -> Result<(), Refusal> {
    if text.len() > bytes_max {
        return Err(Refusal::TextTooLong { field, bytes_max });
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::ControlCharacter { field });
    }
    Ok(())
}
