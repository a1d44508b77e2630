"""Draw the program's icon in all sizes that systems ask for, from resources/icons/cxrview.svg.

python packaging/icons.py FOLDER     # with a Python that has PySide6 and Pillow; needs no display
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SOURCE = Path(__file__).resolve().parent.parent / "resources" / "icons" / "cxrview.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
IN_ICO = (16, 24, 32, 48, 64, 128, 256)


def drawn(size: int) -> QImage:
    """Return the icon, `size` × `size`, on a transparent ground."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    return image


def main() -> int:
    """Write SIZE.png for all sizes, cxrview.ico and cxrview.icns into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    for size in SIZES:
        drawn(size).save(str(folder / f"{size}.png"))
    with Image.open(folder / "512.png") as largest:
        largest.save(folder / "cxrview.ico", sizes=[(size, size) for size in IN_ICO])
        largest.save(folder / "cxrview.icns")
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
