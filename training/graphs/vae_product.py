"""The golden pairs of the two VAEs: clips are imagined, played, and what was played is encoded."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from bridge.models.grid import FAMILIES, window
from bridge.models.kinds import KINDS
from bridge.music.meter import Meter
from training.graphs.export import Arrays, Product
from training.graphs.graph_layers import Weights
from training.graphs.latent_prior import LatentPrior

__all__ = ["VaeProduct"]

METERS = (Meter(4, 4), Meter(7, 8))
ROWS = 8

Floats = npt.NDArray[np.float32]


class VaeProduct(Product):
    """`net` is in eval mode, on the CPU."""

    def __init__(self, net: nn.Module, prior: LatentPrior) -> None:
        self.net = net
        self.prior = prior

    @abstractmethod
    def drawing(self, rng: np.random.Generator, moved: Floats) -> Arrays:
        """Inputs of the decoder besides latents, positions and temperature; bias and noise times `moved` [8, 1, 1]."""

    @abstractmethod
    def played(self, given: dict[str, Tensor]) -> Arrays:
        """What torch decodes."""

    @abstractmethod
    def encoding(self, played: Arrays) -> Arrays:
        """The encoder's input, made of what was played."""

    def weights(self) -> Weights:
        arrays = {name: tensor.numpy() for name, tensor in self.net.state_dict().items()}
        prior = {name: getattr(self.prior, name) for name in ("centres", "density", "log_weights", "factor")}
        return {**arrays, **{f"prior_{name}": array for name, array in prior.items()}}

    def doors(self) -> dict[str, tuple[Arrays, Arrays]]:
        """Of three doors, imagine, decode and encode: four clips in 4/4 and four in 7/8, at temperature 0 and 1, with
        and without bias and noise."""
        positions = np.stack([window(meter).positions for meter in METERS] * (ROWS // 2))
        temperature = np.repeat(np.array([[0.0], [1.0]], np.float32), ROWS // 2, axis=0)
        moved = np.tile(np.repeat(np.array([0.0, 1.0], np.float32), 2), 2)[:, None, None]
        imagined: list[Arrays] = []

        def decoding(rng: np.random.Generator) -> Arrays:
            imagined[:] = [
                self._inputs(
                    prior_noise=rng.standard_normal((ROWS, self.latent), np.float32),
                    prior_uniform=rng.random((ROWS, 1), np.float32),
                    prior_density=rng.random((ROWS, 1), np.float32),
                    prior_family=np.arange(ROWS) % FAMILIES,
                )
            ]
            return self._inputs(
                positions=positions,
                latent=self.reference(imagined[0])["prior_latent"],
                temperature=temperature,
                **self.drawing(rng, moved),
            )

        decode, clips = self.steady(decoding)
        encode = self._inputs(positions=positions, **self.encoding(clips))
        doors = {"imagine": imagined[0], "decode": decode, "encode": encode}
        return {door: (inputs, self.reference(inputs)) for door, inputs in doors.items()}

    @torch.no_grad()
    def reference(self, inputs: Arrays) -> Arrays:
        _, tensors = KINDS[self.kind].sized(self.latent)
        outputs = {name: _no_rows(tensor.dtype, tensor.shape) for name, tensor in tensors.items()}
        given = {name: torch.from_numpy(array) for name, array in inputs.items() if name != "decoding"}
        if inputs["decoding"]:
            return {**outputs, **self.played(given)}
        clip = given["cells"] if "cells" in given else given["tokens"]
        assert callable(self.net.encode)
        mean, log_variance = self.net.encode(clip, given["positions"][: len(clip)])
        prior = self.prior.draw(*(inputs[f"prior_{name}"] for name in ("noise", "uniform", "density", "family")))
        return {**outputs, "mean": mean.numpy(), "deviation": (0.5 * log_variance).exp().numpy(), "prior_latent": prior}

    def _inputs(self, **given: npt.NDArray[np.generic]) -> Arrays:
        """Every input of the file; those that are not given have zero rows."""
        tensors, _ = KINDS[self.kind].sized(self.latent)
        empty = {name: _no_rows(tensor.dtype, tensor.shape) for name, tensor in tensors.items()}
        return {**empty, "decoding": np.array("latent" in given), **given}


def _no_rows(dtype: str, shape: tuple[int | str, ...]) -> npt.NDArray[np.generic]:
    return np.zeros([0 if isinstance(size, str) else size for size in shape], dtype)
