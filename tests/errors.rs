//! The taxonomy of errors: every one that can come from outside has its kind, a code, and the values to say it by.

mod common;

use burn::tensor::Tensor;
use common::device;
use pushforward::cards::ImageShape;
use pushforward::catalogue::card;
use pushforward::device::{DeviceError, Preference, Reason};
use pushforward::error::{ErrorKind, PushforwardError};
use pushforward::generator::{Condition, Options, Prompt, RequestError, check};
use pushforward::image::from_rgba;
use pushforward::latent::{Mode, interpolate};
use pushforward::link::{State, canonical, from_values, latent_of};
use pushforward::weights::WeightsError;
use serde_json::{Value, json};

/// An error's kind, code and details; its message has what came.
fn told(error: impl Into<PushforwardError>) -> (ErrorKind, &'static str, Value) {
    let PushforwardError { kind, code, details, message } = error.into();
    assert!(!message.is_empty());
    (kind, code, details)
}

/// What [`from_values`] makes of a state in JSON, as [`canonical`] has it.
fn read(state: &Value) -> Result<State, PushforwardError> {
    Ok(canonical(&from_values(|name| Ok(state.get(name).cloned()))?)?)
}

#[test]
fn a_request_says_what_was_expected_and_what_came() {
    let asked = |model: &str, latent: usize, condition: Condition, options: Options| {
        told(check(card(model).unwrap(), &vec![0.0; latent], &condition, &options).unwrap_err())
    };
    let vae = |latent, condition| asked("vae-fashion", latent, condition, Options::default());
    let request = |code, details| (ErrorKind::Request, code, details);
    assert_eq!(
        vae(15, Condition::Any),
        request("latent-length", json!({ "model": "vae-fashion", "expected": 16, "got": 15 }))
    );
    assert_eq!(
        vae(16, Condition::Class(10)),
        request("class", json!({ "model": "vae-fashion", "name": "classes", "min": 0, "max": 9, "got": 10 }))
    );
    assert_eq!(
        vae(16, Condition::sentence("cat")),
        request("condition-kind", json!({ "model": "vae-fashion", "expected": "class", "got": "prompt" }))
    );
    let styled = Condition::Prompt(Prompt { style: Some(7), ..Prompt::default() });
    assert_eq!(
        asked("emoji", 512, styled, Options::default()),
        request("style", json!({ "model": "emoji", "name": "styles", "min": 0, "max": 6, "got": 7 }))
    );
    let steps = Options { steps: Some(1000), ..Options::default() };
    assert_eq!(
        asked("diffusion-fashion", 784, Condition::Any, steps),
        request(
            "range",
            json!({ "model": "diffusion-fashion", "name": "steps", "min": 1.0, "max": 100.0, "got": "1000" })
        )
    );
    let infinite =
        told(check(card("vae-fashion").unwrap(), &[f32::NAN; 16], &Condition::Any, &Options::default()).unwrap_err());
    assert_eq!(
        infinite,
        request("latent-not-finite", json!({ "model": "vae-fashion", "coordinate": 0, "got": "NaN" }))
    );
    let gan = || "gan-fashion".to_string();
    for (error, code) in [
        (RequestError::NotInvertible { model: gan() }, "not-invertible"),
        (RequestError::NoImageToImage { model: gan() }, "no-image-to-image"),
        (RequestError::NoLikelihood { model: gan() }, "no-likelihood"),
    ] {
        assert_eq!(told(error), request(code, json!({ "model": "gan-fashion" })));
    }
}

#[test]
fn an_invalid_seed_says_what_a_seed_is() {
    for (seed, got) in [
        (json!(""), "\"\""),
        (json!(-1), "-1"),
        (json!(1.5), "1.5"),
        (json!(4_294_967_296_u64), "4294967296"),
        (json!(null), "null"),
    ] {
        for name in ["seed", "to"] {
            let error = read(&json!({ "model": "vae-fashion", name: seed })).unwrap_err();
            let message = format!("{name}: expected a whole number from 0 to 4294967295, got {got}");
            assert_eq!(error.to_string(), message);
            let expected = json!({ "kind": "whole", "of": { "min": 0, "max": 4_294_967_295_u32 } });
            assert_eq!(
                told(error),
                (ErrorKind::Request, name, json!({ "name": name, "expected": expected, "got": got }))
            );
        }
    }
    // JSON has no such number; whoever reads the value says so.
    let error = from_values(|name| if name == "seed" { Err("NaN".into()) } else { Ok(None) }).unwrap_err();
    assert_eq!(error.to_string(), "seed: expected a whole number from 0 to 4294967295, got NaN");
}

