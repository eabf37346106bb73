//! Links: both directions, bad values, and links that people have already sent.

use proptest::prelude::*;
use pushforward::cards::ModelCard;
use pushforward::catalogue::{card, cards};
use pushforward::generator::{Condition, Prompt, Sampler};
use pushforward::latent::{Mode, gaussian};
use pushforward::link::{
    ClassChoice, LOCKABLE, Mask, NAMES, PARTS, PROPERTIES, Parsed, State, StateError, canonical, condition_of,
    latent_of, parse, standing, with_model, write,
};
use pushforward::weights::Precision;

#[test]
fn the_example_of_the_docs_reads_as_it_says() {
    let parsed = parse("#model=vae-fashion&class=3&seed=42&to=7&mode=lerp&t=0.35");
    assert_eq!(parsed.messages, vec![]);
    let expected = State {
        model: "vae-fashion".into(),
        class: ClassChoice::One(3),
        seed: 42,
        to: 7,
        mode: Mode::Lerp,
        t: 0.35,
        ..State::default()
    };
    assert_eq!(parsed.state, expected);
    assert_eq!(write(&expected).unwrap(), "model=vae-fashion&class=3&seed=42&to=7&mode=lerp&t=0.35");
}

#[test]
fn every_property_is_a_field_of_the_state_and_its_default_is_valid() {
    assert_eq!(parse("").messages, vec![]);
    let fields = serde_json::to_value(State::default()).unwrap();
    let mut names: Vec<&str> = fields.as_object().unwrap().keys().map(String::as_str).collect();
    let mut table: Vec<&str> = PROPERTIES.iter().map(|property| property.name).collect();
    names.sort_unstable();
    table.sort_unstable();
    assert_eq!(names, table);
}

#[test]
fn defaults_are_left_out_except_what_fixes_the_picture() {
    assert_eq!(write(&State::default()).unwrap(), "model=vae-fashion&seed=42&to=7");
}

#[test]
fn unknown_keys_and_missing_parts_are_no_reason_to_complain() {
    let parsed = parse("#colour=red&seed=5&&=&nonsense&class");
    assert_eq!(parsed.messages, vec![]);
    assert_eq!(parsed.state, State { seed: 5, ..State::default() });
}

/// A bad value, the state it should become, and a word of the message.
#[test]
fn bad_values_become_the_nearest_valid_state_with_a_message() {
    let default = State::default();
    let cases: Vec<(&str, State, &str)> = vec![
        ("model=gan-cats", default.clone(), "vae-fashion"),
        ("class=10", default.clone(), "class"),
        ("class=-1", default.clone(), "class"),
        ("class=shoe", default.clone(), "shoe"),
        ("seed=-3", State { seed: 0, ..default.clone() }, "4294967295"),
        ("seed=1e99", State { seed: u32::MAX, ..default.clone() }, "nearest"),
        ("seed=99999999999999999999999", State { seed: u32::MAX, ..default.clone() }, "nearest"),
        ("seed=2.7", State { seed: 3, ..default.clone() }, "whole number"),
        ("seed=NaN", default.clone(), "default"),
        ("seed=", default.clone(), "seed"),
        ("to=inf", State { to: u32::MAX, ..default.clone() }, "to"),
        ("t=NaN", default.clone(), "number from 0 to 1"),
        ("t=7", State { t: 1.0, ..default.clone() }, "nearest"),
        ("t=-0.1", default.clone(), "nearest"),
        ("mode=teleport", default.clone(), "lerp, slerp"),
        ("at=1e9,-1e9", State { at: Some([32.0, -32.0]), ..default.clone() }, "at"),
        ("at=1", default.clone(), "comma"),
        ("at=NaN,0", default.clone(), "at"),
    ];
    for (link, expected, word) in cases {
        let parsed = parse(link);
        assert_eq!(parsed.state, expected, "{link}");
        assert_eq!(parsed.messages.len(), 1, "{link}: {:?}", parsed.messages);
        assert!(parsed.messages[0].to_string().contains(word), "{link}: {:?}", parsed.messages);
    }
}

