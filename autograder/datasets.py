"""The images that networks are trained on and judged by.

`digits` is part of the package (data/README.md says where it comes from). `fashion_mnist` and `mnist`
are read by torchvision from a folder; nothing is downloaded but by `download`. torch and torchvision
are imported when they are needed: a course file is read without them.
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from dataclasses import dataclass
from http.client import HTTPException
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import MachineryError, UsageError
from autograder.language import _

if TYPE_CHECKING:
    import torch

DEFAULT = "digits"
_CLASSES = {"fashion_mnist": "FashionMNIST", "mnist": "MNIST"}  # as torchvision calls them, and their folders
NAMES = (DEFAULT, *_CLASSES)

SIDE = 28
COUNTS = {"train": 60_000, "t10k": 10_000}  # images in each part of what torchvision reads
DIGITS, DIGITS_TEST, DIGITS_SIDE, DIGITS_TOP = 1_797, 360, 8, 16
_DIGITS_FILE = Path(__file__).parent / "data" / "digits.gz"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images (N, 1, 28, 28), float32 in [0, 1]; labels (N,), int64 from 0 to 9.

    `digest` is `sha256:` and the digest of the name, the pixels as they are stored, the labels and the
    split. It is the same on every machine: the arithmetic that makes floats of the pixels has no part in it.
    """

    name: str
    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    digest: str


def place(name: str, root: Path) -> Path:
    """Where a dataset lies, or would: a file of the package, or a folder below `root`.

    Raises UsageError for a name that there is not.
    """
    if name not in NAMES:
        raise UsageError("dataset-unknown", name=name, known=", ".join(NAMES))
    return _DIGITS_FILE if name == DEFAULT else root / _CLASSES[name] / "raw"


def load(name: str, root: Path) -> Dataset:
    """Read a dataset; `root` is the folder that torchvision calls so, and is not used for `digits`.

    Raises UsageError, which names the file and the way out, if a file is missing or damaged or
    torchvision cannot be imported.
    """
    folder = place(name, root)
    if name == DEFAULT:
        return _digits()
    # Not torchvision's class: where that finds files of its older format too, it reads them and not these.
    torchvision = _torchvision("torchvision.datasets.mnist")
    for path in _files(folder):
        if fault := _fault(path):
            raise UsageError("dataset-missing", name=name, fault=fault, by_hand=_by_hand(folder))
    readers = {"images": torchvision.read_image_file, "labels": torchvision.read_label_file}
    return _dataset(name, 255, *(readers[path.name.split("-")[1]](str(path)) for path in _files(folder)))


def download(name: str, root: Path) -> None:
    """Fetch what is missing or damaged, and unpack it. A damaged file is renamed to `*.damaged`.

    Raises UsageError, which says what to do, if torchvision is missing or the network or the disk fails.
    """
    folder = place(name, root)
    if name == DEFAULT:
        return
    torchvision = _torchvision("torchvision.datasets")
    try:
        for path in _files(folder):
            if path.exists() and _fault(path):  # torchvision fetches only what is not there
                path.replace(path.with_name(f"{path.name}.damaged"))
        getattr(torchvision, _CLASSES[name])(str(root), download=True)
    except (OSError, RuntimeError, ValueError, HTTPException) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UsageError("dataset-not-downloaded", name=name, reason=reason, by_hand=_by_hand(folder)) from None


