"""Groups of one name, and the shortest detail that tells them apart."""

from cxrview.gui.browser.nodes import Node


class Namesakes:
    """Patients, studies or folders that are called the same. Alone, one needs no detail."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._depth = 0  # of the detail in use
        self._used: set[str] = set()

    def add(self, node: Node) -> list[Node]:
        """Take `node` in, give it and its namesakes their texts, and return whose text has changed."""
        self._nodes.append(node)
        if len(self._nodes) == 1:
            return []
        renamed = (
            [node] if len(self._nodes) > 2 and _detail(node, self._depth) not in self._used else self._nodes
        )
        if renamed is self._nodes:
            self._deepen()
        for one in renamed:
            detail = _detail(one, self._depth)
            self._used.add(detail)
            one.text = f"{one.group.name}  ({detail})" if one.group is not None else one.text
        return renamed

    def remove(self, node: Node) -> None:
        """Let go of `node`; the others keep their texts."""
        self._nodes.remove(node)
        self._used.discard(_detail(node, self._depth))

    def _deepen(self) -> None:
        """Go on to the first detail that is another one for each node; the last always is."""
        last = max(len(node.group.details) for node in self._nodes if node.group is not None) - 1
        for depth in range(self._depth, last + 1):
            self._depth = depth
            self._used = {_detail(node, depth) for node in self._nodes}
            if len(self._used) == len(self._nodes):
                return


def _detail(node: Node, depth: int) -> str:
    details = node.group.details if node.group is not None else ("",)
    return details[min(depth, len(details) - 1)]