#[test]
fn a_message_does_not_repeat_all_of_a_hostile_value() {
    let parsed = parse(&format!("mode={}", "x\u{7}".repeat(100_000)));
    assert!(parsed.messages[0].to_string().len() < 200 && !parsed.messages[0].to_string().contains('\u{7}'));
}

#[test]
fn the_last_of_a_repeated_key_counts_and_percent_encoding_is_undone() {
    assert_eq!(parse("seed=1&seed=2").state.seed, 2);
    assert_eq!(parse("at=1%2C2").state.at, Some([1.0, 2.0]));
    assert_eq!(parse("mode=%").messages.len(), 1);
    assert_eq!(parse("mode=%ff%F").messages.len(), 1);
}

#[test]
fn what_is_no_percent_encoding_stays_as_it_stands() {
    let plain = ["cat%+5dog", "100% 5 cats", "%5", "%", "%%", "%-1", "%zz%0", "%0x", "%5g", "%微", "%5微", "5%é1"];
    // Bytes that are encoded and are no UTF-8: cut short, out of place, overlong, half a pair of UTF-16.
    let broken = ["%E5%BE", "%ff%FE", "%80cat", "%c0%af", "%ED%A0%80"];
    for text in plain.into_iter().chain(broken) {
        let parsed = parse(&format!("model=emoji&prompt={text}"));
        assert_eq!((parsed.state.prompt.as_str(), parsed.messages), (text, vec![]), "{text}");
    }
    for (text, meant) in
        [("%e5%be%AE%E7%AC", "微%E7%AC"), ("%ffcat%21", "%ffcat!"), ("%%41", "%A"), ("%2541", "%41"), ("%4%31", "%41")]
    {
        assert_eq!(parse(&format!("model=emoji&prompt={text}")).state.prompt, meant, "{text}");
    }
}

#[test]
fn a_step_of_the_tour_that_does_not_exist_is_the_nearest_that_does() {
    let tour = |text: &str| {
        let parsed = parse(&format!("tour={text}"));
        (parsed.state.tour, parsed.messages.len())
    };
    assert_eq!([tour(""), tour("1"), tour("10")], [(None, 0), (Some(1), 0), (Some(10), 0)]);
    assert_eq!([tour("0"), tour("11"), tour("-3"), tour("x")], [(Some(1), 1), (Some(10), 1), (Some(1), 1), (None, 1)]);
    assert!(!write(&State::default()).unwrap().contains("tour"));
    assert!(write(&State { tour: Some(3), ..State::default() }).unwrap().ends_with("&tour=3"));
}

#[test]
fn a_lesson_shows_and_locks_what_there_is_and_says_what_there_is_not() {
    let lesson = |text: &str| {
        let Parsed { state, messages } = parse(text);
        (state.show, state.lock, messages.iter().map(|replaced| (replaced.name, replaced.nearest)).collect::<Vec<_>>())
    };
    let said = |show: &str, lock: &str| (show.into(), lock.into(), vec![]);
    assert_eq!(lesson(""), said("", ""));
    assert_eq!(lesson("show=picture,way&lock=model"), said("picture,way", "model"));
    // In the table's order, each once, however the comma is written.
    assert_eq!(lesson("show=way%2Cpicture,way&lock=t,model"), said("picture,way", "model,t"));
    assert_eq!(lesson("show=way,stars"), ("way".into(), String::new(), vec![("show", true)]));
    assert_eq!(lesson("show=stars&lock=,"), (String::new(), String::new(), vec![("show", false), ("lock", false)]));
    let everything = LOCKABLE.join(",");
    assert_eq!(lesson(&format!("lock={everything}")), said("", &everything));
    assert!(parse("show=stars").messages[0].to_string().contains("some of opening, families"));
    let state = State { show: "way,picture".into(), task: "Where is 0.5?".into(), ..State::default() };
    assert!(write(&state).unwrap().ends_with("&show=picture,way&task=Where%20is%200.5%3F"));
    assert!(write(&State { show: "stars".into(), ..State::default() }).is_err());
    assert!(LOCKABLE.iter().all(|name| PROPERTIES.iter().any(|property| property.name == *name)));
    // Another model does not end the lesson.
    let moved = with_model(&State { lock: "seed".into(), goal: "norm~0~1".into(), ..state }, "gan-fashion").unwrap();
    assert_eq!((&*moved.show, &*moved.lock, &*moved.goal), ("picture,way", "seed", "norm~0~1"));
}

