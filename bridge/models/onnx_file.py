"""An .onnx file that anyone may have made: read from its folder and looked through before onnxruntime sees a byte.

onnxruntime and the `onnx` package's checker take files that read other files as weights, that are a few hundred bytes
and ask for gigabytes, or that run code of their own. So the bridge walks through the protobuf by itself, knows every
field that it lets pass (`_MODEL` and the tables below), and refuses what is not in these tables. The file that is seen
here must be the file that onnxruntime sees: what protobuf would merge (a field given twice), skip (an unknown field) or
cut short (a number too large) is refused as well.

What a graph does once it runs is bounded in `engine.py`.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bridge.errors import BadFile

__all__ = ["CARD_KEY", "MAX_BYTES", "OPERATORS", "card_text", "read", "shown_name"]

CARD_KEY = b"sideman_card"
MAX_BYTES = 32 * 1024 * 1024
MAX_NODES = 4096
MAX_WEIGHTS = 4096
MAX_GRAPHS = 64
"""All of these bound how long onnxruntime loads a file, which grows with their squares: the worst takes a second."""
MAX_GRAPHS_DEEP = 4
MAX_FIELDS = 100_000
"""Of all messages together: they bound how long it takes to look through a file."""
MAX_SIZE = 2**31
MAX_DIMENSIONS = 8
OPSETS = range(13, 22)
IR_VERSIONS = range(4, 11)
"""Up to what onnxruntime 1.23.2 reads, the newest for Intel Macs and for Python 3.10."""

OPERATORS = frozenset(
    (
        b"Abs Add And ArgMax ArgMin BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast Ceil Clip Concat Constant "
        b"ConstantOfShape Cos CumSum DequantizeLinear Div DynamicQuantizeLinear Elu Equal Erf Exp Expand Flatten Floor "
        b"GRU Gather GatherElements GatherND Gelu Gemm Greater GreaterOrEqual HardSigmoid HardSwish Identity If IsInf "
        b"IsNaN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop MatMul MatMulInteger Max Mean "
        b"Min Mod Mul Neg Not OneHot Or PRelu Pad Pow QuantizeLinear RNN Range Reciprocal ReduceL1 ReduceL2 "
        b"ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Round Scan "
        b"ScatterElements ScatterND Selu Shape Sigmoid Sign Sin Size Slice Softmax Softplus Softsign Split Sqrt "
        b"Squeeze Sub Sum Tanh Tile TopK Transpose Trilu Unsqueeze Where Xor"
    ).split()
)
"""Enough for mixers, recurrent networks and sampling. Left out on purpose: convolutions, whose time the memory limit
does not bound; what draws random numbers, because noise is an input; texts, sequences and lists of findings
(NonZero, Unique), whose memory is not the arena's."""

_ITEM_BYTES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8}
"""Bytes of one number of each TensorProto.DataType that may stand in a file: no texts, no complex numbers."""

_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_CONTINUED = bytes(range(128, 256))
"""The bytes of a packed number that are not its last."""

Span = tuple[int, int]
"""Where a field's bytes start and end in the file."""


class _Field(NamedTuple):
    name: str
    wire: int
    repeated: bool = False
    is_text: bool = False


class _Refused(NamedTuple):
    what: str


_Table = dict[int, _Field | _Refused]


def _number(name: str) -> _Field:
    return _Field(name, _VARINT)


def _bytes(name: str) -> _Field:
    return _Field(name, _BYTES)


def _text(name: str) -> _Field:
    return _Field(name, _BYTES, is_text=True)


def _texts(name: str) -> _Field:
    return _Field(name, _BYTES, repeated=True, is_text=True)


def _many(name: str, wire: int = _BYTES) -> _Field:
    return _Field(name, wire, repeated=True)


_OUTSIDE = _Refused("keeps weights in another file (external data): export it as one file")
_FUNCTIONS = _Refused("brings functions of its own, which the bridge does not run: export it without local functions")
_SPARSE = _Refused("has sparse weights, which the bridge does not read: export it with dense ones")
_NO_TENSOR = _Refused("has values that are no tensors of numbers (texts, sequences, maps), which no model here needs")
_UNUSED = _Refused("has parts that no model here needs (training, devices, segments or annotations)")

