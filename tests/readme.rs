//! The README's table of models is made from the cards. `UPDATE_README=1 cargo test --test readme` renews it.

use pushforward::catalogue::{ModelCard, cards};

const BEGIN: &str = "<!-- models: made from the cards by tests/readme.rs -->\n";
const END: &str = "<!-- end of models -->";

fn row(card: &ModelCard) -> String {
    let quality = |path: &str| card.quality.pointer(path).and_then(|figure| figure.as_f64());
    let figure = |path: &str, digits: usize| quality(path).map_or("–".into(), |x| format!("{x:.digits$}"));
    let percent = |path: &str| quality(path).map_or("–".into(), |x| format!("{:.1} %", 100.0 * x));
    format!(
        "| `{}` | {} ([arXiv {}](https://arxiv.org/abs/{})) | {} | {} | {} kB | {} × {} | {} (real: {}) | {} / {} | ≤ {} |\n",
        card.id,
        card.name,
        card.paper,
        card.paper,
        card.forward_passes,
        card.parameters,
        card.weights.bytes.div_ceil(1000),
        figure("/q8/fd_fashion", 2),
        figure("/q8/fd_over_floor", 0),
        percent("/q8/conditional_accuracy"),
        percent("/floor/accuracy"),
        figure("/q8/precision", 2),
        figure("/q8/recall", 2),
        figure("/q8/bits_per_dim_bound", 2),
    )
}

#[test]
fn the_table_of_models_is_that_of_the_cards() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the table's begin mark");
    let (table, after) = rest.split_once(END).expect("the table's end mark");
    let header = "| model | family | forward passes | parameters | file | FD-fashion × floor | class accuracy of samples | precision / recall | bits/dim |\n|---|---|---|---|---|---|---|---|---|\n";
    let expected: String = header.to_string() + &cards().iter().map(row).collect::<String>();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
    } else {
        assert_eq!(table, expected, "renew it with UPDATE_README=1 cargo test --test readme");
    }
}