#[test]
fn a_goal_is_met_where_all_of_its_clauses_are() {
    let met = |link: &str, changed| {
        let Parsed { state, messages } = parse(link);
        assert_eq!(messages, vec![], "{link}");
        standing(&state, changed).unwrap().iter().map(|standing| standing.met).collect::<Vec<_>>()
    };
    assert!(met("", None).is_empty());
    assert_eq!(met("goal=t~0.4~0.6&t=0.6", None), [true]);
    assert_eq!(met("goal=t~0.4~0.6&t=0.601", None), [false]);
    assert_eq!(met("goal=class~9,mode~lerp&class=9", None), [true, false]);
    assert_eq!(met("goal=class~any&class=9", None), [false]);
    assert_eq!(met("goal=changed~0.1~1", None), [false]);
    assert_eq!(met("goal=changed~0.1~1", Some(0.25)), [true]);
    // The middle of the straight line is shorter than a sample, that of the arc is not.
    assert_eq!(met("goal=norm~0~0.8&mode=lerp&t=0.5", None), [true]);
    assert_eq!(met("goal=norm~0~0.8&mode=slerp&t=0.5", None), [false]);
    // What a model does not have is no number.
    assert_eq!(met("goal=steps~1~50", None), [false]);
    for bad in ["t", "t~", "norm~1", "t~0.6~0.4", "t~a~b", "t~0~NaN", "at~1,1", "colour~red", "t~0~1,", "t~0~1~2"] {
        let parsed = parse(&format!("goal={bad}"));
        assert_eq!((&*parsed.state.goal, parsed.messages.len()), ("", 1), "{bad}");
    }
    let properties = PROPERTIES.iter().map(|property| property.name);
    assert_eq!(NAMES.iter().filter(|name| !properties.clone().any(|known| known == **name)).count(), 2);
}

#[test]
fn a_language_is_known_by_the_first_part_of_its_tag() {
    let language = |tag: &str| {
        let parsed = parse(&format!("lang={tag}"));
        (parsed.state.lang, parsed.messages.len())
    };
    for tag in ["zh", "zh-CN", "zh-Hans", "zh-Hant-TW", "zh_CN", "ZH-cn", "zh-cmn-Hans", "zh_CN.UTF-8", "zh-"] {
        assert_eq!(language(tag), ("zh".into(), 0), "{tag}");
    }
    for tag in ["en", "en-US", "EN", "en_GB.UTF-8", "en-x-pirate"] {
        assert_eq!(language(tag), ("en".into(), 0), "{tag}");
    }
    for tag in ["fr", "fr-zh", "zhongwen", "z", "-zh", "e n", "english"] {
        assert_eq!(language(tag), (String::new(), 1), "{tag}");
    }
    let tagged = State { lang: "zh-Hant".into(), ..State::default() };
    assert_eq!(canonical(&tagged).unwrap().lang, "zh");
    assert!(write(&tagged).unwrap().ends_with("&lang=zh"));
    assert!(write(&State { lang: "fr".into(), ..State::default() }).is_err());
}

#[test]
fn a_state_that_no_link_can_say_is_refused() {
    let wrong = [
        State { t: f64::NAN, ..State::default() },
        State { t: 1.5, ..State::default() },
        State { at: Some([f64::INFINITY, 0.0]), ..State::default() },
        State { class: ClassChoice::One(10), ..State::default() },
        State { model: "gan-cats".into(), ..State::default() },
    ];
    for state in wrong {
        assert!(matches!(write(&state), Err(StateError::Value { .. })), "{state:?}");
        assert!(latent_of(&state).is_err(), "{state:?}");
    }
}

#[test]
fn links_of_older_versions_keep_their_meaning() {
    // Each line: a link as it was once sent, a space, and the canonical link of the same picture.
    let lines = include_str!("old_links.txt").lines().filter(|line| !line.starts_with('%') && !line.is_empty());
    let mut count = 0;
    for line in lines {
        let (old, now) = line.split_once(' ').expect("two links a line");
        let parsed = parse(old);
        // Weights that were replaced since are said, and nothing else.
        assert!(parsed.messages.iter().all(|replaced| replaced.name == "version"), "{old}: {:?}", parsed.messages);
        assert_eq!(write(&parsed.state).unwrap(), now, "{old}");
        count += 1;
    }
    assert!(count >= 5);
}

