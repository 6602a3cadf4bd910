"""Whether some bytes are Kubernetes manifests, and which images they name.

Nodes are walked, not values: an alias stays one node however often it is used, so that no file can grow in memory.
"""

import re
from collections.abc import Iterable, Iterator

import yaml

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Nodes are composed by recursion, in C without a guard; CRDs nest some 40 deep.
_DEEPEST = 200
_TOO_DEEP = f"it is nested more than {_DEEPEST} deep"
_IMAGE_IN_TEXT = re.compile(r"""^[ \t]*(?:-[ \t]+)?image:[ \t]+["']?([^\s"'#]+)""", re.MULTILINE)
_IMAGE_VARIABLE = re.compile(r"(^|_)IMAGE(_NAME)?$|^RELATED_IMAGE_")
_BEGINNING = 60


class UnfitError(ValueError):
    """The bytes are not what a base can list; the text says what they are."""


def images_of(content: bytes) -> tuple[str, ...]:
    """Every image that manifests name, sorted; UnfitError when the bytes are no manifests."""
    try:
        text = content.decode()
        _refuse_deep(text)
        documents = [node for node in yaml.compose_all(text, _LOADER) if node is not None]
    except UnicodeDecodeError:
        raise UnfitError("it is not text in UTF-8") from None
    except yaml.YAMLError as error:
        # libyaml 0.2.6 has a bound of its own, and meets it before the first event comes out.
        if "nesting depth" in str(error):
            raise UnfitError(_TOO_DEEP) from None
        place = getattr(error, "problem_mark", None)
        where = f" (line {place.line + 1})" if place else ""
        raise UnfitError(f"it is not YAML{where}; it begins with {_beginning(content)}") from None
    documents = [node for node in documents if not _is_empty(node)]
    if not documents:
        raise UnfitError("it holds no object")
    for number, node in enumerate(documents, 1):
        if not (_scalar(node, "apiVersion") and _scalar(node, "kind")):
            begins = f"; it begins with {_beginning(content)}"
            raise UnfitError(f"document {number} is no Kubernetes object (no apiVersion and kind){begins}")
    return tuple(sorted({image for node in documents for image in _images(node)}))


def _refuse_deep(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise UnfitError(_TOO_DEEP)


def _images(document: yaml.Node) -> Iterator[str]:
    texts = _scalar(document, "kind") == "ConfigMap"
    for node in _nodes(document):
        if isinstance(node, yaml.MappingNode):
            yield from _of_image_key(node)
            yield from _of_variable(node)
        elif texts and isinstance(node, yaml.ScalarNode) and "\n" in node.value:
            # local-path-provisioner keeps the manifest of its helper pod as text in a ConfigMap.
            yield from _IMAGE_IN_TEXT.findall(node.value)


def _of_image_key(node: yaml.MappingNode) -> Iterator[str]:
    """`image: name`, and `image: {repository: ..., tag: ...}`, as custom resources (NginxProxy) have it."""
    value = _get(node, "image")
    if isinstance(value, yaml.ScalarNode) and value.tag == "tag:yaml.org,2002:str" and value.value:
        yield value.value
    elif isinstance(value, yaml.MappingNode) and (repository := _scalar(value, "repository")):
        registry, tag, digest = (_scalar(value, key) for key in ("registry", "tag", "digest"))
        name = f"{registry}/{repository}" if registry else repository
        yield name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _of_variable(node: yaml.MappingNode) -> Iterator[str]:
    """`{name: IMAGE_NAME, value: ...}`: NGINX Gateway Fabric names its own image once more in its environment."""
    if _IMAGE_VARIABLE.search(_scalar(node, "name")) and (value := _scalar(node, "value")):
        yield value


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """Every node once, without recursion."""
    seen: set[int] = set()
    waiting: list[yaml.Node] = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        waiting.extend(_children(node))


def _children(node: yaml.Node) -> Iterable[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    return node.value if isinstance(node, yaml.SequenceNode) else ()


def _get(node: yaml.Node, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if isinstance(name, yaml.ScalarNode) and name.value == key), None)


def _scalar(node: yaml.Node, key: str) -> str:
    value = _get(node, key)
    return str(value.value) if isinstance(value, yaml.ScalarNode) else ""


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _beginning(content: bytes) -> str:
    return repr(content.lstrip()[:_BEGINNING].decode(errors="replace"))
