"""A figure of Pushforward in a notebook: a generator that runs in the browser, and whose state Python reads and sets."""

import pathlib

import anywidget
import traitlets


class Pushforward(anywidget.AnyWidget):
    """`Pushforward(view="way", model="vae-fashion", seed=42, to=7, t=0.5)`; `link` follows what a hand does."""

    _esm = pathlib.Path(__file__).parent / "widget.js"

    #: Where the folder of the npm package is served, as the browser sees it: it draws, and not the kernel.
    base = traitlets.Unicode("http://localhost:8000/").tag(sync=True)
    #: picture, plane, many, way or race.
    view = traitlets.Unicode("way").tag(sync=True)
    #: The models of a race; all of the data set where there are none.
    models = traitlets.List(traitlets.Unicode()).tag(sync=True)
    #: What is shown, in full: set it to go there, read it to know what a hand has chosen.
    link = traitlets.Unicode("").tag(sync=True)
    #: Single properties of the link. None is as by default.
    model = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    prompt = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    of_class = traitlets.Int(None, allow_none=True).tag(sync=True)
    seed = traitlets.Int(None, allow_none=True).tag(sync=True)
    to = traitlets.Int(None, allow_none=True).tag(sync=True)
    t = traitlets.Float(None, allow_none=True).tag(sync=True)
    #: What could not be used or went wrong last, as a sentence; empty where nothing did.
    error = traitlets.Unicode("").tag(sync=True)