#[test]
fn every_property_of_a_state_is_read_on_its_own() {
    let cases = [
        (json!({ "model": 5 }), "model", "got 5"),
        (json!({ "model": "gpt" }), "model", "vae-fashion"),
        (json!({ "class": "Trouser" }), "class", "the number of a class of the model, or any, got \"Trouser\""),
        (json!({ "class": -1 }), "class", "got -1"),
        (json!({ "class": 10 }), "class", "got 10"),
        (json!({ "mode": "circle" }), "mode", "one of lerp, slerp, got \"circle\""),
        (json!({ "t": "half" }), "t", "a number from 0 to 1, got \"half\""),
        (json!({ "t": 2 }), "t", "got 2"),
        (json!({ "at": [1] }), "at", "two numbers from -32 to 32 with a comma between them, got [1]"),
        (json!({ "model": "diffusion-fashion", "steps": 2.5 }), "steps", "a whole number from 1 to 100, got 2.5"),
        (json!({ "model": "diffusion-fashion", "sampler": "teleport" }), "sampler", "multistep, ddim, heun, ancestral"),
        (json!({ "model": "emoji", "prompt": 7 }), "prompt", "a sentence of at most 200 characters on one line, got 7"),
        (json!({ "precision": "q5" }), "precision", "one of q8, q4, got \"q5\""),
    ];
    for (state, code, part) in cases {
        let error = read(&state).unwrap_err();
        assert_eq!(
            (error.kind, error.code, &error.details["name"]),
            (ErrorKind::Request, code, &json!(code)),
            "{state}"
        );
        assert!(error.message.starts_with(&format!("{code}: expected ")) && error.message.contains(part), "{error}");
    }
    // What is not there is as it is by default; what is there comes through.
    assert_eq!(read(&json!({})).unwrap(), State::default());
    let state = State { seed: 9, t: 0.25, ..State::default() };
    assert_eq!(read(&json!(state)).unwrap(), state);
    for model in pushforward::catalogue::cards() {
        let state = canonical(&State { model: model.id.clone(), at: Some([1.5, -2.0]), ..State::default() }).unwrap();
        assert_eq!(read(&json!(state)).unwrap(), state);
        assert_eq!(latent_of(&state).unwrap().len(), model.latent.dimension());
    }
}

#[test]
fn latents_pictures_weights_and_devices_have_their_codes() {
    let request = |code, details| (ErrorKind::Request, code, details);
    let mixed = |from: &[f32], to: &[f32]| told(interpolate(from, to, 0.5, Mode::Lerp).unwrap_err());
    assert_eq!(mixed(&[1.0], &[1.0, 2.0]), request("latent-dimensions", json!({ "expected": 1, "got": 2 })));
    assert_eq!(mixed(&[], &[]), request("latent-empty", json!({})));
    assert_eq!(
        mixed(&[f32::INFINITY], &[1.0]),
        request("not-finite", json!({ "name": "a latent coordinate", "got": "inf" }))
    );

    let shape = ImageShape { width: 28, height: 28, channels: 1 };
    let picture = |bytes: usize, size| -> Result<Tensor<4>, _> { from_rgba(&vec![0; bytes], size, shape, &device()) };
    assert_eq!(
        told(picture(16, (28, 28)).unwrap_err()),
        request("image-length", json!({ "width": 28, "height": 28, "expected": 3136, "got": 16 }))
    );
    assert_eq!(
        told(picture(16, (2, 2)).unwrap_err()),
        request("image-size", json!({ "expected": [28, 28], "got": [2, 2] }))
    );

    let weights = |field| told(WeightsError::field("emoji", field, "this", "that"));
    let details = |field| json!({ "model": "emoji", "name": field, "expected": "this", "got": "that" });
    assert_eq!(weights("checksum"), (ErrorKind::Weights, "checksum", details("checksum")));
    assert_eq!(weights("stem.weight shape"), (ErrorKind::Weights, "tensor", details("stem.weight shape")));
    let unreadable = WeightsError::Unreadable { model: "emoji".into(), reason: "html".into() };
    assert_eq!(told(unreadable), (ErrorKind::Weights, "unreadable", json!({ "model": "emoji", "reason": "html" })));

    let (_, code, details) = told("gpu".parse::<Preference>().unwrap_err());
    assert_eq!((code, &details["got"]), ("backend", &json!("gpu")));
    let none = told(DeviceError::WebGpu(Reason::Nothing));
    assert_eq!(none, request("webgpu", json!({ "reason": { "kind": "nothing" } })));
    let lost = told(DeviceError::Failed("gone".into()));
    assert_eq!(lost, (ErrorKind::DeviceLost, "device-failed", json!({ "reason": "gone" })));
    assert_eq!(json!(ErrorKind::DeviceLost), json!("device-lost"));
}