def _digits() -> Dataset:
    import torch

    pixels = DIGITS * DIGITS_SIDE**2
    try:
        content = gzip.decompress(_DIGITS_FILE.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise MachineryError("package-damaged", what=_DIGITS_FILE, reason=error) from None
    images = torch.frombuffer(bytearray(content[:pixels]), dtype=torch.uint8).view(-1, DIGITS_SIDE, DIGITS_SIDE)
    labels = torch.frombuffer(bytearray(content[pixels:]), dtype=torch.uint8).long()
    # Shuffled by a hash: a random generator may change with its library, and the file goes writer by writer.
    order = sorted(range(DIGITS), key=lambda index: hashlib.sha256(f"digits {index}".encode()).digest())
    train, test = order[DIGITS_TEST:], order[:DIGITS_TEST]
    return _dataset(DEFAULT, DIGITS_TOP, images[train], labels[train], images[test], labels[test])


def _dataset(name: str, top: int, *parts: torch.Tensor) -> Dataset:
    """From pixels (N, H, W), bytes from 0 to `top`, and labels (N,), for training and for the test."""
    digest = hashlib.sha256(name.encode())
    for part in parts:
        digest.update(f"\0{part.dtype} {list(part.shape)}\0".encode())
        digest.update(part.contiguous().numpy().tobytes())
    train_images, train_labels, test_images, test_labels = parts
    return Dataset(
        name, _floats(train_images, top), train_labels, _floats(test_images, top), test_labels,
        f"sha256:{digest.hexdigest()}",
    )  # fmt: skip


def _floats(pixels: torch.Tensor, top: int) -> torch.Tensor:
    """(N, H, W) bytes -> (N, 1, 28, 28) in [0, 1]."""
    from torch.nn.functional import interpolate

    images = pixels.unsqueeze(1)
    if images.shape[2:] == (SIDE, SIDE):
        return images.float().div_(top)
    # In double precision: what is left of it in float32 does not depend on the processor.
    return interpolate(images.double() / top, (SIDE, SIDE), mode="bilinear").clamp_(0, 1).float()


def _files(folder: Path) -> list[Path]:
    """The unpacked files: train images, train labels, test images, test labels."""
    return [folder / f"{part}-{kind}-ubyte" for part in COUNTS for kind in ("images-idx3", "labels-idx1")]


def _fault(path: Path) -> str | None:
    """What is wrong with an unpacked idx file, or None.

    torchvision looks whether the file is there, and at the checksum of the .gz as it downloads: a file
    cut short while it was unpacked, or changed since, is found here alone. The .gz beside it, if any, counts
    by what it holds: people pack these files anew, so that its own checksum tells nothing.
    """
    archive = path.with_name(f"{path.name}.gz")
    try:
        content = path.read_bytes()
        packed = archive.read_bytes() if archive.exists() else None
    except FileNotFoundError:
        if archive.exists():
            return _("there is no {file}, only {archive}, not unpacked").format(file=path, archive=archive.name)
        return _("there is no {file}").format(file=path)
    except OSError as error:
        return _("{file} cannot be read: {reason}").format(file=error.filename, reason=error.strerror)
    part, kind, *_rest = path.name.split("-")
    shape = (COUNTS[part], SIDE, SIDE) if kind == "images" else (COUNTS[part],)
    header = struct.pack(f">{1 + len(shape)}I", 0x800 + len(shape), *shape)
    size = len(header) + COUNTS[part] * (SIDE**2 if kind == "images" else 1)
    if content[:4] != header[:4]:
        fault = _("{file} is damaged: it is no idx file of images")
        if kind == "labels":
            fault = _("{file} is damaged: it is no idx file of labels")
        return fault.format(file=path)
    if not content.startswith(header):
        if kind == "images":
            fault = _("{file} is damaged: its head does not speak of {count:,} images of {side}x{side}")
        else:
            fault = _("{file} is damaged: its head does not speak of {count:,} labels")
        return fault.format(file=path, count=COUNTS[part], side=SIDE)
    if len(content) != size:
        fault = _("{file} is damaged: {found:,} bytes, not the {size:,} of {count:,} images")
        if kind == "labels":
            fault = _("{file} is damaged: {found:,} bytes, not the {size:,} of {count:,} labels")
        return fault.format(file=path, found=len(content), size=size, count=COUNTS[part])
    if kind == "labels" and max(content[len(header) :]) > 9:
        return _("{file} is damaged: it has labels above 9").format(file=path)
    try:
        changed = packed is not None and gzip.decompress(packed) != content
    except (OSError, EOFError, zlib.error) as error:
        return _("{archive} is damaged ({reason}): remove it if you know that {file} beside it is whole").format(
            archive=archive, reason=error, file=path.name
        )
    return (
        _("{file} is damaged: it is not what {archive} holds").format(file=path, archive=archive.name)
        if changed
        else None
    )


def _torchvision(module: str) -> Any:
    try:
        return import_module(module)
    except (ImportError, RuntimeError) as error:  # RuntimeError: one that was built for another torch
        raise UsageError("torchvision-missing", reason=error) from None


def _by_hand(folder: Path) -> str:
    return _("put {files}, unpacked, into {folder}").format(
        files=", ".join(path.name for path in _files(folder)), folder=folder
    )
