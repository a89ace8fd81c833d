"""Inference: the bytes of an .onnx file -> a model that takes arrays and gives arrays.

This is the one place that knows onnxruntime. A model may be anyone's, so each one lives within bounds:

    before    `onnx_file` looks through the file, `card` through its card, and the graph must take and give the same
    memory    all models share one arena that refuses to grow past MEMORY_BYTES
    time      a watchdog stops a run at its limit
    after     every output has its name, type and shape, and finite numbers only

What is left: a run is stopped between two operators, never within one. The memory limit bounds the longest of them (two
matrices as large as fit) to some seconds. And a spoiled graph can make onnxruntime end the whole process: `probe` finds
those that do so when they are loaded and tried, not those that wait for some input.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

# Said before it is imported, or from 1.29 on it tells its maker which models are loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime

from bridge.errors import BadFile, ModelFailed
from bridge.models import onnx_file
from bridge.models.card import Card
from bridge.models.kinds import KINDS, Tensor, Trial
from bridge.models.watchdog import Watchdog

__all__ = ["MEMORY_BYTES", "RUN_LIMIT_SECONDS", "TRIAL_LIMIT_SECONDS", "Engine", "LoadedModel"]

MEMORY_BYTES = 256 * 1024 * 1024
"""For what all models hold and compute at one time. The drum VAE needs about 10 MB for 32 windows."""
KEPT_BYTES = 16 * 1024 * 1024
"""Of these, for good: most requests need no more, and memory that is touched again costs nothing."""
RUN_LIMIT_SECONDS = 5.0
TRIAL_LIMIT_SECONDS = 2.0

Array = npt.NDArray[np.generic]
_Expected = dict[str, tuple[np.dtype[Any], tuple[int | str, ...]]]

_ELEMENT_TYPES = {"tensor(float)": "float32", "tensor(int64)": "int64", "tensor(bool)": "bool"}


class Engine:
    """Loads models. One engine serves a whole bridge; its models may be run and others loaded at the same time."""

    def __init__(self) -> None:
        self._watchdog = Watchdog()

    @staticmethod
    def check(data: bytes, file_name: str) -> Card:
        """All that can be known of a file without running it. Raises BadFile with one sentence that names the file."""
        return Card.from_json(onnx_file.card_text(data, file_name), file_name)

    def load(self, data: bytes, file_name: str) -> LoadedModel:
        """A model that has run once. Raises BadFile with one sentence that names the file."""
        card = self.check(data, file_name)
        session = _session(data, file_name)
        _compare(session.get_inputs(), card.inputs, f"{file_name}: the graph's inputs")
        _compare(session.get_outputs(), card.outputs, f"{file_name}: the graph's outputs")
        model = LoadedModel(card, hashlib.sha256(data).hexdigest(), session, self._watchdog)
        try:
            for trial in KINDS[card.kind].trials:
                model.run(_zeros(card.inputs, trial), TRIAL_LIMIT_SECONDS)
        except ModelFailed as failure:
            sentence = str(failure)
            raise BadFile(f"{file_name} failed its trial: {sentence[0].lower()}{sentence[1:]}") from None
        return model


class LoadedModel:
    """The narrow door to inference. `run` may be called from several threads at a time."""

    def __init__(self, card: Card, sha256: str, session: Any, watchdog: Watchdog) -> None:
        self.card = card
        self.sha256 = sha256
        """Of the file's bytes."""
        self._session = session
        self._watchdog = watchdog
        self._inputs = _expected(card.inputs)
        self._outputs = _expected(card.outputs)
        self._output_names = list(card.outputs)

    def run(self, inputs: Mapping[str, Array], limit_seconds: float = RUN_LIMIT_SECONDS) -> dict[str, Array]:
        """Inputs and outputs as in the card, all of them; a symbol stands for one number of rows in all of them.
        Never longer than RUN_LIMIT_SECONDS.

        Raises ModelFailed where the model does not answer in time, or not as its card says; ValueError for inputs that
        are not as the card says.
        """
        rows: dict[str, int] = {}
        wrong = _difference(self._inputs, inputs, rows)
        if wrong:
            raise ValueError(f"{self.card.name}: {wrong}")
        found = self._compute(inputs, min(limit_seconds, RUN_LIMIT_SECONDS))
        outputs = dict(zip(self._output_names, found, strict=True))
        wrong = _difference(self._outputs, outputs, rows) or _not_finite(outputs)
        if wrong:
            raise ModelFailed(f"The model {self.card.name} answered what cannot be played: {wrong}.")
        # What onnxruntime gives lies in the arena, which would keep it for as long as somebody keeps the clip.
        return {name: array.copy() for name, array in outputs.items()}

    def _compute(self, inputs: Mapping[str, Array], limit_seconds: float) -> list[Array]:
        options = onnxruntime.RunOptions()
        options.log_severity_level = 4
        # What a run took beyond KEPT_BYTES is given back when it ends, also when it failed.
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

        def stop() -> None:
            options.terminate = True

        with self._watchdog.watch(limit_seconds, stop) as watch:
            try:
                found: list[Array] = self._session.run(self._output_names, inputs, options)
            except Exception as error:  # as in `_session`
                if watch.expired:
                    raise ModelFailed(
                        f"The model {self.card.name} was stopped after {limit_seconds:g} s without an answer: "
                        "ask for less at once, or choose another model."
                    ) from None
                reason = str(error)
                if any(sign in reason for sign in _NO_MEMORY_SIGNS):
                    raise ModelFailed(
                        f"The model {self.card.name} needs more than the {MEMORY_BYTES // 1024**2} MB of memory that "
                        "models share: ask for less at once, or choose another model."
                    ) from None
                raise ModelFailed(f"The model {self.card.name} failed: {_reason(error)}.") from None
        return found


