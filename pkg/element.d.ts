/**
 * `<push-forward model="vae-fashion" seed="42" of-class="3">`: a picture in a page, drawn when it is first seen, and anew when
 * its attributes change. These are the properties of a link (see `State`), of which `class` and `style`, which mean something
 * else in HTML, are called `of-class` and `of-style`; `lang` is HTML's own. `base` says where the engine's files lie, if not where
 * the package has them (see `EngineOptions`). A screen reader hears what it shows, or the `aria-label` that you give it. Its size is that of any other box: `push-forward { width: 280px; }`.
 *
 * Events: `draw` (CustomEvent<string>, the link of the picture that is there), `message` (CustomEvent<string[]>, what of the
 * attributes could not be used, and what is drawn instead) and `error` (CustomEvent<Error>).
 */
export class PushForwardElement extends HTMLElement {}

declare global {
  interface HTMLElementTagNameMap {
    'push-forward': PushForwardElement;
  }
}
