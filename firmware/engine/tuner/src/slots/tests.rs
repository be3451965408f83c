//! Many tasks on few slots, under a clock that the test drives.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::time::sleep;

use super::*;

fn soon(millis: u64) -> Instant {
    Instant::now() + Duration::from_millis(millis)
}

/// A generator of numbers (SplitMix64, Vigna 2015): the same from the same seed.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Takes, holds, closes slowly, gives up and is dropped in the middle: never are there more
/// connections than allowed, and in the end all slots are back.
#[tokio::test(start_paused = true)]
async fn races_neither_exceed_the_limit_nor_leak() {
    const LIMITS: [usize; 3] = [1, 2, 5];
    for seed in 0..20_u64 {
        let slots = Slots::new(LIMITS.map(Some).to_vec());
        let open: Arc<[AtomicUsize; 3]> = Arc::default();
        let served = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..100_u64)
            .map(|task| {
                let (slots, open) = (Arc::clone(&slots), Arc::clone(&open));
                let served = Arc::clone(&served);
                let mut chance = seed << 32 | task;
                tokio::spawn(async move {
                    sleep(Duration::from_millis(random(&mut chance) % 500)).await;
                    let source = u16::try_from(random(&mut chance) % 3).unwrap();
                    let priority = [
                        Priority::Standby,
                        Priority::Probe,
                        Priority::Viewer,
                        Priority::Admin,
                    ][usize::try_from(random(&mut chance) % 4).unwrap()];
                    let sources = [source, (source + 1) % 3];
                    let sources = &sources[..1 + usize::try_from(random(&mut chance) % 2).unwrap()];
                    let until = soon(random(&mut chance) % 2000);
                    let Some(slot) = slots.take(sources, priority, until).await else {
                        return;
                    };
                    served.fetch_add(1, Ordering::SeqCst);
                    let source = usize::from(slot.source());
                    let now_open = open[source].fetch_add(1, Ordering::SeqCst) + 1;
                    assert!(
                        now_open <= LIMITS[source],
                        "seed {seed}: {now_open} connections"
                    );
                    let watches = Duration::from_millis(random(&mut chance) % 300);
                    tokio::select! {
                        () = slot.preempted() => {}
                        () = sleep(watches) => {}
                    }
                    // The socket takes its time to close, and counts until it has.
                    sleep(Duration::from_millis(random(&mut chance) % 50)).await;
                    open[source].fetch_sub(1, Ordering::SeqCst);
                    drop(slot);
                })
            })
            .collect();
        let mut chance = seed;
        for (index, task) in tasks.into_iter().enumerate() {
            if index % 7 == 0 {
                sleep(Duration::from_millis(random(&mut chance) % 20)).await;
                // A viewer that hangs up while it waits; one that holds is let finish.
                if !task.is_finished() && open.iter().all(|open| open.load(Ordering::SeqCst) == 0) {
                    task.abort();
                }
            }
            if let Err(error) = task.await {
                assert!(error.is_cancelled(), "seed {seed}: {error}");
            }
        }
        assert!(served.load(Ordering::SeqCst) > 10, "seed {seed}");
        for source in 0..3 {
            assert_eq!(slots.in_use(source), 0, "seed {seed}: a slot leaked");
            assert!(slots.has_room(source));
        }
        let inner = slots.inner.lock();
        assert!(inner.waiting.is_empty() && inner.holding.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_is_granted_to_somebody_gone_goes_to_the_next() {
    let slots = Slots::new(vec![Some(1)]);
    let holder = slots.try_take(0, Priority::Viewer).unwrap();
    assert!(slots.try_take(0, Priority::Admin).is_none());
    let mut gone = Box::pin(slots.take(&[0], Priority::Viewer, soon(1000)));
    let mut next = Box::pin(slots.take(&[0], Priority::Viewer, soon(1000)));
    assert!(futures_pending(&mut gone).await && futures_pending(&mut next).await);
    drop(holder);
    // The slot is on its way to the first, who hangs up before looking.
    drop(gone);
    let slot = next.await.unwrap();
    assert_eq!((slot.source(), slots.in_use(0)), (0, 1));
    drop(slot);
    assert_eq!(slots.in_use(0), 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_ends() {
    let slots = Slots::new(vec![Some(1), None]);
    let _holder = slots.try_take(0, Priority::Viewer).unwrap();
    let begin = Instant::now();
    assert!(
        slots
            .take(&[0], Priority::Viewer, soon(1500))
            .await
            .is_none()
    );
    assert_eq!(begin.elapsed(), Duration::from_millis(1500));
    let other = slots.take(&[0, 1], Priority::Viewer, soon(0)).await;
    assert_eq!(other.map(|slot| slot.source()), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_viewer_gets_a_probes_connection_once_it_is_closed() {
    let slots = Slots::new(vec![Some(1)]);
    let probe = slots.try_take(0, Priority::Probe).unwrap();
    let closing = tokio::spawn(async move {
        probe.preempted().await;
        sleep(Duration::from_millis(200)).await;
        drop(probe);
    });
    let begin = Instant::now();
    let viewer = slots.take(&[0], Priority::Viewer, soon(1500)).await;
    assert!(viewer.is_some());
    assert_eq!(begin.elapsed(), Duration::from_millis(200));
    closing.await.unwrap();
}

/// Polls once.
async fn futures_pending(future: &mut (impl Future + Unpin)) -> bool {
    std::future::poll_fn(|context| {
        let poll = std::pin::Pin::new(&mut *future).poll(context);
        std::task::Poll::Ready(poll.is_pending())
    })
    .await
}