def _session(data: bytes, file_name: str) -> Any:
    _share_memory()
    options = onnxruntime.SessionOptions()
    # Beside Live the machine is always busy: a second thread loses more than it gains (design: speed).
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.use_env_allocators", "1")
    # Otherwise four bytes in the right place make it read the file as another format, past `onnx_file`.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    try:
        session: Any = onnxruntime.InferenceSession(
            data,
            options,
            providers=["CPUExecutionProvider"],
            # It would try again without what follows.
            enable_fallback=0,
            disabled_optimizers=_disabled_optimizers(onnxruntime.__version__),
        )
    except Exception as error:  # onnxruntime's own classes, RuntimeError, ValueError, MemoryError ...
        raise BadFile(f"{file_name} cannot be loaded: {_reason(error)}.") from None
    # It keeps the whole file for a second try, which there is none of: 21 MB with the shipped models.
    session._model_bytes = None
    return session


def _disabled_optimizers(version: str) -> list[str]:
    # It computes outside the arena, so a constant of 40 GB would be made. Our exports are folded, but for weights in 16
    # bits: another optimizer widens those at load, each to twice its bytes.
    disabled = ["ConstantFolding"]
    # That one ends the process in 1.23.2 (onnxruntime's issue 32405): there they are widened in every run, in 2.5 ms.
    if tuple(int(part) for part in version.split(".")[:2]) < (1, 31):
        disabled.append("FuseFp16InitializerToFp32NodeTransformer")
    return disabled


_NO_MEMORY_SIGNS = ("requested bytes", "Failed to allocate", "bad_alloc", "bad allocation")


@lru_cache(maxsize=1)
def _share_memory() -> None:
    """Once per process: the arena of every session, and how large it may become."""
    onnxruntime.create_and_register_allocator(
        onnxruntime.OrtMemoryInfo(
            "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
        ),
        onnxruntime.OrtArenaCfg(
            {
                "max_mem": MEMORY_BYTES,
                # 0: the first chunk stays, and only what a run needs beyond it is given back after the run. With 1 all
                # is, in pieces of many sizes that the system's allocator keeps in the end: 5 to 10 MB more.
                "arena_extend_strategy": 0,
                "initial_chunk_size_bytes": KEPT_BYTES,
                "initial_growth_chunk_size_bytes": 2 * 1024 * 1024,
            }
        ),
    )


def _expected(tensors: Mapping[str, Tensor]) -> _Expected:
    return {name: (np.dtype(tensor.dtype), tensor.shape) for name, tensor in tensors.items()}


def _difference(expected: _Expected, found: Mapping[str, Array], rows: dict[str, int]) -> str:
    """What is not as expected, or "". `rows` has how many rows each symbol stands for, and learns new ones."""
    if found.keys() != expected.keys():
        return f"expected {', '.join(expected)}; found {', '.join(found)}"
    for name, (dtype, shape) in expected.items():
        array = found[name]
        if array.dtype != dtype or len(array.shape) != len(shape):
            return f'"{name}" is {array.dtype} {_list(array.shape)}, not {dtype} {_list(shape)}'
        for size, count in zip(shape, array.shape, strict=True):
            if count != (size if isinstance(size, int) else rows.setdefault(size, count)):
                return f'"{name}" is {_list(array.shape)}, not {_list(rows.get(str(size), size) for size in shape)}'
    return ""


def _not_finite(found: Mapping[str, Array]) -> str:
    for name, array in found.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return f'"{name}" has numbers that are not finite'
    return ""


def _zeros(tensors: Mapping[str, Tensor], trial: Trial) -> dict[str, Array]:
    return {
        name: np.full(
            [size if isinstance(size, int) else trial.rows.get(size, 1) for size in shape],
            trial.values.get(name, 0),
            dtype,
        )
        for name, (dtype, shape) in tensors.items()
    }


def _compare(declared: list[Any], expected: Mapping[str, Tensor], where: str) -> None:
    """What the graph declares against the card. Sizes that it leaves open are seen when it runs."""
    names = {value.name for value in declared}
    if names != set(expected):
        raise BadFile(f"{where} are {_list(sorted(names))}; its card says {', '.join(sorted(expected))}.")
    for value in declared:
        tensor = expected[value.name]
        # An unknown shape and the shape of a single number look the same here: [].
        agrees = not value.shape or (
            len(value.shape) == len(tensor.shape)
            and all(
                not isinstance(size, int) or size == expected_size
                for size, expected_size in zip(value.shape, tensor.shape, strict=True)
            )
        )
        if not agrees or _ELEMENT_TYPES.get(value.type) != tensor.dtype:
            raise BadFile(
                f'{where}: "{value.name}" is {value.type} {_list(value.shape)}; '
                f"its card says {tensor.dtype} {_list(tensor.shape)}."
            )


def _list(items: Iterable[object]) -> str:
    return _short(ascii(list(items)).replace("'", ""))


def _reason(error: BaseException) -> str:
    """onnxruntime's own words, as far as they fit into a sentence: [ONNXRuntimeError] : 1 : FAIL : words."""
    words = str(error).rpartition("[ONNXRuntimeError] : ")[2].split(" : ", 2)[-1]
    return _short(ascii(" ".join(words.split()))[1:-1].rstrip(". ") or type(error).__name__)


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:197]}..."
