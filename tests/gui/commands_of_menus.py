"""The commands of the main window."""

from cxrview.gui.actions.table import MENUS

SPECS = [spec for _title, menu in MENUS.values() for spec in menu if spec is not None]