_ENTRY: _Table = {1: _text("key"), 2: _text("value")}
_OPSET: _Table = {1: _text("domain"), 2: _number("version")}
_MODEL: _Table = {
    1: _number("ir_version"), 2: _text("producer_name"), 3: _text("producer_version"), 4: _text("domain"),
    5: _number("model_version"), 6: _text("doc_string"), 7: _bytes("graph"), 8: _many("opset_import"),
    14: _many("metadata_props"), 20: _UNUSED, 25: _FUNCTIONS, 26: _UNUSED,
}  # fmt: skip
_GRAPH: _Table = {
    1: _many("node"), 2: _text("name"), 5: _many("initializer"), 10: _text("doc_string"), 11: _many("input"),
    12: _many("output"), 13: _many("value_info"), 14: _UNUSED, 15: _SPARSE, 16: _many("metadata_props"),
}  # fmt: skip
_NODE: _Table = {
    1: _texts("input"), 2: _texts("output"), 3: _text("name"), 4: _text("op_type"), 5: _many("attribute"),
    6: _text("doc_string"), 7: _text("domain"), 8: _FUNCTIONS, 9: _many("metadata_props"), 10: _UNUSED,
}  # fmt: skip
_ATTRIBUTE: _Table = {
    1: _text("name"), 2: _Field("f", _FIXED_32), 3: _number("i"), 4: _text("s"), 5: _bytes("t"), 6: _bytes("g"),
    7: _many("floats", _FIXED_32), 8: _many("ints", _VARINT), 9: _texts("strings"), 10: _NO_TENSOR, 11: _UNUSED,
    13: _text("doc_string"), 14: _NO_TENSOR, 15: _NO_TENSOR, 20: _number("type"), 21: _FUNCTIONS, 22: _SPARSE,
    23: _SPARSE,
}  # fmt: skip
_TENSOR: _Table = {
    1: _many("dims", _VARINT), 2: _number("data_type"), 3: _UNUSED, 4: _many("float_data", _FIXED_32),
    5: _many("int32_data", _VARINT), 6: _NO_TENSOR, 7: _many("int64_data", _VARINT), 8: _text("name"),
    9: _bytes("raw_data"), 10: _many("double_data", _FIXED_64), 11: _many("uint64_data", _VARINT),
    12: _text("doc_string"), 13: _OUTSIDE, 14: _number("data_location"), 16: _many("metadata_props"),
}  # fmt: skip
_VALUE_INFO: _Table = {1: _text("name"), 2: _bytes("type"), 3: _text("doc_string"), 4: _many("metadata_props")}
_TYPE: _Table = {
    1: _bytes("tensor_type"), 4: _NO_TENSOR, 5: _NO_TENSOR, 6: _text("denotation"), 7: _NO_TENSOR, 8: _SPARSE,
    9: _NO_TENSOR,
}  # fmt: skip
_TENSOR_TYPE: _Table = {1: _number("elem_type"), 2: _bytes("shape")}
_SHAPE: _Table = {1: _many("dim")}
_DIMENSION: _Table = {1: _number("dim_value"), 2: _text("dim_param"), 3: _text("denotation")}

_DATA_WIRES = {
    field.name: field.wire for field in _TENSOR.values() if isinstance(field, _Field) and field.name.endswith("_data")
}
_TYPED_DATA = {1: "float_data", 7: "int64_data", 11: "double_data", 12: "uint64_data", 13: "uint64_data"}
"""Where a DataType's numbers are that are not in `raw_data`; every other type's are in `int32_data`."""
_WIRE_BYTES = {_BYTES: 1, _FIXED_32: 4, _FIXED_64: 8}


def shown_name(path: Path) -> str:
    """The file's name as it may stand in a sentence."""
    name = path.name if path.name.isprintable() else ascii(path.name)
    return name if len(name) <= 80 else f"{name[:77]}..."


