"""The commands of the View menu: zoom, viewports, panels."""

from functools import partial

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.gui.actions.when import has_files, has_image, has_spacing, shows_many
from cxrview.gui.commands import gallery, hanging, studies, tags, view, window
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark


def _layout(name: str, text: str, key: str, icon: str, size: tuple[int, int]) -> ActionSpec[Workbench]:
    def checked(bench: Workbench) -> bool:
        arranged = bench.state.arrangement
        return (arranged.rows, arranged.columns) == size and not arranged.shows_one

    return ActionSpec(
        name,
        text,
        (key,),
        partial(view.use_layout, layout=name),
        icon=icon,
        group="layout",
        checked=checked,
    )


ACTIONS: tuple[ActionSpec[Workbench] | None, ...] = (
    ActionSpec("fit", mark("&Fit to window"), ("F",), view.fit, icon="maximize", when=has_image),
    ActionSpec(
        "actual",
        mark("&Actual pixels"),
        ("Ctrl+1",),
        view.actual_pixels,
        tip=mark("One image pixel on one screen pixel"),
        when=has_image,
    ),
    ActionSpec(
        "actual_size",
        mark("Actual si&ze"),
        ("Ctrl+2",),
        view.actual_size,
        tip=mark("As large on the screen as the pixel spacing says, if the screen knows its own size"),
        when=has_spacing,
    ),
    ActionSpec("zoom_in", mark("Zoom &in"), ("+", "Ctrl++", "="), view.zoom_in, when=has_image),
    ActionSpec("zoom_out", mark("Zoom &out"), ("-", "Ctrl+-"), view.zoom_out, when=has_image),
    SEPARATOR,
    _layout("one", mark("&One viewport"), "Alt+1", "square", (1, 1)),
    _layout("two_columns", mark("Two, &side by side"), "Alt+2", "columns-2", (1, 2)),
    _layout("two_rows", mark("Two, one o&ver the other"), "Alt+3", "rows-2", (2, 1)),
    _layout("four", mark("Fo&ur viewports"), "Alt+4", "grid-2x2", (2, 2)),
    ActionSpec(
        "twins",
        mark("Image beside its &heatmap"),
        ("Alt+5",),
        switch=view.compare_heatmap,
        icon="square-split-horizontal",
        tip=mark("The plain image and the same with its heatmap, moved together"),
        when=has_image,
        checked=lambda bench: bench.state.arrangement.twins,
    ),
    ActionSpec(
        "mirror",
        mark("Image beside its mirror ima&ge"),
        ("Shift+Y",),
        switch=view.compare_mirror,
        tip=mark("Left and right side by side, moved together: what is in one lung and not in the other"),
        when=has_image,
        checked=lambda bench: bench.state.arrangement.mirror,
    ),
    ActionSpec(
        "arrange",
        mark("Arran&ge the study"),
        ("Alt+6",),
        view.arrange_study,
        tip=mark("Frontal beside lateral, or the image beside the one before it"),
        when=has_image,
    ),
    ActionSpec(
        "compare_prior",
        mark("Compare with prio&r"),
        ("Alt+7",),
        studies.compare_with_prior,
        icon="history",
        tip=mark("The image beside the one of the same patient's study before"),
        when=has_image,
    ),
    ActionSpec(
        "hang",
        mark("Hang as a &protocol says"),
        ("Alt+8",),
        hanging.hang_fitting,
        tip=mark("By the first of your hanging protocols that fits body part, view and earlier studies"),
        when=has_image,
        submenu="hanging",
    ),
    ActionSpec(
        "hang_by_itself",
        mark("Hang each study by &itself"),
        (),
        switch=hanging.hang_by_itself,
        checked=lambda bench: bench.state.settings.hang_by_itself,
        submenu="hanging",
    ),
    ActionSpec(
        "save_hanging",
        mark("&Save as hanging protocol…"),
        (),
        hanging.save_protocol,
        tip=mark("Layout, films, windows and heatmaps as they are on the screen"),
        when=has_image,
        submenu="hanging",
    ),
    ActionSpec("hangings", mark("&Manage hanging protocols…"), (), hanging.show_protocols, submenu="hanging"),
    ActionSpec(
        "synchronise",
        mark("S&ynchronise viewports"),
        ("Y",),
        switch=view.synchronise,
        icon="link-2",
        tip=mark("Zoom, move and window all viewports together"),
        when=shows_many,
        checked=lambda bench: bench.state.arrangement.synchronised,
    ),
    ActionSpec("next_viewport", mark("Ne&xt viewport"), ("F6",), view.next_viewport, when=shows_many),
    ActionSpec(
        "second_window",
        mark("Second &window"),
        ("Ctrl+F11",),
        switch=view.show_second_window,
        tip=mark("A viewport in a window of its own, for another screen"),
        checked=lambda bench: bench.state.arrangement.second_window,
    ),
    SEPARATOR,
    ActionSpec(
        "studies",
        mark("Study &list"),
        ("Ctrl+L",),
        switch=window.show_studies,
        icon="panel-left",
        tip=mark("Study list"),
    ),
    ActionSpec(
        "gallery",
        mark("Galler&y…"),
        ("Ctrl+G",),
        gallery.show_gallery,
        icon="layout-grid",
        tip=mark("The films of the list side by side, with stars and flags"),
    ),
    ActionSpec("search", mark("Sea&rch the study list"), ("Ctrl+F",), studies.search_studies),
    ActionSpec(
        "reading",
        mark("Rea&ding"),
        ("Ctrl+R",),
        switch=window.show_reading,
        icon="panel-right",
        tip=mark("Reading"),
    ),
    ActionSpec(
        "histogram",
        mark("Histogram of th&e values"),
        ("Alt+H",),
        switch=view.show_histogram,
        tip=mark("How often each value occurs, with the window to be dragged over it"),
    ),
    ActionSpec(
        "hide_identity",
        mark("Hide who the &patient is"),
        ("Alt+P",),
        switch=view.hide_identity,
        tip=mark("For teaching; what is written into the pixels stays visible"),
        checked=lambda bench: bench.state.settings.hide_identity,
    ),
    ActionSpec(
        "tags",
        mark("DICO&M tags…"),
        ("Ctrl+T",),
        tags.show_tags,
        icon="list-tree",
        tip=mark("What stands in the file's header; search it, copy it, compare it with another"),
        when=has_files,
    ),
    ActionSpec(
        "light",
        mark("Light &theme"),
        ("Ctrl+Shift+T",),
        switch=window.use_light_theme,
        checked=lambda bench: bench.state.settings.theme == "light",
    ),
    ActionSpec(
        "full_screen",
        mark("Full s&creen"),
        ("F11",),
        switch=window.use_full_screen,
        tip=mark("The film alone; panels and menus come at the edges of the screen"),
    ),
)
