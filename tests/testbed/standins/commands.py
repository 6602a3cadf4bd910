"""The control socket: one command per line in, `ok`, `error: ...` or JSON per line out."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from tests.testbed.standins.behaviour import Mode
from tests.testbed.standins.connection import Service

# Words after the command -> an answer for the sender, None for "ok". ValueError: the sender's mistake.
Command = Callable[[list[str]], Awaitable[str | None]]


def commands_of(service: Service, modes: list[Mode]) -> dict[str, Command]:
    """Those that stand-ins have in common."""

    def switch(mode: Mode) -> Command:
        async def command(words: list[str]) -> None:
            delay = _seconds(words) if mode is Mode.SLOW else 0.0
            if mode is not Mode.SLOW:
                no_words(words)
            service.behaviour.change(mode, delay)

        return command

    async def status(words: list[str]) -> str:
        no_words(words)
        return json.dumps(service.status())

    async def die(words: list[str]) -> None:
        no_words(words)
        # The answer goes out first.
        asyncio.get_running_loop().call_soon(_die, service)

    return {mode.value: switch(mode) for mode in modes} | {"status": status, "die": die}


def no_words(words: list[str]) -> None:
    """For commands that stand alone."""
    if words:
        raise ValueError(f"takes no {words[0]!r}")


async def take_commands(path: Path, commands: Mapping[str, Command]) -> asyncio.Server:
    """Listen at `path`, where an earlier process may have left its socket (asyncio replaces it)."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                answer = await _obey(commands, line.decode(errors="replace").split())
                writer.write(answer.encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            pass  # gone, or a line without an end
        finally:
            writer.close()

    return await asyncio.start_unix_server(talk, path)


async def _obey(commands: Mapping[str, Command], words: list[str]) -> str:
    command = commands.get(words[0]) if words else None
    if command is None:
        return f"error: one of {', '.join(sorted(commands))}"
    try:
        return await command(words[1:]) or "ok"
    except (OSError, ValueError) as failure:
        return f"error: {failure}"


def _seconds(words: list[str]) -> float:
    try:
        [word] = words
        seconds = float(word)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ValueError("takes seconds, 0 to 3600")
    return seconds


def _die(service: Service) -> None:
    service.reset()
    os._exit(1)
