"""Sentences for people, kept in Fluent files by language (`kk.ftl`, `ru.ftl`, `en.ftl`).

Kazakh in Arabic script is not a fourth file: it is made from the Kazakh sentence when it is said.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.resolver import Pattern
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from chassis.arabic_script import to_arabic_script

LANGUAGES = ("kk", "ru", "en")
ARABIC = "kk-Arab"


class Words:
    """All sentences of one or more folders; a key of a later folder replaces that of an earlier one."""

    def __init__(self, *folders: Path) -> None:
        self._bundles = {language: _bundle(language, folders) for language in LANGUAGES}

    def say(self, language: str, key: str, **arguments: str | int | float) -> str:
        """The sentence `key` (or `key.attribute`) in `kk`, `ru`, `en` or `kk-Arab`.

        An unknown key or language and a variable that is not given are `LookupError`: a bug, not a text.
        """
        if language == ARABIC:
            return to_arabic_script(self.say("kk", key, **arguments))
        pattern = self._pattern(language, key)
        if pattern is None:
            raise LookupError(f"no sentence {key!r} in {language!r}")
        text, errors = self._bundles[language].format_pattern(pattern, arguments)
        if errors:
            raise LookupError(f"the sentence {key!r} in {language!r}: {errors[0]}")
        return str(text)

    def knows(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return self._pattern("kk", key) is not None

    def _pattern(self, language: str, key: str) -> Pattern | None:
        if language not in self._bundles:
            raise LookupError(f"no language {language!r}; there are {', '.join((*LANGUAGES, ARABIC))}")
        name, _, attribute = key.partition(".")
        if not self._bundles[language].has_message(name):
            return None
        message = self._bundles[language].get_message(name)
        found: Pattern | None = message.attributes.get(attribute) if attribute else message.value
        return found


def disagreements(folder: Path) -> list[str]:
    """What is not the same in all languages of a folder: the keys, and the variables of each."""
    spoken = {language: _variables(folder / f"{language}.ftl") for language in LANGUAGES}
    everything = sorted({key for keys in spoken.values() for key in keys})
    return [
        f"{key}: {language}.ftl {_differs(keys.get(key))}, {LANGUAGES[0]}.ftl {_differs(wanted)}"
        for key in everything
        for wanted in [spoken[LANGUAGES[0]].get(key)]
        for language, keys in spoken.items()
        if keys.get(key) != wanted
    ]


def _bundle(language: str, folders: tuple[Path, ...]) -> FluentBundle:
    bundle = FluentBundle([language], use_isolating=False)
    for folder in folders:
        source = (folder / f"{language}.ftl").read_text(encoding="utf-8")
        bundle.add_resource(FluentResource(source), allow_overrides=True)
    return bundle


def _differs(variables: frozenset[str] | None) -> str:
    if variables is None:
        return "has no such key"
    return f"has the variables {', '.join(sorted(variables)) or 'none'}"


def _variables(file: Path) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for entry in FluentParser().parse(file.read_text(encoding="utf-8")).body:
        if isinstance(entry, ast.Junk):
            raise ValueError(f"{file.name}: cannot be read: {(entry.content or '').strip()[:60]!r}")
        if isinstance(entry, ast.Message):
            found |= dict(_parts(entry))
    return found


def _parts(message: ast.Message) -> Iterator[tuple[str, frozenset[str]]]:
    name = message.id.name
    if message.value is not None:
        yield name, _variables_in(message.value)
    for attribute in message.attributes:
        yield f"{name}.{attribute.id.name}", _variables_in(attribute.value)


def _variables_in(node: ast.BaseNode) -> frozenset[str]:
    seen = _Variables()
    seen.visit(node)
    return frozenset(seen.names)


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802  (Fluent's name)
        self.names.add(node.id.name)
