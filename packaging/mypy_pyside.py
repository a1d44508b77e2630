"""A plugin for mypy: objects of Qt take properties and signals as keywords, as PySide6 does at run time.

The stubs of PySide6 know only the properties that a class does not inherit, and no signals, so that
`QLabel(objectName="title")` and `QPushButton(clicked=self._go)` would be errors. Here every constructor of an
object of Qt gets a `**properties`. At a wrong one PySide6 itself raises an AttributeError.
"""

from collections.abc import Callable

from mypy.nodes import ARG_STAR2, Argument, ClassDef, Decorator, FuncDef, OverloadedFuncDef, Var
from mypy.plugin import ClassDefContext, Plugin
from mypy.types import AnyType, CallableType, TypeOfAny

QOBJECT = "PySide6.QtCore.QObject"


def constructors(of: ClassDef) -> list[FuncDef]:
    """Return every overload of the constructor, as it is written in the stub."""
    found: list[FuncDef] = []
    for part in of.defs.body:
        overloads = part.items if isinstance(part, OverloadedFuncDef) else [part]
        functions = [each.func if isinstance(each, Decorator) else each for each in overloads]
        found += [each for each in functions if isinstance(each, FuncDef) and each.name == "__init__"]
    return found


def take_properties(context: ClassDefContext) -> None:
    """Let the constructors of a class take any keyword, if its objects have properties."""
    if QOBJECT not in (base.fullname for base in context.cls.info.mro):
        return
    for function in constructors(context.cls):
        kind, anything = function.unanalyzed_type, AnyType(TypeOfAny.explicit)
        if not isinstance(kind, CallableType) or ARG_STAR2 in kind.arg_kinds:
            continue
        function.arguments.append(Argument(Var("properties", anything), anything, None, ARG_STAR2))
        function.arg_kinds.append(ARG_STAR2)
        function.arg_names.append("properties")
        function.type = function.unanalyzed_type = kind.copy_modified(
            arg_types=[*kind.arg_types, anything],
            arg_kinds=[*kind.arg_kinds, ARG_STAR2],
            arg_names=[*kind.arg_names, "properties"],
        )


class PropertiesAsKeywords(Plugin):
    """Looks at each class of PySide6 before its body is read."""

    def get_customize_class_mro_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        return take_properties if fullname.startswith("PySide6.") else None


def plugin(_version: str) -> type[Plugin]:
    """Return the plugin, as mypy asks for it."""
    return PropertiesAsKeywords