#[test]
fn a_link_of_weights_that_were_replaced_says_so_and_draws_with_those_that_ship() {
    let card = cards().iter().find(|card| card.version > 1).expect("a model whose weights were replaced");
    let (id, now) = (&card.id, card.version);
    let read = |link: &str| {
        let Parsed { state, messages } = parse(link);
        (state.version, messages.iter().map(|said| (said.name, said.got.clone(), said.nearest)).collect::<Vec<_>>())
    };
    let replaced = |version: &str| (Some(now), vec![("version", version.to_string(), true)]);
    // As the page wrote it, when there was one version.
    assert_eq!(read(&format!("model={id}&seed=1&to=2")), replaced("1"));
    assert_eq!(read(&format!("model={id}&version=1&seed=1&to=2")), replaced("1"));
    assert_eq!(read(&format!("model={id}&version=99")), replaced("99"));
    // By hand, and as it is written now.
    assert_eq!(read(&format!("model={id}&seed=1")), (Some(now), vec![]));
    let link = write(&State { model: id.clone(), ..State::default() }).unwrap();
    assert!(link.starts_with(&format!("model={id}&version={now}&")), "{link}");
    assert_eq!(read(&link), (Some(now), vec![]));
    assert!(write(&State { model: id.clone(), version: Some(1), ..State::default() }).is_err());
    // A model of one version has none.
    let first = cards().iter().find(|card| card.version == 1).expect("a model that was never replaced");
    assert_eq!(read(&format!("model={}&version=7&seed=1&to=2", first.id)), (None, vec![]));
    assert_eq!(with_model(&parse(&link).state, &first.id).unwrap().version, None);
}

#[test]
fn swapped_coordinates_are_those_of_b() {
    let card = card("vae-fashion").unwrap();
    let plain = State { t: 0.25, ..State::default() };
    let swapped = State { swap: mask(card, |i| i == 0 || i == 9), ..plain.clone() };
    let b = gaussian(plain.to, card.latent.dimension());
    let (before, after) = (latent_of(&plain).unwrap(), latent_of(&swapped).unwrap());
    for i in 0..before.len() {
        assert_eq!(after[i], if i == 0 || i == 9 { b[i] } else { before[i] }, "{i}");
    }
    // A latent that is shaped like a picture has a brush instead.
    let link = write(&State { model: iterative().unwrap().id.clone(), ..swapped }).unwrap();
    assert!(!link.contains("swap="), "{link}");
}

/// The first model with a latent to paint on and steps to choose, if one ships.
fn iterative() -> Option<&'static ModelCard> {
    cards().iter().find(|card| card.latent.shape.len() > 1 && card.controls.steps.is_some())
}

/// The mask of a model's latent that means the coordinates for which `meant` holds.
fn mask(card: &ModelCard, meant: impl Fn(usize) -> bool) -> String {
    Mask((0..card.latent.dimension()).map(meant).collect()).to_string()
}

#[test]
fn a_link_says_the_controls_that_the_model_has_and_no_others() {
    for card in cards() {
        let state = State { model: card.id.clone(), steps: None, brush: Some(3), ..State::default() };
        let link = write(&state).unwrap();
        assert_eq!(link.contains("steps="), card.controls.steps.is_some(), "{link}");
        assert_eq!(link.contains("sampler="), !card.controls.samplers.is_empty(), "{link}");
        assert!(!link.contains("mask=") && !link.contains("brush="), "{link}");
    }
    let vae = parse("model=vae-fashion&steps=banana&guidance=-4&mask=A&brush=x");
    assert_eq!((vae.state, vae.messages), (State::default(), vec![]));
}