def read(path: Path, folder: Path) -> bytes:
    """The bytes of a regular file that lies in `folder`. Raises BadFile; OSError where the file cannot be read now."""
    name = shown_name(path)
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(os.path.realpath(folder)):
        raise BadFile(f"{name} is a link to a file outside the models' folder: put the model itself there.")
    # Looked at before it is opened: opening a pipe waits for its other end, opening a device may do anything.
    if not stat.S_ISREG(os.stat(real).st_mode):
        raise BadFile(f"{name} is not a file but a folder, a pipe or a device.")
    with open(os.open(real, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise BadFile(f"{name} is not a file but a folder, a pipe or a device.")
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadFile(f"{name} is larger than {MAX_BYTES // 1024**2} MB: models for the stage are small.")
    return data


def card_text(data: bytes, file_name: str) -> str:
    """Looks through the whole file; returns the text of its card. Raises BadFile, naming the file and what is wrong."""
    if not data:
        raise BadFile(f"{file_name} is empty: copy it again.")
    try:
        return _Walk(data).model()
    except _Wrong as wrong:
        raise BadFile(f"{file_name} {wrong}.") from None


class _Wrong(Exception):
    """The rest of a sentence that begins with the file's name."""


_BROKEN = "is cut short or is no ONNX model: copy it again"


@dataclass(slots=True)
class _Message:
    """The fields of one message by name. A field of many numbers may be in both: one by one, and packed in a span."""

    numbers: dict[str, list[int]] = field(default_factory=dict)
    spans: dict[str, list[Span]] = field(default_factory=dict)

    def number(self, name: str) -> int:
        return self.numbers.get(name, (0,))[0]

    def many(self, name: str) -> Sequence[Span]:
        return self.spans.get(name, ())


class _Walk:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._fields_left = MAX_FIELDS
        self._counts: dict[str, int] = {}

    def model(self) -> str:
        model = self._message(_MODEL, (0, len(self._data)))
        if model.number("ir_version") not in IR_VERSIONS:
            raise _Wrong(
                f"is of ONNX's IR version {model.number('ir_version')}; "
                f"the bridge reads {IR_VERSIONS[0]} to {IR_VERSIONS[-1]}"
            )
        self._opset(model)
        graphs = model.many("graph")
        if not graphs:
            raise _Wrong("has no graph")
        self._graph(graphs[0], 1)
        return self._card(model)

    def _opset(self, model: _Message) -> None:
        versions = []
        for span in model.many("opset_import"):
            opset = self._message(_OPSET, span)
            # Other sets may be declared (quantisers do) as long as no node uses them.
            if self._content(opset, "domain") in (b"", b"ai.onnx"):
                versions.append(opset.number("version"))
        if len(versions) != 1:
            raise _Wrong("does not say which opset it uses: export it again")
        if versions[0] not in OPSETS:
            raise _Wrong(
                f"uses opset {versions[0]}; the bridge reads {OPSETS[0]} to {OPSETS[-1]}: export it with one of these"
            )

    def _card(self, model: _Message) -> str:
        cards = []
        for span in model.many("metadata_props"):
            entry = self._message(_ENTRY, span)
            if self._content(entry, "key") == CARD_KEY:
                cards.append(self._content(entry, "value"))
        if len(cards) != 1:
            raise _Wrong(f"has {'no card' if not cards else 'more than one card'}, so the bridge cannot play it")
        return cards[0].decode()

    def _graph(self, span: Span, depth: int) -> None:
        self._count("graphs", MAX_GRAPHS)
        if depth > MAX_GRAPHS_DEEP:
            raise _Wrong(f"nests graphs more than {MAX_GRAPHS_DEEP} deep")
        graph = self._message(_GRAPH, span)
        for initializer in graph.many("initializer"):
            self._tensor(initializer)
        for kind in ("input", "output", "value_info"):
            for value in graph.many(kind):
                self._value_info(value)
        for node in graph.many("node"):
            self._node(node, depth)

    def _node(self, span: Span, depth: int) -> None:
        self._count("operations", MAX_NODES)
        node = self._message(_NODE, span)
        operator = self._content(node, "op_type")
        domain = self._content(node, "domain")
        if domain not in (b"", b"ai.onnx"):
            raise _Wrong(f"uses {_shown(domain + b'.' + operator)}: the bridge runs no custom operators")
        if operator not in OPERATORS:
            raise _Wrong(f"uses the operator {_shown(operator)}, which the bridge does not run")
        for attribute in node.many("attribute"):
            self._attribute(attribute, depth)

    def _attribute(self, span: Span, depth: int) -> None:
        attribute = self._message(_ATTRIBUTE, span)
        name = self._content(attribute, "name")
        # Texts that a graph makes or repeats lie outside the memory limit.
        if name in (b"value_string", b"value_strings") or (
            name == b"to" and attribute.number("i") not in _ITEM_BYTES
        ):
            raise _Wrong(_NO_TENSOR.what)
        for tensor in attribute.many("t"):
            self._tensor(tensor)
        for graph in attribute.many("g"):
            self._graph(graph, depth + 1)

    def _tensor(self, span: Span) -> None:
        self._count("weights", MAX_WEIGHTS)
        tensor = self._message(_TENSOR, span)
        label = _shown(self._content(tensor, "name"))
        if tensor.number("data_location") != 0:
            raise _Wrong(_OUTSIDE.what)
        data_type = tensor.number("data_type")
        if data_type not in _ITEM_BYTES:
            raise _Wrong(f"has weights of an unknown type ({label})")
        dims = list(islice(self._numbers(tensor, "dims"), MAX_DIMENSIONS + 1))
        if len(dims) > MAX_DIMENSIONS or any(size >= MAX_SIZE for size in dims):
            raise _Wrong(f"has weights of an impossible shape ({label})")
        count = math.prod(dims)
        expected = {
            "raw_data": count * _ITEM_BYTES[data_type],
            _TYPED_DATA.get(data_type, "int32_data"): count,
        }
        sizes = {name: self._size(tensor, name) for name in _DATA_WIRES}
        filled = {name: size for name, size in sizes.items() if size}
        agrees = all(expected.get(name) == size for name, size in filled.items())
        if not agrees or len(filled) != (1 if count else 0):
            raise _Wrong(f"has weights whose shape {dims} does not agree with their bytes ({label})")

    def _count(self, what: str, most: int) -> None:
        self._counts[what] = self._counts.get(what, 0) + 1
        if self._counts[what] > most:
            raise _Wrong(f"has more than {most} {what}")

    def _size(self, tensor: _Message, name: str) -> int:
        """Numbers in a tensor's data field, packed or one by one; bytes in `raw_data`."""
        size = len(tensor.numbers.get(name, ()))
        wire = _DATA_WIRES[name]
        for start, end in tensor.many(name):
            if wire == _VARINT:
                size += len(self._data[start:end].translate(None, _CONTINUED))
            else:
                size += (end - start) // _WIRE_BYTES[wire]
        return size

    def _value_info(self, span: Span) -> None:
        value = self._message(_VALUE_INFO, span)
        for type_span in value.many("type"):
            for tensor_span in self._message(_TYPE, type_span).many("tensor_type"):
                tensor = self._message(_TENSOR_TYPE, tensor_span)
                name = _shown(self._content(value, "name"))
                if tensor.number("elem_type") not in (0, *_ITEM_BYTES):
                    raise _Wrong(f"has a value of an unknown type ({name})")
                for shape_span in tensor.many("shape"):
                    dims = self._message(_SHAPE, shape_span).many("dim")
                    sizes = [self._message(_DIMENSION, dim).number("dim_value") for dim in dims]
                    if len(sizes) > MAX_DIMENSIONS or any(size >= MAX_SIZE for size in sizes):
                        raise _Wrong(f"has a value of an impossible shape ({name})")

    def _content(self, message: _Message, name: str) -> bytes:
        for start, end in message.many(name):
            return self._data[start:end]
        return b""

    def _numbers(self, message: _Message, name: str) -> Iterator[int]:
        """A repeated number, packed or one by one."""
        yield from message.numbers.get(name, ())
        for at, end in message.many(name):
            while at < end:
                number, at = self._varint(at, end)
                yield number

    def _message(self, table: _Table, span: Span) -> _Message:
        at, end = span
        message = _Message()
        numbers, spans = message.numbers, message.spans
        while at < end:
            self._fields_left -= 1
            if self._fields_left < 0:
                raise _Wrong("has too many parts for a model of the stage")
            tag, at = self._varint(at, end)
            known = table.get(tag >> 3)
            wire = tag & 7
            if isinstance(known, _Refused):
                raise _Wrong(known.what)
            if known is None or (wire != known.wire and not (wire == _BYTES and known.repeated)):
                raise _Wrong(_BROKEN)
            if not known.repeated and (known.name in numbers or known.name in spans):
                raise _Wrong(_BROKEN)
            if wire == _VARINT:
                number, at = self._varint(at, end)
                numbers.setdefault(known.name, []).append(number)
            elif wire == _BYTES:
                size, at = self._varint(at, end)
                spans.setdefault(known.name, []).append((at, at + size))
                at += size
            else:
                # The value of a fraction is never looked at; it only counts.
                numbers.setdefault(known.name, []).append(0)
                at += _WIRE_BYTES[wire]
            if at > end:
                raise _Wrong(_BROKEN)
            if known.is_text:
                self._check_text(at - size, at)
        return message

    def _check_text(self, at: int, end: int) -> None:
        # onnxruntime takes any bytes for a name, and Python stumbles over them wherever it is told the name.
        try:
            self._data[at:end].decode()
        except UnicodeDecodeError:
            raise _Wrong("has a text that is not UTF-8: export it again") from None

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        """The unsigned number at `at` and where the next begins; a negative one is at least 2**63."""
        data = self._data
        if at < end and data[at] < 128:
            return data[at], at + 1
        number = shift = 0
        while at < end and shift < 64:
            byte = data[at]
            at += 1
            number |= (byte & 127) << shift
            if byte < 128:
                if number >= 2**64:
                    break
                return number, at
            shift += 7
        raise _Wrong(_BROKEN)


def _shown(text: bytes) -> str:
    shown = ascii(text.decode("ascii", "replace"))[1:-1] or "without a name"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
