"""Compiles the engine's kernels when the package is built or installed: one C file to one shared library.

Takes the compiler of the environment variable CC, else `cc`, else the one of the Python package `ziglang`.
"""

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ENGINE = Path("wiredesk_extraction", "engine")
OPTIONS = ("-std=c11", "-O3", "-ffp-contract=off", "-fPIC", "-shared")
"""Without contraction, so that sums come out alike with and without fused multiply-add."""


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Named by pyproject.toml."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and have the wheel carry the result and the platform it is for."""
        compile_kernels(Path(self.root, ENGINE))
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data.update(pure_python=False, tag=f"py3-none-{platform}", artifacts=[str(ENGINE / "kernels.native")])


def compile_kernels(folder: Path) -> None:
    """Make `kernels.native` of `kernels.c`. Raises RuntimeError with the compiler's words, or without a compiler."""
    command = [*_compiler(), *OPTIONS, "-o", str(folder / "kernels.native"), str(folder / "kernels.c"), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)} failed:\n{done.stderr}")


def _compiler() -> list[str]:
    if chosen := os.environ.get("CC"):
        return shlex.split(chosen)
    if found := shutil.which("cc"):
        return [found]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]  # else only for processors like this one
    raise RuntimeError("no C compiler: install gcc or clang, or the Python package ziglang")
