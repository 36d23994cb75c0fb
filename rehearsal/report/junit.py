"""Results as JUnit XML, the form that CI systems show: one test case a scenario."""

from collections.abc import Sequence
from xml.etree import ElementTree  # written, never parsed

from rehearsal.report.data import notes
from rehearsal.run import Result


def text(results: Sequence[Result], suite: str) -> str:
    """The document."""
    failed = sum(not result.passed for result in results)
    root = ElementTree.Element(
        "testsuite", name=f"rehearsal.{suite}", tests=str(len(results)), failures=str(failed), errors="0"
    )
    for result in results:
        case = ElementTree.SubElement(
            root, "testcase", classname=f"rehearsal.{suite}", name=result.scenario.key
        )
        if result.failures:
            lines = [f"{f.where}: expected: {f.expected}; happened: {f.happened}" for f in result.failures]
            failure = ElementTree.SubElement(case, "failure", message=f"{len(lines)} expectations not met")
            failure.text = "\n".join(lines)
        paged = [f"{page.minute} min: {page.key} ({page.level})" for page in result.sent]
        output = ElementTree.SubElement(case, "system-out")
        output.text = "\n".join([result.scenario.name, *paged, *notes(result)])
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
