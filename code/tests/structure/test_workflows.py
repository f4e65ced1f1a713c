"""What runs on GitHub is well formed and names what exists, and lists of versions agree."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.structure.repository import ROOT, files_of_the_repository
from tests.structure.test_repository import make_targets

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
SCHEMAS = {
    "vendor.github-workflows": WORKFLOWS,
    "vendor.github-actions": ACTIONS,
    "vendor.citation-file-format": [ROOT / "CITATION.cff"],
}
# A version of an action may do everything that its job may. These are GitHub's own.
OWNERS = ("actions/", "./.github/")
PACKAGE = tomllib.loads((ROOT / "code" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OTHER_VERSIONS = ["floors", "colab", "newest"]


def contents(path) -> dict:
    """A workflow. YAML 1.1 reads the key `on` as true; it is called `on` again here."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {{True: "on"}.get(key, key): value for key, value in read.items()}


def jobs(path) -> dict[str, dict]:
    return contents(path)["jobs"]


def steps() -> list[dict]:
    """Every step of every workflow and action."""
    of_jobs = [
        step for path in WORKFLOWS for job in jobs(path).values() for step in job.get("steps", [])
    ]
    return of_jobs + [step for path in ACTIONS for step in contents(path)["runs"]["steps"]]


def used() -> list[str]:
    """Every action and workflow that is called."""
    called = [job["uses"] for path in WORKFLOWS for job in jobs(path).values() if "uses" in job]
    return called + [step["uses"] for step in steps() if "uses" in step]


def rows_of(job: dict) -> list[dict]:
    """The rows of a job's matrix; one empty row if it has none."""
    matrix = job.get("strategy", {}).get("matrix", {})
    each = [{key: value} for key, values in matrix.items() for value in values]
    return matrix.get("include") or each or [{}]


def filled_in(text: str, row: dict) -> str:
    """A text with the values of one row of a matrix put into it."""
    return re.sub(
        r"\$\{\{ matrix\.(\w+) \}\}", lambda found: str(row.get(found[1], found[0])), text
    )


def everything_said() -> str:
    """Each action, and each workflow once for every row of its matrices."""
    texts = [path.read_text(encoding="utf-8") for path in ACTIONS]
    for path in WORKFLOWS:
        rows = [row for job in jobs(path).values() for row in rows_of(job)]
        texts += [filled_in(path.read_text(encoding="utf-8"), row) for row in rows]
    return "\n".join(texts)


def pythons() -> set[str]:
    """Every version of Python that a step asks for."""
    return set(re.findall(r"\bpython(?:-version)?: \"?(3\.\d+)", everything_said()))


def pins(name: str) -> dict[str, str]:
    """The versions that a list gives, by package: `numpy` -> `==2.4.6`."""
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    wanted = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {canonicalize_name(each.name): str(each.specifier) for each in wanted}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_fit_their_schemas(schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    checked = subprocess.run([*command, *SCHEMAS[schema]], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_misspelt_key_is_found(tmp_path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text(WORKFLOWS[0].read_text().replace("runs-on:", "run-on:"))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    command += ["vendor.github-workflows", str(bad)]
    assert subprocess.run(command, capture_output=True).returncode == 1


def test_targets_that_are_run_exist() -> None:
    targets = set(re.findall(r"\brun: make ([\w-]+)", everything_said()))
    assert {"book", "test", "lint", "test-pages", "links", *OTHER_VERSIONS} <= targets
    assert targets - make_targets() == set()


def test_files_that_are_named_exist() -> None:
    files = {str(path) for path in files_of_the_repository()}
    pattern = r"\b(?:code|website)/[\w./-]+\.\w+|(?<=-r )[\w./-]+"
    named = set(re.findall(pattern, everything_said()))
    assert {"website/release.py", "code/constraints-floors.txt", "requirements.txt"} <= named
    assert named - files == set()


def test_actions_of_others_are_pinned_and_ours_exist() -> None:
    assert all(name.startswith(OWNERS) for name in used())
    others = [name for name in used() if not name.startswith("./")]
    assert [name for name in others if not re.fullmatch(r"actions/[\w-]+@v\d+", name)] == []
    for name in set(used()) - set(others):
        target = ROOT / name
        assert target.is_file() or (target / "action.yml").is_file(), name


def test_pythons_are_those_that_the_package_runs_on() -> None:
    assert pythons() == {"3.11", "3.12", "3.13"}
    oldest = min(pythons(), key=lambda version: int(version.partition(".")[2]))
    assert PACKAGE["requires-python"] == f">={oldest}"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_do_little_and_ends(path) -> None:
    workflow = contents(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    for name, job in jobs(path).items():
        assert "uses" in job or job["timeout-minutes"] <= 60, name


def test_two_jobs_may_write() -> None:
    written = {
        name: job["permissions"]
        for p in WORKFLOWS
        for name, job in jobs(p).items()
        if "permissions" in job
    }
    assert written == {
        "tag": {"contents": "write"},
        "deploy": {"pages": "write", "id-token": "write"},
    }


def test_nothing_is_published_untested() -> None:
    published = jobs(ROOT / ".github" / "workflows" / "publish.yml")
    assert published["tests"]["uses"] == "./.github/workflows/tests.yml"
    assert published["tag"]["needs"] == ["tests", "site"]
    assert published["deploy"]["needs"] == "tag"


def test_the_floors_are_those_of_the_package() -> None:
    floors = pins("code/constraints-floors.txt")
    promised = [Requirement(line) for line in PACKAGE["dependencies"]]
    assert len(promised) >= 7
    for requirement in promised:
        (lowest,) = requirement.specifier
        assert lowest.operator == ">="
        exact = floors.pop(canonicalize_name(requirement.name)).removeprefix("==")
        assert exact == lowest.version + ".0" * (2 - lowest.version.count(".")), requirement.name
    frozen = pins("constraints.txt") | pins("requirements.txt")
    assert floors == {name: frozen[name] for name in pins("code/requirements-tests.txt")}


def test_colabs_versions_are_allowed() -> None:
    colab = pins("code/constraints-colab.txt")
    promised = {canonicalize_name(r.name): r for r in map(Requirement, PACKAGE["dependencies"])}
    assert {"torch", "numpy", "matplotlib", "scipy"} <= colab.keys() & promised.keys()
    for name in colab.keys() & promised.keys():
        assert promised[name].specifier.contains(colab[name].removeprefix("==")), name


@pytest.mark.parametrize("versions", OTHER_VERSIONS)
def test_what_is_tested_with_other_versions_exists(versions: str) -> None:
    assert (ROOT / f"code/constraints-{versions}.txt").is_file()
    assert versions in make_targets()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    chapters = re.findall(r"chapters/[\w-]+\.ipynb", makefile)
    assert len(chapters) == 2
    assert all((ROOT / name).is_file() for name in chapters)
