"""Stock MkDocs as fast as people know how: a forkserver with everything imported, and templates compiled once.

python stock_pool.py JOBS TIMES BYTECODE_FOLDER PROJECT…

Each project is built so many times, to ``pool-1``, ``pool-2``, … in it, as if the fleet were that much larger.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import Any

from jinja2 import FileSystemBytecodeCache
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.plugins import BasePlugin

#: What a build needs, loaded before the fork.
_PRELOADED = ["__main__", "material.plugins.search.plugin", "mkdocs_static_i18n.plugin", "pymdownx.details"]


class _Bytecode(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder

    def on_env(self, env: Any, /, **_: Any) -> Any:
        env.bytecode_cache = FileSystemBytecodeCache(self.folder)
        return env


def _build(task: tuple[str, str, str]) -> None:
    folder, target, bytecode = task
    os.chdir(folder)
    config = load_config("mkdocs.yml", site_dir=target)
    config.plugins["bytecode"] = _Bytecode(bytecode)
    build(config)


if __name__ == "__main__":
    jobs, times, bytecode, *projects = sys.argv[1:]
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    # A process for each site: static-i18n leaves traces in mkdocs.
    with context.Pool(int(jobs), maxtasksperchild=1) as pool:
        targets = [f"pool-{number + 1}" for number in range(int(times))]
        pool.map(_build, [(project, target, bytecode) for target in targets for project in projects], chunksize=1)
