"""What a person sees while a local run works: one line a step, with a bar where there is something to count.

On a terminal the lines live; elsewhere each finished step prints one plain line, a long one more on its way.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

BEAT_S = 9.0  # so long at most does a step say nothing where its line does not live
Advance = Callable[[int, str], None]  # steps done since the last call, and a note to show


class _Seconds(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Seconds since the step began."""
        return Text(f"{task.finished_time or task.elapsed or 0:5.1f} s", style="dim")


class Steps:
    """The steps of a run and how long each took, in order, in `seconds`."""

    def __init__(self, console: Console) -> None:
        self.seconds: dict[str, float] = {}
        self._console = console
        self._live = console.is_terminal
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28, complete_style="cyan", finished_style="cyan"),
            TextColumn("{task.fields[note]}", style="dim"),
            _Seconds(),
            console=console,
            disable=not self._live,
        )

    def __enter__(self) -> "Steps":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the finished lines stand; safe to call twice."""
        self._progress.stop()

    @contextmanager
    def step(self, name: str, text: str, total: int | None = None) -> Iterator[Advance]:
        """A step that takes a while; yields a function that advances its bar and replaces its note.

        `total` None is a bar that only moves. The step ends with the block.
        """
        task = self._progress.add_task(f"{text:<34}", total=total, note="")
        done, last, started = 0, "", time.perf_counter()

        def advance(count: int, note: str) -> None:
            nonlocal done, last
            done, last = done + count, note
            self._progress.update(task, advance=count, note=note)

        over = threading.Event()

        def speak() -> None:
            while not over.wait(BEAT_S):
                so_far = f"{done:,} of {total:,}, " if total else ""
                waited = time.perf_counter() - started
                self._console.print(f"{text} … {so_far}{last} ({waited:.0f} s)", highlight=False)

        if not self._live:
            threading.Thread(target=speak, daemon=True).start()
        try:
            yield advance
        finally:
            over.set()
        self.seconds[name] = round(time.perf_counter() - started, 2)
        self._progress.update(task, total=max(done, 1), completed=max(done, 1))
        if not self._live:
            self._console.print(
                f"{text}: {last + ', ' if last else ''}{self.seconds[name]:.1f} s", highlight=False
            )