#[test]
fn bad_controls_become_the_nearest_valid_ones_with_a_message() {
    let Some(card) = iterative() else { return };
    let range = card.controls.steps.unwrap();
    let (least, most, default) = (Some(range.min as u32), Some(range.max as u32), Some(range.default as u32));
    for (value, steps) in [("0", least), ("-1", least), ("1e9", most), ("NaN", default), ("many", default)] {
        let parsed = parse(&format!("model={}&steps={value}", card.id));
        assert_eq!((parsed.state.steps, parsed.messages.len()), (steps, 1), "{value}: {:?}", parsed.messages);
    }
    for bad in ["guidance=NaN", "guidance=1e300", "sampler=teleport", "mask=AAAA", "mask=%00"] {
        let parsed = parse(&format!("model={}&{bad}", card.id));
        assert_eq!(parsed.messages.len(), 1, "{bad}: {:?}", parsed.messages);
        assert!(write(&parsed.state).is_ok(), "{bad}");
    }
    let base = State { model: card.id.clone(), ..State::default() };
    let wrong = [
        State { steps: Some(0), ..base.clone() },
        State { guidance: Some(f64::NAN), ..base.clone() },
        State { mask: "AAAA".into(), ..base.clone() },
    ];
    for state in wrong {
        assert!(matches!(canonical(&state), Err(StateError::Value { .. })), "{state:?}");
    }
}

#[test]
fn painting_takes_the_masked_coordinates_from_the_brush_and_no_others() {
    let Some(card) = iterative() else { return };
    let plain = State { model: card.id.clone(), t: 0.5, ..State::default() };
    let painted = State { mask: mask(card, |i| i % 7 < 3), brush: Some(11), ..plain.clone() };
    let (before, after) = (latent_of(&plain).unwrap(), latent_of(&painted).unwrap());
    let brush = gaussian(11, card.latent.dimension());
    for (i, z) in after.iter().enumerate() {
        assert_eq!(*z, if i % 7 < 3 { brush[i] } else { before[i] }, "{i}");
    }
    let nothing = State { mask: mask(card, |_| false), brush: Some(11), ..plain.clone() };
    assert_eq!(canonical(&nothing).unwrap(), canonical(&plain).unwrap());
}

#[test]
fn what_another_model_has_too_survives_the_change() {
    let Some(card) = iterative() else { return };
    let state = State {
        class: ClassChoice::One(3),
        steps: Some(4),
        mask: mask(card, |i| i == 5),
        ..State { model: card.id.clone(), ..State::default() }
    };
    assert_eq!(with_model(&state, &card.id).unwrap(), canonical(&state).unwrap());
    let other = with_model(&state, "vae-fashion").unwrap();
    assert_eq!(other, State { class: ClassChoice::One(3), ..State::default() });
    assert!(with_model(&state, "gan-cats").is_err());
}

#[test]
fn a_control_that_nobody_moved_follows_the_model_s_default() {
    let guided = |id: &str| cards().iter().find(|card| card.id == id).and_then(|card| card.controls.guidance).unwrap();
    let (diffusion, codes) = (guided("diffusion-fashion"), guided("codes-fashion"));
    assert_ne!(diffusion.default, codes.default);
    let at = |guidance| State { model: "diffusion-fashion".into(), guidance: Some(guidance), ..State::default() };
    let changed = |guidance| with_model(&at(guidance), "codes-fashion").unwrap().guidance;
    assert_eq!(changed(diffusion.default), Some(codes.default));
    assert_eq!(changed(3.0), Some(3.0));
}

/// The state of a model that is told what to draw.
fn told(prompt: &str) -> State {
    State { model: "emoji".into(), prompt: prompt.into(), ..State::default() }
}

#[test]
fn a_sentence_travels_in_any_script_and_with_any_sign() {
    let link = write(&told("50% & #1 = <b>猫</b>")).unwrap();
    assert!(link.contains("&prompt=50%25%20%26%20%231%20%3D%20%3Cb%3E%E7%8C%AB%3C%2Fb%3E&"), "{link}");
    assert_eq!(parse(&link).state.prompt, "50% & #1 = <b>猫</b>");
    // As somebody may type it.
    assert_eq!(parse("model=emoji&prompt=blue cat&style=noto").state.prompt, "blue cat");
    let other = parse("model=vae-fashion&prompt=cat&style=noto&toprompt=dog");
    assert_eq!((other.state, other.messages), (State::default(), vec![]));
}

