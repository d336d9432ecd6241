"""The datasets: what is in them, and that a missing or damaged one is named together with the way out."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder import datasets
from autograder.cli import main
from autograder.errors import CourseError, MachineryError, UsageError
from autograder.exercise import Course, load_course

MakeCourse = Callable[..., Course]
Fault = Callable[[Path], object]

COURSE = "format: 1\nname: toy\nsalt: a\n"
FOLDERS = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST"}
COUNTS = {"train": 30, "t10k": 20}
IMAGES, LABELS = "train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
FIRST_TEST_LABELS = [1, 3, 9, 2, 1, 8, 8, 8, 0, 1, 9, 1]


@pytest.fixture(scope="module")
def digits() -> datasets.Dataset:
    return datasets.load("digits", Path("nowhere"))


class TestDigits:
    def test_sizes_types_and_range(self, digits: datasets.Dataset) -> None:
        assert digits.name == "digits"
        for images, labels, count in (
            (digits.train_images, digits.train_labels, 1_437),
            (digits.test_images, digits.test_labels, 360),
        ):
            assert (images.shape, images.dtype) == ((count, 1, 28, 28), torch.float32)
            assert (labels.shape, labels.dtype) == ((count,), torch.int64)
            assert images.is_contiguous()
            assert (images.min(), images.max()) == (0, 1)
            assert set(labels.tolist()) == set(range(10))

    def test_each_class_has_its_share_of_both_parts(self, digits: datasets.Dataset) -> None:
        shares = digits.test_labels.bincount() / (digits.test_labels.bincount() + digits.train_labels.bincount())
        assert shares.min() > 0.15
        assert shares.max() < 0.26

    def test_no_image_is_in_both_parts(self, digits: datasets.Dataset) -> None:
        test = {image.numpy().tobytes() for image in digits.test_images}
        train = {image.numpy().tobytes() for image in digits.train_images}
        assert len(test) + len(train) == 1_797
        assert not test & train

    def test_they_stay_what_they_were(self, digits: datasets.Dataset) -> None:
        """Thresholds were measured on these images in this split."""
        assert digits.digest == "sha256:815a7ed80a371a98d581039717bbb304c321d80633e00765b74c4ab52d798af1"
        again = datasets.load("digits", Path())
        assert again.digest == digits.digest
        assert torch.equal(again.train_images, digits.train_images)
        assert digits.test_labels[:12].tolist() == FIRST_TEST_LABELS

    def test_the_file_holds_what_its_readme_says(self) -> None:
        content = gzip.decompress(datasets.place("digits", Path()).read_bytes())
        assert hashlib.sha256(content).hexdigest() == "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"

    def test_they_are_scikit_learns(self, digits: datasets.Dataset) -> None:
        theirs = pytest.importorskip("sklearn.datasets").load_digits()
        content = gzip.decompress(datasets.place("digits", Path()).read_bytes())
        assert content == theirs.images.astype("uint8").tobytes() + theirs.target.astype("uint8").tobytes()

    def test_an_image_is_a_digit_and_its_label_names_it(self, digits: datasets.Dataset) -> None:
        """The nearest class mean already tells most: pixels, labels and split belong together."""
        train, test = digits.train_images.flatten(1), digits.test_images.flatten(1)
        means = torch.stack([train[digits.train_labels == label].mean(0) for label in range(10)])
        assert (torch.cdist(test, means).argmin(1) == digits.test_labels).double().mean() > 0.85

    def test_a_damaged_package_is_not_the_callers_fault(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        cut = tmp_path / "digits.gz"
        cut.write_bytes(datasets.place("digits", Path()).read_bytes()[:1000])
        monkeypatch.setattr(datasets, "_DIGITS_FILE", cut)
        with pytest.raises(MachineryError, match=r"the package is not whole: .*digits\.gz"):
            datasets.load("digits", Path())


def test_nothing_is_imported_before_it_is_needed() -> None:
    code = "import sys, autograder.datasets; sys.exit('torch' in sys.modules or 'torchvision' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_name() -> None:
    with pytest.raises(UsageError, match=r"no dataset `cifar` .*\n.*digits, fashion_mnist, mnist"):
        datasets.load("cifar", Path())


class TestInTheCourseFile:
    def test_digits_is_the_default(self, toy_course: Course) -> None:
        assert (toy_course.dataset, toy_course.data) == ("digits", toy_course.root / "data")

    @pytest.mark.parametrize(("data", "place"), [("kept/here", "kept/here"), ("/srv/data", "/srv/data")])
    def test_a_named_one_with_its_folder(self, make_course: MakeCourse, data: str, place: str) -> None:
        course = make_course({"course.yaml": f"{COURSE}dataset: mnist\ndata: {data}\n"})
        assert (course.dataset, course.data) == ("mnist", course.root / place)

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("dataset: cifar", "no dataset `cifar`"),
            ("dataset: 3", "`dataset` has the wrong type: int"),
            ("data: [a]", "`data` has the wrong type: list"),
        ],
    )
    def test_slips_are_named_with_their_line(self, make_course: MakeCourse, line: str, reason: str) -> None:
        with pytest.raises(CourseError) as caught:
            make_course({"course.yaml": f"{COURSE}{line}\n"})
        assert (caught.value.line, caught.value.reason) == (4, reason)


@pytest.fixture(params=list(FOLDERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def raw(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small dataset in the layout of torchvision, whole: unpacked files, with their archives."""
    monkeypatch.setattr(datasets, "COUNTS", COUNTS)
    folder = tmp_path / FOLDERS[name] / "raw"
    folder.mkdir(parents=True)
    generator = torch.Generator().manual_seed(1)
    sums = []
    for part, count in COUNTS.items():
        pixels = torch.randint(256, (count, 28, 28), generator=generator, dtype=torch.uint8)
        write(folder / f"{part}-images-idx3-ubyte", struct.pack(">4I", 0x803, *pixels.shape) + pixels.numpy().tobytes())
        labels = torch.arange(count, dtype=torch.uint8) % 10
        write(folder / f"{part}-labels-idx1-ubyte", struct.pack(">2I", 0x801, count) + labels.numpy().tobytes())
        for file in (f"{part}-images-idx3-ubyte.gz", f"{part}-labels-idx1-ubyte.gz"):
            sums.append((file, hashlib.md5((folder / file).read_bytes()).hexdigest()))
    monkeypatch.setattr(torchvision_class(name), "resources", sums)
    return folder


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, mtime=0))


