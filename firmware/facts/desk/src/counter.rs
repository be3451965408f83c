//! The counter itself: a bounded queue from many faces to one writer.

use tokio::sync::mpsc::{self, error::TrySendError};

use crate::{Answer, GuideOrder, Order, Refused, SourceId, SourceOrder};

/// Orders that may wait. Each is a person's click; beyond these the desk says that it is busy.
const ORDERS_MAX: usize = 16;

/// Opens a desk: the end that asks and the end that is asked.
#[must_use]
pub fn open() -> (Desk, Orders) {
    let (facts, receiver) = mpsc::channel(ORDERS_MAX);
    let desk = Desk {
        facts,
        guides: None,
    };
    (desk, Orders(receiver))
}

/// Where changes are asked for.
#[derive(Clone, Debug)]
pub struct Desk {
    facts: mpsc::Sender<Order>,
    /// To whoever keeps the guides, where somebody does.
    guides: Option<mpsc::Sender<GuideOrder>>,
}

/// The orders that have come, in their order.
#[derive(Debug)]
pub struct Orders(mpsc::Receiver<Order>);

/// The orders about guides that have come, in their order.
#[derive(Debug)]
pub struct GuideOrders(mpsc::Receiver<GuideOrder>);

impl Desk {
    /// The same desk with a second end that is asked: whoever keeps the guides.
    #[must_use]
    pub fn with_guides(self) -> (Self, GuideOrders) {
        let (sender, receiver) = mpsc::channel(ORDERS_MAX);
        let guides = Some(sender);
        (Self { guides, ..self }, GuideOrders(receiver))
    }

    /// Hands in an order about guides, and waits for the answer, as [`Desk::ask`] does.
    ///
    /// # Errors
    /// What kept it from being carried out.
    pub async fn ask_guides<T>(
        &self,
        order: impl FnOnce(Answer<T>) -> GuideOrder,
    ) -> Result<T, Refused> {
        let guides = self.guides.as_ref().ok_or(Refused::Ending)?;
        let (answer, awaited) = Answer::new();
        guides.try_send(order(answer)).map_err(refused)?;
        awaited.await.unwrap_or(Err(Refused::Ending))
    }

    /// Hands in the order that `order` makes around its way back, and waits for the answer. An order
    /// that was handed in is carried out even if nobody waits any more.
    ///
    /// # Errors
    /// What kept it from being carried out.
    pub async fn ask<T, O>(&self, order: impl FnOnce(Answer<T>) -> O) -> Result<T, Refused>
    where
        O: Into<Order>,
    {
        let (answer, awaited) = Answer::new();
        self.facts.try_send(order(answer).into()).map_err(refused)?;
        awaited.await.unwrap_or(Err(Refused::Ending))
    }

    /// Hands in a wish to read all lists, where nobody waits for the answer. A full desk drops it:
    /// what asked will ask again.
    pub fn wish_refresh(&self) {
        let (answer, _) = Answer::new();
        let order = SourceOrder::Refresh {
            source: None,
            answer,
        };
        let _ = self.facts.try_send(order.into());
    }

    /// Reads the list of one source now, or those of all.
    ///
    /// # Errors
    /// A source that is not there, or one without an address to read.
    pub async fn refresh(&self, source: Option<SourceId>) -> Result<(), Refused> {
        self.ask(|answer| SourceOrder::Refresh { source, answer })
            .await
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as errors come")]
fn refused<T>(error: TrySendError<T>) -> Refused {
    match error {
        TrySendError::Full(_) => Refused::Busy,
        TrySendError::Closed(_) => Refused::Ending,
    }
}

impl GuideOrders {
    /// The next order; `None` when no face is left.
    pub async fn next(&mut self) -> Option<GuideOrder> {
        self.0.recv().await
    }

    /// The next order if one waits.
    pub fn waiting(&mut self) -> Option<GuideOrder> {
        self.0.try_recv().ok()
    }
}

impl Orders {
    /// The next order; `None` when no face is left.
    pub async fn next(&mut self) -> Option<Order> {
        self.0.recv().await
    }

    /// The next order if one waits.
    pub fn waiting(&mut self) -> Option<Order> {
        self.0.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn an_order_is_answered_to_whoever_asked() {
        let (desk, mut orders) = open();
        let asked = desk.refresh(Some(SourceId(3)));
        let writer = async {
            let Some(Order::Source(SourceOrder::Refresh { source, answer })) = orders.next().await
            else {
                panic!("an order was handed in");
            };
            assert_eq!(source, Some(SourceId(3)));
            answer.give(Err(Refused::NotFound("no source 3".to_owned())));
        };
        let (answer, ()) = tokio::join!(asked, writer);
        assert_eq!(answer, Err(Refused::NotFound("no source 3".to_owned())));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_full_desk_is_busy_and_a_closed_one_ends() {
        let (desk, mut orders) = open();
        for _ in 0..ORDERS_MAX {
            desk.wish_refresh();
        }
        assert_eq!(desk.refresh(None).await, Err(Refused::Busy));
        let waiting = std::iter::from_fn(|| orders.waiting()).count();
        assert_eq!(waiting, ORDERS_MAX, "and no more");
        let writer = async {
            drop(orders.next().await);
        };
        let (answer, ()) = tokio::join!(desk.refresh(None), writer);
        assert_eq!(answer, Err(Refused::Ending), "dropped unanswered");
        drop(orders);
        assert_eq!(desk.refresh(None).await, Err(Refused::Ending));
    }
}