#[test]
fn a_sentence_that_is_too_long_is_cut_with_a_message() {
    let long = format!("model=emoji&prompt={}", "猫<script>\u{7}".repeat(10_000));
    let parsed = parse(&long);
    assert_eq!(parsed.messages.len(), 1);
    assert!(
        parsed.messages[0].to_string().contains("at most 200 characters") && parsed.messages[0].to_string().len() < 200,
        "{parsed:?}"
    );
    assert_eq!(parsed.state.prompt, "猫<script>".repeat(23).chars().take(200).collect::<String>());
    assert!(write(&parsed.state).is_ok());
    assert_eq!(parse("model=emoji&prompt=%0Acat").messages.len(), 1);
    assert_eq!(parse("model=emoji&style=picasso").messages.len(), 1);
    for wrong in [told(&"x".repeat(201)), told("two\nlines"), State { style: "picasso".into(), ..told("cat") }] {
        assert!(matches!(write(&wrong), Err(StateError::Value { .. })), "{wrong:?}");
    }
}

#[test]
fn what_is_said_goes_over_from_one_end_to_the_other() {
    let condition = |state: State| condition_of(&state).unwrap();
    let said = |sentence: &str, towards: Option<(&str, f64)>| {
        let towards = towards.map(|(other, mix)| (other.to_string(), mix));
        Condition::Prompt(Prompt { sentence: sentence.into(), towards, style: None })
    };
    assert_eq!(condition(told("")), Condition::Any);
    assert_eq!(condition(told("cat")), said("cat", None));
    let class = State { class: ClassChoice::One(3), ..State::default() };
    assert_eq!(condition(class), Condition::Class(3));
    let styled = State { style: "twemoji".into(), ..told("") };
    let expected = Prompt { style: Some(2), ..Prompt::default() };
    assert_eq!(condition(styled), Condition::Prompt(expected));

    let way = State { toprompt: "dog".into(), ..told("cat") };
    let at = |t: f64| condition(State { t, ..way.clone() });
    assert_eq!((at(0.0), at(1.0)), (said("cat", None), said("dog", None)));
    assert_eq!(at(0.25), said("cat", Some(("dog", 0.25))));
    assert_eq!(condition(State { toprompt: "dog".into(), t: 0.5, ..told("") }), said("", Some(("dog", 0.5))));
    // A is on the x axis of the plane: behind it nothing of B is left.
    let free = |at: [f64; 2]| condition(State { at: Some(at), t: 1.0, ..way.clone() });
    assert_eq!(free([32.0, -10.0]), said("cat", None));
    let Condition::Prompt(Prompt { towards: Some((other, mix)), .. }) = free([0.0, 0.0]) else { panic!() };
    assert!(other == "dog" && (0.3..0.7).contains(&mix), "{mix}");
    // No way at all.
    assert_eq!(condition(State { to: way.seed, at: Some([1.0, 1.0]), ..way.clone() }), said("cat", None));
}

