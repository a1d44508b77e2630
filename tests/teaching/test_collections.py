"""Public collections, each as small as it can be, in the layout in which they are published."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrview.cli.main import parse, run
from cxrview.errors import InvalidRequest
from cxrview.teaching import messages
from cxrview.teaching.collections import items_of
from cxrview.teaching.films import SetFilms
from cxrview.teaching.set_file import load
from tests.refusals import refused


def write(folder: Path, files: dict[str, str], films: list[str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    random = np.random.default_rng(1)
    for name in films:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _, data = cv2.imencode(".png", random.integers(0, 255, (40, 40), np.uint8))
        path.write_bytes(data.tobytes())
    return folder


NIH = {
    "Data_Entry_2017_v2020.csv": (
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position\n"
        "00000001_001.png,Effusion|Pleural_Thickening,1,1,58,M,PA\n"
        "00000001_000.png,No Finding,0,1,57,M,PA\n"
        "00000002_000.png,No Finding,0,2,80,F,PA\n"
        "00000009_000.png,Mass,0,9,80,F,PA\n"
    ),
    "BBox_List_2017.csv": (
        'Image Index,Finding Label,"Bbox [x,y,w,h]",,,\n00000001_001.png,Effusion,4.5,6,10,20,,,\n'
    ),
}
NIH_FILMS = ["images_001/images/00000001_000.png", "images_001/images/00000001_001.png", "00000002_000.png"]


def test_nih_has_classes_boxes_and_the_film_before(tmp_path):
    name, items = items_of(write(tmp_path, NIH, NIH_FILMS))
    assert name == "NIH ChestX-ray14"
    first, second, third = items
    assert second.labels == ("Effusion", "Pleural Thickening")
    assert second.boxes == ((4.5, 6.0, 14.5, 26.0),)
    assert (first.boxes, first.prior, second.prior) == (None, None, first.path)
    assert (second.group, third.group, third.prior) == ("1", "2", None)
    assert second.file == "images_001/images/00000001_001.png"


def test_one_command_makes_the_set_of_a_collection(tmp_path, capsys):
    folder, out = write(tmp_path / "nih", NIH, NIH_FILMS), tmp_path / "effusion.cxrset"
    command = ["teach", "make", str(folder), "--out", str(out), "--ask", "Effusion", "--ask", "No Finding"]
    assert run(parse([*command, "--priors"])) == 0
    made = load(out)
    assert made.questions == ("Effusion", "No Finding")
    assert (made.asked, len(made.films), len(made)) == (3, 4, 3)
    (with_prior,) = [film for film in made.films if film.prior >= 0]
    assert with_prior.classes == ("Effusion", "Pleural Thickening")
    assert made.films[with_prior.prior].file == "images_001/images/00000001_000.png"
    assert SetFilms(made, out).missing() == 0
    assert "effusion.cxrset: 3 films." in capsys.readouterr().out
    assert run(parse(command)) == 2  # it is there already


def test_rsna_has_a_row_for_each_box(tmp_path):
    table = "patientId,x,y,width,height,Target\na,,,,,0\nb,1,2,3,4,1\nb,5,6,7,8,1\nc,,,,,0\n"
    films = ["stage_2_train_images/a.dcm", "stage_2_train_images/b.dcm"]
    _, items = items_of(write(tmp_path, {"stage_2_train_labels.csv": table}, films))
    assert [item.labels for item in items] == [("No lung opacity",), ("Lung opacity",)]
    assert [item.boxes for item in items] == [(), ((1, 2, 4, 6), (5, 6, 12, 14))]


def test_vindr_counts_what_half_of_the_radiologists_have_said(tmp_path):
    rows = ["image_id,rad_id,class_name,x_min,y_min,x_max,y_max"]
    rows += ["a,R1,No finding,,,,", "a,R2,No finding,,,,", "a,R3,Nodule/Mass,1,1,2,2"]
    rows += ["b,R1,Nodule/Mass,1,2,3,4", "b,R2,Nodule/Mass,1,2,3,5", "b,R2,Nodule/Mass,6,2,8,5"]
    table = {"annotations/annotations_train.csv": "\n".join(rows)}
    _, items = items_of(write(tmp_path, table, ["train/a.dicom", "train/b.dicom"]))
    assert [item.labels for item in items] == [("No finding",), ("Nodule/Mass",)]
    assert [item.boxes for item in items] == [(), ((1, 2, 3, 5), (6, 2, 8, 5))]


def test_the_names_of_films_tell_of_tuberculosis(tmp_path):
    readings = {"ClinicalReadings/MCUCXR_0108_1.txt": "right upper zone"}
    films = ["CXR_png/MCUCXR_0001_0.png", "CXR_png/MCUCXR_0108_1.png"]
    name, items = items_of(write(tmp_path, readings, films))
    assert name == "Montgomery County"
    assert [item.labels for item in items] == [("No tuberculosis",), ("Tuberculosis",)]
    assert [item.explanation for item in items] == ["", "right upper zone"]


@pytest.mark.parametrize(
    ("table", "films", "said"),
    [
        ("File,Label\n1,2\n", ["1.png"], "NOT_AS_PUBLISHED"),
        (NIH["Data_Entry_2017_v2020.csv"], [], "NO_FILM_OF_COLLECTION"),
    ],
)
def test_a_collection_that_is_not_as_it_should_be_is_refused(tmp_path, table, films, said):
    folder = write(tmp_path, {"Data_Entry_2017.csv": table}, films)
    with refused(InvalidRequest, getattr(messages, said)):
        items_of(folder)
