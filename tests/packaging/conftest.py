"""The scripts in `packaging` import each other by name, as Python lets them where one is started."""

import sys

from cxrview import paths

sys.path.insert(0, str(paths.PACKAGE.parent / "packaging"))
