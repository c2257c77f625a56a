//! Where nets are computed.

use std::sync::Once;

use burn::tensor::Device;

/// Nets of this size are slower on several threads, and only one thread adds in one order: training
/// must give the same bytes each time.
pub(crate) fn cpu() -> Device {
    static ONE_THREAD: Once = Once::new();
    ONE_THREAD.call_once(|| {
        // refused where the process chose its threads already; a benchmark may
        let chosen = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build_global();
        drop(chosen);
    });
    Device::flex()
}
