"""Films as numbers in Parquet: what stands in it, how it is gone on with, and that training reads it."""

import numpy as np
import pytest
from pyarrow import parquet

from cxrview.__main__ import main
from cxrview.batch import messages as batch_messages
from cxrview.batch.prepare import TensorShape, done_in
from cxrview.datasets import messages
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import find_items
from cxrview.errors import InvalidRequest
from cxrview.imaging import model_input, read
from cxrview.training.config import TrainingConfig
from cxrview.training.run.prepare import prepare
from tests.gui.dicom_files import write_dicom
from tests.refusals import refused
from tests.training.drawn import chest, small, version, write

TABLE = """file,label,group,source,split
a.png,normal,anna,here,train
b.png,sick,bert,there,test
c.dcm,sick,,there,train
broken.png,normal,,here,train
"""


@pytest.fixture
def table(tmp_path):
    folder = tmp_path / "films"
    write(folder / "a.png", chest(1, 90))
    write(folder / "b.png", chest(2, 120)[:, :80])
    write_dicom(folder / "c.dcm", patient_id="4711")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (folder / "list.csv").write_text(TABLE, "utf-8")
    return folder / "list.csv"


def prepared(data, out, *options):
    return main(["prepare", "--data", str(data), "--out", str(out), "--size", "48", *options])


def rows_in(out):
    return parquet.read_table(out).to_pylist()


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ((), (48, 48, 3)),
        (("--colour", "grey"), (48, 48)),
        (("--layout", "flat"), (48 * 48 * 3,)),
    ],
)
def test_a_row_has_the_picture_as_numbers_and_what_the_table_says(table, tmp_path, options, shape):
    out = tmp_path / "prepared.parquet"
    assert prepared(table, out, *options) == 1  # one of the films is broken
    a, b, c, broken = rows_in(out)
    given = [read(table.parent / row["file"])[0] for row in (a, b, c)]
    for row, radiograph in zip((a, b, c), given, strict=True):
        image = np.array(row["image"], np.float32)
        expected = model_input(radiograph, 48)[0].astype(np.float32) / 255
        assert image.shape == shape
        np.testing.assert_array_equal(image.reshape(48, 48, -1)[..., -1], expected)
        assert (row["height"], row["width"]) == radiograph.shape
    assert [row["label"] for row in (a, b, c)] == ["normal", "sick", "sick"]
    assert [row["split"] for row in (a, b, c)] == ["train", "test", "train"]
    assert (a["group"], b["source"]) == ("anna", "there")
    assert len(c["group"]) == 16  # a pseudonym
    assert "4711" not in str({name: value for name, value in c.items() if name != "image"})
    assert (broken["status"], broken["image"]) == ("error", None)
    assert broken["error"]


def test_a_run_is_gone_on_with_and_only_in_one_shape(table, tmp_path):
    out = tmp_path / "prepared.parquet"
    prepared(table, out, "--exclude", "b.png")
    assert prepared(table, out) == 2  # it is there already
    assert prepared(table, out, "--resume") == 0
    assert sorted(row["file"] for row in rows_in(out)) == ["a.png", "b.png", "broken.png", "c.dcm"]
    assert len(list(out.iterdir())) == 2
    with refused(InvalidRequest, batch_messages.OTHER_SHAPE):
        done_in(out, TensorShape(48, 1))


def test_training_finds_in_it_what_it_finds_in_the_films(tmp_path):
    rows = ["file,label,group,split"]
    for number in range(6):
        label = ("normal", "sick")[number % 2]
        for side in ("train", "validation", "test"):
            name = f"{side}{number}.png"
            write(tmp_path / name, small(100 * number + len(side), 100))
            rows.append(f"{name},{label},p{side}{number},{side}")
    write(tmp_path / "first.png", chest(7))
    write(tmp_path / "again.png", version(chest(7)))
    rows += ["first.png,sick,twice,train", "again.png,sick,twice,test"]
    (tmp_path / "list.csv").write_text("\n".join(rows), "utf-8")
    out = tmp_path / "prepared.parquet"
    assert main(["prepare", "--data", str(tmp_path / "list.csv"), "--out", str(out)]) == 0

    def told(data):
        allowed = ("leak-patient", "leak-duplicate")
        config = TrainingConfig(data=DataConfig(path=str(data), allow=allowed))
        found = prepare(config, 224, tmp_path / f"run-{data.suffix}")
        sides = [sorted(part.files) for part in (found.train, found.validation, found.test)]
        findings = {item.kind: item.files for item in found.report.findings}
        return found, sides, {kind: findings[kind] for kind in findings if kind.startswith(("leak", "near"))}

    films, sides, findings = told(tmp_path / "list.csv")
    numbers, sides_again, findings_again = told(out)
    assert sides_again == sides
    assert findings_again == findings
    assert {"leak-patient", "leak-duplicate", "near-duplicate"} <= findings.keys()
    np.testing.assert_array_equal(numbers.data.images, films.data.images)


def test_another_table_is_refused(tmp_path):
    import pyarrow

    other = tmp_path / "other.parquet"
    parquet.write_table(pyarrow.table({"file": ["a.png"]}), other)
    with refused(InvalidRequest, messages.NOT_PREPARED(column="status")):
        find_items(DataConfig(path=str(other)))
    other.write_bytes(b"PAR1 and no more")
    with refused(InvalidRequest, messages.PREPARED_DAMAGED(part="other.parquet")):
        find_items(DataConfig(path=str(other)))
