//! Times the cases natively: `cargo bench -p kernels`. In WebAssembly: `cargo xtask kernels`.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

#[path = "../cases/mod.rs"]
#[allow(dead_code, reason = "a test uses the rest")]
mod cases;

fn all(criterion: &mut Criterion) {
    for mut case in cases::all() {
        let name = format!("{} {}", case.shape, case.method);
        criterion.bench_function(name.trim_end(), |bencher| bencher.iter(|| case.run()));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400));
    targets = all
}
criterion_main!(benches);
