"""What the mouse and a few keys do that no command of the table stands for."""

from cxrview.i18n import mark

MOUSE = (
    (mark("Wheel"), mark("Zoom at the pointer")),
    (mark("Shift and wheel"), mark("Heatmap fainter or stronger")),
    (mark("Ctrl and wheel"), mark("Next or previous image or frame")),
    (mark("Right button, drag"), mark("Window: sideways contrast, up and down brightness")),
    (mark("Right button, click"), mark("Menu of the picture")),
    (mark("Middle button, drag"), mark("Pan")),
    (mark("Double click"), mark("Fit to window")),
    (mark("Shift and an arrow key, Page up, Page down"), mark("Pan, when zoomed in")),
    (mark("Esc"), mark("Stop what is running; empty and leave the search; leave full screen")),
    (mark("Shift, while drawing"), mark("Hold a line straight or a box square")),
    (mark("Double click on a measurement"), mark("Write its label")),
    (mark("Enter"), mark("Measuring tool: draw in the middle. Something selected: to its next handle")),
    (mark("Arrow keys, Shift and arrow keys, on a handle"), mark("Move it by 1 or 10 pixels")),
    (mark("Space, hold"), mark("Look under the heatmap")),
    (mark("1 … 9"), mark("Pin the heatmap to that class")),
)