fn states() -> impl Strategy<Value = State> {
    let model = proptest::sample::select(cards()).prop_map(|card| card.id);
    let class = prop_oneof![Just(ClassChoice::ANY), (0usize..10).prop_map(ClassChoice::One)];
    let mode = prop_oneof![Just(Mode::Lerp), Just(Mode::Slerp)];
    let at = proptest::option::of([-32f64..=32.0, -32f64..=32.0]);
    let way = (model, class, any::<u32>(), any::<u32>(), mode, 0f64..=1.0, at);
    let samplers = Sampler::ALL.map(|(_, sampler)| sampler).to_vec();
    let controls = (
        proptest::option::of(1u32..=28),
        proptest::option::of(0f64..=2.0),
        proptest::option::of(0.5f64..=1.0),
        proptest::option::of(proptest::sample::select(samplers)),
        proptest::option::of(any::<u32>()),
        0usize..9,
    );
    let said = ("\\PC{0,200}", "\\PC{0,20}", any::<prop::sample::Index>(), proptest::option::of(any::<u32>()));
    let lesson = (
        proptest::sample::subsequence(PARTS, 0..=PARTS.len()).prop_map(|names| names.join(",")),
        proptest::sample::subsequence(LOCKABLE, 0..=LOCKABLE.len()).prop_map(|names| names.join(",")),
        "\\PC{0,200}",
        proptest::sample::select(vec!["", "t~0~1", "model~emoji,norm~0.5~0.75"]).prop_map(String::from),
    );
    let seen = (
        proptest::sample::select(&Precision::ALL),
        proptest::sample::select(vec!["", "en", "zh", "zh-Hant-TW", "en_US"]).prop_map(String::from),
        proptest::option::of(1u32..=10),
    );
    (way, controls, said, seen, lesson).prop_map(
        |(
            (model, class, seed, to, mode, t, at),
            (steps, guidance, temperature, sampler, brush, every),
            (prompt, toprompt, style, draws),
            (precision, lang, tour),
            (show, lock, task, goal),
        )| {
            let card = card(&model).expect("one of the cards");
            let every = mask(card, |i| every > 0 && i % every == 0);
            let (mask, swap) =
                if card.latent.shape.len() > 1 { (every, String::new()) } else { (String::new(), every) };
            let class = if card.classes.is_empty() { ClassChoice::ANY } else { class };
            let style = match card.styles.get(style.index(card.styles.len() + 1)) {
                Some(style) => style.clone(),
                None => String::new(),
            };
            State {
                model,
                version: None,
                class,
                prompt,
                toprompt,
                style,
                seed,
                to,
                mode,
                t,
                at,
                steps,
                guidance,
                temperature,
                sampler,
                mask,
                brush,
                swap,
                draws,
                precision,
                lang,
                tour,
                show,
                lock,
                task,
                goal,
            }
        },
    )
}

proptest! {
    /// Escapes among what only looks like them: decoded where the bytes are text, and everything else as it stands.
    #[test]
    fn percent_encoding_is_undone_where_there_is_any(
        pieces in proptest::collection::vec(("[+ 5-9g-z微é%]{0,3}", proptest::option::of("[^%&\\pC]{1,2}")), 0..8)
    ) {
        let (mut said, mut meant) = (String::new(), String::new());
        for (loose, text) in pieces {
            // A sign after each keeps a loose one from making an escape with what follows.
            said += &loose.replace('%', "%~");
            meant += &loose.replace('%', "%~");
            for byte in text.iter().flat_map(|text| text.bytes()) {
                said += &format!("%{byte:02x}");
            }
            meant += text.as_deref().unwrap_or("");
        }
        let parsed = parse(&format!("model=emoji&prompt={said}"));
        prop_assert_eq!(parsed.state.prompt, meant);
        prop_assert_eq!(parsed.messages, vec![]);
    }

    /// Whatever stands in an address is read without loss: written again as a link it says the same.
    #[test]
    fn what_was_read_is_read_again(text in "[%+0-9a-fA-F é微]{0,60}") {
        let read = |link: &str| parse(link).state.prompt;
        let prompt = read(&format!("model=emoji&prompt={text}"));
        let state = State { model: "emoji".into(), prompt: prompt.clone(), ..State::default() };
        prop_assert_eq!(read(&write(&state).unwrap()), prompt);
    }

    #[test]
    fn a_link_carries_its_canonical_state(state in states()) {
        let link = write(&state).unwrap();
        let parsed = parse(&link);
        prop_assert_eq!(&parsed.messages, &vec![]);
        prop_assert_eq!(&parsed.state, &canonical(&state).unwrap());
        prop_assert_eq!(write(&parsed.state).unwrap(), link);
        prop_assert_eq!(latent_of(&parsed.state).unwrap(), latent_of(&state).unwrap());
        prop_assert_eq!(condition_of(&parsed.state).unwrap(), condition_of(&state).unwrap());
    }

    #[test]
    fn no_text_makes_reading_fail(text in ".*") {
        let parsed = parse(&text);
        prop_assert!(write(&parsed.state).is_ok());
        prop_assert_eq!(latent_of(&parsed.state).unwrap().len(), 16);
    }

    #[test]
    fn no_values_make_reading_fail(values in proptest::collection::vec(".*", PROPERTIES.len())) {
        let link: Vec<String> = PROPERTIES.iter().zip(&values).map(|(p, value)| format!("{}={value}", p.name)).collect();
        let parsed = parse(&link.join("&"));
        prop_assert!(write(&parsed.state).is_ok());
    }
}