def torchvision_class(name: str) -> Any:
    return getattr(importlib.import_module("torchvision.datasets"), FOLDERS[name])


def forget_archives(raw: Path) -> None:
    for archive in raw.glob("*.gz"):
        archive.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def change(path: Path, place: int, byte: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] = byte
    path.write_bytes(content)


class TestThroughTorchvision:
    def test_it_is_what_the_files_hold(self, name: str, raw: Path, tmp_path: Path) -> None:
        data = datasets.load(name, tmp_path)
        assert datasets.place(name, tmp_path) == raw
        assert data.name == name
        assert (data.train_images.shape, data.train_images.dtype) == ((30, 1, 28, 28), torch.float32)
        assert (data.test_images.shape, data.test_labels.dtype) == ((20, 1, 28, 28), torch.int64)
        assert data.train_labels.tolist() == [*range(10)] * 3
        pixels = torch.frombuffer(bytearray((raw / IMAGES).read_bytes()[16:]), dtype=torch.uint8)
        assert torch.equal(data.train_images.flatten(), pixels / 255)

    def test_archives_may_be_gone(self, name: str, raw: Path, tmp_path: Path) -> None:
        before = datasets.load(name, tmp_path)
        forget_archives(raw)
        assert datasets.load(name, tmp_path).digest == before.digest

    def test_archives_may_be_packed_anew(self, name: str, raw: Path, tmp_path: Path) -> None:
        before = datasets.load(name, tmp_path)
        (raw / f"{IMAGES}.gz").write_bytes(gzip.compress((raw / IMAGES).read_bytes(), 1, mtime=9))
        assert datasets.load(name, tmp_path).digest == before.digest

    def test_the_digest_tells_one_pixel_and_one_label(self, name: str, raw: Path, tmp_path: Path) -> None:
        forget_archives(raw)
        digests = {datasets.load(name, tmp_path).digest}
        for file, place in ((IMAGES, 100), (LABELS, 10)):
            change(raw / file, place, 7)
            digests.add(datasets.load(name, tmp_path).digest)
        assert len(digests) == 3

    @pytest.mark.parametrize(
        ("file", "damage", "fault"),
        [
            (IMAGES, Path.unlink, f"there is no .*{IMAGES}, only {IMAGES}.gz, not unpacked "),
            (IMAGES, cut, f"{IMAGES} is damaged: 23,531 bytes, not the 23,536 of 30 images "),
            (LABELS, cut, f"{LABELS} is damaged: 23 bytes, not the 28 of 20 labels "),
            (LABELS, lambda path: path.write_bytes(b""), f"{LABELS} is damaged: it is no idx file of labels "),
            (IMAGES, lambda path: path.write_text("<html>"), f"{IMAGES} is damaged: it is no idx file of images "),
            (IMAGES, lambda path: change(path, 7, 31), f"{IMAGES} is damaged: its head .* 30 images of 28x28 "),
            (LABELS, lambda path: change(path, 7, 21), f"{LABELS} is damaged: its head does not speak of 20 labels "),
            (IMAGES, lambda path: change(path, 99, 0), f"{IMAGES} is damaged: it is not what {IMAGES}.gz holds "),
            (LABELS, lambda path: change(path, 9, 10), f"{LABELS} is damaged: it has labels above 9 "),
            (f"{LABELS}.gz", cut, rf"{LABELS}\.gz is damaged \(.*\): remove it if you know that {LABELS} beside it"),
            (f"{LABELS}.gz", lambda path: path.write_bytes(b"x"), rf"{LABELS}\.gz is damaged \(Not a gzipped file"),
            (f"{LABELS}.gz", lambda path: change(path, -8, 0), rf"{LABELS}\.gz is damaged \(CRC check failed"),
            (f"{LABELS}.gz", lambda path: change(path, 10, 7), rf"{LABELS}\.gz is damaged \(Error -3 "),
            (LABELS, lambda path: (path.unlink(), path.mkdir()), f"{LABELS} cannot be read: Is a directory "),
        ],
    )
    def test_a_damaged_file_is_named(
        self, name: str, raw: Path, tmp_path: Path, file: str, damage: Fault, fault: str
    ) -> None:
        damage(raw / file)
        with pytest.raises(UsageError, match=f"^dataset `{name}`: .*{fault}") as caught:
            datasets.load(name, tmp_path)
        assert "fetch it with `autograde data --download`, or put train-images-idx3-ubyte, " in caught.value.way_out

    def test_a_missing_root(self, name: str, tmp_path: Path) -> None:
        advice = f"t10k-labels-idx1-ubyte, unpacked, into .*/nowhere/{FOLDERS[name]}/raw"
        with pytest.raises(UsageError, match=rf"dataset `{name}`: there is no .*{IMAGES} .*\n.*fetch it .*{advice}"):
            datasets.load(name, tmp_path / "nowhere")

    @pytest.mark.parametrize("error", [ModuleNotFoundError("No module named 'torchvision'"), RuntimeError("nms")])
    def test_without_torchvision(self, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(module: str) -> None:
            raise error

        monkeypatch.setattr(datasets, "import_module", refuse)
        assert len(datasets.load("digits", tmp_path).test_labels) == 360
        for act in (datasets.load, datasets.download):
            with pytest.raises(UsageError, match=r"torchvision cannot be imported: .*\n.* choose `dataset: digits`"):
                act("mnist", tmp_path)


@pytest.fixture
def mirror(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """torchvision downloads from a folder, where the archives of the small dataset lie."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    for archive in raw.glob("*.gz"):
        shutil.copy(archive, folder)
    utils = importlib.import_module("torchvision.datasets.utils")
    monkeypatch.setattr(utils, "_get_redirect_url", lambda url, **options: url)
    monkeypatch.setattr(utils, "_urlretrieve", lambda url, to: shutil.copy(folder / url.rpartition("/")[2], to))


class TestDownload:
    def test_digits_need_none(self, tmp_path: Path) -> None:
        datasets.download("digits", tmp_path)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.usefixtures("mirror")
    def test_from_nothing(self, name: str, raw: Path, tmp_path: Path) -> None:
        before = datasets.load(name, tmp_path)
        datasets.download(name, tmp_path / "new")
        assert datasets.load(name, tmp_path / "new").digest == before.digest

    def test_archives_are_unpacked_without_a_network(self, name: str, raw: Path, tmp_path: Path) -> None:
        (raw / IMAGES).unlink()
        datasets.download(name, tmp_path)
        datasets.load(name, tmp_path)

    @pytest.mark.usefixtures("mirror")
    @pytest.mark.parametrize("file", [IMAGES, f"{IMAGES}.gz"])
    def test_a_damaged_file_is_replaced_and_kept(self, name: str, raw: Path, tmp_path: Path, file: str) -> None:
        before = datasets.load(name, tmp_path)
        cut(raw / file)
        held = (raw / IMAGES).read_bytes()
        datasets.download(name, tmp_path)
        assert datasets.load(name, tmp_path).digest == before.digest
        assert (raw / f"{IMAGES}.damaged").read_bytes() == held

    def test_what_is_whole_is_left_alone(self, name: str, raw: Path, tmp_path: Path) -> None:
        before = {path: path.stat().st_mtime_ns for path in raw.iterdir()}
        datasets.download(name, tmp_path)
        assert {path: path.stat().st_mtime_ns for path in raw.iterdir()} == before

    @pytest.mark.parametrize(
        "failure", [ConnectionResetError("reset by peer"), RuntimeError("Tried\n a, b"), OSError()]
    )
    def test_no_network(
        self, name: str, raw: Path, tmp_path: Path, failure: Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(self: object) -> None:
            raise failure

        monkeypatch.setattr(torchvision_class(name), "download", fail)
        reason = re.escape(" ".join(str(failure).split()) or "OSError")
        with pytest.raises(UsageError, match=f"`{name}` could not be downloaded: {reason} .*\n.*try again where"):
            datasets.download(name, tmp_path)


class TestCommand:
    def run(self, root: Path, *options: str) -> int:
        return main(["data", "--course", str(root), *options])

    def test_digits(self, toy_course: Course, capfd: pytest.CaptureFixture[str]) -> None:
        for options in ([], ["--download"]):
            assert self.run(toy_course.root, *options) == 0
            said = capfd.readouterr().out.splitlines()
            assert said[0] == "dataset: digits"
            assert said[1].endswith("autograder/data/digits.gz")
            assert said[2] == "images: 1,437 for training, 360 for the test"
            assert said[3].startswith("digest: sha256:815a7ed8")
            assert said[4] == "whole: yes"

    def test_a_whole_one_and_a_damaged_one(
        self, make_course: MakeCourse, name: str, raw: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        course = make_course({"course.yaml": f"{COURSE}dataset: {name}\ndata: {tmp_path}\n"})
        assert self.run(course.root) == 0
        assert f"place: {raw}\nimages: 30 for training, 20 for the test\n" in capfd.readouterr().out

        cut(raw / IMAGES)
        assert self.run(course.root) == 2
        said = capfd.readouterr()
        assert said.out == f"dataset: {name}\nplace: {raw}\n"
        assert said.err.startswith(f"autograde: dataset `{name}`: {raw / IMAGES} is damaged: ")

        assert self.run(course.root, "--download") == 0
        assert load_course(course.root).data == tmp_path

    def test_help_ends_with_an_example(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["data", "--help"])
        assert ended.value.code == 0
        assert "Example: autograde data --course . --download" in " ".join(capsys.readouterr().out.split())

    def test_an_unknown_name_exits_with_2(self, toy_course: Course, capfd: pytest.CaptureFixture[str]) -> None:
        path = toy_course.root / "reference" / "course.yaml"
        path.write_text(f"{COURSE}dataset: cifar\n")
        assert self.run(toy_course.root) == 2
        assert capfd.readouterr().err.startswith(f"autograde: {path}:4: no dataset `cifar` [dataset-unknown]\n")
